"""Look a text up in the reader's language and fill it, escaping at the last step."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Protocol

from handlers.markup import Html, escape
from handlers.texts.plurals import PLURALS

# The interface languages and what each calls itself, in the order of the first screen.
LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "ru": "Русский",
    "kk": "Қазақша",
    "uz": "O‘zbekcha",
    "ky": "Кыргызча",
    "tg": "Тоҷикӣ",
    "tk": "Türkmençe",
}
FALLBACK = "en"
_NARROW_NO_BREAK_SPACE = "\u202f"

# Where the region's own press writes a name otherwise than Unicode CLDR does.
_OWN_NAMES: Mapping[tuple[str, str], str] = {("KG", "ru"): "Кыргызстан"}

Template = str | Mapping[str, str]


class CountryNames(Protocol):
    """What the gazetteer gives us: a country's name in a language."""

    def country_name(self, code: str, language: str) -> str: ...


@cache
def catalogue(language: str) -> Mapping[str, Template]:
    """The texts of one interface language, read once. Raise FileNotFoundError for a language that we do not speak."""
    content = files("handlers.texts").joinpath(f"{language}.json").read_text(encoding="utf-8")
    loaded: Mapping[str, Template] = json.loads(content)
    return loaded


def spoken(language: str | None) -> str:
    """The interface language for a client's language code ("ru-RU", None): English where we do not speak it."""
    code = (language or "").split("-")[0].lower()
    return code if code in LANGUAGES else FALLBACK


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts in one language, with the country names that go into them."""

    names: CountryNames
    language: str = FALLBACK

    def of(self, language: str) -> Texts:
        """The same in another language; English where we do not speak it."""
        return Texts(self.names, spoken(language))

    def __call__(self, key: str, **fields: object) -> Html:
        """The text as safe HTML; every field that is not ``Html`` yet is escaped. A counted text needs ``n``."""
        return Html(
            self._template(key, fields).format_map(
                {name: self._escaped(value) for name, value in fields.items()}
            )
        )

    def plain(self, key: str, **fields: object) -> str:
        """The text for a place without markup, such as a button or a notice. Fields are taken as they are."""
        return self._template(key, fields).format_map(
            {name: self._shown(value) for name, value in fields.items()}
        )

    def number(self, value: int) -> str:
        """12,480 in English, 12 480 elsewhere."""
        grouped = f"{value:,}"
        return grouped if self.language == "en" else grouped.replace(",", _NARROW_NO_BREAK_SPACE)

    def country(self, code: str) -> str:
        """A country's name."""
        return _OWN_NAMES.get((code, self.language)) or self.names.country_name(code, self.language)

    def flagged(self, code: str) -> str:
        """A country's flag and name."""
        return f"{flag(code)} {self.country(code)}"

    def _template(self, key: str, fields: Mapping[str, object]) -> str:
        template = catalogue(self.language)[key]
        if isinstance(template, str):
            return template
        count = fields["n"]
        assert isinstance(count, int)
        return template[PLURALS[self.language](count)]

    def _shown(self, value: object) -> str:
        return self.number(value) if isinstance(value, int) else str(value)

    def _escaped(self, value: object) -> Html:
        return value if isinstance(value, Html) else escape(self._shown(value))


def flag(code: str) -> str:
    """The flag emoji of an ISO 3166-1 alpha-2 code: two regional indicator symbols."""
    return "".join(chr(ord(letter) - ord("A") + 0x1F1E6) for letter in code)


def flags(codes: tuple[str, ...]) -> str:
    """Several flags in a row."""
    return " ".join(flag(code) for code in codes)
