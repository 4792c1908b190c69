"""news.ports.SearchStore on both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, LargeBinary, column, delete, select, table, text

from news.model import Found, Headline, Page, Query
from news.query import is_idle
from storage.engine import SessionMaker
from storage.reading import headline_select, read_headlines
from storage.search import rows
from storage.search.index import trigrams
from storage.search.keys import id_of
from storage.search.lookups import Lookups
from storage.search.meanings import Meanings
from storage.search.pages import Question
from storage.search.rows import Reader, Row
from storage.search.similar import similar_keys
from storage.tables import HeadlineRow

_ALIKE = 0.3
"""Jaccard similarity of trigrams below which two words do not look alike."""


_VECTOR = table("search_vector", column("headline_id"), column("vector", LargeBinary))

_VECTORS = "SELECT headline_id, vector FROM search_vector WHERE headline_id IN ({ids})"
# Jaccard similarity of the sets of trigrams.
_CLOSEST = (
    "SELECT word, shared FROM ({sharing}) AS alike WHERE word <> :word "
    "ORDER BY 1.0 * shared / (length(word) + :size - shared) DESC, word LIMIT :limit"
)
_SHARING_TRIGRAMS = {
    "sqlite": "SELECT word, count(*) AS shared FROM search_gram JOIN search_word ON search_word.id = word_id "
    "WHERE gram {among} GROUP BY word",
    "postgresql": "SELECT word, (SELECT count(*) FROM unnest(grams) AS gram WHERE gram {among}) AS shared "
    "FROM search_word WHERE grams && CAST(:grams AS text[])",
}


class SqlSearchStore:
    """Search, similar headlines, words that look alike, sentence vectors."""

    def __init__(self, reads: SessionMaker, writes: SessionMaker, lookups: Lookups) -> None:
        self._reads = reads
        self._writes = writes
        self._lookups = lookups
        self._meanings = Meanings()

    async def search(self, query: Query, *, now: datetime, limit: int = 10, offset: int = 0) -> Page:
        """The best of the newest 100 matches first, then the rest by age. Without terms: newest first.

        ``total`` is exact up to 300. When no headline has all the words, those that have words beginning alike and
        then all but one of them are found instead.
        """
        if is_idle(query):
            return Page(found=(), total=0, offset=offset)
        frequencies = self._lookups.frequencies
        return await self._lookups.run(
            lambda reader: Question(reader, frequencies, query, now, limit, offset).answer()
        )

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

        def look(reader: Reader) -> list[Found]:
            ranked = similar_keys(
                reader,
                self._lookups.frequencies,
                terms,
                since=since,
                until=until,
                languages=languages,
                limit=limit,
            )
            found = rows.headlines(reader, [id_of(key) for key, _ in ranked])
            return [Found(found[id_of(key)], weight) for key, weight in ranked if id_of(key) in found]

        return await self._lookups.run(look)

    async def nearest(
        self,
        headline_id: int,
        *,
        languages: Sequence[str] = (),
        limit: int,
        at_least: float,
        now: datetime,
    ) -> list[Found]:
        """The newest headlines that mean something like this one, by cosine of their vectors, best first; scores are 0."""

        def look(reader: Reader) -> list[Found]:
            near = self._meanings.nearest(
                reader, headline_id, languages=languages, limit=limit, at_least=at_least, now=now
            )
            found = rows.headlines(reader, near)
            return [Found(found[number], 0.0) for number in near if number in found]

        return await self._lookups.run(look)

    async def frequencies(self, terms: Sequence[str]) -> tuple[Mapping[str, int], int]:
        """Document frequency of each term, and the number of documents."""
        frequencies = self._lookups.frequencies
        if kept := frequencies.kept(terms):
            return kept
        return await self._lookups.run(lambda reader: frequencies.of(reader, terms))

    async def closest_words(self, word: str, limit: int = 3) -> list[str]:
        """Words of titles that share trigrams with this one, most alike first; never the word itself."""
        grams = list(trigrams(word))

        def look(reader: Reader) -> Sequence[Row]:
            dialect = reader.dialect
            values = {"grams": dialect.listed(grams), "word": word, "size": len(grams), "limit": limit}
            sharing = _SHARING_TRIGRAMS["sqlite" if dialect.takes_json else "postgresql"]
            return reader.rows(
                _CLOSEST.format(sharing=sharing.format(among=dialect.is_among("grams"))), values
            )

        found = await self._lookups.run(look)
        return [other for other, shared in found if shared / (len(other) + len(grams) - shared) >= _ALIKE]

    async def vectors(self, headline_ids: Sequence[int]) -> Mapping[int, bytes]:
        """Stored sentence vectors (float16 little endian) of those that have one."""
        listed = ", ".join(str(int(number)) for number in headline_ids)
        if not listed:
            return {}
        found = await self._lookups.run(lambda reader: reader.rows(_VECTORS.format(ids=listed)))
        return {number: bytes(vector) for number, vector in found}

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

    async def tidy(self) -> None:
        """Bring SQLite's index into one piece: ten segments cost a search three times the reading. PostgreSQL needs none.

        About a second at a million headlines, in which nobody else writes.
        """
        async with self._writes.begin() as session:
            if session.get_bind().dialect.name == "sqlite":
                await session.execute(text("INSERT INTO search_index(search_index) VALUES ('optimize')"))

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
