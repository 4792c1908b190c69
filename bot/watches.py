"""Saved searches that ping: new headlines that match become one message in the watch lane."""

from __future__ import annotations

import logging
from datetime import datetime

from handlers.render_lists import render_watch
from handlers.texts import Texts
from news.finding import find_news
from news.gazetteer import Gazetteer
from news.model import Found, Watch
from storage.storage import Store

logger = logging.getLogger(__name__)

WATCHES_AT_ONCE = 500
TOLD_AT_ONCE = 5


async def tell_new_headlines(store: Store, gazetteer: Gazetteer, *, now: datetime) -> int:
    """Queue a message for each watch that matches something it has not told; how many."""
    told, after = 0, 0
    while watches := await store.subscribers.all_watches(after, WATCHES_AT_ONCE):
        after = watches[-1].id
        for watch in watches:
            told += await _tell(store, gazetteer, watch, now)
    return told


async def _tell(store: Store, gazetteer: Gazetteer, watch: Watch, now: datetime) -> bool:
    subscriber = await store.subscribers.get(watch.subscriber_id)
    preferences = subscriber.preferences
    matching = await find_news(
        store, gazetteer, watch.words, now=now, languages=preferences.content_languages
    )
    untold = [found for found in matching if is_untold(found, watch)]
    new = sorted(untold, key=lambda found: found.headline.id)[:TOLD_AT_ONCE]  # the next run tells the others
    if not new:
        return False
    last = max(found.headline.id for found in new)
    message = render_watch(watch, new, preferences, Texts(gazetteer), now=now)
    # Queued under the newest headline's id first: a crash before the next line repeats nothing.
    await store.broadcasts.queue_watch(watch.subscriber_id, f"watch:{watch.id}:{last}", message, now)
    await store.subscribers.set_watch_told(watch.id, last)
    return True


def is_untold(found: Found, watch: Watch) -> bool:
    """Whether this headline came after the last one told, as news."""
    return found.headline.id > watch.last_headline_id and found.headline.is_new
