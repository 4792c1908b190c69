"""Telegram's limits on sending, as its Bots FAQ states them; pure: the time is passed in."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

FREE_PER_SECOND = 30
PAID_PER_SECOND = 1000
CHAT_BURST = 3
GROUP_PER_MINUTE = 20
_PRUNE_ABOVE = 50_000


class Window:
    """At most ``count`` in any ``seconds``: strict, no burst beyond it."""

    __slots__ = ("_times", "seconds")

    def __init__(self, count: int, seconds: float) -> None:
        self.seconds = seconds
        self._times: deque[float] = deque(maxlen=count)

    def wait(self, now: float) -> float:
        """Seconds until one more fits; 0 when it fits now."""
        if len(self._times) < (self._times.maxlen or 0):
            return 0.0
        return max(self._times[0] + self.seconds - now, 0.0)

    def take(self, now: float) -> None:
        """Count one that was let through."""
        self._times.append(now)


@dataclass(slots=True)
class Flood:
    """Overall, per chat and per group limits. Off until ``is_on``; refused requests do not count.

    A private chat gets one message a second after a burst; a group or channel twenty a minute.
    """

    is_on: bool = False
    per_second: int = FREE_PER_SECOND
    chat_burst: int = CHAT_BURST
    group_per_minute: int = GROUP_PER_MINUTE
    paid_per_second: int = PAID_PER_SECOND
    _free: Window = field(init=False)
    _paid: Window = field(init=False)
    _next_at: dict[int, float] = field(init=False, default_factory=dict)
    _groups: dict[int, Window] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._free = Window(self.per_second, 1.0)
        self._paid = Window(self.paid_per_second, 1.0)

    def ask(self, chat_id: int, now: float, *, is_paid: bool = False) -> int:
        """Return 0 and count the message, or the whole seconds to wait.

        Args:
            chat_id: negative for groups and channels.
            now: seconds, of any clock that does not run backwards.
            is_paid: sent with ``allow_paid_broadcast``.
        """
        if not self.is_on:
            return 0
        overall = self._paid if is_paid else self._free
        waits = overall.wait(now), self._chat_wait(chat_id, now)
        if any(waits):
            return max(math.ceil(max(waits)), 1)
        overall.take(now)
        self._take_chat(chat_id, now)
        return 0

    def _chat_wait(self, chat_id: int, now: float) -> float:
        if chat_id < 0:
            window = self._groups.get(chat_id)
            return window.wait(now) if window else 0.0
        # A leaky bucket that holds `chat_burst` and leaks one a second (GCRA).
        return max(self._next_at.get(chat_id, now) - now - (self.chat_burst - 1), 0.0)

    def _take_chat(self, chat_id: int, now: float) -> None:
        if chat_id < 0:
            self._groups.setdefault(chat_id, Window(self.group_per_minute, 60.0)).take(now)
            return
        if len(self._next_at) > _PRUNE_ABOVE:
            self._next_at = {chat: at for chat, at in self._next_at.items() if at > now}
        self._next_at[chat_id] = max(self._next_at.get(chat_id, now), now) + 1.0
