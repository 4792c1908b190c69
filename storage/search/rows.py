"""Rows of the database as headlines, with as few steps as possible."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from news.model import Headline
from storage.search.reading import POSTGRESQL, SQLITE, Dialect

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Reader:
    """A connection to read from, for as long as one answer takes."""

    dialect: Dialect
    execute: Callable[[str, Mapping[str, Any]], Sequence[Row]]

    def rows(self, sql: str, values: Mapping[str, Any] | None = None) -> Sequence[Row]:
        """All rows of one SELECT with :named parameters."""
        return self.execute(sql, values or {})


def headlines(reader: Reader, ids: Sequence[int]) -> dict[int, Headline]:
    """Those of ``ids`` that exist, countries included, by id."""
    if not ids:
        return {}
    rows = reader.rows(_HEADLINES[reader.dialect.key], {"ids": reader.dialect.listed(ids)})
    return {row[0]: _headline(row) for row in rows}


_SELECT = """
    SELECT headline.id, source_id, source.name, tier, title, summary, headline.url, language, published_at, first_seen_at,
        sort_at, is_new, implied_country, story_id, {countries}
    FROM headline JOIN source ON source.id = source_id WHERE headline.id {is_among}"""
_COUNTRIES = "(SELECT group_concat(country) FROM (SELECT country FROM headline_country WHERE headline_id = headline.id ORDER BY position))"
_COUNTRIES_POSTGRESQL = "(SELECT string_agg(country, ',' ORDER BY position) FROM headline_country WHERE headline_id = headline.id)"
_HEADLINES = {
    SQLITE.key: _SELECT.format(countries=_COUNTRIES, is_among=SQLITE.is_among("ids")),
    POSTGRESQL.key: _SELECT.format(
        countries=_COUNTRIES_POSTGRESQL, is_among=POSTGRESQL.is_among("ids", "bigint")
    ),
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
        return datetime.fromisoformat(f"{value}+00:00")
    return value.astimezone(UTC)
