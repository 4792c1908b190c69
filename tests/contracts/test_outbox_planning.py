"""The planner on both databases: who is due gets exactly one edition, whatever is repeated, late or changed meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import delete, select, update

from bot.leader import PLANNER, Leadership
from bot.planner import Asked, Composed, PlanReport, plan_with
from news.model import Chat, ChatKind
from storage.outbox.leases import LostLeadershipError
from storage.outbox.planning import Edition
from storage.outbox.values import Fence, SlotTime, Window
from storage.storage import Store
from storage.tables import SlotRow, SlotTimeRow, SubscriberRow
from tests.outbox import (
    ALMATY,
    NOW,
    Composer,
    Hands,
    add_reader,
    broadcasts,
    counted,
    deliveries,
    plan_at,
    states,
)

DAY = timedelta(days=1)


async def slots(store: Store) -> list[tuple[date | None, int]]:
    async with store.engine.connect() as connection:
        rows = await connection.execute(
            select(SlotRow.last_local_date, SlotRow.skipped).order_by(SlotRow.subscriber_id, SlotRow.ordinal)
        )
        return [tuple(row) for row in rows]


async def set_slots(store: Store, **values: object) -> None:
    async with store.engine.begin() as connection:
        await connection.execute(update(SlotRow).values(values))
        await connection.execute(delete(SlotTimeRow))


async def set_readers(store: Store, **values: object) -> None:
    async with store.engine.begin() as connection:
        await connection.execute(update(SubscriberRow).values(values))


async def test_readers_who_want_the_same_share_one_edition(store: Store) -> None:
    for chat_id in (1, 2, 3):
        await add_reader(store, chat_id)
    await add_reader(store, 4, countries=("KZ", "UZ"))
    composer = Composer()

    report = await plan_at(store, NOW, composer)

    assert report == PlanReport(editions=2, deliveries=4)
    assert [asked.group.readers for asked in composer.asked] == [3, 1]
    assert await states(store) == {"waiting": 4}
    assert [await counted(store, one) for one in await broadcasts(store)] == [{"total": 3}, {"total": 1}]


async def test_nothing_is_planned_before_its_minute_and_nothing_twice(store: Store) -> None:
    await add_reader(store)

    early = await plan_at(store, NOW - timedelta(seconds=1))
    first = await plan_at(store, NOW)
    again = await plan_at(store, NOW + timedelta(minutes=5))

    assert [early.deliveries, first.deliveries, again.deliveries] == [0, 1, 0]


async def test_seven_days_give_seven_editions_also_over_a_standstill(store: Store) -> None:
    await add_reader(store)
    composer = Composer()

    for day in range(7):
        start = NOW + day * DAY
        down = day == 3  # from 02:59 to 03:20 UTC
        for minutes in range(-2, 30):
            if not (down and -1 <= minutes < 20):
                await plan_at(store, start + timedelta(minutes=minutes), composer)

    assert [asked.window.until for asked in composer.asked] == [NOW + day * DAY for day in range(7)]
    assert [asked.group.since for asked in composer.asked] == [NOW + day * DAY for day in range(-1, 6)]
    assert await states(store) == {"waiting": 7}


async def test_planners_at_the_same_moment_deliver_once(store: Store) -> None:
    for chat_id in range(1, 21):
        await add_reader(store, chat_id, countries=("KZ", "UZ")[: chat_id % 2 + 1])

    reports = await asyncio.gather(*(plan_at(store, NOW) for _ in range(4)))

    assert sum(report.deliveries for report in reports) == 20
    assert await states(store) == {"waiting": 20}
    assert sum([(await counted(store, one))["total"] for one in await broadcasts(store)]) == 20


async def test_parts_wait_for_the_part_before(store: Store) -> None:
    reader = await add_reader(store)

    report = await plan_at(store, NOW, Composer(parts=3))

    assert report.deliveries == 3
    assert await deliveries(store) == [
        (reader.id, 0, "waiting", "send"),
        (reader.id, 1, "after", "send"),
        (reader.id, 2, "after", "send"),
    ]


async def test_a_crash_between_runs_of_readers_repeats_nobody(store: Store) -> None:
    for chat_id in range(1, 8):
        await add_reader(store, chat_id)
    planning = store.outbox.planning
    window = Window(SlotTime("Asia/Almaty", time(8)), date(2026, 3, 21), NOW, NOW - 3 * DAY, NOW - DAY)
    (group,) = await planning.groups(window)
    composed = await Composer()(Asked(ALMATY, window, group))
    edition = Edition(window, group, composed.messages, composed.story_count)

    added = await planning.publish(window, group, edition, now=NOW, at_once=3)
    (left,) = [*await planning.groups(window), None]
    later = await plan_at(store, NOW)

    assert (added, left, later.deliveries) == (7, None, 0)
    assert await states(store) == {"waiting": 7}


async def test_the_rest_of_a_half_published_edition_gets_the_text_that_was_kept(store: Store) -> None:
    for chat_id in (1, 2, 3):
        await add_reader(store, chat_id)
    await plan_at(store, NOW, Composer(parts=2))
    async with store.engine.begin() as connection:  # as if the process had died after two of three readers
        third = select(SubscriberRow.id).where(SubscriberRow.chat_id == 3).scalar_subquery()
        await connection.execute(
            update(SlotRow).where(SlotRow.subscriber_id == third).values(last_local_date=date(2026, 3, 20))
        )
        await connection.execute(delete(SlotTimeRow))
        await connection.execute(
            update(SubscriberRow).where(SubscriberRow.chat_id == 3).values(last_until=None)
        )
        await connection.exec_driver_sql(
            "DELETE FROM delivery WHERE subscriber_id = (SELECT id FROM subscriber WHERE chat_id = 3)"
        )
    composer = Composer(parts=5)

    report = await plan_at(store, NOW + timedelta(minutes=1), composer)

    assert (report.deliveries, composer.asked) == (2, [])
    assert len(await broadcasts(store)) == 1


@pytest.mark.parametrize(
    ("late", "is_sent"),
    [
        pytest.param(timedelta(hours=5, minutes=59), True, id="under six hours: sent"),
        pytest.param(timedelta(hours=6), False, id="six hours: skipped"),
        pytest.param(timedelta(hours=17), False, id="next local date: skipped"),
    ],
)
async def test_a_late_start(store: Store, late: timedelta, is_sent: bool) -> None:
    await add_reader(store)

    report = await plan_at(store, NOW + late)

    assert (report.deliveries, report.skipped) == ((1, 0) if is_sent else (0, 1))
    assert await slots(store) == [(date(2026, 3, 21), 0 if is_sent else 1)]


async def test_skipped_editions_are_told_in_the_next_one_and_reach_back_to_the_last(store: Store) -> None:
    await add_reader(store)
    await plan_at(store, NOW)
    composer = Composer()

    await plan_at(store, NOW + 2 * DAY + timedelta(hours=7), composer)  # two days down, and then too late
    await plan_at(store, NOW + 3 * DAY, composer)
    await plan_at(store, NOW + 4 * DAY, composer)

    assert [(asked.group.skipped, asked.group.since) for asked in composer.asked] == [
        (2, NOW),
        (0, NOW + 3 * DAY),
    ]


async def test_an_edition_reaches_three_days_back_at_most(store: Store) -> None:
    await add_reader(store)
    await set_readers(store, last_until=NOW - 30 * DAY)
    composer = Composer()

    await plan_at(store, NOW, composer)

    assert [asked.group.since for asked in composer.asked] == [NOW - 3 * DAY]


async def test_only_chosen_weekdays(store: Store) -> None:
    await add_reader(store, weekdays=frozenset({5, 0}))  # 2026-03-21 is a Saturday
    composer = Composer()

    for day in range(8):
        await plan_at(store, NOW + day * DAY, composer)

    assert [asked.window.local_date.weekday() for asked in composer.asked] == [5, 0, 5]
    assert await slots(store) == [(date(2026, 3, 28), 0)]


async def test_several_hours_a_day_are_several_editions(store: Store) -> None:
    await add_reader(store, hours=(time(8), time(18)))
    composer = Composer()

    for hour in range(24):
        await plan_at(store, NOW + timedelta(hours=hour), composer)

    assert [(asked.preferences.hours, asked.group.since) for asked in composer.asked] == [
        ((time(8),), NOW - DAY),
        ((time(18),), NOW),
    ]


async def test_both_hours_missed_by_a_short_standstill_go_out_in_order(store: Store) -> None:
    await add_reader(store, hours=(time(8), time(9)))
    composer = Composer()

    await plan_at(store, NOW + timedelta(hours=2), composer)

    assert [asked.preferences.hours for asked in composer.asked] == [(time(8),), (time(9),)]
    assert [asked.group.since for asked in composer.asked] == [NOW - DAY, NOW]


async def test_paused_readers_get_nothing_and_no_heap_when_they_return(store: Store) -> None:
    await add_reader(store, 5)
    await store.subscribers.pause(5, "blocked", NOW)
    composer = Composer()
    for day in range(3):
        await plan_at(store, NOW + day * DAY, composer)

    await store.subscribers.resume(5)
    await plan_at(store, NOW + 2 * DAY + timedelta(minutes=1), composer)
    await plan_at(store, NOW + 3 * DAY, composer)

    assert [(asked.window.until, asked.group.skipped) for asked in composer.asked] == [(NOW + 3 * DAY, 0)]


async def test_a_reader_who_has_just_been_told_is_not_told_again(store: Store) -> None:
    reader = await add_reader(store)
    await store.subscribers.set_last_until(reader.id, NOW + timedelta(minutes=10))

    report = await plan_at(store, NOW + timedelta(minutes=11))

    assert report.deliveries == 0
    assert await slots(store) == [(date(2026, 3, 21), 0)]


async def test_a_change_of_zone_never_makes_a_second_edition_of_a_date(store: Store) -> None:
    await add_reader(store)
    composer = Composer()
    await plan_at(store, NOW, composer)

    moved = replace(ALMATY, zone="America/New_York")
    await store.subscribers.save(Chat(1), ChatKind.PRIVATE, moved, NOW + timedelta(minutes=1))
    for hour in range(1, 49):
        await plan_at(store, NOW + timedelta(hours=hour), composer)

    assert [asked.window.local_date.day for asked in composer.asked] == [21, 22]


async def test_mutes_make_an_edition_of_their_own(store: Store) -> None:
    await add_reader(store, 1)
    reader = await add_reader(store, 2)
    await store.subscribers.add_mute(reader.id, "wrestling")
    await store.subscribers.add_mute(reader.id, "chess")
    composer = Composer()

    report = await plan_at(store, NOW, composer)

    assert sorted(asked.mutes for asked in composer.asked) == [(), ("chess", "wrestling")]
    assert report.deliveries == 2


async def test_a_zone_that_tzdata_dropped_holds_up_nobody(store: Store) -> None:
    await add_reader(store, 1)
    await add_reader(store, 2)
    async with store.engine.begin() as connection:
        lost = select(SubscriberRow.id).where(SubscriberRow.chat_id == 2).scalar_subquery()
        await connection.execute(
            update(SlotRow).where(SlotRow.subscriber_id == lost).values(zone="Asia/Atlantis")
        )

    report = await plan_at(store, NOW)

    assert report.deliveries == 1


async def test_an_edition_that_cannot_be_composed_holds_up_nobody(store: Store) -> None:
    await add_reader(store, 1, countries=("XX",))
    await add_reader(store, 2)

    class Fragile(Composer):
        async def __call__(self, asked: Asked) -> Composed:
            if asked.preferences.countries == ("XX",):
                raise KeyError("XX")
            return await super().__call__(asked)

    first = await plan_at(store, NOW, Fragile())
    repaired = await plan_at(store, NOW + timedelta(minutes=1))

    assert (first.deliveries, repaired.deliveries) == (1, 1)


async def test_a_reader_who_changes_while_the_edition_is_composed_gets_the_new_one(store: Store) -> None:
    await add_reader(store)
    composer = Composer()

    class Slow(Composer):
        async def __call__(self, asked: Asked) -> Composed:
            changed = replace(ALMATY, countries=("UZ",))
            await store.subscribers.save(Chat(1), ChatKind.PRIVATE, changed, NOW - timedelta(hours=1))
            return await super().__call__(asked)

    first = await plan_at(store, NOW, Slow())
    second = await plan_at(store, NOW, composer)

    assert (first.deliveries, second.deliveries) == (0, 1)
    assert [asked.preferences.countries for asked in composer.asked] == [("UZ",)]


async def test_a_planner_that_lost_its_office_writes_nothing(store: Store) -> None:
    await add_reader(store)
    clock = Hands()
    old, new = (Leadership(store.outbox.leases, PLANNER, clock, owner=name) for name in ("old", "new"))
    assert await old.hold()
    fence = old.fence
    clock.turn(seconds=30)
    assert await new.hold()
    window = Window(SlotTime("Asia/Almaty", time(8)), date(2026, 3, 21), NOW, NOW - 3 * DAY, NOW - DAY)
    (group,) = await store.outbox.planning.groups(window)
    edition = Edition(window, group, (await Composer()(Asked(ALMATY, window, group))).messages, 1)

    with pytest.raises(LostLeadershipError, match="planner"):
        await store.outbox.planning.publish(window, group, edition, now=NOW, fence=fence)
    with pytest.raises(LostLeadershipError):
        await store.outbox.planning.pass_over_absent(window, fence=Fence(PLANNER, 0))

    assert await states(store) == {}
    stands_by = await plan_with(store, Composer(), now=NOW, leadership=old)
    leads = await plan_with(store, Composer(), now=NOW, leadership=new)
    assert (stands_by.deliveries, leads.deliveries) == (0, 1)


async def test_many_times_are_listed_once_each(store: Store) -> None:
    for chat_id, (zone, hour) in enumerate(
        [
            ("Asia/Almaty", 8),
            ("Asia/Almaty", 8),
            ("Asia/Almaty", 21),
            ("Asia/Tashkent", 8),
            ("Europe/Berlin", 7),
        ],
        1,
    ):
        await add_reader(store, chat_id, zone=zone, hours=(time(hour),))

    found = await store.outbox.planning.slot_times()

    assert [(slot.zone, slot.local_time) for slot in found] == [
        ("Asia/Almaty", time(8)),
        ("Asia/Almaty", time(21)),
        ("Asia/Tashkent", time(8)),
        ("Europe/Berlin", time(7)),
    ]
    assert await store.outbox.planning.slot_times() == found


async def test_a_time_is_marked_once_all_of_its_slots_are_planned(store: Store) -> None:
    await add_reader(store, 1)
    slot, today = SlotTime("Asia/Almaty", time(8)), date(2026, 3, 21)
    planning = store.outbox.planning
    assert not await planning.mark_planned(slot, today)
    assert await planning.slot_times() == {slot: None}

    await plan_at(store, NOW)

    assert await planning.slot_times() == {slot: today}
    assert await planning.mark_planned(slot, today)
    assert not await planning.mark_planned(slot, today + DAY)


async def test_whoever_moves_to_where_the_hour_has_passed_already_is_not_overlooked(store: Store) -> None:
    await add_reader(store, 1, zone="Asia/Tokyo")  # 08:00 there is four hours before Almaty's
    reader = await add_reader(store, 2, zone="Asia/Almaty")
    before = NOW - timedelta(hours=3)
    assert (await plan_at(store, before)).deliveries == 1  # Tokyo's; Almaty's day has not come

    moved = replace(reader.preferences, zone="Asia/Tokyo")
    await store.subscribers.save(reader.chat, reader.kind, moved, before)

    assert (await plan_at(store, before)).deliveries == 1
    assert (await plan_at(store, NOW)).deliveries == 0


async def test_no_reader_no_plan(store: Store) -> None:
    assert await store.outbox.planning.slot_times() == {}
    assert await plan_at(store, datetime(2026, 1, 1, tzinfo=NOW.tzinfo)) == PlanReport()
