from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from news.errors import UnknownSourceError
from news.model import Headline, NewHeadline
from news.shelf import LOT, Shelf, headline_shelf

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)


class Headlines:
    """A store that writes when it is told to, and refuses what is known and sources that are gone."""

    def __init__(self) -> None:
        self.lots: list[int] = []
        self.stored: dict[tuple[str, str], int] = {}
        self.go = asyncio.Event()
        self.is_stepwise = False

    async def add(self, headlines: Sequence[NewHeadline]) -> list[int]:
        self.lots.append(len(headlines))
        await self.go.wait()
        if self.is_stepwise:
            self.go.clear()
        for headline in headlines:
            if headline.source_id == "gone":
                raise UnknownSourceError("gone")
            if headline.source_id == "bug":
                raise ZeroDivisionError
        ids = []
        for headline in headlines:
            key = (headline.source_id, headline.guid)
            if key not in self.stored:
                ids.append(self.stored.setdefault(key, len(self.stored) + 1))
        return ids

    async def get_many(self, ids: Sequence[int]) -> list[Headline]:
        by_id = {number: key for key, number in self.stored.items()}
        return [Headline(number, by_id[number][0], "n", "t", NOW) for number in ids]


def batch(source_id: str, count: int, start: int = 0) -> list[NewHeadline]:
    return [
        NewHeadline(source_id, str(number), "t", first_seen_at=NOW, sort_at=NOW)
        for number in range(start, start + count)
    ]


def shelf_of(headlines: Headlines) -> Shelf[Sequence[NewHeadline], int]:
    return headline_shelf(headlines, asyncio.Lock())  # type: ignore[arg-type]


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def add_all(headlines: Headlines, *batches: list[NewHeadline]) -> list[int | BaseException]:
    shelf = shelf_of(headlines)
    tasks = [asyncio.create_task(shelf.put(one)) for one in batches]
    await settle()
    headlines.go.set()
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_who_comes_while_one_writes_is_written_together() -> None:
    headlines = Headlines()
    assert await add_all(headlines, batch("a", 3), batch("b", 2), batch("c", 4)) == [3, 2, 4]
    assert headlines.lots == [3, 6]


async def test_a_lot_has_an_end() -> None:
    headlines = Headlines()
    batches = [batch(f"s{number}", LOT // 2) for number in range(5)]
    assert await add_all(headlines, *batches) == [LOT // 2] * 5
    assert headlines.lots == [LOT // 2, LOT, LOT]


async def test_what_others_stored_meanwhile_is_not_counted() -> None:
    headlines = Headlines()
    headlines.stored = {("b", "0"): 1}
    assert await add_all(headlines, batch("a", 1), batch("b", 3), batch("c", 2)) == [1, 2, 2]


async def test_one_bad_source_does_not_spoil_a_lot() -> None:
    headlines = Headlines()
    first, gone, last = await add_all(headlines, batch("a", 1), batch("gone", 2), batch("c", 2))
    assert (first, last) == (1, 2)
    assert isinstance(gone, UnknownSourceError)


async def test_a_failure_of_the_store_reaches_everybody_who_waited_and_nobody_later() -> None:
    headlines = Headlines()
    shelf = shelf_of(headlines)
    headlines.go.set()
    with pytest.raises(ZeroDivisionError):
        await shelf.put(batch("bug", 1))
    assert await shelf.put(batch("a", 2)) == 2


async def test_what_a_cancelled_writer_held_is_written_by_the_next() -> None:
    headlines = Headlines()
    headlines.is_stepwise = True
    shelf = shelf_of(headlines)
    first, writer, held, waiter = [asyncio.create_task(shelf.put(batch(name, 1))) for name in "awhz"]
    await settle()
    headlines.go.set()
    assert await first == 1
    await settle()
    assert headlines.lots == [1, 3]
    writer.cancel()
    await settle()
    headlines.go.set()
    ends = await asyncio.gather(writer, held, waiter, return_exceptions=True)
    assert isinstance(ends[0], asyncio.CancelledError)
    assert ends[1:] == [1, 1]
    assert headlines.lots == [1, 3, 2]


async def test_shelves_that_share_a_turn_do_not_write_together() -> None:
    turn, writing, most = asyncio.Lock(), 0, 0

    async def write(lot: Sequence[int]) -> Sequence[int]:
        nonlocal writing, most
        writing += 1
        most = max(most, writing)
        await asyncio.sleep(0)
        writing -= 1
        return [-thing for thing in lot]

    shelves = [Shelf(write, turn), Shelf(write, turn)]
    found = await asyncio.gather(*(shelves[number % 2].put(number) for number in range(9)))
    assert (found, most) == ([-number for number in range(9)], 1)


async def test_a_caller_that_gave_up_disturbs_nobody() -> None:
    headlines = Headlines()
    shelf = shelf_of(headlines)
    tasks = [asyncio.create_task(shelf.put(batch(name, 1))) for name in ("a", "b", "bug")]
    await settle()
    tasks[1].cancel()
    tasks[2].cancel()
    await settle()
    headlines.go.set()
    assert await tasks[0] == 1
    assert await shelf.put(batch("c", 1)) == 1
