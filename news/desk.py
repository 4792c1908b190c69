"""Reading and telling, with a second process beside ours (news.clerk) while a round brings thousands of headlines.

It is what a first run costs most, needs nothing but the bytes, and one process uses one core. Small rounds never start the
clerk, a machine of one core never does, and when it fails everything is done here as before.
"""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Self, TypeVar

from news.clerk import decode_document, decode_told, encode_reading, encode_telling
from news.gazetteer import Gazetteer
from news.ingest import Told, tell
from news.model import Item, Source, SourceKind
from news.sources.document import Document
from news.sources.reading import QUICK_LIMIT, read_quickly

# Items of a round after which a clerk is worth its start, half a second and 45 MiB.
WORTH_IT = 1_000
# Jobs under way: with ten it stood idle two fifths of the time, because a busy loop comes back late; few enough that what
# it cannot do in time is done here.
JOBS = 64
PATIENCE_S = 20.0
_LINE_LIMIT = 4 * 2**20

T = TypeVar("T")


class Desk:
    """Use as ``async with Desk(gazetteer) as desk``; ``cores`` are those that this process may use."""

    def __init__(self, gazetteer: Gazetteer, cores: int | None = None) -> None:
        self._gazetteer = gazetteer
        self._is_alone = (cores or len(os.sched_getaffinity(0))) < 2
        self._told = 0
        self._is_over = False
        self._turn = asyncio.Lock()  # of what is done here
        self.is_joined = asyncio.Event()  # by the clerk, once
        self._asked: deque[asyncio.Future[bytes]] = deque()
        self._process: Process | None = None
        self._work: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        if self._work:
            await asyncio.gather(self._work, return_exceptions=True)

    @property
    def process_id(self) -> int | None:
        """The process beside this one, while there is one."""
        return self._process.pid if self._process else None

    async def read(
        self, body: bytes, *, kind: SourceKind, url: str, content_type: str, now: datetime
    ) -> Document | None:
        """As ``read_quickly``; None also for a body that the clerk was lost by, or could have been."""
        if kind is not SourceKind.FEED or len(body) > QUICK_LIMIT:
            return None
        return await self._share(
            partial(encode_reading, body, url=url, content_type=content_type, now=now),
            decode_document,
            partial(read_quickly, body, kind=kind, url=url, content_type=content_type, now=now),
        )

    async def tell(self, source: Source, items: Sequence[Item]) -> list[Told]:
        """What the words of each item tell."""

        def here() -> list[Told]:
            return [tell(self._gazetteer, source, item) for item in items]

        self._told += len(items)
        if self._told >= WORTH_IT and not (self._work or self._is_alone):
            self._work = asyncio.create_task(self._listen())
        told = await self._share(
            partial(encode_telling, source, items), partial(decode_told, count=len(items)), here
        )
        return here() if told is None else told

    async def _share(
        self, job: Callable[[], bytes], decode: Callable[[bytes], T | None], here: Callable[[], T | None]
    ) -> T | None:
        """Ask the clerk while it has few jobs, else do it here, one after another so that the loop breathes between.

        None for what the clerk could not do.
        """
        if not self._has_room:
            async with self._turn:
                await asyncio.sleep(0)
                if not self._has_room:
                    return here()
        try:
            return decode(await self._ask(job()))
        except (OSError, ValueError, TypeError):
            # It is gone, hangs (a TimeoutError is an OSError), or talks nonsense.
            self._is_alone = True
            self._end()
            return None

    @property
    def _has_room(self) -> bool:
        is_there = self._process and self.is_joined.is_set() and not self._is_alone
        return bool(is_there) and len(self._asked) < JOBS

    async def _ask(self, job: bytes) -> bytes:
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._asked.append(answer)
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(job)
        async with asyncio.timeout(PATIENCE_S):
            return await answer

    async def _listen(self) -> None:
        """Start the clerk, hand out its answers in the order of the questions, and end it when the round ends."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "news.clerk", stdin=PIPE, stdout=PIPE, stderr=DEVNULL, limit=_LINE_LIMIT
        )
        self._process = process
        if self._is_over:
            process.kill()
        try:
            assert process.stdout is not None
            while line := await process.stdout.readline():
                if not self.is_joined.is_set():  # its greeting: the gazetteer is loaded
                    self.is_joined.set()
                    continue
                answer = self._asked.popleft()
                if not answer.done():
                    answer.set_result(line)
        finally:
            self._process = None
            for answer in self._asked:
                if not answer.done():
                    answer.set_exception(ConnectionError("the clerk ended"))
            self._asked.clear()
            await process.communicate(b"")  # closes both pipes: nothing more to do, if it still lives

    def _end(self) -> None:
        """Once: a second signal would take the exit status away from the loop."""
        if self._process and not self._is_over:
            self._process.kill()
        self._is_over = True
