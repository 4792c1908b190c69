"""The settings screens: preferences in, message out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, time

from handlers.keyboards import Choose, Open, button, rows
from handlers.markup import bold, join
from handlers.settings_values import CONTENT_LANGUAGES, LENGTHS, QUIET_SPANS
from handlers.texts import LANGUAGES, Texts
from handlers.texts.dates import CALENDARS, clock, utc_offset
from handlers.texts.lookup import flags
from handlers.zones import CITIES, city_name
from news.model import EVERY_DAY, Button, Layout, Message, Preferences

Screen = Callable[[Preferences, Texts, datetime], Message]
_CHOSEN = "✓ "
# How languages that are not ours to speak call themselves.
_LANGUAGE_NAMES = {**LANGUAGES, "tr": "Türkçe"}


def main_screen(preferences: Preferences, texts: Texts, now: datetime) -> Message:
    """Everything that is set, and a button for each."""
    lines = [
        bold(texts("settings.head")),
        texts("settings.countries", value=flags(preferences.countries) or "—"),
        texts("settings.hours", value=hours_text(preferences, texts, now)),
        texts("settings.days", value=_days_text(preferences, texts)),
        texts("settings.content", value=_content_text(preferences, texts)),
        texts(
            "settings.layout",
            value=texts.plain(f"settings.layout.{preferences.layout}"),
            n=preferences.stories_per_country,
        ),
        texts(
            "settings.alerts",
            value=texts.plain("settings.on" if preferences.wants_alerts else "settings.off"),
        ),
        texts("settings.quiet", value=_quiet_text(preferences, texts)),
    ]
    names = ("hours", "zone", "days", "content", "layout", "length", "alerts", "quiet", "language")
    opening = [button(texts.plain("button.countries"), Open("countries"))]
    opening += [button(texts.plain(f"settings.button.{name}"), Open(name)) for name in names]
    return Message(
        join(lines, "\n"), (*rows(opening, 3), (button(texts.plain("button.close"), Open("close")),))
    )


def _hours_screen(preferences: Preferences, texts: Texts, now: datetime) -> Message:
    hours = ((clock(time(hour)), str(hour), time(hour) in preferences.hours) for hour in range(24))
    text = texts("settings.hours.ask", value=hours_text(preferences, texts, now))
    city = (button(texts.plain("settings.button.zone"), Open("zone")),)
    return Message(text, (*_choices("hours", hours, 4), city, _back(texts)))


def _zone_screen(preferences: Preferences, texts: Texts, now: datetime) -> Message:
    cities = ((city.name(texts.language), city.zone, city.zone == preferences.zone) for city in CITIES)
    here = texts(
        "settings.zone.now",
        city=city_name(preferences.zone, texts.language),
        offset=utc_offset(preferences.zone, now),
    )
    text = join([texts("settings.zone.ask"), texts("settings.zone.how"), here], "\n")
    return Message(text, (*_choices("zone", cities, 3), _back(texts)))


def _days_screen(preferences: Preferences, texts: Texts, _now: datetime) -> Message:
    names = CALENDARS[texts.language].weekdays
    days = ((name, str(day), day in preferences.weekdays) for day, name in enumerate(names))
    every = (texts.plain("settings.every_day"), "all", preferences.weekdays == EVERY_DAY)
    return Message(texts("settings.days.ask"), (*_choices("days", [*days, every], 2), _back(texts)))


def _content_screen(preferences: Preferences, texts: Texts, _now: datetime) -> Message:
    chosen = preferences.content_languages
    languages = ((_LANGUAGE_NAMES[code], code, code in chosen) for code in CONTENT_LANGUAGES)
    every = (texts.plain("settings.all_languages"), "all", not chosen)
    return Message(
        texts("settings.content.ask"), (*_choices("content", [*languages, every], 3), _back(texts))
    )


def _layout_screen(preferences: Preferences, texts: Texts, _now: datetime) -> Message:
    layouts = (
        (texts.plain(f"settings.layout.{layout}"), layout.value, layout is preferences.layout)
        for layout in Layout
    )
    return Message(texts("settings.layout.ask"), (*_choices("layout", layouts, 1), _back(texts)))


def _length_screen(preferences: Preferences, texts: Texts, _now: datetime) -> Message:
    lengths = ((str(length), str(length), length == preferences.stories_per_country) for length in LENGTHS)
    return Message(texts("settings.length.ask"), (*_choices("length", lengths, 5), _back(texts)))


def _alerts_screen(preferences: Preferences, texts: Texts, _now: datetime) -> Message:
    ways = [
        (texts.plain("settings.on"), "on", preferences.wants_alerts),
        (texts.plain("settings.off"), "off", not preferences.wants_alerts),
    ]
    return Message(texts("settings.alerts.ask"), (*_choices("alerts", ways, 2), _back(texts)))


def _quiet_screen(preferences: Preferences, texts: Texts, _now: datetime) -> Message:
    spans = (
        (_span_text(span) if span else texts.plain("settings.off"), key, span == preferences.quiet)
        for key, span in QUIET_SPANS.items()
    )
    pierce = [(texts.plain("settings.quiet.pierce"), "pierce", preferences.alerts_pierce_quiet)]
    return Message(
        texts("settings.quiet.ask"),
        (*_choices("quiet", spans, 3), *_choices("quiet", pierce, 1), _back(texts)),
    )


def _language_screen(preferences: Preferences, texts: Texts, _now: datetime) -> Message:
    languages = ((name, code, code == preferences.language) for code, name in LANGUAGES.items())
    return Message(texts("settings.language.ask"), (*_choices("language", languages, 3), _back(texts)))


SCREENS: Mapping[str, Screen] = {
    "settings": main_screen,
    "hours": _hours_screen,
    "zone": _zone_screen,
    "days": _days_screen,
    "content": _content_screen,
    "layout": _layout_screen,
    "length": _length_screen,
    "alerts": _alerts_screen,
    "quiet": _quiet_screen,
    "language": _language_screen,
}


def _choices(
    screen: str, options: Iterable[tuple[str, str, bool]], width: int
) -> tuple[tuple[Button, ...], ...]:
    return rows(
        (
            button(f"{_CHOSEN if is_chosen else ''}{label}", Choose(screen, value))
            for label, value, is_chosen in options
        ),
        width,
    )


def _back(texts: Texts) -> tuple[Button, ...]:
    return (button(texts.plain("button.back"), Open("settings")),)


def hours_text(preferences: Preferences, texts: Texts, now: datetime) -> str:
    """The hours of the digest and by which clock."""
    hours = ", ".join(clock(hour) for hour in preferences.hours) or "—"
    city, offset = city_name(preferences.zone, texts.language), utc_offset(preferences.zone, now)
    return texts.plain("settings.hours.value", hours=hours, city=city, offset=offset)


def _days_text(preferences: Preferences, texts: Texts) -> str:
    if preferences.weekdays == EVERY_DAY:
        return texts.plain("settings.every_day")
    return (
        ", ".join(CALENDARS[texts.language].short_weekdays[day] for day in sorted(preferences.weekdays))
        or "—"
    )


def _content_text(preferences: Preferences, texts: Texts) -> str:
    names = [_LANGUAGE_NAMES.get(code, code) for code in preferences.content_languages]
    return ", ".join(names) or texts.plain("settings.all_languages")


def _quiet_text(preferences: Preferences, texts: Texts) -> str:
    return _span_text(preferences.quiet) if preferences.quiet else texts.plain("settings.off")


def _span_text(span: tuple[time, time]) -> str:
    return f"{clock(span[0])}–{clock(span[1])}"
