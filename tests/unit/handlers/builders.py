"""Short ways to what is rendered. Every sentence is invented."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from news.model import Digest, Entry, Found, Headline, Layout, Page, Preferences, Section, Story

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # Tuesday, 08:00 in Almaty
HOUR = timedelta(hours=1)

READER = Preferences(language="en", countries=("KZ", "UZ"))


def headline(number: int, **changes: object) -> Headline:
    """Headline ``number``, three hours old."""
    chosen = {
        "id": number,
        "source_id": "steppe",
        "source_name": "Steppe Post",
        "title": f"Bridge number {number} opens to traffic",
        "sort_at": NOW - 3 * HOUR,
        "url": f"https://steppe.example/{number}",
        "language": "en",
        "countries": ("KZ",),
    }
    return Headline(**(chosen | changes))


def story(number: int, sources: Sequence[str] = ("Steppe Post",), **changes: object) -> Story:
    """Story ``number`` with one headline a source; the first headline has the story's number."""
    members = [
        headline(number if place == 0 else number * 1000 + place, source_name=name, **changes)
        for place, name in enumerate(sources)
    ]
    return Story(number, tuple(members), ("KZ",))


def section(country: str, stories: Sequence[Story], *, first: int = 1, more: Sequence[Story] = ()) -> Section:
    """A country's part, its stories numbered from ``first``."""
    entries = tuple(Entry(number, one) for number, one in enumerate(stories, first))
    return Section(country, entries, tuple(more), len(stories) + len(more))


def digest(*sections: Section, **changes: object) -> Digest:
    """The digest of the last day."""
    chosen = {"since": NOW - 24 * HOUR, "until": NOW, "local_date": date(2026, 11, 24)}
    return Digest(sections, **(chosen | changes))


def page(*headlines: Headline, total: int | None = None, offset: int = 0, **changes: object) -> Page:
    """A page of results."""
    found = tuple(Found(one) for one in headlines)
    return Page(found, len(found) if total is None else total, offset, **changes)


def reader(**changes: object) -> Preferences:
    """Preferences of an English reader of two countries."""
    chosen = {"language": "en", "countries": ("KZ", "UZ"), "layout": Layout.FULL}
    return Preferences(**(chosen | changes))
