"""What happened on each of some days: counts by day, in one query however many days and countries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import ColumnElement, Subquery, case, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from news.model import Activity, DayCounts
from storage.outbox.recording import COUNTED
from storage.tables import BroadcastRow, HeadlineCountryRow, HeadlineRow, SubscriberRow, UtcDateTime


async def by_country(
    session: AsyncSession, edges: Sequence[datetime], countries: Sequence[str]
) -> Mapping[str, DayCounts]:
    """See news.ports.HeadlineStore.days."""
    told = _told(countries, edges[0], edges[-1])
    day = day_of(told.c.sort_at, edges)
    story = func.coalesce(HeadlineRow.story_id, -HeadlineRow.id)
    told_of = told.join(HeadlineRow, HeadlineRow.id == told.c.id)
    stories = func.count(story.distinct()).label("stories")
    daily = select(told.c.country, day, func.count().label("headlines"), stories).select_from(told_of)
    whole = select(told.c.country, stories).select_from(told_of).group_by(told.c.country)
    rows = (await session.execute(daily.group_by(told.c.country, day))).all()
    totals = {row.country: row.stories for row in await session.execute(whole)}
    return {
        country: DayCounts(
            _in_days([(row.day, row.headlines) for row in rows if row.country == country], len(edges) - 1),
            _in_days([(row.day, row.stories) for row in rows if row.country == country], len(edges) - 1),
            totals.get(country, 0),
        )
        for country in countries
    }


async def titles(
    session: AsyncSession, country: str, since: datetime, until: datetime, limit: int
) -> list[tuple[str, str | None]]:
    """See news.ports.HeadlineStore.titles."""
    told = _told([country], since, until)
    newest = select(HeadlineRow.title, HeadlineRow.language).join(told, told.c.id == HeadlineRow.id)
    rows = await session.execute(newest.order_by(told.c.sort_at.desc(), told.c.id.desc()).limit(limit))
    return [(row.title, row.language) for row in rows]


def day_of(moment: ColumnElement[datetime] | Any, edges: Sequence[datetime]) -> ColumnElement[int]:
    """The index of the day [edges[n], edges[n + 1]) that a moment within the edges falls into, as column ``day``.

    The edges are midnights of the reader's zone: SQLite knows no zones, and with summer time days differ in length.
    """
    # Numbers that stand in the text: PostgreSQL must see the same expression in SELECT and GROUP BY.
    ends = [
        (moment < literal(end, UtcDateTime(), literal_execute=True), number)
        for number, end in enumerate(edges[1:])
    ]
    return case(*((before, literal(number, literal_execute=True)) for before, number in ends)).label("day")


def _told(countries: Sequence[str], since: datetime, until: datetime) -> Subquery:
    """(country, id, sort_at) of headlines about these countries in [since, until); a source's implied country counts."""
    told, implied = HeadlineCountryRow, HeadlineRow.implied_country
    evident = select(told.country, told.headline_id.label("id"), told.sort_at).where(
        told.country.in_(countries), told.sort_at >= since, told.sort_at < until
    )
    assumed = select(implied.label("country"), HeadlineRow.id, HeadlineRow.sort_at).where(
        implied.in_(countries), HeadlineRow.sort_at >= since, HeadlineRow.sort_at < until
    )
    return union_all(evident, assumed).subquery("told")


def _in_days(counts: Iterable[tuple[int, int]], days: int) -> tuple[int, ...]:
    found = dict(counts)
    return tuple(found.get(day, 0) for day in range(days))


async def activity(session: AsyncSession, edges: Sequence[datetime]) -> Activity:
    """See ``Store.activity``."""
    arrived = await _count_by_day(session, HeadlineRow.first_seen_at, edges, func.count())
    joined = await _count_by_day(session, SubscriberRow.created_at, edges, func.count())
    before = select(func.count()).where(SubscriberRow.created_at < edges[0])
    readers = accumulate(joined, initial=await session.scalar(before) or 0)
    deliveries = {
        state.value: await _count_by_day(
            session, BroadcastRow.created_at, edges, func.sum(getattr(BroadcastRow, state.value))
        )
        for state in COUNTED
    }
    return Activity(arrived, tuple(readers)[1:], deliveries)


async def _count_by_day(
    session: AsyncSession, moment: Any, edges: Sequence[datetime], counted: ColumnElement[Any]
) -> tuple[int, ...]:
    day = day_of(moment, edges)
    counts = select(day, counted.label("counted")).where(moment >= edges[0], moment < edges[-1]).group_by(day)
    rows = await session.execute(counts)
    return _in_days([(row.day, int(row.counted)) for row in rows], len(edges) - 1)
