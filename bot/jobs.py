"""What the clock rings for: each job is one call of a use case, with the parts it needs."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from bot.parts import Parts
from bot.planner import plan
from bot.watches import tell_new_headlines
from news.collect import collect
from news.encoder import text_to_encode
from news.stories import join_stories

logger = logging.getLogger(__name__)

KEEP_HEADLINES = timedelta(days=400)
VECTOR_AGE = timedelta(days=3)
ENCODE_AT_ONCE = 64
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
        elif report.added:
            logger.info(
                "new headlines",
                extra={"action": "source_fetched", "source": report.source_id, "added": report.added},
            )


async def join_new_stories(parts: Parts) -> None:
    """Sentence vectors for new headlines first, because grouping is better with them, then a story for each."""
    await encode_headlines(parts)
    while await join_stories(parts.store, parts.gazetteer, now=parts.now()):
        pass


async def encode_headlines(parts: Parts) -> None:
    """Off the event loop, in batches: a model takes 15 to 30 ms a headline."""
    if parts.encoder is None:
        return
    since = parts.now() - VECTOR_AGE
    while waiting := await parts.store.search.without_vector(since, ENCODE_AT_ONCE):
        texts = [text_to_encode(headline.title, headline.summary) for headline in waiting]
        vectors = await asyncio.to_thread(parts.encoder.encode, texts)
        await parts.store.search.set_vectors(
            {headline.id: vector for headline, vector in zip(waiting, vectors, strict=True)}
        )


async def drop_old_headlines(parts: Parts) -> None:
    """Headlines past their age leave the store."""
    dropped = await parts.store.headlines.delete_older_than(parts.now() - KEEP_HEADLINES)
    if dropped:
        logger.info("old headlines dropped", extra={"action": "headlines_dropped", "count": dropped})


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
