"""The gazetteer: names that tell countries, loaded once from the package's own data file."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from importlib.resources import files
from itertools import takewhile

from news.attribution.folding import fold, tokenise
from news.attribution.judging import read
from news.attribution.lexicon import Lexicon
from news.attribution.matching import Text, find_spans
from news.text import words

DISPLAY_LANGUAGES = ("en", "ru", "kk", "uz", "ky", "tg", "tk", "tr")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_ASKED_KINDS = ("name", "group", "abbreviation", "demonym", "adjective", "capital", "region", "city")


class Gazetteer:
    """Names of countries, places, people and institutions, and what they say about countries."""

    def __init__(self, lexicon: Lexicon, names: Mapping[str, tuple[str, ...]]) -> None:
        self.lexicon = lexicon
        self._names = names

    @property
    def countries(self) -> tuple[str, ...]:
        """Every country code, sorted."""
        return tuple(self._names)

    def country_name(self, code: str, language: str = "en") -> str:
        """Return a country's name in a language, in English where there is none, the code where it is unknown."""
        names = self._names.get(code)
        if names is None:
            return code
        return names[DISPLAY_LANGUAGES.index(language) if language in DISPLAY_LANGUAGES else 0]

    def find_country(self, text: str) -> list[str]:
        """Return the codes that a reader means by a name in any language, a code, a flag or a region; else none."""
        asked = text.strip()
        if _FLAG.fullmatch(asked):
            asked = "".join(chr(ord(letter) - 0x1F1E6 + ord("A")) for letter in asked)
        if asked.upper() in self._names:
            return [asked.upper()]
        if not asked:
            return []
        for spelling in dict.fromkeys((asked, asked.title(), asked.upper())):
            found = self._named(spelling)
            if found:
                return found
        code = self._folded_names.get(fold(asked))
        return [code] if code else []

    def _named(self, asked: str) -> list[str]:
        tokens = tokenise(asked)
        spans = [
            span for span in find_spans(Text(self.lexicon, tokens)) if span.end - span.start == len(tokens)
        ]
        asked_for = [span.sense for span in spans if span.sense.kind in _ASKED_KINDS and span.sense.countries]
        if not asked_for:
            return []
        best = min(asked_for, key=lambda sense: _ASKED_KINDS.index(sense.kind))
        return list(best.countries)

    def country_words(self, text: str) -> dict[str, str]:
        """Each word of the names of countries in a text, in whatever case ending, folded, with the country's code."""
        clues = read(Text(self.lexicon, tokenise(text)), None).clues
        named = (clue for clue in clues if clue.kind == "name" and len(clue.countries) == 1)
        return {word.folded: clue.countries[0] for clue in named for word in words(clue.words)}

    def suggest_countries(self, text: str, limit: int = 3) -> list[str]:
        """Return codes of countries whose name looks like a misspelt one, most alike first."""
        close = difflib.get_close_matches(fold(text.strip()), self._folded_names, n=limit * 4, cutoff=0.6)
        return list(dict.fromkeys(self._folded_names[name] for name in close))[:limit]

    @cached_property
    def _folded_names(self) -> dict[str, str]:
        return {fold(name): code for code, names in self._names.items() for name in reversed(names)}

    def places(self, text: str) -> set[str]:
        """Return stable ids of the cities, regions and persons that a text names."""
        return self.named(text)[0]

    def named(self, text: str) -> tuple[set[str], set[str]]:
        """Return what ``places`` returns, and the codes of all countries that the text speaks of, in one reading."""
        clues = read(Text(self.lexicon, tokenise(text)), None).clues
        places = {clue.place for clue in clues if clue.kind in _TELLING_KINDS}
        return places, {country for clue in clues for country in clue.countries}


_TELLING_KINDS = frozenset(
    {
        "city",
        "capital",
        "region",
        "district",
        "village",
        "person",
        "leader",
        "politician",
        "landmark",
        "border",
    }
)


def load_gazetteer() -> Gazetteer:
    """Read the data file that comes with the package; takes about a tenth of a second."""
    with files("news").joinpath("data", "gazetteer.tsv").open(encoding="utf-8") as lines:
        return parse_gazetteer(lines)


def parse_gazetteer(lines: Iterable[str]) -> Gazetteer:
    """Make a gazetteer of the lines of a data file; raise ValueError if it has not the sections of one.

    Line by line, because the text as a whole would take four bytes a letter for the sake of its flags.
    """
    rest = (line.rstrip("\n") for line in lines)
    header = list(takewhile(lambda line: line != "@names", rest))
    names = [line.split("\t") for line in takewhile(lambda line: line != "@senses", rest)]
    senses = list(takewhile(lambda line: line != "@words", rest))
    words = dict(line.split("\t", 1) for line in rest)
    if not words or not all(line.startswith("#") for line in header):
        raise ValueError("This is no gazetteer: build one with tools/build_gazetteer.py.")
    return Gazetteer(Lexicon(senses, words), {code: tuple(row) for code, *row in names})
