"""From names found to clues: which of them really say what the text is about."""

from __future__ import annotations

from typing import NamedTuple

from news.attribution.lexicon import Doubt
from news.attribution.matching import Span, Text, find_spans, longest
from news.attribution.meaning import (
    ATTRIBUTES,
    Cues,
    is_other_meaning,
    stands_as_marked_name,
    stands_as_place,
    stands_for_citizens,
)

WEIGHTS = {
    "name": 1.0,
    "capital": 0.95,
    "region": 0.95,
    "abbreviation": 0.95,
    "adjective": 0.92,
    "demonym": 0.92,
    "city": 0.9,
    "district": 0.9,
    "village": 0.9,
    "government": 0.88,
    "parliament": 0.88,
    "leader": 0.88,
}
"""How strongly a kind speaks for its country; kinds that are not listed speak with OTHER_WEIGHT."""
OTHER_WEIGHT = 0.85
DOUBT_FACTOR = 0.8


class Clue(NamedTuple):
    """A name that speaks for countries, at tokens ``start`` to ``end`` (exclusive), in a form of ``language``."""

    countries: tuple[str, ...]
    words: str
    kind: str
    weight: float
    place: str
    language: str
    start: int
    end: int


class Mark(NamedTuple):
    """A cue word, or a name that stands for no country, at tokens ``start`` to ``end`` (exclusive)."""

    start: int
    end: int
    kind: str


class Reading(NamedTuple):
    """What one text gives: its clues in order, and the words that tell domestic stories from others."""

    clues: tuple[Clue, ...] = ()
    marks: tuple[Mark, ...] = ()


NOTHING = Reading()


def read(text: Text, source_country: str | None) -> Reading:
    """Find names in a text and keep those that count."""
    spans = find_spans(text)
    if not spans:
        return NOTHING
    cues, names, marks = _part(spans)
    possible = [span for span in names if _is_possible(text, span, cues)]
    if not possible:
        return Reading((), marks)
    chosen = [_choose(senses, source_country) for senses in longest(possible)]
    marks += tuple(
        Mark(span.start, span.end, span.sense.kind) for span in chosen if not span.form.sense.speaks
    )
    kept = [span for span in chosen if span.form.sense.speaks]
    kept = _without_doubtful(text, kept, cues, source_country)
    if len(kept) > 1:
        kept = _without_namesakes(text, kept)
    return Reading(tuple(_clue(text, span) for span in kept), marks)


def _part(spans: list[Span]) -> tuple[Cues, list[Span], tuple[Mark, ...]]:
    """Tell cue words, which hide nothing, from names."""
    cues: Cues = {}
    names = []
    marks: dict[Mark, None] = {}
    for span in spans:
        start, end, form, _ = span
        sense = form.sense
        if not sense.is_cue:
            names.append(span)
            continue
        kind = sense.kind
        mark = Mark(start, end, kind)
        if mark not in marks:
            marks[mark] = None
            for at in range(start, end):
                cues[at] = (*cues.get(at, ()), kind)
    return cues, names, tuple(marks)


def _is_possible(text: Text, span: Span, cues: Cues) -> bool:
    """Say whether a name may count here at all; one that may not hides no shorter name either."""
    return _fits_context(text, span) and not (span.form.sense.speaks and is_other_meaning(text, span, cues))


def _choose(senses: list[Span], source_country: str | None) -> Span:
    """Pick the sense of a name: context words first, then what is no doubt, then the outlet's own country."""
    if len(senses) == 1:
        return senses[0]

    def rank(span: Span) -> tuple[bool, ...]:
        sense = span.sense
        return (
            not sense.needs,
            bool(span.form.doubt),
            bool(sense.countries),
            source_country not in sense.countries,
            sense.kind != "name",
        )

    return min(senses, key=rank)


def _fits_context(text: Text, span: Span) -> bool:
    sense = span.sense
    if not sense.needs and not sense.forbids:
        return True
    whole = text.whole
    if any(" " + word in whole for word in sense.forbids):
        return False
    return not sense.needs or any(" " + word in whole for word in sense.needs)


def _without_doubtful(text: Text, found: list[Span], cues: Cues, source_country: str | None) -> list[Span]:
    """Drop doubtful names that nothing else speaks for."""
    doubtful = [span for span in found if is_doubtful(text, span)]
    if not doubtful:
        return found
    certain = {code for span in found if span not in doubtful for code in span.sense.countries}

    def counts(span: Span) -> bool:
        if span not in doubtful or not certain.isdisjoint(span.sense.countries):
            return True
        is_alone = not certain - {source_country}
        is_own = source_country in span.sense.countries and span.form.doubt is not Doubt.COMMON_WORD
        if is_own and (is_alone or span.sense.kind not in ATTRIBUTES):
            return True
        return (
            stands_as_place(text, span, cues)
            or stands_as_marked_name(text, span)
            or stands_for_citizens(text, span, cues, is_alone=is_alone)
        )

    return [span for span in found if counts(span)]


def is_doubtful(text: Text, span: Span) -> bool:
    """Say whether a name needs another clue: marked so, or too short to trust where all is in capitals."""
    if span.sense.needs:
        return False
    if span.form.doubt:
        return True
    return span.end - span.start == 1 and len(text.tokens[span.start]) < SHORT and text.is_upper_case


SHORT = 5


def _without_namesakes(text: Text, found: list[Span]) -> list[Span]:
    """In "Paris, Texas" and "Lebanon, Pennsylvania" the region says which town it is."""
    return [
        span
        for span, following in zip(found, [*found[1:], None], strict=True)
        if following is None or not _is_settled_by(text, span, following)
    ]


def _is_settled_by(text: Text, span: Span, following: Span) -> bool:
    is_city = span.sense.kind in ("city", "capital")
    return (
        (is_city or (span.sense.kind == "name" and following.sense.countries == ("US",)))
        and following.sense.kind == "region"
        and following.start == span.end + 1
        and text.tokens[span.end] == ","
        and span.sense.countries != following.sense.countries
    )


def _clue(text: Text, span: Span) -> Clue:
    sense = span.sense
    weight = WEIGHTS.get(sense.kind, OTHER_WEIGHT) * (DOUBT_FACTOR if span.form.doubt else 1.0)
    place = sense.place or f"{sense.kind}:{'+'.join(sense.countries)}:{sense.label}"
    words = text.words(span.start, span.end)
    return Clue(sense.countries, words, sense.kind, weight, place, span.form.language, span.start, span.end)
