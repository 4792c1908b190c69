"""Stories of a span of time: what a digest is made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from news.model import Headline, Story
from storage.latest import readable
from storage.reading import headline_select, headlines_by_id, make_story, read_headlines
from storage.statements import AnySelect
from storage.tables import HeadlineCountryRow, HeadlineRow, StoryRow


async def stories_between(
    session: AsyncSession,
    since: datetime,
    until: datetime,
    countries: Sequence[str],
    languages: Sequence[str],
) -> list[Story]:
    """See news.ports.HeadlineStore.stories_between."""
    members: defaultdict[int, list[int]] = defaultdict(list)
    relevant: set[int] = set()
    for row in await session.execute(_members(since, until, countries, languages)):
        key = row.story_id or -row.id
        members[key].append(row.id)
        if row.belongs or not countries:
            relevant.add(key)
    headlines = await headlines_by_id(session, [number for key in relevant for number in members[key]])
    stories = [
        make_story(key, _oldest_first(headlines[number] for number in members[key]))
        for key in sorted(relevant)
    ]
    return [story for story in stories if not countries or set(countries) & set(story.countries)]


def _members(
    since: datetime, until: datetime, countries: Sequence[str], languages: Sequence[str]
) -> AnySelect:
    """(id, story_id, belongs) of every headline of every story with something new in the window."""
    fresh = (
        select(HeadlineRow.id, HeadlineRow.story_id)
        .where(HeadlineRow.first_seen_at > since, HeadlineRow.first_seen_at <= until, HeadlineRow.is_new)
        .where(*readable(languages, HeadlineRow.language))
        .cte("fresh")
    )
    of_stories = select(HeadlineRow.id, HeadlineRow.story_id, HeadlineRow.implied_country).where(
        HeadlineRow.story_id.in_(select(fresh.c.story_id).where(fresh.c.story_id.is_not(None))),
        HeadlineRow.first_seen_at <= until,
    )
    alone = (
        select(HeadlineRow.id, HeadlineRow.story_id, HeadlineRow.implied_country)
        .join(fresh, fresh.c.id == HeadlineRow.id)
        .where(fresh.c.story_id.is_(None))
    )
    member = union_all(of_stories, alone).subquery("member")
    return select(member.c.id, member.c.story_id, _belongs(member, countries).label("belongs"))


def _belongs(member: Any, countries: Sequence[str]) -> ColumnElement[bool]:
    if not countries:
        return false()
    told = HeadlineCountryRow
    evident = select(told.headline_id).where(told.headline_id == member.c.id, told.country.in_(countries))
    return or_(member.c.implied_country.in_(countries), evident.exists())


async def story(session: AsyncSession, story_id: int) -> Story | None:
    """See news.ports.HeadlineStore.story."""
    if story_id < 0:
        alone = (await headlines_by_id(session, [-story_id])).get(-story_id)
        if alone is None or alone.story_id is None:
            return make_story(story_id, [alone]) if alone else None
        story_id = alone.story_id  # it has found company since
    final = await _final_id(session, story_id)
    headlines = await read_headlines(session, headline_select().where(HeadlineRow.story_id == final))
    return make_story(final, _oldest_first(headlines)) if headlines else None


async def _final_id(session: AsyncSession, story_id: int) -> int:
    """Follow merges to their end; a ring, which nothing should write, ends where it closes."""
    seen: set[int] = set()
    while story_id not in seen:
        seen.add(story_id)
        merged_into = await session.scalar(select(StoryRow.merged_into).where(StoryRow.id == story_id))
        story_id = merged_into or story_id
    return story_id


def _oldest_first(headlines: Iterable[Headline]) -> list[Headline]:
    return sorted(headlines, key=lambda headline: (headline.sort_at, headline.id))
