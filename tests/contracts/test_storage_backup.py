from __future__ import annotations

import asyncio
import os
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from news.errors import NewerDatabaseError
from news.model import Chat, ChatKind, Preferences
from storage.backup import BackupError, backup, find_problems, find_program, restore
from storage.engine import open_engine
from storage.storage import Store
from tests.contracts.builders import NOW, headline, stored
from tests.postgres import find_binaries

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def client_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PostgreSQL is not installed, the programs beside the tests' own server are found on the path."""
    monkeypatch.setenv("PATH", str(find_binaries()), prepend=os.pathsep)


@pytest.fixture
async def filled(store: Store) -> Store:
    await stored(store, headline(1, "KZ"), headline(2, "UZ"))
    await store.subscribers.save(Chat(5), ChatKind.PRIVATE, Preferences(countries=("KZ",)), NOW)
    return store


async def test_a_restored_backup_is_the_database_of_that_moment(
    filled: Store, database_url: str, tmp_path: Path
) -> None:
    await backup(database_url, tmp_path / "copy")
    await filled.subscribers.forget(5)
    await filled.headlines.add([headline(3)])
    await filled.close()
    await restore(database_url, tmp_path / "copy")
    assert await filled.headlines.count() == 2
    assert await filled.subscribers.find(Chat(5)) is not None
    assert [found.headline.title.split()[2] for found in (await filled.headlines.latest(["UZ"])).found] == [
        "2"
    ]
    assert await find_problems(database_url) == []


async def test_a_restore_under_a_running_bot_is_seen_by_it(
    filled: Store, database_url: str, tmp_path: Path
) -> None:
    await backup(database_url, tmp_path / "copy")
    await filled.headlines.add([headline(3)])
    await restore(database_url, tmp_path / "copy")
    assert await filled.headlines.count() == 2
    assert len(await filled.headlines.add([headline(4)])) == 1


async def test_a_backup_is_one_file_and_leaves_nothing_beside_it(
    filled: Store, database_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    await backup(database_url, folder / "copy")
    assert [path.name for path in folder.iterdir()] == ["copy"]


async def test_a_backup_is_taken_while_writers_write(
    filled: Store, database_url: str, tmp_path: Path
) -> None:
    writing = [filled.headlines.add([headline(n, "KZ")]) for n in range(10, 40)]
    await asyncio.gather(backup(database_url, tmp_path / "copy"), *writing)
    assert await filled.headlines.count() == 32
    await filled.close()
    await restore(database_url, tmp_path / "copy")
    assert 2 <= await filled.headlines.count() <= 32


async def test_an_existing_file_is_never_overwritten(
    filled: Store, database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "copy").write_text("precious")
    with pytest.raises(BackupError, match="exists already"):
        await backup(database_url, tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "precious"


async def test_a_folder_that_does_not_exist_is_said(filled: Store, database_url: str, tmp_path: Path) -> None:
    with pytest.raises(BackupError):
        await backup(database_url, tmp_path / "nowhere" / "copy")


@pytest.mark.parametrize(
    "content", [pytest.param(b"not a database at all\n" * 400, id="text"), pytest.param(None, id="no file")]
)
async def test_what_is_no_backup_is_refused_and_the_database_stays(
    filled: Store, database_url: str, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "copy").write_bytes(content)
    with pytest.raises(BackupError):
        await restore(database_url, tmp_path / "copy")
    assert await filled.headlines.count() == 2


async def test_a_cut_off_backup_is_refused_and_the_database_stays(
    filled: Store, database_url: str, tmp_path: Path
) -> None:
    await backup(database_url, tmp_path / "copy")
    whole = (tmp_path / "copy").read_bytes()
    (tmp_path / "copy").write_bytes(whole[: len(whole) // 2])
    await filled.close()
    with pytest.raises(BackupError):
        await restore(database_url, tmp_path / "copy")
    assert await filled.headlines.count() == 2


# pg_restore cannot look inside before it restores: there the upgrade afterwards refuses.
@ON_SQLITE
async def test_a_backup_of_a_newer_version_is_refused(
    filled: Store, database_url: str, tmp_path: Path
) -> None:
    await backup(database_url, tmp_path / "copy")
    with sqlite3.connect(tmp_path / "copy") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    await filled.close()
    with pytest.raises(NewerDatabaseError, match="9999"):
        await restore(database_url, tmp_path / "copy")
    assert await filled.headlines.count() == 2


# PostgreSQL checks its own pages.
@ON_SQLITE
async def test_damage_is_found_before_it_is_copied(filled: Store, database_url: str, tmp_path: Path) -> None:
    await filled.close()
    with sqlite3.connect(Path(make_url(database_url).database or "")) as connection:
        connection.execute("UPDATE headline SET source_id = 'nobody'")
    connection.close()
    assert await find_problems(database_url) == ["headline has a row without its source"] * 2
    with pytest.raises(BackupError, match="damaged: headline has a row without its source"):
        await backup(database_url, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


async def test_a_database_that_was_never_created_has_no_backup(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="jarchi db upgrade"):
        await backup(f"sqlite+aiosqlite:///{tmp_path / 'none.db'}", tmp_path / "copy")


async def test_a_server_that_does_not_answer_is_said_without_the_password(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://jarchi:hunter2@/jarchi?host={tmp_path}"
    with pytest.raises(BackupError, match="pg_dump: error: connection to server") as caught:
        await backup(url, tmp_path / "copy")
    assert "hunter2" not in str(caught.value)


@ON_SQLITE
async def test_a_database_that_cannot_be_written_is_said(
    filled: Store, database_url: str, tmp_path: Path
) -> None:
    await backup(database_url, tmp_path / "copy")
    with pytest.raises(BackupError, match="was not restored"):
        await restore(f"sqlite+aiosqlite:///{tmp_path}/nowhere/jarchi.db", tmp_path / "copy")


@ON_SQLITE
async def test_a_restored_database_opens_in_wal_again(
    filled: Store, database_url: str, tmp_path: Path
) -> None:
    await backup(database_url, tmp_path / "copy")
    await filled.close()
    await restore(database_url, tmp_path / "copy")
    engine = open_engine(database_url)
    async with engine.connect() as connection:
        assert (await connection.execute(text("PRAGMA journal_mode"))).scalar_one() == "wal"
    await engine.dispose()


def test_a_missing_program_is_named_with_what_to_install() -> None:
    with pytest.raises(BackupError, match="no pg_nothing on this machine"):
        find_program("pg_nothing")
