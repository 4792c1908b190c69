"""One digest per local date that exists, by the rules of news.timetable."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from news.model import EVERY_DAY
from news.timetable import due, exists, first_instant, is_quiet, missed, wakes_at, weekdays_of

ALMATY, BEIRUT, CAIRO = ZoneInfo("Asia/Almaty"), ZoneInfo("Asia/Beirut"), ZoneInfo("Africa/Cairo")
BERLIN, APIA, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Apia"), ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "local", "zone", "expected"),
    [
        pytest.param("2026-03-21", time(8), ALMATY, "2026-03-21 03:00", id="plain"),
        pytest.param(
            "2024-02-29", time(8), ALMATY, "2024-02-29 02:00", id="Almaty before its change of 2024"
        ),
        pytest.param("2024-03-01", time(8), ALMATY, "2024-03-01 03:00", id="Almaty after its change of 2024"),
        pytest.param(
            "2024-02-29", time(23, 30), ALMATY, "2024-02-29 17:30", id="shown twice: the first time"
        ),
        pytest.param(
            "2026-03-29", time(2, 30), BERLIN, "2026-03-29 01:00", id="gap: the first instant after it"
        ),
        pytest.param("2026-03-29", time(2), BERLIN, "2026-03-29 01:00", id="first minute of a gap"),
        pytest.param("2026-03-29", time(3), BERLIN, "2026-03-29 01:00", id="first minute after a gap"),
        pytest.param(
            "2026-10-25", time(2, 30), BERLIN, "2026-10-25 00:30", id="overlap: the first occurrence"
        ),
        pytest.param(
            "2026-03-29", time(0, 30), BEIRUT, "2026-03-28 22:00", id="gap at midnight keeps its date"
        ),
        pytest.param("2024-04-26", time(0), CAIRO, "2024-04-25 22:00", id="midnight itself is skipped"),
        pytest.param("2026-10-04", time(2, 15), LORD_HOWE, "2026-10-03 15:30", id="half an hour's gap"),
        pytest.param(
            "2011-12-30", time(8), APIA, "2011-12-30 10:00", id="a date that Samoa skipped ends at once"
        ),
    ],
)
def test_the_first_instant_of_a_wall_time(day: str, local: time, zone: ZoneInfo, expected: str) -> None:
    assert first_instant(date.fromisoformat(day), local, zone) == utc(expected)


def test_samoa_had_no_30_december_2011() -> None:
    days = [date(2011, 12, day) for day in (29, 30, 31)]

    assert [exists(day, APIA) for day in days] == [True, False, True]


@pytest.mark.parametrize(
    ("now", "local", "zone", "expected"),
    [
        pytest.param(
            "2026-03-21 02:59:59", time(8), ALMATY, ("2026-03-20", False), id="a second before: yesterday's"
        ),
        pytest.param("2026-03-21 03:00", time(8), ALMATY, ("2026-03-21", True), id="on time"),
        pytest.param(
            "2026-03-21 08:59", time(8), ALMATY, ("2026-03-21", True), id="just under six hours late"
        ),
        pytest.param("2026-03-21 09:00", time(8), ALMATY, ("2026-03-21", False), id="six hours late"),
        pytest.param(
            "2026-03-21 19:05", time(23, 59), ALMATY, ("2026-03-21", True), id="bell minutes after midnight"
        ),
        pytest.param(
            "2026-03-21 19:14", time(23, 59), ALMATY, ("2026-03-21", False), id="a quarter past is too late"
        ),
        pytest.param(
            "2026-10-25 01:29", time(2, 30), BERLIN, ("2026-10-25", True), id="second showing: not again"
        ),
        pytest.param("2011-12-30 12:00", time(8), APIA, ("2011-12-29", False), id="over the skipped date"),
        pytest.param(
            "2011-12-30 18:00", time(8), APIA, ("2011-12-31", True), id="the date after the skipped one"
        ),
    ],
)
def test_what_is_due(now: str, local: time, zone: ZoneInfo, expected: tuple[str, bool]) -> None:
    found = due(utc(now), local, zone)

    assert (str(found.local_date), found.is_sendable) == expected


def test_due_tells_the_instant_it_came_due() -> None:
    assert due(utc("2026-03-21 04:00"), time(8), ALMATY).instant == utc("2026-03-21 03:00")


HARD_ZONES = (
    "Africa/Cairo", "Africa/Casablanca", "Africa/El_Aaiun", "America/Asuncion", "America/Havana", "America/Nuuk",
    "America/Santiago", "America/Scoresbysund", "Antarctica/Troll", "Asia/Almaty", "Asia/Beirut", "Asia/Gaza",
    "Asia/Tehran", "Australia/Lord_Howe", "Europe/Chisinau", "Pacific/Apia", "Pacific/Chatham", "Pacific/Kiritimati",
)  # fmt: skip


@pytest.mark.parametrize("name", HARD_ZONES)
def test_one_edition_for_every_date_that_exists(name: str) -> None:
    """Every half hour of the years in which the zone's clock did something odd: dates in order, none twice, none left out."""
    zone = ZoneInfo(name)
    for local in (time(0), time(0, 30), time(1, 59), time(2, 30), time(3), time(23, 59)):
        days = [date(2024, 1, 1) + timedelta(days=number) for number in range(3 * 366)]
        instants = [first_instant(day, local, zone) for day in days]
        assert all(exists(day, zone) for day in days)
        assert all(before < after for before, after in pairwise(instants))
        for day, instant in zip(days, instants, strict=True):
            assert due(instant, local, zone).local_date == day
            assert due(instant - timedelta(seconds=1), local, zone).local_date == day - timedelta(days=1)


