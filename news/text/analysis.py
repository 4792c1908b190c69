"""From a text to the tokens that are indexed and searched. What is indexed and what is asked go through the same steps.

A headline's language is known, so each of its words has one token. A question has no language: each of its words has one
token per language that its letters allow, and any of them may match.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import Stemmer

from news.text.scripts import is_cyrillic, kazakh_latin, plain_latin, uzbek_latin
from news.text.stopwords import STOPWORDS
from news.text.suffixes import strip
from news.text.words import fold, folded_words, runs, written_words

CYRILLIC_LANGUAGES = ("ru", "kk", "ky", "uz", "tg")
LATIN_LANGUAGES = ("en", "uz", "kk", "tr", "tk")

# Without a memory of their own: ``token`` remembers.
_SNOWBALL = {
    "en": Stemmer.Stemmer("english", 0),
    "ru": Stemmer.Stemmer("russian", 0),
    "tr": Stemmer.Stemmer("turkish", 0),
}
# Letters that only these alphabets have; the first that occurs names the language of a text that nobody has labelled.
_LETTERS = (
    ("uz", re.compile("[ўҳ]")),
    ("tg", re.compile("[ӣӯҷ]")),
    ("kk", re.compile("[әұіһ]")),
    ("ky", re.compile("[ңөү]")),
    ("kk", re.compile("[қғ].*ы|ы.*[қғ]")),  # Uzbek has no ы
    ("uz", re.compile("[қғ]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("tk", re.compile("[ýňž]")),
    ("tr", re.compile("[ığçş]")),
    ("uz", re.compile(r"[og][ʻ‘’'`ʼ](?=[a-z])|q(?!u)")),
)


def guess_language(text: str) -> str:
    """The language whose letters the text has; English for plain Latin letters, Russian for plain Cyrillic ones."""
    folded = text.casefold()
    return next((language for language, letters in _LETTERS if letters.search(folded)), "en")


def _english(word: str) -> str:
    return str(_SNOWBALL["en"].stemWord(plain_latin(word)))


def _russian(word: str) -> str:
    return str(_SNOWBALL["ru"].stemWord(word))


def _turkish(word: str) -> str:
    return plain_latin(str(_SNOWBALL["tr"].stemWord(word)))


_STEMMERS: dict[str, Callable[[str], str]] = {
    "en": _english,
    "ru": _russian,
    "tr": _turkish,
    "kk": lambda word: strip("kk", kazakh_latin(word)),
    "uz": lambda word: strip("uz", uzbek_latin(word)),
    "ky": lambda word: strip("ky", word),
    "tg": lambda word: strip("tg", word),
    "tk": lambda word: strip("tk", plain_latin(word)),
}


@lru_cache(maxsize=65_536)
def token(word: str, language: str) -> str:
    """The indexed form of a folded word in a language; "" for a stop word. Words of another script keep their own rules."""
    if word in STOPWORDS.get(language, ()):
        return ""
    cyrillic = is_cyrillic(word)
    if cyrillic and language not in CYRILLIC_LANGUAGES:
        language = "ru"
    elif not cyrillic and language not in LATIN_LANGUAGES and word.isascii():
        language = "en"
    stemmer = _STEMMERS.get(language)
    return stemmer(word) if stemmer and not word.isdecimal() else word


@lru_cache(maxsize=131_072)
def _token_as_written(word: str, language: str) -> str:
    folded = fold(word)
    return token(folded, language) if folded else ""


def placed_tokens(
    text: str, language: str | None = None, known: Sequence[str] = ()
) -> Iterator[tuple[str, int, int]]:
    """The tokens of a text in its language, each with where its word stands: ``text[start:end]``.

    ``known`` are its tokens, where the index has kept them: then only the words that have none are told from the others.
    """
    of = language if language in _STEMMERS else guess_language(text)
    places = list(runs(text))
    if known:
        stops = STOPWORDS.get(of, ())
        telling = [place for place in places if (folded := fold(place[0])) and folded not in stops]
        if len(telling) == len(known):
            yield from ((found, start, end) for found, (_, start, end) in zip(known, telling, strict=True))
            return
    for word, start, end in places:
        if found := _token_as_written(word, of):
            yield found, start, end


def analyse(text: str, language: str | None = None) -> list[str]:
    """The tokens of a text in its language (ISO 639-1; guessed from the letters when None): letters and digits only."""
    known = language if language in _STEMMERS else guess_language(text)
    return [found for word in written_words(text) if (found := _token_as_written(word, known))]


def spelled_tokens(text: str, language: str | None = None) -> list[tuple[str, str]]:
    """What ``analyse`` finds, each token with the folded word that it stands for."""
    known = language if language in _STEMMERS else guess_language(text)
    return [(fold(word), found) for word in written_words(text) if (found := _token_as_written(word, known))]


@lru_cache(maxsize=8_192)
def variants(word: str) -> tuple[str, ...]:
    """The tokens that a folded word may have been indexed as, one per language its letters allow, in a fixed order.

    Empty when it is a stop word in one of them: such a word cannot be demanded of a headline.
    """
    languages = CYRILLIC_LANGUAGES if is_cyrillic(word) else LATIN_LANGUAGES
    tokens = tuple(token(word, language) for language in languages)
    return tokens if all(tokens) else ()


def contains(text: str, language: str | None, asked: str) -> bool:
    """Whether a text has every word of another one, in any grammatical form and either script."""
    has = set(analyse(text, language))
    wanted = [options for word in folded_words(asked) if (options := variants(word))]
    return bool(wanted) and all(not has.isdisjoint(options) for options in wanted)
