"""What the data file holds: senses, and forms that lead from words of a text to a sense."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from news.attribution.folding import fold
from news.attribution.paradigms import LONGEST_ENDING, matches_ending


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
    codes: tuple[str, ...]
    exact: str = ""
    capital: bool = False

    def fits(self, token: str, folded: str) -> bool:
        """Say whether a token of a text is this word in one of its forms; capitals are judged elsewhere."""
        if self.exact:
            return token.startswith(self.exact) and matches_ending(self.codes, folded[len(self.stem) :])
        return folded.startswith(self.stem) and matches_ending(self.codes, folded[len(self.stem) :])


@dataclass(frozen=True, slots=True)
class Form:
    """One spelling of a sense: its words, and which of them (``anchor``) the lexicon finds it by."""

    sense: int
    language: str
    is_weak: bool
    anchor: int
    words: tuple[Word, ...]


class Hit(NamedTuple):
    """A form whose anchor a token is; ``ending`` is what follows the stem there."""

    form: Form
    ending: str


MEMO_LIMIT = 60_000


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
    sense, language, words = spec.split(";")
    parts = words.split(" ")
    anchor = next(at for at, part in enumerate(parts) if part.startswith("_"))
    return Form(
        sense=int(sense),
        language=language.lstrip("~"),
        is_weak=language.startswith("~"),
        anchor=anchor,
        words=tuple(_read_word(part.removeprefix("_")) for part in parts),
    )


def _read_word(part: str) -> Word:
    written, _, codes = part.rpartition("/")
    if written.startswith("="):
        exact = written[1:]
        return Word(fold(exact), tuple(codes.split("+")), exact=exact)
    return Word(written.removeprefix("^"), tuple(codes.split("+")), capital=written.startswith("^"))
