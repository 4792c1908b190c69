"""How fast we may send: overall, to one chat, to one group; and what Telegram told us to wait for.

One Pace serves the courier and the interactive replies of a process. Replies take the next turn, broadcasts the turns
that are left. The rate adapts as TCP does: a little faster every second, much slower after a 429.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.timekeeper import Timekeeper

EVERYWHERE = 0  # instead of a chat id: all chats
START_RATE = 25.0  # messages a second
FREE_CEILING = 28.4  # no second then holds more than 29: one less than Telegram allows
FREE_A_SECOND = 30  # Telegram's Bots FAQ
LATE_S = 0.1  # how much later than its turn a message is counted by Telegram, at most, as far as we look
CAUGHT_UP_S = 0.12  # of missed turns: three at 25/s, and a busy loop's at 1,000/s
GROWTH = 0.035  # of the ceiling, per second: after the worst slow-down 95 % is back within 20 s
SLOW_DOWN = 0.6
FLOOR = 0.4  # of the ceiling: one storm of refusals must not end in a crawl
CHAT_BURST = 3  # messages to a private chat before one a second holds
GROUP_MESSAGES, GROUP_WINDOW_S = 20, 60.0
FORGET_AFTER_S = 90.0
# A long wait, or one in a group, is first taken for that chat's own; a second chat refused meanwhile proves otherwise.
LONG_WAIT = timedelta(minutes=5)
SUSPECT_S = 60.0


@dataclass(slots=True)
class Tempo:
    """Turns whose rate grows with time and falls with refusals. Times are monotonic seconds.

    A few turns that were missed (a slow disk, a busy loop) are caught up, but no span of ``n / rate`` seconds ever holds
    more than ``n`` turns, with ``n`` the rate rounded up. Telegram counts when a message arrives, sometime between its turn
    and its answer: with ``most``, what is unanswered and what was answered within the last second are so many at most.
    """

    rate: float
    ceiling: float
    most: int | None = None
    _next: float = 0.0
    _since: float | None = None  # from when the rate grows
    _taken: deque[float] = field(default_factory=deque)
    _landed: deque[float] = field(default_factory=deque)  # when answers came, in the last second
    _in_the_air: int = 0

    def rate_at(self, now: float) -> float:
        """Turns a second."""
        if self._since is None or now <= self._since:
            return self.rate
        return min(self.ceiling, self.rate + GROWTH * self.ceiling * (now - self._since))

    def ready_in(self, now: float) -> float:
        """Seconds until the next turn; 0 when there is one."""
        rate = self.rate_at(now)
        count = math.ceil(rate)
        wait = self._next - now
        if len(self._taken) >= count:
            wait = max(wait, self._taken[-count] + count / rate - now)
        return max(0.0, wait, self._jammed_for(now))

    def _jammed_for(self, now: float) -> float:
        """Seconds until one more cannot be too many in any second, however late those before it arrive."""
        if self.most is None or len(self._taken) < self.most:
            return 0.0
        while self._landed and self._landed[0] <= now - 1.0:
            self._landed.popleft()
        if self._in_the_air + len(self._landed) < self.most:
            return 0.0
        late = self._taken[-self.most] + 1.0 + LATE_S
        first = self._landed[0] + 1.0 if self._landed else late
        return min(late, first) - now

    def take(self, now: float) -> None:
        """Use a turn."""
        self._settle(now)
        self._next = max(self._next, now - CAUGHT_UP_S) + 1.0 / self.rate
        self._taken.append(now)
        self._in_the_air += 1
        if len(self._taken) > max(math.ceil(self.ceiling), self.most or 0):
            self._taken.popleft()

    def land(self, now: float) -> None:
        """What a turn was used for has been answered."""
        self._in_the_air = max(0, self._in_the_air - 1)
        if self.most:
            self._landed.append(now)

    def slow_down(self, now: float, resume_at: float) -> None:
        """After a refusal; the rate grows again from ``resume_at`` on."""
        self._settle(now)
        self.rate = max(FLOOR * self.ceiling, self.rate * SLOW_DOWN)
        self._since = resume_at

    def _settle(self, now: float) -> None:
        self.rate = self.rate_at(now)
        self._since = now if self._since is None else max(self._since, now)


@dataclass(slots=True)
class ChatLimits:
    """One message a second to a chat after a small burst, twenty a minute to a group. Times are monotonic seconds."""

    _due: dict[int, float] = field(default_factory=dict)
    _recent: dict[int, deque[float]] = field(default_factory=dict)
    _swept_at: float = 0.0

    def ready_in(self, chat_id: int, now: float) -> float:
        """Seconds until this chat may be sent to."""
        burst = 1 if chat_id < 0 else CHAT_BURST
        wait = self._due.get(chat_id, 0.0) - (burst - 1) - now
        recent = self._recent.get(chat_id)
        if recent and len(recent) == GROUP_MESSAGES:
            wait = max(wait, recent[0] + GROUP_WINDOW_S - now)
        return max(0.0, wait)

    def take(self, chat_id: int, now: float) -> None:
        """Count a message to this chat."""
        self._due[chat_id] = max(self._due.get(chat_id, 0.0), now) + 1.0
        if chat_id < 0:
            self._recent.setdefault(chat_id, deque(maxlen=GROUP_MESSAGES)).append(now)
        if now - self._swept_at > FORGET_AFTER_S:
            self._sweep(now)

    def _sweep(self, now: float) -> None:
        self._swept_at = now
        self._due = {chat: due for chat, due in self._due.items() if due > now}
        self._recent = {chat: sent for chat, sent in self._recent.items() if sent[-1] > now - GROUP_WINDOW_S}


class Pace:
    """Turns for sending, in one place for the process."""

    def __init__(self, clock: Timekeeper, *, rate: float = START_RATE, ceiling: float | None = None) -> None:
        top = max(rate, FREE_CEILING if rate == START_RATE else rate) if ceiling is None else ceiling
        self._clock = clock
        most = FREE_A_SECOND if top == FREE_CEILING else None
        self._tempo = Tempo(rate=min(rate, top), ceiling=top, most=most)
        self._chats = ChatLimits()
        self._pauses: dict[int, float] = {}  # chat id → monotonic seconds
        self._suspect: tuple[int, float] | None = None
        self._failures = 0
        self._replies = 0
        self._reply_turn = asyncio.Lock()

    @property
    def rate(self) -> float:
        """Messages a second that are allowed now."""
        return self._tempo.rate_at(self._clock.monotonic())

    def load(self, pauses: Mapping[int, datetime]) -> None:
        """Take over waits that were stored, by this process before it restarted or by another one."""
        now, wall = self._clock.monotonic(), self._clock.now()
        for chat_id, until in pauses.items():
            self._pause(chat_id, now + (until - wall).total_seconds())

    def pause_left(self, chat_id: int = EVERYWHERE) -> float:
        """Seconds for which nothing may be sent to this chat (or at all)."""
        now = self._clock.monotonic()
        return max(0.0, self._pauses.get(chat_id, 0.0) - now, self._pauses.get(EVERYWHERE, 0.0) - now)

    def chat_wait(self, chat_id: int) -> float:
        """Seconds until this chat may be sent to, its own pause and limits considered; 0 when it may now."""
        now = self._clock.monotonic()
        limit = 0.0 if chat_id == EVERYWHERE else self._chats.ready_in(chat_id, now)
        return max(0.0, self._pauses.get(chat_id, 0.0) - now, limit)

    def refuse(self, chat_id: int, wait: timedelta) -> int:
        """Telegram answered 429. Whom the wait concerns: ``chat_id`` or EVERYWHERE."""
        now = self._clock.monotonic()
        until = now + wait.total_seconds()
        scope = self._scope(chat_id, wait, now)
        if scope == EVERYWHERE and self.pause_left() == 0.0:
            self._tempo.slow_down(now, until)  # once for all that were in the air together
        self._pause(scope, until)
        return scope

    def _scope(self, chat_id: int, wait: timedelta, now: float) -> int:
        if chat_id > 0 and wait < LONG_WAIT:
            return EVERYWHERE
        before, self._suspect = self._suspect, (chat_id, now)
        is_second = before is not None and before[0] != chat_id and now - before[1] < SUSPECT_S
        return EVERYWHERE if is_second else chat_id

    def unreachable(self) -> None:
        """No connection came about: try again after half a second, then more and more rarely, up to half a minute."""
        self._failures += 1
        self._pause(EVERYWHERE, self._clock.monotonic() + min(30.0, 0.25 * 2**self._failures))

    def reached(self) -> None:
        """Telegram answered."""
        self._failures = 0

    async def admit(self, chat_id: int) -> bool:
        """Wait for a turn of a broadcast: it comes after every reply that waits. False while everything is paused."""
        while not self.pause_left():
            now = self._clock.monotonic()
            wait = self._tempo.ready_in(now)
            if wait <= 0 and not self._replies:
                self._take(chat_id, now)
                return True
            await self._clock.sleep(wait or 1.0 / self._tempo.ceiling)
        return False

    async def admit_reply(self, chat_id: int) -> None:
        """Wait for a turn of an answer to a person: before every broadcast, in order among answers."""
        while (wait := self.chat_wait(chat_id)) > 0:
            await self._clock.sleep(wait)
        self._replies += 1
        try:
            async with self._reply_turn:
                while (wait := max(self.pause_left(), self._tempo.ready_in(self._clock.monotonic()))) > 0:
                    await self._clock.sleep(wait)
                self._take(chat_id, self._clock.monotonic())
        finally:
            self._replies -= 1

    def landed(self) -> None:
        """To be called once for each turn, when its message is answered or given up."""
        self._tempo.land(self._clock.monotonic())

    async def wait_out(self, chat_id: int) -> None:
        """Wait until no pause holds this chat; for calls that Telegram's limits do not count."""
        while (left := self.pause_left(chat_id)) > 0:
            await self._clock.sleep(left)

    def _take(self, chat_id: int, now: float) -> None:
        self._tempo.take(now)
        if chat_id != EVERYWHERE:
            self._chats.take(chat_id, now)

    def _pause(self, chat_id: int, until: float) -> None:
        now = self._clock.monotonic()
        kept = {chat: end for chat, end in self._pauses.items() if end > now}
        kept[chat_id] = max(until, kept.get(chat_id, until))
        self._pauses = kept
