"""From names found to clues: which of them really say what the text is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from news.attribution.matching import Match, Span, Text, find_spans, longest
from news.attribution.meaning import Cues, is_other_meaning, stands_as_place

WEIGHTS = {
    "name": 1.0,
    "capital": 0.95,
    "region": 0.95,
    "leader": 0.95,
    "government": 0.95,
    "parliament": 0.95,
    "city": 0.9,
    "adjective": 0.9,
    "demonym": 0.9,
    "abbreviation": 0.9,
}
"""How strongly a kind speaks for its country; kinds that are not listed speak with OTHER_WEIGHT."""
OTHER_WEIGHT = 0.85
WEAK_FACTOR = 0.8

CUE = "cue-"
REGION_OF_COUNTRIES = "group"


@dataclass(frozen=True, slots=True)
class Clue:
    """A name that speaks for countries, at tokens ``at`` to ``end`` (exclusive)."""

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
    cues: Cues


NOTHING = Reading((), {})


def read(text: Text, source_country: str | None) -> Reading:
    """Find names in a text and keep those that count."""
    spans = find_spans(text)
    if not spans:
        return NOTHING
    cues, names = _part(spans)
    if not names:
        return Reading((), cues)
    chosen = [span for match in longest(names) if (span := _choose(text, match, source_country))]
    kept = [span for span in chosen if _gives_countries(span) and not is_other_meaning(text, span, cues)]
    kept = _without_doubtful(text, kept, cues, source_country)
    if len(kept) > 1:
        kept = _without_namesakes(text, kept)
    return Reading(tuple(_clue(text, span) for span in kept), cues)


def _part(spans: list[Span]) -> tuple[Cues, list[Span]]:
    """Tell cue words, which hide nothing, from names."""
    cues: Cues = {}
    names = []
    for span in spans:
        if span.sense.kind.startswith(CUE):
            for at in range(span.start, span.end):
                cues[at] = (*cues.get(at, ()), span.sense.kind)
        else:
            names.append(span)
    return cues, names


def _gives_countries(span: Span) -> bool:
    return bool(span.sense.countries) and span.sense.kind != REGION_OF_COUNTRIES


def _choose(text: Text, match: Match, source_country: str | None) -> Span | None:
    """Pick the sense of a name: context words first, then what is no doubt, then the outlet's own country."""
    fitting = [span for span in match.spans if _fits_context(text, span)]
    if len(fitting) < 2:
        return fitting[0] if fitting else None

    def rank(span: Span) -> tuple[bool, bool, bool, bool]:
        sense = span.sense
        return not sense.needs, span.form.is_weak, bool(sense.countries), source_country not in sense.countries

    return min(fitting, key=rank)


def _fits_context(text: Text, span: Span) -> bool:
    sense = span.sense
    if not sense.needs and not sense.forbids:
        return True
    whole = text.whole()
    if any(" " + word in whole for word in sense.forbids):
        return False
    return not sense.needs or any(" " + word in whole for word in sense.needs)


def _without_doubtful(text: Text, found: list[Span], cues: Cues, source_country: str | None) -> list[Span]:
    """Drop weak names that nothing else speaks for."""
    weak = [span for span in found if is_weak(text, span)]
    if not weak:
        return found
    certain = {code for span in found if span not in weak for code in span.sense.countries}
    if source_country:
        certain.add(source_country)
    return [
        span
        for span in found
        if span not in weak or not certain.isdisjoint(span.sense.countries) or stands_as_place(text, span, cues)
    ]


def is_weak(text: Text, span: Span) -> bool:
    """Say whether a name needs another clue: marked so, or too short to trust where all is in capitals."""
    if span.sense.needs:
        return False
    if span.form.is_weak:
        return True
    return text.is_upper_case and span.end - span.start == 1 and len(text.tokens[span.start]) < SHORT


SHORT = 5


def _without_namesakes(text: Text, found: list[Span]) -> list[Span]:
    """In "Paris, Texas" and "Moscow, Idaho" the region says which city it is."""
    return [
        span
        for span, following in zip(found, [*found[1:], None], strict=True)
        if following is None or not _is_settled_by(text, span, following)
    ]


def _is_settled_by(text: Text, span: Span, following: Span) -> bool:
    return (
        span.sense.kind in ("city", "capital")
        and following.sense.kind == "region"
        and following.start == span.end + 1
        and text.tokens[span.end] == ","
        and span.sense.countries != following.sense.countries
    )


def _clue(text: Text, span: Span) -> Clue:
    sense = span.sense
    weight = WEIGHTS.get(sense.kind, OTHER_WEIGHT) * (WEAK_FACTOR if span.form.is_weak else 1.0)
    place = sense.place or f"{sense.kind}:{'+'.join(sense.countries)}:{sense.label}"
    return Clue(sense.countries, text.words(span.start, span.end), sense.kind, weight, place, span.start, span.end)


def kinds_in(cues: Iterable[tuple[str, ...]]) -> dict[str, int]:
    """Count the kinds of cue words."""
    counts: dict[str, int] = {}
    for kinds in cues:
        for kind in kinds:
            counts[kind] = counts.get(kind, 0) + 1
    return counts
