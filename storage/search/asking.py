"""From a Query to what the index is asked: filters, and readings of the words from strict to forgiving."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from news.model import Query
from news.query import term_tokens
from news.relevance import beginnings
from news.text import ANY_LANGUAGE, FACET, country_facet, language_facet
from storage.search.keys import are_flagged, lower_bound
from storage.search.matching import Syntax
from storage.search.reading import Window
from storage.search.rows import Reader
from storage.search.statistics import Frequencies

BEGINNING = 5
"""Letters of a word that must agree when nothing has the word itself."""
COMMON, FEW = 0.15, 20_000
"""Facets of at least this share of the headlines, and of at least so many, are looked for in the rows."""
COMMON_IN_KEYS = 0.05
"""The share from which they are looked for in the keys, where those tell."""
_MOST_DROPPED = 5
"""Up to so many words, one may be missing; longer questions would make too many combinations."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One reading of a question: expressions that must all match, and how many letters of a word count (0: all).

    ``groups`` are the tokens of which they demand one each, where all letters count.
    """

    parts: tuple[str, ...]
    beginning: int = 0
    groups: tuple[tuple[str, ...], ...] = ()


def stages(query: Query, syntax: Syntax) -> Iterator[Stage]:
    """Readings to try until one finds something: all words; words that begin alike; all of those but one; any of them."""
    terms = all_terms(query)
    groups = tuple(map(term_tokens, terms))
    if query.is_strict and not any(tokens == _words(tokens) for tokens in groups):
        # A saved search for a country alone would ping for all of its news.
        groups = tuple(map(_words, groups))
    yield Stage(tuple(syntax.any_of(map(syntax.token, tokens)) for tokens in groups), groups=groups)
    if not terms or query.phrases or query.is_strict:
        return
    loose = [_loosely(term_tokens(term), syntax) for term in terms]
    yield Stage(tuple(loose), BEGINNING)
    if 2 < len(terms) <= _MOST_DROPPED:
        most = (f"({syntax.all_of(some)})" for some in combinations(loose, len(loose) - 1))
        yield Stage((syntax.any_of(most),), BEGINNING)
    if len(terms) > 1:
        # To be about a country says too little where nothing else is met.
        yield Stage((syntax.any_of(_loosely(_words(tokens), syntax) for tokens in groups),), BEGINNING)


def _words(tokens: Sequence[str]) -> tuple[str, ...]:
    """Without what only says what a headline is about."""
    return tuple(token for token in tokens if not token.startswith(FACET))


def _loosely(tokens: Sequence[str], syntax: Syntax) -> str:
    """What begins like one of the tokens, or is one that is too short for that."""
    alike = beginnings(tokens, BEGINNING)
    short = (token for token in tokens if not token.startswith(alike))
    return syntax.any_of((*map(syntax.token, short), *map(syntax.starts, alike)))


def all_terms(query: Query) -> tuple[str, ...]:
    """The words of a question, those of its phrases too, each once."""
    return tuple(dict.fromkeys((*query.terms, *(term for phrase in query.phrases for term in phrase))))


def language_facets(codes: Sequence[str]) -> list[str]:
    """The facets of these languages; a headline whose language nobody knows is in all of them."""
    return [*map(language_facet, codes), ANY_LANGUAGE] if codes else []


def window_of(reader: Reader, frequencies: Frequencies, query: Query, now: datetime) -> Window | None:
    """The filters of a question. None when a source is named that does not exist.

    Facets go into the expression, except one that many headlines have when words narrow the search anyway: FTS5 would
    read all its postings (5 ms for 300,000), while what the words find is looked through in 2 µs a row, or a quarter of
    that where the key tells. PostgreSQL skips through long lists by itself, but collects all of one that stands alone.
    """
    syntax = reader.dialect.syntax
    asked = [[country_facet(code) for code in query.countries], language_facets(query.languages)]
    groups = [facets for facets in asked if facets]
    if reader.dialect.stops_early:
        may_look = bool(all_terms(query))
    else:
        may_look = not all_terms(query) and len(groups) == 1 and are_flagged(groups[0])
    inside: list[list[str]] = []
    within: list[list[str]] = []
    for facets in groups:
        is_common = may_look and _are_common(reader, frequencies, facets)
        (within if is_common else inside).append(facets)
    excluded = [syntax.token(found) for term in query.excluded for found in term_tokens(term)]
    sources = _sources(reader, query.sources)
    if query.sources and not sources:
        return None
    return Window(
        parts=tuple(syntax.any_of(map(syntax.token, facets)) for facets in inside),
        without=syntax.any_of(excluded) if excluded else None,
        within=tuple(map(tuple, within)),
        groups=tuple(map(tuple, inside)),
        lowest=lower_bound(now - query.since) if query.since else 0,
        sources=sources,
    )


def _are_common(reader: Reader, frequencies: Frequencies, facets: Sequence[str]) -> bool:
    """Whether the rows are the cheaper place to look for these facets."""
    counts, total = frequencies.of(reader, facets)
    share = COMMON_IN_KEYS if are_flagged(facets) else COMMON
    return sum(counts.values()) > max(share * total, FEW)


def _sources(reader: Reader, asked: Sequence[str]) -> tuple[str, ...]:
    """Ids of the sources of this id, else of those whose id or name holds one of the words."""
    if not asked:
        return ()
    rows = reader.rows("SELECT id, name FROM source")
    exact = {source_id for source_id, _ in rows if source_id.casefold() in asked}
    alike = (
        source_id
        for source_id, name in rows
        if any(word in f"{source_id} {name}".casefold() for word in asked)
    )
    return tuple(sorted(exact or set(alike)))
