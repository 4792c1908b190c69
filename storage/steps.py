"""Whole transactions in one step: through an async session, each statement hops some eight times between threads on SQLite.

The courier records every message by itself, thirty a second and more. Its transactions are plain functions of a connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Session

from storage.engine import LOCKED, open_plain_engine

T = TypeVar("T")
# What a step works on is a bare connection: a session's bookkeeping is a tenth of a short transaction. The same functions
# serve the async stores, through ``run_sync``.
Transaction = Connection | Session
# SQLite has one writer: waiting for it here is fair and free, waiting inside SQLite is neither.
THREADS = {"sqlite": 1, "postgresql": 3}


class Steps:
    """Runs functions as transactions in threads, on connections of their own that are opened when first needed."""

    def __init__(self, engine: AsyncEngine) -> None:
        threads = THREADS[engine.dialect.name]
        self._engine = open_plain_engine(engine.url, pool_size=threads)
        self._threads = ThreadPoolExecutor(threads, "step")
        self._writes = self._engine.execution_options(**LOCKED)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """What ``work`` returns; it changes nothing."""
        return await self._run(self._engine, work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """What ``work`` returns, once it is committed; rolled back when it raises. Giving up waiting does not stop it."""
        return await self._run(self._writes, work)

    def close(self) -> None:
        """Wait for what is under way, and give the connections back."""
        self._threads.shutdown()
        self._engine.dispose()

    async def _run(self, engine: Engine, work: Callable[[Connection], T]) -> T:
        def step() -> T:
            with engine.begin() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._threads, step)
