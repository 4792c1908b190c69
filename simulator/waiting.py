"""Waiting for something to happen, without polling and without sleeping."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Bell:
    """Wakes everybody who waits; ringing costs nothing while nobody does."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        """Wake everybody who waits now."""
        for future in self._waiting:
            _wake(future)
        self._waiting.clear()

    async def until(self, predicate: Callable[[], bool], timeout_s: float) -> bool:
        """Wait until ``predicate`` holds; it is asked again at every ring. Return whether it did in time."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while not predicate():
            left = deadline - loop.time()
            if left <= 0:
                return False
            await self._next(left)
        return True

    async def _next(self, timeout_s: float) -> None:
        """Wait for the next ring, or until the time is over."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        self._waiting.add(future)
        alarm = loop.call_later(timeout_s, _wake, future)
        try:
            await future
        finally:
            alarm.cancel()
            self._waiting.discard(future)


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
