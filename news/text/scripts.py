"""Kazakh and Uzbek are written in two scripts each: one plain Latin spelling for both.

The spelling is for comparing, not for reading. It forgets what readers' keyboards lack (ә, ң, ғ, ö, ş …), so that a word
typed without the special letters still finds its headline.
"""

from __future__ import annotations

import re

_KAZAKH = {
    "а": "a", "ә": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "е": "e", "ж": "j", "з": "z", "и": "i",
    "й": "i", "к": "k", "қ": "q", "л": "l", "м": "m", "н": "n", "ң": "n", "о": "o", "ө": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ұ": "u", "ү": "u", "ф": "f", "х": "h", "һ": "h", "ц": "s", "ч": "sh", "ш": "sh",
    "щ": "sh", "ъ": "", "ы": "y", "і": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia",
}  # fmt: skip
_UZBEK = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "е": "e", "ж": "j", "з": "z", "и": "i", "й": "y",
    "к": "k", "қ": "q", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
    "ў": "o", "ф": "f", "х": "x", "ҳ": "h", "ц": "s", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ы": "i", "ь": "",
    "э": "e", "ю": "yu", "я": "ya",
}  # fmt: skip
# Plain letters for the Latin alphabets of Kazakh (2017–2021), Turkish, Turkmen and Azerbaijani.
_PLAIN = {
    "ä": "a", "á": "a", "â": "a", "ə": "a", "ç": "ch", "ğ": "g", "ǵ": "g", "ı": "i", "í": "i", "î": "i", "ï": "i",
    "ň": "n", "ñ": "n", "ń": "n", "ö": "o", "ó": "o", "ş": "sh", "ś": "sh", "ü": "u", "ú": "u", "ū": "u", "û": "u",
    "ý": "y", "ž": "j",
}  # fmt: skip
_KAZAKH_TABLE = str.maketrans(_KAZAKH)
_UZBEK_TABLE = str.maketrans(_UZBEK)
_PLAIN_TABLE = str.maketrans(_PLAIN)
_UZBEK_YE = re.compile("(?:(?<=^)|(?<=[аеиоуўэюя]))е")
_CYRILLIC = re.compile("[\u0400-\u04ff]")


def is_cyrillic(word: str) -> bool:
    """Whether a folded word has a Cyrillic letter."""
    return _CYRILLIC.search(word) is not None


def plain_latin(word: str) -> str:
    """Latin letters without their marks: "türkmençe" → "turkmenche"."""
    return word if word.isascii() else word.translate(_PLAIN_TABLE)


def kazakh_latin(word: str) -> str:
    """A folded Kazakh word of either script in plain Latin letters: "қазақстан", "qazaqstan" → "qazaqstan"."""
    if not is_cyrillic(word):
        return plain_latin(word).replace("ya", "ia").replace("yu", "iu").replace("ch", "sh")
    return word.translate(_KAZAKH_TABLE)


def uzbek_latin(word: str) -> str:
    """A folded Uzbek word of either script in plain Latin letters: "ўзбекистон", "ozbekiston" → "ozbekiston"."""
    if is_cyrillic(word):
        word = _UZBEK_YE.sub("ye", word).translate(_UZBEK_TABLE)
    return plain_latin(word).replace("ts", "s")
