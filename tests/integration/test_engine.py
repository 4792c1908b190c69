from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from storage.engine import open_engine, session_makers
from storage.tables import LeaseRow, PauseRow
from tests.contracts.builders import NOW


@pytest.fixture
async def engine(database_url: str):
    opened = open_engine(database_url)
    yield opened
    await opened.dispose()


@pytest.fixture
async def count(engine):
    """Writers that add one to a counter which they have read before: the unit of work that gets lost silently."""
    _, writes = session_makers(engine)
    async with writes.begin() as session:
        await session.execute(insert(LeaseRow).values(name="counter", owner="", epoch=0, until=NOW))

    async def add_one() -> None:
        async with writes.begin() as session:
            row = select(LeaseRow.epoch).where(LeaseRow.name == "counter").with_for_update()
            epoch = await session.scalar(row)
            await session.execute(text("UPDATE lease SET epoch = :epoch"), {"epoch": epoch + 1})

    return add_one


async def test_no_update_is_lost_among_eight_writers(engine, count) -> None:
    await asyncio.gather(*(count() for _ in range(8)))
    async with engine.connect() as connection:
        assert (await connection.execute(select(LeaseRow.epoch))).scalar_one() == 8


async def test_leaving_by_an_error_rolls_back(engine) -> None:
    _, writes = session_makers(engine)

    async def stumble() -> None:
        async with writes.begin() as session:
            await session.execute(insert(PauseRow).values(chat_id=1, until=NOW))
            raise RuntimeError("on the way")

    with pytest.raises(RuntimeError, match="on the way"):
        await stumble()
    async with engine.connect() as connection:
        assert (await connection.execute(select(PauseRow.chat_id))).all() == []


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param(datetime(2026, 3, 21, 3, tzinfo=UTC), "2026-03-21T03:00:00+00:00", id="UTC"),
        pytest.param(
            datetime(2026, 3, 21, 12, tzinfo=timezone(timedelta(hours=3, minutes=30))),
            "2026-03-21T08:30:00+00:00",
            id="Tehran's offset is converted, not dropped",
        ),
        pytest.param(
            datetime(2026, 3, 21, 3, 0, 0, 1, tzinfo=UTC),
            "2026-03-21T03:00:00.000001+00:00",
            id="microsecond",
        ),
    ],
)
async def test_an_instant_comes_back_as_the_same_instant_in_utc(engine, written: datetime, read: str) -> None:
    async with engine.begin() as connection:
        await connection.execute(insert(PauseRow).values(chat_id=-(10**15), until=written))
        found = (await connection.execute(select(PauseRow.until))).scalar_one()
    assert found.isoformat() == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param("Қазақстан ўзбек 🇰🇿", "Қазақстан ўзбек 🇰🇿", id="every script, emoji"),
        pytest.param("a\0b", "a\ufffdb", id="NUL"),
        pytest.param("half \ud83d", "half \ufffd", id="half a surrogate pair"),
        pytest.param("", "", id="nothing"),
        pytest.param("'); DROP TABLE lease; --", "'); DROP TABLE lease; --", id="quotes"),
        pytest.param("x" * 100_000, "x" * 100_000, id="long"),
    ],
)
async def test_any_text_can_be_stored_and_found_again(engine, written: str, read: str) -> None:
    async with engine.begin() as connection:
        row = {"name": "one", "owner": written, "epoch": 1, "until": NOW}
        await connection.execute(insert(LeaseRow.__table__), row)
        found = select(LeaseRow.owner).where(LeaseRow.owner == written)
        assert (await connection.execute(found)).scalars().all() == [read]


async def test_a_naive_datetime_is_refused(engine) -> None:
    async with engine.begin() as connection:
        with pytest.raises(StatementError, match="naive datetime"):
            await connection.execute(insert(PauseRow).values(chat_id=1, until=datetime(2026, 3, 21)))  # noqa: DTZ001


async def test_a_child_without_a_parent_is_refused(engine) -> None:
    async with engine.begin() as connection:
        with pytest.raises(IntegrityError):
            await connection.execute(text("INSERT INTO mute (subscriber_id, words) VALUES (1, 'x')"))


async def test_errors_do_not_repeat_what_readers_wrote(engine) -> None:
    statement = text("INSERT INTO mute (subscriber_id, words) VALUES (1, :words)")
    async with engine.begin() as connection:
        with pytest.raises(IntegrityError) as caught:
            await connection.execute(statement, {"words": "my secret"})
    assert "my secret" not in str(caught.value)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        pytest.param("journal_mode", "wal", id="readers do not wait for writers"),
        pytest.param("foreign_keys", 1, id="children go with their parents"),
        pytest.param("synchronous", 2, id="a commit outlives a power cut"),
        pytest.param("busy_timeout", 30_000, id="a writer waits half a minute"),
    ],
)
async def test_sqlite_is_configured_on_every_connection(engine, pragma: str, value: object) -> None:
    async with engine.connect() as first, engine.connect() as second:
        for connection in (first, second):
            assert (await connection.execute(text(f"PRAGMA {pragma}"))).scalar_one() == value


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_task_cancelled_inside_a_statement_gives_the_lock_back(engine) -> None:
    """SQLite keeps a closed connection alive while a cursor is open, and with it the lock: its own RETURNING is one."""
    _, writes = session_makers(engine)
    rows = [{"chat_id": number, "until": NOW} for number in range(100_000)]

    async def write() -> None:
        async with writes.begin() as session:
            await session.execute(insert(PauseRow.__table__).returning(PauseRow.chat_id), rows)

    task = asyncio.create_task(write())
    while not await has_writer(engine):
        assert not task.done()
    task.cancel()
    (outcome,) = await asyncio.gather(task, return_exceptions=True)
    assert isinstance(outcome, asyncio.CancelledError)
    async with asyncio.timeout(10), writes.begin() as session:
        assert (await session.execute(select(PauseRow.chat_id))).first() is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_connection_thrown_away_by_hand_is_replaced(engine) -> None:
    async with engine.connect() as connection:
        await connection.invalidate()
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT 1"))).scalar_one() == 1


async def has_writer(engine) -> bool:
    """Whether somebody holds SQLite's write lock now."""
    async with engine.connect() as connection:
        await connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        try:
            await connection.exec_driver_sql("UPDATE pause SET until = until")
        except Exception:  # noqa: BLE001 (the driver's "database is locked")
            return True
        finally:
            await connection.rollback()
            await connection.exec_driver_sql("PRAGMA busy_timeout = 30000")
    return False


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_connection_that_the_server_closed_is_replaced(engine) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
    other = open_engine(str(engine.url))
    async with other.connect() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        )
    await other.dispose()
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT 1"))).scalar_one() == 1


async def test_an_address_keeps_its_password_to_itself() -> None:
    engine = open_engine("postgresql+psycopg://jarchi:hunter2@localhost/jarchi")
    assert "hunter2" not in repr(engine)
    await engine.dispose()
