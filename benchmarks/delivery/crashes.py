"""The sender is killed, its database is stopped, it is frozen past its lease: what is lost, what comes twice."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from benchmarks.delivery.fan_out import compose
from benchmarks.delivery.ground import POSTGRES, START, Measure, add_readers, database, opened
from benchmarks.delivery.worker import Work, start
from bot.courier import IN_FLIGHT
from bot.planner import plan_with
from simulator import Simulator
from storage.outbox.values import State
from storage.storage import Store
from storage.tables import BroadcastRow, DeliveryRow
from tests import postgres

LEASE_S = 8.0  # short, so that a run ends soon; the product's is 60 s


@dataclass
class Stage:
    """A store full of deliveries before a simulator."""

    store: Store
    simulator: Simulator
    work: Work
    _seen: set[int] = field(default_factory=set)
    _known: set[int] = field(default_factory=set)
    _read: int = 0

    async def left(self) -> int:
        """Deliveries that have not ended."""
        open_states = (State.WAITING, State.AFTER, State.CLAIMED)
        async with self.store.engine.connect() as connection:
            statement = select(func.count()).where(DeliveryRow.state.in_(open_states))
            return int(await connection.scalar(statement.select_from(DeliveryRow)) or 0)

    async def wait_for_end(self, patience_s: float) -> None:
        """Until every delivery has ended."""
        async with asyncio.timeout(patience_s):
            while await self._left_or_many():  # noqa: ASYNC110 (the rows are in a database)
                await asyncio.sleep(0.25)

    async def _left_or_many(self) -> int:
        try:
            return await self.left()
        except SQLAlchemyError:  # the database is just being stopped
            return 1

    async def in_the_air(self) -> int:
        """Messages that arrived and were never acknowledged: what a crash at this moment will repeat."""
        for entry in self.simulator.ledger.entries(self._read):
            self._seen.add(entry.chat_id)
        self._read = len(self.simulator.ledger)
        async with self.store.engine.connect() as connection:
            claimed = await connection.scalars(
                select(DeliveryRow.subscriber_id).where(DeliveryRow.state == State.CLAIMED)
            )
            flying = {reader for reader in claimed if reader in self._seen}
        fresh = flying - self._known  # those of earlier crashes may still wait for their lease to run out
        self._known |= fresh
        return len(fresh)

    def account(self, readers: int) -> tuple[int, int]:
        """(lost, doubled) messages."""
        copies = self.simulator.ledger.copies()
        return readers - len(copies), sum(copies.values()) - len(copies)


@asynccontextmanager
async def stage(
    url: str, readers: int, *, population: range | None = None, **changes: object
) -> AsyncIterator[Stage]:
    """``readers`` readers with one planned digest each; ids of readers and chats are equal."""
    simulator = Simulator(
        population=population or range(1, readers + 1), keep_messages=1_000, keep_texts=False
    )
    async with opened(url) as store, simulator.serve() as telegram:
        await add_readers(store, readers)
        await plan_with(store, compose, now=START)
        chosen = {"lease_s": LEASE_S, "rate": 400.0} | changes
        yield Stage(store, simulator, Work(url, telegram, simulator.token, **chosen))


async def killed(url: str, kind: str, readers: int, kills: int) -> Measure:
    """SIGKILL at random moments until ``kills`` are done; the last sender may finish."""
    chance = random.Random(1)
    flying = []
    async with stage(url, readers, rate=100.0) as ground:
        pause = readers / float(ground.work.rate) / (kills + 1)
        for _ in range(kills):
            worker = start(ground.work)
            await asyncio.sleep(0.4 + pause * chance.uniform(0.5, 1.5))
            worker.kill()
            worker.join()
            await asyncio.sleep(0.05)  # what was on the wire arrives
            flying.append(await ground.in_the_air())
        worker = start(ground.work)
        await ground.wait_for_end(readers / 50 + 10 * LEASE_S)
        worker.terminate()
        worker.join()
        lost, doubled = ground.account(readers)
    return Measure(
        f"sender killed {kills} times in {readers:,} messages",
        kind,
        "lost 0; doubled ≤ 8 a kill, ≤ 1.5 on average",
        f"lost {lost}; doubled {doubled}, at most {max(flying)} a kill, {doubled / kills:.2f} on average",
        lost == 0 and max(flying) <= 8 and doubled <= 1.5 * kills,
    )


class OwnServer:
    """A PostgreSQL of ours that can be stopped as if the power of its process had gone, and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._binaries = postgres.find_binaries()
        self._who = postgres.user_to_be()
        self._again: subprocess.Popen | None = None

    def stop(self) -> None:
        """Immediately: no checkpoint, connections cut."""
        command = [self._binaries / "pg_ctl", "-D", self._folder / "data", "-m", "immediate", "-s", "stop"]
        subprocess.run(command, check=True, cwd=self._folder, **self._who)
        if self._again:
            self._again.wait()

    def start(self) -> None:
        """Recover and accept connections."""
        options = [*postgres.OPTIONS, f"unix_socket_directories={self._folder}"]
        command = [self._binaries / "postgres", "-D", self._folder / "data"]
        command += [part for option in options for part in ("-c", option)]
        with (self._folder / "log").open("ab") as log:
            self._again = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder, **self._who)
        postgres.wait_until_ready(self._binaries, self._folder, self._again)


