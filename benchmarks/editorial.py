"""Quality of stories, "more like this", search and sentence vectors: python benchmarks/editorial.py --data DIR

DIR holds the labelled sets (one folder each, as in the README of the set); what is missing is left out, every row of what is
there is scored. ``--encoder none`` measures the product without vectors. Vectors are kept in ``--cache FILE`` between runs.
"""

from __future__ import annotations

import argparse
import asyncio
import pickle
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # as a script, too

from benchmarks.editorial_baselines import methods
from benchmarks.editorial_sets import (
    Grouped,
    best_f,
    group_measures,
    grouped_sets,
    lines,
    ndcg,
    pair_measures,
    paired_sets,
    parallel_sets,
)
from news.encoder import Encoder, open_encoder
from news.finding import find, more_like
from news.gazetteer import Gazetteer, load_gazetteer
from news.model import NewHeadline, Source, SourceKind
from news.stories import group_headlines
from news.vectors import cosine, unpack
from storage.storage import Store, open_store
from storage.upgrade import upgrade

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
PAIRS = [("en", "ru"), ("ru", "kk"), ("ru", "ky"), ("ru", "uz"), ("en", "kk"), ("en", "ky"), ("en", "uz"), ("kk", "ky"), ("kk", "uz"), ("ky", "uz")]  # fmt: skip


class CachedEncoder:
    """Encodes each text once, ever."""

    def __init__(self, encoder: Encoder, path: Path | None) -> None:
        self._encoder, self._path = encoder, path
        self._known: dict[str, bytes] = pickle.loads(path.read_bytes()) if path and path.exists() else {}

    def encode(self, texts: Sequence[str]) -> list[bytes]:
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        for start in range(0, len(missing), 32):
            some = missing[start : start + 32]
            self._known |= dict(zip(some, self._encoder.encode(some), strict=True))
        return [self._known[text] for text in texts]

    def save(self) -> None:
        if self._path:
            self._path.write_bytes(pickle.dumps(self._known))


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    print(f"\n## {title}\n\n| {' | '.join(header)} |\n|{' --- |' * len(header)}")
    for row in rows:
        print(
            "|",
            " | ".join(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row),
            "|",
            flush=True,
        )


def stories(data: Path, gazetteer: Gazetteer, encoder: Encoder | None) -> None:
    rows = []
    for some in grouped_sets(data):
        start = time.process_time()
        found = group_measures(some.gold, group_headlines(some.items, gazetteer, encoder))
        each = (time.process_time() - start) / len(some.items) * 1000
        rows.append(
            [
                some.name,
                len(some.items),
                *(found[key] for key in ("P", "R", "F", "B3")),
                int(found["largest"]),
                f"{each:.2f}",
            ]
        )
    table(
        "Stories, streaming in order of time",
        ["set", "n", "pair P", "pair R", "pair F", "B³", "largest", "CPU ms each"],
        rows,
    )


def same_event(data: Path, gazetteer: Gazetteer, encoder: Encoder | None, most: int) -> None:
    rows, wrong = [], []
    for some in paired_sets(data, most):
        if not some.pairs:
            continue
        got = group_headlines(some.items, gazetteer, encoder)
        said, true = [got[a] == got[b] for a, b, *_ in some.pairs], [same for _, _, same, _ in some.pairs]
        found = pair_measures(said, true)
        others = methods([item.title for item in some.items])
        best = [best_f([score(a, b) for a, b, *_ in some.pairs], true) for score in others.values()]
        rows.append([some.name, len(some.pairs), found["P"], found["R"], found["F"], *best])
        kinds = Counter(kind for *_, kind in some.pairs)
        joined = Counter(kind for (*_, kind), joins in zip(some.pairs, said, strict=True) if joins)
        wrong += [[some.name, kind, count, joined[kind]] for kind, count in sorted(kinds.items()) if kind]
    header = ["set", "pairs", "P", "R", "F", *(f"{name} (best cut)" for name in methods([]))]
    table("Same event, pairs", header, rows)
    table("… by class", ["set", "class", "pairs", "joined"], wrong)


async def fill(store: Store, told: Sequence[tuple[str, str, datetime]]) -> list[int]:
    """(title, language, time) in order; their ids."""
    await store.sources.ensure(Source("set", "Set", SourceKind.FILE, "https://set.example/"), NOW)
    return await store.headlines.add(
        [
            NewHeadline("set", f"{number}", title, NOW, at, language=language)
            for number, (title, language, at) in enumerate(told)
        ]
    )


