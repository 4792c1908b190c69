"""One spelling for words that are written in many: case, accents, apostrophes, look-alike letters."""

from __future__ import annotations

import re
import unicodedata

APOSTROPHES = "'’ʻ‘ʼ`´ʹ′"
"""The signs that Uzbek, Turkish and English newsrooms use for one and the same apostrophe."""

# Words of two letters and more come first because nearly all are; what they take they do not give back.
_TOKEN = re.compile(
    rf"[^\W_]{{2,}}+(?!\$)(?:[{APOSTROPHES}][^\W\d_]++)*+|(?:[^\W\d_]\.){{2,}}|[A-Z]{{1,3}}\$"
    rf"|[^\W_]+(?:[{APOSTROPHES}][^\W\d_]+)*|[\U0001f1e6-\U0001f1ff]{{2}}|[^\w\s]",
)
_POSSESSIVE = tuple(f"{sign}s" for sign in APOSTROPHES)
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_LATIN = re.compile(r"[a-zə]")

# Latin letters that keyboards slip into Cyrillic words; they look the same and compare differently.
_LOOK_ALIKES = str.maketrans("aceopxyiəhk", "асеорхуіәһк")


def _spelling() -> dict[int, str]:
    """Map accented Latin letters to plain ones and signs to nothing; й and its like keep their marks."""
    table = dict.fromkeys(map(ord, APOSTROPHES + ".\u0300\u0301\u0307"), "")
    table |= {ord("ё"): "е", ord("ı"): "i", ord("ł"): "l", ord("ø"): "o", ord("đ"): "d", ord("æ"): "ae"}
    for code in (*range(0x00C0, 0x0250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFKD", chr(code))[0]
        if base.isascii():
            table.setdefault(code, base)
    return table


_SPELLING = _spelling()


def tokenise(text: str) -> list[str]:
    """Split a text into words, dotted abbreviations ("U.S."), currency signs ("US$"), flags and punctuation marks."""
    return _TOKEN.findall(text if text.isascii() else unicodedata.normalize("NFC", text))


def fold(word: str) -> str:
    """Return the spelling that words are compared by; an English "'s" stays visible as an ending."""
    folded = word.casefold()
    if folded.isascii() and folded.isalpha():
        return folded
    ending = ""
    if folded.endswith(_POSSESSIVE):
        folded, ending = folded[:-2], "'s"
    folded = folded.translate(_SPELLING)
    if _LATIN.search(folded) and _CYRILLIC.search(folded):
        folded = folded.translate(_LOOK_ALIKES)
    return folded + ending
