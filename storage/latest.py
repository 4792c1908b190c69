"""The newest headlines of some countries: one short walk of an index per country, then a merge."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Subquery, func, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from news.model import Found, Page
from storage.reading import headlines_by_id
from storage.statements import AnySelect
from storage.tables import HeadlineCountryRow, HeadlineRow

# Counting every headline of a country would cost more than finding the newest ten.
COUNTED = 1_000
LanguageColumn = InstrumentedAttribute[str | None]


def readable(languages: Sequence[str], language: LanguageColumn) -> list[ColumnElement[bool]]:
    """Conditions for "in one of these languages"; a headline whose language nobody knows is never hidden."""
    if not languages:
        return []
    return [or_(language.is_(None), language.in_(languages))]


async def page(
    session: AsyncSession, countries: Sequence[str], languages: Sequence[str], *, limit: int, offset: int
) -> Page:
    """One page, newest first, ties by id; no country means all."""
    walk = _union(countries, languages, offset + limit)
    newest = select(walk.c.id).order_by(walk.c.sort_at.desc(), walk.c.id.desc())
    ids = list(await session.scalars(newest.limit(limit).offset(offset)))
    counted = _union(countries, languages, COUNTED)
    total = await session.scalar(select(func.count()).select_from(counted)) or 0
    found = await headlines_by_id(session, ids)
    return Page(tuple(Found(found[number]) for number in ids), max(total, offset + len(ids)), offset)


def _union(countries: Sequence[str], languages: Sequence[str], limit: int) -> Subquery:
    """(id, sort_at) of the newest ``limit`` of each country, each headline once."""
    walks = [
        walk
        for country in dict.fromkeys(countries)
        for walk in (_evident(country, languages, limit), _implied(country, languages, limit))
    ] or [_newest(languages, limit)]
    # SQLite takes no LIMIT inside a compound, hence the wrapping.
    parts = [walk.subquery() for walk in walks]
    return union(*(select(part.c.id, part.c.sort_at) for part in parts)).subquery()


def _evident(country: str, languages: Sequence[str], limit: int) -> AnySelect:
    told = HeadlineCountryRow
    walk = select(told.headline_id.label("id"), told.sort_at)
    walk = walk.where(told.country == country, *readable(languages, told.language))
    return walk.order_by(told.sort_at.desc(), told.headline_id.desc()).limit(limit)


def _implied(country: str, languages: Sequence[str], limit: int) -> AnySelect:
    return _newest(languages, limit).where(HeadlineRow.implied_country == country)


def _newest(languages: Sequence[str], limit: int) -> AnySelect:
    walk = select(HeadlineRow.id, HeadlineRow.sort_at).where(*readable(languages, HeadlineRow.language))
    return walk.order_by(HeadlineRow.sort_at.desc(), HeadlineRow.id.desc()).limit(limit)
