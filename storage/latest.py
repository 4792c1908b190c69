"""The newest headlines of some countries: one short walk of an index per country, then a merge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from news.model import Found, Page
from storage.reading import headline_select, headlines_by_id, read_headlines
from storage.statements import AnySelect
from storage.tables import HeadlineCountryRow, HeadlineRow

# Counting every headline of a country would cost more than finding the newest ten.
COUNTED = 1_000


def readable(languages: Sequence[str]) -> list[ColumnElement[bool]]:
    """Conditions for "in one of these languages"; a headline whose language nobody knows is never hidden."""
    if not languages:
        return []
    return [or_(HeadlineRow.language.is_(None), HeadlineRow.language.in_(languages))]


async def page(
    session: AsyncSession, countries: Sequence[str], languages: Sequence[str], *, limit: int, offset: int
) -> Page:
    """One page, newest first, ties by id."""
    if not countries:
        return await _page_of_all(session, languages, limit=limit, offset=offset)
    walk = _union(countries, languages, offset + limit)
    newest = select(walk.c.id).order_by(walk.c.sort_at.desc(), walk.c.id.desc())
    ids = list(await session.scalars(newest.limit(limit).offset(offset)))
    counted = _union(countries, languages, COUNTED)
    total = await session.scalar(select(func.count()).select_from(counted)) or 0
    found = await headlines_by_id(session, ids)
    return Page(tuple(Found(found[number]) for number in ids), max(total, offset + len(ids)), offset)


async def _page_of_all(session: AsyncSession, languages: Sequence[str], *, limit: int, offset: int) -> Page:
    newest = headline_select().where(*readable(languages))
    newest = newest.order_by(HeadlineRow.sort_at.desc(), HeadlineRow.id.desc()).limit(limit).offset(offset)
    headlines = await read_headlines(session, newest)
    some = select(HeadlineRow.id).where(*readable(languages)).limit(COUNTED).subquery()
    total = await session.scalar(select(func.count()).select_from(some)) or 0
    found = tuple(Found(headline) for headline in headlines)
    return Page(found, max(total, offset + len(found)), offset)


def _union(countries: Sequence[str], languages: Sequence[str], limit: int) -> Any:
    """(id, sort_at) of the newest ``limit`` of each country, each headline once."""
    walks = [walk for country in dict.fromkeys(countries) for walk in _walks(country, languages, limit)]
    # SQLite takes no LIMIT inside a compound, hence the wrapping.
    return union(*(select(part.c.id, part.c.sort_at) for part in (w.subquery() for w in walks))).subquery()


def _walks(country: str, languages: Sequence[str], limit: int) -> tuple[AnySelect, AnySelect]:
    told = HeadlineCountryRow
    evident = select(told.headline_id.label("id"), told.sort_at).where(told.country == country)
    if languages:
        evident = evident.join(HeadlineRow, HeadlineRow.id == told.headline_id).where(*readable(languages))
    implied = select(HeadlineRow.id, HeadlineRow.sort_at).where(
        HeadlineRow.implied_country == country, *readable(languages)
    )
    return (
        evident.order_by(told.sort_at.desc(), told.headline_id.desc()).limit(limit),
        implied.order_by(HeadlineRow.sort_at.desc(), HeadlineRow.id.desc()).limit(limit),
    )
