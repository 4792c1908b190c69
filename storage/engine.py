"""Opening a database: the one place that knows both databases' quirks."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

SessionMaker = async_sessionmaker[AsyncSession]
LOCK_WAIT_S = 30.0


def open_engine(url: str, *, pool_size: int = 5) -> AsyncEngine:
    """Engine for ``sqlite+aiosqlite:///FILE`` or ``postgresql+psycopg://…``.

    Its errors show statements without their parameters: those hold what readers wrote.
    """
    if not url.startswith("sqlite"):
        # Pre-ping: after a server crash the dead connections are thrown away instead of failing the next caller.
        return create_async_engine(
            url, hide_parameters=True, pool_pre_ping=True, pool_size=pool_size, max_overflow=5
        )
    engine = create_async_engine(
        url, hide_parameters=True, connect_args={"timeout": LOCK_WAIT_S}, pool_size=pool_size
    )

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy, not the driver, opens transactions
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "invalidate")
    def roll_back(connection: Any, _record: object, error: BaseException | None) -> None:
        # A task cancelled while a statement runs leaves a cursor open, and SQLite closes a connection with an open cursor
        # only when that is collected: until then the dead transaction would keep every writer out.
        if isinstance(error, asyncio.CancelledError):
            connection.rollback()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def session_makers(engine: AsyncEngine) -> tuple[SessionMaker, SessionMaker]:
    """(reads, writes); a write transaction takes SQLite's lock up front, so that no update is lost silently."""
    reads = async_sessionmaker(engine, expire_on_commit=False)
    writes = async_sessionmaker(
        engine, expire_on_commit=False, execution_options={"sqlite_begin": "IMMEDIATE"}
    )
    return reads, writes
