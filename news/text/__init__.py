"""One analyser for every language and both databases: words, stems, scripts, stop words. Pure."""

from __future__ import annotations

from news.text.analysis import (
    analyse,
    contains,
    guess_language,
    placed_tokens,
    spelled_tokens,
    token,
    variants,
)
from news.text.indexing import ANY_LANGUAGE, FACET, IndexWords, country_facet, index_words, language_facet
from news.text.words import Word, fold, folded_words, words, written_words

__all__ = [
    "ANY_LANGUAGE",
    "FACET",
    "IndexWords",
    "Word",
    "analyse",
    "contains",
    "country_facet",
    "fold",
    "folded_words",
    "guess_language",
    "index_words",
    "language_facet",
    "placed_tokens",
    "spelled_tokens",
    "token",
    "variants",
    "words",
    "written_words",
]
