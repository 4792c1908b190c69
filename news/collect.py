"""Use case: fetch the sources that are due and store what is new. One bad source never costs the others anything."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from news.desk import Desk
from news.errors import FetchError, JarchiError, RefusedAddressError, UnreadableError
from news.gate import Gate, Place
from news.gazetteer import Gazetteer
from news.ingest import prepare
from news.model import Item, Source, SourceKind, SourceState
from news.ports import Storage
from news.refresh import Lesson, Outcome, is_dead, learn, settled_redirect
from news.shelf import Shelf, headline_shelf
from news.sources.document import Document
from news.sources.fetch import Fetched, Fetcher
from news.sources.telegram import preview_url
from news.sources.workers import WorkerKilledError

logger = logging.getLogger(__name__)

CLAIM_AT_ONCE = 100
# Longer than a source can take from its claim to its record, deadline of the fetch and reading included.
LEASE_S = 300.0
# Sources whose items are told and stored at once: enough for a transaction to fill while another is written.
HANDS = 96
# Attribution takes up to a millisecond an item: the loop breathes between portions.
PORTION = 50

Learned = tuple[str, SourceState, str | None]  # of a source: its id, its state, its new address


@dataclass(frozen=True, slots=True)
class FetchReport:
    """What became of one source. ``is_newly_dead``: it has failed for days, and its editors were not told yet."""

    source_id: str
    outcome: str
    found: int = 0
    added: int = 0
    error: str = ""
    next_fetch_at: datetime | None = None
    is_newly_dead: bool = False


async def collect(
    storage: Storage,
    gazetteer: Gazetteer,
    fetcher: Fetcher,
    *,
    now: Callable[[], datetime],
    only: Sequence[str] = (),
    on_result: Callable[[FetchReport], None] | None = None,
) -> list[FetchReport]:
    """Fetch every source that is due (or those named, due or not) once, and store what is new.

    Several processes may collect at the same time: each source is leased to one of them. Raise UnknownSourceError for a
    name that is no source's; whatever goes wrong with a single source is told in its report.
    """
    reports: list[FetchReport] = []

    async def one(round_: _Round, source: Source, state: SourceState, place: Place) -> None:
        try:
            report = await round_.collect_one(source, state, place)
        finally:
            place.leave()
        reports.append(report)
        if on_result:
            on_result(report)

    # Before any task is started, so that a wrong name costs nothing.
    named = [(await storage.sources.get(name), await storage.sources.state(name)) for name in only]
    async with Desk(gazetteer) as desk, asyncio.TaskGroup() as tasks:
        round_ = _Round(storage, desk, fetcher, now)
        async for source, state in _each(named) if only else round_.due():
            place = await round_.gate.take()
            tasks.create_task(one(round_, source, state, place))
    return reports


async def _each(
    sources: Sequence[tuple[Source, SourceState]],
) -> AsyncIterator[tuple[Source, SourceState]]:
    for pair in sources:
        yield pair


class _Round:
    """One run over the sources: what all of its fetches share."""

    def __init__(self, storage: Storage, desk: Desk, fetcher: Fetcher, now: Callable[[], datetime]) -> None:
        limits = fetcher.limits
        self.gate = Gate(limits.concurrency, limits.per_host, limits.patience_s)
        self._storage = storage
        self._desk = desk
        self._fetcher = fetcher
        self._now = now
        self._hands = asyncio.Semaphore(HANDS)
        self._turn = asyncio.Lock()
        self._headlines = headline_shelf(storage.headlines, self._turn)
        self._states: Shelf[Learned, None] = Shelf(self._record, self._turn)

    async def due(self) -> AsyncIterator[tuple[Source, SourceState]]:
        """What is due, claimed in small lots: other processes want their share."""
        while batch := await self._claim():
            for pair in batch:
                yield pair

    async def _claim(self) -> list[tuple[Source, SourceState]]:
        async with self._turn:
            return await self._storage.sources.claim_due(self._now(), CLAIM_AT_ONCE, LEASE_S)

    async def _record(self, lot: Sequence[Learned]) -> list[None]:
        states = {source_id: state for source_id, state, _ in lot}
        urls = {source_id: moved_to for source_id, _, moved_to in lot if moved_to}
        await self._storage.sources.record(states, urls)
        return [None] * len(lot)

    async def collect_one(self, source: Source, state: SourceState, place: Place) -> FetchReport:
        """Fetch, read, store, remember. The place is for fetching and reading: who stores leaves it to the next source."""
        lesson = await self._attempt(source, state, place)
        state = learn(source.id, state, lesson, self._now())
        is_newly_dead = is_dead(state, self._now()) and not state.is_dead_told
        moved_to = settled_redirect(state)
        if moved_to:
            state = replace(state, redirect_url=None, redirect_seen=0)
        told = replace(state, is_dead_told=True) if is_newly_dead else state
        await self._states.put((source.id, told, moved_to))
        return FetchReport(
            source_id=source.id,
            outcome=lesson.outcome,
            found=len(lesson.items),
            added=lesson.added,
            error=lesson.error,
            next_fetch_at=state.next_fetch_at,
            is_newly_dead=is_newly_dead,
        )

    async def _attempt(self, source: Source, state: SourceState, place: Place) -> Lesson:
        try:
            return await self._fetch_and_store(source, state, place)
        except FetchError as error:
            wait = timedelta(seconds=min(error.retry_after_s or 0.0, 1e9))
            return Lesson(Outcome.FAILED, retry_after=wait, error=str(error))
        except WorkerKilledError as error:
            return Lesson(Outcome.STRUCK, error=str(error))
        except JarchiError as error:
            return Lesson(Outcome.FAILED, error=str(error))
        except Exception:  # a source that finds a bug of ours must not take the round down with it
            logger.exception(
                "a source could not be read", extra={"action": "source_broken", "source": source.id}
            )
            return Lesson(Outcome.FAILED, error=f"{source.url}: reading it failed; the log says more.")

    async def _fetch_and_store(self, source: Source, state: SourceState, place: Place) -> Lesson:
        fetched = await self._fetch(source, state)
        lesson = Lesson(
            Outcome.UNCHANGED,
            etag=fetched.etag,
            last_modified=fetched.last_modified,
            server_wait=timedelta(seconds=fetched.max_age_s or 0.0),
            moved_to=fetched.moved_to,
        )
        if fetched.is_unchanged:
            return lesson
        document = await self._read(source.kind, fetched)
        if not document.items and source.kind is SourceKind.PAGE:
            raise UnreadableError(source.url, "no headlines were found on this page.")
        async with self._hands:
            place.leave()
            added = await self._store(source, document.items)
        return replace(
            lesson,
            outcome=Outcome.NEW if added else Outcome.UNCHANGED,
            added=added,
            items=document.items,
            server_wait=max(lesson.server_wait, timedelta(seconds=min(document.ttl_s or 0.0, 1e9))),
        )

    async def _fetch(self, source: Source, state: SourceState) -> Fetched:
        if source.kind is SourceKind.FILE:
            raise FetchError(source.url, "it is a file. Bring it in with: jarchi import FILE")
        url = source.url
        if source.kind is SourceKind.TELEGRAM:
            url = preview_url(url) or url
        host = urlsplit(url).hostname or ""
        async with self.gate.visit(host):
            if source.kind is SourceKind.PAGE and not await self._fetcher.robots.allows(url, self._now()):
                raise RefusedAddressError(url, "the site's robots.txt does not allow reading this page.")
            return await self._fetcher.fetch(url, etag=state.etag, last_modified=state.last_modified)

    async def _read(self, kind: SourceKind, fetched: Fetched) -> Document:
        url, content_type, now = fetched.url, fetched.content_type, self._now()
        quick = await self._desk.read(fetched.body, kind=kind, url=url, content_type=content_type, now=now)
        return quick or await self._fetcher.readers.read_apart(
            fetched.body, kind=kind, url=url, content_type=content_type, now=now
        )

    async def _store(self, source: Source, items: Sequence[Item]) -> int:
        """``news.ingest.ingest`` by portions, with the store's own waiting outside of everybody else's thinking."""
        added = 0
        for start in range(0, len(items), PORTION):
            portion = items[start : start + PORTION]
            fresh = await self._storage.headlines.unknown(source.id, portion, self._now())
            if fresh:
                told = await self._desk.tell(source, fresh)
                added += await self._headlines.put(
                    [prepare(source, *one, now=self._now()) for one in zip(fresh, told, strict=True)]
                )
        return added
