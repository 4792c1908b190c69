"""Days of a zone, words that rose, and bars of characters."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from news.trends import Risen, bars, days_until, risen_words

OLD = [(f"Parliament debates budget {number} again", "en") for number in range(40)]
FLOOD = [
    ("Flood closes the road to Osh", "en"),
    ("Floods reach a village", "en"),
    ("A flood warning", "en"),
] * 4


def test_the_last_days_are_those_of_the_zone() -> None:
    dates, edges = days_until(datetime(2026, 3, 20, 20, 0, tzinfo=UTC), "Asia/Almaty", 2)  # 01:00 of the 21st
    assert dates == [date(2026, 3, 20), date(2026, 3, 21)]
    assert edges == [datetime(2026, 3, day, 19, 0, tzinfo=UTC) for day in (19, 20, 21)]


def test_a_day_on_which_clocks_change_is_shorter() -> None:
    _, edges = days_until(datetime(2026, 3, 29, 12, 0, tzinfo=UTC), "Europe/Berlin", 2)
    assert [after - before for before, after in pairwise(edges)] == [
        timedelta(hours=24),
        timedelta(hours=23),
    ]


def test_a_word_in_many_more_headlines_rose_in_any_of_its_forms() -> None:
    [first, *_] = risen_words([*OLD[:20], *FLOOD], [*OLD, FLOOD[0]])
    assert first == Risen("flood", 12, 1)


def test_what_is_told_as_before_did_not_rise() -> None:
    assert risen_words(OLD, OLD) == []


def test_neither_chance_nor_numbers_are_trends() -> None:
    rare = [("Metro opens in 2027", "en"), ("Metro opens at last", "en")]
    assert risen_words([*OLD, *rare, *[("2027", "en")] * 9], OLD) == []


@pytest.mark.parametrize(("now", "before"), [([], OLD), (FLOOD, [])])
def test_without_headlines_to_compare_nothing_rose(now: list, before: list) -> None:
    assert risen_words(now, before) == []


def test_names_keep_their_capital() -> None:
    said = [("Protest in Nukus", "en"), ("Nukus holds its breath", "en")] * 9
    assert "Nukus" in [one.word for one in risen_words([*OLD, *said], OLD)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [((), ""), ((0, 0), "▁▁"), ((0, 1, 60), "▁▂▇"), ((5, 5), "▇▇"), ((0, 5, 10), "▁▄▇")],
)
def test_bars(values: tuple, expected: str) -> None:
    assert bars(values) == expected
