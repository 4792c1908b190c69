"""Claim by lane, wait for a turn, send, record: one loop for all lanes and chats.

Nothing is sent that is not claimed in the database, nothing more is claimed than is sent within moments, and each
message is acknowledged by itself. So a crash repeats at most what was in the air.
"""

from __future__ import annotations

import asyncio
import logging
import random
import uuid
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from bot.lanes import Turns
from bot.leader import Leadership
from bot.outcomes import Halt, Moved, Outcome, Unmarked, Unreachable, Wait, react
from bot.pace import Pace
from bot.recorder import IN_TROUBLE, Recorder, Records
from bot.sending import DEADLINE_S, Sender
from bot.timekeeper import Timekeeper
from news.model import Lane
from storage.outbox.leases import LostLeadershipError
from storage.outbox.values import Fence, Job, Recorded, Result, State

logger = logging.getLogger(__name__)

IN_FLIGHT = 8  # at 30 messages a second enough for answers that take a quarter of a second
LEASE = timedelta(seconds=60)
SEND_MARGIN = timedelta(seconds=DEADLINE_S + 10)  # a job whose lease ends sooner is not begun any more
LOOK_EVERY_S = 0.25  # for lanes that were empty: an alert waits no longer than this for its first message
IDLE_S = 0.25
TROUBLE_S = 1.0
RESCUE_EVERY_S = 5.0
SHUTDOWN_S = 25.0


class Outbox(Records, Protocol):
    """The courier's side of the store (storage.outbox.deliveries)."""

    async def due_lanes(self, now: datetime) -> set[Lane]: ...

    async def claim(
        self,
        lane: Lane,
        limit: int,
        *,
        token: str,
        now: datetime,
        lease: timedelta,
        fence: Fence | None = None,
    ) -> list[Job]: ...

    async def rescue(self, *, now: datetime) -> int: ...

    async def save_pause(self, chat_id: int, until: datetime) -> None: ...

    async def pauses(self, now: datetime) -> Mapping[int, datetime]: ...


class Groups(Protocol):
    """What the courier needs of the subscribers' store."""

    async def migrate(self, old_chat_id: int, new_chat_id: int) -> int: ...


