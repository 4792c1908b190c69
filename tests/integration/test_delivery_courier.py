"""The courier with python-telegram-bot and the simulator, on both databases: every kind of answer, every kind of trouble."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy.exc import OperationalError
from telegram import Bot

from bot.courier import LEASE, Courier
from bot.courier_request import CourierBot, courier_bot
from bot.leader import COURIER, Leadership
from bot.outcomes import Broken, Gone, Halt, Outcome, Sent, Unreachable, Wait
from bot.pace import EVERYWHERE, Pace
from bot.sending import TelegramSender
from news.model import BroadcastState, Button, Lane, Message, Progress
from simulator import Fault, Person, Rule, Simulator
from storage.outbox.values import Job
from storage.storage import Store
from tests.outbox import NOW, Composer, Hands, Post, add_reader, counted, plan_at, queue_alert, states

ONE_MINUTE = timedelta(minutes=1)


@dataclass
class Stage:
    """A courier before a simulator; its clock is turned by hand, its alarms are kept."""

    store: Store
    simulator: Simulator
    bot: Bot
    clock: Hands = field(default_factory=Hands)
    alarms: list[str] = field(default_factory=list)

    def courier(self, deadline_s: float = 10.0, **changes: object) -> Courier:
        """``deadline_s`` is real time: short only where no answer will come, so that a busy machine fails no test."""
        pace = Pace(self.clock, rate=1_000.0)
        sender = TelegramSender(self.bot, self.store.outbox.messages, deadline_s=deadline_s)
        chosen = {"alarm": self.alarms.append, "chance": lambda: 0.0} | changes
        return Courier(self.store.outbox, self.store.subscribers, sender, pace, self.clock, **chosen)

    def texts(self) -> list[tuple[int, str]]:
        """What arrived, in order."""
        return [
            (entry.chat_id, entry.text or "")
            for entry in self.simulator.ledger
            if entry.method == "sendMessage"
        ]


@pytest.fixture
async def stage(store: Store) -> AsyncIterator[Stage]:
    simulator = Simulator(population=range(1, 1_000))
    async with simulator.serve() as url, courier_bot(simulator.token, url, connections=8) as bot:
        yield Stage(store, simulator, bot)


async def test_everything_due_arrives_once_in_order(stage: Stage) -> None:
    for chat_id in range(1, 31):
        await add_reader(stage.store, chat_id)
    await plan_at(stage.store, NOW, Composer(parts=2))
    await queue_alert(stage.store, "<b>Bridge</b> closed.")

    courier = stage.courier()
    await courier.drain()
    await courier.drain()

    texts = stage.texts()
    assert len(texts) == len(set(texts)) == 90
    assert [text for _, text in texts[:30]].count("Bridge closed.") >= 24, "alerts go first"
    for chat_id in range(1, 31):
        own = [text for chat, text in texts if chat == chat_id and text != "Bridge closed."]
        assert own == ["KZ, part 0", "KZ, part 1"]
    assert await states(stage.store) == {"sent": 90}


async def test_buttons_topics_and_no_previews(stage: Stage) -> None:
    anna = stage.simulator.person("Anna")
    forum = await anna.make_supergroup("Readers", is_forum=True)
    topic = await anna.add_topic(forum, "News")
    await add_reader(stage.store, forum.id, topic_id=topic)
    messages = {
        "": (Message("Hi", ((Button("More", data="m:1"), Button("Open", url="https://e.example/")),)),)
    }
    number = await stage.store.broadcasts.draft_alert("Hi", messages, (), 7, NOW)
    await stage.store.broadcasts.confirm_alert(number, NOW)

    await stage.courier().drain()

    (message,) = forum.bot_messages
    assert (message.labels, message.thread_id, message.text) == (["More", "Open"], topic, "Hi")


async def test_an_edit_and_a_deletion_reach_the_same_message(stage: Stage) -> None:
    anna = stage.simulator.person("Anna")
    await anna.say("/start")
    await add_reader(stage.store, anna.id)
    number = await queue_alert(stage.store)
    courier = stage.courier()
    await courier.drain()

    await stage.store.broadcasts.correct(number, "Open.", {"": (Message("Bridge open."),)}, NOW)
    await courier.drain()
    corrected = [message.text for message in anna.chat.bot_messages]
    await stage.store.broadcasts.retract(number, NOW)
    await courier.drain()

    assert corrected == ["Bridge open."]
    assert anna.chat.bot_messages == []
    assert await counted(stage.store, number) == {"total": 1, "sent": 1}


NIGHT = (time(22), time(7))
MIDNIGHT = datetime(2026, 3, 20, 19, 0, tzinfo=UTC)  # in Almaty
MORNING = datetime(2026, 3, 21, 2, 0, tzinfo=UTC)  # 07:00 there


async def sleep_through(stage: Stage, *alerts: str) -> list[int]:
    """Alerts that come at night, and the morning after them."""
    stage.clock.wall = MIDNIGHT
    numbers = [
        await queue_alert(stage.store, text, now=MIDNIGHT + timedelta(hours=hour))
        for hour, text in enumerate(alerts)
    ]
    stage.clock.wall = MORNING
    await plan_at(stage.store, MORNING)
    return numbers


async def anna_sleeps_through(stage: Stage, *alerts: str) -> tuple[Person, list[int]]:
    """The same with a reader who can be looked over the shoulder."""
    anna = stage.simulator.person("Anna")
    await anna.say("/start")
    await add_reader(stage.store, anna.id, quiet=NIGHT)
    return anna, await sleep_through(stage, *alerts)


async def test_alerts_that_a_reader_slept_through_come_as_one_message(stage: Stage) -> None:
    await add_reader(stage.store, 5, quiet=NIGHT)
    await add_reader(stage.store, 6, quiet=NIGHT)
    await add_reader(stage.store, 7)
    numbers = await sleep_through(stage, "Bridge closed.", "Snow.", "Bridge open.")

    await stage.courier().drain()

    texts = stage.texts()
    together = "Bridge closed.\n\nSnow.\n\nBridge open."
    assert sorted(text for chat, text in texts if chat == 7) == ["Bridge closed.", "Bridge open.", "Snow."]
    assert sorted(entry for entry in texts if entry[0] != 7) == [(5, together), (6, together)]
    for number in numbers:
        assert await counted(stage.store, number) == {"total": 3, "sent": 3}


async def test_in_one_message_alerts_are_corrected_and_retracted_one_by_one(stage: Stage) -> None:
    anna, (first, second) = await anna_sleeps_through(stage, "Bridge closed.", "Snow.")
    courier, seen = stage.courier(), []

    async def look() -> None:
        stage.clock.turn(seconds=2)  # a chat gets one message a second
        await courier.drain()
        seen.append([message.text for message in anna.chat.bot_messages])

    await look()
    await stage.store.broadcasts.correct(first, "Open.", {"": (Message("Bridge open."),)}, MORNING)
    await look()
    await stage.store.broadcasts.retract(first, MORNING)
    await look()
    await stage.store.broadcasts.correct(second, "Rain.", {"": (Message("Rain."),)}, MORNING)
    await look()
    await stage.store.broadcasts.retract(second, MORNING)
    await look()

    assert seen == [["Bridge closed.\n\nSnow."], ["Bridge open.\n\nSnow."], ["Snow."], ["Rain."], []]


async def test_both_alerts_of_one_message_are_retracted_at_once(stage: Stage) -> None:
    anna, numbers = await anna_sleeps_through(stage, "Bridge closed.", "Snow.")
    courier = stage.courier()
    await courier.drain()

    for number in numbers:
        await stage.store.broadcasts.retract(number, MORNING)
    await courier.drain()

    assert anna.chat.bot_messages == []
    assert "waiting" not in await states(stage.store)


async def test_what_one_message_cannot_hold_comes_in_the_next(stage: Stage) -> None:
    await add_reader(stage.store, 5, quiet=NIGHT)
    long = [letter * 1_800 for letter in "abc"]
    numbers = await sleep_through(stage, *long)

    await stage.courier().drain()

    assert [text for _, text in stage.texts()] == [f"{long[0]}\n\n{long[1]}", long[2]]
    for number in numbers:
        assert await counted(stage.store, number) == {"total": 1, "sent": 1}


async def test_a_correction_that_outgrows_the_message_is_cut_to_its_share(stage: Stage) -> None:
    anna, (first, _) = await anna_sleeps_through(stage, "a " * 900, "b " * 900)
    courier = stage.courier()
    await courier.drain()

    await stage.store.broadcasts.correct(first, "c", {"": (Message("c " * 1_700),)}, MORNING)
    await courier.drain()

    (text,) = [message.text for message in anna.chat.bot_messages]
    assert text.startswith("c c")
    assert text.endswith("b b")
    assert "c…\n\nb b" in text


async def test_a_bundle_whose_fate_is_unknown_is_repeated_whole(stage: Stage) -> None:
    await add_reader(stage.store, 5, quiet=NIGHT)
    await sleep_through(stage, "Bridge closed.", "Snow.")
    stage.simulator.faults.add(Rule(Fault.DROPPED, times=1))
    courier = stage.courier()

    await courier.drain()
    stage.clock.turn(minutes=2)
    await courier.drain()

    assert [text for _, text in stage.texts()] == ["Bridge closed.\n\nSnow."] * 2
    assert await states(stage.store) == {"sent": 2}


GOING = [Fault.BLOCKED, Fault.DEACTIVATED, Fault.KICKED, Fault.CHAT_NOT_FOUND]


@pytest.mark.parametrize("fault", GOING)
async def test_a_reader_who_is_gone_is_never_tried_again_until_they_return(
    stage: Stage, fault: Fault
) -> None:
    await add_reader(stage.store, 5)
    await add_reader(stage.store, 6)
    rule = stage.simulator.faults.add(Rule(fault, chats={5}))
    courier = stage.courier()
    for _ in range(3):
        await queue_alert(stage.store, now=stage.clock.turn(minutes=1))
        await courier.drain()
    refused = len(stage.simulator.ledger.refusals)

    stage.simulator.faults.remove(rule)
    await stage.store.subscribers.resume(5)
    await queue_alert(stage.store, now=stage.clock.now())
    await courier.drain()

    assert refused == 1
    assert [chat for chat, _ in stage.texts()].count(5) == 1
    assert [chat for chat, _ in stage.texts()].count(6) == 4


async def test_a_migrated_group_gets_it_once_under_its_new_id(stage: Stage) -> None:
    anna = stage.simulator.person("Anna")
    group = await anna.make_group("Readers")
    reader = await add_reader(stage.store, group.id)
    await queue_alert(stage.store)
    larger = await anna.migrate(group)
    courier = stage.courier()

    await courier.drain()

    assert stage.texts() == [(larger.id, "Bridge closed.")]
    assert (await stage.store.subscribers.get(reader.id)).chat.chat_id == larger.id
    assert courier.counts["moved"] == 1


async def test_a_broken_message_stops_after_twenty(stage: Stage) -> None:
    for chat_id in range(1, 41):
        await add_reader(stage.store, chat_id)
    number = await queue_alert(stage.store)
    stage.simulator.faults.add(Rule(Fault.BAD_REQUEST, description="message is too long"))

    await stage.courier(in_flight=1).drain()

    progress = await stage.store.broadcasts.progress(number)
    assert progress.broken in {20, 21}, "one more may be in the air"
    assert progress == Progress(total=40, broken=progress.broken, cancelled=40 - progress.broken)
    assert (await stage.store.broadcasts.get(number)).state == BroadcastState.STOPPED
    assert stage.alarms == [
        f"Broadcast {number} was stopped: twenty messages in a row were refused as broken."
    ]


async def test_refused_markup_goes_out_as_plain_text_and_is_reported(stage: Stage) -> None:
    await add_reader(stage.store, 5)
    number = await queue_alert(stage.store, "<b>Bridge closed, ferry &amp; tunnel open")

    await stage.courier().drain()

    assert stage.texts() == [(5, "Bridge closed, ferry & tunnel open")]
    assert len(stage.alarms) == 1
    assert f"markup of broadcast {number}" in stage.alarms[0]


@pytest.mark.parametrize("fault", [Fault.DROPPED, Fault.HANG, Fault.INTERNAL_ERROR, Fault.BAD_GATEWAY])
async def test_an_uncertain_send_is_repeated_once_and_later(stage: Stage, fault: Fault) -> None:
    await add_reader(stage.store, 5)
    number = await queue_alert(stage.store)
    stage.simulator.faults.add(Rule(fault, times=1))
    courier = stage.courier(deadline_s=1.0 if fault is Fault.HANG else 10.0)

    await courier.drain()
    early = len(stage.texts())
    waiting = await stage.store.broadcasts.progress(number)
    stage.clock.turn(seconds=29)
    await courier.drain()
    before = len(stage.texts())
    stage.clock.turn(seconds=1.5)
    await courier.drain()

    is_accepted = fault in {Fault.DROPPED, Fault.HANG}
    assert (early, before, len(stage.texts())) == ((1, 1, 2) if is_accepted else (0, 0, 1))
    assert waiting.waiting == 1
    assert await counted(stage.store, number) == {"total": 1, "sent": 1}
    assert courier.counts["unknown"] == 1


async def test_an_uncertain_send_is_repeated_once_at_most(stage: Stage) -> None:
    await add_reader(stage.store, 5)
    number = await queue_alert(stage.store)
    stage.simulator.faults.add(Rule(Fault.DROPPED))
    courier = stage.courier()
    for _ in range(5):
        await courier.drain()
        stage.clock.turn(minutes=2)

    assert len(stage.texts()) == 2
    assert (await stage.store.broadcasts.progress(number)).unknown == 1


async def test_a_wait_is_obeyed_to_the_second_also_after_a_restart(stage: Stage) -> None:
    for chat_id in range(1, 6):
        await add_reader(stage.store, chat_id)
    await queue_alert(stage.store)
    stage.simulator.faults.add(Rule(Fault.TOO_MANY_REQUESTS, times=1, seconds=17))
    first = stage.courier(in_flight=1)
    await first.drain()
    asked = len(stage.simulator.ledger.refusals) + len(stage.texts())

    second = stage.courier()
    stage.clock.turn(seconds=16.9)
    await second.drain()
    during = len(stage.texts())
    stage.clock.turn(seconds=0.2)
    third = stage.courier()
    await third.drain()

    assert (asked, during, len(stage.texts())) == (1, 0, 5)
    assert await stage.store.outbox.pauses(NOW) == {EVERYWHERE: NOW + timedelta(seconds=17)}
    assert await states(stage.store) == {"sent": 5}


async def test_no_connection_is_no_attempt(store: Store) -> None:
    await add_reader(store, 5)
    number = await queue_alert(store)
    clock = Hands()
    async with courier_bot("1:x", "http://127.0.0.1:9", connections=2) as bot:
        sender = TelegramSender(bot, store.outbox.messages)
        courier = Courier(store.outbox, store.subscribers, sender, Pace(clock), clock, chance=lambda: 0.0)
        for _ in range(4):
            await courier.drain()
            clock.turn(minutes=1)

    assert courier.counts["unreachable"] >= 4
    assert await counted(store, number) == {"total": 1}


async def test_a_refused_token_stops_this_process(store: Store) -> None:
    await add_reader(store, 5)
    number = await queue_alert(store)
    post = Post()
    post.default = lambda job: Halt("Unauthorized")
    clock, alarms = Hands(), []
    leadership = Leadership(store.outbox.leases, COURIER, clock)
    courier = Courier(
        store.outbox, store.subscribers, post, Pace(clock), clock, leadership=leadership, alarm=alarms.append
    )

    await run_until(courier, lambda: len(clock.slept) > 20)

    assert len(post.sent) == 1
    assert "Unauthorized" in alarms[0]
    assert not leadership.is_leading
    assert await counted(store, number) == {"total": 1}
    assert await states(store) == {"waiting": 1}


async def until(is_done: Callable[[], bool]) -> None:
    """Let the others run until the condition holds; the clock they wait for is turned by themselves."""
    async with asyncio.timeout(20):
        while not is_done():  # noqa: ASYNC110 (a condition on the state of many objects, not one event)
            await asyncio.sleep(0)


async def run_until(courier: Courier, is_done: Callable[[], bool]) -> None:
    """Run the courier's own loop until the condition holds."""
    stop = asyncio.Event()
    running = asyncio.create_task(courier.run(stop))
    await until(is_done)
    stop.set()
    await running


