"""One spelling for words that are written in many: case, accents, apostrophes, look-alike letters."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

APOSTROPHES = "'’ʻ‘ʼ`´ʹ′"
"""The signs that Uzbek, Turkish and English newsrooms use for one and the same apostrophe."""

_TOKEN = re.compile(
    rf"(?:[^\W\d_]\.){{2,}}|[^\W_]+(?:[{APOSTROPHES}][^\W\d_]+)*|[^\w\s]",
)
_APOSTROPHES = dict.fromkeys(map(ord, APOSTROPHES))
_ENGLISH_POSSESSIVE = re.compile(rf"[{APOSTROPHES}]s$")
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_COMBINING = dict.fromkeys((0x0300, 0x0301, 0x0307))

# Latin letters that keyboards slip into Cyrillic words; they look the same and compare differently.
_LOOK_ALIKES = str.maketrans("aceopxyiəhk", "асеорхуіәһк")


def _accents() -> dict[int, str]:
    """Map accented Latin letters to plain ones; й and other Cyrillic letters keep their marks."""
    table = {ord("ё"): "е", ord("ı"): "i", ord("ł"): "l", ord("ø"): "o", ord("đ"): "d", ord("æ"): "ae"}
    for code in (*range(0x00C0, 0x0250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFKD", chr(code))[0]
        if base.isascii():
            table.setdefault(code, base)
    return table


_ACCENTS = _accents()


def tokenise(text: str) -> list[str]:
    """Split a text into words, dotted abbreviations ("U.S.") and single punctuation marks."""
    return _TOKEN.findall(text if text.isascii() else unicodedata.normalize("NFC", text))


@lru_cache(maxsize=4096)
def fold(word: str) -> str:
    """Return the spelling that words are compared by; an English "'s" stays visible as an ending."""
    folded = word.casefold().replace(".", "")
    possessive = _ENGLISH_POSSESSIVE.search(folded)
    ending = "'s" if possessive else ""
    if possessive:
        folded = folded[: possessive.start()]
    folded = folded.translate(_APOSTROPHES).translate(_COMBINING)
    if folded.isascii():
        return folded + ending
    if _CYRILLIC.search(folded):
        folded = folded.translate(_LOOK_ALIKES)
    return folded.translate(_ACCENTS) + ending
