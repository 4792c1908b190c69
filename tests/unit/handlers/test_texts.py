"""The texts: complete, with the same gaps to fill, the right plural forms, and valid markup in every language."""

from __future__ import annotations

import re
import string
import unicodedata
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from handlers.markup import Html
from handlers.registry import COMMANDS
from handlers.settings_screens import SCREENS
from handlers.texts import LANGUAGES, Texts
from handlers.texts.dates import CALENDARS, about, age, clock, duration, long_date, moment, utc_offset
from handlers.texts.lookup import catalogue, flag, spoken
from handlers.texts.plurals import FORMS, PLURALS
from news.model import BroadcastState, Layout
from tests.unit.handlers.builders import NOW
from tests.unit.handlers.referee import parse

SOURCES = sorted((Path(__file__).parents[3] / "handlers").rglob("*.py"))
# A key stands in the code as a whole string; those in braces are completed by the tables below.
USED = re.compile(r'"((?:[a-z_]+\.)+[a-z_]+)"')
OTHERS = sorted(set(LANGUAGES) - {"en"})


def gaps(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def forms_of(language: str, key: str) -> list[str]:
    template = catalogue(language)[key]
    return [template] if isinstance(template, str) else list(template.values())


def completed_keys() -> set[str]:
    keys = {f"help.{name}" for name in COMMANDS}
    keys |= {f"settings.button.{name}" for name in SCREENS if name != "settings"}
    keys |= {f"settings.layout.{layout}" for layout in Layout}
    keys |= {f"alerts.state.{state}" for state in BroadcastState}
    keys |= {f"alert.{state}" for state in ("draft", "cancelled", "retracted")}
    keys |= {f"alert.button.{action}" for action in ("stop", "correct", "retract")}
    keys |= {f"sources.{action}" for action in ("pause", "resume", "try")}
    keys |= {f"sources.button.{action}" for action in ("pause", "resume", "try")}
    return keys | {"error.only_chat_admins", "error.only_editors", "error.sorry"}


def test_every_key_in_the_code_has_a_text_and_every_text_is_used() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    families = {key.split(".")[0] for key in catalogue("en")}
    used = {key for key in USED.findall(code) if key.split(".")[0] in families} | completed_keys()
    used -= {
        "source.pause",
        "alert.confirm",
        "alert.stop",
        "alert.correct",
        "alert.retract",
    }  # the editors' log
    assert used == set(catalogue("en"))


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_same_keys_in_the_same_order(language: str) -> None:
    assert list(catalogue(language)) == list(catalogue("en"))


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_fills_the_same_gaps(language: str) -> None:
    for key in catalogue("en"):
        wanted = {name for form in forms_of("en", key) for name in gaps(form)}
        for form in forms_of(language, key):
            assert gaps(form) == wanted, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_counted_texts_have_exactly_the_forms_of_the_language(language: str) -> None:
    for key, template in catalogue("en").items():
        if isinstance(template, str):
            assert isinstance(catalogue(language)[key], str), key
        elif FORMS[language] != {"other"}:
            assert set(catalogue(language)[key]) == FORMS[language], key
    assert {PLURALS[language](number) for number in range(200)} == FORMS[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_valid_markup_and_short_where_telegram_says_so(language: str) -> None:
    for key in catalogue(language):
        for form in forms_of(language, key):
            assert parse(form.replace("{", "").replace("}", "")).text.strip(), key
            assert form == form.strip() or key in {"alert.broken", "alert.held"}, key
            assert "!" not in form, key
            if key.startswith("error."):
                assert len(form) <= 200, key  # a notice over the chat
            if key == "about.short":
                assert len(form) <= 120, key
            if key == "help.head":
                assert len(form) <= 512, key  # also the bot's description
            elif key.startswith("help."):
                assert len(form) <= 256, key  # a line of the menu


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_emoji_but_the_five_signs(language: str) -> None:
    said = "".join(form for key in catalogue(language) for form in forms_of(language, key))
    pictures = {sign for sign in said if unicodedata.category(sign) == "So"}
    assert pictures <= set("⏰🔔🔕▸▾✕")  # ▸, ▾ and ✕ are text, not pictures


@pytest.mark.parametrize(
    ("language", "number", "form"),
    [
        ("en", 0, "other"),
        ("en", 1, "one"),
        ("en", 21, "other"),
        ("ru", 1, "one"),
        ("ru", 21, "one"),
        ("ru", 111, "many"),
        ("ru", 2, "few"),
        ("ru", 24, "few"),
        ("ru", 12, "many"),
        ("ru", 14, "many"),
        ("ru", 112, "many"),
        ("ru", 5, "many"),
        ("ru", 0, "many"),
        ("kk", 1, "other"),
        ("tg", 2, "other"),
    ],
)
def test_plural_rules(language: str, number: int, form: str) -> None:
    assert PLURALS[language](number) == form


def test_fields_are_escaped_in_messages_and_taken_as_they_are_on_buttons(texts: Texts) -> None:
    assert texts("countries.unknown", word="<b>") == "I know no country “&lt;b&gt;”."
    assert texts("countries.unknown", word=Html("<b>x</b>")) == "I know no country “<b>x</b>”."
    assert texts.plain("countries.unknown", word="<b>") == "I know no country “<b>”."


@pytest.mark.parametrize(
    ("language", "number", "expected"),
    [
        ("en", 1, "1 headline for “газ”"),
        ("en", 12480, "12,480 headlines for “газ”"),
        ("ru", 3, "3 заголовка по запросу «газ»"),
        ("ru", 12480, "12\u202f480 заголовков по запросу «газ»"),
        ("kk", 12, "«газ» бойынша 12 тақырып"),
    ],
)
def test_counted_texts(texts: Texts, language: str, number: int, expected: str) -> None:
    assert texts.of(language)("search.found", n=number, query="газ") == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [("ru", "ru"), ("ru-RU", "ru"), ("KK", "kk"), ("pt-br", "en"), ("", "en"), (None, "en")],
)
def test_the_interface_language_of_a_client(code: str | None, expected: str) -> None:
    assert spoken(code) == expected


def test_countries_and_flags(texts: Texts) -> None:
    assert flag("KZ") == "🇰🇿"
    assert texts.flagged("KZ") == "🇰🇿 Kazakhstan"
    assert texts.of("kk").country("UZ") == "Өзбекстан"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "Tuesday, 24 November"),
        ("ru", "Вторник, 24 ноября"),
        ("kk", "24 қараша, сейсенбі"),
        ("uz", "24-noyabr, seshanba"),
        ("ky", "24-ноябрь, шейшемби"),
        ("tg", "Сешанбе, 24 ноябр"),
        ("tk", "24 noýabr, sişenbe"),
    ],
)
def test_dates_in_words(texts: Texts, language: str, expected: str) -> None:
    assert long_date(date(2026, 11, 24), texts.of(language)) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_calendars_are_complete(language: str) -> None:
    calendar = CALENDARS[language]
    assert len(set(calendar.weekdays)) == len(set(calendar.short_weekdays)) == 7
    assert len(set(calendar.months)) == len(set(calendar.short_months)) == 12


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        pytest.param(NOW - timedelta(hours=14), "Mon 18:00", id="yesterday"),
        pytest.param(NOW - timedelta(days=6), "Wed 08:00", id="six-days"),
        pytest.param(NOW - timedelta(days=7), "17 Nov", id="a-week"),
        pytest.param(NOW - timedelta(days=365), "24 Nov 2025", id="last-year"),
        pytest.param(NOW + timedelta(days=2), "26 Nov", id="ahead"),
    ],
)
def test_moments(texts: Texts, instant: datetime, expected: str) -> None:
    assert moment(instant, "Asia/Almaty", texts, now=NOW) == expected


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (timedelta(seconds=-90), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=3, minutes=59), "3 h"),
        (timedelta(hours=47), "47 h"),
        (timedelta(hours=49), "2 d"),
    ],
)
def test_ages(texts: Texts, span: timedelta, expected: str) -> None:
    assert age(span, texts) == expected


@pytest.mark.parametrize(
    ("seconds", "exact", "estimate"),
    [
        (-1, "0 s", "0 s"),
        (29, "29 s", "29 s"),
        (60, "1 min", "1 min"),
        (444, "7 min 24 s", "7 min"),
        (7500, "2 h 5 min", "2 h 5 min"),
    ],
)
def test_durations(texts: Texts, seconds: int, exact: str, estimate: str) -> None:
    assert duration(timedelta(seconds=seconds), texts) == exact
    assert about(timedelta(seconds=seconds), texts) == estimate


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Asia/Almaty", "UTC+5"),
        ("Asia/Kabul", "UTC+4:30"),
        ("America/New_York", "UTC−5"),
        ("UTC", "UTC"),
    ],
)
def test_offsets(zone: str, expected: str) -> None:
    assert utc_offset(zone, NOW) == expected


def test_clock() -> None:
    assert clock(time(8)) == "08:00"