class Courier:
    """Carries deliveries out until it is told to stop. ``alarm`` gets sentences that an operator must read."""

    def __init__(
        self,
        outbox: Outbox,
        groups: Groups,
        sender: Sender,
        pace: Pace,
        clock: Timekeeper,
        *,
        leadership: Leadership | None = None,
        in_flight: int = IN_FLIGHT,
        lease: timedelta = LEASE,
        alarm: Callable[[str], None] | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._outbox = outbox
        self._groups = groups
        self._sender = sender
        self._pace = pace
        self._clock = clock
        self._leadership = leadership
        self._alarm = alarm
        self._chance = chance
        self._recorder = Recorder(outbox, clock, on_recorded=self._on_recorded)
        self._slots = asyncio.Semaphore(in_flight)
        self._batch = in_flight
        self._lease = lease
        self._margin = min(SEND_MARGIN, lease / 2)
        self._claimed: dict[Lane, deque[Job]] = {lane: deque() for lane in Lane}
        self._turns = Turns()
        self._sending: set[asyncio.Task[None]] = set()
        self._flowing: set[Lane] = set()  # lanes whose last claim was full: there is more
        self._looking: asyncio.Task[None] | None = None
        self._look_at = self._rescue_at = 0.0
        self.halted = ""
        self.counts: Counter[str] = Counter()  # outcomes by name, and "stale" acknowledgements

    # ------------------------------------------------------------------ the loop

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until ``stop``; then give back what is claimed and wait, bounded, for what is in the air."""
        while not stop.is_set():
            try:
                is_busy = await self._may_send() and await self.step()
            except LostLeadershipError:
                is_busy = False
            except IN_TROUBLE as error:
                logger.warning("the outbox cannot be read: %s", error, extra={"action": "claim_failed"})
                await self._clock.sleep(TROUBLE_S)
                continue
            if not is_busy:
                await self._clock.sleep(IDLE_S)
        await self._finish()

    async def drain(self) -> None:
        """Deliver until nothing is due any more and nothing is in the air."""
        while True:
            self._look_at = 0.0
            if not await self.step():
                if not self._sending:
                    return
                await asyncio.wait(self._sending)

    async def step(self) -> bool:
        """Begin at most one send, waiting for its turn; whether there was anything to do."""
        await self._rescue()
        if self._pace.pause_left() or self._is_held_up:
            await self._give_back()
            return False
        await self._refill()
        lane = self._turns.choose([lane for lane, jobs in self._claimed.items() if jobs])
        if lane is None:
            return False
        await self._slots.acquire()
        job = self._claimed[lane].popleft()
        if not await self._is_admitted(job):
            self._slots.release()
            return True
        task = asyncio.create_task(self._deliver(job))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        return True

    @property
    def _is_held_up(self) -> bool:
        """Nothing new is begun while results cannot be stored, or once Telegram refuses the bot itself."""
        return self._recorder.is_in_trouble or bool(self.halted)

    async def _may_send(self) -> bool:
        if self._leadership is None:
            return True
        if self.halted:
            await self._leadership.resign()  # perhaps another process has a token that works
        elif await self._leadership.hold():
            return True
        await self._give_back()
        return False

    # ------------------------------------------------------------------ claiming

    async def _refill(self) -> None:
        """Claim for lanes that run low: while others are sent, if there are others, so that no turn is missed."""
        if self._looking is not None and self._looking.done():
            looking, self._looking = self._looking, None
            looking.result()  # what went wrong there goes wrong here
        if self._looking is None and self._is_time_to_look():
            self._looking = asyncio.create_task(self._look())
        is_short = not any(self._claimed.values()) or any(not self._claimed[lane] for lane in self._flowing)
        if self._looking is not None and is_short:
            looking, self._looking = self._looking, None
            await looking

    def _is_time_to_look(self) -> bool:
        """A lane that flows is refilled in time; one that was empty is looked at now and then."""
        runs_low = any(len(self._claimed[lane]) <= self._batch // 2 for lane in self._flowing)
        return runs_low or not any(self._claimed.values()) or self._clock.monotonic() >= self._look_at

    async def _look(self) -> None:
        due = set(self._flowing)  # of these it is known
        if not due or self._clock.monotonic() >= self._look_at:
            self._look_at = self._clock.monotonic() + LOOK_EVERY_S
            due = await self._outbox.due_lanes(self._clock.now())
            self._flowing &= due
        for lane, jobs in self._claimed.items():
            if lane in due and len(jobs) <= self._batch // 2:
                await self._claim(lane)

    async def _claim(self, lane: Lane) -> None:
        fence = self._leadership.fence if self._leadership else None
        jobs = await self._outbox.claim(
            lane, self._batch, token=uuid.uuid4().hex, now=self._clock.now(), lease=self._lease, fence=fence
        )
        self._claimed[lane].extend(jobs)
        (self._flowing.add if len(jobs) == self._batch else self._flowing.discard)(lane)

    async def _rescue(self) -> None:
        now = self._clock.monotonic()
        if now < self._rescue_at:
            return
        self._rescue_at = now + RESCUE_EVERY_S
        self._pace.load(await self._outbox.pauses(self._clock.now()))
        rescued = await self._outbox.rescue(now=self._clock.now())
        if rescued:
            self.counts["rescued"] += rescued
            logger.warning(
                "deliveries of a process that died are sent again",
                extra={"action": "rescued", "count": rescued},
            )

    async def _give_back(self) -> None:
        """Let go of what is claimed and not begun, so that nobody has to wait for the lease to run out."""
        if self._looking is not None:
            looking, self._looking = self._looking, None
            with suppress(LostLeadershipError, *IN_TROUBLE):
                await looking
        for jobs in self._claimed.values():
            unbegun = list(jobs)
            jobs.clear()
            for job in unbegun:
                await self._put_off(job)

    async def _put_off(self, job: Job, not_before: datetime | None = None) -> None:
        """Let go of a job that was not begun."""
        await self._record([Result(one, State.WAITING, not_before) for one in job.together])

    async def _record(self, results: Sequence[Result]) -> None:
        """Results that came at the same moment are written in one transaction."""
        if len(results) == 1:  # nearly always; gathering would make a task of it
            await self._recorder.record(results[0])
            return
        await asyncio.gather(*(self._recorder.record(result) for result in results))

    async def _is_admitted(self, job: Job) -> bool:
        """Wait for the job's turn; False when it had to be put off."""
        wait = self._pace.chat_wait(job.chat.chat_id)
        if wait > 0:
            later = self._clock.now() + timedelta(seconds=wait)
            await self._put_off(job, later)
            return False
        is_admitted = await self._pace.admit(job.chat.chat_id)
        is_late = self._clock.now() > job.lease_until - self._margin
        # Asked again, because the answer to another message may have come while this one waited.
        if not is_admitted or is_late or self._is_held_up:
            if is_admitted:
                self._pace.landed()
            await self._put_off(job)
            return False
        return True

    # ------------------------------------------------------------------ sending

    async def _deliver(self, job: Job) -> None:
        try:
            job, too_much = await self._sender.fit(job) if job.also else (job, ())
            await self._record([Result(one, State.WAITING) for one in too_much])
            try:
                outcome = await self._sender.send(job)
            finally:
                self._pace.landed()
            self.counts[type(outcome).__name__.lower()] += 1
            await self._heed(job, outcome)
            now, chance = self._clock.now(), self._chance()  # one moment: what was together stays together
            await self._record([react(outcome, one, now=now, chance=chance) for one in job.together])
        except Exception:  # the delivery stays claimed and is rescued; the courier must go on
            logger.exception(
                "a delivery was not recorded", extra={"action": "deliver_failed", "delivery": job.id}
            )
        finally:
            self._slots.release()

    async def _heed(self, job: Job, outcome: Outcome) -> None:
        """What an answer means beyond its own delivery."""
        if isinstance(outcome, Unreachable):
            self._pace.unreachable()
            return
        self._pace.reached()
        match outcome:
            case Wait():
                scope = self._pace.refuse(job.chat.chat_id, outcome.wait)
                logger.warning(
                    "Telegram asks for a pause of %g s",
                    outcome.wait.total_seconds(),
                    extra={"action": "refused", "chat_id": scope},
                )
                await self._outbox.save_pause(scope, self._clock.now() + outcome.wait)
            case Moved():
                await self._groups.migrate(job.chat.chat_id, outcome.chat_id)
            case Unmarked():
                self._sound(f"Telegram refused the markup of broadcast {job.broadcast_id}: {outcome.reason}")
            case Halt():
                self.halted = outcome.reason
                self._sound(
                    f"Telegram refuses this bot ({outcome.reason}): sending has stopped in this process."
                )

    def _on_recorded(self, recorded: Recorded) -> None:
        self.counts["stale"] += recorded.stale
        for broadcast_id in recorded.stopped:
            self._sound(
                f"Broadcast {broadcast_id} was stopped: twenty messages in a row were refused as broken."
            )

    def _sound(self, sentence: str) -> None:
        logger.error(sentence, extra={"action": "alarm"})
        if self._alarm:
            self._alarm(sentence)

    # ------------------------------------------------------------------ the end

    async def _finish(self) -> None:
        """Bounded, because a supervisor kills what does not end; results in the air are worth the wait."""
        try:
            async with asyncio.timeout(SHUTDOWN_S):
                await self._give_back()
                if self._sending:
                    await asyncio.wait(self._sending)
                if self._leadership:
                    await self._leadership.resign()
        except TimeoutError:
            logger.warning("some results were not recorded in time", extra={"action": "shutdown_incomplete"})
        for task in self._sending:
            task.cancel()
