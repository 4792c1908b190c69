"""Short ways to make the vocabulary's objects in tests: only what a test is about is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from news.model import Headline, Story

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)


def headline(number: int = 1, title: str = "Metro opens in Almaty", **fields: Any) -> Headline:
    """A stored headline; ``hours`` says how long before NOON it was seen and published."""
    moment = NOON - timedelta(hours=fields.pop("hours", 1))
    defaults: dict[str, Any] = {
        "source_id": f"source-{number}",
        "source_name": f"Source {number}",
        "sort_at": moment,
        "first_seen_at": moment,
        "published": moment,
        "language": "en",
        "countries": ("KZ",),
        "url": f"https://example.org/{number}",
    }
    return Headline(id=number, title=title, **{**defaults, **fields})


def story(number: int = 1, *headlines: Headline, countries: tuple[str, ...] | None = None) -> Story:
    """A story of these headlines (one of its own when none is given), about their countries."""
    members = headlines or (headline(number),)
    about = (
        countries if countries is not None else tuple(dict.fromkeys(c for h in members for c in h.countries))
    )
    return Story(id=number, headlines=members, countries=about)
