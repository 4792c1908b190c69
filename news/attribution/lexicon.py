"""What the data file holds: senses, and forms that lead from words of a text to a sense."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from news.attribution.folding import fold
from news.attribution.paradigms import LONGEST_ENDING, endings


class Doubt(StrEnum):
    """How far a form may be trusted, by the mark of the data file."""

    NONE = ""
    WEAK = "~"  # counts beside a sure clue, in an outlet of its own country, or where only a place can stand
    COMMON_WORD = "?"  # mostly a plain word: its own country's outlets use the word as well


@dataclass(frozen=True, slots=True)
class Sense:
    """A thing with names: its countries (none for `-`), its kind, and words that must or must not be near."""

    id: int
    countries: tuple[str, ...]
    kind: str
    label: str
    place: str
    needs: tuple[str, ...] = ()
    forbids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a form. ``exact`` is how it must be written; ``capital`` asks for a capital letter."""

    stem: str
    endings: re.Pattern[str]
    exact: str = ""
    capital: bool = False

    def fits(self, token: str, folded: str) -> bool:
        """Say whether a token of a text is this word in one of its forms; capitals are judged elsewhere."""
        is_spelled_so = token.startswith(self.exact) if self.exact else folded.startswith(self.stem)
        return is_spelled_so and self.endings.fullmatch(folded, len(self.stem)) is not None


@dataclass(frozen=True, slots=True)
class Form:
    """One spelling of a sense: its words, and which of them (``anchor``) the lexicon finds it by."""

    sense: int
    language: str
    doubt: Doubt
    anchor: int
    words: tuple[Word, ...]


class Hit(NamedTuple):
    """A form whose anchor a token is; ``ending`` is what follows the stem there."""

    form: Form
    ending: str


MEMO_LIMIT = 40_000


class Lexicon:
    """Answers which forms a token may belong to. Forms are read when first met: most never are."""

    def __init__(self, senses: list[str], words: dict[str, str]) -> None:
        self._senses = senses
        self._words = words
        self._read: dict[str, tuple[Form, ...]] = {}
        self._read_senses: dict[int, Sense] = {}
        self._memo: dict[str, tuple[Hit, ...] | None] = {}

    def hits(self, token: str) -> tuple[Hit, ...] | None:
        """Return the forms that this token, as written, may anchor; None if there are none."""
        try:
            return self._memo[token]
        except KeyError:
            if len(self._memo) >= MEMO_LIMIT:
                self._memo.clear()  # a bound on memory; what is forgotten is found again
            found = self._memo[token] = tuple(self._look_up(token)) or None
            return found

    def sense(self, number: int) -> Sense:
        """Return a sense by its number in the data file."""
        known = self._read_senses.get(number)
        if known is None:
            country, kind, label, place, _, needs, forbids = self._senses[number].split("\t")
            countries = () if country == "-" else tuple(country.split("+"))
            known = Sense(number, countries, kind, label, place, _listed(needs), _listed(forbids))
            self._read_senses[number] = known
        return known

    def forms(self, stem: str) -> tuple[Form, ...]:
        """Return the forms anchored on a stem."""
        known = self._read.get(stem)
        if known is None:
            specs = self._words.get(stem)
            known = tuple(_read_form(stem, spec) for spec in specs.split("\t")) if specs else ()
            if specs:
                self._read[stem] = known
        return known

    def _look_up(self, token: str) -> list[Hit]:
        folded = fold(token)
        found = []
        for cut in range(len(folded), max(1, len(folded) - LONGEST_ENDING) - 1, -1):
            if folded[:cut] in self._words:
                found += [
                    Hit(form, folded[cut:])
                    for form in self.forms(folded[:cut])
                    if form.words[form.anchor].fits(token, folded)
                ]
        return found


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


def _read_form(stem: str, spec: str) -> Form:
    """Read `sense;language;words`; the anchor is marked with _ and does not repeat its stem."""
    sense, language, words = spec.split(";")
    parts = words.split(" ")
    anchor = next(at for at, part in enumerate(parts) if part.startswith("_"))
    return Form(
        sense=int(sense),
        language=language.lstrip("~?"),
        doubt=Doubt(language[0]) if language[0] in "~?" else Doubt.NONE,
        anchor=anchor,
        words=tuple(_read_word(part, stem) for part in parts),
    )


def _read_word(part: str, anchor_stem: str) -> Word:
    """Read `stem/paradigms`, `^stem/paradigms` with a capital or `=AS WRITTEN/paradigms`."""
    written, _, codes = part.removeprefix("_").rpartition("/")
    if written.startswith("="):
        return Word(fold(written[1:]), endings(codes), exact=written[1:])
    return Word(written.removeprefix("^") or anchor_stem, endings(codes), capital=written.startswith("^"))
