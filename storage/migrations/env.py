"""How a migration runs: on the connection that storage.upgrade hands in, or on one that the ``alembic`` command opens."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection, text

from storage.migrations.comparing import is_ours
from storage.tables import Base
from storage.upgrade import migration_engine


def run(connection: Connection) -> None:
    """Everything in one transaction; on SQLite the caller has switched foreign keys off."""
    is_sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=is_sqlite,
        transactional_ddl=True,
        compare_type=True,
        include_object=is_ours,
    )
    with context.begin_transaction():
        if not is_sqlite:
            # Two processes that start together: the second waits, then finds nothing to do.
            connection.execute(text("SELECT pg_advisory_xact_lock(7463829)"))
        context.run_migrations()
        if is_sqlite:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                raise RuntimeError(f"rows without a parent after the migration: {broken[:5]}")


async def run_from_command_line() -> None:
    """``alembic -x url=DATABASE_URL …``."""
    url = context.get_x_argument(as_dictionary=True)["url"]
    engine = migration_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


handed_in = context.config.attributes.get("connection")
if handed_in is None:
    asyncio.run(run_from_command_line())
else:
    run(handed_in)
