"""Bringing a database to the revision that this version of Jarchi works with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from news.errors import NewerDatabaseError
from storage.engine import LOCK_WAIT_S

MIGRATIONS = Path(__file__).parent / "migrations"
T = TypeVar("T")


async def upgrade(url: str) -> str:
    """Run every missing migration in one transaction and return the revision reached.

    Processes that start together queue up; within a process, call it once at a time (Alembic's context is global).
    Raises NewerDatabaseError, before anything is changed, for a database that a newer Jarchi has written.
    """
    return await _run(url, _upgrade)


async def check(url: str) -> str | None:
    """The database's revision, None when it is empty; NewerDatabaseError when we do not know it."""
    return await _run(url, _known_revision)


async def downgrade(url: str, revision: str) -> str | None:
    """Go back to ``revision`` ("base": to nothing); for tests and emergencies."""

    def back(connection: Connection) -> str | None:
        command.downgrade(_config(connection), revision)
        return _revision(connection)

    return await _run(url, back)


def newest_revision() -> str:
    """The revision that ``upgrade`` leads to."""
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert head is not None
    return head


def migration_engine(url: str) -> AsyncEngine:
    """An engine without the hooks of storage.engine: on SQLite foreign keys stay off, or re-creating a table would
    empty its children by cascade, and the write lock is taken first, so that two starting processes queue up.
    """
    if not url.startswith("sqlite"):
        return create_async_engine(url)
    engine = create_async_engine(url, connect_args={"timeout": LOCK_WAIT_S})

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


async def _run(url: str, action: Callable[[Connection], T]) -> T:
    engine = migration_engine(url)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(action)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> str:
    _known_revision(connection)
    command.upgrade(_config(connection), "head")
    return newest_revision()


def _known_revision(connection: Connection) -> str | None:
    revision = _revision(connection)
    known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    if revision is not None and revision not in known:
        raise NewerDatabaseError(revision)
    return revision


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
