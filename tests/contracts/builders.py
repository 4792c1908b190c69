"""Short ways to the rows that the contract suites need. Every sentence is invented."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, update

from news.model import Attribution, CountryEvidence, Item, NewHeadline, Source, SourceKind
from storage.storage import Store
from storage.tables import HeadlineRow, StoryRow

NOW = datetime(2026, 3, 21, 3, 0, tzinfo=UTC)  # 08:00 in Almaty
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def source(number: int = 1, **changes: object) -> Source:
    """A feed of its own."""
    chosen = {
        "id": f"outlet{number}",
        "name": f"Outlet {number}",
        "kind": SourceKind.FEED,
        "url": f"https://outlet{number}.example/feed.xml",
        "country": "KZ",
        "languages": ("kk", "ru"),
        "tier": 1,
        "outlet": "Outlets",
        "note": "tried",
    }
    return Source(**(chosen | changes))


def about(*countries: str, implied: str | None = None) -> Attribution:
    """Evidence for these countries, the first strongest."""
    evidence = (
        CountryEvidence(country, f"word of {country}", f"city of {country}", 3.0 - position)
        for position, country in enumerate(countries)
    )
    return Attribution(tuple(evidence), implied)


def headline(
    number: int, *countries: str, seen: datetime = NOW, implied: str | None = None, **changes: object
) -> NewHeadline:
    """Headline ``number`` of the first outlet, first seen and published at ``seen``."""
    chosen = {
        "source_id": "outlet1",
        "guid": f"guid-{number}",
        "title": f"Bridge number {number} opens to traffic",
        "summary": f"The river has {number} bridges now.",
        "url": f"https://www.outlet1.example/news/{number}?utm_source=feed",
        "canonical_url": f"https://outlet1.example/news/{number}",
        "language": "en",
        "published": seen,
        "first_seen_at": seen,
        "sort_at": seen,
        "attribution": about(*countries, implied=implied),
    }
    return NewHeadline(**(chosen | changes))


def item(number: int, **changes: object) -> Item:
    """The item that ``headline(number)`` was made from."""
    chosen = {
        "guid": f"guid-{number}",
        "title": f"Bridge number {number} opens to traffic",
        "url": f"https://outlet1.example/news/{number}",
    }
    return Item(**(chosen | changes))


async def stored(store: Store, *headlines: NewHeadline, sources: int = 1) -> list[int]:
    """The ids of these headlines, after adding them and their outlets."""
    for number in range(1, sources + 1):
        await store.sources.ensure(source(number), NOW)
    return await store.headlines.add(headlines)


async def put_into_stories(store: Store, stories: dict[int, int], *, seen: datetime = NOW) -> None:
    """Headline id → story id, past the store that grouping uses."""
    async with store.engine.begin() as connection:
        for story_id in sorted(set(stories.values())):
            row = {"id": story_id, "created_at": seen, "updated_at": seen}
            await connection.execute(insert(StoryRow.__table__), row)
        for headline_id, story_id in stories.items():
            statement = update(HeadlineRow.__table__).where(HeadlineRow.id == headline_id)
            await connection.execute(statement.values(story_id=story_id))
