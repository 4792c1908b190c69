"""Storing for many at once: whoever comes while the database writes is written with the next lot.

A transaction costs about what twenty headlines cost, and a feed brings thirty: four feeds in one transaction halve it.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from news.errors import JarchiError
from news.model import NewHeadline
from news.ports import HeadlineStore

LOT = 900

T = TypeVar("T")
R = TypeVar("R")


class Shelf(Generic[T, R]):
    """``put`` for concurrent callers; ``write`` stores a lot and gives a result for each thing of it.

    A lot has things up to the ``size`` of ``LOT`` together, at least one. Shelves that share a ``turn`` never write at the
    same time: SQLite has one writer, and waiting for it here is fair and free, waiting inside SQLite is neither.
    """

    def __init__(
        self,
        write: Callable[[Sequence[T]], Awaitable[Sequence[R]]],
        turn: asyncio.Lock,
        size: Callable[[T], int] = lambda _: 1,
    ) -> None:
        self._write = write
        self._turn = turn
        self._size = size
        self._waiting: deque[tuple[T, asyncio.Future[R]]] = deque()

    async def put(self, thing: T) -> R:
        """Return once it is stored. Raise what the store raises for it."""
        stored: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((thing, stored))
        try:
            async with self._turn:
                while not stored.done():  # whoever had the turn before may have written this one too
                    await self._write_next()
            return stored.result()
        finally:
            stored.cancel()  # a caller that gives up is written for no more

    async def _write_next(self) -> None:
        lot = self._next_lot()
        try:
            await self._write_lot(lot)
        except asyncio.CancelledError:
            # Its writer was taken away; storing it again is harmless.
            self._waiting.extendleft(reversed(lot))
            raise

    def _next_lot(self) -> list[tuple[T, asyncio.Future[R]]]:
        lot: list[tuple[T, asyncio.Future[R]]] = []
        size = 0
        while self._waiting and size < LOT:
            size += self._size(self._waiting[0][0])
            if not lot or size <= LOT:
                lot.append(self._waiting.popleft())
        return [(thing, stored) for thing, stored in lot if not stored.done()]

    async def _write_lot(self, lot: Sequence[tuple[T, asyncio.Future[R]]]) -> None:
        if not lot:
            return
        try:
            results = await self._write([thing for thing, _ in lot])
        except Exception as error:  # noqa: BLE001 (whatever it is, it is for those whose things these are)
            if len(lot) > 1 and isinstance(error, JarchiError):
                # One of them is to blame, perhaps a source that was removed meanwhile: the others must not pay.
                for single in lot:
                    await self._write_lot([single])
                return
            for _, stored in lot:
                if not stored.done():
                    stored.set_exception(error)
            return
        for (_, stored), result in zip(lot, results, strict=True):
            if not stored.done():
                stored.set_result(result)


def headline_shelf(headlines: HeadlineStore, turn: asyncio.Lock) -> Shelf[Sequence[NewHeadline], int]:
    """Each thing is what one source brought; its result is how many of those were new."""

    async def write(lot: Sequence[Sequence[NewHeadline]]) -> list[int]:
        every = [headline for ready in lot for headline in ready]
        ids = await headlines.add(every)
        if len(ids) == len(every):
            return [len(ready) for ready in lot]
        # Somebody else stored some of them meanwhile: ask whose were new.
        by_source = Counter(headline.source_id for headline in await headlines.get_many(ids))
        return [by_source[ready[0].source_id] for ready in lot]

    return Shelf(write, turn, len)
