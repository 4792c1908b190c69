"""Storing for many at once: whoever comes while the database writes is written with the next lot.

A transaction costs about what twenty headlines cost, and a feed brings thirty: four feeds in one transaction halve it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

from news.errors import JarchiError
from news.model import NewHeadline
from news.ports import HeadlineStore

LOT = 300

Waiting = tuple[Sequence[NewHeadline], asyncio.Future[int]]


class Shelf:
    """``add`` as the store's, for concurrent callers. One of them writes at a time, for all who wait."""

    def __init__(self, headlines: HeadlineStore) -> None:
        self._headlines = headlines
        self._waiting: list[Waiting] = []
        self._is_writing = False

    async def add(self, ready: Sequence[NewHeadline]) -> int:
        """Store these; how many of them were new. Raise what the store raises for them."""
        if not ready:
            return 0
        added: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((ready, added))
        if not self._is_writing:
            await self._write()
        return await added

    async def _write(self) -> None:
        self._is_writing = True
        try:
            while self._waiting:
                await self._write_lot(self._next_lot())
        except BaseException:
            # Whoever waits for a writer that was taken away would wait for ever.
            for _, added in self._waiting:
                added.cancel()
            self._waiting.clear()
            raise
        finally:
            self._is_writing = False

    def _next_lot(self) -> list[Waiting]:
        """From the front of the queue, at least one and at most about ``LOT`` headlines."""
        lot, size = [self._waiting.pop(0)], 0
        while self._waiting and (size := size + len(lot[-1][0])) < LOT:
            lot.append(self._waiting.pop(0))
        return lot

    async def _write_lot(self, lot: list[Waiting]) -> None:
        try:
            counts = await self._store([ready for ready, _ in lot])
        except BaseException as error:
            if len(lot) > 1 and isinstance(error, JarchiError):
                # One of them is to blame, perhaps a source that was removed meanwhile: the others must not pay.
                for single in lot:
                    await self._write_lot([single])
                return
            for _, added in lot:
                _fail(added, error)
            if not isinstance(error, Exception):
                raise
            return
        for (_, added), count in zip(lot, counts, strict=True):
            if not added.done():
                added.set_result(count)

    async def _store(self, lot: Sequence[Sequence[NewHeadline]]) -> list[int]:
        every = [headline for ready in lot for headline in ready]
        ids = await self._headlines.add(every)
        if len(ids) == len(every):
            return [len(ready) for ready in lot]
        # Somebody else stored some of them meanwhile: ask whose were new.
        by_source = Counter(headline.source_id for headline in await self._headlines.get_many(ids))
        return [by_source[ready[0].source_id] for ready in lot]


def _fail(added: asyncio.Future[int], error: BaseException) -> None:
    if added.done():
        return
    if isinstance(error, Exception):
        added.set_exception(error)
    else:
        added.cancel()
