"""From rows to the headlines and stories of news.model: shared by every store that hands them out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from news.model import Headline, Story
from storage.statements import AnySelect, chunks
from storage.tables import HeadlineCountryRow, HeadlineRow, SourceRow


def headline_select(*more: Any) -> AnySelect:
    """SELECT of all that a Headline needs but its countries, and of ``more`` columns."""
    return select(
        HeadlineRow.id,
        HeadlineRow.source_id,
        SourceRow.name.label("source_name"),
        SourceRow.tier,
        HeadlineRow.title,
        HeadlineRow.summary,
        HeadlineRow.url,
        HeadlineRow.language,
        HeadlineRow.published_at,
        HeadlineRow.first_seen_at,
        HeadlineRow.sort_at,
        HeadlineRow.is_new,
        HeadlineRow.implied_country,
        HeadlineRow.story_id,
        *more,
    ).join_from(HeadlineRow, SourceRow, SourceRow.id == HeadlineRow.source_id)


async def read_headlines(session: AsyncSession, statement: AnySelect) -> list[Headline]:
    """Run a ``headline_select`` and add the countries; the statement's order is kept."""
    rows = (await session.execute(statement)).all()
    countries = await _countries(session, [row.id for row in rows])
    return [_headline(row, tuple(countries.get(row.id, ()))) for row in rows]


async def headlines_by_id(session: AsyncSession, ids: Sequence[int]) -> dict[int, Headline]:
    """Those of ``ids`` that exist."""
    found: dict[int, Headline] = {}
    for some in chunks(ids):
        for headline in await read_headlines(session, headline_select().where(HeadlineRow.id.in_(some))):
            found[headline.id] = headline
    return found


def make_story(story_id: int, headlines: Sequence[Headline]) -> Story:
    """The story of these headlines, in the order given, under the countries they are about.

    The country that most headlines name comes first, then the one that the first headline puts first. What only an
    outlet's home country implies counts when no headline has evidence.
    """
    named = Counter(country for headline in headlines for country in headline.countries)
    countries = tuple(
        country for country, _ in named.most_common()
    )  # equal counts stay in order of first mention
    if not countries:
        implied = (headline.implied_by_source for headline in headlines)
        countries = tuple(dict.fromkeys(country for country in implied if country))
    return Story(id=story_id, headlines=tuple(headlines), countries=countries)


async def _countries(session: AsyncSession, ids: Sequence[int]) -> Mapping[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    for some in chunks(ids):
        statement = (
            select(HeadlineCountryRow.headline_id, HeadlineCountryRow.country)
            .where(HeadlineCountryRow.headline_id.in_(some))
            .order_by(HeadlineCountryRow.headline_id, HeadlineCountryRow.position)
        )
        for headline_id, country in await session.execute(statement):
            found[headline_id].append(country)
    return found


def _headline(row: Row[Any], countries: tuple[str, ...]) -> Headline:
    return Headline(
        id=row.id,
        source_id=row.source_id,
        source_name=row.source_name,
        title=row.title,
        sort_at=row.sort_at,
        summary=row.summary,
        url=row.url,
        language=row.language,
        published=row.published_at,
        countries=countries,
        implied_by_source=row.implied_country,
        story_id=row.story_id,
        tier=row.tier,
        is_new=row.is_new,
        first_seen_at=row.first_seen_at,
    )
