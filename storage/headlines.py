"""Headlines, their countries and, for reading, their stories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from news.canonical import canonical_url
from news.errors import UnknownHeadlineError, UnknownSourceError
from news.model import Attribution, CountryEvidence, DayCounts, Headline, Item, NewHeadline, Page, Story
from storage import days, latest, windows
from storage.attributions import (
    belongs,
    insert_countries,
    normal,
    read_attributions,
    read_overridden,
    set_attributions,
)
from storage.engine import SessionMaker
from storage.known import keep_unknown, title_key
from storage.reading import headline_select, headlines_by_id, read_headlines
from storage.search import index
from storage.search.index import IndexEntry
from storage.search.lookups import Lookups
from storage.statements import chunks, insert_into, insert_many, repeat_on_deadlock
from storage.tables import HeadlineOverrideRow, HeadlineRow, SourceRow, StoryRow
from storage.tables.base import storable

EDITORS_RULE = "set by an editor"
DELETED_AT_ONCE = 2_000


class SqlHeadlineStore:
    """news.ports.HeadlineStore on SQLite and PostgreSQL."""

    def __init__(self, reads: SessionMaker, writes: SessionMaker, lookups: Lookups) -> None:
        self._reads = reads
        self._writes = writes
        self._lookups = lookups

    async def unknown(self, source_id: str, items: Sequence[Item], now: datetime) -> list[Item]:
        """The items that are not stored yet: by guid, canonical URL, or same title of the source within a day."""
        return await self._lookups.run(lambda reader: keep_unknown(reader, source_id, items, now))

    async def add(self, headlines: Sequence[NewHeadline]) -> list[int]:
        """Store in one transaction, index included; skip silently what is known. Ids of those added, in order.

        Raise UnknownSourceError when a headline's source is not in the catalogue.
        """
        if not headlines:
            return []
        return await repeat_on_deadlock(lambda: self._add(headlines))

    async def _add(self, headlines: Sequence[NewHeadline]) -> list[int]:
        async with self._writes.begin() as session:
            await _require_sources(session, {headline.source_id for headline in headlines})
            added = await _insert(session, headlines)
            await insert_countries(
                session,
                [(number, one.sort_at, one.language, one.attribution) for number, one in added.items()],
            )
            await index.add(session, [_index_entry(number, headline) for number, headline in added.items()])
            return list(added)

    async def get(self, headline_id: int) -> Headline:
        """Raise UnknownHeadlineError."""
        found = await self.get_many([headline_id])
        if not found:
            raise UnknownHeadlineError(headline_id)
        return found[0]

    async def get_many(self, headline_ids: Sequence[int]) -> list[Headline]:
        """Those that exist, in the order asked."""
        async with self._reads() as session:
            found = await headlines_by_id(session, headline_ids)
        return [found[number] for number in headline_ids if number in found]

    async def find_by_url(self, url: str) -> Headline | None:
        """By canonical URL: any spelling of the address will do."""
        async with self._reads() as session:
            key = canonical_url(url) or url
            found = await read_headlines(session, headline_select().where(HeadlineRow.canonical_url == key))
        return found[0] if found else None

    async def evidence(self, headline_id: int) -> Attribution:
        """Why the headline has its countries. Raise UnknownHeadlineError."""
        async with self._reads() as session:
            found = await read_attributions(session, [headline_id])
        if headline_id not in found:
            raise UnknownHeadlineError(headline_id)
        return found[headline_id]

    async def override_countries(
        self, headline_id: int, countries: Sequence[str], by: int, now: datetime
    ) -> None:
        """An editor's correction; it survives re-attribution. Raise UnknownHeadlineError."""
        ordered = tuple(dict.fromkeys(countries))
        async with self._writes.begin() as session:
            if not await session.scalar(select(HeadlineRow.id).where(HeadlineRow.id == headline_id)):
                raise UnknownHeadlineError(headline_id)
            said = {"countries": ",".join(ordered), "set_by": by, "set_at": now}
            statement = insert_into(session, HeadlineOverrideRow).values(headline_id=headline_id, **said)
            await session.execute(statement.on_conflict_do_update(index_elements=["headline_id"], set_=said))
            evidence = tuple(CountryEvidence(country, "", EDITORS_RULE) for country in ordered)
            await set_attributions(session, {headline_id: Attribution(evidence)})

    async def replace_attribution(self, attributions: Mapping[int, Attribution]) -> int:
        """Set the countries of these headlines except overridden ones; how many changed."""
        async with self._writes.begin() as session:
            stored = await read_attributions(session, list(attributions))
            overridden = await read_overridden(session, list(attributions))
            changed = {
                number: wanted
                for number, attribution in attributions.items()
                if number in stored
                and number not in overridden
                and stored[number] != (wanted := normal(attribution))
            }
            await set_attributions(session, changed)
            return len(changed)

    async def after(self, headline_id: int, limit: int) -> list[Headline]:
        """Headlines with a greater id, by id: for walking through the whole store."""
        statement = headline_select().where(HeadlineRow.id > headline_id)
        async with self._reads() as session:
            return await read_headlines(session, statement.order_by(HeadlineRow.id).limit(limit))

    async def latest(
        self, countries: Sequence[str], *, languages: Sequence[str] = (), limit: int = 10, offset: int = 0
    ) -> Page:
        """Newest first; no country means all. A source's implied country counts, an unknown language is readable.

        ``total`` is counted up to 1,000 a country: nobody pages further.
        """
        async with self._reads() as session:
            return await latest.page(session, countries, languages, limit=limit, offset=offset)

    async def stories_between(
        self, since: datetime, until: datetime, countries: Sequence[str], *, languages: Sequence[str] = ()
    ) -> list[Story]:
        """Stories with an ``is_new`` headline first seen in (since, until], in these countries (none: all), by id.

        Each comes with all its headlines seen up to ``until``, oldest first; a headline without a story is one of its own
        under the negative of its id. ``languages`` choose which headlines can make a story new.
        """
        async with self._reads() as session:
            return await windows.stories_between(session, since, until, countries, languages)

    async def story(self, story_id: int) -> Story | None:
        """The story (or the one it was merged into) with its headlines, oldest first; a negative id is a headline's."""
        async with self._reads() as session:
            return await windows.story(session, story_id)

    async def days(self, edges: Sequence[datetime], countries: Sequence[str]) -> Mapping[str, DayCounts]:
        """By country, what has a ``sort_at`` in each day [edge, next edge). A source's implied country counts."""
        async with self._reads() as session:
            return await days.by_country(session, edges, countries)

    async def titles(
        self, country: str, since: datetime, until: datetime, limit: int
    ) -> list[tuple[str, str | None]]:
        """(title, language) of the newest ``limit`` headlines about it with ``sort_at`` in [since, until)."""
        async with self._reads() as session:
            return await days.titles(session, country, since, until, limit)

    async def count(self) -> int:
        """Stored headlines."""
        async with self._reads() as session:
            return await session.scalar(select(func.count()).select_from(HeadlineRow)) or 0

    async def delete_older_than(self, moment: datetime) -> int:
        """Drop headlines with ``sort_at`` before it, in runs so that nobody waits long; how many."""
        total = 0
        while deleted := await self._delete_some(moment):
            total += deleted
        async with self._writes.begin() as session:
            await _delete_empty_stories(session, moment)
        return total

    async def _delete_some(self, moment: datetime) -> int:
        async with self._writes.begin() as session:
            old = select(HeadlineRow.id).where(HeadlineRow.sort_at < moment)
            ids = list(await session.scalars(old.order_by(HeadlineRow.sort_at).limit(DELETED_AT_ONCE)))
            await index.remove(session, ids)
            for some in chunks(ids):
                await session.execute(delete(HeadlineRow).where(HeadlineRow.id.in_(some)))
            return len(ids)


