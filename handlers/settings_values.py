"""What a tap on a settings screen changes. Pure: preferences and a value in, preferences out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import time
from zoneinfo import available_timezones

from handlers.texts import LANGUAGES
from news.model import EVERY_DAY, Layout, Preferences

MAX_HOURS = 6
CONTENT_LANGUAGES = ("en", "ru", "kk", "uz", "ky", "tg", "tk", "tr")
LENGTHS = (3, 5, 8, 12, 20)
QUIET_SPANS: Mapping[str, tuple[time, time] | None] = {
    "off": None,
    "21-7": (time(21), time(7)),
    "22-7": (time(22), time(7)),
    "23-7": (time(23), time(7)),
    "22-8": (time(22), time(8)),
    "23-9": (time(23), time(9)),
    "0-8": (time(0), time(8)),
}


class UnknownValueError(ValueError):
    """A value that no button of ours carries."""


def _hours(preferences: Preferences, value: str) -> Preferences:
    """Toggle an hour; the last one stays, at most six."""
    if not value.isascii() or not value.isdigit() or int(value) > 23:
        raise UnknownValueError(value)
    hour = time(int(value))
    if hour in preferences.hours:
        kept = tuple(one for one in preferences.hours if one != hour)
        return replace(preferences, hours=kept or preferences.hours)
    if len(preferences.hours) >= MAX_HOURS:
        return preferences
    return replace(preferences, hours=tuple(sorted([*preferences.hours, hour])))


def _days(preferences: Preferences, value: str) -> Preferences:
    """Toggle a weekday; the last one stays."""
    if value == "all":
        return replace(preferences, weekdays=EVERY_DAY)
    if value not in set("0123456"):
        raise UnknownValueError(value)
    days = preferences.weekdays ^ {int(value)}
    return replace(preferences, weekdays=days or preferences.weekdays)


def _zone(preferences: Preferences, value: str) -> Preferences:
    if value not in available_timezones():
        raise UnknownValueError(value)
    return replace(preferences, zone=value)


def _content(preferences: Preferences, value: str) -> Preferences:
    """Toggle a language that headlines may be written in; none chosen means all."""
    if value == "all":
        return replace(preferences, content_languages=())
    if value not in CONTENT_LANGUAGES:
        raise UnknownValueError(value)
    chosen = set(preferences.content_languages) ^ {value}
    kept = tuple(language for language in CONTENT_LANGUAGES if language in chosen)
    return replace(preferences, content_languages=kept)


def _length(preferences: Preferences, value: str) -> Preferences:
    if value not in {str(length) for length in LENGTHS}:
        raise UnknownValueError(value)
    return replace(preferences, stories_per_country=int(value))


def _layout(preferences: Preferences, value: str) -> Preferences:
    if value not in set(Layout):
        raise UnknownValueError(value)
    return replace(preferences, layout=Layout(value))


def _quiet(preferences: Preferences, value: str) -> Preferences:
    if value == "pierce":
        return replace(preferences, alerts_pierce_quiet=not preferences.alerts_pierce_quiet)
    if value not in QUIET_SPANS:
        raise UnknownValueError(value)
    return replace(preferences, quiet=QUIET_SPANS[value])


def _alerts(preferences: Preferences, value: str) -> Preferences:
    if value not in {"on", "off"}:
        raise UnknownValueError(value)
    return replace(preferences, wants_alerts=value == "on")


def _language(preferences: Preferences, value: str) -> Preferences:
    if value not in LANGUAGES:
        raise UnknownValueError(value)
    return replace(preferences, language=value)


# By the screen that the button stands on.
APPLY: Mapping[str, Callable[[Preferences, str], Preferences]] = {
    "hours": _hours,
    "zone": _zone,
    "days": _days,
    "content": _content,
    "layout": _layout,
    "length": _length,
    "quiet": _quiet,
    "alerts": _alerts,
    "language": _language,
}
