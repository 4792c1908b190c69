"""How often tokens occur: the weights of search, of "more like this" and of stories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from weakref import WeakKeyDictionary

from storage.engine import SessionMaker
from storage.search.rows import Reader

# Counting a frequent token reads all its postings, so counts are kept until the store has grown by a tenth.
_GROWTH = 1.1
_MOST_KEPT = 50_000


class Frequencies:
    """Counts of tokens, remembered: weights need the order of magnitude, not the last headline."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._total = 0

    async def of(self, reader: Reader, tokens: Iterable[str]) -> tuple[Mapping[str, int], int]:
        """How many headlines have each token, and about how many headlines there are."""
        wanted = list(dict.fromkeys(tokens))
        if not self._counts.keys() >= set(wanted):
            await self._forget_if_grown(reader)
            missing = [token for token in wanted if token not in self._counts]
            self._counts |= dict.fromkeys(missing, 0) | await _count(reader, missing)
        return {token: self._counts[token] for token in wanted}, self._total

    async def _forget_if_grown(self, reader: Reader) -> None:
        # Ids ascend without great gaps, and counting a million rows takes longer than the search itself.
        total = (await reader.rows("SELECT max(id) FROM headline"))[0][0] or 0
        if not self._total <= total <= self._total * _GROWTH or len(self._counts) > _MOST_KEPT:
            self._counts, self._total = {}, total


_SHARED: WeakKeyDictionary[SessionMaker, Frequencies] = WeakKeyDictionary()


def frequencies_of(reads: SessionMaker) -> Frequencies:
    """The counts of one database, shared by the stores that were given the same sessions."""
    return _SHARED.setdefault(reads, Frequencies())


async def _count(reader: Reader, tokens: Sequence[str]) -> dict[str, int]:
    dialect = reader.dialect
    if dialect.takes_json:
        sql = f"SELECT term, doc FROM search_vocabulary WHERE term {dialect.is_among('tokens')}"  # noqa: S608 (a constant)
    else:
        sql = (
            "SELECT token, (SELECT count(*) FROM search_index WHERE tokens @@ CAST('''' || token || '''' AS tsquery)) "
            "FROM unnest(CAST(:tokens AS text[])) AS asked (token)"
        )
    return {row[0]: row[1] for row in await reader.rows(sql, {"tokens": dialect.listed(tokens)})}
