"""Opening a database: the one place that knows both databases' quirks."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

SessionMaker = async_sessionmaker[AsyncSession]
LOCK_WAIT_S = 30.0
# With SQLite's two MB, a transaction of a fetch reads two thirds and writes a quarter of its pages only because they did
# not stay: 802,000 writes for 60,000 headlines instead of 581,000.
CACHE_KIB = 16_000
LOCKED = {"sqlite_begin": "IMMEDIATE"}


def open_engine(url: str, *, pool_size: int = 5) -> AsyncEngine:
    """Engine for ``sqlite+aiosqlite:///FILE`` or ``postgresql+psycopg://…``.

    Its errors show statements without their parameters: those hold what readers wrote.
    """
    engine = create_async_engine(url, **_options(url, pool_size))
    if engine.dialect.name == "sqlite":
        _listen(engine.sync_engine)

        @event.listens_for(engine.sync_engine, "invalidate")
        def roll_back(connection: Any, _record: object, error: BaseException | None) -> None:
            # A task cancelled while a statement runs leaves a cursor open, and SQLite closes a connection with an open cursor
            # only when that is collected: until then the dead transaction would keep every writer out.
            if isinstance(error, asyncio.CancelledError):
                connection.rollback()

    return engine


def open_plain_engine(url: URL, *, pool_size: int) -> Engine:
    """The same database for threads instead of the event loop."""
    is_sqlite = url.get_backend_name() == "sqlite"
    plain = url.set(drivername="sqlite") if is_sqlite else url
    engine = create_engine(plain, **_options(plain.drivername, pool_size))
    if is_sqlite:
        _listen(engine)
    return engine


def _options(url: str, pool_size: int) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"hide_parameters": True, "connect_args": {"timeout": LOCK_WAIT_S}, "pool_size": pool_size}
    # Pre-ping: after a server crash the dead connections are thrown away instead of failing the next caller.
    return {"hide_parameters": True, "pool_pre_ping": True, "pool_size": pool_size, "max_overflow": 5}


def _listen(engine: Engine) -> None:
    """What SQLite needs to be told on every connection, and at every BEGIN."""

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy, not the driver, opens transactions
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", f"cache_size=-{CACHE_KIB}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")


def session_makers(engine: AsyncEngine) -> tuple[SessionMaker, SessionMaker]:
    """(reads, writes); a write transaction takes SQLite's lock up front, so that no update is lost silently."""
    reads = async_sessionmaker(engine, expire_on_commit=False)
    writes = async_sessionmaker(engine, expire_on_commit=False, execution_options=LOCKED)
    return reads, writes
