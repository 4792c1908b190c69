"""Which countries is a headline about? Pure: the same text gives the same answer, with the words that gave it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from news.attribution.domestic import implied_country
from news.attribution.folding import tokenise
from news.attribution.judging import NOTHING, Clue, Reading, read
from news.attribution.matching import Text
from news.gazetteer import Gazetteer
from news.model import Attribution, CountryEvidence

SUMMARY_FACTOR = 0.5
LONGEST_TITLE = 400
LONGEST_SUMMARY = 600
# It begins with what is rare, so that most letters are passed over at once.
_SENTENCE_END = re.compile(r"[.!?…](?<=[^\W\d_]{3}[.!?…])(\s+)(?=[^\W\d_a-zа-яё])|(\n+)")
_DATELINE = re.compile(
    r"^[^\W\d_][\w\s,./()«»\"'-]{2,60}?\s*[—–-]{1,2}\s+(?:[\w\s«»\"'-]{2,30}\.\s+)?(?=[^\W\d_])"
)
_AGENCY_DATELINE = re.compile(r"^[A-ZА-ЯЁӘІҢҒҮҰҚӨҺ]{3}")


def attribute(
    gazetteer: Gazetteer,
    title: str,
    summary: str = "",
    *,
    source_country: str | None = None,
    language: str | None = None,
) -> Attribution:
    """Return the countries of a headline with evidence, strongest first.

    ``source_country`` is the outlet's own: it settles doubtful abbreviations ("КР"), and is answered as
    ``implied_by_source`` where the text gives no clue and the story is a domestic one.
    """
    del language  # forms of every language are looked for: newsrooms mix them within one title
    heading = read(Text(gazetteer.lexicon, tokenise(title[:LONGEST_TITLE])), source_country)
    clues = heading.clues
    if summary:
        body = _read_summary(gazetteer, summary, source_country, title, heading)
        clues += tuple(clue._replace(weight=clue.weight * SUMMARY_FACTOR) for clue in body.clues)
    countries = _strongest(clues) if clues else ()
    return Attribution(countries, implied_country(heading, countries, source_country))


def _read_summary(
    gazetteer: Gazetteer, summary: str, source_country: str | None, title: str, heading: Reading
) -> Reading:
    """Read the first sentence, and further ones only while nothing says a country: what follows is background."""
    for sentence in _sentences(_without_dateline(summary[:LONGEST_SUMMARY])):
        if sentence.rstrip(".") == title:  # many feeds say it twice
            reading = heading
        else:
            reading = read(Text(gazetteer.lexicon, tokenise(sentence)), source_country)
        if heading.clues:
            return NOTHING if any(mark.kind == "cue-background" for mark in reading.marks) else reading
        if reading.clues:
            return reading
    return NOTHING


def _sentences(text: str) -> Iterator[str]:
    """One after the other, because mostly the first is all that is asked for."""
    start = 0
    for gap in _SENTENCE_END.finditer(text):
        yield text[start : gap.start(gap.lastindex or 0)]
        start = gap.end()
    yield text[start:]


def _without_dateline(summary: str) -> str:
    """Drop "МОСКВА, 2 апр – РИА Новости.": where the reporter sat, not where the story is."""
    if not _AGENCY_DATELINE.match(summary):
        return summary
    return _DATELINE.sub("", summary, count=1)


def _strongest(clues: Sequence[Clue]) -> tuple[CountryEvidence, ...]:
    """Return one evidence a country: its strongest clue, the earlier one of equals."""
    best: dict[str, Clue] = {}
    for clue in clues:
        for country in clue.countries:
            known = best.get(country)
            if known is None or clue.weight > known.weight:
                best[country] = clue
    evidence = [
        CountryEvidence(country, clue.words, f"{clue.kind} of {country}", clue.weight)
        for country, clue in best.items()
    ]
    if len(evidence) > 1:
        evidence.sort(key=lambda one: -one.weight)
    return tuple(evidence)
