"""Which language a headline is written in, from its letters, its little words and its endings. Pure, no model.

Headlines are short, and the languages of the region are close: models trained on long text know neither Uzbek in two
scripts nor Turkmen. The alphabets in ``data/languages.toml`` are complete, so a letter outside one speaks against its
language, and a letter that few alphabets share speaks for them. Words and endings break what ties are left
(docs/decisions/0020-languages-by-shape.md).
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from math import log
from typing import Any

LETTERS_READ = 240
_CHARACTERS_KNOWN = 8_192
_WORD = re.compile(r"[^\W\d_]+")
# Uzbek's o‘ and g‘ are typed with whichever apostrophe the keyboard has.
_UZBEK_LETTER = re.compile(r"(?<=[og])[ʼ‘’'`´](?=[^\W\d_])")

_FOREIGN_LETTER = -2.0
_WORD_WEIGHT = 2.0
_ENDING_WEIGHT = 0.3  # a letter of it
_ENDING_LONGEST = 5
_HINT_WEIGHT = 1.0
_MISSING_LIMIT = 3.5
# The tenth ө of a text tells little that the fourth did not.
_LETTER_REPEATS = 4

_BY_SCRIPT = {
    "Han": "zh", "Kana": "ja", "Hangul": "ko", "Georgian": "ka", "Armenian": "hy", "Greek": "el", "Hebrew": "he",
    "Devanagari": "hi", "Thai": "th",
}  # fmt: skip
# First and last code point of the blocks of each script.
_BLOCKS = (
    ("Latin", 0x41, 0x2AF), ("Latin", 0x2BB, 0x2BC), ("Cyrillic", 0x400, 0x52F), ("Arabic", 0x600, 0x77F),
    ("Latin", 0x1E00, 0x1EFF), ("Han", 0x3400, 0x4DBF), ("Han", 0x4E00, 0x9FFF), ("Kana", 0x3040, 0x30FF),
    ("Hangul", 0xAC00, 0xD7AF), ("Georgian", 0x10A0, 0x10FF), ("Georgian", 0x1C90, 0x1CBF), ("Armenian", 0x530, 0x58F),
    ("Greek", 0x370, 0x3FF), ("Hebrew", 0x590, 0x5FF), ("Devanagari", 0x900, 0x97F), ("Thai", 0xE00, 0xE7F),
    ("Arabic", 0xFB50, 0xFDFF), ("Arabic", 0xFE70, 0xFEFF),
)  # fmt: skip
# Ideographs say more per sign than letters do; a Japanese headline mixes both its scripts.
_SIGN_WEIGHT = {"Han": 2, "Kana": 3}
# Hiragana; ideographs, katakana and Hangul come after it.
_FIRST_SIGN = "\u3040"

Votes = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class _Family:
    """The languages of one script, as votes: what each letter, word and ending says for or against each language."""

    starts: Mapping[str, float]
    letters: Mapping[str, Votes]
    words: Mapping[str, Votes]
    endings: Mapping[str, Votes]
    marks: Sequence[tuple[str, frozenset[str], float]]


def detect_language(text: str, hint: str | None = None) -> str | None:
    """ISO 639-1 code of the language of a text (``kaa`` for Karakalpak); the hint where it has no letters to tell by.

    Args:
        text: a headline, with its summary where there is one.
        hint: the language that its source usually writes in; it decides what the text leaves open.
    """
    text = _UZBEK_LETTER.sub("ʻ", text[:LETTERS_READ].lower().replace("i̇", "i"))
    words = _WORD.findall(text)
    script, size = _main_script(words)
    if script is None:
        return hint
    family = _families().get(script)
    if family is None:
        return _BY_SCRIPT[script]
    scores = _scores(family, script, size, text, words)
    if hint in scores:
        scores[hint] += _HINT_WEIGHT
    best = max(scores, key=scores.__getitem__)
    return hint if hint in scores and scores[best] <= 0 else best


class _Scripts(dict[str, "str | None"]):
    """The script of each character met so far, None for what is no letter of ours."""

    def __missing__(self, character: str) -> str | None:
        if len(self) >= _CHARACTERS_KNOWN:
            self.clear()
        point = ord(character)
        is_letter = character.isalpha()
        script = next((name for name, first, last in _BLOCKS if is_letter and first <= point <= last), None)
        self[character] = script
        return script


_SCRIPTS = _Scripts()


def _main_script(words: Sequence[str]) -> tuple[str | None, int]:
    """The script of most of the letters, and how many letters those are."""
    counts: dict[str | None, int] = {}
    for word in words:
        # Ideographs and kana stand without blanks, also beside Latin letters; any other word is of one script.
        for part in word if word[0] >= _FIRST_SIGN or word[-1] >= _FIRST_SIGN else (word,):
            script = _SCRIPTS[part[0]]
            counts[script] = counts.get(script, 0) + len(part)
    counts.pop(None, None)
    for script in _SIGN_WEIGHT.keys() & counts.keys():
        counts[script] *= _SIGN_WEIGHT[script]
    if not counts:
        return None, 0
    # Any share of kana makes a text of ideographs Japanese.
    if counts.get("Kana", 0) * 5 > counts.get("Han", 0) > 0:
        return "Kana", counts["Kana"]
    return max(counts.items(), key=lambda pair: pair[1])


def _scores(family: _Family, script: str, size: int, text: str, words: Sequence[str]) -> dict[str, float]:
    scores = dict(family.starts)
    present = frozenset(text)
    # In one order every time: sums of fractions depend on it.
    for letter in sorted(family.letters.keys() & present):
        times = min(text.count(letter), _LETTER_REPEATS)
        for code, weight in family.letters[letter]:
            scores[code] += weight * times
    for code, marks, share in family.marks:
        if marks.isdisjoint(present):
            # Poisson: the chance that none of them occurs in so many letters.
            scores[code] -= min(share * size, _MISSING_LIMIT)
    for word in words:
        for code, weight in _word_votes(script, word):
            scores[code] += weight
    return scores


@lru_cache(maxsize=16_384)
def _word_votes(script: str, word: str) -> Votes:
    """A whole word says more than its ending, and a long ending more than a short one."""
    family = _families()[script]
    votes: dict[str, float] = {}
    for size in range(1, min(_ENDING_LONGEST, len(word) - 2) + 1):
        votes.update(family.endings.get(word[-size:], ()))
    votes.update(family.words.get(word, ()))
    return tuple(votes.items())


@cache
def _families() -> Mapping[str, _Family]:
    table = tomllib.loads(files("news.data").joinpath("languages.toml").read_text(encoding="utf-8"))
    by_script: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for language in table["language"]:
        by_script[language["script"]].append(language)
    return {script: _family(languages) for script, languages in by_script.items()}


def _family(languages: list[dict[str, Any]]) -> _Family:
    holders = Counter(letter for language in languages for letter in language["letters"])
    letters: dict[str, Votes] = {}
    for letter, count in holders.items():
        gain = log(len(languages) / count)
        votes = ((one["code"], gain if letter in one["letters"] else _FOREIGN_LETTER) for one in languages)
        if speaking := tuple(vote for vote in votes if vote[1]):
            letters[letter] = speaking
    words, endings = defaultdict(list), defaultdict(list)
    for one in languages:
        for word in one["words"].split():
            words[word].append((one["code"], _WORD_WEIGHT))
        for ending in one["endings"].split():
            endings[ending].append((one["code"], _ENDING_WEIGHT * len(ending)))
    return _Family(
        starts={one["code"]: -one.get("rarity", 0.0) for one in languages},
        letters=letters,
        words={word: tuple(votes) for word, votes in words.items()},
        endings={ending: tuple(votes) for ending, votes in endings.items()},
        marks=[(one["code"], frozenset(one["marks"]), one["share"]) for one in languages if "marks" in one],
    )
