"""How long a new headline takes to find its story: python benchmarks/joining.py --data DIR

Recombined real headlines in five languages (as in benchmarks/search.py) fill a window of three days, a fifth of them as
retellings of others; all of them have stories. Then headlines arrive, each a retelling of a stored one, and are joined
without an encoder: one by one, everything that a run of the job reads and writes included, and in lots of 50.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import random
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # as a script, too

from benchmarks.search import NOW, fill, headlines, percentiles
from news.gazetteer import load_gazetteer
from news.model import NewHeadline
from news.stories import join_stories
from storage.storage import Store, open_store
from storage.upgrade import upgrade

DAYS = 3.0
RETOLD = 0.2
"""The share of headlines that tell a story again that was told within the hour."""
WARM = 200
"""Headlines joined before the clock starts: a bot that runs knows how rare its words are."""
LOT = 50


def told(rows: Iterator[dict], chance: random.Random) -> Iterator[dict]:
    """The rows, some of them retelling one of the last thousand; ``story`` is the number of what they tell."""
    recent: deque[dict] = deque(maxlen=1_000)
    for row in rows:
        if recent and chance.random() < RETOLD:
            like = chance.choice(recent)
            row.update(title=retold(like["title"], chance), language=like["language"], story=like["story"])
        else:
            row["story"] = row["id"]
        row["published_at"] = row["sort_at"]
        recent.append(row)
        yield row


async def fill_window(store: Store, data: Path, count: int, chance: random.Random) -> None:
    """Store them, each in its story."""
    rows = list(told(headlines(data, count, DAYS, chance), chance))
    story_of = [{"id": row["id"], "story": row.pop("story")} for row in rows]
    await fill(store, iter(rows))
    async with store.engine.begin() as connection:
        await connection.execute(
            text("INSERT INTO story (id, created_at, updated_at) VALUES (:id, :now, :now)"),
            [{"id": number, "now": NOW} for number in sorted({row["story"] for row in story_of})],
        )
        await connection.execute(text("UPDATE headline SET story_id = :story WHERE id = :id"), story_of)


def retold(title: str, chance: random.Random) -> str:
    """The same words in another order, one of them left out."""
    words = title.split()
    words.pop(chance.randrange(len(words)))
    chance.shuffle(words)
    return " ".join(words)


async def measure(options: argparse.Namespace) -> None:
    chance = random.Random(7)
    gazetteer = load_gazetteer()
    with tempfile.TemporaryDirectory() as folder:
        url = options.postgres or f"sqlite+aiosqlite:///{folder}/joining.db"
        await upgrade(url)
        store = await open_store(url)
        await fill_window(store, options.data, options.count, chance)
        if not options.postgres:
            await store.search.tidy()

        async def joining(lot: int) -> tuple[float, int]:
            """Seconds a headline, and how many of them joined what they retell."""
            like = await store.headlines.get_many([chance.randint(1, options.count) for _ in range(lot)])
            new = [
                NewHeadline(
                    "s1",
                    str(chance.random()),
                    retold(one.title, chance),
                    NOW,
                    NOW,
                    language=one.language,
                    published=NOW,
                )
                for one in like
            ]
            ids = await store.headlines.add(new)
            start = time.perf_counter()
            await join_stories(store, gazetteer, now=NOW)
            spent = time.perf_counter() - start
            joined = {one.id: one.story_id for one in await store.headlines.get_many(ids)}
            hits = sum(joined[number] == one.story_id for number, one in zip(ids, like, strict=True))
            return spent / lot, hits

        for _ in range(WARM // LOT):
            await joining(LOT)
        alone = [await joining(1) for _ in range(options.times)]
        lots = [await joining(LOT) for _ in range(max(options.times // LOT * 2, 8))]
        await store.close()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {url.split(':')[0]}"
    )
    hits = sum(joined for _, joined in (*alone, *lots))
    print(
        f"{options.count} headlines in the window; {hits} of {len(alone) + LOT * len(lots)} joined what they retell"
    )
    print("one headline alone, p50 / p95 / p99:", percentiles([spent for spent, _ in alone]))
    print(f"each of {LOT} together, p50 / p95 / p99:", percentiles([spent for spent, _ in lots]))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=400)
    parser.add_argument("--postgres", help="an empty PostgreSQL database instead of a file")
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
