"""Settings: what each tap changes, and that every screen is complete."""

from __future__ import annotations

from datetime import time

import pytest

from handlers.keyboards import Choose, Open, decode
from handlers.settings_screens import SCREENS, main_screen
from handlers.settings_values import APPLY, UnknownValueError
from handlers.texts import LANGUAGES, Texts
from news.model import EVERY_DAY, Layout, Preferences
from tests.unit.handlers.builders import NOW, READER, reader
from tests.unit.handlers.referee import check, parse

SIX_HOURS = tuple(time(hour) for hour in range(6))


@pytest.mark.parametrize(
    ("before", "screen", "value", "after"),
    [
        pytest.param(reader(), "hours", "19", reader(hours=(time(8), time(19))), id="hour-on"),
        pytest.param(
            reader(hours=(time(8), time(19))), "hours", "8", reader(hours=(time(19),)), id="hour-off"
        ),
        pytest.param(reader(), "hours", "8", reader(), id="last-hour-stays"),
        pytest.param(reader(hours=SIX_HOURS), "hours", "9", reader(hours=SIX_HOURS), id="at-most-six-hours"),
        pytest.param(reader(), "days", "6", reader(weekdays=EVERY_DAY - {6}), id="day-off"),
        pytest.param(
            reader(weekdays=frozenset({0})), "days", "0", reader(weekdays=frozenset({0})), id="last-day-stays"
        ),
        pytest.param(reader(weekdays=frozenset({0})), "days", "all", reader(), id="every-day"),
        pytest.param(reader(), "zone", "Asia/Dushanbe", reader(zone="Asia/Dushanbe"), id="zone"),
        pytest.param(reader(), "content", "ru", reader(content_languages=("ru",)), id="language-on"),
        pytest.param(
            reader(content_languages=("ru",)),
            "content",
            "en",
            reader(content_languages=("en", "ru")),
            id="languages-keep-their-order",
        ),
        pytest.param(reader(content_languages=("ru",)), "content", "ru", reader(), id="language-off"),
        pytest.param(reader(content_languages=("ru",)), "content", "all", reader(), id="all-languages"),
        pytest.param(reader(), "length", "12", reader(stories_per_country=12), id="length"),
        pytest.param(reader(), "layout", "titles", reader(layout=Layout.TITLES), id="layout"),
        pytest.param(reader(), "quiet", "22-7", reader(quiet=(time(22), time(7))), id="quiet"),
        pytest.param(reader(quiet=(time(22), time(7))), "quiet", "off", reader(), id="not-quiet"),
        pytest.param(reader(), "quiet", "pierce", reader(alerts_pierce_quiet=True), id="pierce"),
        pytest.param(reader(), "alerts", "off", reader(wants_alerts=False), id="no-alerts"),
        pytest.param(reader(wants_alerts=False), "alerts", "on", reader(), id="alerts"),
        pytest.param(reader(), "language", "tg", reader(language="tg"), id="interface"),
    ],
)
def test_a_tap_changes_one_thing(before: Preferences, screen: str, value: str, after: Preferences) -> None:
    assert APPLY[screen](before, value) == after


@pytest.mark.parametrize("screen", APPLY)
@pytest.mark.parametrize("value", ["", "nonsense", "-1", "99", "٣", "../etc/passwd"])
def test_made_up_values_are_refused(screen: str, value: str) -> None:
    with pytest.raises(UnknownValueError):
        APPLY[screen](READER, value)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SCREENS)
def test_every_screen_is_complete_in_every_language(texts: Texts, name: str, language: str) -> None:
    message = SCREENS[name](READER, texts.of(language), NOW)
    check(message)
    taps = [decode(one.data or "") for row in message.buttons for one in row]
    assert {tap.screen for tap in taps if isinstance(tap, Choose)} == ({name} if name in APPLY else set())
    for tap in taps:
        if isinstance(tap, Choose):
            APPLY[tap.screen](READER, tap.value)
    if name != "settings":
        assert Open("settings") in taps


def test_every_screen_but_the_first_sets_something_and_is_reached_from_it(texts: Texts) -> None:
    assert set(SCREENS) - {"settings"} == set(APPLY)
    taps = [decode(one.data or "") for row in main_screen(READER, texts, NOW).buttons for one in row]
    assert {tap.screen for tap in taps if isinstance(tap, Open)} == set(APPLY) | {"countries", "close"}


def test_the_main_screen_tells_what_is_set(texts: Texts) -> None:
    chosen = reader(
        hours=(time(7), time(19)),
        weekdays=frozenset({0, 2}),
        content_languages=("ru", "tr"),
        quiet=(time(22), time(7)),
        wants_alerts=False,
        layout=Layout.COMPACT,
        stories_per_country=1,
    )
    assert parse(main_screen(chosen, texts, NOW).html).text == (
        "Settings\n"
        "Countries: 🇰🇿 🇺🇿\n"
        "Digest: 07:00, 19:00 in Almaty (UTC+5)\n"
        "Days: Mon, Wed\n"
        "News in: Русский, Türkçe\n"
        "Layout: compact, a line a story, 1 story a country\n"
        "Alerts: off\n"
        "Quiet hours: 22:00–07:00"
    )


def test_what_is_chosen_is_ticked(texts: Texts) -> None:
    screen = SCREENS["hours"](reader(hours=(time(8), time(19))), texts, NOW)
    ticked = [one.text for row in screen.buttons for one in row if one.text.startswith("✓")]
    assert ticked == ["✓ 08:00", "✓ 19:00"]


def test_no_country_and_no_hour_are_a_dash(texts: Texts) -> None:
    text = parse(main_screen(reader(countries=(), hours=()), texts, NOW).html).text
    assert "Countries: —" in text
    assert "Digest: — in Almaty" in text
