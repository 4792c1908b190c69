"""Answers to people: in their turn, heeding waits, retried within reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from telegram.error import RetryAfter

from bot.pace import CAUGHT_UP_S, EVERYWHERE, Pace
from bot.paced_replies import TRIES, PacedReplies
from tests.outbox import NOW, Hands


class Telegram:
    """Answers calls; ``refusals`` (seconds) come first."""

    def __init__(self, *refusals: float) -> None:
        self.refusals = list(refusals)
        self.calls = 0

    async def __call__(self) -> bool:
        self.calls += 1
        if self.refusals:
            raise RetryAfter(timedelta(seconds=self.refusals.pop(0)))
        return True


class Desk:
    """A limiter with its clock, pace and kept waits."""

    def __init__(self) -> None:
        self.clock = Hands()
        self.pace = Pace(self.clock)
        self.kept: list[tuple[int, datetime]] = []
        self.limiter = PacedReplies(self.pace, clock=self.clock, save_pause=self._keep)

    async def _keep(self, chat_id: int, until: datetime) -> None:
        self.kept.append((chat_id, until))

    async def ask(self, telegram: Telegram, endpoint: str = "sendMessage", chat_id: object = 5) -> Any:
        data = {} if chat_id is None else {"chat_id": chat_id}
        return await self.limiter.process_request(telegram, (), {}, endpoint, data, None)


async def test_messages_take_turns_and_other_calls_do_not() -> None:
    desk = Desk()
    for number in range(19):
        await desk.ask(Telegram(), chat_id=5 + number)
        await desk.ask(Telegram(), "answerCallbackQuery", chat_id=None)
    await desk.ask(Telegram(), "sendMessage", chat_id="@channel")

    assert sum(desk.clock.slept) == pytest.approx(19 / 25 - CAUGHT_UP_S, abs=0.05)


async def test_what_no_limit_counts_passes() -> None:
    desk = Desk()
    desk.pace.refuse(5, timedelta(seconds=30))

    assert await desk.ask(Telegram(), "getMe", chat_id=None) is True
    assert desk.clock.slept == []


async def test_a_short_wait_is_waited_out_and_kept() -> None:
    desk, telegram = Desk(), Telegram(3)

    assert await desk.ask(telegram) is True
    assert telegram.calls == 2
    assert desk.clock.now() - NOW >= timedelta(seconds=3)
    assert desk.kept == [(EVERYWHERE, NOW + timedelta(seconds=3))]


async def test_other_calls_wait_for_a_pause_too() -> None:
    desk = Desk()
    desk.pace.refuse(5, timedelta(seconds=3))

    await desk.ask(Telegram(), "getChat")

    assert sum(desk.clock.slept) == pytest.approx(3)


async def test_nobody_is_kept_waiting_for_hours() -> None:
    desk, telegram = Desk(), Telegram()
    desk.pace.load({EVERYWHERE: NOW + timedelta(hours=3)})

    with pytest.raises(RetryAfter):
        await desk.ask(telegram)

    assert (telegram.calls, desk.clock.slept) == (0, [])


async def test_tries_end() -> None:
    desk, telegram = Desk(), Telegram(*[1] * 10)

    with pytest.raises(RetryAfter):
        await desk.ask(telegram)

    assert telegram.calls == TRIES


async def test_without_a_store_waits_are_heeded_all_the_same() -> None:
    clock = Hands()
    limiter = PacedReplies(Pace(clock))
    await limiter.initialize()

    assert await limiter.process_request(Telegram(2), (), {}, "editMessageText", {"chat_id": 5}, None) is True
    assert clock.now() - NOW >= timedelta(seconds=2)
    await limiter.shutdown()
