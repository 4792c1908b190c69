"""A copy of the whole database in one file, taken while the bot runs, and back."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, make_url

from news.errors import JarchiError
from storage import upgrade
from storage.engine import LOCK_WAIT_S

# A page is 4 KiB. Between two steps writers get their turn.
PAGES_AT_ONCE = 1_000


class BackupError(JarchiError):
    """A backup or a restore that did not happen; nothing was changed."""


async def backup(url: str, path: Path) -> None:
    """Copy the database into the new file ``path``: an SQLite database, or PostgreSQL's custom dump format.

    Raise BackupError when ``path`` exists, cannot be written, or the copy is not sound; then no file is left.
    """
    await asyncio.to_thread(_require_free, path)
    part = path.with_name(path.name + ".part")
    try:
        part.unlink(missing_ok=True)
        await _copy_out(make_url(url), part)
        part.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{path}: the backup was not written ({error}).") from error
    finally:
        part.unlink(missing_ok=True)


async def restore(url: str, path: Path) -> None:
    """Replace everything in the database by what ``path`` holds, all or nothing; run ``upgrade`` afterwards.

    Stop the bot first. Raise BackupError when the file is not a sound backup for this kind of database, and
    NewerDatabaseError when a newer Jarchi wrote it.
    """
    await asyncio.to_thread(_require_file, path)
    address = make_url(url)
    if not _is_sqlite(address):
        # One transaction, stopped by the first error: the database is the old one or the new one.
        options = ("--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error")
        await _run(address, "pg_restore", *options, "--dbname", address.database or "", str(path))
        return
    problems = await asyncio.to_thread(_sqlite_problems, path)
    if problems:
        raise BackupError(f"{path} is not a sound backup: {problems[0]}.")
    try:
        await upgrade.check(f"sqlite+aiosqlite:///{path}")
        await asyncio.to_thread(_copy_sqlite, path, _file_of(address), is_one_file=False)
    except sqlite3.Error as error:
        raise BackupError(f"{path} was not restored ({error}). Is the bot still running?") from error


async def find_problems(url: str) -> list[str]:
    """What the database says is broken in it, in its words; PostgreSQL answers for itself when it runs."""
    address = make_url(url)
    return await asyncio.to_thread(_sqlite_problems, _file_of(address)) if _is_sqlite(address) else []


def _require_free(path: Path) -> None:
    if path.exists():
        raise BackupError(f"{path} exists already. Give a name that is free.")


def _require_file(path: Path) -> None:
    if not path.is_file():
        raise BackupError(f"{path}: there is no such file.")


async def _copy_out(address: URL, part: Path) -> None:
    if not _is_sqlite(address):
        await _run(address, "pg_dump", "--format=custom", "--no-owner", "--file", str(part))
        return
    source = _file_of(address)
    if not source.is_file():
        raise BackupError(f"{source}: there is no database yet. Create it with: jarchi db upgrade")
    await asyncio.to_thread(_copy_sqlite, source, part, is_one_file=True)
    problems = await asyncio.to_thread(_sqlite_problems, part)
    if problems:
        raise BackupError(f"{source} is damaged: {problems[0]}. Restore an older backup.")


def _copy_sqlite(source: Path, target: Path, *, is_one_file: bool) -> None:
    """Copy by SQLite's own means; ``is_one_file``: a copy to be moved about, without a write-ahead log beside it."""
    with (
        closing(sqlite3.connect(source, timeout=LOCK_WAIT_S)) as old,
        closing(sqlite3.connect(target, timeout=LOCK_WAIT_S)) as new,
    ):
        old.backup(new, pages=PAGES_AT_ONCE, sleep=0.01)
        if is_one_file:
            new.execute("PRAGMA journal_mode=DELETE")


def _sqlite_problems(path: Path) -> list[str]:
    try:
        with closing(sqlite3.connect(path, timeout=LOCK_WAIT_S)) as connection:
            answers = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(10)")]
            orphans = connection.execute("PRAGMA foreign_key_check").fetchmany(10)
    except sqlite3.Error as error:
        return [str(error)]
    found = [] if answers == ["ok"] else answers
    return found + [f"{table} has a row without its {parent}" for table, _, parent, _ in orphans]


async def _run(address: URL, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs; the password goes by its environment, where nobody else can read it."""
    process = await asyncio.create_subprocess_exec(
        find_program(program),
        *arguments,
        env=_environment(address),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    if process.returncode:
        lines = said.decode(errors="replace").split("\n") if said else [f"{program} failed without a reason."]
        raise BackupError(" ".join(line.strip() for line in lines[:2]).strip())


def find_program(program: str) -> str:
    """The path of one of PostgreSQL's client programs. Raise BackupError when there is none.

    Debian keeps several versions apart; the newest can read every older server.
    """
    versions = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: int(path.parts[4])
    )
    found = str(versions[-1]) if versions else shutil.which(program)
    if found is None:
        raise BackupError(f"There is no {program} on this machine. Install PostgreSQL's client programs.")
    return found


def _environment(address: URL) -> Mapping[str, str]:
    query: Mapping[str, str | Sequence[str]] = address.query
    wanted = {
        "PGHOST": address.host or query.get("host"),
        "PGPORT": address.port or query.get("port"),
        "PGUSER": address.username,
        "PGPASSWORD": address.password,
        "PGDATABASE": address.database,
        "PGSSLMODE": query.get("sslmode"),
    }
    return {name: str(value) for name, value in wanted.items() if value}


def _is_sqlite(address: URL) -> bool:
    return address.get_backend_name() == "sqlite"


def _file_of(address: URL) -> Path:
    return Path(address.database or "")
