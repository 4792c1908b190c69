"""Speed of search, "more like this" and stories over many headlines: python benchmarks/search.py --data DIR

DIR holds labelled sets as JSON lines (``uci_stories/headlines.jsonl.gz`` …); their titles are recombined, half of one with
half of another of the same language, until there are ``--count`` headlines spread over ``--days`` days. Everything runs
through the async stores on a fresh database; ``--postgres URL`` names an empty PostgreSQL database instead of a file.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, text

from news.finding import find, more_like
from news.gazetteer import load_gazetteer
from news.query import parse_query
from news.stories import join_stories
from storage.engine import session_makers
from storage.search import index
from storage.search.asking import stages
from storage.search.index import IndexEntry
from storage.search.keys import country_facet, id_of
from storage.search.pages import RANKED
from storage.search.reading import SQLITE, Window, newest
from storage.search.rows import _HEADLINES
from storage.storage import Store, open_store
from storage.tables import HeadlineCountryRow, HeadlineRow, SourceRow
from storage.upgrade import upgrade

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
COUNTRIES = ("KZ", "UZ", "KG", "TJ", "TM", "RU", "US", "CN", "TR", "AF")
SHARES = (30, 20, 12, 6, 4, 12, 6, 4, 4, 2)
FIELDS = {
    "uci_stories/headlines.jsonl.gz": ("en", "title"),
    "telegram_ru/posts.jsonl.gz": ("ru", "text"),
    "ria_ru/articles.jsonl.gz": ("ru", "title"),
    "kyrgyz_24kg/articles.jsonl.gz": ("ky", "text"),
    "kaznerd_kk/sentences.jsonl.gz": ("kk", "text"),
}


def lines(path: Path) -> Iterator[dict]:
    packed = path.read_bytes()
    text = (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode("utf-8")
    yield from (json.loads(line) for line in text.split("\n") if line)


def vocabulary(data: Path) -> dict[str, list[list[str]]]:
    """Titles by language, as lists of words."""
    titles: dict[str, list[list[str]]] = {}
    for name, (language, field) in FIELDS.items():
        if (data / name).exists():
            for row in lines(data / name):
                words = str(row.get(field) or row.get("title") or "").split()[:10]
                if len(words) >= 4:
                    titles.setdefault(language, []).append(words)
    for row in lines(data / "parallel_xwmt" / "sentences.jsonl"):
        for language in ("uz", "kk", "ky", "en", "ru"):
            if row.get(language):
                titles.setdefault(language, []).append(row[language].split()[:10])
    return titles


def headlines(data: Path, count: int, days: float, chance: random.Random) -> Iterator[dict]:
    """Rows of the headline table, oldest first."""
    titles = vocabulary(data)
    languages = list(titles)
    for number in range(1, count + 1):
        language = chance.choice(languages)
        one, other = chance.choice(titles[language]), chance.choice(titles[language])
        title = " ".join((*one[: len(one) // 2], *other[len(other) // 2 :]))
        yield {
            "id": number,
            "source_id": f"s{number % 100}",
            "guid": str(number),
            "canonical_url": None,
            "title": title,
            "title_key": str(number),
            "summary": "",
            "language": language,
            "first_seen_at": NOW,
            "sort_at": NOW - timedelta(days=days) * (1 - number / count),
            "is_new": True,
            "country": chance.choices(COUNTRIES, SHARES)[0],
        }


async def fill(store: Store, rows: Iterator[dict], batch: int = 500) -> dict[str, float]:
    """Insert rows and index them; seconds of the index part alone, and how many."""
    async with store.engine.begin() as connection:
        await connection.execute(
            insert(SourceRow),
            [
                {"id": f"s{n}", "name": f"Source {n}", "kind": "file", "url": f"u{n}", "added_at": NOW}
                for n in range(100)
            ],
        )
    total, spent, some = 0, 0.0, []
    for row in rows:
        some.append(row)
        if len(some) == batch:
            spent += await _add(store, some)
            total, some = total + len(some), []
    if some:
        spent += await _add(store, some)
        total += len(some)
    return {"seconds": spent, "headlines": total}


async def _add(store: Store, rows: list[dict]) -> float:
    entries = [
        IndexEntry(row["id"], row["title"], "", row["language"], (row["country"],), row["sort_at"])
        for row in rows
    ]
    places = [
        {
            "headline_id": row["id"],
            "country": row["country"],
            "position": 0,
            "words": "",
            "rule": "",
            "weight": 1.0,
            "sort_at": row["sort_at"],
        }
        for row in rows
    ]
    plain = [{name: value for name, value in row.items() if name != "country"} for row in rows]
    async with session_makers(store.engine)[1].begin() as session:
        await session.execute(insert(HeadlineRow), plain)
        await session.execute(insert(HeadlineCountryRow), places)
        start = time.perf_counter()
        await index.add(session, entries)
        return time.perf_counter() - start


def percentiles(seconds: list[float]) -> str:
    """p50 / p95 / p99 in milliseconds."""
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return " / ".join(f"{cuts[place] * 1000:.2f}" for place in (49, 94, 98))


async def timed(what: Callable[[int], Awaitable[object]], times: int) -> list[float]:
    spent = []
    for number in range(times):
        start = time.perf_counter()
        await what(number)
        spent.append(time.perf_counter() - start)
    return spent


async def lag(stop: asyncio.Event) -> list[float]:
    """How late the event loop wakes somebody who asked for 5 ms."""
    late = []
    while not stop.is_set():
        start = time.perf_counter()
        await asyncio.sleep(0.005)
        late.append(time.perf_counter() - start - 0.005)
    return late


async def questions(store: Store, chance: random.Random, count: int, headlines: int) -> list[str]:
    """One to three words of a stored headline, and its country."""
    asked: list[str] = []
    while len(asked) < count:
        number = chance.randint(1, headlines)
        headline = (await store.headlines.get_many([number]))[0]
        words = [word.strip(".,:;!?«»\"'()") for word in headline.title.split()]
        words = [word for word in words if len(word) > 3 and word.isalpha()]
        if words:
            chosen = chance.sample(words, k=min(len(words), chance.randint(1, 3)))
            asked.append(f"{' '.join(chosen)} country:{headline.countries[0]}")
    return asked


def raw_sqlite(path: str, asked: list[str], gazetteer: object) -> list[float]:
    """The store's two statements through sqlite3 itself, in this thread: no ranking, no objects."""
    connection = sqlite3.connect(path)
    spent = []
    for question in asked:
        query = parse_query(gazetteer, question)  # type: ignore[arg-type]
        stage = next(stages(query, SQLITE.syntax))
        facet = SQLITE.syntax.token(country_facet(query.countries[0]))
        is_common = query.countries[0] in COUNTRIES[:2] and stage.match is not None
        within = ((country_facet(query.countries[0]),),) if is_common else ()
        both = f"{stage.match} AND {facet}" if stage.match else facet
        window = Window(match=stage.match if is_common else both, within=within)
        values = {**window.values(SQLITE), "limit": RANKED, "offset": 0}
        statement = newest(window, SQLITE)
        start = time.perf_counter()
        found = connection.execute(statement, values).fetchall()
        ids = ", ".join(str(id_of(row[0])) for row in found[:10])
        connection.execute(_HEADLINES["rowid"].format(ids=ids)).fetchall()
        spent.append(time.perf_counter() - start)
    return spent


