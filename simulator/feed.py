"""What pages that watch the simulator are told, as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Event = dict[str, Any]

MAX_UNREAD = 1000


class Feed:
    """Fans events out to watchers. Nothing is built while nobody watches; a watcher that is slow is cut off."""

    def __init__(self) -> None:
        self._watchers: set[asyncio.Queue[Event | None]] = set()

    @property
    def is_watched(self) -> bool:
        """Whether anybody would read an event."""
        return bool(self._watchers)

    def tell(self, kind: str, build: Callable[[], Event]) -> None:
        """Tell every watcher; ``build`` makes the event and is called only if there is one."""
        if not self._watchers:
            return
        event = {"kind": kind} | build()
        for queue in list(self._watchers):
            if queue.full():
                self._cut_off(queue)
            else:
                queue.put_nowait(event)

    @contextmanager
    def watch(self) -> Iterator[asyncio.Queue[Event | None]]:
        """A queue of events from now on; None in it means the end."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue(MAX_UNREAD)
        self._watchers.add(queue)
        try:
            yield queue
        finally:
            self._watchers.discard(queue)

    def close(self) -> None:
        """End every watcher."""
        for queue in list(self._watchers):
            self._cut_off(queue)

    def _cut_off(self, queue: asyncio.Queue[Event | None]) -> None:
        self._watchers.discard(queue)
        while queue.full():
            queue.get_nowait()
        queue.put_nowait(None)
