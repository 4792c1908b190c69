"""Who may be on the network now: so many at once, so many per host, and the slow ones beside the others."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# Slow fetches that may go on beside the others, for each place.
SLOW_PER_PLACE = 8


class Place:
    """One taken place. After ``patience_s`` it is given to somebody else, while its holder goes on beside."""

    def __init__(self, gate: Gate, patience_s: float) -> None:
        self._gate = gate
        self._is_slow = False
        self._is_left = False
        self._timer = asyncio.get_running_loop().call_later(patience_s, self._step_aside)

    def _step_aside(self) -> None:
        self._is_slow = self._gate.step_aside()

    def leave(self) -> None:
        """The holder has finished; to say so again changes nothing."""
        if not self._is_left:
            self._is_left = True
            self._timer.cancel()
            self._gate.leave(was_slow=self._is_slow)


class Gate:
    """``concurrency`` places for fetches that go well, ``per_host`` connections to one host."""

    def __init__(self, concurrency: int, per_host: int, patience_s: float) -> None:
        self._places = asyncio.Semaphore(concurrency)
        self._slow_left = concurrency * SLOW_PER_PLACE
        self._patience_s = patience_s
        self._hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(per_host))

    async def take(self) -> Place:
        """Wait for a place and take it."""
        await self._places.acquire()
        return Place(self, self._patience_s)

    @asynccontextmanager
    async def visit(self, host: str) -> AsyncIterator[None]:
        """One of the connections that a host is asked for at a time."""
        async with self._hosts[host]:
            yield

    def step_aside(self) -> bool:
        """Free a place while its holder goes on; false when too many do so already."""
        if not self._slow_left:
            return False
        self._slow_left -= 1
        self._places.release()
        return True

    def leave(self, *, was_slow: bool) -> None:
        """Account for a holder that has finished."""
        if was_slow:
            self._slow_left += 1
        else:
            self._places.release()
