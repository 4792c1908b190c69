"""Delivering updates to a webhook: in order within a chat, again after a failure."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

import httpx

from simulator.requests import encode
from simulator.state import State
from simulator.updates import Update

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # the name of a header
TIMEOUT_S = 30.0
RETRY_DELAYS_S = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class WebhookCourier:
    """Posts pending updates to the webhook, at most ``max_connections`` at a time.

    Args:
        state: whose updates.
        retry_delays_s: waits after the first, second, … failure in a row; the last one repeats.
    """

    def __init__(self, state: State, *, retry_delays_s: Sequence[float] = RETRY_DELAYS_S) -> None:
        self.state = state
        self.retry_delays_s = retry_delays_s
        self._is_closing = False
        self._delivering: dict[int, Update] = {}
        self._failures = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Deliver until closed."""
        async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client:
            while not self._is_closing:
                await self.state.updates.bell.until(self._has_work, timeout_s=3600)
                for update in self._ready():
                    self._start(client, update)
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def close(self) -> None:
        """Stop delivering; what was not confirmed stays pending."""
        self._is_closing = True
        self.state.updates.bell.ring()

    def _has_work(self) -> bool:
        return self._is_closing or bool(self._ready())

    def _ready(self) -> list[Update]:
        """Pending updates whose chat has none on its way, oldest first, as many as there are connections."""
        if not self.state.updates.webhook_url or self._is_closing:
            return []
        free = int(self.state.webhook.get("max_connections", 1)) - len(self._delivering)
        busy = {chat_of(update) for update in self._delivering.values()}
        ready: list[Update] = []
        for update in self.state.updates.pending():
            if len(ready) >= free:
                break
            chat = chat_of(update)
            if chat not in busy:
                busy.add(chat)
                ready.append(update)
        return ready

    def _start(self, client: httpx.AsyncClient, update: Update) -> None:
        self._delivering[update["update_id"]] = update
        task = asyncio.create_task(self._deliver(client, update))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, client: httpx.AsyncClient, update: Update) -> None:
        try:
            problem = await self._post(client, update)
            if problem:
                await self._after_failure(problem)
            else:
                self._failures = 0
                self.state.updates.remove(update)
        finally:
            del self._delivering[update["update_id"]]
            self.state.updates.bell.ring()

    async def _post(self, client: httpx.AsyncClient, update: Update) -> str:
        """Post one update; return "" or what went wrong, as getWebhookInfo tells it."""
        headers = {"content-type": "application/json"}
        if secret := self.state.webhook.get("secret_token"):
            headers[SECRET_HEADER] = secret
        try:
            response = await client.post(
                self.state.updates.webhook_url, content=encode(update), headers=headers
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return f"Connection failed: {type(error).__name__}"
        if response.is_success:
            return ""
        return f"Wrong response from the webhook: {response.status_code} {response.reason_phrase}"

    async def _after_failure(self, problem: str) -> None:
        delay = self.retry_delays_s[min(self._failures, len(self.retry_delays_s) - 1)]
        self._failures += 1
        self.state.webhook |= {"last_error_date": int(self.state.clock()), "last_error_message": problem}
        logger.info(
            "webhook failed", extra={"action": "webhook_failed", "problem": problem, "retry_in_s": delay}
        )
        await self.state.updates.bell.until(lambda: self._is_closing, timeout_s=delay)


def chat_of(update: Update) -> Any:
    """What keeps its order: the chat of an update, or the person who asks."""
    payload: dict[str, Any] = next((value for key, value in update.items() if key != "update_id"), {})
    message: Callable[..., Any] = payload.get("message", payload).get
    chat = message("chat")
    return chat["id"] if chat else payload.get("from", {}).get("id")
