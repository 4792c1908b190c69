"""Reading with as few steps as possible: a search is answered within milliseconds, and most of them are overhead.

Through a session, every statement on SQLite hops about eight times between the event loop and the connection's thread,
and opens a transaction first. aiosqlite's ``execute_fetchall`` is one hop, and a single SELECT needs no transaction.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from news.model import Headline
from storage.engine import SessionMaker
from storage.search.reading import POSTGRESQL, SQLITE, Dialect

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Reader:
    """An open connection to read from; every statement sees what is committed by then."""

    connection: AsyncConnection
    dialect: Dialect
    driver: Any = None

    async def rows(self, sql: str, values: Mapping[str, Any] | None = None) -> Sequence[Row]:
        """All rows of one SELECT with :named parameters."""
        if self.driver is not None:
            return list(await self.driver.execute_fetchall(sql, dict(values or {})))
        return (await self.connection.execute(text(sql), dict(values or {}))).all()


@asynccontextmanager
async def reader(reads: SessionMaker) -> AsyncIterator[Reader]:
    """Take a connection from the pool of these sessions, and give it back."""
    engine: AsyncEngine = reads.kw["bind"]
    async with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            yield Reader(connection, POSTGRESQL)
            return
        raw = await connection.get_raw_connection()
        yield Reader(connection, SQLITE, raw.driver_connection)


async def headlines(reader: Reader, ids: Iterable[int]) -> dict[int, Headline]:
    """Those of ``ids`` that exist, countries included, by id."""
    listed = ", ".join(str(int(number)) for number in ids)
    if not listed:
        return {}
    rows = await reader.rows(_HEADLINES[reader.dialect.key].format(ids=listed))
    return {row[0]: _headline(row) for row in rows}


_SELECT = """
    SELECT headline.id, source_id, source.name, tier, title, summary, headline.url, language, published_at, first_seen_at,
        sort_at, is_new, implied_country, story_id, {countries}
    FROM headline JOIN source ON source.id = source_id WHERE headline.id IN ({{ids}})"""
_COUNTRIES = "(SELECT group_concat(country) FROM (SELECT country FROM headline_country WHERE headline_id = headline.id ORDER BY position))"
_COUNTRIES_POSTGRESQL = "(SELECT string_agg(country, ',' ORDER BY position) FROM headline_country WHERE headline_id = headline.id)"
_HEADLINES = {
    SQLITE.key: _SELECT.format(countries=_COUNTRIES),
    POSTGRESQL.key: _SELECT.format(countries=_COUNTRIES_POSTGRESQL),
}


def _headline(row: Row) -> Headline:
    return Headline(
        id=row[0],
        source_id=row[1],
        source_name=row[2],
        tier=row[3],
        title=row[4],
        summary=row[5],
        url=row[6],
        language=row[7],
        published=instant(row[8]) if row[8] else None,
        first_seen_at=instant(row[9]),
        sort_at=instant(row[10]),
        is_new=bool(row[11]),
        implied_by_source=row[12],
        story_id=row[13],
        countries=tuple(row[14].split(",")) if row[14] else (),
    )


def instant(value: datetime | str) -> datetime:
    """SQLite gives text without an offset, PostgreSQL an aware datetime in the server's zone; both mean UTC here."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value.astimezone(UTC)
