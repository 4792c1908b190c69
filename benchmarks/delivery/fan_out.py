"""One edition to a million readers; a hundred thousand readers of five hundred editions in the same minute."""

from __future__ import annotations

import asyncio
import time

from benchmarks.delivery.ground import (
    SQLITE,
    START,
    LoopWatch,
    Measure,
    add_readers,
    database,
    opened,
    peak_memory_mb,
)
from bot.planner import Asked, Composed, PlanReport, plan_with
from news.model import Message
from storage.storage import Store


async def compose(asked: Asked) -> Composed:
    """A digest of usual length, made up: composing itself is measured with the editors' benchmarks."""
    lines = "\n".join(f"• Bridge number {number} opens to traffic" for number in range(20))
    return Composed((Message(f"{asked.preferences.countries}\n{lines}"),), 20)


async def planned(store: Store) -> tuple[PlanReport, float, float]:
    """The report, seconds taken, longest stall of the loop in seconds."""
    async with LoopWatch().watching() as watch:
        start = time.perf_counter()
        report = await plan_with(store, compose, now=START)
        return report, time.perf_counter() - start, watch.longest


async def one_edition(url: str, kind: str, readers: int) -> Measure:
    async with opened(url) as store:
        await add_readers(store, readers)
        report, seconds, stall = await planned(store)
    bar = 10 if kind == SQLITE else 15
    memory = peak_memory_mb()
    holds = report.deliveries == readers and seconds <= bar and memory <= 300 and stall <= 0.1
    return Measure(
        f"fan-out of one edition to {readers:,} readers",
        kind,
        f"≤ {bar} s, ≤ 300 MB, stalls ≤ 100 ms",
        f"{report.deliveries:,} in {seconds:.1f} s, {memory:.0f} MB, longest stall {stall * 1000:.0f} ms",
        holds,
    )


async def many_editions(url: str, kind: str, readers: int, sets: int) -> Measure:
    async with opened(url) as store:
        await add_readers(store, readers, sets=sets)
        report, seconds, _stall = await planned(store)
    return Measure(
        f"{readers:,} readers due in one minute, {sets} sets of countries",
        kind,
        "≤ 20 s",
        f"{report.editions} editions, {report.deliveries:,} deliveries in {seconds:.1f} s",
        report.editions == sets and report.deliveries == readers and seconds <= 20,
    )


def run(kind: str, *, is_short: bool) -> list[Measure]:
    """Both scenarios on one database."""
    measures = []
    with database(kind) as url:
        measures.append(asyncio.run(one_edition(url, kind, 20_000 if is_short else 1_000_000)))
    with database(kind) as url:
        readers, sets = (5_000, 50) if is_short else (100_000, 500)
        measures.append(asyncio.run(many_editions(url, kind, readers, sets)))
    return measures
