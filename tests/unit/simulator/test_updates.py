from __future__ import annotations

import asyncio

import pytest

from simulator.errors import ApiError
from simulator.updates import UpdateQueue


def queue_of(count: int) -> UpdateQueue:
    queue = UpdateQueue(first_id=1)
    for number in range(count):
        queue.add("message", {"n": number})
    return queue


async def ids(queue: UpdateQueue, offset: int = 0, limit: int = 100) -> list[int]:
    return [update["update_id"] for update in await queue.poll(offset=offset, limit=limit, timeout_s=0)]


async def test_updates_stay_until_they_are_confirmed() -> None:
    queue = queue_of(3)

    assert await ids(queue) == [1, 2, 3]
    assert await ids(queue, limit=2) == [1, 2]
    assert await ids(queue, offset=3) == [3]
    assert await ids(queue) == [3]


async def test_a_negative_offset_keeps_the_newest() -> None:
    assert await ids(queue_of(5), offset=-2) == [4, 5]


@pytest.mark.parametrize("limit", [0, -1, 101, 1000])
async def test_an_odd_limit_means_a_hundred(limit: int) -> None:
    assert len(await ids(queue_of(150), limit=limit)) == 100


async def test_kinds_that_nobody_asked_for_are_not_queued() -> None:
    queue = UpdateQueue(first_id=1)
    queue.add("chat_member", {})
    queue.allow(["chat_member"])
    queue.add("chat_member", {})
    queue.add("message", {})
    queue.allow(None)
    queue.add("message", {})
    queue.allow([])
    queue.add("message", {})

    assert await ids(queue) == [1, 2]


async def test_a_poll_waits_for_an_update() -> None:
    queue = UpdateQueue(first_id=1)
    polling = asyncio.create_task(queue.poll(offset=0, limit=100, timeout_s=30))
    await asyncio.sleep(0)

    queue.add("message", {"n": 1})

    assert await polling == [{"update_id": 1, "message": {"n": 1}}]


async def test_a_poll_ends_empty_when_its_time_is_over() -> None:
    assert await UpdateQueue().poll(offset=0, limit=100, timeout_s=0.01) == []


async def test_a_poll_ends_when_the_simulator_stops() -> None:
    queue = UpdateQueue()
    polling = asyncio.create_task(queue.poll(offset=0, limit=100, timeout_s=30))
    await asyncio.sleep(0)

    queue.close()

    assert await polling == []


async def test_a_second_poll_ends_the_first() -> None:
    queue = UpdateQueue(first_id=1)
    first = asyncio.create_task(queue.poll(offset=0, limit=100, timeout_s=30))
    await asyncio.sleep(0)
    second = asyncio.create_task(queue.poll(offset=0, limit=100, timeout_s=30))

    with pytest.raises(ApiError, match="Conflict: terminated by other getUpdates request"):
        await first
    queue.add("message", {})
    assert len(await second) == 1


async def test_polling_is_refused_while_a_webhook_is_set() -> None:
    queue = UpdateQueue()
    queue.webhook_url = "https://example.kz/hook"

    with pytest.raises(ApiError, match="can't use getUpdates method while webhook is active"):
        await queue.poll(offset=0, limit=100, timeout_s=0)


def test_old_updates_fall_out_of_a_full_queue() -> None:
    queue = UpdateQueue(first_id=1, max_pending=2)
    for number in range(3):
        queue.add("message", {"n": number})

    assert [update["update_id"] for update in queue.pending()] == [2, 3]


def test_delivered_updates_are_removed_once() -> None:
    queue = queue_of(2)
    [first, _] = queue.pending()

    queue.remove(first)
    queue.remove(first)

    assert len(queue) == 1
    queue.clear()
    assert len(queue) == 0
