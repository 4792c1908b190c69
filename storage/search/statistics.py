"""How often tokens occur: the weights of search, of "more like this" and of stories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from storage.search.matching import TSQUERY
from storage.tables import HeadlineRow

# Counting a frequent token reads all its postings, so counts are kept until the store has grown by a tenth.
_GROWTH = 1.1
_MOST_KEPT = 50_000


class Frequencies:
    """Counts of tokens, remembered: weights need the order of magnitude, not the last headline."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._total = 0

    async def of(self, session: AsyncSession, tokens: Iterable[str]) -> tuple[Mapping[str, int], int]:
        """How many headlines have each token, and about how many headlines there are."""
        total = await session.scalar(select(func.max(HeadlineRow.id))) or 0
        if not self._total <= total <= max(self._total * _GROWTH, 1) or len(self._counts) > _MOST_KEPT:
            self._counts, self._total = {}, total
        wanted = list(dict.fromkeys(tokens))
        missing = [token for token in wanted if token not in self._counts]
        if missing:
            self._counts |= dict.fromkeys(missing, 0) | await _count(session, missing)
        return {token: self._counts[token] for token in wanted}, total


async def _count(session: AsyncSession, tokens: Sequence[str]) -> dict[str, int]:
    if session.get_bind().dialect.name == "sqlite":
        statement = text("SELECT term, doc FROM search_vocabulary WHERE term IN :tokens").bindparams(
            bindparam("tokens", expanding=True)
        )
        rows = await session.execute(statement, {"tokens": tokens})
        return {row[0]: row[1] for row in rows}
    statement = text(
        "SELECT asked.token, (SELECT count(*) FROM search_index WHERE tokens @@ CAST(asked.query AS tsquery)) "
        "FROM unnest(CAST(:tokens AS text[]), CAST(:queries AS text[])) AS asked (token, query)"
    )
    counted = await session.execute(
        statement, {"tokens": list(tokens), "queries": [TSQUERY.token(token) for token in tokens]}
    )
    return {row[0]: row[1] for row in counted}
