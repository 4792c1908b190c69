"""Claims, results, leases and waits on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from news.errors import UnknownBroadcastError
from news.model import BroadcastState, Lane, Message
from storage.outbox.deliveries import EVERYWHERE, MOST_RESCUES
from storage.outbox.leases import LostLeadershipError
from storage.outbox.recording import BROKEN_IN_A_ROW
from storage.outbox.values import Action, Fence, Job, Recorded, Result, State
from storage.storage import Store
from storage.tables import DeliveryRow, SubscriberRow
from tests.outbox import (
    LEASE,
    NOW,
    Composer,
    add_reader,
    claim,
    counted,
    deliveries,
    plan_at,
    queue_alert,
    states,
)

SECOND = timedelta(seconds=1)


def sent(job: Job) -> Result:
    return Result(job, State.SENT, message_id=900 + job.id)


async def row(store: Store, delivery_id: int) -> DeliveryRow:
    async with store.engine.connect() as connection:
        return (
            await connection.execute(select(DeliveryRow.__table__).where(DeliveryRow.id == delivery_id))
        ).one()


async def readers(store: Store, count: int) -> None:
    for chat_id in range(1, count + 1):
        await add_reader(store, chat_id)


async def test_a_claim_tells_all_that_sending_needs(store: Store) -> None:
    reader = await add_reader(store, -1_001_234_567_890, topic_id=4, language="ru")
    number = await queue_alert(store)

    (job,) = await claim(store, token="mine")

    assert job == Job(
        id=job.id,
        broadcast_id=number,
        subscriber_id=reader.id,
        revision=0,
        lane=Lane.ALERT,
        part=0,
        parts=1,
        action=Action.SEND,
        message_id=None,
        chat=reader.chat,
        language="ru",
        doubts=0,
        is_plain=False,
        token="mine",
        lease_until=NOW + LEASE,
    )


async def test_claims_never_overlap(store: Store) -> None:
    await readers(store, 30)
    await queue_alert(store)

    claims = await asyncio.gather(*(claim(store, limit=7, token=f"t{number}") for number in range(6)))

    ids = [job.id for jobs in claims for job in jobs]
    assert len(ids) == len(set(ids)) == 30


async def test_oldest_first_by_lane_and_not_before_its_time(store: Store) -> None:
    await readers(store, 2)
    later = await queue_alert(store, now=NOW + SECOND)
    first = await queue_alert(store, now=NOW)
    await plan_at(store, NOW)

    assert await store.outbox.due_lanes(NOW - SECOND) == set()
    assert await store.outbox.due_lanes(NOW) == {Lane.ALERT, Lane.DIGEST}
    assert [job.broadcast_id for job in await claim(store, now=NOW - SECOND)] == []
    assert [job.broadcast_id for job in await claim(store, now=NOW + SECOND, limit=3)] == [
        first,
        first,
        later,
    ]
    assert [job.lane for job in await claim(store, Lane.DIGEST)] == [Lane.DIGEST] * 2


async def test_a_sent_delivery_is_done_and_counted(store: Store) -> None:
    await readers(store, 2)
    number = await queue_alert(store)
    jobs = await claim(store)

    recorded = await store.outbox.record([sent(job) for job in jobs], now=NOW)

    assert recorded == Recorded(accepted=2)
    assert await counted(store, number) == {"total": 2, "sent": 2}
    assert [(await row(store, job.id)).message_id for job in jobs] == [900 + job.id for job in jobs]
    assert await claim(store, now=NOW + 2 * LEASE) == []
    assert await store.outbox.record([], now=NOW) == Recorded()


async def test_parts_follow_each_other(store: Store) -> None:
    reader = await add_reader(store)
    await plan_at(store, NOW, Composer(parts=3))
    seen = []

    for _ in range(3):
        (job,) = await claim(store, Lane.DIGEST)
        assert await claim(store, Lane.DIGEST) == []
        seen.append(job.part)
        await store.outbox.record([sent(job)], now=NOW)

    assert seen == [0, 1, 2]
    assert await deliveries(store) == [(reader.id, part, "sent", "send") for part in range(3)]


async def test_a_result_after_the_lease_went_to_another_is_refused(store: Store) -> None:
    await readers(store, 2)
    number = await queue_alert(store)
    stopped = await claim(store, token="stopped")
    late = NOW + LEASE + SECOND
    assert await store.outbox.rescue(now=late) == 2
    (first, _) = await claim(store, now=late, token="other")

    stale = await store.outbox.record([sent(job) for job in stopped], now=late)
    fresh = await store.outbox.record([sent(first)], now=late)

    assert (stale, fresh) == (Recorded(stale=2), Recorded(accepted=1))
    assert await counted(store, number) == {"total": 2, "sent": 1}


async def test_rescue_leaves_running_leases_alone(store: Store) -> None:
    await readers(store, 1)
    await queue_alert(store)
    await claim(store)

    assert await store.outbox.rescue(now=NOW + LEASE) == 0
    assert await store.outbox.rescue(now=NOW + LEASE + SECOND) == 1


async def test_a_delivery_in_flight_at_every_crash_is_given_up_as_unknown(store: Store) -> None:
    await readers(store, 1)
    number = await queue_alert(store)
    now = NOW

    for _ in range(MOST_RESCUES):
        assert len(await claim(store, now=now)) == 1
        now += LEASE + SECOND
        await store.outbox.rescue(now=now)

    assert await claim(store, now=now) == []
    assert await counted(store, number) == {"total": 1, "unknown": 1}


async def test_again_later(store: Store) -> None:
    await readers(store, 1)
    number = await queue_alert(store)
    (job,) = await claim(store)
    later = NOW + timedelta(seconds=40)

    await store.outbox.record(
        [Result(job, State.WAITING, not_before=later, error="no answer", is_doubt=True)], now=NOW
    )

    assert await claim(store, now=later - SECOND) == []
    (again,) = await claim(store, now=later)
    kept = await row(store, again.id)
    assert (again.doubts, kept.attempts, kept.error) == (1, 1, "no answer")
    assert await counted(store, number) == {"total": 1}
    assert (await store.broadcasts.progress(number)).waiting == 1


async def test_waiting_for_a_turn_is_no_attempt(store: Store) -> None:
    await readers(store, 1)
    await queue_alert(store)
    (job,) = await claim(store)

    await store.outbox.record([Result(job, State.WAITING)], now=NOW)

    (again,) = await claim(store)
    assert ((await row(store, again.id)).attempts, again.doubts) == (0, 0)


async def test_plain_text_is_remembered(store: Store) -> None:
    await readers(store, 1)
    await queue_alert(store)
    (job,) = await claim(store)

    await store.outbox.record([Result(job, State.WAITING, is_plain=True)], now=NOW)

    (again,) = await claim(store)
    assert (again.is_plain, (await row(store, again.id)).attempts) == (True, 1)


async def test_a_blocked_reader_is_paused_and_everything_to_them_closed(store: Store) -> None:
    first, second = await add_reader(store, -5, topic_id=1), await add_reader(store, -5, topic_id=2)
    other = await add_reader(store, 6)
    number = await queue_alert(store)
    await plan_at(store, NOW, Composer(parts=2))
    job = next(job for job in await claim(store, limit=3) if job.subscriber_id == first.id)

    recorded = await store.outbox.record(
        [Result(job, State.GONE, error="Forbidden: bot was kicked", pauses_reader=True)], now=NOW
    )

    assert recorded.accepted == 1
    async with store.engine.connect() as connection:
        rows = await connection.execute(
            select(SubscriberRow.id, SubscriberRow.is_paused, SubscriberRow.pause_reason)
        )
        paused = {number: (bool(is_paused), reason) for number, is_paused, reason in rows}
    said = "Forbidden: bot was kicked"
    assert paused == {first.id: (True, said), second.id: (True, said), other.id: (False, "")}
    left = await states(store)
    assert (left["waiting"], left["after"], left["gone"], left["claimed"]) == (1, 1, 5, 2)
    assert (await store.broadcasts.progress(number)).gone == 1


async def test_readers_paused_after_planning_are_closed_at_the_claim(store: Store) -> None:
    await readers(store, 2)
    number = await queue_alert(store)
    await store.subscribers.pause(1, "blocked", NOW)

    jobs = await claim(store)

    assert [job.chat.chat_id for job in jobs] == [2]
    assert await counted(store, number) == {"total": 2, "gone": 1}


async def test_twenty_broken_in_a_row_stop_the_broadcast(store: Store) -> None:
    await readers(store, BROKEN_IN_A_ROW + 5)
    number = await queue_alert(store)
    stopped: list[int] = []

    for job in await claim(store, limit=BROKEN_IN_A_ROW):
        stopped += (await store.outbox.record([Result(job, State.BROKEN, error="bad")], now=NOW)).stopped

    assert stopped == [number]
    assert await counted(store, number) == {"total": 25, "broken": 20, "cancelled": 5}
    assert (await store.broadcasts.get(number)).state == BroadcastState.STOPPED


async def test_a_success_in_between_starts_the_count_of_broken_ones_anew(store: Store) -> None:
    await readers(store, 2 * BROKEN_IN_A_ROW)
    number = await queue_alert(store)
    jobs = await claim(store, limit=2 * BROKEN_IN_A_ROW)
    results = [Result(job, State.BROKEN) for job in jobs]
    results[BROKEN_IN_A_ROW - 1] = sent(jobs[BROKEN_IN_A_ROW - 1])

    first = await store.outbox.record(results[:5], now=NOW)
    second = await store.outbox.record(results[5:25], now=NOW)
    third = await store.outbox.record(results[25:-1], now=NOW)
    last = await store.outbox.record(results[-1:], now=NOW)

    assert [one.stopped for one in (first, second, third, last)] == [(), (), (), (number,)]


async def test_after_a_broken_part_the_rest_is_closed(store: Store) -> None:
    reader = await add_reader(store)
    await plan_at(store, NOW, Composer(parts=3))
    (job,) = await claim(store, Lane.DIGEST)

    await store.outbox.record([Result(job, State.BROKEN, error="bad")], now=NOW)

    assert await deliveries(store) == [(reader.id, part, "broken", "send") for part in range(3)]
    assert await counted(store, job.broadcast_id) == {"total": 3, "broken": 3}


async def test_a_part_of_unknown_fate_lets_the_next_one_go(store: Store) -> None:
    reader = await add_reader(store)
    await plan_at(store, NOW, Composer(parts=2))
    (job,) = await claim(store, Lane.DIGEST)

    await store.outbox.record([Result(job, State.UNKNOWN, error="no answer", is_doubt=True)], now=NOW)

    assert await deliveries(store) == [(reader.id, 0, "unknown", "send"), (reader.id, 1, "waiting", "send")]


async def test_a_claim_without_the_office_is_refused(store: Store) -> None:
    await readers(store, 1)
    await queue_alert(store)
    lease = await store.outbox.leases.acquire("courier", "one", now=NOW, lease=LEASE)
    assert lease is not None
    fence = Fence("courier", lease.epoch)
    held = await store.outbox.claim(Lane.ALERT, 1, token="a", now=NOW, lease=LEASE, fence=fence)
    await store.outbox.record([Result(held[0], State.WAITING)], now=NOW)
    await store.outbox.leases.acquire("courier", "two", now=NOW + 2 * LEASE, lease=LEASE)

    with pytest.raises(LostLeadershipError, match="stands by"):
        await store.outbox.claim(Lane.ALERT, 1, token="b", now=NOW, lease=LEASE, fence=fence)

    assert await states(store) == {"waiting": 1}


async def test_leases_change_hands_only_when_they_run_out(store: Store) -> None:
    leases = store.outbox.leases
    taken = await leases.acquire("planner", "one", now=NOW, lease=LEASE)
    renewed = await leases.acquire("planner", "one", now=NOW + SECOND, lease=LEASE)
    refused = await leases.acquire("planner", "two", now=NOW + SECOND, lease=LEASE)
    other = await leases.acquire("courier", "two", now=NOW, lease=LEASE)
    await leases.release("planner", "two", now=NOW)  # not its own: nothing happens
    still = await leases.acquire("planner", "two", now=NOW + LEASE, lease=LEASE)
    over = await leases.acquire("planner", "two", now=NOW + SECOND + LEASE, lease=LEASE)
    await leases.release("planner", "two", now=NOW + SECOND + LEASE)
    back = await leases.acquire("planner", "one", now=NOW + SECOND + LEASE, lease=LEASE)
    late = await leases.acquire("planner", "one", now=NOW + 9 * LEASE, lease=LEASE)

    epochs = [
        lease and (lease.owner, lease.epoch)
        for lease in (taken, renewed, refused, other, still, over, back, late)
    ]
    assert epochs == [("one", 1), ("one", 1), None, ("two", 1), None, ("two", 2), ("one", 3), ("one", 4)]


async def test_one_of_many_candidates_takes_the_office(store: Store) -> None:
    tries = await asyncio.gather(
        *(store.outbox.leases.acquire("planner", f"p{number}", now=NOW, lease=LEASE) for number in range(8))
    )

    assert sum(lease is not None for lease in tries) == 1


async def test_waits_survive_and_only_grow(store: Store) -> None:
    await store.outbox.save_pause(EVERYWHERE, NOW + 60 * SECOND)
    await store.outbox.save_pause(EVERYWHERE, NOW + 10 * SECOND)
    await store.outbox.save_pause(-77, NOW + 5 * SECOND)

    assert await store.outbox.pauses(NOW) == {EVERYWHERE: NOW + 60 * SECOND, -77: NOW + 5 * SECOND}
    assert await store.outbox.pauses(NOW + 5 * SECOND) == {EVERYWHERE: NOW + 60 * SECOND}
    assert await store.outbox.forget_pauses(NOW + 5 * SECOND) == 1
    assert await store.outbox.pauses(NOW) == {EVERYWHERE: NOW + 60 * SECOND}


async def test_texts_of_a_broadcast(store: Store) -> None:
    number = await queue_alert(store, "Bridge closed.", "Ferry runs.", ru="Мост закрыт.")

    assert await store.outbox.messages(number) == {
        "": (Message("Bridge closed."), Message("Ferry runs.")),
        "ru": (Message("Мост закрыт."),),
    }
    with pytest.raises(UnknownBroadcastError):
        await store.outbox.messages(number + 1)


async def test_a_broadcast_ends_when_its_last_delivery_has(store: Store) -> None:
    await readers(store, 2)
    number = await queue_alert(store)
    first, second = await claim(store)
    await store.outbox.record([sent(first)], now=NOW)
    early = await store.outbox.housekeeping.finish(NOW)
    await store.outbox.record([Result(second, State.BROKEN)], now=NOW)

    assert (early, await store.outbox.housekeeping.finish(NOW)) == (0, 1)
    assert (await store.broadcasts.get(number)).state == BroadcastState.SENT


async def test_rows_are_dropped_after_a_while_and_the_counts_stay(store: Store) -> None:
    await readers(store, 3)
    old, fresh = await queue_alert(store), await queue_alert(store, now=NOW + timedelta(days=6))
    for job in await claim(store, now=NOW + timedelta(days=6)):
        await store.outbox.record(
            [sent(job)], now=NOW if job.broadcast_id == old else NOW + timedelta(days=6)
        )
    await store.outbox.housekeeping.finish(NOW)

    dropped = await store.outbox.fold(NOW + SECOND)

    assert dropped == 3
    assert (await states(store, old), await states(store, fresh)) == ({}, {"sent": 3})
    assert (await store.broadcasts.progress(old)).sent == 3


async def test_counts_that_a_forgotten_reader_left_wrong_are_put_right(store: Store) -> None:
    await readers(store, 2)
    number = await queue_alert(store)
    first = next(job for job in await claim(store) if job.chat.chat_id == 1)
    await store.outbox.record([sent(first)], now=NOW)
    await store.subscribers.forget(2)
    housekeeping = store.outbox.housekeeping

    too_soon = await housekeeping.recount(NOW + timedelta(minutes=9))
    changed = await housekeeping.recount(NOW + timedelta(minutes=11))

    assert (too_soon, changed, await housekeeping.finish(NOW)) == (0, 1, 1)
    assert await counted(store, number) == {"total": 1, "sent": 1}


async def test_what_waits_by_lane(store: Store) -> None:
    await readers(store, 2)
    await queue_alert(store)
    await plan_at(store, NOW)
    await claim(store, limit=1)

    assert await store.outbox.housekeeping.waiting(NOW) == {Lane.ALERT: 1, Lane.DIGEST: 2}


async def test_a_group_that_moved_gets_its_delivery_under_the_new_id(store: Store) -> None:
    await add_reader(store, -10)
    await queue_alert(store)
    (job,) = await claim(store)
    await store.subscribers.migrate(-10, -1_000_000_000_010)
    await store.outbox.record([Result(job, State.WAITING)], now=NOW)

    (again,) = await claim(store)

    assert again.chat.chat_id == -1_000_000_000_010


async def test_an_error_is_kept_short(store: Store) -> None:
    await readers(store, 1)
    await queue_alert(store)
    (job,) = await claim(store)

    await store.outbox.record([Result(job, State.BROKEN, error="x" * 5_000)], now=NOW)

    assert len((await row(store, job.id)).error) == 200


async def test_a_claim_of_a_row_changed_by_hand(store: Store) -> None:
    await readers(store, 1)
    await queue_alert(store)
    (job,) = await claim(store)
    async with store.engine.begin() as connection:
        await connection.execute(update(DeliveryRow).values(state="cancelled"))

    assert await store.outbox.record([sent(job)], now=NOW) == Recorded(stale=1)
