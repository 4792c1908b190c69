"""What both dialects can do but SQLAlchemy spells per dialect, and cutting long lists to what one statement may carry."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, TypeVar

from sqlalchemy import Row, Select, Table, TextClause, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Base
from storage.tables.base import storable_json

T = TypeVar("T")
AnySelect = Select[*tuple[Any, ...]]

# SQLite takes 32,766 variables in a statement, PostgreSQL 65,535; short lists keep the cache of compiled statements useful.
CHUNK = 1_000
ATTEMPTS = 4
DEADLOCK_DETECTED = "40P01"  # PostgreSQL's manual, appendix A


def insert_into(session: AsyncSession, row: type[Base]) -> Any:
    """An INSERT that knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``, for this session's database.

    It goes by the table, not the mapped class, so that the ORM stays out of it.
    """
    table = row.__table__
    assert isinstance(table, Table)
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return sqlite.insert(table) if is_sqlite else postgresql.insert(table)


async def insert_many(
    session: AsyncSession, row: type[Base], rows: Sequence[Mapping[str, Any]], *returning: str
) -> list[Row[Any]]:
    """Insert many rows with the same columns; those that a unique key refuses are passed over. ``returning`` of the others.

    All rows are one parameter, in JSON: the database takes them apart in a fraction of the time in which SQLAlchemy binds
    their values one by one.
    """
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    names = tuple(rows[0])
    statement = (_insert_sqlite if is_sqlite else _insert_postgresql)(row.__tablename__, names, returning)
    encode = _sqlite_value if is_sqlite else _postgresql_value
    values = [tuple(one.values()) for one in rows] if is_sqlite else rows
    document = json.dumps(values, default=encode, ensure_ascii=False)
    done = await session.execute(statement, {"rows": storable_json(document)})
    return list(done) if returning else []


@cache
def _insert_sqlite(table: str, names: tuple[str, ...], returning: tuple[str, ...]) -> TextClause:
    taken = ", ".join(f"json_extract(value, '$[{place}]')" for place in range(len(names)))
    return _insert(table, names, f"{taken} FROM json_each(:rows) WHERE true", returning)


@cache
def _insert_postgresql(table: str, names: tuple[str, ...], returning: tuple[str, ...]) -> TextClause:
    source = f"json_populate_recordset(CAST(NULL AS {table}), CAST(:rows AS json))"
    return _insert(table, names, f"{', '.join(names)} FROM {source}", returning)


def _insert(table: str, names: tuple[str, ...], selected: str, returning: tuple[str, ...]) -> TextClause:
    sql = f"INSERT INTO {table} ({', '.join(names)}) SELECT {selected} ON CONFLICT DO NOTHING"
    return text(f"{sql} RETURNING {', '.join(returning)}" if returning else sql)


@lru_cache(maxsize=1_024)  # a headline repeats its times, and a lot its moment
def _sqlite_value(value: datetime) -> str:
    """As SQLAlchemy writes instants on SQLite: in UTC, without saying so."""
    return _aware(value).isoformat(" ", "microseconds")[:26]


def _postgresql_value(value: datetime) -> str:
    return _aware(value).isoformat()


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("naive datetime")
    return value.astimezone(UTC)


async def repeat_on_deadlock(transaction: Callable[[], Awaitable[T]]) -> T:
    """Run the transaction; when PostgreSQL ends it because two waited for each other's keys, run it again.

    Two fetchers may bring the same addresses in another order. At most ``ATTEMPTS`` times in all.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return await transaction()
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != DEADLOCK_DETECTED:
                raise
    return await transaction()


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """The values in runs of at most ``size``."""
    return (values[start : start + size] for start in range(0, len(values), size))


def codes(text: str) -> tuple[str, ...]:
    """The codes in a comma-separated column ("kk,ru"); the empty text holds none."""
    return tuple(text.split(",")) if text else ()
