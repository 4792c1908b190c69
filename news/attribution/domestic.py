"""Is a story without a named country a domestic one of its outlet?"""

from __future__ import annotations

from collections.abc import Sequence

from news.attribution.judging import Reading, kinds_in
from news.model import CountryEvidence


def implied_country(
    heading: Reading, countries: Sequence[CountryEvidence], source_country: str | None
) -> str | None:
    """Return the outlet's country where the title leaves it unsaid and yet means it, else None.

    With no country named, a story counts as domestic unless it speaks of the world, science or advice. With another
    country named, only "our president", "the national team" and the like, said of nobody else, mean the outlet's own.
    """
    if source_country is None or any(evidence.country == source_country for evidence in countries):
        return None
    if countries:
        return source_country if _speaks_of_own(heading) else None
    counts = kinds_in(heading.cues.values())
    is_global = counts.get("cue-global", 0) > counts.get("cue-domestic", 0) + counts.get("cue-own", 0)
    return None if is_global else source_country


def _speaks_of_own(heading: Reading) -> bool:
    """Say whether an office or a team is named without a country next to it."""
    beside = {at for clue in heading.clues for at in range(clue.at - 2, clue.end + 2)}
    return any("cue-own" in kinds and at not in beside for at, kinds in heading.cues.items())
