"""A million headlines to search: titles of labelled sets recombined, half of one with half of another of the same language."""

from __future__ import annotations

import gzip
import json
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from storage.engine import session_makers
from storage.search import index
from storage.search.index import IndexEntry
from storage.storage import Store
from storage.tables import HeadlineCountryRow, HeadlineRow, SourceRow

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
