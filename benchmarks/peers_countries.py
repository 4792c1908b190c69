"""What others make of the same texts: flashgeotext, geotext (where installed) and a plain matcher of CLDR names."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable

LANGUAGES = ("en", "ru", "kk", "uz", "ky", "tg", "tk", "tr")


def peers() -> dict[str, Callable[[str], set[str]]]:
    """Return the peers that are installed, by name."""
    found = {}
    for name, make in (("Babel names", babel_names), ("geotext", geotext), ("flashgeotext", flashgeotext)):
        try:
            found[name] = make()
        except ImportError:
            continue
    return found


def babel_names() -> Callable[[str], set[str]]:
    locale = importlib.import_module("babel").Locale
    names = {
        name.casefold(): code
        for language in LANGUAGES
        for code, name in locale(language).territories.items()
        if re.fullmatch("[A-Z]{2}", code)
    }
    pattern = re.compile(r"\b(" + "|".join(sorted(map(re.escape, names), key=len, reverse=True)) + r")\b")
    return lambda text: {names[found] for found in pattern.findall(text.casefold())}


def geotext() -> Callable[[str], set[str]]:
    library = importlib.import_module("geotext")
    return lambda text: set(library.GeoText(text).country_mentions)


def flashgeotext() -> Callable[[str], set[str]]:
    library = importlib.import_module("flashgeotext.geotext")
    tagger = library.GeoText()
    codes = {
        name.casefold(): code
        for code, name in importlib.import_module("babel").Locale("en").territories.items()
    }

    def find(text: str) -> set[str]:
        found = tagger.extract(input_text=text)
        named = {codes.get(name.casefold()) for name in found["countries"]}
        return {code for code in named if code}

    return find
