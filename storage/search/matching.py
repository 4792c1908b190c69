"""A question in the index's own language: one expression for FTS5, one for ``tsquery``. Pure.

Tokens are letters, digits and "_" only, and every one is quoted, so nothing a reader types can be taken for syntax.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Syntax:
    """How a database spells "and", "or", "and not", a token and the beginning of one."""

    both: str
    either: str
    without: str
    quote: str
    beginning: str

    def token(self, token: str) -> str:
        """One token, quoted."""
        return f"{self.quote}{token}{self.quote}"

    def starts(self, beginning: str) -> str:
        """Any token that starts like this."""
        return self.token(beginning) + self.beginning

    def any_of(self, parts: Iterable[str]) -> str:
        """At least one of the parts; each once, in order."""
        return f"({self.either.join(dict.fromkeys(parts))})"

    def all_of(self, parts: Iterable[str]) -> str:
        """Every part."""
        return self.both.join(parts)

    def but_none_of(self, positive: str, parts: Sequence[str]) -> str:
        """``positive`` without any of the parts."""
        return f"({positive}){self.without}{self.any_of(parts)}" if parts else positive


FTS5 = Syntax(both=" AND ", either=" OR ", without=" NOT ", quote='"', beginning="*")
TSQUERY = Syntax(both=" & ", either=" | ", without=" & !", quote="'", beginning=":*")
