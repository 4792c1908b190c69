"""The clerk that reads and tells beside us, as a real process."""

from __future__ import annotations

import asyncio
import io
import os
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from news import desk as desk_module
from news.clerk import decode_document, decode_told, encode_reading, encode_telling, serve
from news.desk import JOBS, Desk
from news.gazetteer import Gazetteer, load_gazetteer
from news.ingest import Told, tell
from news.model import Item, Source, SourceKind
from news.sources.document import Document
from news.sources.reading import QUICK_LIMIT, read_quickly

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
SOURCE = Source("orda", "Orda", SourceKind.FEED, "https://orda.kz/rss", "KZ", ("ru", "kk"))
ITEMS = [
    Item("1", "Поезд из Ташкента в Бишкек", summary="Новый маршрут открыли в среду."),
    Item("2", "Парламент принял бюджет"),
    Item("3", "Metro opens in Almaty", language="tr"),
    Item("4", "10"),
]


FEED = """<rss><channel><title>Орда</title><language>ru</language><ttl>5</ttl>
<item><title>Поезд из Ташкента</title><link>https://orda.kz/1</link><guid>1</guid><description>Новый маршрут.</description>
<pubDate>Mon, 23 Nov 2026 11:13:00 +0500</pubDate></item><item><title>Бюджет</title></item></channel></rss>""".encode()


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


async def read(desk: Desk, body: bytes, kind: SourceKind = SourceKind.FEED) -> Document | None:
    return await desk.read(body, kind=kind, url="https://orda.kz/rss", content_type="", now=NOW)


def quickly(body: bytes) -> Document | None:
    return read_quickly(body, kind=SourceKind.FEED, url="https://orda.kz/rss", now=NOW)


async def test_it_reads_what_we_would_read(desk: Desk) -> None:
    found = await read(desk, FEED)
    assert found == quickly(FEED)
    assert found is not None
    assert [item.title for item in found.items] == ["Поезд из Ташкента", "Бюджет"]
    assert (found.title, found.language, found.ttl_s) == ("Орда", "ru", 300.0)


@pytest.mark.parametrize("body", [b"<rss><channel><item>", b"", b"\xff<rss/>", b"\n"])
async def test_what_is_not_quickly_read_is_left_to_a_process_with_limits(desk: Desk, body: bytes) -> None:
    assert await read(desk, body) is None
    assert await read(desk, FEED) == quickly(FEED)


async def test_large_bodies_and_pages_never_come_to_it(
    gazetteer: Gazetteer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "read_quickly", None)
    async with Desk(gazetteer, cores=1) as desk:
        assert await read(desk, FEED + b" " * QUICK_LIMIT) is None
        assert await read(desk, FEED, SourceKind.PAGE) is None


async def test_a_body_that_it_was_lost_by_is_read_by_a_process_with_limits(desk: Desk) -> None:
    os.kill(process_id(desk), signal.SIGSTOP)
    waiting = asyncio.create_task(read(desk, FEED))
    await asyncio.sleep(0)
    os.kill(process_id(desk), signal.SIGKILL)
    assert await waiting is None
    assert await read(desk, FEED) == quickly(FEED)


async def test_without_it_one_after_another_is_done_here(gazetteer: Gazetteer, right: list[Told]) -> None:
    async with Desk(gazetteer, cores=1) as desk:
        answers = await asyncio.gather(*(desk.tell(SOURCE, [ITEMS[number % 4]]) for number in range(12)))
        assert answers == [[right[number % 4]] for number in range(12)]
        assert await read(desk, FEED) == quickly(FEED)


def test_a_line_for_a_line(right: list[Told]) -> None:
    answers = io.BytesIO()
    job = encode_telling(SOURCE, ITEMS)
    reading = encode_reading(FEED, url="https://orda.kz/rss", content_type="", now=NOW)
    serve(io.BytesIO(job + reading + job), answers)
    greeting, first, document, second = answers.getvalue().splitlines()
    assert greeting == b"[]"
    assert decode_told(first, len(ITEMS)) == decode_told(second, len(ITEMS)) == right
    assert decode_document(document) == quickly(FEED)
    with pytest.raises(ValueError, match="another number"):
        decode_told(first, 1)


def test_a_job_that_fails_takes_no_other_with_it(right: list[Told]) -> None:
    answers = io.BytesIO()
    broken = b'["tell", null, [], [[1, 2, 3]]]\n["read", 2, "", "", "never"]\n<>'
    serve(io.BytesIO(broken + encode_telling(SOURCE, ITEMS)), answers)
    _, first, second, third = answers.getvalue().splitlines()
    assert decode_told(first, 1) is None
    assert decode_document(second) is None
    assert decode_told(third, len(ITEMS)) == right


def test_half_a_letter_in_an_address_comes_through(gazetteer: Gazetteer) -> None:
    odd = [Item("1", "\ud800 Ташкент")]
    answers = io.BytesIO()
    serve(io.BytesIO(encode_telling(SOURCE, odd)), answers)
    assert decode_told(answers.getvalue().splitlines()[1], 1) == [tell(gazetteer, SOURCE, odd[0])]
