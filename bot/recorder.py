"""Results are written as they come, together with those that came while the last ones were being written."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from bot.timekeeper import Timekeeper
from storage.outbox.values import Recorded, Result

logger = logging.getLogger(__name__)

AT_ONCE = 200
RETRY_S = 0.5
# At hundreds of results a second, transactions of a few each were a third of the courier's work. More results at once than a free bot
# ever has in the air (eight) mean such a rate: then a write waits a little for others to share it.
MANY, GATHER_S = 8, 0.02
# What a database in trouble raises: down, restarting, locked, out of disk. It may work again a moment later.
IN_TROUBLE = (OperationalError, InterfaceError, OSError)


class Records(Protocol):
    """Where results go (storage.outbox.deliveries)."""

    async def record(self, results: Sequence[Result], *, now: datetime) -> Recorded: ...


class Recorder:
    """Group commit: at a low rate each result is its own transaction, at a high one many share it.

    A result is given up only if the database refuses that very row; while the database is in trouble it is kept and
    tried again, because the message it speaks of has been sent.
    """

    def __init__(
        self, records: Records, clock: Timekeeper, *, on_recorded: Callable[[Recorded], None] | None = None
    ) -> None:
        self._records = records
        self._clock = clock
        self._on_recorded = on_recorded
        self._pending: list[Result] = []
        self._turn = asyncio.Lock()
        self._is_fast = False
        self.is_in_trouble = False

    async def record(self, result: Result) -> None:
        """Return once the result is in the database (or was refused)."""
        self._pending.append(result)
        async with self._turn:
            # Whoever had the turn before may have written this one too; identity, because equal results may recur.
            while any(one is result for one in self._pending):
                await self._write_some()

    async def _write_some(self) -> None:
        if self._is_fast:
            await self._clock.sleep(GATHER_S)
        batch = self._pending[:AT_ONCE]
        self._is_fast = len(batch) > MANY
        if await self._write(batch):
            del self._pending[: len(batch)]
            return
        await self._clock.sleep(RETRY_S)

    async def _write(self, batch: Sequence[Result]) -> bool:
        """Whether the batch is dealt with."""
        try:
            recorded = await self._records.record(batch, now=self._clock.now())
        except IN_TROUBLE as error:
            if not self.is_in_trouble:
                logger.error(  # noqa: TRY400 (the cause in a sentence; a trace for each retry would drown it)
                    "results cannot be stored, sending pauses until they can: %s",
                    error,
                    extra={"action": "record_failed", "waiting": len(self._pending)},
                )
            self.is_in_trouble = True
            return False
        except SQLAlchemyError as error:
            return await self._write_apart(batch, error)
        if self.is_in_trouble:
            logger.warning("results are stored again", extra={"action": "record_recovered"})
        self.is_in_trouble = False
        if self._on_recorded:
            self._on_recorded(recorded)
        return True

    async def _write_apart(self, batch: Sequence[Result], error: SQLAlchemyError) -> bool:
        """The database refuses a row of this batch: find it, so that it does not hold up the others."""
        if len(batch) == 1:
            logger.error(
                "a result was refused; its lease will run out",
                exc_info=error,
                extra={"action": "record_refused", "delivery": batch[0].job.id},
            )
            return True
        for result in batch:
            while not await self._write([result]):
                await self._clock.sleep(RETRY_S)
        return True
