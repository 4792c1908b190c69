"""Every IANA zone × every minute of the day × every date of 2024–2030: exactly one edition for each local date that exists.

That is two thousand million moments, most of them alike: what is due on a date depends on the zone only through its offset and
the changes of its clock on the days around. So the dates of all zones are sorted by those, every minute of one date of each
kind is checked, and a random sample of the others shows that the sorting hides nothing.
"""

from __future__ import annotations

import random
import time as stopwatch
from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from benchmarks.delivery.ground import SQLITE, Measure
from news.timetable import due, exists, first_instant

FIRST, LAST = date(2024, 1, 1), date(2030, 12, 31)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
AROUND = 3 * DAY  # further away than any offset plus the day before
MINUTES = 1440

Kind = tuple[object, ...]


def offset_at(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def changes_of(zone: ZoneInfo) -> list[datetime]:
    """The first UTC second of each new offset, from before FIRST until after LAST."""
    changes = []
    moment = datetime(FIRST.year, 1, 1, tzinfo=UTC) - 2 * AROUND
    while moment.date() <= LAST + 2 * AROUND:
        if offset_at(zone, moment) != offset_at(zone, moment + DAY):
            low, high = moment, moment + DAY
            while high - low > SECOND:
                middle = low + (high - low) // 2
                middle -= timedelta(microseconds=middle.microsecond)
                if offset_at(zone, middle) == offset_at(zone, low):
                    low = middle
                else:
                    high = middle
            changes.append(high)
        moment += DAY
    return changes


def kind_of(zone: ZoneInfo, changes: list[datetime], day: date) -> Kind:
    """All that ``due`` can see of the zone around this day: dates of equal kind are alike."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    near = changes[bisect_left(changes, midnight - AROUND) : bisect_left(changes, midnight + AROUND)]
    before = offset_at(zone, midnight - AROUND)
    return (before, *((change - midnight, offset_at(zone, change)) for change in near))


def is_right(zone: ZoneInfo, day: date, minute: int) -> bool:
    """At its instant the date is due and not a second before; instants follow each other."""
    local = time(minute // 60, minute % 60)
    instant = first_instant(day, local, zone)
    return (
        exists(day, zone)
        and due(instant, local, zone).local_date == day
        and due(instant, local, zone).is_sendable
        and due(instant - SECOND, local, zone).local_date == day - DAY
        and first_instant(day - DAY, local, zone) < instant
    )


def run(kind: str, *, is_short: bool) -> list[Measure]:
    """No database is asked, so it runs once."""
    if kind != SQLITE:
        return []
    chance = random.Random(1)
    names = sorted(available_timezones())
    zones = {name: ZoneInfo(name) for name in (chance.sample(names, 12) if is_short else names)}
    started = stopwatch.perf_counter()
    kinds: dict[Kind, tuple[ZoneInfo, date]] = {}
    dates = [FIRST + number * DAY for number in range((LAST - FIRST).days + 1)]
    for zone in zones.values():
        changes = changes_of(zone)
        for day in dates:
            kinds.setdefault(kind_of(zone, changes, day), (zone, day))
    step = 60 if is_short else 1
    mistakes = sum(
        not is_right(zone, day, minute)
        for zone, day in kinds.values()
        for minute in range(chance.randrange(step), MINUTES, step)
    )
    others = 2_000 if is_short else 500_000
    for _ in range(others):
        zone, day = zones[chance.choice(list(zones))], chance.choice(dates)
        mistakes += not is_right(zone, day, chance.randrange(MINUTES))
    moments = len(zones) * len(dates) * MINUTES
    return [
        Measure(
            f"{len(zones)} zones × {len(dates):,} dates of 2024–2030 × 1,440 minutes: {moments:,} moments",
            "none",
            "one edition for each local date",
            f"{len(kinds):,} kinds × {MINUTES // step:,} minutes and {others:,} others checked,"
            f" {mistakes} mistakes, {stopwatch.perf_counter() - started:.0f} s",
            mistakes == 0,
        )
    ]
