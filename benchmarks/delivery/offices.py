"""Three processes on PostgreSQL; whichever leads is killed again and again."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, text

from benchmarks.delivery.crashes import Stage, stage
from benchmarks.delivery.ground import POSTGRES, Measure, database
from benchmarks.delivery.worker import start
from bot.courier import IN_FLIGHT
from bot.leader import COURIER, PLANNER
from storage.tables import BroadcastRow, LeaseRow

WORKERS = 3
KILL_EVERY_S = 10.0


async def led(url: str, kind: str, seconds: float) -> Measure:
    """Kill the process that leads every ten seconds and start another; readers come due all the while."""
    readers = int(seconds * 10)
    async with stage(url, readers, rate=25.0, is_elected=True, is_planner=True) as ground:
        await _come_due_one_after_another(ground, seconds)
        workers = {one.pid: one for one in (start(ground.work) for _ in range(WORKERS))}
        kills, end = 0, time.monotonic() + seconds
        while time.monotonic() < end:
            await asyncio.sleep(KILL_EVERY_S)
            leader = await _leader(ground, kills)
            if leader in workers:
                workers[leader].kill()
                workers.pop(leader).join()
                kills += 1
                fresh = start(ground.work)
                workers[fresh.pid] = fresh
        await ground.wait_for_end(240.0)
        for worker in workers.values():
            worker.terminate()
        for worker in workers.values():
            worker.join()
        lost, doubled = ground.account(readers)
        gap = await _longest_gap_s(ground)
    return Measure(
        f"{WORKERS} processes, the leader killed {kills} times in {seconds:g} s",
        kind,
        "lost 0, doubled ≤ 8 a kill, gap in planning ≤ 30 s",
        f"lost {lost}, doubled {doubled}, longest gap {gap:.0f} s",
        lost == 0 and doubled <= kills * IN_FLIGHT and gap <= 30,
    )


async def _come_due_one_after_another(ground: Stage, seconds: float) -> None:
    """Forget what is planned; a hundredth of the readers comes due (by a quiet hour's alert) every few seconds."""
    now = datetime.now(UTC)
    async with ground.store.engine.begin() as connection:
        await connection.execute(text("DELETE FROM delivery"))
        await connection.execute(text("DELETE FROM broadcast"))
        await connection.execute(text("DELETE FROM edition"))
        await connection.execute(text("UPDATE subscriber SET last_until = NULL"))
        moment = now.replace(second=0, microsecond=0)
        minutes = max(1, int(seconds // 60))
        for minute in range(minutes):
            due = (moment + timedelta(minutes=minute + 1)).time()
            await connection.execute(
                text(
                    "UPDATE slot SET zone = 'UTC', local_time = :due, last_local_date = NULL"
                    " WHERE subscriber_id % :minutes = :minute"
                ),
                {"due": due, "minutes": minutes, "minute": minute},
            )


async def _leader(ground: Stage, kills: int) -> int | None:
    """The process that paces, then the one that plans, by turns."""
    name = COURIER if kills % 2 == 0 else PLANNER
    async with ground.store.engine.connect() as connection:
        owner = await connection.scalar(select(LeaseRow.owner).where(LeaseRow.name == name))
    return int(owner.rsplit(":", 1)[1]) if owner else None


async def _longest_gap_s(ground: Stage) -> float:
    """Longest lateness of an edition behind its minute."""
    async with ground.store.engine.connect() as connection:
        rows = await connection.scalars(select(BroadcastRow.created_at).order_by(BroadcastRow.created_at))
        moments = list(rows)
    late = [moment.second + moment.microsecond / 1e6 for moment in moments]
    return max(late, default=0.0)


def run(kind: str, *, is_short: bool) -> list[Measure]:
    """On PostgreSQL only: SQLite is for one process."""
    if kind != POSTGRES:
        return []
    with database(kind) as url:
        return [asyncio.run(led(url, kind, 70.0 if is_short else 600.0))]
