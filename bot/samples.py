"""The sample news that `jarchi run` starts with when there is no token: invented, marked as samples, dated from now."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from importlib.resources import files
from itertools import groupby
from operator import itemgetter

from news.gazetteer import Gazetteer
from news.ingest import ingest
from news.model import Item, Source, SourceKind
from news.ports import Storage

# name, country, languages. The address is reserved for examples (RFC 2606): no link of a sample leads anywhere.
SOURCES = {
    "steppe-post": ("Steppe Post (sample)", "KZ", ("en",)),
    "dala-khabary": ("Дала хабары (sample)", "KZ", ("kk",)),
    "vestnik-stepi": ("Вестник степи (sample)", "KZ", ("ru",)),
    "yangi-kun": ("Yangi kun (sample)", "UZ", ("uz",)),
    "silk-courier": ("Silk Courier (sample)", "UZ", ("en",)),
    "ala-too-jarchy": ("Ала-Тоо жарчысы (sample)", "KG", ("ky",)),
    "pomir-nomah": ("Помир нома (sample)", "TJ", ("tg",)),
}


async def load_samples(storage: Storage, gazetteer: Gazetteer, *, now: datetime) -> int:
    """Store the bundled samples unless they are there already; how many headlines were added. Stories are joined next.

    The guid carries the local day, so that a simulator left running for days gets fresh samples at its next start.
    """
    records = [
        json.loads(line)
        for line in files("bot").joinpath("data/samples.jsonl").read_text("utf-8").splitlines()
    ]
    added = 0
    for source_id, group in groupby(sorted(records, key=itemgetter("source")), key=itemgetter("source")):
        name, country, languages = SOURCES[source_id]
        source = Source(
            id=f"sample-{source_id}",
            name=name,
            kind=SourceKind.FILE,
            url=f"https://{source_id}.example.org/",
            country=country,
            languages=languages,
            outlet="invented sample",
        )
        await storage.sources.ensure(source, now)
        items = [_item(source, number, record, now) for number, record in enumerate(group)]
        added += len(await ingest(storage, gazetteer, source, items, now=now))
    return added


def _item(source: Source, number: int, record: dict[str, object], now: datetime) -> Item:
    address = f"{source.url}{now.date()}/{number}"
    return Item(
        guid=address,
        title=str(record["title"]),
        url=address,
        summary=str(record["summary"]),
        published=now - timedelta(hours=float(str(record["hours"]))),
        language=str(record["language"]),
    )
