"""The queue of updates that a bot has not confirmed yet, read by long polling or delivered by webhook."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from simulator.errors import OTHER_POLLER, POLLING_WHILE_WEBHOOK, conflict
from simulator.waiting import Bell

Update = dict[str, Any]

MAX_POLL_S = 50.0
MAX_BATCH = 100
# Sent only to bots that ask for them by name.
_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


class UpdateQueue:
    """Updates in order, each until it is confirmed.

    Args:
        first_id: the id of the first update.
        max_pending: beyond this number the oldest are dropped, as Telegram drops them after a day.
    """

    def __init__(self, *, first_id: int = 700_000_001, max_pending: int = 100_000) -> None:
        self.allowed: frozenset[str] | None = None
        self.webhook_url = ""
        self.bell = Bell()
        self.is_closing = False
        self._pending: deque[Update] = deque(maxlen=max_pending)
        self._next_id = first_id
        self._poll = 0
        self._waiting = 0

    @property
    def is_polled(self) -> bool:
        """Whether a client waits for updates at this moment."""
        return self._waiting > 0

    def __len__(self) -> int:
        return len(self._pending)

    def add(self, kind: str, payload: dict[str, Any]) -> None:
        """Queue an update if the bot wants its kind."""
        wanted = kind in self.allowed if self.allowed is not None else kind not in _ON_REQUEST
        if wanted:
            self._pending.append({"update_id": self._next_id, kind: payload})
            self._next_id += 1
            self.bell.ring()

    def allow(self, kinds: Sequence[str] | None) -> None:
        """Change which kinds the bot wants; None changes nothing, an empty list asks for the usual ones."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def confirm(self, offset: int) -> None:
        """Forget updates below ``offset``; a negative one keeps only that many of the newest."""
        if offset < 0:
            while len(self._pending) > -offset:
                self._pending.popleft()
        while offset > 0 and self._pending and self._pending[0]["update_id"] < offset:
            self._pending.popleft()

    def clear(self) -> None:
        """Drop everything that is pending."""
        self._pending.clear()

    def close(self) -> None:
        """End every poll at once."""
        self.is_closing = True
        self.bell.ring()

    def pending(self) -> Iterator[Update]:
        """Everything that is not confirmed yet, oldest first."""
        return iter(self._pending)

    def remove(self, update: Update) -> None:
        """Forget one update that was delivered."""
        if update in self._pending:
            self._pending.remove(update)

    async def poll(self, *, offset: int, limit: int, timeout_s: float) -> list[Update]:
        """Answer one getUpdates: at once when something is pending, else after at most ``timeout_s``.

        Raises:
            ApiError: a webhook is set, or a later poll took over.
        """
        if self.webhook_url:
            raise conflict(POLLING_WHILE_WEBHOOK)
        self.confirm(offset)
        self._poll += 1
        mine = self._poll
        self.bell.ring()
        if timeout_s > 0 and not self._pending:
            await self._wait(mine, min(timeout_s, MAX_POLL_S))
        if self._poll != mine:
            raise conflict(OTHER_POLLER)
        count = limit if 0 < limit <= MAX_BATCH else MAX_BATCH
        return [update for update, _ in zip(self._pending, range(count), strict=False)]

    async def _wait(self, mine: int, timeout_s: float) -> None:
        self._waiting += 1
        self.bell.ring()
        try:
            await self.bell.until(
                lambda: bool(self._pending) or self._poll != mine or self.is_closing, timeout_s
            )
        finally:
            self._waiting -= 1
