"""Telling languages and countries, with a second process beside ours while a round brings thousands of headlines.

It is what a first run costs most, needs nothing but words, and one process uses one core. Small rounds never start it, a
machine of one core never does, and when it fails everything is told here as before. ``python -m news.desk`` is that process:
a line of JSON is a job, a line of JSON its answer.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from collections.abc import Sequence
from types import TracebackType
from typing import BinaryIO, Self

from news.gazetteer import Gazetteer, load_gazetteer
from news.ingest import Told, tell
from news.model import Attribution, CountryEvidence, Item, Source, SourceKind

# Items of a round after which a process is worth its start, half a second and 40 MiB.
WORTH_IT = 1_000
# Jobs under way: enough that it never waits for us, few enough that what it cannot do in time is done here.
JOBS = 6
PATIENCE_S = 20.0
NICENESS = 5
_LINE_LIMIT = 4 * 2**20


class Desk:
    """Use as ``async with Desk(gazetteer) as desk``; ``cores`` are those that this process may use."""

    def __init__(self, gazetteer: Gazetteer, cores: int | None = None) -> None:
        self._gazetteer = gazetteer
        self._is_alone = (cores or len(os.sched_getaffinity(0))) < 2
        self._told = 0
        self._is_over = False
        self.is_joined = asyncio.Event()  # by the second process, once
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

    async def tell(self, source: Source, items: Sequence[Item]) -> list[Told]:
        """Language and countries of each item, told wherever there is time for it."""
        self._told += len(items)
        if self._told >= WORTH_IT and not (self._work or self._is_alone):
            self._work = asyncio.create_task(self._listen())
        if self._process and self.is_joined.is_set() and len(self._asked) < JOBS:
            try:
                return await self._ask(self._process, source, items)
            except (OSError, ValueError):  # it is gone, or talks nonsense
                self._is_alone = True
        return [tell(self._gazetteer, source, item) for item in items]

    async def _ask(self, process: Process, source: Source, items: Sequence[Item]) -> list[Told]:
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._asked.append(answer)
        assert process.stdin is not None
        process.stdin.write(encode_job(source, items))
        try:
            async with asyncio.timeout(PATIENCE_S):
                return decode_answer(await answer, len(items))
        except TimeoutError:
            self._end()
            raise

    async def _listen(self) -> None:
        """Start the process, hand out its answers in the order of the questions, and end it when the round ends."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "news.desk", stdin=PIPE, stdout=PIPE, stderr=DEVNULL, limit=_LINE_LIMIT
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
                    answer.set_exception(ConnectionError("the second process ended"))
            self._asked.clear()
            await process.communicate(b"")  # closes both pipes: nothing more to do, if it still lives

    def _end(self) -> None:
        """Once: a second signal would take the exit status away from the loop."""
        if self._process and not self._is_over:
            self._process.kill()
        self._is_over = True


def encode_job(source: Source, items: Sequence[Item]) -> bytes:
    """What is told of items depends on these fields of theirs and of their source."""
    fields = [(item.title, item.summary, item.language) for item in items]
    return json.dumps([source.country, source.languages, fields]).encode() + b"\n"


def decode_answer(line: bytes, count: int) -> list[Told]:
    """Raise ValueError when it is none for so many items."""
    answers = json.loads(line)
    if len(answers) != count:
        raise ValueError("another number of answers")
    return [
        (language, Attribution(tuple(CountryEvidence(*one) for one in countries), implied))
        for language, countries, implied in answers
    ]


def answer_job(gazetteer: Gazetteer, line: bytes) -> bytes:
    """The other side: a line for a line."""
    country, languages, fields = json.loads(line)
    source = Source("", "", SourceKind.FEED, "", country, tuple(languages))
    told = [
        tell(gazetteer, source, Item("", title, None, summary, None, language))
        for title, summary, language in fields
    ]
    rows = [
        (language, [(one.country, one.words, one.rule, one.weight) for one in found.countries], found.implied_by_source)
        for language, found in told
    ]  # fmt: skip
    return json.dumps(rows).encode() + b"\n"


def serve(jobs: BinaryIO, answers: BinaryIO) -> None:
    """Greet, then answer until the pipe closes."""
    gazetteer = load_gazetteer()
    answers.write(b"[]\n")
    answers.flush()
    while line := jobs.readline():
        answers.write(answer_job(gazetteer, line))
        answers.flush()


if __name__ == "__main__":  # pragma: no cover (the process that the tests of the desk run)
    os.nice(NICENESS)
    serve(sys.stdin.buffer, sys.stdout.buffer)
