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

_LEVELS = (("_w", 50), ("_v", 53))
"""Slices are keys without so many bits: 8,192 and 65,536 minutes. storage.search.reading says the same in SQL."""
_MARGIN = 1.5
"""Slices that should have so many times what is wanted are looked at: words come in waves."""
_MOST = 16
"""With more slices in an expression, GIN takes longer to merge their lists than it saves."""
_FEW = 500
"""So many matches are read sooner than slices are looked up."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How many headlines there are and have each of the tokens that were counted, and the oldest's key."""

    counts: Mapping[str, int]
    headlines: int
    oldest: int

    def matching(self, groups: Sequence[Sequence[str]]) -> float:
        """About how many headlines have one token of each group; 0 when nothing is known."""
        if not groups or not self.headlines:
            return 0.0
        shares = (sum(self.counts.get(token, 0) for token in group) / self.headlines for group in groups)
        return prod(min(share, 1.0) for share in shares) * self.headlines


def narrowed(window: Window, spread: Spread, wanted: int, until: int, syntax: Syntax) -> Window:
    """The same window, with slices named where that spares reading. Nothing is much newer than the key ``until``."""
    matching = spread.matching(window.groups)
    if not window.parts or (window.groups and matching < _FEW):
        return window
    newest, oldest = min(window.highest, until), max(window.lowest, spread.oldest)
    needed_bits = _MARGIN * wanted * max(until - spread.oldest, 1) / matching if matching else 0
    for prefix, bits in _LEVELS:
        # One more, because the newest slice has only begun.
        begin = (newest >> bits) - ceil(needed_bits / 2**bits)
        if needed_bits and (newest >> bits) - begin < _MOST and begin > oldest >> bits:
            recent = _named(prefix, range(begin, (newest >> bits) + 2), syntax)
            window = replace(window, recent=recent, boundary=begin << bits)
            break
    prefix, bits = _LEVELS[-1]
    asked = range(oldest >> bits, (newest >> bits) + 1)
    if window.lowest and 0 < len(asked) < _MOST:
        window = replace(window, parts=(*window.parts, _named(prefix, asked, syntax)))
    return window


def _named(prefix: str, slices: range, syntax: Syntax) -> str:
    return syntax.any_of(syntax.token(f"{prefix}{number}") for number in slices)
