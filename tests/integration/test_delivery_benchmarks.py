"""Short forms of the delivery benchmarks whose bars are about what arrives; those about speed are for a quiet machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.delivery import calendar, disasters
from benchmarks.delivery.ground import POSTGRES, SQLITE
from benchmarks.delivery.weather import departed

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'bench.db'}"


def test_one_edition_for_each_local_date() -> None:
    (measure,) = calendar.run(SQLITE, is_short=True)

    assert measure.holds, str(measure)


def test_a_full_disk_and_a_power_cut_lose_nothing() -> None:
    """In a process of its own: the full disk is a limit on the process's files, and the test run writes files too."""
    command = (sys.executable, "-m", "benchmarks.delivery", "disasters", "--short", "--database", SQLITE)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("scenario", [calendar, disasters])
def test_what_needs_no_postgres_runs_once(scenario: object) -> None:
    assert scenario.run(POSTGRES, is_short=True) == []


async def test_who_has_gone_is_left_alone(sqlite_url: str) -> None:
    measure = await departed(sqlite_url, SQLITE, readers=60)

    assert measure.holds, str(measure)
