"""Shares of the lanes over any run of turns."""

from __future__ import annotations

from collections import Counter

import pytest

from bot.lanes import Turns
from news.model import Lane


def test_alerts_take_at_least_four_of_five_and_digests_still_move() -> None:
    turns = Turns()

    chosen = [turns.choose([Lane.ALERT, Lane.WATCH, Lane.DIGEST]) for _ in range(100)]

    assert chosen[0] is Lane.ALERT
    assert Counter(chosen) == {Lane.ALERT: 88, Lane.WATCH: 8, Lane.DIGEST: 4}
    for start in range(80):
        assert chosen[start : start + 20].count(Lane.ALERT) >= 16


def test_digests_move_every_second_beside_an_alert() -> None:
    turns = Turns()

    chosen = [turns.choose([Lane.ALERT, Lane.DIGEST]) for _ in range(2_000)]

    assert 0.9 <= chosen.count(Lane.ALERT) / 2_000 < 1.0
    assert all(Lane.DIGEST in chosen[start : start + 28] for start in range(1_900))


@pytest.mark.parametrize("lane", list(Lane))
def test_a_lane_alone_has_every_turn(lane: Lane) -> None:
    turns = Turns()

    assert {turns.choose([lane]) for _ in range(5)} == {lane}


def test_nobody_waits() -> None:
    assert Turns().choose([]) is None


def test_a_lane_that_comes_back_has_neither_credit_nor_debt() -> None:
    turns = Turns()
    for _ in range(50):
        turns.choose([Lane.DIGEST, Lane.ALERT])
    for _ in range(50):
        turns.choose([Lane.DIGEST])

    assert [turns.choose([Lane.ALERT, Lane.DIGEST]) for _ in range(3)] == [Lane.ALERT] * 3
