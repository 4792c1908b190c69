"""Answering a question as one step: of a search that takes a millisecond, every hop between threads is a tenth.

Through a session, a statement on SQLite hops about eight times between the event loop and the connection's thread, and a
transaction is opened first; on PostgreSQL it costs more than the server takes. Here a whole answer, ranking included, is
one plain function in a thread that keeps a plain connection of its own.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, Protocol, TypeVar

import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import LOCK_WAIT_S
from storage.search.reading import POSTGRESQL, SQLITE
from storage.search.rows import Reader, Row
from storage.search.statistics import Frequencies

T = TypeVar("T")
_PARAMETER = re.compile(r"(?<!:):(\w+)")
_THREADS = 4


class _Closable(Protocol):
    def close(self) -> object: ...


class Lookups:
    """Runs functions that only read. Every statement of theirs sees what is committed by then."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.frequencies = Frequencies()
        self._url, self._dialect = engine.url, engine.dialect
        self._threads = ThreadPoolExecutor(_THREADS, "search")
        self._own = threading.local()
        self._opened: set[_Closable] = set()

    async def run(self, work: Callable[[Reader], T]) -> T:
        """What ``work`` returns for a reader; it must not keep the reader."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._in_thread, work)

    def close(self) -> None:
        """Wait for those who still read, and give the connections back."""
        self._threads.shutdown()
        for connection in self._opened:
            connection.close()

    def _in_thread(self, work: Callable[[Reader], T]) -> T:
        reader: Reader | None = getattr(self._own, "reader", None)
        if reader is None:
            reader = self._open()
        try:
            return work(reader)
        except Exception:
            # A server may have gone away: whoever asks next gets a new connection.
            self._discard()
            raise

    def _open(self) -> Reader:
        reader, self._own.connection = self._sqlite() if self._is_sqlite() else self._postgresql()
        self._opened.add(self._own.connection)
        self._own.reader = reader
        return reader

    def _discard(self) -> None:
        self._opened.discard(self._own.connection)
        self._own.connection.close()
        self._own.reader = None

    def _is_sqlite(self) -> bool:
        return self._dialect.name == "sqlite"

    def _sqlite(self) -> tuple[Reader, _Closable]:
        # Used by one thread, closed by another.
        connection = sqlite3.connect(
            self._url.database or "", timeout=LOCK_WAIT_S, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA query_only = ON")
        return Reader(SQLITE, lambda sql, values: connection.execute(sql, values).fetchall()), connection

    def _postgresql(self) -> tuple[Reader, _Closable]:
        _, options = self._dialect.create_connect_args(self._url)
        connection = psycopg.connect(**options, autocommit=True, prepare_threshold=0)
        # The statements leave no choice, and choosing would take longer than reading.
        connection.execute("SET plan_cache_mode = force_generic_plan")
        connection.execute("SET default_transaction_read_only = on")

        def rows(sql: str, values: Mapping[str, Any]) -> Sequence[Row]:
            return connection.execute(_as_psycopg_spells(sql), values).fetchall()

        return Reader(POSTGRESQL, rows), connection


@lru_cache(maxsize=256)
def _as_psycopg_spells(sql: str) -> bytes:
    """The statement with %(name)s instead of :name."""
    return _PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%")).encode()