async def database_stopped(readers: int, stops: int) -> Measure:
    """PostgreSQL stopped immediately again and again; how long until sending goes on after each return."""
    resumed = []
    with postgres.run_server() as server:
        server.run("CREATE DATABASE bench TEMPLATE template0")
        server.run(
            "ALTER DATABASE bench SET synchronous_commit = on"
        )  # the tests' server trades it for speed
        own = OwnServer(server.folder)
        async with stage(server.url("bench"), readers) as ground:
            worker = start(ground.work)
            await asyncio.sleep(1.5)
            for _ in range(stops):
                await asyncio.to_thread(own.stop)
                await asyncio.sleep(0.5)
                await asyncio.to_thread(own.start)
                resumed.append(await _seconds_until_more(ground.simulator))
                await asyncio.sleep(0.5)
            await ground.wait_for_end(readers / 50 + 10 * LEASE_S)
            worker.terminate()
            worker.join()
            lost, doubled = ground.account(readers)
            await asyncio.to_thread(own.stop)
    return Measure(
        f"PostgreSQL stopped immediately {stops} times in {readers:,} messages",
        POSTGRES,
        "lost 0; resumes ≤ 5 s",
        f"lost {lost}; doubled {doubled}; resumed within {max(resumed):.1f} s",
        lost == 0 and max(resumed) <= 5,
    )


async def _seconds_until_more(simulator: Simulator) -> float:
    """Until messages arrive again (not only those that were on the wire)."""
    before, start_at = len(simulator.ledger), time.monotonic()
    while len(simulator.ledger) <= before + 8 and time.monotonic() < start_at + 30:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    return time.monotonic() - start_at


async def frozen(url: str, kind: str, readers: int, times: int) -> Measure:
    """Two senders; one is stopped past its lease and continued.

    A late result that were accepted would be counted besides the one of the sender that took over, so the counts kept
    beside the broadcast would exceed its rows.
    """
    with tempfile.TemporaryDirectory() as folder:
        reports = [Path(folder) / f"{number}.json" for number in range(2)]
        async with stage(url, readers, rate=60.0, lease_s=2.0) as ground:
            workers = [start(replace(ground.work, report=str(report))) for report in reports]
            await asyncio.sleep(1.5)
            for _ in range(times):
                os.kill(workers[0].pid, signal.SIGSTOP)
                await asyncio.sleep(8.0)  # past the lease and the five seconds between two rescues
                os.kill(workers[0].pid, signal.SIGCONT)
                await asyncio.sleep(1.0)
            await ground.wait_for_end(readers / 20 + 60)
            for worker in workers:
                worker.terminate()
                worker.join()
            lost, doubled = ground.account(readers)
            excess = await _counted_too_much(ground.store)
        refused = json.loads(reports[0].read_text(encoding="utf-8"))["counts"].get("stale", 0)
    return Measure(
        f"two senders, one frozen past its lease {times} times",
        kind,
        "stale acknowledgements accepted 0; lost 0",
        f"accepted {excess}, refused {refused}; lost {lost}; doubled {doubled}",
        excess == 0 and lost == 0 and doubled <= times * IN_FLIGHT,
    )


async def _counted_too_much(store: Store) -> int:
    async with store.engine.connect() as connection:
        counted = await connection.scalar(select(func.sum(BroadcastRow.sent)))
        rows = await connection.scalar(
            select(func.count()).select_from(DeliveryRow).where(DeliveryRow.state == State.SENT)
        )
        return int(counted or 0) - int(rows or 0)


def run(kind: str, *, is_short: bool) -> list[Measure]:
    """Kills and freezes on one database; stops of the server itself on PostgreSQL."""
    measures = []
    with database(kind) as url:
        readers, kills = (400, 3) if is_short else (100_000, 200)
        measures.append(asyncio.run(killed(url, kind, readers, kills)))
    with database(kind) as url:
        readers, times = (300, 1) if is_short else (2_000, 3)
        measures.append(asyncio.run(frozen(url, kind, readers, times)))
    if kind == POSTGRES:
        measures.append(asyncio.run(database_stopped(*((1_500, 1) if is_short else (30_000, 20)))))
    return measures
