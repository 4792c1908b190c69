"""The disk is full; the power goes and the end of the write-ahead log with it."""

from __future__ import annotations

import asyncio
import logging
import random
import shutil
import tempfile
from pathlib import Path
from resource import RLIM_INFINITY, RLIMIT_FSIZE, setrlimit

from sqlalchemy import text

from benchmarks.delivery.crashes import stage
from benchmarks.delivery.ground import SQLITE, Measure, database, opened
from benchmarks.delivery.worker import start
from bot.courier import Courier
from bot.outcomes import Outcome, Sent
from bot.pace import Pace
from bot.timekeeper import SystemTimekeeper
from storage.outbox.values import Job
from storage.storage import Store


async def power_lost(url: str, kind: str, readers: int, times: int) -> Measure:
    """Copies of the database as a power cut leaves it: the log cut anywhere after its last synchronised commit."""
    chance = random.Random(1)
    path = Path(url.removeprefix("sqlite+aiosqlite:///"))
    lost = broken = 0
    async with stage(url, readers, rate=200.0) as ground:
        worker = start(ground.work)
        for _ in range(times):
            await asyncio.sleep(1.0)
            told = await _sent(ground.store)
            with tempfile.TemporaryDirectory() as folder:
                copy = Path(folder) / "copy.db"
                _copy_with_torn_end(path, copy, chance)
                acknowledged, is_whole = await _look_into(copy)
            lost += max(0, told - acknowledged)
            broken += not is_whole
        worker.terminate()
        worker.join()
    return Measure(
        f"power lost {times} times (end of the log torn)",
        kind,
        "integrity check passes, nothing acknowledged is lost",
        f"{broken} broken copies, {lost} acknowledgements lost",
        broken == 0 and lost == 0,
    )


def _copy_with_torn_end(path: Path, copy: Path, chance: random.Random) -> None:
    """The log first: what it gains while the database is copied is the torn end, of which a part is garbage."""
    log = Path(f"{path}-wal").read_bytes()
    shutil.copyfile(path, copy)
    rubbish = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 9_000)))
    Path(f"{copy}-wal").write_bytes(log + rubbish)


async def _look_into(copy: Path) -> tuple[int, bool]:
    """(acknowledged deliveries, whether the integrity check passes)."""
    async with opened(f"sqlite+aiosqlite:///{copy}") as store:
        acknowledged = await _sent(store)
        async with store.engine.connect() as connection:
            return acknowledged, await connection.scalar(text("PRAGMA integrity_check")) == "ok"


async def _sent(store: Store) -> int:
    async with store.engine.connect() as connection:
        return int(await connection.scalar(text("SELECT count(*) FROM delivery WHERE state = 'sent'")))


class Counting:
    """A sender that counts, so that sent and recorded can be compared."""

    def __init__(self) -> None:
        self.sent: list[int] = []

    async def fit(self, job: Job) -> tuple[Job, tuple[Job, ...]]:
        return job, ()

    async def send(self, job: Job) -> Outcome:
        self.sent.append(job.id)
        return Sent(job.id)


class Alarms(logging.Handler):
    """Collects the actions of log records."""

    def __init__(self) -> None:
        super().__init__()
        self.actions: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.actions.append(getattr(record, "action", ""))


async def disk_full(url: str, kind: str, readers: int) -> Measure:
    """No file of this process may be written for a while, as on a full disk (RLIMIT_FSIZE)."""
    alarms = Alarms()
    logging.getLogger("bot").addHandler(alarms)
    async with stage(url, readers) as ground:
        post, stop = Counting(), asyncio.Event()
        clock = SystemTimekeeper()
        courier = Courier(ground.store.outbox, ground.store.subscribers, post, Pace(clock, rate=300.0), clock)
        running = asyncio.create_task(courier.run(stop))
        await asyncio.sleep(1.0)
        setrlimit(RLIMIT_FSIZE, (0, RLIM_INFINITY))
        await asyncio.sleep(1.0)
        at_full = len(post.sent)
        await asyncio.sleep(2.0)
        meanwhile = len(post.sent) - at_full
        setrlimit(RLIMIT_FSIZE, (RLIM_INFINITY, RLIM_INFINITY))
        await ground.wait_for_end(readers / 50 + 30)
        stop.set()
        await running
        doubled = len(post.sent) - len(set(post.sent))
        lost = readers - len(set(post.sent))
    logging.getLogger("bot").removeHandler(alarms)
    is_loud = {"record_failed", "claim_failed"} & set(alarms.actions)
    return Measure(
        "disk full for three seconds",
        kind,
        "clear alarm, nothing lost, recovers by itself",
        f"alarm {sorted(is_loud)}, {meanwhile} sent meanwhile, lost {lost}, doubled {doubled}",
        bool(is_loud) and meanwhile == 0 and lost == 0 and doubled == 0,
    )


def run(kind: str, *, is_short: bool) -> list[Measure]:
    """On SQLite: PostgreSQL's log is its own affair (see crashes)."""
    if kind != SQLITE:
        return []
    measures = []
    with database(kind) as url:
        readers, times = (600, 2) if is_short else (6_000, 20)
        measures.append(asyncio.run(power_lost(url, kind, readers, times)))
    with database(kind) as url:
        measures.append(asyncio.run(disk_full(url, kind, 1_000 if is_short else 3_000)))
    return measures
