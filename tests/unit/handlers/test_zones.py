"""Clocks: what a typed city means, and the guesses."""

from __future__ import annotations

from zoneinfo import available_timezones

import pytest

from handlers.texts import LANGUAGES
from handlers.zones import (
    _MORE_CITIES,
    CITIES,
    city_name,
    find_zones,
    guess_city,
    guess_countries,
)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Алматы", ["Asia/Almaty"]),
        ("  астана ", ["Asia/Almaty"]),
        ("Тошканд", ["Asia/Tashkent"]),
        ("Toshkent", ["Asia/Tashkent"]),
        ("new york", ["America/New_York"]),
        ("America/Argentina/Ushuaia", ["America/Argentina/Ushuaia"]),
        ("utc", ["UTC"]),
        ("Ош", ["Asia/Bishkek"]),
        ("", []),
        ("ывапролд", []),
    ],
)
def test_a_city_in_any_language(typed: str, expected: list[str]) -> None:
    assert find_zones(typed) == expected


@pytest.mark.parametrize(
    ("typed", "among"),
    [("Almatty", "Asia/Almaty"), ("Dushanbee", "Asia/Dushanbe"), ("Istan", "Europe/Istanbul")],
)
def test_nearly_a_city(typed: str, among: str) -> None:
    assert among in find_zones(typed)
    assert len(find_zones(typed)) <= 6


def test_every_offered_zone_exists() -> None:
    zones = {city.zone for city in CITIES} | set(_MORE_CITIES.values())
    assert zones <= available_timezones()
    assert len(CITIES) == len({city.zone for city in CITIES}) < 100  # two digits in a button


def test_the_order_of_cities_is_what_old_buttons_mean() -> None:
    assert [city.zone for city in CITIES[:5]] == [
        "Asia/Almaty",
        "Asia/Tashkent",
        "Asia/Bishkek",
        "Asia/Dushanbe",
        "Asia/Ashgabat",
    ]


@pytest.mark.parametrize(
    ("zone", "language", "expected"),
    [
        ("Asia/Almaty", "ru", "Алматы"),
        ("Asia/Tashkent", "uz", "Toshkent"),
        ("Europe/Berlin", "kk", "Берлин"),
        ("Europe/Berlin", "tk", "Berlin"),
        ("America/Los_Angeles", "ru", "Los Angeles"),
    ],
)
def test_a_zone_is_named_by_a_city(zone: str, language: str, expected: str) -> None:
    assert city_name(zone, language) == expected


@pytest.mark.parametrize(
    ("countries", "zone"),
    [
        (("UZ", "KZ"), "Asia/Tashkent"),
        (("FR", "KG"), "Asia/Bishkek"),
        (("FR",), "Asia/Almaty"),
        ((), "Asia/Almaty"),
    ],
)
def test_the_first_known_country_sets_the_clock(countries: tuple[str, ...], zone: str) -> None:
    assert CITIES[guess_city(countries)].zone == zone


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_a_guess(language: str) -> None:
    assert guess_countries(language)


def test_other_languages_get_the_region() -> None:
    assert guess_countries("pt") == ("KZ", "UZ", "KG", "TJ", "TM")
