"""From names found to clues: which of them really say what the text is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from news.attribution.matching import Match, Span, Text, find_spans, longest
from news.attribution.paradigms import PLACE_ENDING

WEIGHTS = {
    "name": 1.0,
    "capital": 0.95,
    "region": 0.95,
    "city": 0.9,
    "leader": 0.95,
    "government": 0.95,
    "parliament": 0.95,
    "adjective": 0.9,
    "demonym": 0.9,
    "abbreviation": 0.9,
}
"""How strongly a kind speaks for its country; kinds that are not listed speak with OTHER_WEIGHT."""
OTHER_WEIGHT = 0.85
WEAK_FACTOR = 0.8

PLACES = frozenset({"name", "capital", "city", "region", "district", "village", "landmark", "border"})
ATTRIBUTES = frozenset({"adjective", "demonym"})
CUE = "cue-"


@dataclass(frozen=True, slots=True)
class Clue:
    """A name that speaks for countries. ``at`` is its first token."""

    countries: tuple[str, ...]
    words: str
    kind: str
    weight: float
    place: str
    at: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What one text gives: its clues in order, and the kinds of cue words at each token."""

    clues: tuple[Clue, ...]
    cues: dict[int, tuple[str, ...]]
    text: Text


def read(text: Text, source_country: str | None) -> Reading:
    """Find names in a text and keep those that count."""
    spans = find_spans(text)
    if not spans:
        return Reading((), {}, text)
    cues: dict[int, tuple[str, ...]] = {}
    names = []
    for span in spans:
        if span.sense.kind.startswith(CUE):
            for at in range(span.start, span.end):
                cues[at] = (*cues.get(at, ()), span.sense.kind)
        else:
            names.append(span)
    matches = longest(names) if names else []
    chosen = [(match, span) for match in matches if (span := _choose(text, match, source_country))]
    kept = [
        (match, span)
        for match, span in chosen
        if span.sense.countries and span.sense.kind != "group" and not _is_other_meaning(text, span, cues)
    ]
    kept = _without_doubtful(text, kept, cues, source_country)
    kept = _without_namesakes(text, kept)
    return Reading(tuple(_clue(text, span) for _, span in kept), cues, text)


def _choose(text: Text, match: Match, source_country: str | None) -> Span | None:
    """Pick the sense of a name: context words first, then what is no doubt, then the outlet's own country."""
    fitting = [span for span in match.spans if _fits_context(text, span)]
    if len(fitting) < 2:
        return fitting[0] if fitting else None

    def rank(span: Span) -> tuple[bool, bool, bool, bool]:
        return (
            not span.sense.needs,
            span.form.is_weak,
            bool(span.sense.countries),
            source_country not in span.sense.countries,
        )

    return min(fitting, key=rank)


def _fits_context(text: Text, span: Span) -> bool:
    sense = span.sense
    if not sense.needs and not sense.forbids:
        return True
    whole = text.whole()
    if any(" " + word in whole for word in sense.forbids):
        return False
    return not sense.needs or any(" " + word in whole for word in sense.needs)


def _is_other_meaning(text: Text, span: Span, cues: dict[int, tuple[str, ...]]) -> bool:
    """Say whether the name stands for a language, an ethnic group abroad or a person's first name."""
    after, before = cues.get(span.end, ()), cues.get(span.start - 1, ())
    if span.sense.kind in ATTRIBUTES:
        if "cue-language" in after or "cue-ethnic" in before:
            return True
        if "cue-language-preposition" in before and _ends_phrase(text, span.end):
            return True
    here = cues.get(span.start, ())
    if "cue-first-name" in here and span.end - span.start == 1 and _is_surname(text, span.end, after):
        return True
    return "cue-surname" in here and "cue-first-name" in before


def _ends_phrase(text: Text, at: int) -> bool:
    return at >= len(text.tokens) or not text.tokens[at][0].isalnum()


def _is_surname(text: Text, at: int, cues: tuple[str, ...]) -> bool:
    if "cue-surname" in cues:
        return True
    if at >= len(text.tokens) or text.is_title_case:
        return False
    token = text.tokens[at]
    return token[0].isupper() and token[1:].islower() and text.lexicon.hits(token) is None


def _without_doubtful(
    text: Text, found: list[tuple[Match, Span]], cues: dict[int, tuple[str, ...]], source_country: str | None
) -> list[tuple[Match, Span]]:
    """Drop weak names that nothing else speaks for."""
    if not any(span.form.is_weak for _, span in found):
        return found
    certain = {code for _, span in found if not span.form.is_weak for code in span.sense.countries}
    if source_country:
        certain.add(source_country)
    return [
        (match, span)
        for match, span in found
        if not span.form.is_weak
        or span.sense.needs
        or not certain.isdisjoint(span.sense.countries)
        or _stands_as_place(text, span, cues)
    ]


def _stands_as_place(text: Text, span: Span, cues: dict[int, tuple[str, ...]]) -> bool:
    """Say whether a doubtful name is written where only a place, or for a country any proper name, can stand."""
    if span.sense.kind not in PLACES or not text.tokens[span.start][0].isupper():
        return False
    if "cue-place" in cues.get(span.start - 1, ()):
        return True
    if span.ending and PLACE_ENDING.fullmatch(span.ending) and span.form.language != "en":
        return True
    is_first = span.start == 0 or not text.tokens[span.start - 1][0].isalnum()
    return span.sense.kind == "name" and not is_first and not text.is_title_case


def _without_namesakes(text: Text, found: list[tuple[Match, Span]]) -> list[tuple[Match, Span]]:
    """In "Paris, Texas" and "Moscow, Idaho" the region says which city it is."""
    kept = []
    for at, (match, span) in enumerate(found):
        following = found[at + 1][1] if at + 1 < len(found) else None
        is_settled = (
            following is not None
            and span.sense.kind in ("city", "capital")
            and following.sense.kind == "region"
            and following.start == span.end + 1
            and text.tokens[span.end] == ","
            and span.sense.countries != following.sense.countries
        )
        if not is_settled:
            kept.append((match, span))
    return kept


def _clue(text: Text, span: Span) -> Clue:
    weight = WEIGHTS.get(span.sense.kind, OTHER_WEIGHT) * (WEAK_FACTOR if span.form.is_weak else 1.0)
    words = text.words(span.start, span.end)
    place = span.sense.place or f"{span.sense.kind}:{'+'.join(span.sense.countries)}:{span.sense.label}"
    return Clue(span.sense.countries, words, span.sense.kind, weight, place, span.start, span.end)


def kinds_in(cues: Iterable[tuple[str, ...]]) -> dict[str, int]:
    """Count the kinds of cue words."""
    counts: dict[str, int] = {}
    for kinds in cues:
        for kind in kinds:
            counts[kind] = counts.get(kind, 0) + 1
    return counts
