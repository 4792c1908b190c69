"""Alerts from draft to retraction, watch messages and the editors' log, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import update

from news.errors import UnknownBroadcastError
from news.model import Audience, Broadcast, BroadcastState, Lane, Message, Progress
from storage.engine import session_makers
from storage.outbox.spreading import spread
from storage.outbox.values import Action, Job, Result, State
from storage.storage import Store
from storage.tables import BroadcastRow
from tests.outbox import NOW, add_reader, claim, counted, deliveries, plan_at, queue_alert, states

NIGHT = (time(22), time(7))
MIDNIGHT = datetime(2026, 3, 20, 20, 0, tzinfo=UTC)  # 01:00 in Almaty
MORNING = datetime(2026, 3, 21, 2, 0, tzinfo=UTC)  # 07:00 in Almaty


def sent(job: Job) -> Result:
    return Result(job, State.SENT, message_id=900 + job.id)


async def send_all(store: Store, *, now: datetime = NOW) -> list[Job]:
    jobs = await claim(store, now=now)
    await store.outbox.record(
        [sent(job) if job.action is Action.SEND else Result(job, State.SENT) for job in jobs], now=now
    )
    return jobs


async def test_a_draft_can_be_read_again(store: Store) -> None:
    messages = {"": (Message("Bridge <b>closed</b>."),), "ru": (Message("Мост закрыт."),)}

    number = await store.broadcasts.draft_alert("Bridge closed.", messages, ("KZ", "KG"), 7, NOW)

    assert await store.broadcasts.get(number) == Broadcast(
        id=number,
        lane=Lane.ALERT,
        state=BroadcastState.DRAFT,
        messages=messages,
        countries=("KZ", "KG"),
        created_at=NOW,
        created_by=7,
        text="Bridge closed.",
    )
    assert await states(store) == {}


async def test_the_audience_follows_a_country_and_wants_alerts(store: Store) -> None:
    await add_reader(store, 1, countries=("KZ", "KG"), language="kk")
    await add_reader(store, 2, countries=("KG",), language="ru", quiet=NIGHT)
    await add_reader(store, 3, countries=("KG",), language="ru", quiet=NIGHT, alerts_pierce_quiet=True)
    await add_reader(store, 4, countries=("KG",), wants_alerts=False)
    await add_reader(store, 5, countries=("UZ",))
    await add_reader(store, 6, countries=("KG",))
    await store.subscribers.pause(6, "blocked", NOW)

    some = await store.broadcasts.audience(("KZ", "KG"), MIDNIGHT)
    everybody = await store.broadcasts.audience((), NOW)
    nobody = await store.broadcasts.audience(("TM",), NOW)

    assert some == Audience(total=3, by_language={"kk": 1, "ru": 2}, quiet=1)
    assert everybody == Audience(total=4, by_language={"kk": 1, "ru": 2, "en": 1}, quiet=0)
    assert nobody == Audience(total=0, by_language={}, quiet=0)


async def test_a_confirmed_alert_reaches_its_audience_in_their_languages(store: Store) -> None:
    await add_reader(store, 1, language="ru")
    await add_reader(store, 2, language="kk")
    await add_reader(store, 3, countries=("UZ",))
    messages = {"": (Message("Bridge closed."),), "ru": (Message("Мост закрыт."), Message("Паром ходит."))}
    number = await store.broadcasts.draft_alert("x", messages, ("KZ",), 7, NOW)

    added = await store.broadcasts.confirm_alert(number, NOW)

    assert added == 3
    assert sorted((job.chat.chat_id, job.language, job.parts) for job in await claim(store)) == [
        (1, "ru", 2),
        (2, "kk", 1),
    ]
    assert await store.broadcasts.progress(number) == Progress(total=3, waiting=3)
    assert (await store.broadcasts.get(number)).state == BroadcastState.SENDING


async def test_confirming_twice_or_at_once_sends_once(store: Store) -> None:
    await add_reader(store)
    number = await store.broadcasts.draft_alert("x", {"": (Message("x"),)}, (), 7, NOW)

    added = await asyncio.gather(*(store.broadcasts.confirm_alert(number, NOW) for _ in range(5)))

    assert sorted(one or 0 for one in added) == [0, 0, 0, 0, 1]
    assert added.count(None) == 4
    assert await states(store) == {"waiting": 1}


async def test_sleepers_are_held_until_they_wake(store: Store) -> None:
    await add_reader(store, 1, quiet=NIGHT)
    await add_reader(store, 2, quiet=NIGHT, alerts_pierce_quiet=True)
    await add_reader(store, 3, quiet=NIGHT, zone="America/New_York")  # where it is afternoon
    number = await queue_alert(store, now=MIDNIGHT)

    at_night = await claim(store, now=MIDNIGHT)
    await plan_at(store, MORNING - timedelta(seconds=1))
    too_early = await claim(store, now=MORNING)
    held = await store.broadcasts.progress(number)
    await plan_at(store, MORNING)
    in_the_morning = await claim(store, now=MORNING)

    assert [job.chat.chat_id for job in at_night] == [2, 3]
    assert (too_early, held.held) == ([], 1)
    assert [job.chat.chat_id for job in in_the_morning] == [1]
    assert (await store.broadcasts.progress(number)) == Progress(total=3, waiting=3)


async def test_an_alert_that_pierces_waits_for_no_sleeper(store: Store) -> None:
    await add_reader(store, 1, quiet=NIGHT)
    await add_reader(store, 2, quiet=NIGHT, alerts_pierce_quiet=True)
    await add_reader(store, 3, quiet=NIGHT, wants_alerts=False)
    number = await store.broadcasts.draft_alert("x", {"": (Message("x"),)}, (), 7, MIDNIGHT)
    assert await store.broadcasts.set_pierces_quiet(number, pierces_quiet=True)
    assert (await store.broadcasts.get(number)).pierces_quiet

    await store.broadcasts.confirm_alert(number, MIDNIGHT)

    assert await store.broadcasts.progress(number) == Progress(total=2, waiting=2)
    assert [job.chat.chat_id for job in await claim(store, now=MIDNIGHT)] == [1, 2]


async def test_the_choice_for_quiet_hours_ends_with_the_draft(store: Store) -> None:
    await add_reader(store, 1, quiet=NIGHT)
    number = await store.broadcasts.draft_alert(
        "x", {"": (Message("x"),)}, (), 7, MIDNIGHT, pierces_quiet=True
    )
    assert await store.broadcasts.set_pierces_quiet(number, pierces_quiet=False)

    await store.broadcasts.confirm_alert(number, MIDNIGHT)

    assert await store.broadcasts.progress(number) == Progress(total=1, held=1)
    assert not await store.broadcasts.set_pierces_quiet(number, pierces_quiet=True)
    assert not await store.broadcasts.set_pierces_quiet(number + 1, pierces_quiet=True)
    assert not (await store.broadcasts.get(number)).pierces_quiet


async def begin_spreading(store: Store, readers: int, at_once: int) -> int:
    """An alert whose confirming process died after the first readers were queued; its number."""
    for chat_id in range(1, readers + 1):
        await add_reader(store, chat_id)
    number = await store.broadcasts.draft_alert("x", {"": (Message("x"),)}, (), 7, NOW)
    async with session_makers(store.engine)[1].begin() as session:
        confirmed = update(BroadcastRow).where(BroadcastRow.id == number)
        await session.execute(confirmed.values(state=BroadcastState.SENDING, spread_to=0))
        assert await spread(session, number, NOW, at_once) == at_once
    return number


@pytest.mark.parametrize("at_once", [1, 2, 5, 6])
async def test_a_large_audience_is_queued_span_by_span(store: Store, at_once: int) -> None:
    for chat_id in range(1, 6):
        await add_reader(store, chat_id, quiet=NIGHT if chat_id in {2, 5} else None)
    number = await store.broadcasts.draft_alert("x", {"": (Message("x"), Message("y"))}, (), 7, MIDNIGHT)

    added = await store.broadcasts.confirm_alert(number, MIDNIGHT, at_once=at_once)

    assert added == 10
    assert await store.broadcasts.progress(number) == Progress(total=10, waiting=8, held=2)
    assert await store.broadcasts.unspread() == []


async def test_what_a_crash_left_unqueued_is_queued_by_the_planner(store: Store) -> None:
    number = await begin_spreading(store, 5, 2)
    told = await send_all(store)

    ended = await store.outbox.housekeeping.finish(NOW)
    await plan_at(store, NOW)
    await plan_at(store, NOW)

    assert (len(told), ended) == (2, 0)  # all that were queued are sent, and yet it has not ended
    assert await states(store, number) == {"sent": 2, "waiting": 3}
    assert await store.broadcasts.progress(number) == Progress(total=5, waiting=3, sent=2)


async def test_a_stop_ends_the_queueing_too(store: Store) -> None:
    number = await begin_spreading(store, 5, 2)

    stopped = await store.broadcasts.stop(number, NOW)
    more = await store.broadcasts.spread_on(number, NOW)
    await plan_at(store, NOW + timedelta(minutes=1))

    assert (stopped, more) == (2, 0)
    assert await states(store, number) == {"cancelled": 2}


async def test_a_correction_reaches_those_who_were_not_queued_yet(store: Store) -> None:
    number = await begin_spreading(store, 3, 1)

    await store.broadcasts.correct(number, "z", {"": (Message("z"), Message("more"))}, NOW)
    await store.broadcasts.spread_on(number, NOW)

    assert await store.broadcasts.progress(number) == Progress(total=6, waiting=6)


async def test_a_draft_is_cancelled_once(store: Store) -> None:
    number = await store.broadcasts.draft_alert("x", {"": (Message("x"),)}, (), 7, NOW)

    assert [await store.broadcasts.cancel(number, NOW), await store.broadcasts.cancel(number, NOW)] == [
        True,
        False,
    ]
    assert await store.broadcasts.confirm_alert(number, NOW) is None
    assert (await store.broadcasts.get(number)).state == BroadcastState.CANCELLED


async def test_a_stop_cancels_what_has_not_begun(store: Store) -> None:
    for chat_id in range(1, 6):
        await add_reader(store, chat_id, quiet=NIGHT if chat_id == 5 else None)
    number = await queue_alert(store, "one", "two", now=MIDNIGHT)
    first, second = await claim(store, now=MIDNIGHT, limit=2)
    await store.outbox.record([sent(first)], now=MIDNIGHT)

    cancelled = await store.broadcasts.stop(number, MIDNIGHT)
    again = await store.broadcasts.stop(number, MIDNIGHT)
    await store.outbox.record([Result(second, State.WAITING)], now=MIDNIGHT)

    assert (cancelled, again) == (8, 0)
    assert await store.broadcasts.progress(number) == Progress(total=10, sent=1, cancelled=9)
    assert (await store.broadcasts.get(number)).state == BroadcastState.STOPPED


async def test_a_correction_edits_what_was_sent_and_changes_what_was_not(store: Store) -> None:
    for chat_id in (1, 2):
        await add_reader(store, chat_id)
    number = await queue_alert(store)
    (first,) = await claim(store, limit=1)
    await store.outbox.record([sent(first)], now=NOW)

    queued = await store.broadcasts.correct(number, "Open.", {"": (Message("Open."),)}, NOW)
    jobs = await send_all(store)

    assert queued == 1
    assert [(job.action, job.message_id) for job in jobs] == [
        (Action.EDIT, 900 + first.id),
        (Action.SEND, None),
    ]
    assert await store.outbox.messages(number) == {"": (Message("Open."),)}
    assert await store.broadcasts.progress(number) == Progress(total=2, sent=2)
    assert (await store.broadcasts.get(number)).state == BroadcastState.CORRECTED


async def test_a_message_in_the_air_during_a_correction_is_edited_after_it(store: Store) -> None:
    await add_reader(store)
    number = await queue_alert(store)
    (job,) = await claim(store)

    queued = await store.broadcasts.correct(number, "Open.", {"": (Message("Open."),)}, NOW)
    await store.outbox.record([sent(job)], now=NOW)
    (edit,) = await send_all(store)

    assert queued == 0
    assert (edit.action, edit.message_id, edit.revision) == (Action.EDIT, 900 + job.id, 1)
    assert await counted(store, number) == {"total": 1, "sent": 1}


async def test_a_correction_with_fewer_parts_deletes_the_rest(store: Store) -> None:
    await add_reader(store, 1)
    await add_reader(store, 2)
    number = await queue_alert(store, "one", "two")
    (first, second) = await claim(store)
    await store.outbox.record([sent(first)], now=NOW)
    await store.outbox.record([sent(job) for job in await claim(store)], now=NOW)  # its second part

    queued = await store.broadcasts.correct(number, "one", {"": (Message("one!"),)}, NOW)
    await store.outbox.record([sent(second)], now=NOW)
    jobs = [*await send_all(store), *await send_all(store)]

    assert queued == 2
    assert sorted((job.chat.chat_id, job.part, job.action) for job in jobs) == [
        (1, 0, "edit"),
        (1, 1, "delete"),
        (2, 0, "edit"),
    ]
    assert await store.broadcasts.progress(number) == Progress(total=4, sent=3, cancelled=1)


async def test_a_correction_with_more_parts_sends_them_after(store: Store) -> None:
    await add_reader(store)
    number = await queue_alert(store, "one")
    await send_all(store)

    await store.broadcasts.correct(number, "x", {"": (Message("one!"), Message("two"))}, NOW)
    rounds = [[(job.part, job.action) for job in await send_all(store)] for _ in range(3)]

    assert rounds == [[(0, "edit")], [(1, "send")], []]
    assert await counted(store, number) == {"total": 2, "sent": 2}


async def test_each_language_is_corrected_with_its_own_text(store: Store) -> None:
    await add_reader(store, 1, language="ru")
    await add_reader(store, 2, language="en")
    number = await queue_alert(store, "one", ru="раз")
    await send_all(store)

    queued = await store.broadcasts.correct(
        number, "x", {"": (Message("two"),), "ru": (Message("два"),)}, NOW
    )

    assert (queued, len(await send_all(store))) == (2, 2)


async def test_a_retraction_deletes_what_was_sent_and_cancels_the_rest(store: Store) -> None:
    for chat_id in (1, 2, 3):
        await add_reader(store, chat_id)
    number = await queue_alert(store)
    first, flying = await claim(store, limit=2)
    await store.outbox.record([sent(first)], now=NOW)

    queued = await store.broadcasts.retract(number, NOW)
    await store.outbox.record([sent(flying)], now=NOW)
    jobs = await send_all(store)

    assert queued == 1
    assert [(job.action, job.message_id) for job in jobs] == [
        (Action.DELETE, 900 + first.id),
        (Action.DELETE, 900 + flying.id),
    ]
    assert await store.broadcasts.progress(number) == Progress(total=3, sent=2, cancelled=1)
    assert (await store.broadcasts.get(number)).state == BroadcastState.RETRACTED
    assert await store.broadcasts.retract(number, NOW) == 0


async def test_a_retraction_overtakes_a_correction(store: Store) -> None:
    await add_reader(store)
    number = await queue_alert(store)
    await send_all(store)
    await store.broadcasts.correct(number, "x", {"": (Message("x"),)}, NOW)

    assert await store.broadcasts.retract(number, NOW) == 1
    assert [job.action for job in await send_all(store)] == [Action.DELETE]
    assert await claim(store) == []


async def test_a_correction_of_a_draft_or_after_a_retraction_does_nothing(store: Store) -> None:
    await add_reader(store)
    draft = await store.broadcasts.draft_alert("x", {"": (Message("x"),)}, (), 7, NOW)
    gone = await queue_alert(store)
    await store.broadcasts.retract(gone, NOW)

    for number in (draft, gone):
        assert await store.broadcasts.correct(number, "y", {"": (Message("y"),)}, NOW) == 0
    assert await store.broadcasts.retract(draft, NOW) == 0
    assert await store.outbox.messages(draft) == {"": (Message("x"),)}


async def test_a_stopped_alert_can_be_corrected_and_stays_stopped(store: Store) -> None:
    await add_reader(store, 1)
    await add_reader(store, 2)
    number = await queue_alert(store)
    (first,) = await claim(store, limit=1)
    await store.outbox.record([sent(first)], now=NOW)
    await store.broadcasts.stop(number, NOW)

    assert await store.broadcasts.correct(number, "y", {"": (Message("y"),)}, NOW) == 1
    assert (await store.broadcasts.get(number)).state == BroadcastState.STOPPED
    assert [job.action for job in await send_all(store)] == [Action.EDIT]


@pytest.mark.parametrize("method", ["get", "progress"])
async def test_an_unknown_alert_is_named(store: Store, method: str) -> None:
    with pytest.raises(UnknownBroadcastError, match="There is no alert 404"):
        await getattr(store.broadcasts, method)(404)


@pytest.mark.parametrize("method", ["confirm_alert", "cancel", "stop", "retract"])
async def test_nothing_can_be_done_with_an_unknown_alert(store: Store, method: str) -> None:
    with pytest.raises(UnknownBroadcastError):
        await getattr(store.broadcasts, method)(404, NOW)


async def test_recent_alerts_newest_first(store: Store) -> None:
    await add_reader(store)
    numbers = [await queue_alert(store, now=NOW + timedelta(minutes=minute)) for minute in range(3)]
    await plan_at(store, NOW)

    assert [one.id for one in await store.broadcasts.recent_alerts(2)] == [numbers[2], numbers[1]]


async def test_a_watch_message_is_queued_once_for_its_key(store: Store) -> None:
    reader = await add_reader(store)
    message = Message("Something about bridges.")

    queued = [
        await store.broadcasts.queue_watch(reader.id, "watch 1, headline 9", message, NOW) for _ in range(2)
    ]
    (job,) = await claim(store, Lane.WATCH)

    assert queued == [True, False]
    assert (await store.outbox.messages(job.broadcast_id)) == {"": (message,)}
    await store.outbox.record([sent(job)], now=NOW)
    assert await store.outbox.housekeeping.finish(NOW) == 1


async def test_a_watch_message_for_a_reader_who_has_left_goes_nowhere(store: Store) -> None:
    reader = await add_reader(store)
    await store.subscribers.forget(1)

    assert not await store.broadcasts.queue_watch(reader.id, "k", Message("x"), NOW)
    assert await deliveries(store) == []


async def test_what_editors_did_newest_first(store: Store) -> None:
    for minute, action in enumerate(("draft", "confirm", "stop")):
        await store.broadcasts.audit(7, action, "alert 1", NOW + timedelta(minutes=minute))

    assert await store.broadcasts.list_audit(2) == [
        (NOW + timedelta(minutes=2), 7, "stop", "alert 1"),
        (NOW + timedelta(minutes=1), 7, "confirm", "alert 1"),
    ]


async def test_what_each_editor_did_last(store: Store) -> None:
    for minute, (who, action) in enumerate([(7, "draft"), (8, "pause"), (7, "confirm"), (0, "alert send")]):
        await store.broadcasts.audit(who, action, "x", NOW + timedelta(minutes=minute))

    assert await store.broadcasts.last_audit() == {
        0: (NOW + timedelta(minutes=3), "alert send", "x"),
        7: (NOW + timedelta(minutes=2), "confirm", "x"),
        8: (NOW + timedelta(minutes=1), "pause", "x"),
    }
