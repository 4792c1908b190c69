"""Short forms of the delivery benchmarks whose bars are about what arrives; those about speed are for a quiet machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.delivery import calendar, disasters
from benchmarks.delivery.ground import POSTGRES, SQLITE
from benchmarks.delivery.weather import departed

pytestmark = pytest.mark.slow


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'bench.db'}"


def test_one_edition_for_each_local_date() -> None:
    (measure,) = calendar.run(SQLITE, is_short=True)

    assert measure.holds, str(measure)


def test_a_full_disk_and_a_power_cut_lose_nothing() -> None:
    measures = disasters.run(SQLITE, is_short=True)

    assert all(measure.holds for measure in measures), "\n".join(map(str, measures))


@pytest.mark.parametrize("scenario", [calendar, disasters])
def test_what_needs_no_postgres_runs_once(scenario: object) -> None:
    assert scenario.run(POSTGRES, is_short=True) == []


async def test_who_has_gone_is_left_alone(sqlite_url: str) -> None:
    measure = await departed(sqlite_url, SQLITE, readers=60)

    assert measure.holds, str(measure)
