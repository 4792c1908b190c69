"""Words of a text with their places, and the one spelling in which they are compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

APOSTROPHES = "'’ʻ‘ʼ`´ʹ′ʾʿ＇"
"""The signs that newsrooms use for one and the same apostrophe."""

# A run of letters and digits, combining marks included; an apostrophe inside joins, a dot or comma between digits too.
_WORD = re.compile(
    rf"\d+(?:[.,]\d+)+|[^\W_][^\W_\u0300-\u036f]*[\u0300-\u036f]*"
    rf"(?:[{APOSTROPHES}]?[^\W_]+[\u0300-\u036f]*)*"
)
_APOSTROPHES = re.compile(f"[{APOSTROPHES}]")
_POSSESSIVE = re.compile(rf"(?<=[a-z])[{APOSTROPHES}]s$")
_MARKS = re.compile("[\u0300-\u036f\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
MAX_WORD = 60
"""Characters of a word that count: longer ones are hashes, base64 and jokes."""


class Word(NamedTuple):
    """A word of a text: ``folded`` is its comparable spelling, ``text[start:end]`` how it was written."""

    folded: str
    start: int
    end: int


@lru_cache(maxsize=32_768)
def fold(word: str) -> str:
    """NFC, case, ё as е, no apostrophes, no English "'s"; only letters and digits remain.

    Uzbek writes o‘ and g‘ with half a dozen signs and readers type none of them, so the sign is dropped on both sides.
    """
    folded = unicodedata.normalize("NFKC", word[:MAX_WORD].casefold())
    folded = _APOSTROPHES.sub("", _POSSESSIVE.sub("", folded)).replace("ё", "е")
    folded = _MARKS.sub("", folded)
    return folded if folded.isalnum() else "".join(filter(str.isalnum, folded))


def words(text: str) -> Iterator[Word]:
    """Every word of the text from left to right. "10,000" is one word, 10000."""
    for match in _WORD.finditer(text):
        folded = fold(match.group())
        if folded:
            yield Word(folded, match.start(), match.end())


def written_words(text: str) -> list[str]:
    """Every word as it is written, from left to right."""
    return _WORD.findall(text)


def runs(text: str) -> Iterator[tuple[str, int, int]]:
    """Every word as it is written, and where it stands."""
    return ((match.group(), match.start(), match.end()) for match in _WORD.finditer(text))


def folded_words(text: str) -> list[str]:
    """The comparable spellings alone, in order: what indexing needs, in half the time."""
    return [folded for word in _WORD.findall(text) if (folded := fold(word))]
