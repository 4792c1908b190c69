"""The key of an indexed headline: its minute, its id, its countries; facets; all that the index must agree on. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from news.text import country_facet

FLAGGED = ("KZ", "UZ", "KG", "TJ", "TM", "RU", "AF")
"""Countries with a bit of their own at the end of the key, the first the lowest. Changing them means indexing anew."""
FLAG_BITS = len(FLAGGED)
ID_BITS = 30
_ID_MASK = (1 << ID_BITS) - 1
_BELOW_MINUTE = ID_BITS + FLAG_BITS
_FLAGS = {country_facet(code): 1 << place for place, code in enumerate(FLAGGED)}


def key_of(headline_id: int, sort_at: datetime, countries: Iterable[str] = ()) -> int:
    """Minutes since 1970, 30 bits of the id, a bit for each flagged country: greater is newer, then of greater id."""
    return (
        lower_bound(sort_at) | (headline_id & _ID_MASK) << FLAG_BITS | flags_of(map(country_facet, countries))
    )


def keys_of(headline_id: int, sort_at: datetime) -> tuple[int, int]:
    """The smallest and the greatest key that the headline has under whatever countries."""
    lowest = key_of(headline_id, sort_at)
    return lowest, lowest | ((1 << FLAG_BITS) - 1)


def flags_of(facets: Iterable[str]) -> int:
    """The bits of those of these facets that have one."""
    flags = 0
    for facet in facets:
        flags |= _FLAGS.get(facet, 0)
    return flags


def are_flagged(facets: Iterable[str]) -> bool:
    """Whether the key alone tells if a headline has one of these facets."""
    return all(facet in _FLAGS for facet in facets)


def lower_bound(moment: datetime) -> int:
    """The smallest key a headline of this minute can have."""
    return max(int(moment.timestamp() // 60), 0) << _BELOW_MINUTE


def upper_bound(moment: datetime) -> int:
    """The greatest key a headline of this minute can have."""
    return lower_bound(moment) | ((1 << _BELOW_MINUTE) - 1)


def id_of(key: int) -> int:
    """The headline's id."""
    return (key >> FLAG_BITS) & _ID_MASK


def id_in_sql(key: str) -> str:
    """``id_of`` of a column, as SQL."""
    return f"(({key} >> {FLAG_BITS}) & {_ID_MASK})"


def minute_of(key: int) -> int:
    """The headline's minute since 1970."""
    return key >> _BELOW_MINUTE
