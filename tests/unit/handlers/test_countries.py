"""Countries typed in any language, toggles, and the first minutes."""

from __future__ import annotations

from datetime import time

import pytest

from handlers.countries import (
    MAX_COUNTRIES,
    OFFERED,
    first_following,
    following,
    following_now,
    split_names,
    toggles_message,
    unfollowing,
    unknown_countries,
)
from handlers.digest import parse_span
from handlers.keyboards import Follow, StartCountries, StartDone, StartHour, decode
from handlers.start import (
    countries_of_payload,
    countries_question,
    hour_question,
    language_question,
    likely_length,
)
from handlers.talk import settled
from handlers.texts import LANGUAGES, Texts
from news.gazetteer import Gazetteer
from news.model import Message, Preferences
from tests.unit.handlers.builders import NOW, READER, reader
from tests.unit.handlers.referee import check, parse

FIVE = {"KZ", "UZ", "KG", "TJ", "TM"}


def labels(message: Message) -> list[str]:
    return [one.text for row in message.buttons for one in row]


@pytest.mark.parametrize(
    ("typed", "found", "unknown"),
    [
        pytest.param("kz uz", ["KZ", "UZ"], [], id="codes"),
        pytest.param("Kazakhstan, Южная Корея; Өзбекстан", ["KZ", "KR", "UZ"], [], id="names"),
        pytest.param("south korea kazakhstan", ["KR", "KZ"], [], id="longest-name-first"),
        pytest.param("🇰🇬🇹🇯", ["KG", "TJ"], [], id="flags-without-a-blank"),
        pytest.param("kz KZ Казахстан", ["KZ"], [], id="once"),
        pytest.param("Kazahstn kz", ["KZ"], ["Kazahstn"], id="misspelt"),
        pytest.param("", [], [], id="nothing"),
        pytest.param("a1 a2 a3 a4 a5 a6 a7", [], ["a1", "a2", "a3", "a4", "a5"], id="at-most-five-unknown"),
    ],
)
def test_names_in_any_language(
    gazetteer: Gazetteer, typed: str, found: list[str], unknown: list[str]
) -> None:
    named = split_names(typed, gazetteer)
    assert named.found == found
    assert named.unknown == unknown


def test_a_region_is_its_countries(gazetteer: Gazetteer) -> None:
    assert set(split_names("central asia", gazetteer).found) == FIVE


def test_following_keeps_the_readers_order() -> None:
    assert following(READER, ["KG", "KZ"]) == reader(countries=("KZ", "UZ", "KG"))
    assert unfollowing(READER, ["KZ", "FR"]) == reader(countries=("UZ",))


def test_somebody_new_gets_the_clock_of_the_first_country() -> None:
    assert first_following(Preferences(), ["KG"]).zone == "Asia/Bishkek"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(reader(), reader(), id="as-it-is"),
        pytest.param(
            reader(countries=()), reader(countries=(), weekdays=frozenset()), id="no-country-no-digest"
        ),
        pytest.param(reader(weekdays=frozenset()), reader(), id="every-day-again"),
        pytest.param(reader(hours=()), reader(hours=(time(8),)), id="an-hour-again"),
    ],
)
def test_no_digest_without_a_country(before: Preferences, after: Preferences) -> None:
    assert settled(before) == after


def test_nobody_follows_more_than_the_toggles_can_show(gazetteer: Gazetteer, texts: Texts) -> None:
    everything = following(Preferences(), gazetteer.countries)
    assert len(everything.countries) == MAX_COUNTRIES
    check(toggles_message(everything, texts))


def test_toggles_carry_the_wanted_state(texts: Texts) -> None:
    message = toggles_message(READER, texts)
    check(message)
    assert labels(message)[:3] == ["✓ 🇰🇿 Kazakhstan", "✓ 🇺🇿 Uzbekistan", "🇰🇬 Kyrgyzstan"]
    taps = [decode(one.data or "") for row in message.buttons for one in row]
    assert taps[:3] == [Follow(False, ("KZ",)), Follow(False, ("UZ",)), Follow(True, ("KG",))]


def test_what_is_followed_and_when(texts: Texts) -> None:
    assert parse(following_now(READER, texts, NOW).html).text == (
        "You follow: 🇰🇿 Kazakhstan, 🇺🇿 Uzbekistan.\nDigest: 08:00 in Almaty (UTC+5)"
    )
    assert labels(following_now(reader(countries=()), texts, NOW)) == ["List of countries"]


def test_a_country_of_ones_own_is_among_the_toggles(texts: Texts) -> None:
    assert "✓ 🇫🇷 France" in labels(toggles_message(reader(countries=("FR",)), texts))


