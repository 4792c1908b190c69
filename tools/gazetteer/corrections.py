"""Second thoughts about single forms, kept apart from the tables that they correct."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from news.attribution.folding import fold
from news.attribution.lexicon import Doubt
from tools.gazetteer.entries import Entry

OFFICES = frozenset({"ministry", "government", "agency", "security", "court", "parliament"})


@dataclass(frozen=True, slots=True)
class Corrections:
    """Folded spellings that are made doubtful or forgotten, and how offices without a nation are told.

    "The Ministry of Health" in a country's own language names no country: every country has one. Such a form is
    forgotten unless it holds a national word.
    """

    sure: frozenset[str]
    weak: frozenset[str]
    common: frozenset[str]
    dropped: frozenset[str]
    towns: frozenset[str]
    office: re.Pattern[str]
    national: re.Pattern[str]

    def apply(self, entry: Entry) -> Entry | None:
        """Return the entry with its forms corrected, or None if no form is left."""
        forms = tuple(
            replace(form, doubt=self._doubt(fold(form.text), form.doubt))
            for form in entry.forms
            if not self._is_forgotten(entry, form.text)
        )
        return replace(entry, forms=forms) if forms else None

    def _is_forgotten(self, entry: Entry, text: str) -> bool:
        folded = fold(text)
        if folded in self.dropped or (entry.place and folded in self.towns):
            return True
        return bool(entry.countries) and self._is_any_office(entry, text)

    def _doubt(self, folded: str, told: Doubt) -> Doubt:
        if folded in self.sure:
            return Doubt.NONE
        if folded in self.common:
            return Doubt.COMMON_WORD
        return Doubt.WEAK if folded in self.weak else told

    def _is_any_office(self, entry: Entry, text: str) -> bool:
        folded = " " + fold(text)
        return bool(entry.kind in OFFICES and self.office.search(folded) and not self.national.search(folded))


def read_corrections(path: Path) -> Corrections:
    """Read a file of corrections."""
    return parse_corrections(path.read_text(encoding="utf-8"))


def parse_corrections(text: str) -> Corrections:
    """Read lines of `action TAB words joined by |`; the file itself says what each action does."""
    lines = [line.split("\t") for line in text.splitlines() if line and line[0] != "#"]

    def words(wanted: str) -> list[str]:
        return [fold(word) for action, found in lines if action == wanted for word in found.split("|")]

    return Corrections(
        sure=frozenset(words("sure")),
        weak=frozenset(words("weak")),
        common=frozenset(words("common")),
        dropped=frozenset(words("drop")),
        towns=frozenset(words("town")),
        office=_starts(words("office")),
        national=_starts(words("national")),
    )


def _starts(words: list[str]) -> re.Pattern[str]:
    return re.compile(r"\W(?:" + "|".join(map(re.escape, words)) + ")") if words else re.compile("(?!)")
