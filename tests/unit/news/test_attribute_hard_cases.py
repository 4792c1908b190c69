"""Headlines that a plain name matcher gets wrong; each row's id says what it proves."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from news.attribute import attribute
from news.gazetteer import Gazetteer, load_gazetteer

HERE = Path(__file__).parent
TABLES = ("hard_cases.tsv", "test_attribute_cases.tsv")


def rows() -> list[dict[str, str]]:
    found = []
    for name in TABLES:
        if (HERE / name).exists():
            with (HERE / name).open(encoding="utf-8", newline="") as lines:
                found += list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return found


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


@pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in rows()])
def test_hard_case(gazetteer: Gazetteer, row: dict[str, str]) -> None:
    found = attribute(
        gazetteer,
        row["title"],
        row["summary"] or "",
        source_country=row["source_country"] or None,
        language=row["language"],
    )

    wanted = {code.strip() for code in (row["countries"] or "").split(",") if code.strip()}
    assert {evidence.country for evidence in found.countries} == wanted
    assert found.implied_by_source == ((row["implied_by_source"] or "").strip() or None)
