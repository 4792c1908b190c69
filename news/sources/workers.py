"""A pool of reading processes that are killed and replaced when a body keeps them too long.

A body that is small and well formed never comes here (``read_quickly``): it is read in milliseconds, in place or at the desk.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from types import TracebackType
from typing import Self

from news.errors import UnreadableError
from news.model import SourceKind
from news.sources.document import Document
from news.sources.reading import read_quickly
from news.sources.worker import decode_answer, encode_job

WALL_LIMIT_S = 4.0
# The first job of a process also pays for its imports.
START_LIMIT_S = 20.0
ANSWER_LIMIT = 16 * 2**20
JOBS_PER_PROCESS = 2_000


class WorkerKilledError(UnreadableError):
    """The body kept its reader too long, or killed it: a strike against the source."""


class _Worker:
    """One process, started when first needed."""

    def __init__(self, jobs_per_process: int) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._jobs_per_process = jobs_per_process
        self._jobs = 0

    @property
    def process_id(self) -> int | None:
        """The process that runs now, if one does."""
        return self._process.pid if self._process else None

    async def answer(self, job: bytes, url: str, wall_limit_s: float) -> bytes:
        """Raise WorkerKilledError when it takes too long or dies."""
        try:
            process = self._process or await self._start()
            async with asyncio.timeout(wall_limit_s):
                line = await _exchange(process, job)
        except TimeoutError as error:
            await self.stop()
            raise WorkerKilledError(url, f"reading it took more than {wall_limit_s:g} s.") from error
        except (ConnectionError, asyncio.IncompleteReadError, ValueError) as error:
            await self.stop()
            raise WorkerKilledError(url, "it broke its reader.") from error
        except BaseException:
            await self.stop()  # a cancelled job leaves half an answer in the pipe
            raise
        self._jobs += 1
        if self._jobs >= self._jobs_per_process:  # parsers leak
            await self.stop()
        return line

    async def _start(self) -> asyncio.subprocess.Process:
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "news.sources.worker",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            limit=ANSWER_LIMIT,
        )  # fmt: skip
        self._jobs = 0
        # Imports are paid here and not by the first body's clock.
        greeting = encode_job(
            b"", kind=SourceKind.FILE, url="", content_type="", now=datetime.fromtimestamp(0).astimezone()
        )
        async with asyncio.timeout(START_LIMIT_S):
            await _exchange(process, greeting)
        return process

    def kill(self) -> None:
        """Whoever waits for an answer learns at once that none will come."""
        if self._process and self._process.returncode is None:
            self._process.kill()

    async def stop(self) -> None:
        """End the process, if there is one."""
        self.kill()
        process, self._process = self._process, None
        if process is None:
            return
        # communicate() drains and closes both pipes.
        await process.communicate()


async def _exchange(process: asyncio.subprocess.Process, job: bytes) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(job)
    await process.stdin.drain()
    return await process.stdout.readuntil(b"\n")


class WorkerPool:
    """``size`` reading processes. Use as ``async with WorkerPool() as pool``."""

    def __init__(
        self, size: int = 2, wall_limit_s: float = WALL_LIMIT_S, jobs_per_process: int = JOBS_PER_PROCESS
    ) -> None:
        self._wall_limit_s = wall_limit_s
        self._is_closed = False
        self._workers = [_Worker(jobs_per_process) for _ in range(size)]
        self._idle: asyncio.LifoQueue[_Worker] = asyncio.LifoQueue()
        for worker in self._workers:
            self._idle.put_nowait(worker)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the processes. What is being read or waits to be read is given up."""
        self._is_closed = True
        for worker in self._workers:
            worker.kill()
        for _ in self._workers:  # only who has a worker may read from its pipe
            await (await self._idle.get()).stop()
        for worker in self._workers:
            self._idle.put_nowait(worker)

    @property
    def process_ids(self) -> list[int]:
        """The reading processes that run now."""
        return [number for worker in self._workers if (number := worker.process_id) is not None]

    async def read(
        self, body: bytes, *, kind: SourceKind, url: str, content_type: str = "", now: datetime
    ) -> Document:
        """As ``read_document``, in place where that is quick, else in a process with limits.

        Raise UnreadableError, and its kind WorkerKilledError when the process had to be replaced.
        """
        quick = read_quickly(body, kind=kind, url=url, content_type=content_type, now=now)
        if quick is not None:
            return quick
        return await self.read_apart(body, kind=kind, url=url, content_type=content_type, now=now)

    async def read_apart(
        self, body: bytes, *, kind: SourceKind, url: str, content_type: str, now: datetime
    ) -> Document:
        """As ``read``, for a body that is not quickly read."""
        job = encode_job(body, kind=kind, url=url, content_type=content_type, now=now)
        async with self._borrow() as worker:
            if self._is_closed:
                raise UnreadableError(url, "reading ends here.")
            line = await worker.answer(job, url, self._wall_limit_s)
        return decode_answer(line, url)

    @asynccontextmanager
    async def _borrow(self) -> AsyncIterator[_Worker]:
        worker = await self._idle.get()
        try:
            yield worker
        finally:
            self._idle.put_nowait(worker)