async def measure(options: argparse.Namespace) -> None:
    chance = random.Random(7)
    gazetteer = load_gazetteer()
    with tempfile.TemporaryDirectory() as folder:
        path = options.file or f"{folder}/bench.db"
        url = options.postgres or f"sqlite+aiosqlite:///{path}"
        is_new = options.postgres or not await asyncio.to_thread(Path(path).exists)
        await upgrade(url)
        store = await open_store(url)
        if is_new:
            filled = await fill(store, headlines(options.data, options.count, options.days, chance))
            each = filled["seconds"] / filled["headlines"] * 1000
            print(f"indexing: {each:.4f} ms a headline in batches of 500", flush=True)
        await report_size(store, options)
        asked = await questions(store, chance, options.times, options.count)
        for question in asked[:30]:
            await find(store, gazetteer, question, now=NOW)
        stop = asyncio.Event()
        watching = asyncio.create_task(lag(stop))

        async def search(number: int) -> None:
            await find(store, gazetteer, asked[number], now=NOW)

        print("search, 1–3 words, country:", percentiles(await timed(search, len(asked))), "ms", flush=True)
        if not options.postgres:
            print(
                "  the same statements, raw sqlite3:", percentiles(raw_sqlite(path, asked, gazetteer)), "ms"
            )

        async def latest(number: int) -> None:
            await find(store, gazetteer, f"country:{COUNTRIES[number % 10]}", now=NOW)

        print("newest of a country:", percentiles(await timed(latest, 200)), "ms")

        async def more(number: int) -> None:
            await more_like(store, gazetteer, headline_id=number * 97 % options.count + 1, now=NOW)

        await timed(more, 20)
        print("more like this:", percentiles(await timed(more, options.times // 2)), "ms")

        async def one_story(_number: int) -> None:
            await join_stories(store, gazetteer, now=NOW, limit=1)

        await timed(one_story, 20)
        print(
            "joining a story:",
            percentiles(await timed(one_story, options.times // 2)),
            "ms (with its own write)",
        )
        start = time.perf_counter()
        joined = await join_stories(store, gazetteer, now=NOW, limit=300)
        print(
            f"joining in a batch of {joined}: {(time.perf_counter() - start) / max(joined, 1) * 1000:.2f} ms each"
        )
        stop.set()
        print("event loop late by:", percentiles(await watching), "ms")
        await store.close()


async def report_size(store: Store, options: argparse.Namespace) -> None:
    async with store.engine.begin() as connection:
        if options.postgres:
            await connection.execute(text("ANALYZE"))
            size = await connection.scalar(
                text("SELECT pg_total_relation_size('search_index') + pg_total_relation_size('search_gram')")
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
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
