"""In what order stories are told, and which headline speaks for a story. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime

from news.model import Headline, Story

# A story loses one doubling of its sources' worth every eight hours: a story of four sources from last evening stands
# beside one of a single source from this hour.
HOURS_PER_DOUBLING = 8.0


def rank_stories(stories: Iterable[Story], now: datetime) -> list[Story]:
    """Newest and most sourced first; ties by id, so that the same stories always come in the same order."""
    return sorted(stories, key=lambda story: (-weight(story, now), story.id))


def weight(story: Story, now: datetime) -> float:
    """log₂(1 + sources) − age in hours / 8, plus a little for a lead from a reliable outlet."""
    age_hours = max((now - story.updated_at).total_seconds() / 3600, 0.0)
    sources = len({headline.source_id for headline in story.headlines})
    return math.log2(1 + sources) - age_hours / HOURS_PER_DOUBLING + (2 - story.lead.tier) * 0.1


def choose_lead(headlines: Sequence[Headline], languages: Sequence[str]) -> tuple[Headline, ...]:
    """The same headlines, the one that should speak for the story first.

    A headline in a language the reader reads comes before others (in the reader's order), then a more reliable outlet,
    then the first that had it.
    """
    order = {language: position for position, language in enumerate(languages)}

    def key(headline: Headline) -> tuple[int, int, datetime, int]:
        place = order.get(headline.language or "", len(order))
        return place, headline.tier, headline.sort_at, headline.id

    return tuple(sorted(headlines, key=key))