def test_unknown_countries_are_named_with_suggestions(gazetteer: Gazetteer, texts: Texts) -> None:
    message = unknown_countries(["Kazahstn", "<b>ывапролд"], gazetteer, texts)
    check(message)
    text = parse(message.html).text.replace("\u2068", "").replace("\u2069", "")
    assert text == "I know no country “Kazahstn”. Kazakhstan?\nI know no country “<b>ывапролд”."
    assert labels(message) == ["🇰🇿 Kazakhstan", "List of countries"]


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        pytest.param("kz-uz", ("KZ", "UZ"), id="codes"),
        pytest.param("KZ_kg", ("KZ", "KG"), id="underscore"),
        pytest.param("kazakhstan", ("KZ",), id="name"),
        pytest.param("inline", (), id="from-inline-mode"),
        pytest.param("xx-yy", (), id="unknown"),
        pytest.param("", (), id="none"),
    ],
)
def test_deep_links(gazetteer: Gazetteer, payload: str, expected: tuple[str, ...]) -> None:
    assert countries_of_payload(payload, gazetteer) == expected


def test_a_deep_link_to_a_region(gazetteer: Gazetteer) -> None:
    assert set(countries_of_payload("central-asia", gazetteer)) == FIVE


def test_languages_come_with_guessed_countries(texts: Texts) -> None:
    message = language_question((), texts)
    check(message)
    assert labels(message) == list(LANGUAGES.values())
    taps = [decode(one.data or "") for row in message.buttons for one in row]
    assert taps[2] == StartCountries("kk", ("KZ",))
    assert taps[1] == StartCountries("ru", ("KZ", "UZ", "KG"))


def test_a_link_chooses_before_the_language_does(texts: Texts) -> None:
    message = language_question(("TJ",), texts)
    assert all(decode(one.data or "").chosen == ("TJ",) for row in message.buttons for one in row)


@pytest.mark.parametrize(("count", "length"), [(1, 5), (3, 5), (4, 3), (12, 3)])
def test_many_countries_get_fewer_stories_each(count: int, length: int) -> None:
    assert likely_length(OFFERED[:count]) == length


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_minutes_in_every_language(texts: Texts, language: str) -> None:
    spoken = texts.of(language)
    check(countries_question(StartCountries(language, ("KZ", "FR")), spoken))
    for page in range(3):
        check(hour_question(StartHour(language, page, 0, ("KZ",)), spoken, "UTC+5"))


def test_country_toggles_carry_the_choice_so_far(texts: Texts) -> None:
    message = countries_question(StartCountries("en", ("KZ", "UZ")), texts)
    data = {one.text: decode(one.data or "") for row in message.buttons for one in row}
    assert data["✓ 🇰🇿 Kazakhstan"] == StartCountries("en", ("UZ",))
    assert data["🇰🇬 Kyrgyzstan"] == StartCountries("en", ("KZ", "UZ", "KG"))
    assert data["Central Asia"] == StartCountries("en", ("KZ", "UZ", "KG", "TJ", "TM"))
    assert data["Done · 2"] == StartHour("en", 0, 0, ("KZ", "UZ"))


def test_hours_as_in_the_look(texts: Texts) -> None:
    message = hour_question(StartHour("en", 0, 1, ("UZ",)), texts, "UTC+5")
    assert parse(message.html).text == "🇺🇿\nWhen? Hours are those of Tashkent (UTC+5)."
    assert labels(message) == ["07:00", "08:00", "09:00", "18:00", "21:00", "Other", "Another city"]
    assert decode(message.buttons[0][1].data or "") == StartDone("en", 8, 1, ("UZ",))


@pytest.mark.parametrize(("page", "count"), [(1, 25), (2, 17)], ids=["all-hours", "cities"])
def test_other_hours_and_cities(texts: Texts, page: int, count: int) -> None:
    assert len(labels(hour_question(StartHour("en", page, 0, ("KZ",)), texts, "UTC+5"))) == count


@pytest.mark.parametrize(
    ("text", "names", "hours"),
    [
        ("", "", 24),
        ("kz 3d", "kz", 72),
        ("3d kz uz", "kz uz", 72),
        ("kz 6 h", "kz", 6),
        ("2w", "", 336),
        ("999d", "", 720),
        ("0d", "", 1),
        ("kz 3days", "kz 3days", 24),
    ],
)
def test_the_span_of_a_digest(text: str, names: str, hours: int) -> None:
    rest, span = parse_span(text)
    assert rest == names
    assert span.total_seconds() == hours * 3600
