"""Standing for the planner or the courier: one process leads, the others take over when its lease runs out."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from datetime import datetime, timedelta
from typing import Protocol

from bot.timekeeper import Timekeeper
from storage.outbox.values import Fence, Lease

logger = logging.getLogger(__name__)

PLANNER, COURIER = "planner", "courier"
LEASE = timedelta(seconds=9)  # with a try every 5 s a successor is in office within 14 s
RENEW_BEFORE = timedelta(seconds=6)


class Leases(Protocol):
    """Where leases are kept (storage.outbox.leases)."""

    async def acquire(self, name: str, owner: str, *, now: datetime, lease: timedelta) -> Lease | None: ...

    async def release(self, name: str, owner: str, *, now: datetime) -> None: ...


def this_process() -> str:
    """A name for the lease's owner that two processes never share."""
    return f"{socket.gethostname()}:{os.getpid()}"


class Leadership:
    """One process's claim to one office. ``hold`` is cheap while the lease is fresh."""

    def __init__(
        self, leases: Leases, name: str, clock: Timekeeper, *, owner: str = "", lease: timedelta = LEASE
    ) -> None:
        self._leases = leases
        self._name = name
        self._clock = clock
        self._owner = owner or this_process()
        self._duration = lease
        self._lease: Lease | None = None
        self._asking = asyncio.Lock()

    @property
    def fence(self) -> Fence | None:
        """What to show with every write; None while not leading."""
        # A process that was stopped for a while finds out by its own clock that its lease has run out.
        if self._lease is None or self._clock.now() >= self._lease.until:
            return None
        return Fence(self._name, self._lease.epoch)

    @property
    def is_leading(self) -> bool:
        """Whether the lease still runs."""
        return self.fence is not None

    async def hold(self) -> bool:
        """Take, keep or renew the office; whether this process leads."""
        async with self._asking:  # jobs that ring together ask together: one question answers all
            now = self._clock.now()
            if self._lease is not None and now < self._lease.until - RENEW_BEFORE:
                return True
            before = self._lease
            self._lease = await self._leases.acquire(self._name, self._owner, now=now, lease=self._duration)
            self._say(before)
            return self._lease is not None

    async def resign(self) -> None:
        """Let a successor take over at once; for an orderly end."""
        if self._lease is not None:
            self._lease = None
            await self._leases.release(self._name, self._owner, now=self._clock.now())

    def _say(self, before: Lease | None) -> None:
        after = self._lease
        if after is not None and (before is None or before.epoch != after.epoch):
            fields = {"action": "leading", "office": self._name, "epoch": after.epoch}
            logger.info("this process is now the %s", self._name, extra=fields)
        elif after is None and before is not None:
            fields = {"action": "not_leading", "office": self._name, "epoch": before.epoch}
            logger.warning("another process is now the %s", self._name, extra=fields)
