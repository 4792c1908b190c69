"""Who is due: slots → windows → groups → editions → deliveries. Every step can be repeated; nothing is kept in memory."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.exc import SQLAlchemyError

from bot.leader import Leadership
from handlers.render import render_digest
from handlers.texts import Texts
from news.digests import compose_digest
from news.errors import WrongUseError
from news.gazetteer import Gazetteer
from news.model import Message, Preferences
from news.ports import Storage
from news.timetable import FIRST_REACH, LONGEST_REACH, ONE_DAY, Due, due, missed, weekdays_of
from storage.outbox.planning import Edition, PlanningStore, edition_key
from storage.outbox.values import Fence, Group, SlotTime, Window
from storage.preferences import wants_key
from storage.storage import Store

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PlanReport:
    """What one run of the planner did."""

    editions: int = 0
    deliveries: int = 0
    skipped: int = 0
    finished: int = 0

    def __add__(self, other: PlanReport) -> PlanReport:
        return PlanReport(
            self.editions + other.editions,
            self.deliveries + other.deliveries,
            self.skipped + other.skipped,
            self.finished + other.finished,
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """What an edition must be composed for."""

    preferences: Preferences
    window: Window
    group: Group

    @property
    def mutes(self) -> tuple[str, ...]:
        return tuple(self.group.mutes.splitlines())


@dataclass(frozen=True, slots=True)
class Composed:
    """An edition's messages and how many stories they tell."""

    messages: tuple[Message, ...]
    story_count: int


Compose = Callable[[Asked], Awaitable[Composed]]


def composer(storage: Storage, gazetteer: Gazetteer, *, now: datetime) -> Compose:
    """Compose with the product's own rules and words."""
    texts = Texts(gazetteer)

    async def compose(asked: Asked) -> Composed:
        digest = await compose_digest(
            storage,
            asked.preferences,
            since=asked.group.since,
            until=asked.window.until,
            local_date=asked.window.local_date,
            skipped=asked.group.skipped,
            mutes=asked.mutes,
        )
        messages = render_digest(digest, asked.preferences, texts, now=now)
        return Composed(tuple(messages), sum(len(section.entries) for section in digest.sections))

    return compose


async def plan(
    store: Store, gazetteer: Gazetteer, *, now: datetime, leadership: Leadership | None = None
) -> PlanReport:
    """Plan everything that is due at ``now`` with the product's own composing; see plan_with."""
    return await plan_with(store, composer(store, gazetteer, now=now), now=now, leadership=leadership)


async def plan_with(
    store: Store, compose: Compose, *, now: datetime, leadership: Leadership | None = None
) -> PlanReport:
    """Plan everything that is due at ``now``, wake held alerts, spread what a crash left, close what has ended.

    With ``leadership`` the run ends early when another process takes over. Raise LostLeadershipError when that
    happens in the middle of a write.
    """
    run = _Run(store, compose, now, leadership)
    report = PlanReport()
    await store.outbox.housekeeping.release_held(now)
    for broadcast_id in await store.broadcasts.unspread():
        await store.broadcasts.spread_on(broadcast_id, now)
    slot_times = await store.outbox.planning.slot_times()
    for slot, planned_for in slot_times.items():
        if leadership is not None and not await leadership.hold():
            break
        report += await run.plan_slot(slot, planned_for)
    finished = await store.outbox.housekeeping.finish(now)
    return report + PlanReport(finished=finished)


@dataclass(frozen=True, slots=True)
class _Run:
    """One run of the planner."""

    store: Store
    compose: Compose
    now: datetime
    leadership: Leadership | None

    @property
    def planning(self) -> PlanningStore:
        return self.store.outbox.planning

    @property
    def fence(self) -> Fence | None:
        return self.leadership.fence if self.leadership else None

    async def plan_slot(self, slot: SlotTime, planned_for: date | None) -> PlanReport:
        """Plan one wall-clock time of one zone, unless all of it is planned."""
        try:
            zone = ZoneInfo(slot.zone)
        except (ZoneInfoNotFoundError, ValueError):
            # Only after tzdata has dropped a name. Its readers keep their place and are served once it is back.
            fields = {"action": "zone_unknown", "zone": slot.zone}
            logger.error("unknown time zone %s", slot.zone, extra=fields)  # noqa: TRY400 (said every tick: no trace)
            return PlanReport()
        found = due(self.now, slot.local_time, zone)
        if planned_for is not None and planned_for >= found.local_date:
            return PlanReport()
        window = Window(
            slot, found.local_date, found.instant, found.instant - LONGEST_REACH, found.instant - FIRST_REACH
        )
        await self.planning.pass_over_absent(window, fence=self.fence)
        report = await self._pass_over(window, found, zone)
        for group in await self.planning.groups(window):
            report += await self._plan_group(window, group)
        await self.planning.mark_planned(slot, found.local_date, fence=self.fence)
        return report

    async def _pass_over(self, window: Window, found: Due, zone: ZoneInfo) -> PlanReport:
        """Count what was missed, and what is too late now; skip weekdays that were not chosen."""
        skipped = 0
        for lag in await self.planning.lags(window.slot, found.local_date):
            weekdays = weekdays_of(lag.weekdays)
            is_chosen = found.local_date.weekday() in weekdays
            is_done = not (is_chosen and found.is_sendable)
            count = missed(lag.last_local_date, found.local_date, weekdays, zone) + (is_chosen and is_done)
            if not is_done and not count:
                continue
            upto = found.local_date if is_done else found.local_date - ONE_DAY
            slots = await self.planning.pass_over(
                window.slot, lag, upto=upto, skipped=count, fence=self.fence
            )
            skipped += slots * count
        if skipped:
            fields = {"action": "editions_skipped", "zone": window.slot.zone, "count": skipped}
            logger.warning("editions were too late to be sent", extra=fields)
        return PlanReport(skipped=skipped)

    async def _plan_group(self, window: Window, group: Group) -> PlanReport:
        if self.leadership is not None and not await self.leadership.hold():
            return PlanReport()
        edition = None
        if not await self.planning.has_edition(edition_key(window, group)):
            edition = await self._compose(window, group)
            if edition is None:
                return PlanReport()
        added = await self.planning.publish(window, group, edition, now=self.now, fence=self.fence)
        return PlanReport(editions=1, deliveries=added)

    async def _compose(self, window: Window, group: Group) -> Edition | None:
        """None when the sample reader has changed its mind meanwhile: the next run groups anew."""
        try:
            sample = await self.store.subscribers.get(group.sample_id)
        except WrongUseError:  # it has erased itself
            return None
        if wants_key(sample.preferences) != group.wants:
            return None
        # Zone and hour are the slot's: the readers of a group may differ in their other hours.
        slot = window.slot
        preferences = replace(sample.preferences, zone=slot.zone, hours=(slot.local_time,))
        try:
            composed = await self.compose(Asked(preferences, window, group))
        except SQLAlchemyError:
            raise
        except Exception:  # one edition that cannot be composed must not keep the others from their readers
            fields = {"action": "compose_failed", "wants": group.wants, "zone": slot.zone}
            logger.exception("an edition could not be composed", extra=fields)
            return None
        return Edition(window, group, composed.messages, composed.story_count)
