"""Answering one question: the newest matches in order of relevance, their headlines, the places to show in bold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from news import relevance
from news.model import Found, Headline, Page, Query
from news.query import term_tokens
from news.relevance import Candidate, rarity, short
from news.text import guess_language, token, words
from storage.search import reading, rows
from storage.search.asking import Stage, all_terms, stages, window_of
from storage.search.keys import ID_BITS, id_of
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

    async def answer(self) -> Page:
        """The page of the first reading of the question that finds something."""
        nothing = Page(found=(), total=0, offset=self.offset)
        filters = await window_of(self.reader, self.frequencies, self.query, self.now)
        if filters is None:
            return nothing
        syntax = self.reader.dialect.syntax
        for stage in stages(self.query, syntax):
            match = syntax.all_of(filter(None, (stage.match, filters.match))) or None
            page = await self._page(replace(filters, match=match), stage)
            if page.total:
                return page
        return nothing

    async def _page(self, window: Window, stage: Stage) -> Page:
        ranked = await self._ranked(window, stage)
        total = len(ranked)
        if total >= RANKED and not self.query.phrases:
            counting = reading.count_up_to(window, self.reader.dialect)
            values = window.values(self.reader.dialect) | {"limit": COUNTED}
            total = (await self.reader.rows(counting, values))[0][0]
        chosen = ranked[self.offset : self.offset + self.limit]
        if self.offset + self.limit > RANKED and total > RANKED:
            further = await self._newest(window, limit=self.limit, offset=max(self.offset, RANKED))
            chosen = [*chosen, *((0.0, candidate) for candidate in further)][: self.limit]
        headlines = await rows.headlines(self.reader, [candidate.id for _, candidate in chosen])
        found = tuple(
            Found(headline, score, bold(headline, self.query, stage.beginning))
            for score, candidate in chosen
            if (headline := headlines.get(candidate.id))
        )
        return Page(found=found, total=total, offset=self.offset)

    async def _ranked(self, window: Window, stage: Stage) -> list[tuple[float, Candidate]]:
        """The newest matches, best first; the newer of two equals first."""
        candidates = await self._newest(window, limit=RANKED, offset=0)
        if self.query.phrases:
            candidates = [found for found in candidates if relevance.has_phrases(found, self.query.phrases)]
        asked = all_terms(self.query)
        if not asked:
            return [(0.0, found) for found in candidates]
        weights = await self._weights(asked) if stage.beginning and len(asked) > 1 else {}
        scoring = relevance.Scoring(asked, weights, self.now, stage.beginning)
        return sorted(((scoring.score(found), found) for found in candidates), key=lambda pair: -pair[0])

    async def _newest(self, window: Window, *, limit: int, offset: int) -> list[Candidate]:
        values = window.values(self.reader.dialect) | {"limit": limit, "offset": offset}
        found = await self.reader.rows(reading.newest(window, self.reader.dialect), values)
        return [Candidate(id_of(key), title, rest, key >> ID_BITS) for key, title, rest in found]

    async def _weights(self, terms: Iterable[str]) -> Mapping[str, float]:
        tokens = {term: term_tokens(term) for term in terms}
        counts, total = await self.frequencies.of(
            self.reader, [one for some in tokens.values() for one in some]
        )
        return {term: rarity(max(counts[one] for one in some), total) for term, some in tokens.items()}


def bold(headline: Headline, query: Query, beginning: int) -> tuple[tuple[int, int], ...]:
    """The places of the title's words that the question asked for."""
    language = headline.language or guess_language(headline.title)
    asked = {found for term in all_terms(query) for found in term_tokens(term)}
    starts = tuple(short(found, beginning) for found in asked) if beginning else ()
    return tuple(
        (word.start, word.end)
        for word in words(headline.title)
        if (found := token(word.folded, language)) in asked or (found and found.startswith(starts))
    )
