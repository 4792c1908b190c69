"""Use case: what a reader would be told about a span of time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from news.compose import compose
from news.model import Digest, Preferences
from news.ports import Storage


async def compose_digest(
    storage: Storage,
    preferences: Preferences,
    *,
    since: datetime,
    until: datetime,
    local_date: date,
    skipped: int = 0,
    mutes: Collection[str] = (),
) -> Digest:
    """The digest of (since, until] for these preferences."""
    stories = await storage.headlines.stories_between(
        since, until, preferences.countries, languages=preferences.content_languages
    )
    return compose(
        stories,
        preferences,
        since=since,
        until=until,
        local_date=local_date,
        skipped=skipped,
        mutes=mutes,
    )