async def alike(gazetteer: Gazetteer, encoder: Encoder | None, some: Grouped, most: int) -> float:
    """nDCG@10 of "more like this" with every headline (or ``most`` by chance) asked for, stories not yet joined."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/set.db"
        await upgrade(url)
        store = await open_store(url)
        told = [(item.title, "en", item.published or NOW) for item in some.items]
        now = max(at for *_, at in told)

        ids = await fill(store, told)
        if len(ids) != len(told):
            raise SystemExit(f"{some.name}: {len(told) - len(ids)} headlines were taken for known ones")
        if encoder is not None:
            await store.search.set_vectors(
                dict(zip(ids, encoder.encode([title for title, *_ in told]), strict=True))
            )
        story = {number: some.gold[item.id] for number, item in zip(ids, some.items, strict=True)}
        sizes = Counter(story.values())
        asked = [number for number in ids if sizes[story[number]] > 1]
        asked = random.Random(1).sample(asked, min(most, len(asked)))
        total = 0.0
        for number in asked:
            similar = await more_like(store, gazetteer, headline_id=number, now=now)
            ranked = [story[found.headline.id] == story[number] for found in similar.related]
            total += ndcg(ranked, sizes[story[number]] - 1)
        await store.close()
        return total / len(asked)


def likeness(data: Path, gazetteer: Gazetteer, encoder: Encoder | None, most: int) -> None:
    rows = [[some.name, asyncio.run(alike(gazetteer, encoder, some, most))] for some in grouped_sets(data)]
    table("More like this", ["set", "nDCG@10"], rows)


async def known_items(
    rows: Sequence[dict], asked: Sequence[dict], gazetteer: Gazetteer, language: str
) -> float:
    """Mean reciprocal rank of the headline that each query looks for."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/set.db"
        await upgrade(url)
        store = await open_store(url)
        ids = await fill(store, [(row["title"], language, NOW) for row in rows])
        number = {row["id"]: found for row, found in zip(rows, ids, strict=True)}
        total = 0.0
        for query in asked:
            page = await find(store, gazetteer, query["query"], now=NOW, limit=100)
            places = [
                place
                for place, found in enumerate(page.found, 1)
                if found.headline.id == number[query["target"]]
            ]
            total += 1 / places[0] if places else 0.0
        await store.close()
        return total / len(asked)


def search(data: Path, gazetteer: Gazetteer) -> None:
    headlines, queries = defaultdict(list), defaultdict(list)
    for row in lines(data, "search_known_item/headlines.jsonl"):
        headlines[row["set"]].append(row)
    for row in lines(data, "search_known_item/queries.jsonl"):
        queries[row["set"]].append(row)
    rows = [
        [name, len(asked), asyncio.run(known_items(headlines[name], asked, gazetteer, name[:2]))]
        for name, asked in queries.items()
    ]
    table("Known-item search, another inflected form", ["set", "queries", "MRR"], rows)


def across(data: Path, encoder: Encoder) -> None:
    rows = []
    for name, sentences in parallel_sets(data):
        for one, other in PAIRS:
            both = [row for row in sentences if row.get(one) and row.get(other)][:250]
            if not both:
                continue
            first = [unpack(raw, one) for raw in encoder.encode([row[one] for row in both])]
            second = [unpack(raw, other) for raw in encoder.encode([row[other] for row in both])]
            ranks = [
                1 + sum(cosine(a, b) > cosine(a, second[n]) for b in second) for n, a in enumerate(first)
            ]
            rows.append([name, f"{one}–{other}", len(both), sum(1 / rank for rank in ranks) / len(ranks)])
    table("Across languages: the same sentence among all", ["set", "languages", "n", "MRR"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", default="auto")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--most", type=int, default=1_000, help="pairs and questions of one set")
    parser.add_argument("--only", default="stories,pairs,alike,search,across")
    options = parser.parse_args()
    gazetteer, opened = load_gazetteer(), open_encoder(options.encoder)
    encoder = CachedEncoder(opened, options.cache) if opened else None
    only = options.only.split(",")
    if "stories" in only:
        stories(options.data, gazetteer, encoder)
    if "pairs" in only:
        same_event(options.data, gazetteer, encoder, options.most)
    if "alike" in only:
        likeness(options.data, gazetteer, encoder, options.most)
    if "search" in only:
        search(options.data, gazetteer)
    if "across" in only and encoder is not None:
        across(options.data, encoder)
    if encoder is not None:
        encoder.save()


if __name__ == "__main__":
    main()
