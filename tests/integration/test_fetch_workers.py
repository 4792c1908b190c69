"""The pool of reading processes, with real processes."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from news.errors import UnreadableError
from news.model import SourceKind
from news.sources.workers import WorkerKilledError, WorkerPool

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
GOOD = b"<rss><channel><item><title>Dam opens</title></item></channel></rss>"
BROKEN = b"<rss><channel><item><title>Fish & chips</title></item></channel></rss>"
# Minutes for feedparser on any machine: at each sign it looks through all that follows.
ENDLESS = b"<rss><channel><item><title>" + b"<a " * 200_000


@pytest.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    async with WorkerPool(size=1, wall_limit_s=1.0) as pool:
        yield pool


async def read(pool: WorkerPool, body: bytes) -> list[str]:
    document = await pool.read(body, kind=SourceKind.FEED, url="https://a.kz/feed", now=NOW)
    return [item.title for item in document.items]


async def test_a_good_body_needs_no_process(pool: WorkerPool) -> None:
    assert await read(pool, GOOD) == ["Dam opens"]
    assert pool.process_ids == []


async def test_a_broken_body_is_read_by_a_process_that_stays(pool: WorkerPool) -> None:
    assert await read(pool, BROKEN) == ["Fish & chips"]
    assert await read(pool, BROKEN) == ["Fish & chips"]
    assert len(pool.process_ids) == 1
    with pytest.raises(UnreadableError, match="not a feed"):
        await read(pool, b"nothing of the kind")


async def test_a_process_that_takes_too_long_is_replaced(pool: WorkerPool) -> None:
    with pytest.raises(WorkerKilledError, match="took more than 1 s"):
        await read(pool, ENDLESS)
    assert pool.process_ids == []
    assert await read(pool, BROKEN) == ["Fish & chips"]


async def test_a_process_that_dies_is_replaced(pool: WorkerPool) -> None:
    await read(pool, BROKEN)
    os.kill(pool.process_ids[0], signal.SIGKILL)
    with pytest.raises(WorkerKilledError, match="broke its reader"):
        await read(pool, BROKEN)
    assert await read(pool, BROKEN) == ["Fish & chips"]


async def test_a_cancelled_job_leaves_no_half_answer(pool: WorkerPool) -> None:
    task = asyncio.create_task(read(pool, ENDLESS))
    while not pool.process_ids:  # noqa: ASYNC110 - one turn of the loop at a time, no waiting by the clock
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await read(pool, BROKEN) == ["Fish & chips"]


async def test_jobs_wait_for_their_turn(pool: WorkerPool) -> None:
    found = await asyncio.gather(*(read(pool, BROKEN) for _ in range(5)))
    assert found == [["Fish & chips"]] * 5
    assert len(pool.process_ids) == 1


async def test_a_process_is_renewed_after_many_jobs() -> None:
    async with WorkerPool(size=1, jobs_per_process=2) as pool:
        for processes in (1, 0, 1):
            await read(pool, BROKEN)
            assert len(pool.process_ids) == processes


async def test_closing_gives_up_what_is_read_and_what_waits() -> None:
    pool = WorkerPool(size=1)
    await read(pool, BROKEN)
    jobs = [asyncio.create_task(read(pool, ENDLESS)) for _ in range(3)]
    await asyncio.sleep(0)  # the first one has the process now
    await pool.close()
    ended = await asyncio.gather(*jobs, return_exceptions=True)
    assert [type(error) for error in ended] == [WorkerKilledError, UnreadableError, UnreadableError]
    assert pool.process_ids == []
