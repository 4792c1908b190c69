"""Writing the index, inside the transaction that writes the headlines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from news.text import IndexWords, country_facet, fold, index_words, language_facet, written_words
from storage.search.keys import key_of, keys_of
from storage.search.reading import POSTGRESQL, SQLITE
from storage.statements import chunks
from storage.tables import HeadlineRow

_SHORTEST_WORD, _LONGEST_WORD = 4, 20
# All rows are one parameter: between two rows, SQLite's driver would wait for an interpreter that is busy elsewhere.
_INSERT = {
    "sqlite": text(
        """INSERT INTO search_index (rowid, title, rest)
        SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]') FROM json_each(:rows)"""
    ),
    "postgresql": text(
        """INSERT INTO search_index (key, title, rest)
        SELECT CAST(value ->> 0 AS bigint), value ->> 1, value ->> 2 FROM json_array_elements(CAST(:rows AS json))"""
    ),
}
# As the drivers spell parameters: with thousands of rows, SQLAlchemy's own would take longer than the statement.
_DELETE = {
    "sqlite": "DELETE FROM search_index WHERE rowid BETWEEN ? AND ?",
    "postgresql": "DELETE FROM search_index USING unnest(%s::bigint[], %s::bigint[]) AS asked (low, high) "
    "WHERE key BETWEEN low AND high",
}
_INSERT_WORD = {
    "sqlite": "INSERT INTO search_word (word) VALUES (?) ON CONFLICT DO NOTHING",
    "postgresql": "INSERT INTO search_word (word, grams) SELECT word, string_to_array(grams, '|') "
    "FROM unnest(%s::text[], %s::text[]) AS new (word, grams) ON CONFLICT DO NOTHING",
}
_INSERT_GRAM = "INSERT INTO search_gram (gram, word_id) VALUES (?, ?) ON CONFLICT DO NOTHING"
_DIALECTS = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
_WORDS = {
    name: text(f"SELECT id, word FROM search_word WHERE word {dialect.is_among('words')}")  # noqa: S608 (nothing of outside)
    for name, dialect in _DIALECTS.items()
}


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """What the index takes of a headline. ``countries`` are those it is found under, implied ones too.

    ``words`` are worked out here where nobody has done so.
    """

    headline_id: int
    title: str
    summary: str
    language: str | None
    countries: tuple[str, ...]
    sort_at: datetime
    words: IndexWords | None = None


async def add(session: AsyncSession, entries: Sequence[IndexEntry]) -> None:
    """Index these headlines; none of them may be indexed already."""
    if not entries:
        return
    rows = sorted(map(_row, entries))
    # In order of the key: FTS5 writes what it has gathered to disk at each step back, and feeds bring the newest first.
    await session.execute(
        _INSERT[session.get_bind().dialect.name], {"rows": json.dumps(rows, ensure_ascii=False)}
    )
    await _remember_words(session, set(_telling_words(entry.title for entry in entries)))


async def remove(session: AsyncSession, ids: Sequence[int]) -> None:
    """Take headlines out of the index; to be called while their rows still exist."""
    for some in chunks(ids):
        rows = await session.execute(
            select(HeadlineRow.id, HeadlineRow.sort_at).where(HeadlineRow.id.in_(some))
        )
        await _many(session, _DELETE, [keys_of(headline_id, sort_at) for headline_id, sort_at in rows])


async def set_countries(session: AsyncSession, countries: Mapping[int, Sequence[str]]) -> None:
    """Index these headlines anew under other countries."""
    for some in chunks(list(countries)):
        rows = await session.execute(
            select(
                HeadlineRow.id,
                HeadlineRow.title,
                HeadlineRow.summary,
                HeadlineRow.language,
                HeadlineRow.sort_at,
            ).where(HeadlineRow.id.in_(some))
        )
        entries = [
            IndexEntry(row.id, row.title, row.summary, row.language, tuple(countries[row.id]), row.sort_at)
            for row in rows
        ]
        await remove(session, some)
        await add(session, entries)


def _row(entry: IndexEntry) -> tuple[int, str, str]:
    words = entry.words or index_words(entry.title, entry.summary, entry.language)
    facets = [language_facet(entry.language), *map(country_facet, entry.countries)]
    key = key_of(entry.headline_id, entry.sort_at, entry.countries)
    return key, words.title, " ".join((words.rest, *facets)).lstrip()


def _telling_words(titles: Iterable[str]) -> Iterator[str]:
    """The words that "did you mean" may offer; what many titles have is looked at once."""
    for written in set(written_words("\n".join(titles))):
        word = fold(written)
        if _SHORTEST_WORD <= len(word) <= _LONGEST_WORD and word.isalpha():
            yield word


async def _remember_words(session: AsyncSession, found: set[str]) -> None:
    """Store the words not seen before with their trigrams. Two processes may bring the same word: one of them wins."""
    known = {row.word for row in await _stored_words(session, sorted(found))}
    new = sorted(found - known)
    if session.get_bind().dialect.name != "sqlite":
        await _many(session, _INSERT_WORD, [(word, "|".join(trigrams(word))) for word in new])
        return
    await _many(session, _INSERT_WORD, [(word,) for word in new])
    rows = await _stored_words(session, new)
    await _many(
        session, {"sqlite": _INSERT_GRAM}, [(gram, row.id) for row in rows for gram in trigrams(row.word)]
    )


async def _stored_words(session: AsyncSession, asked: Sequence[str]) -> Sequence[Row[Any]]:
    """(id, word) of those of them that are stored."""
    name = session.get_bind().dialect.name
    done = await session.execute(_WORDS[name], {"words": _DIALECTS[name].listed(asked)})
    return done.all()


async def _many(
    session: AsyncSession, statements: Mapping[str, str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Run this database's statement for all rows."""
    if not rows:
        return
    connection = await session.connection()
    dialect = connection.dialect.name
    if dialect == "sqlite":
        await connection.exec_driver_sql(statements[dialect], list(rows))
    else:
        columns = tuple(list(column) for column in zip(*rows, strict=True))
        await connection.exec_driver_sql(statements[dialect], columns)


def trigrams(word: str) -> Iterable[str]:
    """The distinct runs of three letters, the word's borders included, in order."""
    padded = f" {word} "
    return dict.fromkeys(padded[start : start + 3] for start in range(len(padded) - 2))
