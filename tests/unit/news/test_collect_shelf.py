from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from news.errors import UnknownSourceError
from news.model import Headline, NewHeadline
from news.shelf import LOT, Shelf

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)


class Headlines:
    """A store that writes when it is told to, and refuses what is known and sources that are gone."""

    def __init__(self) -> None:
        self.lots: list[int] = []
        self.stored: dict[tuple[str, str], int] = {}
        self.go = asyncio.Event()

    async def add(self, headlines: Sequence[NewHeadline]) -> list[int]:
        self.lots.append(len(headlines))
        await self.go.wait()
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


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def add_all(headlines: Headlines, *batches: list[NewHeadline]) -> list[int | BaseException]:
    shelf = Shelf(headlines)  # type: ignore[arg-type]
    tasks = [asyncio.create_task(shelf.add(one)) for one in batches]
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


async def test_nothing_is_written_for_nothing() -> None:
    headlines = Headlines()
    assert await add_all(headlines, []) == [0]
    assert headlines.lots == []


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
    shelf = Shelf(headlines)  # type: ignore[arg-type]
    headlines.go.set()
    with pytest.raises(ZeroDivisionError):
        await shelf.add(batch("bug", 1))
    assert await shelf.add(batch("a", 2)) == 2


async def test_a_cancelled_writer_takes_those_who_wait_along() -> None:
    headlines = Headlines()
    shelf = Shelf(headlines)  # type: ignore[arg-type]
    writer = asyncio.create_task(shelf.add(batch("a", 1)))
    waiter = asyncio.create_task(shelf.add(batch("w", 1)))
    await settle()
    writer.cancel()
    ends = await asyncio.gather(writer, waiter, return_exceptions=True)
    assert [type(end) for end in ends] == [asyncio.CancelledError] * 2
    headlines.go.set()
    assert await shelf.add(batch("b", 1)) == 1


async def test_a_caller_that_gave_up_disturbs_nobody() -> None:
    headlines = Headlines()
    shelf = Shelf(headlines)  # type: ignore[arg-type]
    tasks = [asyncio.create_task(shelf.add(batch(name, 1))) for name in ("a", "b", "bug")]
    await settle()
    tasks[1].cancel()
    tasks[2].cancel()
    await settle()
    headlines.go.set()
    assert await tasks[0] == 1
    assert await shelf.add(batch("c", 1)) == 1
