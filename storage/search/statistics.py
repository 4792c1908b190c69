"""How often tokens occur: the weights of search, of "more like this" and of stories."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from storage.search.keys import upper_bound
from storage.search.reading import TOKENS, Window
from storage.search.rows import Reader
from storage.search.slices import Spread, narrowed

# Counting a frequent token reads all its postings, so counts are kept until the store has grown by a tenth.
_GROWTH = 1.1
_MOST_KEPT = 50_000
# Where the commonest tokens are known, another one is counted no further: each row is read, and some are cold.
_COUNTED = 64

_COUNT = {
    "sqlite": "SELECT term, doc FROM search_vocabulary WHERE term {among}",
    "postgresql": (
        f"SELECT token, (SELECT count(*) FROM (SELECT FROM search_index WHERE {TOKENS} @@ CAST('''' || token || '''' AS tsquery) "  # noqa: S608 (a constant)
        "LIMIT CAST(:most AS bigint)) AS found) FROM unnest(CAST(:tokens AS text[])) AS asked (token)"
    ),
}
# What ANALYZE has seen in its sample: the commonest five thousand tokens of the expression that is indexed.
_COMMONEST = (
    "SELECT token, share FROM pg_stats, unnest(CAST(CAST(most_common_elems AS text) AS text[]), most_common_elem_freqs) "
    "AS common (token, share) WHERE schemaname = current_schema() AND tablename = 'ix_search_index_tokens' "
    "AND token IS NOT NULL"
)


class Frequencies:
    """Counts of tokens, remembered: weights need the order of magnitude, not the last headline. Several threads may ask."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._total, self._oldest, self._newest = 0, 0, 0
        self._least_common = 0

    def of(self, reader: Reader, tokens: Iterable[str]) -> tuple[Mapping[str, int], int]:
        """About how many headlines have each token, and about how many headlines there are."""
        wanted = list(dict.fromkeys(tokens))
        if not self._counts.keys() >= set(wanted):
            self._forget_if_grown(reader)
        counts, total = self._counts, self._total
        missing = [token for token in wanted if token not in counts]
        if missing:
            counts.update(dict.fromkeys(missing, 0) | self._count(reader, missing))
        return {token: counts[token] for token in wanted}, total

    def kept(self, tokens: Collection[str]) -> tuple[Mapping[str, int], int] | None:
        """As ``of`` answers, where every count is remembered; None where the database must be asked."""
        counts, total = self._counts, self._total
        found = {token: counts[token] for token in tokens if token in counts}
        return (found, total) if len(found) == len(tokens) else None

    def narrowed(self, reader: Reader, window: Window, wanted: int, until: datetime) -> Window:
        """The window as the database answers it soonest; ``until`` is about when its newest headline is from."""
        if reader.dialect.stops_early:
            return window
        if not self._total:
            self._forget_if_grown(reader)
        spread = Spread(self._counts, self._total, self._oldest, self._newest)
        return narrowed(window, spread, wanted, upper_bound(until), reader.dialect.syntax)

    def _count(self, reader: Reader, tokens: Sequence[str]) -> dict[str, int]:
        """How often they occur; about, for what is neither rare nor among the commonest that are known."""
        dialect = reader.dialect
        sql = _COUNT["sqlite" if dialect.takes_json else "postgresql"].format(
            among=dialect.is_among("tokens")
        )
        most = _COUNTED if self._least_common > _COUNTED else None
        between = round(math.sqrt(_COUNTED * self._least_common))
        rows = reader.rows(sql, {"tokens": dialect.listed(tokens), "most": most})
        return {token: between if count == most else count for token, count in rows}

    def _forget_if_grown(self, reader: Reader) -> None:
        # Ids ascend without great gaps, and counting a million rows takes longer than the search itself.
        total = reader.rows("SELECT max(id) FROM headline")[0][0] or 0
        if not self._total <= total <= self._total * _GROWTH or len(self._counts) > _MOST_KEPT:
            self._counts, self._total = {}, total
            if not reader.dialect.stops_early:
                self._learn(reader)

    def _learn(self, reader: Reader) -> None:
        """What PostgreSQL knows by itself: counting a frequent token takes it longer than a search may."""
        self._counts = {row[0]: round(row[1] * self._total) for row in reader.rows(_COMMONEST)}
        self._least_common = min(self._counts.values(), default=0)
        oldest, newest = reader.rows("SELECT min(key), max(key) FROM search_index")[0]
        self._oldest, self._newest = oldest or 0, newest or 0
