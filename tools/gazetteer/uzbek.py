"""Uzbek from the Latin alphabet of 1995 to the Cyrillic one of 1940, which half of the newsrooms still use."""

from __future__ import annotations

import re

from news.attribution.folding import APOSTROPHES

_PAIRS = {"sh": "ш", "ch": "ч", "ya": "я", "yu": "ю", "yo": "ё", "ye": "е", "ts": "ц"}
_LETTERS = dict(zip("abdefghijklmnopqrstuvxyz", "абдэфгҳижклмнопқрстувхйз", strict=True))
_VOWELS = "аоуиэеёюя"


def to_cyrillic(text: str) -> str:
    """Return the Cyrillic spelling of Uzbek words in Latin letters; capitals stay capitals."""
    plain = re.sub(f"[{APOSTROPHES}]", "'", text)
    return re.sub(r"[A-Za-z']+", lambda word: _word(word.group()), plain)


def _word(word: str) -> str:
    lower = word.lower()
    letters: list[str] = []
    at = 0
    while at < len(lower):
        step, letter = _next_letter(lower, at, letters)
        letters.append(letter)
        at += step
    spelled = "".join(letters)
    if word.isupper():
        return spelled.upper()
    return spelled[:1].upper() + spelled[1:] if word[0].isupper() else spelled


def _next_letter(lower: str, at: int, before: list[str]) -> tuple[int, str]:
    pair = lower[at : at + 2]
    if pair in ("o'", "g'"):
        return 2, "ў" if pair == "o'" else "ғ"
    if pair in _PAIRS:
        return 2, _PAIRS[pair]
    letter = lower[at]
    if letter == "e":
        starts = not before or before[-1][-1:] in _VOWELS
        return 1, "э" if starts else "е"
    return 1, "ъ" if letter == "'" else _LETTERS.get(letter, letter)
