"""Which countries a headline belongs to, and why: evidence, the outlet's country, an editor's word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from news.model import Attribution, CountryEvidence
from storage.search import index
from storage.statements import chunks, insert_many
from storage.tables import HeadlineCountryRow, HeadlineOverrideRow, HeadlineRow


def normal(attribution: Attribution) -> Attribution:
    """The outlet's country counts only without evidence, and then it is all there is."""
    return Attribution(attribution.countries) if attribution.countries else attribution


def belongs(attribution: Attribution) -> tuple[str, ...]:
    """The countries under which the headline is found: those with evidence, else the outlet's."""
    if attribution.countries:
        return tuple(evidence.country for evidence in attribution.countries)
    return (attribution.implied_by_source,) if attribution.implied_by_source else ()


async def insert_countries(
    session: AsyncSession, attributions: Sequence[tuple[int, datetime, str | None, Attribution]]
) -> None:
    """Store the evidence of (headline id, sort_at, language, attribution); their headlines have none yet."""
    rows = [
        {
            "headline_id": number,
            "country": evidence.country,
            "sort_at": sort_at,
            "language": language,
            "position": position,
            "words": evidence.words,
            "rule": evidence.rule,
            "weight": evidence.weight,
        }
        for number, sort_at, language, attribution in attributions
        for position, evidence in enumerate(attribution.countries)
    ]
    if rows:
        # A country named twice keeps its stronger evidence, which comes first.
        await insert_many(session, HeadlineCountryRow, rows)


async def read_attributions(session: AsyncSession, ids: Sequence[int]) -> dict[int, Attribution]:
    """The attributions of those of ``ids`` that exist, evidence strongest first."""
    evidence: dict[int, list[CountryEvidence]] = {}
    implied: dict[int, str | None] = {}
    for some in chunks(ids):
        heads = select(HeadlineRow.id, HeadlineRow.implied_country).where(HeadlineRow.id.in_(some))
        implied.update((row.id, row.implied_country) for row in await session.execute(heads))
        statement = select(HeadlineCountryRow.__table__).where(HeadlineCountryRow.headline_id.in_(some))
        for row in await session.execute(statement.order_by(HeadlineCountryRow.position)):
            found = CountryEvidence(row.country, row.words, row.rule, row.weight)
            evidence.setdefault(row.headline_id, []).append(found)
    return {
        number: Attribution(tuple(evidence.get(number, ())), implied_country)
        for number, implied_country in implied.items()
    }


async def read_overridden(session: AsyncSession, ids: Sequence[int]) -> set[int]:
    """Those of ``ids`` on which an editor has spoken."""
    found: set[int] = set()
    for some in chunks(ids):
        statement = select(HeadlineOverrideRow.headline_id).where(HeadlineOverrideRow.headline_id.in_(some))
        found |= set(await session.scalars(statement))
    return found


async def set_attributions(session: AsyncSession, attributions: Mapping[int, Attribution]) -> None:
    """Replace evidence, implied country and the index's countries of these headlines."""
    for some in chunks(list(attributions)):
        await session.execute(delete(HeadlineCountryRow).where(HeadlineCountryRow.headline_id.in_(some)))
        known = select(HeadlineRow.id, HeadlineRow.sort_at, HeadlineRow.language)
        rows = await session.execute(known.where(HeadlineRow.id.in_(some)))
        await insert_countries(
            session, [(row.id, row.sort_at, row.language, attributions[row.id]) for row in rows]
        )
        by_country: defaultdict[str | None, list[int]] = defaultdict(list)
        for number in some:
            by_country[attributions[number].implied_by_source].append(number)
        for implied, ids in by_country.items():
            change = update(HeadlineRow).where(HeadlineRow.id.in_(ids))
            await session.execute(change.values(implied_country=implied))
    await index.set_countries(session, {number: belongs(found) for number, found in attributions.items()})
