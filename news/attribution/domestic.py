"""Is a story without a named country a domestic one of its outlet?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from news.attribution.judging import Clue, Mark, Reading
from news.model import CountryEvidence

WORLD = frozenset({"cue-global", "organisation", "region-name", "group"})
HOME = frozenset({"cue-domestic", "cue-own"})
OWN = "cue-own"
_OFFICE_BEFORE_COUNTRY = frozenset({"en", "ru", "tg"})
_TURKIC_CASE = re.compile(
    r"(?:[ндт][ыиуүі][нң]|нинг|ning|[гғкқ][аеоө]|[gkq]a|н?[дт][аеоө]н?|n?da|dan|менен|пен|мен)$"
)
_PEOPLE = frozenset({"leader", "politician", "person"})


def implied_country(
    heading: Reading, countries: Sequence[CountryEvidence], source_country: str | None
) -> str | None:
    """Return the outlet's country where the title leaves it unsaid and yet means it, else None.

    With no country named, a story counts as domestic unless it speaks of the world, science or advice. With another
    country named, only "our president", "the national team" and the like, said of nobody else, mean the outlet's own.
    """
    if source_country is None or any(evidence.country == source_country for evidence in countries):
        return None
    if not heading.marks:
        return None if countries else source_country
    if countries:
        return source_country if _speaks_of_own(heading) else None
    world = sum(mark.kind in WORLD for mark in heading.marks)
    home = sum(mark.kind in HOME for mark in heading.marks)
    return None if world > home else source_country


def _speaks_of_own(heading: Reading) -> bool:
    """Say whether an office or a team is named that belongs to none of the countries named."""
    offices = [mark for mark in heading.marks if mark.kind == OWN]
    if not offices:
        return False
    whole = [mark for mark in offices if not any(_is_part_of(mark, other) for other in offices)]
    return any(not any(_belongs(mark, clue) for clue in heading.clues) for mark in whole)


def _is_part_of(mark: Mark, other: Mark) -> bool:
    return mark != other and other.start <= mark.start and mark.end <= other.end


def _belongs(office: Mark, clue: Clue) -> bool:
    """Say whether an office is that of a country named: before it ("Japan elects a president") or right behind it.

    Behind it only where the language puts a genitive there ("президент Японии", "president of Japan") or the name is
    that of the holder; in the Turkic languages what follows an office is the next part of the sentence.
    """
    if clue.start < office.end:
        return True
    reach = 2 if clue.language == "en" else 1
    is_genitive = clue.language in _OFFICE_BEFORE_COUNTRY and not _TURKIC_CASE.search(clue.words)
    return clue.start < office.end + reach and (is_genitive or clue.kind in _PEOPLE)
