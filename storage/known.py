"""Which items are stored already."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from news.canonical import canonical_url
from news.model import Item
from storage.search.rows import Reader, Row, instant
from storage.tables.base import storable

SAME_TITLE_WITHIN = timedelta(days=1)
# One question: a source that has changed asks it, and nearly all of the answer is "no".
_KNOWN = """
    SELECT 'title', title_key, sort_at FROM headline WHERE source_id = :source_id AND title_key {titles}
    UNION ALL SELECT 'guid', guid, NULL FROM headline WHERE source_id = :source_id AND guid {guids}
    UNION ALL SELECT 'url', canonical_url, NULL FROM headline WHERE canonical_url {urls}"""


@lru_cache(maxsize=2_048)  # asked again for each item on its way into the store
def title_key(title: str) -> str:
    """Equal for titles that differ in case, white space or composition only; a digest, because the index repeats it."""
    folded = " ".join(unicodedata.normalize("NFC", title.casefold()).split())
    return blake2b(folded.encode("utf-8", "replace"), digest_size=10).hexdigest()


class _Keys(NamedTuple):
    """What an item is known by."""

    guid: str
    url: str | None
    title: str
    at: datetime


def keep_unknown(reader: Reader, source_id: str, items: Sequence[Item], now: datetime) -> list[Item]:
    """The items whose guid, canonical URL or recent title the source has not brought yet; each once."""
    keys = [
        _Keys(
            storable(item.guid),
            canonical_url(item.url),
            title_key(item.title),
            min(item.published or now, now),
        )
        for item in items
    ]
    stored = _stored(reader, source_id, keys)
    guids, urls = ({key for kind, key, _ in stored if kind == wanted} for wanted in ("guid", "url"))
    titles: defaultdict[str, list[datetime]] = defaultdict(list)
    for kind, key, sort_at in stored:
        if kind == "title":
            titles[key].append(instant(sort_at))
    unknown = []
    for item, (guid, url, title, at) in zip(items, keys, strict=True):
        is_told = any(abs(at - other) < SAME_TITLE_WITHIN for other in titles[title])
        if is_told or guid in guids or url in urls:
            continue
        unknown.append(item)
        guids.add(guid)
        titles[title].append(at)
        if url:
            urls.add(url)
    return unknown


def _stored(reader: Reader, source_id: str, keys: Sequence[_Keys]) -> Sequence[Row]:
    """(kind, key, sort_at of titles) of those keys that stored headlines have."""
    dialect = reader.dialect
    asked = {
        "guids": dialect.listed([one.guid for one in keys]),
        "urls": dialect.listed([storable(one.url) for one in keys if one.url]),
        "titles": dialect.listed([one.title for one in keys]),
    }
    sql = _KNOWN.format(**{name: dialect.is_among(name) for name in asked})
    return reader.rows(sql, asked | {"source_id": source_id})
