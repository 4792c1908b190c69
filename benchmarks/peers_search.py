"""What others make of the same headlines: run by benchmarks/search.py in an interpreter that has reader and tantivy.

Standard input is one JSON object: the SQLite file, how many headlines reader is given, and each question as groups of
tokens, one of each group demanded. Imports nothing of ours.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from xml.sax.saxutils import escape

Question = Sequence[Sequence[str]]
FEEDS = 20


def percentiles(spent: list[float]) -> str:
    cuts = statistics.quantiles(spent, n=100, method="inclusive")
    return " / ".join(f"{cuts[place] * 1000:.2f}" for place in (49, 94, 98)) + " ms"


def timed(ask: Callable[[Question], object], asked: Sequence[Question]) -> list[float]:
    spent = []
    for question in asked:
        start = time.perf_counter()
        ask(question)
        spent.append(time.perf_counter() - start)
    return spent


def tantivy_raw(file: str, asked: Sequence[Question]) -> None:
    """Our tokens in tantivy, in this thread: newest first within the country, no headlines fetched."""
    tantivy = import_module("tantivy")
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("key", stored=True, fast=True)
    builder.add_text_field("tokens", tokenizer_name="whitespace", index_option="basic")
    schema = builder.build()
    with tempfile.TemporaryDirectory() as folder:
        index = tantivy.Index(schema, path=folder)
        writer, start, count = index.writer(heap_size=100_000_000), time.perf_counter(), 0
        rows = sqlite3.connect(file).execute("SELECT rowid, title || ' ' || rest FROM search_index")
        for key, tokens in rows:
            writer.add_document(tantivy.Document(key=key, tokens=tokens))
            count += 1
        writer.commit()
        writer.wait_merging_threads()
        each = (time.perf_counter() - start) / count * 1000
        index.reload()
        searcher = index.searcher()
        size = sum(path.stat().st_size for path in Path(folder).iterdir())

        def ask(question: Question) -> object:
            groups = [
                [(tantivy.Occur.Should, tantivy.Query.term_query(schema, "tokens", token)) for token in group]
                for group in question
            ]
            query = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, tantivy.Query.boolean_query(group)) for group in groups]
            )
            return searcher.search(query, 10, order_by_field="key").hits

        timed(ask, asked[:30])
        print(
            f"tantivy {version('tantivy')}, raw, {count} headlines: {each:.4f} ms to index, {size / count:.0f} bytes"
        )
        print("  newest first:", percentiles(timed(ask, asked)))


def reader_searches(file: str, count: int, asked: Sequence[Question]) -> None:
    """reader's own search over the same titles, as feeds on this machine; it has no countries, so words only."""
    reader = import_module("reader")
    titles = sqlite3.connect(file).execute(
        "SELECT id, title, sort_at FROM headline ORDER BY id DESC LIMIT ?", (count,)
    )
    with tempfile.TemporaryDirectory() as folder:
        made = reader.make_reader(f"{folder}/reader.sqlite", feed_root=folder)
        rows = titles.fetchall()
        for number in range(FEEDS):
            feed = Path(folder, f"{number}.xml")
            feed.write_text(atom(number, rows[number::FEEDS]), encoding="utf-8")
            made.add_feed(feed.name)
        start = time.perf_counter()
        made.update_feeds()
        stored = time.perf_counter() - start
        made.enable_search()
        start = time.perf_counter()
        made.update_search()
        indexed = time.perf_counter() - start
        print(
            f"reader {version('reader')}, {len(rows)} headlines: {stored / len(rows) * 1000:.2f} ms to store, "
            f"{indexed / len(rows) * 1000:.4f} ms to index"
        )

        def ask(question: Question, sort: str) -> object:
            words = " ".join(f'"{group[0]}"' for group in question if not group[0].startswith("_"))
            return list(made.search_entries(words or '"а"', sort=sort, limit=10))

        for sort, said in (("recent", "newest first"), ("relevant", "by relevance")):
            some = asked[:60]
            timed(lambda question, sort=sort: ask(question, sort), some[:5])
            print(f"  {said}:", percentiles(timed(lambda question, sort=sort: ask(question, sort), some)))


def atom(number: int, rows: Sequence[tuple[int, str, str]]) -> str:
    entries = "".join(
        f"<entry><id>{key}</id><title>{escape(title)}</title><updated>{at[:19].replace(' ', 'T')}Z</updated></entry>"
        for key, title, at in rows
    )
    head = f"<id>{number}</id><title>{number}</title><updated>2026-11-24T00:00:00Z</updated>"
    return f'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">{head}{entries}</feed>'


def main() -> None:
    given = json.load(sys.stdin)
    tantivy_raw(given["file"], given["tokens"])
    reader_searches(given["file"], given["count"], given["tokens"])


if __name__ == "__main__":
    main()
