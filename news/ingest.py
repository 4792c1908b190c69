"""One way in: items of a source become stored headlines (known? → language → countries → store)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from news.attribute import attribute
from news.canonical import canonical_url
from news.gazetteer import Gazetteer
from news.language import detect_language
from news.model import Attribution, Item, NewHeadline, Source
from news.ports import Storage
from news.text import IndexWords, index_words

# An item older than this when first seen is kept for search but told to nobody; one dated further ahead than the clocks
# of newsrooms differ is the same.
NEWS_WINDOW = timedelta(hours=72)
CLOCK_SKEW = timedelta(hours=2)

Told = tuple[str | None, Attribution, IndexWords]  # language, countries, words for the index


async def ingest(
    storage: Storage, gazetteer: Gazetteer, source: Source, items: Sequence[Item], *, now: datetime
) -> list[int]:
    """Store what is new among ``items``; the ids of the headlines added. Repeating it adds nothing."""
    fresh = await storage.headlines.unknown(source.id, items, now)
    ready = [prepare(source, item, tell(gazetteer, source, item), now=now) for item in fresh]
    return await storage.headlines.add(ready)


def tell(gazetteer: Gazetteer, source: Source, item: Item) -> Told:
    """What the words of an item tell: its language, its countries, and how it is found."""
    language = _language(source, item)
    found = attribute(gazetteer, item.title, item.summary, source_country=source.country, language=language)
    return language, found, index_words(item.title, item.summary, language)


def prepare(source: Source, item: Item, told: Told, *, now: datetime) -> NewHeadline:
    """An item as it is stored: with what its words tell, and its place in time."""
    language, attribution, words = told
    published = item.published
    is_new = published is None or now - NEWS_WINDOW <= published <= now + CLOCK_SKEW
    return NewHeadline(
        source_id=source.id,
        guid=item.guid,
        title=item.title,
        summary=item.summary,
        url=item.url,
        canonical_url=canonical_url(item.url),
        language=language,
        published=published,
        first_seen_at=now,
        sort_at=min(published, now) if published else now,
        is_new=is_new,
        attribution=attribution,
        words=words,
    )


def _language(source: Source, item: Item) -> str | None:
    """What the item says of itself, else what its text looks like (the source's languages break ties)."""
    if item.language:
        return item.language
    hint = source.languages[0] if source.languages else None
    return detect_language(f"{item.title} {item.summary}", hint=hint)
