"""news.ports.SearchStore on both databases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import CursorResult, LargeBinary, Row, bindparam, column, delete, select, table, text
from sqlalchemy.ext.asyncio import AsyncSession

from news import relevance
from news.model import Found, Headline, Page, Query
from news.query import is_idle, term_tokens
from news.relevance import Candidate, rarity, short
from news.text import guess_language, token, words
from storage.engine import SessionMaker
from storage.reading import headline_select, headlines_by_id, read_headlines
from storage.search import reading
from storage.search.asking import Stage, all_terms, stages, window_of
from storage.search.index import trigrams
from storage.search.keys import ID_BITS, id_of
from storage.search.reading import Window, dialect_of
from storage.search.similar import similar_keys
from storage.search.statistics import Frequencies
from storage.tables import HeadlineRow

RANKED = 200
"""The newest matches that are put in order of relevance; further pages are newest first."""
COUNTED = 1_000
"""Matches are counted up to here: nobody pages further."""
_ALIKE = 0.3
"""Jaccard similarity of trigrams below which two words do not look alike."""


_VECTOR = table("search_vector", column("headline_id"), column("vector", LargeBinary))


class SqlSearchStore:
    """Search, similar headlines, words that look alike, sentence vectors."""

    def __init__(self, reads: SessionMaker, writes: SessionMaker) -> None:
        self._reads = reads
        self._writes = writes
        self._frequencies = Frequencies()

    async def search(self, query: Query, *, now: datetime, limit: int = 10, offset: int = 0) -> Page:
        """The best of the newest 200 matches first, then the rest by age. Without terms: newest first.

        ``total`` is exact up to 1,000. When no headline has all the words, those that have words beginning alike and
        then all but one of them are found instead.
        """
        if is_idle(query):
            return Page(found=(), total=0, offset=offset)
        async with self._reads() as session:
            window = await window_of(session, query, now)
            if window is None:
                return Page(found=(), total=0, offset=offset)
            syntax = dialect_of(session).syntax
            for stage in stages(query, syntax):
                looked = replace(
                    window, match=syntax.all_of(filter(None, (stage.match, window.match))) or None
                )
                page = await self._page(session, query, looked, stage, now=now, limit=limit, offset=offset)
                if page.total:
                    return page
        return Page(found=(), total=0, offset=offset)

    async def similar(
        self,
        terms: Mapping[str, float],
        *,
        since: datetime,
        until: datetime,
        languages: Sequence[str] = (),
        limit: int = 50,
    ) -> list[Found]:
        """Headlines sharing the weighted tokens, best first; the score is the sum of the shared weights."""
        async with self._reads() as session:
            ranked = await similar_keys(
                session, terms, since=since, until=until, languages=languages, limit=limit
            )
            headlines = await headlines_by_id(session, [id_of(key) for key, _ in ranked])
        return [Found(headlines[id_of(key)], weight) for key, weight in ranked if id_of(key) in headlines]

    async def frequencies(self, terms: Sequence[str]) -> tuple[Mapping[str, int], int]:
        """Document frequency of each term, and the number of documents."""
        async with self._reads() as session:
            return await self._frequencies.of(session, terms)

    async def closest_words(self, word: str, limit: int = 3) -> list[str]:
        """Words of titles that share trigrams with this one, most alike first; never the word itself."""
        grams = list(trigrams(word))
        statement = text(
            "SELECT word, count(*) AS shared FROM search_gram JOIN search_word ON search_word.id = word_id "
            "WHERE gram IN :grams AND word <> :word GROUP BY word "
            "ORDER BY 1.0 * count(*) / (length(word) + :size - count(*)) DESC, word LIMIT :limit"
        ).bindparams(bindparam("grams", expanding=True))
        values = {"grams": grams, "word": word, "size": len(grams), "limit": limit}
        async with self._reads() as session:
            return [
                found
                for found, shared in await session.execute(statement, values)
                if shared / (len(found) + len(grams) - shared) >= _ALIKE
            ]

    async def vectors(self, headline_ids: Sequence[int]) -> Mapping[int, bytes]:
        """Stored sentence vectors (float16 little endian) of those that have one."""
        statement = text(
            "SELECT headline_id, vector FROM search_vector WHERE headline_id IN :ids"
        ).bindparams(bindparam("ids", expanding=True))
        async with self._reads() as session:
            rows = await session.execute(statement, {"ids": list(headline_ids)})
            return {headline_id: bytes(vector) for headline_id, vector in rows}

    async def without_vector(self, since: datetime, limit: int) -> list[Headline]:
        """Recent headlines that wait for a vector, newest first."""
        waiting = text("NOT EXISTS (SELECT 1 FROM search_vector WHERE headline_id = headline.id)")
        statement = headline_select().where(HeadlineRow.sort_at >= since, waiting)
        async with self._reads() as session:
            return await read_headlines(
                session, statement.order_by(HeadlineRow.sort_at.desc(), HeadlineRow.id.desc()).limit(limit)
            )

    async def recent_vectors(self, since: datetime, limit: int) -> Mapping[int, tuple[bytes, str | None]]:
        """Vector and language of the newest headlines that have one, by headline id."""
        statement = (
            select(HeadlineRow.id, HeadlineRow.language, _VECTOR.c.vector)
            .join(_VECTOR, _VECTOR.c.headline_id == HeadlineRow.id)
            .where(HeadlineRow.sort_at >= since)
            .order_by(HeadlineRow.sort_at.desc(), HeadlineRow.id.desc())
            .limit(limit)
        )
        async with self._reads() as session:
            return {row.id: (bytes(row.vector), row.language) for row in await session.execute(statement)}

    async def drop_vectors_before(self, moment: datetime) -> int:
        """Forget the vectors of headlines with ``sort_at`` before it; how many."""
        old = select(HeadlineRow.id).where(HeadlineRow.sort_at < moment)
        async with self._writes.begin() as session:
            done = await session.execute(delete(_VECTOR).where(_VECTOR.c.headline_id.in_(old)))
            return cast("CursorResult[Any]", done).rowcount

    async def set_vectors(self, vectors: Mapping[int, bytes]) -> None:
        """Store sentence vectors by headline id; those of headlines deleted meanwhile are dropped."""
        if not vectors:
            return
        statement = text(
            "INSERT INTO search_vector (headline_id, vector) SELECT id, :vector FROM headline WHERE id = :id "
            "ON CONFLICT (headline_id) DO UPDATE SET vector = excluded.vector"
        )
        async with self._writes.begin() as session:
            rows = [{"id": headline_id, "vector": vector} for headline_id, vector in vectors.items()]
            await session.execute(statement, rows)

    async def _page(
        self,
        session: AsyncSession,
        query: Query,
        window: Window,
        stage: Stage,
        *,
        now: datetime,
        limit: int,
        offset: int,
    ) -> Page:
        ranked = await self._ranked(session, query, window, stage, now)
        total = len(ranked)
        if total >= RANKED and not query.phrases:
            dialect = dialect_of(session)
            values = {**window.values(), "limit": COUNTED}
            total = await session.scalar(reading.count_up_to(window, dialect), values) or total
        chosen = ranked[offset : offset + limit]
        if offset + limit > RANKED and total > RANKED:
            further = await _newest(session, window, limit=limit, offset=max(offset, RANKED))
            chosen = [*chosen, *((0.0, candidate) for candidate in further)][:limit]
        headlines = await headlines_by_id(session, [candidate.id for _, candidate in chosen])
        found = tuple(
            Found(headline, score, _bold(headline, query, stage.beginning))
            for score, candidate in chosen
            if (headline := headlines.get(candidate.id))
        )
        return Page(found=found, total=total, offset=offset)

    async def _ranked(
        self, session: AsyncSession, query: Query, window: Window, stage: Stage, now: datetime
    ) -> list[tuple[float, Candidate]]:
        """The newest matches, best first; the newer of two equals first."""
        candidates = await _newest(session, window, limit=RANKED, offset=0)
        if query.phrases:
            candidates = [found for found in candidates if relevance.has_phrases(found, query.phrases)]
        asked = all_terms(query)
        weights: Mapping[str, float] = {}
        if stage.beginning and len(asked) > 1:
            weights = await self._weights(session, asked)
        scored = [
            (relevance.score(found, asked, weights, now, beginning=stage.beginning), found)
            for found in candidates
        ]
        return sorted(scored, key=lambda pair: -pair[0]) if asked else scored

    async def _weights(self, session: AsyncSession, terms: Iterable[str]) -> dict[str, float]:
        tokens = {term: term_tokens(term) for term in terms}
        counts, total = await self._frequencies.of(session, [t for some in tokens.values() for t in some])
        return {term: rarity(max(counts[t] for t in some), total) for term, some in tokens.items()}


async def _newest(session: AsyncSession, window: Window, *, limit: int, offset: int) -> list[Candidate]:
    values = {**window.values(), "limit": limit, "offset": offset}
    rows = await session.execute(reading.newest(window, dialect_of(session)), values)
    return [_candidate(row) for row in rows]


def _candidate(row: Row[Any]) -> Candidate:
    sort_at = datetime.fromtimestamp((row.key >> ID_BITS) * 60, UTC)
    return Candidate(id_of(row.key), row.title, row.rest, sort_at)


def _bold(headline: Headline, query: Query, beginning: int) -> tuple[tuple[int, int], ...]:
    """The places of the title's words that the question asked for."""
    language = headline.language or guess_language(headline.title)
    asked = {found for term in all_terms(query) for found in term_tokens(term)}
    starts = tuple(short(found, beginning) for found in asked) if beginning else ()
    return tuple(
        (word.start, word.end)
        for word in words(headline.title)
        if (found := token(word.folded, language)) in asked or (found and found.startswith(starts))
    )
