"""Speed of search, "more like this" and stories over many headlines: python benchmarks/search.py --data DIR

DIR holds labelled sets as JSON lines (``uci_stories/headlines.jsonl.gz`` …); their titles are recombined until there are
``--count`` headlines spread over ``--days`` days. Everything runs through the async stores, one question after the other,
on a fresh database; ``--postgres URL`` names a PostgreSQL database instead of a file (``tests/postgres.py`` starts one).
``--peers PYTHON`` is an interpreter that has ``reader`` and ``tantivy``, which are then measured with the same questions.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # as a script, too

from benchmarks.search_data import COUNTRIES, NOW, fill, headlines
from news.finding import find, more_like
from news.gazetteer import Gazetteer, load_gazetteer
from news.model import Attribution, CountryEvidence, NewHeadline
from news.query import parse_query, term_tokens
from news.stories import join_stories
from news.text import country_facet
from storage.search.pages import Question
from storage.search.rows import Reader, Row
from storage.storage import Store, open_store
from storage.upgrade import upgrade

LOT = 30
"""Headlines that are stored at once while others search: what a feed brings."""


def percentiles(seconds: list[float]) -> str:
    """p50 / p95 / p99 in milliseconds."""
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return " / ".join(f"{cuts[place] * 1000:.2f}" for place in (49, 94, 98)) + " ms"


async def timed(what: Callable[[int], Awaitable[object]], times: int) -> list[float]:
    spent = []
    for number in range(times):
        start = time.perf_counter()
        await what(number)
        spent.append(time.perf_counter() - start)
    return spent


async def with_lag(work: Awaitable[list[float]]) -> tuple[list[float], list[float]]:
    """What ``work`` returns, and how late the event loop meanwhile woke somebody who asked for 5 ms."""
    stop = asyncio.Event()

    async def watch() -> list[float]:
        late = []
        while not stop.is_set():
            start = time.perf_counter()
            await asyncio.sleep(0.005)
            late.append(time.perf_counter() - start - 0.005)
        return late

    watching = asyncio.create_task(watch())
    spent = await work
    stop.set()
    return spent, await watching


async def questions(store: Store, chance: random.Random, times: int, headlines: int) -> list[str]:
    """One to three words of a stored headline, and its country."""
    asked: list[str] = []
    while len(asked) < times:
        number = chance.randint(1, headlines)
        headline = (await store.headlines.get_many([number]))[0]
        words = [word.strip(".,:;!?«»\"'()") for word in headline.title.split()]
        words = [word for word in words if len(word) > 3 and word.isalpha()]
        if words:
            chosen = chance.sample(words, k=min(len(words), chance.randint(1, 3)))
            asked.append(f"{' '.join(chosen)} country:{headline.countries[0]}")
    return asked


Statement = tuple[str, Mapping[str, Any]]


def statements_of(store: Store, gazetteer: Gazetteer, question: str) -> Awaitable[list[Statement]]:
    """What an answer asks the database."""

    def look(reader: Reader) -> list[Statement]:
        made: list[Statement] = []

        def remember(sql: str, values: Mapping[str, Any]) -> list[Row]:
            made.append((sql, values))
            return list(reader.execute(sql, values))

        watched = Reader(reader.dialect, remember)
        Question(watched, store.lookups.frequencies, parse_query(gazetteer, question), NOW, 10, 0).answer()
        return made

    return store.lookups.run(look)


async def plain(store: Store, gazetteer: Gazetteer, asked: list[str]) -> list[float]:
    """Seconds that each answer's statements take by themselves: the plain driver, no ranking, no objects, no loop.

    Like the answers they are asked one question after another, so that no page is warmer for them.
    """
    made = [await statements_of(store, gazetteer, question) for question in asked]

    def look(reader: Reader) -> list[float]:
        spent = []
        for statements in made:
            start = time.perf_counter()
            for sql, values in statements:
                reader.execute(sql, values)
            spent.append(time.perf_counter() - start)
        return spent

    return await store.lookups.run(look)


async def ingest(store: Store, options: argparse.Namespace, stop: asyncio.Event) -> int:
    """Store feeds of ``LOT`` new headlines, one after the other, until told to stop; how many headlines."""
    rows, run = headlines(options.data, 10**9, 1.0, random.Random(time.time())), time.time_ns()
    for number in count():
        if stop.is_set():
            return number * LOT
        some = (next(rows) for _ in range(LOT))
        new = [
            NewHeadline(
                source_id=row["source_id"],
                guid=f"{run}-{row['guid']}",
                title=row["title"],
                first_seen_at=NOW,
                sort_at=NOW + timedelta(seconds=number),
                language=row["language"],
                attribution=Attribution((CountryEvidence(row["country"], "", ""),)),
            )
            for row in some
        ]
        await store.headlines.add(new)
    return 0


async def searches(store: Store, gazetteer: Gazetteer, asked: list[str], options: argparse.Namespace) -> None:
    async def search(number: int) -> None:
        await find(store, gazetteer, asked[number], now=NOW)

    alone, late = await with_lag(timed(search, len(asked)))
    print("search, 1–3 words, country:", percentiles(alone), "· loop late by", percentiles(late), flush=True)
    statements = await plain(store, gazetteer, asked)
    ratio = statistics.median(alone) / statistics.median(statements)
    print(
        f"  its statements through the plain driver: {percentiles(statements)} · whole stack {ratio:.2f} × at p50"
    )

    async def latest(number: int) -> None:
        await find(store, gazetteer, f"country:{COUNTRIES[number % 10]}", now=NOW)

    print("newest of a country:", percentiles(await timed(latest, 200)))
    stop, start = asyncio.Event(), time.perf_counter()
    storing = asyncio.create_task(ingest(store, options, stop))
    busy, late = await with_lag(timed(search, len(asked)))
    stop.set()
    rate = await storing / (time.perf_counter() - start)
    print(
        f"search while {rate:.0f} headlines/s are stored:",
        percentiles(busy),
        "· loop late by",
        percentiles(late),
    )


async def others(store: Store, gazetteer: Gazetteer, options: argparse.Namespace) -> None:
    async def more(number: int) -> None:
        await more_like(store, gazetteer, headline_id=number * 97 % options.count + 1, now=NOW)

    await timed(more, 20)
    print("more like this:", percentiles(await timed(more, options.times // 2)))

    async def one_story(_number: int) -> None:
        await join_stories(store, gazetteer, now=NOW, limit=1)

    await timed(one_story, 20)
    print("joining a story, with its own write:", percentiles(await timed(one_story, options.times // 2)))
    start = time.perf_counter()
    joined = await join_stories(store, gazetteer, now=NOW, limit=300)
    each = (time.perf_counter() - start) / max(joined, 1) * 1000
    print(f"joining in a batch of {joined}: {each:.2f} ms each")


async def report_size(store: Store, options: argparse.Namespace) -> None:
    async with store.engine.begin() as connection:
        if options.postgres:
            await connection.execute(text("ANALYZE"))
            size = await connection.scalar(
                text("SELECT pg_total_relation_size('search_index') + pg_total_relation_size('search_word')")
            )
        else:
            size = await connection.scalar(
                text(
                    "SELECT (SELECT sum(length(block)) FROM search_index_data) + "
                    "(SELECT sum(length(c0) + length(c1) + 12) FROM search_index_content) + "
                    "(SELECT count(*) * 14 FROM search_gram)"
                )
            )
        count = await connection.scalar(text("SELECT max(id) FROM headline"))
    print(f"index: {size / count:.0f} bytes a headline, {count} headlines")


def machine() -> str:
    """What the figures were measured on."""
    cpu = next(
        (line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), ""
    )
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} × {cpu or platform.processor()}, load {load:.1f} before, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").split("\n") if Path(path).exists() else []


def peers(options: argparse.Namespace, path: str, gazetteer: Gazetteer, asked: list[str]) -> None:
    """The same questions to what else there is, in an interpreter of its own."""
    tokens = []
    for question in asked:
        query = parse_query(gazetteer, question)
        facets = [[country_facet(code)] for code in query.countries]
        tokens.append([*map(list, map(term_tokens, query.terms)), *facets])
    script = Path(__file__).with_name("peers_search.py")
    given = {"file": path, "count": options.peer_count, "tokens": tokens}
    subprocess.run([options.peers, script], input=json.dumps(given), text=True, check=True)


async def measure(options: argparse.Namespace) -> None:
    chance, gazetteer = random.Random(7), load_gazetteer()
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        path = options.file or f"{folder}/bench.db"
        url = options.postgres or f"sqlite+aiosqlite:///{path}"
        await upgrade(url)
        store = await open_store(url)
        if not await store.headlines.count():
            filled = await fill(store, headlines(options.data, options.count, options.days, chance))
            each = filled["seconds"] / filled["headlines"] * 1000
            print(f"indexing: {each:.4f} ms a headline in batches of 500", flush=True)
        if not options.as_is:
            await store.search.tidy()
        await report_size(store, options)
        asked = await questions(store, chance, options.times, options.count)
        for question in asked[:30]:
            await find(store, gazetteer, question, now=NOW)
        await searches(store, gazetteer, asked, options)
        await others(store, gazetteer, options)
        await store.close()
        if options.peers and not options.postgres:
            peers(options, path, gazetteer, asked)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--days", type=float, default=365.0)
    parser.add_argument("--times", type=int, default=400)
    parser.add_argument("--postgres")
    parser.add_argument("--file", help="keep the SQLite database here, and use it again")
    parser.add_argument(
        "--as-is", action="store_true", help="do not tidy the index first, as a job does twice a day"
    )
    parser.add_argument("--peers", help="an interpreter with reader and tantivy")
    parser.add_argument("--peer-count", type=int, default=100_000, help="headlines that reader is given")
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
