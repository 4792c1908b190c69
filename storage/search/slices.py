"""Looking at the newest slices of time first, where a database cannot stop early. Pure.

FTS5 walks a list of matches from the newest on and stops when it has enough. PostgreSQL's GIN index collects every match
of all times before one can be ordered: 20 ms for a word that a twentieth of a million headlines has. So there each
headline has one more token, its slice of time, and a question that must have many matches names the newest slices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, prod

from storage.search.matching import Syntax
from storage.search.reading import Window

SLICE_BITS = 50
"""A slice is a key without so many bits: 8,192 minutes. storage.search.reading says the same in SQL."""
_MARGIN = 1.5
"""Slices that should have so many times what is wanted are looked at: words come in waves."""
_MOST = 16
"""With more slices in an expression, GIN takes longer to merge their lists than it saves."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The share of all headlines that each of the commonest tokens has, how many there are, and the oldest's key."""

    shares: Mapping[str, float]
    headlines: int
    oldest: int

    def share_of(self, groups: Sequence[Sequence[str]]) -> float:
        """About how many of all headlines have one token of each group; 0 when a group has rare tokens only."""
        return prod(min(sum(self.shares.get(token, 0.0) for token in group), 1.0) for group in groups)


def narrowed(window: Window, spread: Spread, wanted: int, until: int, syntax: Syntax) -> Window:
    """The same window, with slices named where that spares reading. Nothing is much newer than the key ``until``."""
    if not window.parts:
        return window
    first, last = _slice(max(window.lowest, spread.oldest)), _slice(min(window.highest, until))
    needed = _needed(window, spread, wanted, until)
    # One more, because the newest slice has only begun.
    begin = last - needed
    if 0 < needed < _MOST and begin > first:
        window = replace(window, recent=_named(range(begin, last + 2), syntax), boundary=begin << SLICE_BITS)
    if window.lowest and 0 <= last - first < _MOST:
        named = _named(range(first, last + 1), syntax)
        window = replace(window, parts=(*window.parts, named))
    return window


def _needed(window: Window, spread: Spread, wanted: int, until: int) -> int:
    """The slices in which ``wanted`` matches should be found; 0 when nothing is known."""
    slices = max(_slice(until) - _slice(spread.oldest) + 1, 1)
    in_each = spread.share_of(window.groups) * spread.headlines / slices if window.groups else 0.0
    return ceil(_MARGIN * wanted / in_each) if in_each else 0


def _named(slices: range, syntax: Syntax) -> str:
    return syntax.any_of(syntax.token(f"_w{number}") for number in slices)


def _slice(key: int) -> int:
    return key >> SLICE_BITS
