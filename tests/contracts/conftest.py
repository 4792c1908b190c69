"""One suite per port, on both databases: each test gets a fresh one, brought up by the real migrations."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest

from storage.storage import Store, open_store
from storage.upgrade import upgrade
from tests.postgres import Server, run_server

NUMBERS = count(1)
DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Our own server, for this test run (with xdist: for this worker)."""
    with run_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: Server) -> Server:
    """The server, with a migrated database to clone from."""
    postgres.run("CREATE DATABASE template_jarchi TEMPLATE template0")
    asyncio.run(upgrade(postgres.url("template_jarchi")))
    return postgres


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy from."""
    path = tmp_path_factory.mktemp("template") / "jarchi.db"
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(params=DATABASES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
    else:
        yield from new_database(request.getfixturevalue("postgres"), template="template0")


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database without rows."""
    if request.param == "sqlite":
        path = tmp_path / "jarchi.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite+aiosqlite:///{path}"
    else:
        yield from new_database(request.getfixturevalue("postgres_template"), template="template_jarchi")


def new_database(server: Server, *, template: str) -> Iterator[str]:
    """The address of a fresh database, dropped afterwards even if a connection was left open."""
    name = f"test_{next(NUMBERS)}"
    server.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield server.url(name)
    server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """The stores on a fresh database."""
    opened = await open_store(database_url)
    yield opened
    await opened.close()
