"""What the clock rings for: each job is one call of a use case, with the parts it needs."""

from __future__ import annotations

import logging
import math
from datetime import datetime, timedelta

from bot.parts import Parts
from bot.planner import plan
from bot.watches import tell_new_headlines
from handlers.editors import failure
from handlers.texts import Texts
from news.collect import collect
from news.encoder import Encoder
from news.gazetteer import Gazetteer
from news.meaning import merge_by_meaning
from news.model import Chat, Message
from news.stories import join_stories
from news.vectors import encode_waiting
from storage.storage import Store

logger = logging.getLogger(__name__)

ENCODED_FIRST = 256
"""Headlines: some five seconds of encoding before the first of a fetch joins its story."""
KEEP_HEADLINES = timedelta(days=400)
KEEP_VECTORS = timedelta(days=30)
KEEP_DELIVERIES = timedelta(days=7)


async def fetch_due_sources(parts: Parts) -> None:
    """Fetch what is due and store what is new."""
    for report in await collect(parts.store, parts.gazetteer, parts.fetcher, now=parts.now):
        if report.error:
            logger.warning(
                "a source did not answer: %s",
                report.error,
                extra={"action": "source_failed", "source": report.source_id},
            )
            if report.is_newly_dead:
                await tell_editors(parts, report.source_id)
        elif report.added:
            logger.info(
                "new headlines",
                extra={"action": "source_fetched", "source": report.source_id, "added": report.added},
            )


async def tell_editors(parts: Parts, source_id: str) -> None:
    """Once for each dead source; readers are not bothered. An editor is reached who has talked to the bot."""
    source, state = await parts.store.sources.get(source_id), await parts.store.sources.state(source_id)
    for editor in sorted(parts.settings.admin_ids):
        subscriber = await parts.store.subscribers.find(Chat(editor))
        if subscriber is None:
            continue
        texts = Texts(parts.gazetteer).of(subscriber.preferences.language)
        sentence = failure(source, state, texts, zone=subscriber.preferences.zone, now=parts.now())
        key = f"dead:{source_id}:{state.last_success_at}"
        await parts.store.broadcasts.queue_watch(subscriber.id, key, Message(sentence), parts.now())


async def join_new_stories(parts: Parts) -> None:
    """A story for each new headline, and one story for each event told in several languages."""
    await bring_together(parts.store, parts.gazetteer, parts.encoder, now=parts.now())


async def bring_together(
    store: Store, gazetteer: Gazetteer, encoder: Encoder | None, *, now: datetime, most: int | None = None
) -> None:
    """Encode what has just come (15 to 30 ms a headline), join it to its stories, and merge those of two languages.

    Of a flood the newest ``ENCODED_FIRST`` are joined by their meaning too and the others by words at once; their vectors
    follow, at most ``most`` in all.
    """
    left = math.inf if most is None else most
    encoded = await _encode(store, encoder, now, min(left, ENCODED_FIRST))
    while await join_stories(store, gazetteer, now=now):
        pass
    while encoded:
        await merge_by_meaning(store, gazetteer, encoded, now=now)
        left -= len(encoded)
        encoded = await _encode(store, encoder, now, min(left, ENCODED_FIRST))


async def _encode(store: Store, encoder: Encoder | None, now: datetime, most: float) -> list[int]:
    """Store vectors of up to ``most`` headlines, in lots that shutting down can wait for; their ids."""
    encoded: list[int] = []
    while encoder and len(encoded) < most:
        lot = await encode_waiting(store, encoder, now=now)
        if not lot:
            break
        encoded += lot
    return encoded


async def drop_old_headlines(parts: Parts) -> None:
    """Headlines past their age leave the store."""
    await parts.store.search.drop_vectors_before(parts.now() - KEEP_VECTORS)
    dropped = await parts.store.headlines.delete_older_than(parts.now() - KEEP_HEADLINES)
    if dropped:
        logger.info("old headlines dropped", extra={"action": "headlines_dropped", "count": dropped})


async def tidy_index(parts: Parts) -> None:
    """Keep searching fast on SQLite."""
    await parts.store.search.tidy()


async def plan_due_editions(parts: Parts) -> None:
    """Only the elected planner plans."""
    if not await parts.planning.hold():
        return
    report = await plan(parts.store, parts.gazetteer, now=parts.now(), leadership=parts.planning)
    if report.deliveries or report.skipped:
        logger.info(
            "editions planned",
            extra={
                "action": "planned",
                "editions": report.editions,
                "deliveries": report.deliveries,
                "skipped": report.skipped,
            },
        )


async def tell_watches(parts: Parts) -> None:
    """Ping the readers whose saved searches match something new."""
    if await parts.planning.hold():
        await tell_new_headlines(parts.store, parts.gazetteer, now=parts.now())


async def keep_outbox_small(parts: Parts) -> None:
    """Counts of broadcasts that stood still are made anew; finished deliveries go after a week, their counts stay."""
    if not await parts.planning.hold():
        return
    housekeeping = parts.store.outbox.housekeeping
    await housekeeping.recount(parts.now())
    while await housekeeping.drop_old(parts.now() - KEEP_DELIVERIES):
        pass
