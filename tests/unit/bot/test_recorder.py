"""Results are kept through trouble, written together, and one bad row holds up no other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime

import pytest
from sqlalchemy.exc import DataError, OperationalError

from bot.recorder import AT_ONCE, GATHER_S, MANY, Recorder
from storage.outbox.values import Recorded, Result, State
from tests.outbox import A_JOB, Hands


def result(text: str) -> Result:
    return Result(A_JOB, State.SENT, error=text)


class Records:
    """Keeps batches; ``trouble`` is raised first (None: that call works), ``poison`` is refused for ever."""

    def __init__(self, *trouble: Exception | None, poison: str = "") -> None:
        self.batches: list[list[str]] = []
        self.trouble = list(trouble)
        self.poison = poison
        self.gate: asyncio.Event | None = None

    async def record(self, results: Sequence[Result], *, now: datetime) -> Recorded:
        if self.gate:
            await self.gate.wait()
        if self.trouble and (error := self.trouble.pop(0)):
            raise error
        if self.poison and any(one.error == self.poison for one in results):
            raise DataError("UPDATE", {}, ValueError("bad row"))
        self.batches.append([one.error for one in results])
        return Recorded(accepted=len(results))

    @property
    def written(self) -> list[str]:
        return [text for batch in self.batches for text in batch]


async def test_a_result_alone_is_written_alone() -> None:
    records, told = Records(), []
    recorder = Recorder(records, Hands(), on_recorded=told.append)

    await recorder.record(result("one"))
    await recorder.record(result("two"))

    assert records.batches == [["one"], ["two"]]
    assert told == [Recorded(accepted=1)] * 2


async def test_at_a_high_rate_a_write_waits_for_more_results() -> None:
    class Slow(Records):
        async def record(self, results: Sequence[Result], *, now: datetime) -> Recorded:
            await asyncio.sleep(0)  # the others come meanwhile
            return await super().record(results, now=now)

    records, clock = Slow(), Hands()
    recorder = Recorder(records, clock)

    await asyncio.gather(*(recorder.record(result(str(number))) for number in range(MANY + 2)))
    await recorder.record(result("later"))
    await recorder.record(result("much later"))

    assert [len(batch) for batch in records.batches] == [1, MANY + 1, 1, 1]
    assert clock.slept == [GATHER_S], "after a large batch, not after a small one"


async def test_results_that_come_during_a_write_share_the_next_one() -> None:
    records = Records()
    records.gate = asyncio.Event()
    recorder = Recorder(records, Hands())
    tasks = [asyncio.create_task(recorder.record(result(str(number)))) for number in range(AT_ONCE + 10)]
    await asyncio.sleep(0)

    records.gate.set()
    await asyncio.gather(*tasks)

    assert [len(batch) for batch in records.batches] == [1, AT_ONCE, 9]
    assert records.written == [str(number) for number in range(AT_ONCE + 10)]


async def test_a_database_in_trouble_is_tried_until_it_works(caplog: pytest.LogCaptureFixture) -> None:
    records = Records(OperationalError("UPDATE", {}, OSError("disk full")), OSError("down"), OSError("down"))
    clock = Hands()
    recorder = Recorder(records, clock)

    with caplog.at_level(logging.WARNING):
        await recorder.record(result("kept"))

    assert records.written == ["kept"]
    assert len(clock.slept) == 3
    assert [record.action for record in caplog.records] == ["record_failed", "record_recovered"]
    assert "disk full" in caplog.text
    assert not recorder.is_in_trouble


async def test_trouble_is_visible_while_it_lasts() -> None:
    records = Records(OSError("down"))
    seen = []

    class Watching(Hands):
        async def sleep(self, seconds: float) -> None:
            seen.append(recorder.is_in_trouble)
            await super().sleep(seconds)

    recorder = Recorder(records, Watching())
    await recorder.record(result("kept"))

    assert seen == [True]


async def test_one_bad_row_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    records = Records(poison="bad")
    records.gate = asyncio.Event()
    clock = Hands()
    recorder = Recorder(records, clock)
    tasks = [asyncio.create_task(recorder.record(result(text))) for text in ("first", "a", "bad", "b")]
    await asyncio.sleep(0)

    records.gate.set()
    await asyncio.gather(*tasks)
    await recorder.record(result("later"))

    assert records.written == ["first", "a", "b", "later"]
    assert [record.action for record in caplog.records] == ["record_refused"]


async def test_trouble_while_a_bad_row_is_looked_for() -> None:
    records = Records(None, DataError("UPDATE", {}, ValueError("bad row")), OSError("down"))
    records.gate = asyncio.Event()
    clock = Hands()
    recorder = Recorder(records, clock)
    tasks = [asyncio.create_task(recorder.record(result(text))) for text in ("first", "a", "b")]
    await asyncio.sleep(0)

    records.gate.set()
    await asyncio.gather(*tasks)

    assert records.written == ["first", "a", "b"]
    assert len(clock.slept) == 1
