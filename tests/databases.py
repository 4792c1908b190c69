"""Fixtures for both databases: each test gets a fresh one, brought up by the real migrations.

A conftest imports the fixtures it needs from here; the server and the templates are made once for the whole run (with
xdist: once a worker).
"""

from __future__ import annotations

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack
from functools import cache
from itertools import count
from pathlib import Path

import pytest

from storage.storage import Store, open_store
from storage.upgrade import upgrade
from tests.postgres import Server, run_server

NUMBERS = count(1)
DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
TEMPLATE = "template_jarchi"


@cache
def postgres_server() -> Server:
    """Our own server, started at the first call and stopped when the process ends."""
    stack = ExitStack()
    atexit.register(stack.close)
    server = stack.enter_context(run_server())
    server.run(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0")
    asyncio.run(upgrade(server.url(TEMPLATE)))
    return server


@cache
def sqlite_template() -> Path:
    """A migrated file to copy from."""
    folder = tempfile.TemporaryDirectory(prefix="jarchi-sqlite-")
    atexit.register(folder.cleanup)
    path = Path(folder.name) / "jarchi.db"
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{path}"))
    return path


@cache
def filled(kind: str, fill: Callable[[str], Awaitable[None]]) -> str:
    """A template (see ``fresh``) into which ``fill`` has put rows, once for the whole run."""
    if kind == "sqlite":
        path = sqlite_template().with_name(f"{fill.__name__}.db")
        shutil.copyfile(sqlite_template(), path)
        template, url = str(path), f"sqlite+aiosqlite:///{path}"
    else:
        server, template = postgres_server(), f"template_{fill.__name__}"
        server.run(f"CREATE DATABASE {template} TEMPLATE {TEMPLATE} STRATEGY file_copy")
        url = server.url(template)
    asyncio.run(fill(url))
    return template


def fresh(kind: str, folder: Path, template: str) -> Iterator[str]:
    """The address of a fresh database that begins as the template: a file on SQLite, a database on PostgreSQL."""
    if kind == "sqlite":
        path = folder / "jarchi.db"
        shutil.copyfile(template, path)
        yield f"sqlite+aiosqlite:///{path}"
    else:
        yield from new_database(template)


def new_database(template: str) -> Iterator[str]:
    """The address of a fresh PostgreSQL database, dropped afterwards even if a connection was left open."""
    server, name = postgres_server(), f"test_{next(NUMBERS)}"
    server.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield server.url(name)
    server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database without rows."""
    template = str(sqlite_template()) if request.param == "sqlite" else TEMPLATE
    yield from fresh(request.param, tmp_path, template)


@pytest.fixture(params=DATABASES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
    else:
        yield from new_database("template0")


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """The stores on a fresh database."""
    opened = await open_store(database_url)
    yield opened
    await opened.close()
