"""Entries of the gazetteer before they are inflected, and the readers of our own tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from news.attribution.lexicon import Doubt

LANGUAGES = frozenset({"en", "ru", "kk", "kk-latn", "uz", "uz-cyrl", "ky", "tg", "tk", "tr", "*"})


class TableError(ValueError):
    """A line of a curated table that cannot be read; names the file, the line and what to change."""


@dataclass(frozen=True, slots=True)
class Form:
    """One spelling in one language. ``is_quoted``: as written; ``doubt``: whether it needs another clue."""

    language: str
    text: str
    is_quoted: bool = False
    doubt: Doubt = Doubt.NONE


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing with names. ``countries`` is empty where the table says `-`: the thing gives no country."""

    countries: tuple[str, ...]
    kind: str
    forms: tuple[Form, ...]
    origin: str
    needs: tuple[str, ...] = ()
    forbids: tuple[str, ...] = ()
    place: str = ""

    @property
    def label(self) -> str:
        """The name in English where there is one, else the first that was written."""
        english = (form.text for form in self.forms if form.language == "en")
        return next(english, self.forms[0].text)


def read_tables(folder: Path) -> Iterator[Entry]:
    """Yield the entries of every `*.tsv` in a folder, in the order of file names and lines."""
    for path in sorted(folder.glob("*.tsv")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if line.strip() and not line.startswith("#"):
                try:
                    yield read_line(line)
                except (TableError, IndexError) as error:
                    raise TableError(f"{path.name}:{number}: {error}") from error


def read_line(line: str) -> Entry:
    """Read `country TAB kind TAB forms TAB note`; raise TableError with what is wrong."""
    fields = [field.strip() for field in line.split("\t")]
    if len(fields) < 3:
        raise TableError("a line needs country, kind and forms, separated by tabs")
    country, kind, forms = fields[:3]
    countries = () if country == "-" else tuple(country.split("+"))
    if any(not re.fullmatch("[A-Z]{2}", code) for code in countries):
        raise TableError(f"{country!r} is no list of two-letter codes joined by +")
    if not re.fullmatch("[a-z][a-z-]*", kind):
        raise TableError(f"{kind!r} is no kind")
    note = fields[3] if len(fields) > 3 else ""
    return Entry(
        countries, kind, tuple(_forms(forms)), "own", _context("with", note), _context("without", note)
    )


def _forms(text: str) -> Iterator[Form]:
    for group in re.split(r"\s*;\s+|\s+;\s*", text.strip(" ;")):
        language, colon, spellings = group.partition(":")
        if not colon or language not in LANGUAGES:
            raise TableError(f"{group!r} does not start with a language such as ru:")
        yield from (
            _form(language, spelling.strip()) for spelling in spellings.split("|") if spelling.strip()
        )


def _form(language: str, spelling: str) -> Form:
    doubt = Doubt.WEAK if spelling.startswith("~") else Doubt.NONE
    bare = spelling.removeprefix("~").strip()
    is_quoted = len(bare) > 2 and bare[0] == bare[-1] == '"'
    return Form(language, bare.strip('"') if is_quoted else bare, is_quoted, doubt)


def _context(name: str, note: str) -> tuple[str, ...]:
    found = re.search(rf"(?:^|\s){name}:(.*?)(?=\s+with(?:out)?:|;|$)", note)
    return tuple(word.strip() for word in found.group(1).split("|") if word.strip()) if found else ()
