"""Uzbek between the Latin alphabet of 1995 and the Cyrillic one of 1940, which half of the newsrooms still use."""

from __future__ import annotations

import re

from news.attribution.folding import APOSTROPHES

_PAIRS = {"sh": "ш", "ch": "ч", "ya": "я", "yu": "ю", "yo": "ё", "ye": "е", "ts": "ц"}
_LETTERS = dict(zip("abdefghijklmnopqrstuvxyz", "абдэфгҳижклмнопқрстувхйз", strict=True))
_SOUNDS = (
    {
        "дж": "j",
        "ж": "j",
        "ш": "sh",
        "щ": "sh",
        "ч": "ch",
        "ц": "ts",
        "я": "ya",
        "ю": "yu",
        "ё": "yo",
        "ы": "i",
    }
    | {
        "э": "e",
        "ь": "",
        "ъ": "",
        "а": "a",
        "б": "b",
        "в": "v",
        "г": "g",
        "д": "d",
        "е": "e",
        "з": "z",
        "и": "i",
        "й": "y",
    }
    | {
        "к": "k",
        "л": "l",
        "м": "m",
        "н": "n",
        "о": "o",
        "п": "p",
        "р": "r",
        "с": "s",
        "т": "t",
        "у": "u",
        "ф": "f",
        "х": "x",
    }
)
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


def to_latin(text: str) -> str:
    """Return how Uzbek newsrooms spell a Russian name in Latin letters: Джакарта is Jakarta, Зеленский Zelenskiy."""
    letters = re.sub("дж|[а-яё]", lambda found: _SOUNDS[found.group()], text.lower())
    return re.sub(r"(?<![a-z])[a-z]", lambda found: found.group().upper(), letters)


def latin_spellings(text: str) -> list[str]:
    """Return the spellings in use: х is x or h, ц is ts or s."""
    plain = to_latin(text)
    return list(dict.fromkeys((plain, plain.replace("x", "h").replace("X", "H"), plain.replace("ts", "s"))))
