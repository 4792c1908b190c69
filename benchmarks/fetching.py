"""Many sources at once: throughput beside a peer, and slow sources beside quick ones.

    python -m benchmarks.fetching [--sources 2000] [--peer PYTHON]   # PYTHON: an interpreter that has reader 3.26
    python -m benchmarks.fetching --drip                             # 200 sources, 50 of them a byte a second

Every source is a host of its own (127.x.y.z) on a server in a process of its own. Each side runs in its own process, on the
same feeds, first with an empty store, then again with nothing changed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

ITEMS = 30
DRIP_FROM = 200_000  # sources with a number from here on drip
PLACES = "Almaty Astana Tashkent Bishkek Dushanbe Ashgabat Samarkand Osh Khujand Mary Aktau Shymkent Алматы Астана Ташкент Бишкек".split()
SUBJECTS = "Parliament|The energy ministry|A district court|The rail operator|Farmers|Teachers|The central bank|Минэнерго|Жогорку Кенеш|Парламент".split(
    "|"
)
DEEDS = "approves|delays|publishes|rejects|opens|closes|обсуждает|принял|отложил|расширяет".split("|")
OBJECTS = "a budget of {n} million|{n} new wagons|a law on water|school meals in {n} villages|бюджет на {n} миллионов|новый мост|{n} больниц".split(
    "|"
)

BODIES: dict[int, bytes] = {}

PEER = """
import json, resource, sys, time
from reader import make_reader
path, port, count, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
reader = make_reader(path)
for n in range(count):
    reader.add_feed(f"http://127.{1 + n // 62500}.{n // 250 % 250}.{1 + n % 250}:{port}/{n}")
