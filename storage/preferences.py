"""A reader's choices as rows, and back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from news.errors import WrongUseError
from news.model import EVERY_DAY, Layout, Preferences
from news.timetable import due, weekdays_of
from storage.statements import codes


@dataclass(frozen=True, slots=True)
class SlotPast:
    """What a slot remembers: the last local date planned, and how many editions came too late since one was sent."""

    last_local_date: date | None
    skipped: int = 0


def wants_key(preferences: Preferences) -> str:
    """Equal for two readers exactly when one composed edition can serve both (hours and zone apart)."""
    return "|".join(
        (
            preferences.language,
            ",".join(preferences.countries),
            ",".join(sorted(preferences.content_languages)),
            preferences.layout,
            str(preferences.stories_per_country),
        )
    )


def subscriber_columns(preferences: Preferences) -> dict[str, Any]:
    """The columns of ``subscriber`` that come from the reader's choices."""
    quiet_from, quiet_to = preferences.quiet or (None, None)
    return {
        "language": preferences.language,
        "zone": preferences.zone,
        "content_languages": ",".join(preferences.content_languages),
        "layout": preferences.layout.value,
        "stories_per_country": preferences.stories_per_country,
        "wants_alerts": preferences.wants_alerts,
        "quiet_from": quiet_from,
        "quiet_to": quiet_to,
        "alerts_pierce_quiet": preferences.alerts_pierce_quiet,
        "wants": wants_key(preferences),
    }


def known_zone(name: str) -> ZoneInfo:
    """The IANA zone of this name. Raise WrongUseError when nobody knows it."""
    try:
        return ZoneInfo(name)
    except (
        ZoneInfoNotFoundError,
        ValueError,
        OSError,
    ) as error:  # the last two: a text that cannot be a zone's name
        raise WrongUseError(f"There is no time zone “{name}”. Take one such as Asia/Almaty.") from error


def slot_rows(
    subscriber_id: int, preferences: Preferences, before: Mapping[time, SlotPast], now: datetime
) -> list[dict[str, Any]]:
    """One row an hour, in the day's order. An hour that stays keeps its past, also when the zone changes.

    A new hour still ahead today counts yesterday as done, so that it starts today; one that has passed today counts today
    as done, so that it starts tomorrow. Raise WrongUseError for a zone that nobody knows.
    """
    zone = known_zone(preferences.zone)
    rows = []
    for ordinal, hour in enumerate(sorted(set(preferences.hours))):
        past = before.get(hour) or SlotPast(due(now, hour, zone).local_date)
        rows.append(
            {
                "subscriber_id": subscriber_id,
                "ordinal": ordinal,
                "local_time": hour,
                "zone": preferences.zone,
                "weekdays": sum(1 << day for day in preferences.weekdays),
                "last_local_date": past.last_local_date,
                "skipped": past.skipped,
            }
        )
    return rows


def to_preferences(
    row: Any, countries: Iterable[str], hours: Iterable[time], weekdays: int | None
) -> Preferences:
    """A row of ``subscriber`` with its countries in order, its hours and their weekdays."""
    has_quiet = row.quiet_from is not None and row.quiet_to is not None
    return Preferences(
        language=row.language,
        countries=tuple(countries),
        zone=row.zone,
        hours=tuple(hours),
        weekdays=EVERY_DAY if weekdays is None else weekdays_of(weekdays),
        content_languages=codes(row.content_languages),
        layout=Layout(row.layout),
        stories_per_country=row.stories_per_country,
        wants_alerts=row.wants_alerts,
        quiet=(row.quiet_from, row.quiet_to) if has_quiet else None,
        alerts_pierce_quiet=row.alerts_pierce_quiet,
    )
