"""Answering one question: the newest matches in order of relevance, their headlines, the places to show in bold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from news import relevance
from news.model import Found, Headline, Page, Query
from news.query import term_tokens
from news.relevance import Candidate, beginnings, rarity
from news.text import placed_tokens
from storage.search import reading, rows
from storage.search.asking import Stage, all_terms, stages, window_of
from storage.search.keys import id_of, minute_of
from storage.search.reading import Window
from storage.search.rows import Reader
from storage.search.statistics import Frequencies

RANKED = 100
"""The newest matches that are put in order of relevance; further pages are newest first."""
COUNTED = 300
"""Matches are counted up to here: nobody pages further."""


@dataclass(frozen=True, slots=True)
class Question:
    """A query on its way through the index, with what answering it takes."""

    reader: Reader
    frequencies: Frequencies
    query: Query
    now: datetime
    limit: int
    offset: int

    def answer(self) -> Page:
        """The page of the first reading of the question that finds something."""
        nothing = Page(found=(), total=0, offset=self.offset)
        filters = window_of(self.reader, self.frequencies, self.query, self.now)
        if filters is None:
            return nothing
        for stage in stages(self.query, self.reader.dialect.syntax):
            parts = (*stage.parts, *filters.parts)
            groups = () if stage.beginning else (*stage.groups, *filters.groups)
            page = self._page(replace(filters, parts=parts, groups=groups), stage)
            if page.total:
                return page
        return nothing

    def _page(self, window: Window, stage: Stage) -> Page:
        keys = self._newest(window)
        ranked = self._ranked(keys[:RANKED], stage)
        total = len(ranked) if self.query.phrases else min(len(keys), COUNTED)
        further = [] if self.query.phrases else keys[RANKED:]
        chosen = [*ranked, *((0.0, id_of(key), "") for key in further)][
            self.offset : self.offset + self.limit
        ]
        headlines = rows.headlines(self.reader, [headline_id for _, headline_id, _ in chosen])
        is_asked = asked_for(self.query, stage.beginning)
        found = tuple(
            Found(headline, score, bold(headline, title, is_asked) if is_asked else ())
            for score, headline_id, title in chosen
            if (headline := headlines.get(headline_id))
        )
        return Page(found=found, total=total, offset=self.offset, is_loose=stage.beginning > 0)

    def _newest(self, window: Window) -> list[int]:
        """Keys of the newest matches: enough to count them, and for the page."""
        dialect, limit = self.reader.dialect, max(COUNTED, self.offset + self.limit)
        window = self.frequencies.narrowed(self.reader, window, limit, self.now)
        values = window.values(dialect) | {"limit": limit}
        return [row[0] for row in self.reader.rows(reading.newest(window, dialect), values)]

    def _ranked(self, keys: Sequence[int], stage: Stage) -> list[tuple[float, int, str]]:
        """Scores, ids and the titles' tokens where they were read, best first; the newer of two equals first."""
        asked = all_terms(self.query)
        if not asked:
            return [(0.0, id_of(key), "") for key in keys]
        candidates = self._candidates(keys)
        if self.query.phrases:
            candidates = [found for found in candidates if relevance.has_phrases(found, self.query.phrases)]
        weights = self._weights(asked) if stage.beginning and len(asked) > 1 else {}
        scoring = relevance.Scoring(asked, weights, self.now, stage.beginning)
        scored = ((scoring.score(found), found.id, found.title) for found in candidates)
        return sorted(scored, key=lambda one: -one[0])

    def _candidates(self, keys: Sequence[int]) -> list[Candidate]:
        """In the order of the keys; what was deleted meanwhile is left out."""
        dialect = self.reader.dialect
        found = self.reader.rows(reading.tokens(dialect), {"keys": dialect.listed(keys)}) if keys else []
        by_key = {row[0]: row for row in found}
        return [
            Candidate(id_of(key), title, rest, minute_of(key))
            for key, title, rest in (by_key[key] for key in keys if key in by_key)
        ]

    def _weights(self, terms: Iterable[str]) -> Mapping[str, float]:
        tokens = {term: term_tokens(term) for term in terms}
        counts, total = self.frequencies.of(self.reader, [one for some in tokens.values() for one in some])
        return {term: rarity(max(counts[one] for one in some), total) for term, some in tokens.items()}


def asked_for(query: Query, beginning: int) -> Callable[[str], bool] | None:
    """Whether a token is one that the question asked for; None when it asked for no words."""
    asked = frozenset(found for term in all_terms(query) for found in term_tokens(term))
    if not asked:
        return None
    if not beginning:
        return asked.__contains__
    starts = beginnings(asked, beginning)
    return lambda found: found in asked or found.startswith(starts)


def bold(headline: Headline, title: str, is_asked: Callable[[str], bool]) -> tuple[tuple[int, int], ...]:
    """The places of those words of the title; ``title`` are its tokens as the index has them, "" where nobody looked."""
    return tuple(
        (start, end)
        for found, start, end in placed_tokens(headline.title, headline.language, title.split())
        if is_asked(found)
    )
