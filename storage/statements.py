"""What both dialects can do but SQLAlchemy spells per dialect, and cutting long lists to what one statement may carry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Select, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Base

T = TypeVar("T")
AnySelect = Select[*tuple[Any, ...]]

# SQLite takes 32,766 variables in a statement, PostgreSQL 65,535; short lists keep the cache of compiled statements useful.
CHUNK = 1_000


def insert_into(session: AsyncSession, row: type[Base]) -> Any:
    """An INSERT that knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``, for this session's database.

    It goes by the table, not the mapped class, so that many rows are one ``executemany`` without the ORM in between.
    """
    table = row.__table__
    assert isinstance(table, Table)
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return sqlite.insert(table) if is_sqlite else postgresql.insert(table)


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """The values in runs of at most ``size``."""
    return (values[start : start + size] for start in range(0, len(values), size))


def codes(text: str) -> tuple[str, ...]:
    """The codes in a comma-separated column ("kk,ru"); the empty text holds none."""
    return tuple(text.split(",")) if text else ()
