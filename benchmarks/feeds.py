"""How well feeds are read: other parsers' own test feeds through ours, in the pool that the newsroom uses.

    python -m benchmarks.feeds --data DIR [--misses]

DIR holds ``feeds/*.tar.xz`` (feedparser, gofeed, feed-rs, miniflux) and ``security/feeds/*.tar.gz`` (W3C validator). Of
feedparser's expectations those about title, link and date of feeds and entries are compared after our own cleaning.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import re
import tarfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from news.errors import UnreadableError
from news.model import SourceKind
from news.sources.clean import TITLE_LIMIT, clean_html, clean_text
from news.sources.document import Document
from news.sources.links import absolute_link
from news.sources.workers import WorkerKilledError, WorkerPool

NOW = datetime(2026, 11, 1, tzinfo=UTC)
BASE = "http://127.0.0.1:8097/tests/"
FEED_SUFFIXES = (".xml", ".json", ".rss", ".atom", ".rdf", ".opml")
DATES = ("published_parsed", "updated_parsed", "created_parsed")


def members(path: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None:
                yield member.name, file.read()


def comment_field(body: bytes, name: str) -> str:
    for encoding in ("utf-8", "utf-16", "utf-32", "cp500", "latin-1"):
        try:
            text = body[:4_000].decode(encoding, "ignore")
        except UnicodeError:
            continue
        if match := re.search(rf"{name}:\s*(.+)", text):
            return match[1].strip()
    return ""


def comparisons(expression: str) -> Iterator[tuple[int | None, str, object]]:
    """(entry index or None for the feed, field, expected) for plain equalities about title, link and dates."""
    try:
        tree = ast.parse(expression, mode="eval")
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq)):
            continue
        place = re.fullmatch(
            r"(?:entries\[(\d+)\]|feed)(?:\.|\[')(title|link|published_parsed|updated_parsed|created_parsed)(?:'\])?",
            ast.unparse(node.left).replace('"', "'"),
        )
        try:
            expected = ast.literal_eval(node.comparators[0])
        except ValueError:
            continue
        if place:
            yield (int(place[1]) if place[1] else None), place[2], expected


def agrees(document: Document, index: int | None, name: str, expected: object) -> tuple[bool, object, object]:
    if index is None:
        want: object = clean_html(str(expected), TITLE_LIMIT)
        return document.title == want, document.title, want
    if index >= len(document.items):
        # An entry without any words is no headline; feedparser keeps it.
        return name == "title" and not clean_html(str(expected), TITLE_LIMIT), None, expected
    item = document.items[index]
    if name == "title":
        # The test says what the field holds, not whether that is HTML.
        wanted = {clean(str(expected), TITLE_LIMIT) for clean in (clean_html, clean_text)}
        return item.title in wanted, item.title, wanted
    if name == "link":
        want = absolute_link(str(expected), BASE)
        return item.url == want, item.url, want
    assert isinstance(expected, tuple)
    want = datetime(*expected[:5], min(expected[5], 59), tzinfo=UTC)
    return item.published == want, item.published, want


def with_titles(body: bytes) -> bytes:
    """Entries without any words are no headlines to us: for tests of their links and dates they get a title."""
    return re.sub(rb"(<(?:item|entry)\b[^>]*>)", rb"\1<title>t</title>", body)


async def feedparser_suite(pool: WorkerPool, archive: Path, *, show: bool) -> None:
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    for name, body in members(archive):
        if not name.endswith(FEED_SUFFIXES):
            continue
        folder = "/".join(name.split("/")[1:-1])
        if folder.endswith("cdf"):
            continue  # neither RSS nor Atom
        expectations = list(comparisons(comment_field(body, "Expect")))
        is_wordless = bool(expectations) and all(field != "title" for _, field, _ in expectations)
        header = (
            comment_field(body, "Header").removeprefix("Content-type:").removeprefix("Content-Type:").strip()
        )
        started = time.perf_counter()
        try:
            document = await pool.read(
                with_titles(body) if is_wordless else body,
                kind=SourceKind.FEED,
                url=BASE + name,
                content_type=header,
                now=NOW,
            )
            outcomes["read"] += 1
        except WorkerKilledError:
            outcomes["KILLED"] += 1
            continue
        except UnreadableError:
            outcomes["refused"] += 1
            document = Document(items=())
        outcomes["slower than 2 s"] += time.perf_counter() - started > 2
        for index, field, expected in expectations:
            if index is None and field != "title":
                continue
            fine, got, want = agrees(document, index, field, expected)
            kind = f"{folder.split('/')[0]} {'feed ' if index is None else ''}{'date' if field in DATES else field}"
            total[kind] += 1
            right[kind] += fine
            if show and not fine:
                print("MISS", name, field, "got", repr(got), "want", repr(want))
    for kind in sorted(total):
        print(f"  {kind:28} {right[kind]:4} of {total[kind]:4}")
    print(f"  all {right.total()} of {total.total()} = {right.total() / total.total():.4f}; {dict(outcomes)}")


async def survive(pool: WorkerPool, archive: Path) -> None:
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    for name, body in members(archive):
        started = time.perf_counter()
        try:
            await pool.read(body, kind=SourceKind.FEED, url=BASE + name, now=NOW)
            outcomes["read"] += 1
        except WorkerKilledError as error:
            outcomes["KILLED"] += 1
            print("KILLED", error)
        except UnreadableError as error:
            outcomes["refused"] += 1
            outcomes["READER FAILED"] += "its reader failed" in str(error)
        slowest = max(slowest, time.perf_counter() - started)
    print(f"{archive.name}: {dict(outcomes)}, slowest {slowest:.2f} s")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    async with WorkerPool() as pool:
        print("feedparser's tests:")
        await feedparser_suite(pool, options.data / "feeds/feedparser_tests.tar.xz", show=options.misses)
        for pattern in ("feeds/*.tar.xz", "security/feeds/*.tar.gz"):
            for archive in sorted(options.data.glob(pattern)):
                await survive(pool, archive)


if __name__ == "__main__":
    asyncio.run(main())
