"""When an edition is due: local dates and clocks of every IANA zone, decided purely from ``now``.

A reader asks for a wall-clock time. The clock may skip it (gap), show it twice (overlap) or skip a whole date (a zone
that crosses the date line). The rules: in a gap the first instant after it, in an overlap the first occurrence, for a
date that does not exist no edition; so every local date that exists has exactly one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LATEST = timedelta(hours=6)
# A slot at 23:59 is told a little after midnight when the bell rings late: that is not "the next day".
GRACE = timedelta(minutes=15)
FIRST_REACH = timedelta(days=1)  # how far back the first edition of a reader looks
LONGEST_REACH = timedelta(days=3)
MOST_SKIPPED = 99
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """The latest local date whose edition has come due, the instant it came due, and whether it may still go out."""

    local_date: date
    instant: datetime
    is_sendable: bool


def first_instant(day: date, local: time, zone: ZoneInfo) -> datetime:
    """The UTC instant at which the wall clock of ``zone`` first reads ``local`` on ``day``, or first passes it.

    Inside a gap that is the gap's end (PEP 495: ``fold=0`` then uses the offset before, ``fold=1`` the one after).
    """
    wall = datetime.combine(day, local)
    instant = wall.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return _change_between(before, instant, zone)


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second at which the offset of ``zone`` changes in (before, after]."""
    offset = before.astimezone(zone).utcoffset()
    low, high = 0, round((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)


def exists(day: date, zone: ZoneInfo) -> bool:
    """Whether ``zone`` ever had this date: Samoa had no 30 December 2011."""
    return first_instant(day, time(0), zone).astimezone(zone).date() == day


def due(now: datetime, local: time, zone: ZoneInfo) -> Due:
    """The latest existing local date whose ``local`` time has come at ``now``, and whether it may still be sent.

    It may while it is the same local date and less than six hours late; right after midnight a quarter of an hour is
    granted.
    """
    day = now.astimezone(zone).date()
    while not exists(day, zone) or first_instant(day, local, zone) > now:
        day -= ONE_DAY
    instant = first_instant(day, local, zone)
    late = now - instant
    is_same_date = now.astimezone(zone).date() == day
    return Due(day, instant, is_sendable=late < GRACE or (is_same_date and late < LATEST))


def missed(last: date | None, day: date, weekdays: frozenset[int], zone: ZoneInfo) -> int:
    """Editions between ``last`` and ``day`` (both exclusive) that a reader chose and that were never planned.

    ``last`` is None for a slot that never ran: it missed nothing. At most 99, for a reader of a bot long asleep.
    """
    if last is None:
        return 0
    between = _days_between(last, day)
    return min(sum(one.weekday() in weekdays and exists(one, zone) for one in between), MOST_SKIPPED)


def _days_between(last: date, day: date) -> Iterator[date]:
    # Four hundred days back is more than MOST_SKIPPED editions even for a reader of one weekday in four.
    current = max(last + ONE_DAY, day - timedelta(days=400))
    while current < day:
        yield current
        current += ONE_DAY


def is_quiet(now: datetime, zone: ZoneInfo, quiet: tuple[time, time]) -> bool:
    """Whether the wall clock is within the reader's quiet hours (from, to); they may span midnight."""
    start, end = quiet
    wall = now.astimezone(zone).time()
    if start <= end:
        return start <= wall < end
    return wall >= start or wall < end


def wakes_at(now: datetime, zone: ZoneInfo, quiet: tuple[time, time]) -> datetime:
    """The end of the quiet hours that hold ``now``; ``now`` itself outside them."""
    if not is_quiet(now, zone, quiet):
        return now
    day = now.astimezone(zone).date()
    ends = (first_instant(day + offset * ONE_DAY, quiet[1], zone) for offset in range(3))
    return next(end for end in ends if end > now)


def weekdays_of(mask: int) -> frozenset[int]:
    """The weekdays (Monday = 0) in a mask whose bit 0 is Monday."""
    return frozenset(day for day in range(7) if mask >> day & 1)
