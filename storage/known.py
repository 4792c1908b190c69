"""Which items are stored already."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2b

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from news.canonical import canonical_url
from news.model import Item
from storage.statements import chunks
from storage.tables import HeadlineRow

SAME_TITLE_WITHIN = timedelta(days=1)


def title_key(title: str) -> str:
    """Equal for titles that differ in case, white space or composition only; a digest, because the index repeats it."""
    folded = re.sub(r"\s+", " ", unicodedata.normalize("NFC", title.casefold())).strip()
    return blake2b(folded.encode("utf-8", "replace"), digest_size=10).hexdigest()


async def keep_unknown(
    session: AsyncSession, source_id: str, items: Sequence[Item], now: datetime
) -> list[Item]:
    """The items whose guid, canonical URL or recent title the source has not brought yet; each once."""
    guids = await _guids(session, source_id, [item.guid for item in items])
    urls = await _urls(session, [url for item in items if (url := canonical_url(item.url))])
    titles = await _titles(session, source_id, [title_key(item.title) for item in items])
    unknown = []
    for item in items:
        url, key, at = canonical_url(item.url), title_key(item.title), min(item.published or now, now)
        if (
            item.guid in guids
            or url in urls
            or any(abs(at - other) < SAME_TITLE_WITHIN for other in titles[key])
        ):
            continue
        unknown.append(item)
        guids.add(item.guid)
        titles[key].append(at)
        if url:
            urls.add(url)
    return unknown


async def _guids(session: AsyncSession, source_id: str, guids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for some in chunks(guids):
        found |= set(
            await session.scalars(
                select(HeadlineRow.guid).where(HeadlineRow.source_id == source_id, HeadlineRow.guid.in_(some))
            )
        )
    return found


async def _urls(session: AsyncSession, urls: Sequence[str]) -> set[str | None]:
    found: set[str | None] = set()
    for some in chunks(urls):
        found |= set(
            await session.scalars(
                select(HeadlineRow.canonical_url).where(HeadlineRow.canonical_url.in_(some))
            )
        )
    return found


async def _titles(
    session: AsyncSession, source_id: str, keys: Sequence[str]
) -> defaultdict[str, list[datetime]]:
    found: defaultdict[str, list[datetime]] = defaultdict(list)
    for some in chunks(keys):
        statement = select(HeadlineRow.title_key, HeadlineRow.sort_at).where(
            HeadlineRow.source_id == source_id, HeadlineRow.title_key.in_(some)
        )
        for key, sort_at in await session.execute(statement):
            found[key].append(sort_at)
    return found
