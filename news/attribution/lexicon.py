"""What the data file holds: senses, and forms that lead from words of a text to a sense."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from sys import intern
from typing import Any, NamedTuple

from news.attribution.folding import fold
from news.attribution.paradigms import LONGEST_ENDING, endings


class Doubt(StrEnum):
    """How far a form may be trusted, by the mark of the data file."""

    NONE = ""
    WEAK = "~"  # counts beside a sure clue, in an outlet of its own country, or where only a place can stand
    COMMON_WORD = "?"  # mostly a plain word: its own country's outlets use the word as well


@dataclass(frozen=True, slots=True)
class Sense:
    """A thing with names: its countries (none for `-`), its kind, and words that must or must not be near.

    ``speaks`` says whether naming it speaks for its countries; ``is_cue`` that it is only a word that tells others apart.
    """

    id: int
    countries: tuple[str, ...]
    kind: str
    label: str
    place: str
    needs: tuple[str, ...] = ()
    forbids: tuple[str, ...] = ()
    speaks: bool = True
    is_cue: bool = False


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
    """One spelling of a sense: its words, and which of them (``anchor``) the lexicon finds it by.

    A phrase tells on which ``side`` of its anchor (-1 or 1; 0 for one word) another word stands, and that word's first
    letter, ``head``: one look at a letter refuses most phrases.
    """

    sense: Sense
    language: str
    doubt: Doubt
    anchor: int
    words: tuple[Word, ...]
    side: int = 0
    head: str = ""


class Hit(NamedTuple):
    """A form whose anchor a token is; ``ending`` is what follows the stem there."""

    form: Form
    ending: str


CUE = "cue-"
REGION_OF_COUNTRIES = "group"
# A hundred thousand headlines in five languages have so many; looking a word up takes longer than reading a title otherwise.
MOST_READ = 6_000
MOST_KNOWN = 20_000
MOST_STRANGERS = 64_000
PREFIX = 3
SHORT_STEMS = (2, 1)


class Lexicon:
    """Answers which forms a token may belong to. Forms are read when they are met: most never are."""

    def __init__(self, senses: list[str], words: dict[str, str]) -> None:
        self._senses = senses
        self._words = words
        self._lengths = _stem_lengths(words)
        self._read: dict[str, tuple[Form, ...]] = {}
        self._read_senses: dict[int, Sense] = {}
        self._memo: dict[str, tuple[Hit, ...]] = {}
        self._strangers: set[str] = set()

    def anchors(self, tokens: list[str]) -> list[tuple[int, tuple[Hit, ...]]]:
        """Return the places of tokens that may belong to a form, with those forms."""
        memo, strangers, found = self._memo, self._strangers, []
        for at, token in enumerate(tokens):
            if token in strangers:
                continue
            hits = memo.get(token) or self.hits(token)
            if hits:
                found.append((at, hits))
        return found

    def hits(self, token: str) -> tuple[Hit, ...]:
        """Return the forms that this token, as written, may anchor."""
        known = self._memo.get(token)
        if known is not None or token in self._strangers:
            return known or ()
        found = tuple(self._look_up(token))
        if found:
            _bound(self._memo, MOST_KNOWN)
            self._memo[token] = found
        else:
            _bound(self._strangers, MOST_STRANGERS)
            self._strangers.add(token)
        return found

    def _look_up(self, token: str) -> Iterable[Hit]:
        folded = fold(token)
        found: dict[tuple[object, ...], Hit] = {}
        for length in (*self._lengths.get(folded[:PREFIX], ()), *SHORT_STEMS):
            if (
                not len(folded) - LONGEST_ENDING <= length <= len(folded)
                or folded[:length] not in self._words
            ):
                continue
            for form in self._forms(folded[:length]):
                if form.words[form.anchor].fits(token, folded):
                    found.setdefault(_identity(form), Hit(form, folded[length:]))
        return found.values()

    def _forms(self, stem: str) -> tuple[Form, ...]:
        known = self._read.get(stem)
        if known is None:
            known = tuple(self._read_form(stem, spec) for spec in self._words[stem].split("\t"))
            _bound(self._read, MOST_READ)
            self._read[stem] = known
        return known

    def _sense(self, number: int) -> Sense:
        known = self._read_senses.get(number)
        if known is None:
            known = self._read_senses[number] = _read_sense(number, self._senses[number])
        return known

    def _read_form(self, stem: str, spec: str) -> Form:
        """Read `sense;language;words`; the anchor is marked with _ and does not repeat its stem."""
        sense, language, words = spec.split(";")
        parts = words.split(" ")
        read = tuple(_read_word(part, stem) for part in parts)
        anchor = next(at for at, part in enumerate(parts) if part.startswith("_"))
        side = 0 if len(read) == 1 else 1 if anchor == 0 else -1
        return Form(
            sense=self._sense(int(sense)),
            language=intern(language.lstrip("~?")),
            doubt=Doubt(language[0]) if language[0] in "~?" else Doubt.NONE,
            anchor=anchor,
            words=read,
            side=side,
            head=intern(read[anchor + side].stem[0]),
        )


def _identity(form: Form) -> tuple[object, ...]:
    """Return what tells forms apart: one word that names the same thing in several languages is one name."""
    if len(form.words) > 1:
        return (id(form),)
    word = form.words[0]
    return form.sense.id, form.doubt, form.language == "en", word.capital, bool(word.exact)


def _bound(memory: dict[str, Any] | set[str], most: int) -> None:
    """Empty a memory that is full: what is forgotten is found again."""
    if len(memory) >= most:
        memory.clear()


def _stem_lengths(stems: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Return by the first letters which lengths stems have, longest first: most words are refused by one look."""
    lengths: dict[str, set[int]] = {}
    for stem in stems:
        if len(stem) >= PREFIX:
            lengths.setdefault(stem[:PREFIX], set()).add(len(stem))
    shared: dict[tuple[int, ...], tuple[int, ...]] = {}  # most prefixes have the lengths of many others
    sets = ((prefix, tuple(sorted(found, reverse=True))) for prefix, found in lengths.items())
    return {prefix: shared.setdefault(found, found) for prefix, found in sets}


def _read_sense(number: int, line: str) -> Sense:
    """Read `country, kind, label, place, origin, with, without`, separated by tabs."""
    country, kind, label, place, _, needs, forbids = line.split("\t")
    countries = () if country == "-" else tuple(country.split("+"))
    return Sense(
        number,
        countries,
        kind,
        label,
        place,
        _listed(needs),
        _listed(forbids),
        speaks=bool(countries) and kind != REGION_OF_COUNTRIES,
        is_cue=kind.startswith(CUE),
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


def _read_word(part: str, anchor_stem: str) -> Word:
    """Read `stem/paradigms`, `^stem/paradigms` with a capital or `=AS WRITTEN/paradigms`."""
    written, _, codes = part.removeprefix("_").rpartition("/")
    if written.startswith("="):
        return Word(fold(written[1:]), endings(codes), exact=written[1:])
    return Word(written.removeprefix("^") or anchor_stem, endings(codes), capital=written.startswith("^"))