@pytest.mark.parametrize(
    ("last", "weekdays", "expected"),
    [
        pytest.param(None, EVERY_DAY, 0, id="a new slot has missed nothing"),
        pytest.param("2026-03-20", EVERY_DAY, 0, id="yesterday was planned"),
        pytest.param("2026-03-17", EVERY_DAY, 3, id="three days down"),
        pytest.param("2026-03-13", frozenset({5, 6}), 2, id="only chosen weekdays count"),
        pytest.param("2020-01-01", EVERY_DAY, 99, id="years: capped"),
        pytest.param("2026-03-21", EVERY_DAY, 0, id="nothing after today"),
    ],
)
def test_missed_editions(last: str | None, weekdays: frozenset[int], expected: int) -> None:
    since = date.fromisoformat(last) if last else None

    assert missed(since, date(2026, 3, 21), weekdays, ALMATY) == expected


def test_a_date_that_does_not_exist_is_not_missed() -> None:
    assert missed(date(2011, 12, 28), date(2012, 1, 1), EVERY_DAY, APIA) == 2


@pytest.mark.parametrize(
    ("now", "quiet", "zone", "wakes"),
    [
        pytest.param(
            "2026-03-20 20:00", (time(22), time(7)), ALMATY, "2026-03-21 02:00", id="after midnight"
        ),
        pytest.param(
            "2026-03-20 18:00", (time(22), time(7)), ALMATY, "2026-03-21 02:00", id="before midnight"
        ),
        pytest.param(
            "2026-03-20 17:00", (time(22), time(7)), ALMATY, "2026-03-21 02:00", id="falls asleep now"
        ),
        pytest.param("2026-03-21 02:00", (time(22), time(7)), ALMATY, None, id="wakes now"),
        pytest.param("2026-03-20 08:00", (time(22), time(7)), ALMATY, None, id="by day"),
        pytest.param("2026-03-20 08:00", (time(12), time(14)), ALMATY, "2026-03-20 09:00", id="a nap"),
        pytest.param("2026-03-20 10:00", (time(12), time(14)), ALMATY, None, id="after the nap"),
        pytest.param("2026-03-20 10:00", (time(7), time(7)), ALMATY, None, id="from and to equal: never"),
        pytest.param(
            "2026-03-29 00:30", (time(22), time(2, 30)), BERLIN, "2026-03-29 01:00", id="wakes inside a gap"
        ),
        pytest.param(
            "2026-11-01 04:00",
            (time(22), time(1, 30)),
            NEW_YORK,
            "2026-11-01 05:30",
            id="wakes in an overlap",
        ),
    ],
)
def test_quiet_hours(now: str, quiet: tuple[time, time], zone: ZoneInfo, wakes: str | None) -> None:
    assert is_quiet(utc(now), zone, quiet) == (wakes is not None)
    assert wakes_at(utc(now), zone, quiet) == utc(wakes or now)


@pytest.mark.parametrize(
    ("mask", "expected"), [(0, set()), (1, {0}), (0b1000001, {0, 6}), (127, set(range(7)))]
)
def test_a_mask_of_weekdays(mask: int, expected: set[int]) -> None:
    assert weekdays_of(mask) == expected
