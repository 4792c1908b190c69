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
"""At most so many slices are named in one expression."""
_ROW = 400
"""Reading a row that matches takes so many times as long as passing one headline of a slice: measured where some rows are cold."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How many headlines there are and have each of the tokens that were counted, the oldest's key and the newest's."""

    counts: Mapping[str, int]
    headlines: int
    oldest: int
    newest: int

    def matching(self, groups: Sequence[Sequence[str]]) -> float:
        """About how many headlines have one token of each group; 0 when nothing is known."""
        if not groups or not self.headlines:
            return 0.0
        shares = (sum(self.counts.get(token, 0) for token in group) / self.headlines for group in groups)
        return prod(min(share, 1.0) for share in shares) * self.headlines

    @property
    def span(self) -> int:
        """Of all keys."""
        return max(self.newest - self.oldest, 1)

    def cost(self, span: int, matching: float) -> float:
        """What it takes to look for one of so many matches in slices of that span of keys, in headlines passed."""
        share = min(span / self.span, 1.0)
        return share * (self.headlines + matching * _ROW)


def narrowed(window: Window, spread: Spread, wanted: int, until: int, syntax: Syntax) -> Window:
    """The same window, with slices named where that spares reading. Nothing is much newer than the key ``until``."""
    if not window.parts:
        return window
    # Of expressions without groups nothing is known: all may match, and the newest of them cannot be guessed.
    matching = spread.matching(window.groups) if window.groups else float(spread.headlines)
    newest, oldest = min(window.highest, until), max(window.lowest, spread.oldest)
    least = matching * _ROW
    inside = ""
    for prefix, bits in _LEVELS if window.lowest else ():
        asked = range(oldest >> bits, (newest >> bits) + 1)
        if 0 < len(asked) <= _MOST and (cost := spread.cost(len(asked) << bits, matching)) < least:
            least, inside = cost, _named(prefix, asked, syntax)
    if inside:
        window = replace(window, parts=(*window.parts, inside))
    needed_bits = _MARGIN * wanted * spread.span / matching if window.groups and matching else 0
    for prefix, bits in _LEVELS:
        # One more, because the newest slice has only begun.
        begin = (newest >> bits) - ceil(needed_bits / 2**bits)
        recent = range(begin, (newest >> bits) + 2)
        is_cheaper = spread.cost(len(recent) << bits, matching) < least
        if needed_bits and len(recent) <= _MOST and begin > oldest >> bits and is_cheaper:
            return replace(window, recent=_named(prefix, recent, syntax), boundary=begin << bits)
    return window


def _named(prefix: str, slices: range, syntax: Syntax) -> str:
    return syntax.any_of(syntax.token(f"{prefix}{number}") for number in slices)
