"""What the index takes of a headline's words. Pure, so that they are worked out wherever there is time for it."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from news.text.analysis import analyse

SUMMARY_CHARACTERS = 150
"""How much of a summary is indexed: it holds what the title leaves out, the rest repeats."""


class IndexWords(NamedTuple):
    """Tokens with blanks between them: those of the title in order, and those that only the summary has."""

    title: str
    rest: str


def index_words(title: str, summary: str, language: str | None) -> IndexWords:
    """The words under which a headline in this language (ISO 639-1; guessed when None) is found."""
    tokens = analyse(title, language)
    seen = set(tokens)
    further = analyse(summary[:SUMMARY_CHARACTERS], language) if summary else []
    return IndexWords(" ".join(tokens), " ".join(word for word in dict.fromkeys(further) if word not in seen))


FACET = "_"
"""What the tokens that are no words begin with."""
ANY_LANGUAGE = f"{FACET}l"
"""The facet of a headline whose language nobody knows: every reader may see it."""


@lru_cache(maxsize=512)
def country_facet(code: str) -> str:
    """The token under which headlines of a country (ISO 3166-1 alpha-2) are indexed."""
    return f"{FACET}c{_plain(code)}"


@lru_cache(maxsize=512)
def language_facet(code: str | None) -> str:
    """The token of a language (ISO 639-1), or of none."""
    return f"{ANY_LANGUAGE}{_plain(code)}" if code else ANY_LANGUAGE


def _plain(code: str) -> str:
    return "".join(filter(str.isalnum, code)).lower()
