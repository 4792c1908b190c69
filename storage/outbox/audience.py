"""Who an alert reaches, and which of them sleep: readers of a country who want alerts, by their own clocks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, null, select
from sqlalchemy.ext.asyncio import AsyncSession

from news.model import Audience
from news.timetable import is_quiet, wakes_at
from storage.outbox.values import State
from storage.tables import SubscriberRow, SubscriptionRow, UtcDateTime


@dataclass(frozen=True, slots=True)
class Asleep:
    """Readers of a zone with the same quiet hours, who now sleep until ``wakes``."""

    zone: str
    quiet: tuple[time, time]
    wakes: datetime

    @property
    def is_theirs(self) -> ColumnElement[bool]:
        return and_(
            SubscriberRow.zone == self.zone,
            SubscriberRow.quiet_from == self.quiet[0],
            SubscriberRow.quiet_to == self.quiet[1],
            SubscriberRow.alerts_pierce_quiet.is_(False),
        )


def alert_readers(countries: Collection[str]) -> Select[int]:
    """The ids of active readers of any of the countries (none: of all) who want alerts."""
    readers = select(SubscriberRow.id).where(
        SubscriberRow.is_paused.is_(False), SubscriberRow.wants_alerts.is_(True)
    )
    if not countries:
        return readers
    followers = select(SubscriptionRow.subscriber_id).where(SubscriptionRow.country.in_(countries))
    return readers.where(SubscriberRow.id.in_(followers))


def with_language(readers: Select[int], language: str, named: Collection[str]) -> Select[int]:
    """Those whose interface language is ``language``; for "" those whose language is none of ``named``."""
    if language:
        return readers.where(SubscriberRow.language == language)
    return readers.where(SubscriberRow.language.not_in([name for name in named if name]))


async def who_sleeps(session: AsyncSession, readers: Select[int], now: datetime) -> list[Asleep]:
    """The quiet hours in force now among these readers of an alert: a few per zone, however many the readers."""
    statement = (
        readers.with_only_columns(SubscriberRow.zone, SubscriberRow.quiet_from, SubscriberRow.quiet_to)
        .where(SubscriberRow.alerts_pierce_quiet.is_(False))
        .distinct()
    )
    rows = (await session.execute(statement)).all()
    asleep = []
    for name, start, end in rows:
        if start is None or end is None:
            continue
        zone, quiet = ZoneInfo(name), (start, end)
        if is_quiet(now, zone, quiet):
            asleep.append(Asleep(name, quiet, wakes_at(now, zone, quiet)))
    return asleep


def held_state(asleep: Sequence[Asleep]) -> ColumnElement[str] | None:
    """Held for sleepers, waiting for the others; None when nobody sleeps."""
    if not asleep:
        return None
    held = [(one.is_theirs, literal(State.HELD.value)) for one in asleep]
    return case(*held, else_=literal(State.WAITING.value))


def waking_times(asleep: Sequence[Asleep], now: datetime) -> ColumnElement[datetime] | None:
    """The reader's waking for sleepers, ``now`` for the others; None when nobody sleeps."""
    if not asleep:
        return None
    times = [(one.is_theirs, literal(one.wakes, UtcDateTime())) for one in asleep]
    return case(*times, else_=literal(now, UtcDateTime()))


def held_until(asleep: Sequence[Asleep]) -> ColumnElement[datetime | None] | None:
    """The reader's waking for sleepers, NULL for the others; None when nobody sleeps."""
    if not asleep:
        return None
    return case(*((one.is_theirs, literal(one.wakes, UtcDateTime())) for one in asleep), else_=null())


async def count_audience(session: AsyncSession, countries: Collection[str], now: datetime) -> Audience:
    """Readers by interface language, and how many of them sleep."""
    readers = alert_readers(countries)
    by_language = readers.with_only_columns(SubscriberRow.language, func.count()).group_by(
        SubscriberRow.language
    )
    languages = {language: count for language, count in await session.execute(by_language)}  # noqa: C416 (rows are no pairs to mypy)
    quiet = 0
    for one in await who_sleeps(session, readers, now):
        sleepers = readers.where(one.is_theirs).with_only_columns(func.count())
        quiet += await session.scalar(sleepers) or 0
    return Audience(total=sum(languages.values()), by_language=languages, quiet=quiet)
