"""Bad weather between us and Telegram: lost answers, storms of 429, readers who are gone or have moved."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import replace
from itertools import pairwise

from sqlalchemy import func, select, text

from benchmarks.delivery.crashes import Stage, stage
from benchmarks.delivery.ground import START, Measure, database
from benchmarks.delivery.worker import start
from news.model import Message
from simulator import Fault, Rule
from storage.tables import DeliveryRow

PATIENCE_S = 600.0
FORBIDDEN = 403


async def doubtful(url: str, kind: str, fault: Fault, readers: int) -> Measure:
    """One send of a hundred is accepted without an answer: each must be counted, repeated once, and none lost."""
    async with stage(url, readers, rate=300.0, deadline_s=2.0) as ground:
        ground.simulator.faults.add(Rule(fault, probability=0.01))
        worker = start(ground.work)
        await ground.wait_for_end(PATIENCE_S)
        worker.terminate()
        worker.join()
        lost, doubled = ground.account(readers)
        struck = ground.simulator.faults.struck[fault]
        doubts = await _sum_of_doubts(ground)
    return Measure(
        f"{fault.value}: 1 % of {readers:,} sends",
        kind,
        "lost 0, doubled ≤ the sends that were struck, each counted",
        f"lost {lost}, doubled {doubled / readers:.2%}, {doubts} counted of {struck}",
        lost == 0 and doubled <= struck and doubts == struck,
    )


async def _sum_of_doubts(ground: Stage) -> int:
    async with ground.store.engine.connect() as connection:
        return int(await connection.scalar(select(func.sum(DeliveryRow.doubts))) or 0)


async def stormy(url: str, kind: str, waits: list[float]) -> Measure:
    """Storms that answer everything with 429; the sender is restarted in the middle of one of them."""
    readers = int(28 * (sum(waits) + 45 * len(waits)))
    async with stage(url, readers, rate=25.0) as ground:
        worker = start(ground.work)
        recovered = []
        for number, wait in enumerate(waits):
            await asyncio.sleep(12.0)
            ground.simulator.faults.add(Rule(Fault.STORM, seconds=wait, times=1))
            await asyncio.sleep(min(1.0, wait / 2))
            if number == len(waits) // 2:
                worker.kill()
                worker.join()
                worker = start(ground.work)
            await asyncio.sleep(wait)
            recovered.append(await _recovery_s(ground, patience_s=40.0))
        during = _asked_during_waits(ground)
        worker.terminate()
        worker.join()
        worker = start(replace(ground.work, rate=500.0))  # the rest quickly: only whether anything is lost
        await ground.wait_for_end(PATIENCE_S)
        worker.terminate()
        worker.join()
        lost, _ = ground.account(readers)
    return Measure(
        f"{len(waits)} storms of 429, waits of {min(waits):g}–{max(waits):g} s, a restart in one",
        kind,
        "requests during a wait 0, lost 0, 95 % of the rate within 30 s",
        f"during a wait {during}, lost {lost}, 95 % after {max(recovered):.0f} s",
        during == 0 and lost == 0 and max(recovered) <= 30,
    )


async def _recovery_s(ground: Stage, patience_s: float) -> float:
    """Seconds until a second holds 95 % of 28.5 messages (averaged over three)."""
    start_at = time.monotonic()
    while time.monotonic() < start_at + patience_s:
        await asyncio.sleep(0.5)
        now = time.time()
        entries = ground.simulator.ledger.entries(max(0, len(ground.simulator.ledger) - 120))
        if sum(now - 3.0 <= entry.time < now for entry in entries) >= 3 * 0.95 * 28.5:
            break
    return time.monotonic() - start_at


def _asked_during_waits(ground: Stage) -> int:
    """Requests that began after a refusal and before its wait was over, except those already in the air (100 ms)."""
    refusals = sorted(refusal.time for refusal in ground.simulator.ledger.refusals if refusal.code == 429)
    return sum(0.1 < later - earlier < 1.0 for earlier, later in pairwise(refusals))


async def departed(url: str, kind: str, readers: int) -> Measure:
    """Of twenty readers one has blocked us, one is deactivated, one is a group that has moved; two messages to all."""
    blocked, deactivated = range(1, readers + 1, 20), range(2, readers + 1, 20)
    async with stage(url, readers, population=range(-readers, readers + 1), rate=300.0) as ground:
        async with ground.store.engine.begin() as connection:
            await connection.execute(
                text("UPDATE subscriber SET chat_id = -id, kind = 'group' WHERE id % 20 = 3")
            )
        faults = ground.simulator.faults
        faults.add(Rule(Fault.BLOCKED, chats=blocked))
        faults.add(Rule(Fault.DEACTIVATED, chats=deactivated))
        faults.add(Rule(Fault.MIGRATED, chats=range(-readers, 0)))
        worker = start(ground.work)
        await ground.wait_for_end(PATIENCE_S)
        broadcasts = ground.store.broadcasts
        number = await broadcasts.draft_alert("x", {"": (Message("x"),)}, (), 1, START)
        second = await broadcasts.confirm_alert(number, START)
        await ground.wait_for_end(PATIENCE_S)
        worker.terminate()
        worker.join()
        refused = ground.simulator.ledger.refusals
        tries = Counter(one.chat_id for one in refused if one.code == FORBIDDEN)
        copies = ground.simulator.ledger.copies()
    others = readers - len(blocked) - len(deactivated)
    twice = sum(copies.values()) - len(copies)
    return Measure(
        f"5 % blocked, 5 % deactivated, 5 % migrated of {readers:,}",
        kind,
        "no second send to a blocked chat; migrated chats once",
        f"most tries {max(tries.values())}; {len(copies):,} of {others + second:,} to the others, {twice} twice",
        max(tries.values()) == 1 and len(copies) == others + second and twice == 0,
    )


def run(kind: str, *, is_short: bool) -> list[Measure]:
    """All of it on one database."""
    measures = []
    for fault in (Fault.DROPPED, Fault.HANG):
        with database(kind) as url:
            measures.append(asyncio.run(doubtful(url, kind, fault, 300 if is_short else 20_000)))
    with database(kind) as url:
        measures.append(asyncio.run(departed(url, kind, 200 if is_short else 20_000)))
    with database(kind) as url:
        measures.append(asyncio.run(stormy(url, kind, [2.0] if is_short else [1.0, 3.0, 10.0, 60.0])))
    return measures