def office(store: Store, clock: Hands, post: Post, **changes: object) -> Courier:
    return Courier(store.outbox, store.subscribers, post, Pace(clock, rate=1_000.0), clock, **changes)


async def test_the_loop_delivers_what_comes_while_it_runs(store: Store) -> None:
    await add_reader(store, 5)
    post, clock = Post(), Hands()
    courier = office(store, clock, post)
    stop = asyncio.Event()
    running = asyncio.create_task(courier.run(stop))

    await queue_alert(store)
    await until(lambda: bool(post.sent))
    stop.set()
    await running

    assert await states(store) == {"sent": 1}


async def test_at_the_end_what_is_in_the_air_lands_and_the_rest_is_given_back(store: Store) -> None:
    for chat_id in range(1, 9):
        await add_reader(store, chat_id)
    await queue_alert(store)
    clock, gate = Hands(), asyncio.Event()

    class Slow(Post):
        async def send(self, job: Job) -> Outcome:
            await super().send(job)
            await gate.wait()
            return Sent(1)

    post = Slow()
    courier = office(store, clock, post, in_flight=3)
    stop = asyncio.Event()
    running = asyncio.create_task(courier.run(stop))
    await until(lambda: len(post.sent) >= 3)
    stop.set()
    gate.set()
    await running

    assert await states(store) == {"sent": len(post.sent), "waiting": 8 - len(post.sent)}
    assert len(post.sent) <= 4


