"""What is done how often. APScheduler only rings the bell: who is due is a question to our own tables."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot import jobs
from bot.parts import Parts, Role

logger = logging.getLogger(__name__)

LAST_JOBS_S = 20.0


@dataclass(frozen=True, slots=True)
class Job:
    """A row of the clock: ``grace`` is how late a run may start and still be useful."""

    name: str
    role: Role
    run: Callable[[Parts], Awaitable[None]]
    every: timedelta
    grace: timedelta


JOBS = (
    Job("fetch due sources", Role.FETCH, jobs.fetch_due_sources, timedelta(seconds=30), timedelta(minutes=5)),
    Job("join stories", Role.FETCH, jobs.join_new_stories, timedelta(seconds=20), timedelta(minutes=5)),
    Job("tidy the index", Role.FETCH, jobs.tidy_index, timedelta(hours=12), timedelta(hours=1)),
    Job("drop old headlines", Role.FETCH, jobs.drop_old_headlines, timedelta(hours=6), timedelta(hours=1)),
    Job(
        "plan due editions", Role.DELIVER, jobs.plan_due_editions, timedelta(seconds=5), timedelta(minutes=30)
    ),
    Job("tell watches", Role.DELIVER, jobs.tell_watches, timedelta(seconds=60), timedelta(minutes=10)),
    Job(
        "keep the outbox small",
        Role.DELIVER,
        jobs.keep_outbox_small,
        timedelta(minutes=10),
        timedelta(hours=1),
    ),
)


@asynccontextmanager
async def ringing(parts: Parts, roles: Iterable[Role], *, table: Iterable[Job] = JOBS) -> AsyncIterator[None]:
    """Ring for these roles while the block runs, every job once at the start, none beside itself.

    At the end running jobs may finish: APScheduler itself would cancel them in the middle of a write.
    """
    scheduler = AsyncIOScheduler(timezone=UTC)
    running: set[asyncio.Task[None]] = set()
    wanted = set(roles)
    for job in table:
        if job.role in wanted:
            scheduler.add_job(
                _guarded(job, running),
                IntervalTrigger(seconds=int(job.every.total_seconds()), timezone=UTC),
                args=[parts],
                id=job.name,
                name=job.name,
                next_run_time=parts.now(),
                misfire_grace_time=int(job.grace.total_seconds()),
                coalesce=True,
                max_instances=1,
            )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.pause()
        if running:
            await asyncio.wait(running, timeout=LAST_JOBS_S)
        scheduler.shutdown(wait=False)


def _guarded(job: Job, running: set[asyncio.Task[None]]) -> Callable[[Parts], Awaitable[None]]:
    """A job that fails is logged with its name and rings again at its next hour."""

    async def run(parts: Parts) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            await job.run(parts)
        except Exception:  # whatever it was, the clock must go on
            logger.exception("%s failed", job.name, extra={"action": "job_failed", "job": job.name})
        finally:
            running.discard(task)

    return run
