"""The pace: overall, to a chat, to a group, after refusals, for replies. The clock is turned by hand."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import count

import pytest

from bot.pace import (
    CAUGHT_UP_S,
    CHAT_BURST,
    EVERYWHERE,
    FREE_A_SECOND,
    FREE_CEILING,
    GROUP_MESSAGES,
    LATE_S,
    Pace,
    Tempo,
)
from tests.outbox import NOW, Hands


async def send(pace: Pace, clock: Hands, *, seconds: float, chats: int = 10_000) -> list[float]:
    """Broadcast as fast as the pace allows; when each message went out, in seconds from the start."""
    start, times = clock.monotonic(), []
    while clock.monotonic() < start + seconds:
        if await pace.admit(1 + len(times) % chats):
            times.append(clock.monotonic() - start)
            pace.landed()
        else:
            await clock.sleep(0.05)
    return times


def most_in_a_second(times: list[float]) -> int:
    return max(sum(start <= time < start + 1.0 for time in times) for start in times)


async def test_starts_at_25_and_grows_to_just_under_30_in_any_second() -> None:
    clock = Hands()
    pace = Pace(clock)

    times = await send(pace, clock, seconds=60)

    assert sum(time < 1 for time in times) in (25, 26)
    assert sum(59 <= time < 60 for time in times) in (28, 29)
    assert most_in_a_second(times) <= 29
    assert pace.rate == FREE_CEILING


@pytest.mark.parametrize("stall_s", [0.05, 0.09, 0.4])
def test_what_a_stall_delays_is_not_followed_too_soon(stall_s: float) -> None:
    """Now and then nothing arrives for a while, and then all at once: Telegram sees no second of more than thirty."""
    tempo = Tempo(rate=FREE_CEILING, ceiling=FREE_CEILING, most=FREE_A_SECOND)
    arrivals: list[float] = []
    answered = 0
    for now in (0.001 * step for step in range(60_000)):
        while answered < len(arrivals) and arrivals[answered] + 0.003 <= now:
            tempo.land(now)
            answered += 1
        if tempo.ready_in(now) == 0:
            tempo.take(now)
            arrivals.append(max(now + 0.002, now - now % 1.7 + stall_s))  # each 1.7 s begins with a stall

    assert len(arrivals) >= 27 * 60
    if stall_s < LATE_S:
        assert most_in_a_second(arrivals) <= FREE_A_SECOND


async def test_a_standstill_is_not_caught_up() -> None:
    clock = Hands()
    pace = Pace(clock)
    await send(pace, clock, seconds=20)
    clock.turn(seconds=100)

    times = await send(pace, clock, seconds=1.0)

    assert most_in_a_second(times) <= 29


async def test_a_chosen_rate_is_kept() -> None:
    clock = Hands()
    pace = Pace(clock, rate=5.0)

    times = await send(pace, clock, seconds=10)

    assert len(times) == pytest.approx(50, abs=2)


async def test_a_refusal_stops_everything_for_exactly_so_long_and_slows_down() -> None:
    clock = Hands()
    pace = Pace(clock)
    await send(pace, clock, seconds=10)

    scope = pace.refuse(7, timedelta(seconds=17))
    left, is_admitted = pace.pause_left(), await pace.admit(8)
    times = await send(pace, clock, seconds=60)

    assert (scope, left, is_admitted) == (EVERYWHERE, pytest.approx(17), False)
    assert times[0] == pytest.approx(17, abs=0.06)
    assert sum(17.1 <= time < 18.1 for time in times) == pytest.approx(0.6 * FREE_CEILING, abs=2)
    assert sum(46 <= time < 47 for time in times) >= 0.95 * FREE_CEILING - 1


async def test_refusals_that_were_in_the_air_together_slow_down_once() -> None:
    clock = Hands()
    one, many = Pace(clock), Pace(clock)

    one.refuse(7, timedelta(seconds=5))
    for chat_id in range(1, 9):
        many.refuse(chat_id, timedelta(seconds=5))

    assert many.rate == one.rate == pytest.approx(15.0)


async def test_a_storm_never_ends_in_a_crawl() -> None:
    clock = Hands()
    pace = Pace(clock)
    for _ in range(30):
        pace.refuse(7, timedelta(seconds=2))
        await clock.sleep(2.0)

    times = await send(pace, clock, seconds=30)

    assert sum(29 <= time < 30 for time in times) >= 27


@pytest.mark.parametrize(
    ("chat_id", "wait"),
    [
        pytest.param(-5, timedelta(seconds=20), id="a group's own wait"),
        pytest.param(5, timedelta(hours=12), id="half a day for one person"),
    ],
)
async def test_one_suspect_is_paused_alone_and_a_second_one_proves_it_is_us(
    chat_id: int, wait: timedelta
) -> None:
    clock = Hands()
    pace = Pace(clock)

    first = pace.refuse(chat_id, wait)
    others = await pace.admit(77)
    again = pace.refuse(chat_id, wait)
    second = pace.refuse(-6, timedelta(seconds=20))

    assert (first, others, again, second) == (chat_id, True, chat_id, EVERYWHERE)
    assert pace.pause_left(chat_id) == pytest.approx(wait.total_seconds())
    assert pace.pause_left() == pytest.approx(20)


async def test_suspicion_fades() -> None:
    clock = Hands()
    pace = Pace(clock)
    pace.refuse(-5, timedelta(seconds=20))
    clock.turn(seconds=61)

    assert pace.refuse(-6, timedelta(seconds=20)) == -6


async def test_stored_waits_are_obeyed_after_a_restart() -> None:
    clock = Hands()
    pace = Pace(clock)

    pace.load({EVERYWHERE: NOW + timedelta(seconds=30), -5: NOW + timedelta(hours=3)})
    pace.load({EVERYWHERE: NOW + timedelta(seconds=10)})  # a shorter one does not shorten it

    assert pace.pause_left() == pytest.approx(30)
    assert pace.chat_wait(-5) == pytest.approx(3 * 3600)
    assert pace.chat_wait(5) == 0


async def test_a_private_chat_has_a_burst_and_then_one_a_second() -> None:
    clock = Hands()
    pace = Pace(clock)
    waits = []
    for _ in range(CHAT_BURST + 2):
        waits.append(pace.chat_wait(9))
        await clock.sleep(waits[-1])
        await pace.admit(9)

    assert waits[:CHAT_BURST] == [0, 0, 0]
    assert all(0.9 < wait <= 1.0 for wait in waits[CHAT_BURST:])


async def test_a_group_has_twenty_a_minute() -> None:
    clock = Hands()
    pace = Pace(clock)
    start, times = clock.monotonic(), []
    for _ in range(GROUP_MESSAGES * 2):
        await clock.sleep(pace.chat_wait(-9))
        await pace.admit(-9)
        times.append(clock.monotonic() - start)

    assert max(sum(begin <= time < begin + 60 for time in times) for begin in times) == GROUP_MESSAGES
    assert times[GROUP_MESSAGES] == pytest.approx(60, abs=0.1)


async def test_what_is_known_of_chats_is_forgotten() -> None:
    clock = Hands()
    pace = Pace(clock)
    for chat_id in range(-50, 50):
        if chat_id:
            await pace.admit(chat_id)
    clock.turn(seconds=100)
    await pace.admit(1)

    limits = pace._chats
    assert (len(limits._due), len(limits._recent)) == (1, 0)


async def test_without_a_connection_tries_become_rarer_until_one_succeeds() -> None:
    clock = Hands()
    pace = Pace(clock)
    waits = []
    for _ in range(9):
        pace.unreachable()
        waits.append(pace.pause_left())
        clock.turn(seconds=waits[-1])
    pace.reached()
    pace.unreachable()

    assert waits == pytest.approx([0.5, 1, 2, 4, 8, 16, 30, 30, 30], abs=0.001)
    assert pace.pause_left() == pytest.approx(0.5)


class Yielding(Hands):
    """Sleepers wake in order of their time, as on a real loop."""

    def __init__(self) -> None:
        super().__init__()
        self.order = count()
        self.sleepers: list[tuple[float, int, asyncio.Event]] = []

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self.sleepers.append((self.monotonic() + seconds, next(self.order), woken))
        await woken.wait()

    async def run_for(self, seconds: float) -> None:
        end = self.monotonic() + seconds
        while True:
            for _ in range(8):
                await asyncio.sleep(0)
            due = min(self.sleepers, default=None)
            if due is None or due[0] > end:
                break
            self.sleepers.remove(due)
            self.turn(seconds=max(1e-6, due[0] - self.monotonic()))
            due[2].set()
        self.turn(seconds=end - self.monotonic())


async def test_a_reply_takes_the_next_turn_before_every_broadcast() -> None:
    clock = Yielding()
    pace = Pace(clock)
    order: list[str] = []

    async def broadcast() -> None:
        for number in range(1, 500):
            await pace.admit(number)
            order.append("broadcast")

    async def reply(name: str, chat_id: int) -> None:
        await pace.admit_reply(chat_id)
        order.append(name)

    broadcasting = asyncio.create_task(broadcast())
    await clock.run_for(2.0)
    before = len(order)
    replies = [asyncio.create_task(reply(f"reply {number}", 1_000 + number)) for number in range(3)]
    await clock.run_for(0.2)

    assert order[before : before + 3] == ["reply 0", "reply 1", "reply 2"]
    assert order[before + 3] == "broadcast"
    broadcasting.cancel()
    await asyncio.gather(broadcasting, *replies, return_exceptions=True)


async def test_a_reply_to_a_busy_chat_holds_up_no_other_reply() -> None:
    clock = Yielding()
    pace = Pace(clock)
    order: list[str] = []

    async def reply(name: str, chat_id: int) -> None:
        await pace.admit_reply(chat_id)
        order.append(name)

    tasks = [asyncio.create_task(reply(f"busy {number}", 5)) for number in range(CHAT_BURST)]
    await clock.run_for(1.0)
    tasks += [asyncio.create_task(reply("busy, later", 5)) for _ in range(2)]
    tasks.append(asyncio.create_task(reply("other", 6)))
    await clock.run_for(5.0)

    assert order.index("other") < 5
    assert len(order) == 6
    await asyncio.gather(*tasks)


async def test_calls_that_are_not_counted_wait_for_pauses_only() -> None:
    clock = Hands()
    pace = Pace(clock)
    pace.refuse(5, timedelta(seconds=4))

    await pace.wait_out(6)

    assert clock.slept == pytest.approx([4])


async def test_a_message_to_no_chat_in_particular_is_counted_overall_only() -> None:
    clock = Hands()
    pace = Pace(clock)
    for _ in range(20):
        await pace.admit_reply(EVERYWHERE)

    assert pace.chat_wait(EVERYWHERE) == 0
    assert clock.monotonic() - NOW.timestamp() == pytest.approx(19 / 25 - CAUGHT_UP_S, abs=0.05)


class Busy(Hands):
    """A loop so busy that every sleep ends ten milliseconds late."""

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds + 0.01)


async def test_a_busy_loop_does_not_slow_fast_sending_down() -> None:
    clock = Busy()
    pace = Pace(clock, rate=1_000.0)
    for chat_id in range(1, 2_001):
        await pace.admit(chat_id)

    assert clock.monotonic() - NOW.timestamp() == pytest.approx(2.0 - CAUGHT_UP_S, abs=0.03)
