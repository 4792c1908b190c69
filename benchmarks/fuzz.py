"""Bytes → headlines under mutation: nothing may escape as an exception, nothing may take two seconds.

    python -m benchmarks.fuzz --data DIR [--minutes 10] [--seed 1] [--keep FOLDER]

Seeds are other parsers' test feeds (``feeds/*.tar.xz`` of DIR) and pages of our own. Every input goes the way that fetched
bodies go: in place where that is quick, else through the pool of reading processes. FOLDER keeps what broke something.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import random
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # as a script, too

from benchmarks.feeds import members
from news.errors import UnreadableError
from news.model import SourceKind
from news.sources.workers import WorkerKilledError, WorkerPool

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SLOW_S = 2.0
LARGEST = 200_000
OWN_SEEDS = (
    b'<div data-post="orda/1"><div class="tgme_widget_message_text">Dam opens<br>today</div><time datetime="2026-11-01"></time></div>',
    b"<urlset><url><loc>https://a.kz/1</loc><news><title>Dam</title><publication_date>2026-11-01</publication_date></news></url></urlset>",
    b"<html><head><base href='/x'><link rel=canonical href='https://a.kz/'></head><body><ul><li><a href='/1'>Dam number one opens</a></li></ul></body></html>",
    "Водохранилище полно\nФото: комитет\nТекст. Текст.\nПоследние новости\n- Раз\n- Два\n".encode("cp1251"),
    b'{"id": "1", "title": "Dam opens", "published": "2026-11-01T00:00:00Z"}\n{"title": "x"}\n',
    b'{"version": "https://jsonfeed.org/version/1", "items": [{"id": 1, "title": "Dam", "content_html": "<p>x"}]}',
)
TOKENS = (
    b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<a ", b"</", b"<item>", b"<entry>", b"&#x202e;", b"&amp;", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf",
    b"<?xml version='1.0' encoding='utf-16'?>", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"&a;", b"\xed\xa0\x80", b"<script>", b"'\"", b"{", b"[", b"\n- ",
    b"2026-11-01", b"http://[::1", b"xmlns='", b"charset=utf-7", b"\xf0\x9f\x92\xa9", b"%00", b"<title>", b"</title>", b"<link href=", b"<time ",
)  # fmt: skip


def mutate(dice: random.Random, seeds: list[bytes]) -> bytes:
    body = bytearray(dice.choice(seeds))
    for _ in range(dice.randint(1, 8)):
        at, size = dice.randint(0, len(body)), dice.randint(1, 64)
        match dice.randint(0, 6):
            case 0:
                body[at : at + size] = b""
            case 1:
                body[at:at] = dice.choice(TOKENS) * dice.choice((1, 1, 1, 3, 200))
            case 2:
                body[at:at] = dice.randbytes(size)
            case 3 if body:
                body[at % len(body)] ^= 1 << dice.randint(0, 7)
            case 4:
                body[at:at] = body[at : at + size] * dice.choice((1, 2, 100))
            case 5:
                other = dice.choice(seeds)
                body[at:] = other[dice.randint(0, len(other)) :]
            case _:
                del body[at:]
    return bytes(body[:LARGEST])


class Fuzzer:
    def __init__(self, seeds: list[bytes], keep: Path | None) -> None:
        self.seeds, self.keep = seeds, keep
        self.outcomes: Counter[str] = Counter()
        self.slowest = 0.0

    async def run(self, pool: WorkerPool, seed: int, until: float) -> None:
        dice = random.Random(seed)
        while time.monotonic() < until:
            await self.one(pool, mutate(dice, self.seeds), dice.choice(list(SourceKind)))

    async def one(self, pool: WorkerPool, body: bytes, kind: SourceKind) -> None:
        started = time.perf_counter()
        try:
            await pool.read(body, kind=kind, url="https://a.kz/x", now=NOW)
            outcome = "read"
        except WorkerKilledError:
            outcome = "KILLED"
        except UnreadableError as error:
            outcome = "READER FAILED" if "its reader failed" in str(error) else "refused"
        took = time.perf_counter() - started
        self.slowest = max(self.slowest, took)
        if took > SLOW_S and outcome != "KILLED":
            outcome = "SLOW"
        self.outcomes[outcome] += 1
        if outcome.isupper():
            self.save(outcome, kind, body)

    def save(self, outcome: str, kind: SourceKind, body: bytes) -> None:
        print(outcome, kind, len(body), body[:80], flush=True)
        if self.keep:
            name = f"{outcome.replace(' ', '-')}-{kind}-{hashlib.sha256(body).hexdigest()[:12]}.bin"
            (self.keep / name).write_bytes(body)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    seeds = list(OWN_SEEDS)
    for archive in sorted((options.data / "feeds").glob("*.tar.xz")):
        seeds += [body for _, body in members(archive) if len(body) < 30_000]
    fuzzer = Fuzzer(seeds, options.keep)
    # One process for the whole run, warmed up: starting one is not reading.
    async with WorkerPool(jobs_per_process=10**9) as pool:
        for _ in range(2):
            page = "<html><body><article><h1>Words</h1>" + "<p>Words of an article that go on.</p>" * 30
            await asyncio.gather(
                *(pool.read(page.encode(), kind=SourceKind.FILE, url="x", now=NOW) for _ in range(2))
            )
        until = time.monotonic() + options.minutes * 60
        await asyncio.gather(*(fuzzer.run(pool, options.seed * 10 + number, until) for number in range(2)))
    print(f"{fuzzer.outcomes.total()} inputs: {dict(fuzzer.outcomes)}, slowest {fuzzer.slowest:.2f} s")


if __name__ == "__main__":
    asyncio.run(main())
