"""How fast, how evenly, at what cost: free and paid sending, an alert among digests, a reply among broadcasts."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from benchmarks.delivery.crashes import Stage, stage
from benchmarks.delivery.ground import POSTGRES, START, LoopWatch, Measure, database, percentile
from benchmarks.delivery.worker import start
from bot.app import PAID_IN_FLIGHT
from bot.courier import IN_FLIGHT, Courier
from bot.courier_request import courier_bot
from bot.loop import loop_factory
from bot.pace import Pace
from bot.paced_replies import PacedReplies
from bot.sending import TelegramSender
from bot.timekeeper import SystemTimekeeper
from news.model import Message
from simulator import Fault, Rule, digest_of

WARM_UP_S = 6.0
PAID_HEAD_START_S = 10.0  # until the sender is up, on a slow machine too
DUE_A_SECOND = 950
WATCHED = 1_000  # messages of an alert


async def steady(url: str, kind: str, seconds: float) -> Measure:
    """Free sending under a strict 30 a second."""
    readers = int(30 * (seconds + WARM_UP_S))
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        async with stage(url, readers, rate=25.0, report=str(report)) as ground:
            ground.simulator.flood.is_on = True
            worker = start(ground.work)
            await asyncio.sleep(WARM_UP_S + seconds)
            worker.terminate()
            worker.join()
            times = [entry.time for entry in ground.simulator.ledger]
            refused = ground.simulator.ledger.refused[429]
        core = json.loads(report.read_text(encoding="utf-8"))["core"]
    steady_times = [moment for moment in times if moment >= times[0] + WARM_UP_S]
    rate = (len(steady_times) - 1) / (steady_times[-1] - steady_times[0])
    return Measure(
        f"free sending for {seconds:g} s under a strict 30/s",
        kind,
        "28–30/s, no 429, ≤ 15 % of a core",
        f"{rate:.1f}/s, {refused} refused, {core:.0%} of a core",
        28 <= rate <= 30 and refused == 0 and core <= 0.15,
    )


async def paid(url: str, kind: str, readers: int) -> Measure:
    """Paid broadcast at 50 ms latency; messages come due at 950 a second, so that waiting shows what falls behind."""
    async with stage(url, readers, rate=1_000.0, in_flight=PAID_IN_FLIGHT, is_paid=True) as ground:
        ground.simulator.faults.add(Rule(Fault.SLOW, seconds=0.05))
        start_at = datetime.now(UTC) + timedelta(seconds=PAID_HEAD_START_S)
        await _come_due(ground, start_at)
        worker = start(ground.work)
        await ground.wait_for_end(readers / 50 + 60)
        worker.terminate()
        worker.join()
        entries = list(ground.simulator.ledger)
        lost, doubled = ground.account(readers)
    times = sorted(entry.time for entry in entries)
    rate = (len(times) - 1) / (times[-1] - times[0])
    lags = [entry.time - start_at.timestamp() - entry.chat_id / DUE_A_SECOND for entry in entries]
    p50, p99 = percentile(lags, 0.5), percentile(lags, 0.99)
    return Measure(
        f"paid: {readers:,} messages due at {DUE_A_SECOND}/s, 50 ms latency",
        kind,
        "≥ 900/s, lag p99 ≤ 2 s, lost 0",
        f"{rate:.0f}/s, lag p50 {p50:.2f} s, p99 {p99:.2f} s, lost {lost}, doubled {doubled}",
        rate >= 900 and p99 <= 2 and lost == 0 and doubled == 0,
    )


async def _come_due(ground: Stage, start_at: datetime) -> None:
    """One reader after the other, 950 a second."""
    due = "UPDATE delivery SET not_before = :start + subscriber_id * make_interval(secs => 1.0 / :rate)"
    async with ground.store.engine.begin() as connection:
        await connection.execute(text(due), {"start": start_at, "rate": DUE_A_SECOND})


async def alert_among_digests(url: str, kind: str, digests: int, alerted: int) -> Measure:
    """An alert is confirmed while digests wait: its first message, its share, and whether digests still move."""
    async with stage(url, digests, rate=25.0) as ground:
        worker = start(ground.work)
        await asyncio.sleep(4.0)
        confirmed = await _confirm_to_some(ground, alerted)
        await asyncio.sleep(min(alerted, WATCHED) / 30 + 5.0)
        worker.terminate()
        worker.join()
        name = digest_of("Bridge closed.")
        entries = [entry for entry in ground.simulator.ledger if entry.time >= confirmed]
    alerts = [entry.time for entry in entries if entry.digest == name]
    during = Counter(entry.digest == name for entry in entries if alerts[0] <= entry.time <= alerts[-1])
    share, first = during[True] / during.total(), alerts[0] - confirmed
    return Measure(
        f"an alert to {alerted:,} while {digests:,} digests wait",
        kind,
        "first ≤ 1 s, ≥ 80 % of the rate, digests move",
        f"first after {first:.2f} s, {share:.0%}, {during[False]} digests meanwhile",
        first <= 1.0 and share >= 0.8 and during[False] > 0,
    )


async def _confirm_to_some(ground: Stage, alerted: int) -> float:
    """Confirm an alert that ``alerted`` readers get; when."""
    async with ground.store.engine.begin() as connection:
        await connection.exec_driver_sql(f"UPDATE subscriber SET wants_alerts = false WHERE id > {alerted}")
    if ground.store.engine.dialect.name == POSTGRES:  # a million dead rows are not what an alert meets
        async with ground.store.engine.connect() as connection:
            at_once = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await at_once.exec_driver_sql("VACUUM ANALYZE subscriber")
    broadcasts = ground.store.broadcasts
    number = await broadcasts.draft_alert("x", {"": (Message("Bridge closed."),)}, (), 1, START)
    moment = time.time()
    await broadcasts.confirm_alert(number, START)
    return moment


async def reply_among_broadcasts(url: str, kind: str, replies: int) -> Measure:
    """A command is answered while a broadcast runs: both in one process, as `jarchi run` does it."""
    async with stage(url, 40 * replies, rate=25.0) as ground:
        clock = SystemTimekeeper()
        pace = Pace(clock)
        request = HTTPXRequest(connection_pool_size=16)
        limiter = PacedReplies(pace)
        base = f"{ground.work.telegram}/bot"
        async with (
            ExtBot(ground.work.token, base_url=base, request=request, rate_limiter=limiter) as bot,
            courier_bot(ground.work.token, ground.work.telegram, connections=IN_FLIGHT) as carrier,
        ):
            sender = TelegramSender(carrier, ground.store.outbox.messages)
            courier = Courier(ground.store.outbox, ground.store.subscribers, sender, pace, clock)
            stop = asyncio.Event()
            running = asyncio.create_task(courier.run(stop))
            await asyncio.sleep(2.0)
            taken = []
            async with LoopWatch().watching():
                for number in range(replies):
                    begun = time.perf_counter()
                    await bot.send_message(1 + number, "Here is your digest.")
                    taken.append(time.perf_counter() - begun)
                    await asyncio.sleep(0.3)
            stop.set()
            await running
    return Measure(
        f"{replies} replies while a broadcast runs",
        kind,
        "p95 ≤ 300 ms",
        f"p50 {percentile(taken, 0.5) * 1000:.0f} ms, p95 {percentile(taken, 0.95) * 1000:.0f} ms",
        percentile(taken, 0.95) <= 0.3,
    )


def run(kind: str, *, is_short: bool) -> list[Measure]:
    """All of it on one database; paid sending on PostgreSQL."""
    measures = []
    with database(kind) as url:
        measures.append(asyncio.run(steady(url, kind, 5.0 if is_short else 600.0)))
    with database(kind) as url:
        digests, alerted = (2_000, 100) if is_short else (1_000_000, 1_000_000)
        measures.append(asyncio.run(alert_among_digests(url, kind, digests, alerted)))
    with database(kind) as url:
        measures.append(asyncio.run(reply_among_broadcasts(url, kind, 10 if is_short else 200)))
    if kind == POSTGRES:
        # The simulator too is to take as little of the machine as it can.
        with (
            database(kind) as url,
            asyncio.Runner(loop_factory=loop_factory(is_paid=True)) as runner,
        ):
            measures.append(runner.run(paid(url, kind, 3_000 if is_short else 60_000)))
    return measures
