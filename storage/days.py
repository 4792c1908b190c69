"""What happened on each of some days: counts by day, in one query however many days and countries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, case, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from news.model import DayCounts
from storage.tables import HeadlineCountryRow, HeadlineRow, UtcDateTime


async def by_country(
    session: AsyncSession, edges: Sequence[datetime], countries: Sequence[str]
) -> Mapping[str, DayCounts]:
    """See news.ports.HeadlineStore.days."""
    told = _told(countries, edges[0], edges[-1])
    day = day_of(told.c.sort_at, edges)
    story = func.coalesce(HeadlineRow.story_id, -HeadlineRow.id)
    counted = (
        select(
            told.c.country,
            day,
            func.count().label("headlines"),
            func.count(story.distinct()).label("stories"),
        )
        .join(HeadlineRow, HeadlineRow.id == told.c.id)
        .group_by(told.c.country, day)
    )
    rows = (await session.execute(counted)).all()
    return {
        country: _counts([row for row in rows if row.country == country], len(edges) - 1)
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


def _counts(rows: Sequence[Any], days: int) -> DayCounts:
    headlines, stories = [0] * days, [0] * days
    for row in rows:
        headlines[row.day], stories[row.day] = row.headlines, row.stories
    return DayCounts(tuple(headlines), tuple(stories))
