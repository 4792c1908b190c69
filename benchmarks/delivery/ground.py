"""What the scenarios stand on: a fresh database, many readers, a sender without a network, a watch on the event loop."""

from __future__ import annotations

import asyncio
import os
import resource
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from datetime import time as wall_time
from pathlib import Path

from sqlalchemy import text

from storage.storage import Store, open_store
from storage.upgrade import upgrade
from tests.postgres import run_server

START = datetime(2026, 3, 21, 3, 0, tzinfo=UTC)  # 08:00 in Almaty
SQLITE, POSTGRES = "sqlite", "postgres"
AS_DEPLOYED = ("shared_buffers=512MB", "max_wal_size=4GB")  # deploy/compose.yaml


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the table: what was promised, what was measured, whether it holds."""

    scenario: str
    database: str
    promised: str
    measured: str
    holds: bool

    def __str__(self) -> str:
        sign = "ok" if self.holds else "NOT MET"
        return f"| {self.scenario} | {self.database} | {self.promised} | {self.measured} | {sign} |"


HEADER = "| scenario | database | bar | measured | |\n| --- | --- | --- | --- | --- |"


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The address of an empty, migrated database that is thrown away."""
    if kind == SQLITE:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite+aiosqlite:///{Path(folder) / 'jarchi.db'}"
        return
    with run_server(*AS_DEPLOYED) as server:
        server.run("CREATE DATABASE bench TEMPLATE template0")
        yield server.url("bench")


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Store]:
    """A migrated store."""
    await upgrade(url)
    store = await open_store(url)
    try:
        yield store
    finally:
        await store.close()


READERS = """
INSERT INTO subscriber (id, chat_id, topic_id, kind, language, zone, content_languages, layout, stories_per_country,
                        wants_alerts, alerts_pierce_quiet, wants, is_paused, pause_reason, created_at)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
SELECT i, i, 0, 'private', 'en', 'Asia/Almaty', '', 'full', 5, true, false,
       'en|' || :prefix || (i % :sets) || '||full|5', false, '', :now FROM n
"""
SUBSCRIPTIONS = """
INSERT INTO subscription (subscriber_id, country, position)
SELECT id, :prefix || (id % :sets), 0 FROM subscriber
"""
SLOTS = """
INSERT INTO slot (subscriber_id, ordinal, local_time, zone, weekdays, last_local_date, skipped)
SELECT id, 0, :hour, 'Asia/Almaty', 127, NULL, 0 FROM subscriber
"""


async def add_readers(store: Store, count: int, *, sets: int = 1, hour: str = "08:00:00.000000") -> None:
    """``count`` private readers of one hour in Almaty, who follow one of ``sets`` sets of countries."""
    is_sqlite = store.engine.dialect.name == SQLITE
    prefix = "C" if sets > 1 else "KZ"
    async with store.engine.begin() as connection:
        when = "2026-03-01 00:00:00.000000" if is_sqlite else datetime(2026, 3, 1, tzinfo=UTC)
        fields = {"count": count, "prefix": prefix, "sets": sets}
        await connection.execute(text(READERS), fields | {"now": when})
        await connection.execute(text(SUBSCRIPTIONS), {"prefix": prefix, "sets": sets})
        await connection.execute(text(SLOTS), {"hour": hour if is_sqlite else wall_time.fromisoformat(hour)})
    if not is_sqlite:
        async with store.engine.connect() as connection:
            at_once = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await at_once.execute(text("ANALYZE"))


class LoopWatch:
    """The longest time for which the event loop did not turn, in seconds."""

    def __init__(self) -> None:
        self.longest = 0.0

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[LoopWatch]:
        task = asyncio.create_task(self._watch())
        await asyncio.sleep(0)
        try:
            yield self
        finally:
            task.cancel()

    async def _watch(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.005)
            self.longest = max(self.longest, time.perf_counter() - before - 0.005)


def peak_memory_mb() -> float:
    """Resident memory at its highest, of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def share_of_a_core(before: os.times_result, after: os.times_result) -> float:
    """Processor time of this process over wall time."""
    used = after.user - before.user + after.system - before.system
    return used / (after.elapsed - before.elapsed)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


Scenario = Callable[[str, bool], "list[Measure]"]
