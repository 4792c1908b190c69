from __future__ import annotations

import pytest

from simulator.flood import Flood

READER = 5_100_000_001
GROUP = -4_100_000_001


def test_off_until_switched_on() -> None:
    flood = Flood()

    assert [flood.ask(READER, 0.0) for _ in range(100)] == [0] * 100


def test_thirty_a_second_over_all_chats_in_any_second() -> None:
    flood = Flood(is_on=True)

    first = [flood.ask(READER + number, number / 100) for number in range(40)]

    assert first == [0] * 30 + [1] * 10
    assert flood.ask(READER + 50, 0.999) == 1
    assert flood.ask(READER + 50, 1.0) == 0


def test_paid_messages_have_a_limit_of_their_own() -> None:
    flood = Flood(is_on=True)

    answers = [flood.ask(READER + number, 0.0, is_paid=True) for number in range(1001)]

    assert answers == [0] * 1000 + [1]
    assert flood.ask(READER, 0.0) == 0


def test_a_chat_takes_a_small_burst_then_one_a_second() -> None:
    flood = Flood(is_on=True, chat_burst=3)

    assert [flood.ask(READER, 10.0) for _ in range(4)] == [0, 0, 0, 1]
    assert flood.ask(READER, 10.9) == 1
    assert flood.ask(READER, 11.0) == 0
    assert flood.ask(READER, 11.1) == 1
    assert flood.ask(READER + 1, 11.1) == 0


def test_refused_messages_do_not_count() -> None:
    flood = Flood(is_on=True, chat_burst=1)
    flood.ask(READER, 0.0)

    assert [flood.ask(READER, moment / 10) for moment in range(1, 10)] == [1] * 9
    assert flood.ask(READER, 1.0) == 0


def test_a_group_takes_twenty_a_minute() -> None:
    flood = Flood(is_on=True)

    answers = [flood.ask(GROUP, number * 2.0) for number in range(21)]

    assert answers == [0] * 20 + [20]
    assert flood.ask(GROUP, 59.5) == 1
    assert flood.ask(GROUP, 60.0) == 0


@pytest.mark.parametrize(
    ("now", "expected"),
    [pytest.param(40.2, 20, id="rounded up"), pytest.param(59.99, 1, id="at least one")],
)
def test_the_wait_is_whole_seconds(now: float, expected: int) -> None:
    flood = Flood(is_on=True, group_per_minute=1)
    flood.ask(GROUP, 0.0)

    assert flood.ask(GROUP, now) == expected


def test_quiet_chats_are_forgotten_and_busy_ones_are_not() -> None:
    flood = Flood(is_on=True, per_second=1_000_000, chat_burst=1)
    for number in range(50_001):
        flood.ask(READER + number, 0.0)
    flood.ask(READER - 1, 10.0)

    flood.ask(READER - 2, 10.0)

    assert len(flood._next_at) == 2
    assert flood.ask(READER - 1, 10.5) == 1
