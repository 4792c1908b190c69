"""Every IANA zone × every minute of the day × 2024–2030: exactly one edition for each local date that exists."""

from __future__ import annotations

import random
import time as stopwatch
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from benchmarks.delivery.ground import SQLITE, Measure
from news.timetable import due, exists, first_instant

FIRST, LAST = date(2024, 1, 1), date(2030, 12, 31)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def odd_days(zone: ZoneInfo) -> Iterator[date]:
    """Days on which, or next to which, the zone's offset changes."""
    day, before = FIRST, None
    while day <= LAST:
        offset = datetime(day.year, day.month, day.day, tzinfo=UTC).astimezone(zone).utcoffset()
        if before is not None and offset != before:
            yield from (day - 2 * DAY, day - DAY, day, day + DAY)
        before, day = offset, day + DAY


def mistakes_of(zone: ZoneInfo, days: list[date], minutes: range) -> tuple[int, int]:
    """(checked, mistakes): at its instant the date is due and not a second before; instants follow each other."""
    checked = mistakes = 0
    for minute in minutes:
        local = time(minute // 60, minute % 60)
        for day in days:
            instant = first_instant(day, local, zone)
            is_right = (
                exists(day, zone)
                and due(instant, local, zone).local_date == day
                and due(instant, local, zone).is_sendable
                and due(instant - SECOND, local, zone).local_date == day - DAY
                and first_instant(day - DAY, local, zone) < instant
            )
            checked, mistakes = checked + 1, mistakes + (not is_right)
    return checked, mistakes


def run(kind: str, *, is_short: bool) -> list[Measure]:
    """No database is asked, so it runs once. Days without a change of the clock are alike: a few stand for them."""
    if kind != SQLITE:
        return []
    chance = random.Random(1)
    zones = sorted(available_timezones())
    if is_short:
        zones = chance.sample(zones, 12)
    started = stopwatch.perf_counter()
    checked = mistakes = 0
    for name in zones:
        zone = ZoneInfo(name)
        plain = [FIRST + chance.randrange((LAST - FIRST).days) * DAY for _ in range(4)]
        days = sorted({*odd_days(zone), *plain})
        minutes = range(chance.randrange(60), 1440, 60) if is_short else range(1440)
        seen, wrong = mistakes_of(zone, days, minutes)
        checked, mistakes = checked + seen, mistakes + wrong
    return [
        Measure(
            f"{len(zones)} zones × {'24' if is_short else '1,440'} minutes × days around changes, 2024–2030",
            "none",
            "one edition for each local date",
            f"{checked:,} checked, {mistakes} mistakes, {stopwatch.perf_counter() - started:.0f} s",
            mistakes == 0,
        )
    ]
