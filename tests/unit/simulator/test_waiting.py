from __future__ import annotations

import asyncio

from simulator.feed import MAX_UNREAD, Feed
from simulator.waiting import Bell


async def test_a_bell_wakes_everybody_and_the_condition_decides() -> None:
    bell, done = Bell(), [False]
    waiting = [asyncio.create_task(bell.until(lambda: done[0], 30)) for _ in range(3)]
    await asyncio.sleep(0)
    bell.ring()
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)

    done[0] = True
    bell.ring()

    assert await asyncio.gather(*waiting) == [True, True, True]


async def test_waiting_ends_when_the_time_is_over() -> None:
    assert await Bell().until(lambda: False, 0.01) is False


async def test_what_holds_already_is_not_waited_for() -> None:
    assert await Bell().until(lambda: True, 0) is True


def test_nothing_is_built_while_nobody_watches() -> None:
    def build() -> dict[str, object]:
        raise AssertionError("built for nobody")

    Feed().tell("message", build)


async def test_watchers_are_told_until_the_end() -> None:
    feed = Feed()
    with feed.watch() as queue:
        feed.tell("message", lambda: {"n": 1})
        feed.close()

        assert await queue.get() == {"kind": "message", "n": 1}
        assert await queue.get() is None
    assert not feed.is_watched


async def test_a_watcher_that_does_not_read_is_cut_off() -> None:
    feed = Feed()
    with feed.watch() as slow, feed.watch() as quick:
        for number in range(MAX_UNREAD + 1):
            feed.tell("message", lambda number=number: {"n": number})  # type: ignore[misc]
            assert await quick.get() == {"kind": "message", "n": number}

        events = [slow.get_nowait() for _ in range(slow.qsize())]

    assert events[-1] is None
    assert len(events) == MAX_UNREAD