async def test_who_stands_by_sends_nothing_until_the_leader_is_gone(store: Store) -> None:
    await add_reader(store, 5)
    await queue_alert(store)
    clock, post = Hands(), Post()
    leader = Leadership(store.outbox.leases, COURIER, clock, owner="leader")
    assert await leader.hold()
    stands_by = office(
        store, clock, post, leadership=Leadership(store.outbox.leases, COURIER, clock, owner="other")
    )
    start = clock.monotonic()

    await run_until(stands_by, lambda: bool(post.sent))

    assert 9 <= clock.monotonic() - start <= 15


async def test_a_process_that_slept_past_its_lease_begins_nothing_and_its_results_are_refused(
    store: Store,
) -> None:
    for chat_id in range(1, 21):
        await add_reader(store, chat_id)
    await queue_alert(store)
    clock = Hands()
    other = office(store, clock, Post())
    begun_late: list[int] = []

    class Stopped(Post):
        async def send(self, job: Job) -> Outcome:
            if clock.now() > job.lease_until:
                begun_late.append(job.id)
            if not other.counts:  # SIGSTOP while the first message is in the air, and much later SIGCONT
                clock.turn(seconds=LEASE.total_seconds() + 1)
                await other.drain()
            return await super().send(job)

    post = Stopped()
    courier = office(store, clock, post, in_flight=1)

    await courier.drain()

    assert begun_late == []
    assert courier.counts["stale"] >= 1
    assert await states(store) == {"sent": 20}


