"""Interactive answers go through the same pace as the broadcasts, and before them."""

from __future__ import annotations

import logging
import math
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.pace import EVERYWHERE, Pace
from bot.timekeeper import Timekeeper

logger = logging.getLogger(__name__)

COUNTED = ("send", "edit", "copy", "forward")  # what Telegram's limits count; the rest only heeds pauses
FREE = frozenset({"getMe", "setWebhook", "deleteWebhook", "getWebhookInfo", "logOut", "close"})
LONGEST_WAIT_S = (
    60.0  # nobody waits longer for an answer: better to say so in the log than to hold a handler for hours
)
TRIES = 3

Answer = bool | dict[str, Any] | list[dict[str, Any]]
SavePause = Callable[[int, datetime], Awaitable[None]]


class PacedReplies(BaseRateLimiter[None]):
    """python-telegram-bot's rate limiter on our Pace. ``save_pause`` keeps the waits that Telegram orders."""

    def __init__(
        self, pace: Pace, *, clock: Timekeeper | None = None, save_pause: SavePause | None = None
    ) -> None:
        self._pace = pace
        self._clock = clock
        self._save_pause = save_pause

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def process_request(  # noqa: PLR0917 (the library's signature)
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,  # noqa: ARG002 (we have none)
    ) -> Answer:
        """Send in the reply's turn. Raise RetryAfter at once when the wait is longer than a person would."""
        if endpoint in FREE:
            return await callback(*args, **kwargs)
        chat_id = data.get("chat_id")
        chat = chat_id if isinstance(chat_id, int) else EVERYWHERE
        for tries_left in reversed(range(TRIES)):
            is_counted = await self._wait_for_turn(endpoint, chat)
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                await self._refused(chat, error)
                if not tries_left:
                    raise
            finally:
                if is_counted:
                    self._pace.landed()
        raise AssertionError  # pragma: no cover (the loop returns or raises)

    async def _wait_for_turn(self, endpoint: str, chat: int) -> bool:
        """Whether a turn of the pace was taken."""
        left = self._pace.pause_left(chat)
        if left > LONGEST_WAIT_S:
            raise RetryAfter(math.ceil(left))
        if not endpoint.startswith(COUNTED):
            await self._pace.wait_out(chat)
            return False
        await self._pace.admit_reply(chat)
        return True

    async def _refused(self, chat: int, error: RetryAfter) -> None:
        wait = error.retry_after
        wait = wait if isinstance(wait, timedelta) else timedelta(seconds=wait)
        scope = self._pace.refuse(chat, wait)
        logger.warning(
            "Telegram asks for a pause of %g s",
            wait.total_seconds(),
            extra={"action": "refused", "chat_id": scope},
        )
        if self._save_pause and self._clock:
            await self._save_pause(scope, self._clock.now() + wait)