for run in ("first", "second"):
    started, used = time.perf_counter(), time.process_time()
    reader.update_feeds(workers=workers, scheduled=False)
    took = time.perf_counter() - started
    print(json.dumps({"run": run, "seconds": took, "items": reader.get_entry_counts().total,
        "cpu": time.process_time() - used, "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}), flush=True)
"""


def url(number: int, port: int) -> str:
    host = number % DRIP_FROM
    return f"http://127.{1 + host // 62500}.{host // 250 % 250}.{1 + host % 250}:{port}/{number}"


def feed(number: int) -> bytes:
    """Thirty invented headlines, the same for the same number."""
    dice = random.Random(number)
    now = datetime(2026, 11, 24, 5, tzinfo=UTC)
    items = []
    for item in range(ITEMS):
        title = f"{dice.choice(PLACES)}: {dice.choice(SUBJECTS)} {dice.choice(DEEDS)} {dice.choice(OBJECTS).format(n=dice.randint(2, 900))}"
        when = format_datetime(now - timedelta(minutes=dice.randint(5, 4000)))
        items.append(
            f"<item><title>{title}</title><link>http://news{number}.example/{item}</link><guid>{number}-{item}</guid>"
            f"<pubDate>{when}</pubDate><description>{title}. {dice.choice(SUBJECTS)} said so on {when[:3]}day, number {dice.random()}.</description></item>"
        )
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Source {number}</title>{"".join(items)}</channel></rss>'.encode()


async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            number = int(head.split(b" ", 2)[1][1:].partition(b"?")[0] or 0)
            tag = f'"v{number}"'.encode()
            is_closing = b"connection: close" in head.lower()
            if tag in head:
                writer.write(b"HTTP/1.1 304 Not Modified\r\nETag: " + tag + b"\r\n\r\n")
            else:
                body = BODIES.get(number % DRIP_FROM) or feed(number % DRIP_FROM)
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: " + tag
                    + f"\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                )  # fmt: skip
                if number >= DRIP_FROM:
                    for byte in body:
                        writer.write(bytes([byte]))
                        await writer.drain()
                        await asyncio.sleep(1)
                writer.write(body)
            await writer.drain()
            if is_closing:
                break
    except (ConnectionError, asyncio.IncompleteReadError, ValueError):
        pass
    finally:
        writer.close()


async def serve(count: int) -> None:
    # Made beforehand: the machine's two cores belong to the readers.
    BODIES.update((number, feed(number)) for number in range(count))
    server = await asyncio.start_server(serve_one, "0.0.0.0", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def children_mib() -> float:
    """The largest that the processes started beside this one have been. Not ``ru_maxrss``: a child's begins with its parent's."""
    children = Path("/proc/thread-self/children").read_text().split()
    peaks = (re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{child}/status").read_text()) for child in children)
    return sum(int(found[1]) for found in peaks if found) / 1024


def cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


async def one_run(store: Any, gazetteer: Any, fetcher: Any, moment: datetime) -> dict[str, float]:
    from news.collect import collect

    finished: dict[str, float] = {}
    beside_mib: list[float] = []
    started, used, beside = time.perf_counter(), time.process_time(), cpu_of_children()

    def note(report: Any) -> None:
        finished[report.source_id] = time.perf_counter() - started
        if len(finished) % 50 == 0:
            beside_mib.append(children_mib())

    reports = await collect(store, gazetteer, fetcher, now=lambda: moment, on_result=note)
    return {
        "seconds": time.perf_counter() - started,
        "cpu": time.process_time() - used,
        "quick_done": max(at for name, at in finished.items() if int(name[1:]) < DRIP_FROM),
        "items": await store.headlines.count(),
        "failed": sum(bool(report.error) for report in reports),
        "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "mib_beside": max(beside_mib, default=0.0),
        "cpu_beside": cpu_of_children() - beside,
    }


async def ours(folder: str, port: int, numbers: list[int], runs: tuple[str, ...]) -> None:
    """One JSON line a run."""
    from news.garbage import spare_what_stays
    from news.gazetteer import load_gazetteer
    from news.model import Source, SourceKind
    from news.sources.fetch import Fetcher, FetchLimits
    from storage.storage import open_store
    from storage.upgrade import upgrade

    address = f"sqlite+aiosqlite:///{folder}/ours.db"
    await upgrade(address)
    store, gazetteer = await open_store(address), load_gazetteer()
    moment = datetime(2026, 11, 24, 6, tzinfo=UTC)
    for number in numbers:
        await store.sources.add(
            Source(f"s{number}", f"Source {number}", SourceKind.FEED, url(number, port)), moment
        )
    spare_what_stays()  # as the command line does
    async with Fetcher(FetchLimits(allow_private=True)) as fetcher:
        for run in runs:
            row = await one_run(store, gazetteer, fetcher, moment)
            print(json.dumps({"run": run, **row}), flush=True)
            moment += timedelta(days=2)
    await store.close()


def child(*arguments: str) -> list[dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.fetching", *arguments], stdout=subprocess.PIPE, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def show(label: str, rows: list[dict[str, object]], sources: int) -> None:
    for row in rows:
        rate = sources * ITEMS / float(str(row["seconds"]))
        print(f"{label:8} {row['run']:7} {float(str(row['seconds'])):6.1f} s  {rate:7.0f} items/s  {row}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, default=2_000)
    parser.add_argument("--peer", metavar="PYTHON")
    parser.add_argument("--drip", action="store_true")
    parser.add_argument("--role", choices=("serve", "ours", "drip", "quick"))
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    if options.role == "serve":
        asyncio.run(serve(options.sources))
    elif options.role:
        quick = list(range(options.sources if options.role == "ours" else 150))
        numbers = (
            quick + [DRIP_FROM + number for number in range(150, 200)] if options.role == "drip" else quick
        )
        numbers.sort(key=lambda number: number % 7)  # the slow ones among the others
        runs = ("first", "second") if options.role == "ours" else ("first",)
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(ours(folder, options.port, numbers, runs))
    else:
        compare(options)


def compare(options: argparse.Namespace) -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.fetching", "--role", "serve", "--sources", str(options.sources)],
        stdout=subprocess.PIPE,
    )
    assert server.stdout
    port = server.stdout.readline().decode().strip()
    try:
        if options.drip:
            undisturbed = float(str(child("--role", "quick", "--port", port)[0]["quick_done"]))
            beside = float(str(child("--role", "drip", "--port", port)[0]["quick_done"]))
            print(
                f"150 sources alone {undisturbed:.2f} s, beside 50 that drip {beside:.2f} s: {beside / undisturbed:.2f} times"
            )
            return
        show(
            "ours",
            child("--role", "ours", "--port", port, "--sources", str(options.sources)),
            options.sources,
        )
        if options.peer:
            with tempfile.TemporaryDirectory() as folder:
                path = str(Path(folder) / "peer.db")
                done = subprocess.run(
                    [options.peer, "-c", PEER, path, port, str(options.sources), "16"],
                    stdout=subprocess.PIPE,
                    check=True,
                )
            show("reader", [json.loads(line) for line in done.stdout.splitlines()], options.sources)
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
