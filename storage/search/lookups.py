"""Answering a question as one step: of a search that takes a millisecond, every hop between threads is a tenth.

Through a session, a statement on SQLite hops about eight times between the event loop and the connection's thread, and a
transaction is opened first. Here a whole answer, ranking included, is one plain function: on SQLite it runs in a thread with
a connection of its own, on PostgreSQL on a connection of the pool, where only its statements wait.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import LOCK_WAIT_S
from storage.search.reading import POSTGRESQL, SQLITE
from storage.search.rows import Reader, Row
from storage.search.statistics import Frequencies

T = TypeVar("T")
_PARAMETER = re.compile(r"(?<!:):(\w+)")
_THREADS = 4


class Lookups:
    """Runs functions that only read. Every statement of theirs sees what is committed by then."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.frequencies = Frequencies()
        self._file = engine.url.database or ""
        self._threads = ThreadPoolExecutor(_THREADS, "search") if engine.dialect.name == "sqlite" else None
        self._own = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._engine = engine if self._threads else engine.execution_options(isolation_level="AUTOCOMMIT")

    async def run(self, work: Callable[[Reader], T]) -> T:
        """What ``work`` returns for a reader; it must not keep the reader."""
        if self._threads:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._in_thread, work)
        async with self._engine.connect() as connection:
            return await connection.run_sync(lambda plain: work(Reader(POSTGRESQL, partial(_rows, plain))))

    def close(self) -> None:
        """Wait for those who still read, and give SQLite's file back."""
        if self._threads:
            self._threads.shutdown()
            for connection in self._opened:
                connection.close()

    def _in_thread(self, work: Callable[[Reader], T]) -> T:
        reader: Reader | None = getattr(self._own, "reader", None)
        if reader is None:
            reader = self._own.reader = self._open()
        return work(reader)

    def _open(self) -> Reader:
        # Used by one thread, closed by another.
        connection = sqlite3.connect(
            self._file, timeout=LOCK_WAIT_S, isolation_level=None, check_same_thread=False
        )
        self._opened.append(connection)
        connection.execute("PRAGMA query_only = ON")
        return Reader(SQLITE, lambda sql, values: connection.execute(sql, values).fetchall())


def _rows(connection: Connection, sql: str, values: Mapping[str, Any]) -> Sequence[Row]:
    return connection.exec_driver_sql(_as_psycopg_spells(sql), dict(values)).all()


@lru_cache(maxsize=256)
def _as_psycopg_spells(sql: str) -> str:
    """The statement with %(name)s instead of :name."""
    return _PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%"))
