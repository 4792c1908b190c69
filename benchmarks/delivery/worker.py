"""A courier in a process of its own, to be killed, stopped and restarted."""

from __future__ import annotations

import asyncio
import json
import logging
import multiprocessing
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from benchmarks.delivery.fan_out import compose
from bot.courier import IN_FLIGHT, Courier
from bot.courier_request import courier_bot
from bot.leader import COURIER, PLANNER, Leadership
from bot.loop import loop_factory
from bot.pace import Pace
from bot.planner import plan_with
from bot.sending import TelegramSender
from bot.timekeeper import SystemTimekeeper
from news.garbage import spare_what_stays
from storage.outbox.leases import LostLeadershipError
from storage.storage import Store, open_store


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker is to do. ``report`` is a file for its own account of itself."""

    database: str
    telegram: str
    token: str
    rate: float = 1_000.0
    in_flight: int = IN_FLIGHT
    lease_s: float = 60.0
    is_elected: bool = False
    is_planner: bool = False
    is_paid: bool = False
    deadline_s: float = 20.0
    report: str = ""


def start(work: Work) -> BaseProcess:
    """Start a worker within milliseconds: its imports are done once, in a process that forks."""
    process = _processes().Process(target=_run, args=(work,), daemon=True)
    process.start()
    return process


def _processes() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def _run(work: Work) -> None:
    logging.basicConfig(level=logging.CRITICAL)
    spare_what_stays()  # as the command line does
    with asyncio.Runner(loop_factory=loop_factory(is_paid=work.is_paid)) as runner:
        runner.run(_work(work))


async def _work(work: Work) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    clock = SystemTimekeeper()
    store = await open_store(work.database)
    async with courier_bot(work.token, work.telegram, connections=work.in_flight) as bot:
        courier = Courier(
            store.outbox,
            store.subscribers,
            TelegramSender(bot, store.outbox.messages, is_paid=work.is_paid, deadline_s=work.deadline_s),
            Pace(clock, rate=work.rate),
            clock,
            leadership=Leadership(store.outbox.leases, COURIER, clock) if work.is_elected else None,
            in_flight=work.in_flight,
            lease=timedelta(seconds=work.lease_s),
        )
        before = os.times()
        planning = asyncio.create_task(_plan(store, clock)) if work.is_planner else None
        await courier.run(stop)
        after = os.times()
    if planning:
        planning.cancel()
    if work.report:
        used = after.user - before.user + after.system - before.system
        account = {"counts": dict(courier.counts), "core": used / (after.elapsed - before.elapsed)}
        Path(work.report).write_text(json.dumps(account), encoding="utf-8")
    await store.close()


async def _plan(store: Store, clock: SystemTimekeeper) -> None:
    """As bot.jobs does it: hold the office, plan, every five seconds (here: every second)."""
    leadership = Leadership(store.outbox.leases, PLANNER, clock)
    while True:
        with suppress(LostLeadershipError, SQLAlchemyError):
            if await leadership.hold():
                await plan_with(store, compose, now=clock.now(), leadership=leadership)
        await asyncio.sleep(1.0)
