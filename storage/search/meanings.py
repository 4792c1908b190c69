"""Headlines that mean something like another one, in any language: the newest vectors, kept in memory between questions."""

from __future__ import annotations

import threading
from collections.abc import Collection
from datetime import datetime, timedelta

from news.vectors import VectorTable, unpack
from storage.search.rows import Reader

MOST_VECTORS = 20_000
"""30 MB once somebody has asked; nothing where there is no encoder."""
FRESH = timedelta(minutes=5)
"""Unpacking them takes 0.2 s, comparing some milliseconds: what came since then is found by its words."""

_NEWEST = (
    "SELECT headline_id, language, vector FROM search_vector JOIN headline ON headline.id = headline_id "
    "ORDER BY headline_id DESC LIMIT :limit"
)
_ONE = "SELECT language, vector FROM search_vector JOIN headline ON headline.id = headline_id WHERE headline_id = :id"


class Meanings:
    """Several threads may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read_at: datetime | None = None
        self._table = VectorTable({})
        self._languages: dict[int, str | None] = {}

    def nearest(
        self,
        reader: Reader,
        headline_id: int,
        *,
        languages: Collection[str],
        limit: int,
        at_least: float,
        now: datetime,
    ) -> list[int]:
        """Ids of the other headlines in these languages (none: in any) whose cosine with this one is so much, best first."""
        asked = reader.rows(_ONE, {"id": headline_id})
        vector = unpack(bytes(asked[0][1]), asked[0][0]) if asked else None
        if vector is None:
            return []
        with self._lock:
            if self._read_at is None or abs(now - self._read_at) >= FRESH:
                self._read(reader, now)
            table, spoken = self._table, self._languages
        near = (number for number, _ in table.nearest(vector, MOST_VECTORS, at_least=at_least))
        readable = (number for number in near if not languages or spoken[number] in {None, *languages})
        return [number for number in readable if number != headline_id][:limit]

    def _read(self, reader: Reader, now: datetime) -> None:
        rows = reader.rows(_NEWEST, {"limit": MOST_VECTORS})
        self._languages = {number: language for number, language, _ in rows}
        unpacked = ((number, unpack(bytes(raw), language)) for number, language, raw in rows)
        self._table = VectorTable({number: vector for number, vector in unpacked if vector is not None})
        self._read_at = now