async def _require_sources(session: AsyncSession, source_ids: set[str]) -> None:
    known = set(await session.scalars(select(SourceRow.id).where(SourceRow.id.in_(source_ids))))
    for missing in sorted(source_ids - known):
        raise UnknownSourceError(missing)


async def _insert(session: AsyncSession, headlines: Sequence[NewHeadline]) -> dict[int, NewHeadline]:
    """Id → headline of those that no unique key refused, in the order given."""
    by_key: dict[tuple[str, str], NewHeadline] = {}
    for headline in headlines:
        by_key.setdefault((headline.source_id, storable(headline.guid)), headline)
    wanted = [_row(headline) for headline in by_key.values()]
    added = await insert_many(session, HeadlineRow, wanted, "id", "source_id", "guid")
    ids = {(row.source_id, row.guid): row.id for row in added}
    return {ids[key]: headline for key, headline in by_key.items() if key in ids}


def _row(headline: NewHeadline) -> dict[str, Any]:
    return {
        "source_id": headline.source_id,
        "guid": headline.guid,
        "canonical_url": headline.canonical_url,
        "url": headline.url,
        "title": headline.title,
        "title_key": title_key(headline.title),
        "summary": headline.summary,
        "language": headline.language,
        "published_at": headline.published,
        "first_seen_at": headline.first_seen_at,
        "sort_at": headline.sort_at,
        "is_new": headline.is_new,
        "implied_country": normal(headline.attribution).implied_by_source,
    }


def _index_entry(number: int, headline: NewHeadline) -> IndexEntry:
    return IndexEntry(
        headline_id=number,
        title=headline.title,
        summary=headline.summary,
        language=headline.language,
        countries=belongs(headline.attribution),
        sort_at=headline.sort_at,
        words=headline.words,
    )


async def _delete_empty_stories(session: AsyncSession, moment: datetime) -> None:
    """Stories whose headlines are all gone; those that were merged into others go first."""
    merged = StoryRow.__table__.alias("merged")
    has_headlines = select(HeadlineRow.id).where(HeadlineRow.story_id == StoryRow.id).exists()
    has_merged = select(merged.c.id).where(merged.c.merged_into == StoryRow.id).exists()
    empty = delete(StoryRow).where(StoryRow.updated_at < moment, ~has_headlines, ~has_merged)
    while (await session.execute(empty.returning(StoryRow.id))).first():
        pass
