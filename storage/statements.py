"""What both dialects can do but SQLAlchemy spells per dialect, and cutting long lists to what one statement may carry."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Select, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Base

T = TypeVar("T")
AnySelect = Select[*tuple[Any, ...]]

# SQLite takes 32,766 variables in a statement, PostgreSQL 65,535; short lists keep the cache of compiled statements useful.
CHUNK = 1_000
ATTEMPTS = 4
DEADLOCK_DETECTED = "40P01"  # PostgreSQL's manual, appendix A


def insert_into(session: AsyncSession, row: type[Base]) -> Any:
    """An INSERT that knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``, for this session's database.

    It goes by the table, not the mapped class, so that many rows are one ``executemany`` without the ORM in between.
    """
    table = row.__table__
    assert isinstance(table, Table)
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return sqlite.insert(table) if is_sqlite else postgresql.insert(table)


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
