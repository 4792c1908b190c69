"""Hostile addresses and bodies, by the newsroom's own doors.

    unshare -n sh -c "ip link set lo up; python -m benchmarks.security --data DIR"

Run in a network namespace of its own, so that a case that slips through cannot send a packet anywhere. DIR holds the
``security/`` folder. Connections are counted by the interpreter's own audit events, not by our code.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import gzip
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from news.errors import FetchError, RefusedAddressError, UnreadableError
from news.model import SourceKind
from news.sources.fetch import Fetcher, FetchLimits
from news.sources.workers import WorkerPool

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # as a script, too

from tests.feed_server import Answer, run_feed_server

DIALLED: list[object] = []


def watch_connections(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect":
        DIALLED.append(arguments[1])


def host_url(address: str) -> str:
    return f"http://[{address}]/" if ":" in address else f"http://{address}/"


async def refused(fetcher: Fetcher, url: str) -> bool:
    DIALLED.clear()
    try:
        await fetcher.fetch(url)
    except RefusedAddressError:
        return not DIALLED
    except FetchError:
        return False
    return False


async def addresses(folder: Path) -> None:
    async with Fetcher(FetchLimits(timeout_s=2)) as fetcher:
        right, rows = 0, list(csv.DictReader((folder / "ssrf_addresses_expected.tsv").open(), delimiter="\t"))
        for row in rows:
            fine = await refused(fetcher, host_url(row["address"])) == (row["expected"] == "deny")
            right += fine
            if not fine:
                print("  WRONG", row)
        print(f"addresses: {right} of {len(rows)}")
        right, spellings = (
            0,
            list(csv.DictReader((folder / "ssrf_host_spellings.tsv").open(), delimiter="\t")),
        )
        dialled = 0
        for row in spellings:
            fine = await refused(
                fetcher, row["url"].encode().decode("unicode_escape") if "\\t" in row["url"] else row["url"]
            )
            dialled += len(DIALLED)
            right += fine
            if not fine:
                print("  WRONG", row, DIALLED)
        print(f"spellings: {right} of {len(spellings)}, {dialled} connections")


async def techniques(lines: list[str]) -> None:
    right = total = 0
    async with Fetcher(FetchLimits(timeout_s=2)) as fetcher:
        for line in lines:
            verdict, _, url = line.partition("\t")
            if verdict not in {"blocked", "gap-upstream-we-block"}:
                continue
            total += 1
            DIALLED.clear()
            try:
                await fetcher.fetch(url)
            except FetchError:
                right += not DIALLED
    print(f"techniques: {right} of {total} without a connection")


def resident_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def bombs(folder: Path) -> None:
    cases = {
        "zeros-1GiB.br": "br",
        "zeros-1GiB.gz.gz": "gzip, gzip",
        "zeros-1GiB.zst": "zstd",
    }
    inner = gzip.decompress((folder / "zeros-1GiB.gz.gz").read_bytes())
    async with run_feed_server() as server, Fetcher(FetchLimits(allow_private=True)) as fetcher:
        for name, coding in cases.items():
            server.answers[f"/{name}"] = Answer(
                (folder / name).read_bytes(), headers={"Content-Encoding": coding}
            )
        server.answers["/gzip"] = Answer(inner, headers={"Content-Encoding": "gzip"})
        server.answers["/liar"] = Answer(b"x" * 9_000_000)
        for path in server.answers:
            before, started = resident_mib(), time.perf_counter()
            try:
                await fetcher.fetch(server.url(path))
                verdict = "READ"
            except FetchError as error:
                verdict = str(error).split(": ", 1)[1]
            if "cannot be reached" in verdict:
                raise SystemExit("The benchmark's own server cannot be reached: ip link set lo up")
            print(
                f"bomb {path:18} {time.perf_counter() - started:.2f} s +{resident_mib() - before:.0f} MiB  {verdict}"
            )


async def hostile_bodies(root: Path) -> None:
    gap = 0.0

    async def beat() -> None:
        nonlocal gap
        while True:
            before = time.thread_time()
            await asyncio.sleep(0.002)
            # Processor time of the loop's own thread: what others take on a busy machine is not our stall.
            gap = max(gap, time.thread_time() - before)

    heart = asyncio.create_task(beat())
    paths = sorted(
        p
        for f in (
            "generated/parser-hangs",
            "generated/parser-crashers",
            "xml-bombs",
            "payloadsallthethings/xxe",
        )
        for p in (root / f).iterdir()
        if p.is_file()
    )
    slowest = worst_gap = 0.0
    async with WorkerPool() as pool:
        for path in paths:
            body = path.read_bytes()
            body = gzip.decompress(body) if path.suffix == ".gz" else body
            started, gap = time.perf_counter(), 0.0
            try:
                document = await pool.read(body, kind=SourceKind.FEED, url=path.name, now=datetime.now(UTC))
                verdict = f"{len(document.items)} items"
                if any("root:" in item.title + item.summary for item in document.items):
                    verdict += " LEAK"
            except UnreadableError as error:
                verdict = error.reason
            took = time.perf_counter() - started
            slowest, worst_gap = max(slowest, took), max(worst_gap, gap)
            print(f"body {path.name:45} {took:5.2f} s  loop {gap * 1000:4.0f} ms  {verdict}")
    heart.cancel()
    print(f"{len(paths)} bodies, slowest {slowest:.2f} s, longest stall {worst_gap * 1000:.0f} ms")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    root = parser.parse_args().data / "security"
    sys.addaudithook(watch_connections)
    techniques_table = (root / "ssrf-techniques.tsv").read_text().splitlines()
    await addresses(root / "generated")
    await techniques(techniques_table)
    await bombs(root / "generated/bombs")
    await hostile_bodies(root)


if __name__ == "__main__":
    asyncio.run(main())
