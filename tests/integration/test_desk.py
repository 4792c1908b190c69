"""The process that tells languages and countries beside ours, with a real process."""

from __future__ import annotations

import asyncio
import io
import os
import signal
from collections.abc import AsyncIterator

import pytest

from news import desk as desk_module
from news.desk import JOBS, Desk, decode_answer, encode_job, serve
from news.gazetteer import Gazetteer, load_gazetteer
from news.ingest import Told, tell
from news.model import Item, Source, SourceKind

SOURCE = Source("orda", "Orda", SourceKind.FEED, "https://orda.kz/rss", "KZ", ("ru", "kk"))
ITEMS = [
    Item("1", "Поезд из Ташкента в Бишкек", summary="Новый маршрут открыли в среду."),
    Item("2", "Парламент принял бюджет"),
    Item("3", "Metro opens in Almaty", language="tr"),
    Item("4", "10"),
]


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


@pytest.fixture
def right(gazetteer: Gazetteer) -> list[Told]:
    return [tell(gazetteer, SOURCE, item) for item in ITEMS]


@pytest.fixture
async def desk(gazetteer: Gazetteer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """With its process, which a single item was worth."""
    monkeypatch.setattr(desk_module, "WORTH_IT", 1)
    async with Desk(gazetteer, cores=2) as desk, asyncio.timeout(60):
        await desk.tell(SOURCE, ITEMS)
        await desk.is_joined.wait()
        yield desk


def process_id(desk: Desk) -> int:
    assert desk.process_id is not None
    return desk.process_id


async def test_it_says_what_we_would_say(desk: Desk, right: list[Told]) -> None:
    assert await desk.tell(SOURCE, ITEMS) == right
    assert {found.country for found in right[0][1].countries} == {"UZ", "KG"}
    assert right[1][1].implied_by_source == "KZ"


async def test_many_at_once_each_get_their_own_answer(desk: Desk, right: list[Told]) -> None:
    asked = [[ITEMS[number % 4]] for number in range(JOBS * 5)]
    answers = await asyncio.gather(*(desk.tell(SOURCE, items) for items in asked))
    assert answers == [[right[number % 4]] for number in range(JOBS * 5)]


async def test_when_it_dies_we_say_it_ourselves(desk: Desk, right: list[Told]) -> None:
    os.kill(process_id(desk), signal.SIGSTOP)
    waiting = asyncio.create_task(desk.tell(SOURCE, ITEMS))
    await asyncio.sleep(0)
    os.kill(process_id(desk), signal.SIGKILL)
    assert await waiting == right
    assert desk.process_id is None
    assert await desk.tell(SOURCE, ITEMS) == right


async def test_one_that_hangs_is_killed(
    desk: Desk, right: list[Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "PATIENCE_S", 0.05)
    os.kill(process_id(desk), signal.SIGSTOP)
    assert await desk.tell(SOURCE, ITEMS) == right


async def test_who_gives_up_waiting_takes_nobody_elses_answer(desk: Desk, right: list[Told]) -> None:
    os.kill(process_id(desk), signal.SIGSTOP)
    impatient = asyncio.create_task(desk.tell(SOURCE, ITEMS[:1]))
    patient = asyncio.create_task(desk.tell(SOURCE, ITEMS))
    await asyncio.sleep(0)
    impatient.cancel()
    os.kill(process_id(desk), signal.SIGCONT)
    assert await patient == right


async def test_it_ends_with_the_round(gazetteer: Gazetteer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_module, "WORTH_IT", 1)
    async with Desk(gazetteer, cores=2) as desk, asyncio.timeout(60):
        await desk.tell(SOURCE, ITEMS)
        await desk.is_joined.wait()
        number = process_id(desk)
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


async def test_a_round_that_is_over_at_once_waits_for_no_start(
    gazetteer: Gazetteer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "WORTH_IT", 1)
    async with Desk(gazetteer, cores=2) as desk:
        await desk.tell(SOURCE, ITEMS)
    assert not desk.is_joined.is_set()
    assert desk.process_id is None


@pytest.mark.parametrize(
    ("cores", "worth_it"), [(1, 1), (2, 1_000)], ids=["on one core", "for a small round"]
)
async def test_nothing_is_started(
    gazetteer: Gazetteer, right: list[Told], monkeypatch: pytest.MonkeyPatch, cores: int, worth_it: int
) -> None:
    monkeypatch.setattr(desk_module, "WORTH_IT", worth_it)
    async with Desk(gazetteer, cores=cores) as desk:
        assert await desk.tell(SOURCE, ITEMS) == right
        await asyncio.sleep(0)
        assert (desk.process_id, desk._work) == (None, None)


def test_a_line_for_a_line(right: list[Told]) -> None:
    answers = io.BytesIO()
    serve(io.BytesIO(encode_job(SOURCE, ITEMS) * 2), answers)
    greeting, first, second = answers.getvalue().splitlines()
    assert greeting == b"[]"
    assert decode_answer(first, len(ITEMS)) == decode_answer(second, len(ITEMS)) == right
    with pytest.raises(ValueError, match="another number"):
        decode_answer(first, 1)