async def test_a_busy_chat_is_put_off_and_others_go_on(store: Store) -> None:
    await add_reader(store, -5)
    await add_reader(store, 6)
    clock, post = Hands(), Post()
    courier = office(store, clock, post)
    for number in range(3):
        await queue_alert(store, str(number))
    await courier.drain()
    first = post.chats()
    for _ in range(3):
        clock.turn(seconds=1.1)
        await courier.drain()

    assert first.count(-5) == 1, "one message a second to a group"
    assert first.count(6) == 3
    assert sorted(post.chats()) == [-5] * 3 + [6] * 3


async def test_a_database_that_fails_is_waited_for(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    await add_reader(store, 5)
    await queue_alert(store)
    clock, post = Hands(), Post()
    failures = [OperationalError("SELECT", {}, OSError("server closed"))] * 3

    class Failing:
        def __getattr__(self, name: str) -> object:
            return getattr(store.outbox, name)

        async def due_lanes(self, now: object) -> set[Lane]:
            if failures:
                raise failures.pop()
            return await store.outbox.due_lanes(now)

    courier = Courier(Failing(), store.subscribers, post, Pace(clock), clock)
    with caplog.at_level(logging.WARNING):
        await run_until(courier, lambda: bool(post.sent))

    assert [record.action for record in caplog.records] == ["claim_failed"] * 3
    assert await states(store) == {"sent": 1}


async def test_a_bug_in_sending_is_broken_and_not_the_end(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    await add_reader(store, 5)
    await add_reader(store, 6)
    number = await queue_alert(store)

    async def load(_broadcast_id: int) -> dict[str, tuple[Message, ...]]:
        return {"": (Message("x"),)}

    class Odd(CourierBot):
        async def send_encoded(self, payload: bytes) -> int:
            assert payload
            raise ZeroDivisionError

    sender = TelegramSender(Odd("1:x"), load)
    clock = Hands()
    courier = Courier(store.outbox, store.subscribers, sender, Pace(clock), clock)
    await courier.drain()

    assert await counted(store, number) == {"total": 2, "broken": 2}
    assert {record.action for record in caplog.records} == {"send_failed"}


async def test_a_failure_beside_sending_leaves_the_delivery_to_the_rescuer(store: Store) -> None:
    await add_reader(store, 5)
    await queue_alert(store)
    clock, post = Hands(), Post()

    class Exploding(Post):
        async def send(self, job: Job) -> Outcome:
            raise RuntimeError

    await office(store, clock, Exploding()).drain()
    lost = await states(store)
    clock.turn(seconds=LEASE.total_seconds() + 1)
    await office(store, clock, post).drain()

    assert lost == {"claimed": 1}
    assert await states(store) == {"sent": 1}


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        pytest.param(Gone("blocked"), {"gone": 1}, id="gone"),
        pytest.param(Broken("bad"), {"broken": 1}, id="broken"),
        pytest.param(Unreachable("no route"), {"waiting": 1}, id="unreachable"),
        pytest.param(Wait(ONE_MINUTE), {"waiting": 1}, id="wait"),
    ],
)
async def test_outcomes_are_counted(store: Store, outcome: Outcome, expected: dict[str, int]) -> None:
    await add_reader(store, 5)
    await queue_alert(store)
    post = Post()
    post.default = lambda _job: outcome
    courier = office(store, Hands(), post)

    await courier.drain()

    assert await states(store) == expected
    assert courier.counts[type(outcome).__name__.lower()] == 1
