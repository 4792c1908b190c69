"""The short forms of the delivery benchmarks: all that they say of what arrives must hold on any machine, however busy.

How fast, how evenly and at what cost is for a quiet one: those bars are the benchmark's own (python -m benchmarks.delivery).
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.delivery import calendar, disasters
from benchmarks.delivery.__main__ import SCENARIOS
from benchmarks.delivery.ground import POSTGRES, SQLITE

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
PATIENCE_S = 400

# What stands in the table for each measure, in order.
COUNTED = r"lost 0, doubled [\d.]+%, (\d+) counted of \1 "
DEPARTED = r"most tries 1; 360 of 360 to the others, 0 twice"
STORM = r"during a wait 0, lost 0, 95 % after"
WEATHER = [COUNTED, COUNTED, DEPARTED, STORM]
CRASHES = [r"lost 0; doubled \d+, at most [0-8] a kill", r"accepted 0, refused [1-9]\d*; lost 0"]
FAN_OUT = [r"\| 20,000 in", r"50 editions, 5,000 deliveries in"]
# On a busy machine messages bunch on their way, and Telegram may refuse some; it never takes more than thirty a second.
SPEED = [
    r"\| (?:[12]?\d\.\d|30\.0)/s, \d+ refused",
    r" [1-9]\d* digests meanwhile",
    r"p50 \d+ ms, p95 \d+ ms",
]
EXPECTED: Mapping[tuple[str, str], list[str]] = {
    ("fan_out", SQLITE): FAN_OUT,
    ("fan_out", POSTGRES): FAN_OUT,
    ("crashes", SQLITE): CRASHES,
    ("crashes", POSTGRES): [*CRASHES, r"lost 0; doubled \d+; resumed within"],
    ("weather", SQLITE): WEATHER,
    ("weather", POSTGRES): WEATHER,
    ("speed", SQLITE): SPEED,
    ("speed", POSTGRES): [*SPEED, r"/s, lag .*, lost 0, doubled 0 "],
    ("offices", POSTGRES): [r"lost 0, doubled \d+, longest gap \d+ s"],
    ("calendar", SQLITE): [r"\| ok \|"],
    ("disasters", SQLITE): [
        r"0 broken copies, 0 acknowledgements lost",
        r"alarm \['.*, 0 sent meanwhile, lost 0, doubled 0",
    ],
}


def table(scenario: str, database: str) -> list[str]:
    """The rows that a short form prints. In a process of its own: memory and files are limited and measured there."""
    command = (sys.executable, "-m", "benchmarks.delivery", scenario, "--short", "--database", database)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout.splitlines()[2:]


@pytest.fixture(scope="module")
def tables() -> Iterator[Mapping[tuple[str, str], list[str]]]:
    """All at once: mostly they wait, for leases, storms and doubts."""
    with ThreadPoolExecutor(len(EXPECTED)) as threads:
        found = threads.map(lambda which: table(*which), EXPECTED)
        yield dict(zip(EXPECTED, found, strict=True))


@pytest.mark.parametrize(("scenario", "database"), EXPECTED)
def test_what_arrives(tables: Mapping[tuple[str, str], list[str]], scenario: str, database: str) -> None:
    rows = tables[scenario, database]

    assert len(rows) == len(EXPECTED[scenario, database]), rows
    for row, expected in zip(rows, EXPECTED[scenario, database], strict=True):
        assert re.search(expected, row)


def test_every_scenario_has_its_short_form_here() -> None:
    assert {scenario for scenario, _ in EXPECTED} == set(SCENARIOS)


@pytest.mark.parametrize("scenario", [calendar, disasters])
def test_what_needs_no_postgres_runs_once(scenario: object) -> None:
    assert scenario.run(POSTGRES, is_short=True) == []
