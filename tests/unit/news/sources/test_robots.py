from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from news.errors import FetchError
from news.sources import robots as module
from news.sources.robots import Robots, StatusError

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
RULES = "User-agent: *\nDisallow: /private/\n\nUser-agent: Jarchi\nDisallow: /not-for-jarchi/\n"


class Site:
    """Answers for robots.txt, and how often they were asked for."""

    def __init__(self, answer: str | FetchError) -> None:
        self.answer = answer
        self.asked: list[str] = []

    async def fetch_text(self, url: str) -> str:
        self.asked.append(url)
        if isinstance(self.answer, FetchError):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/news", True), ("/not-for-jarchi/1", False), ("/private/1", True)],
    ids=["open", "closed to us", "closed to others only"],
)
async def test_the_rules_for_us_are_obeyed(path: str, expected: bool) -> None:
    assert await Robots(Site(RULES).fetch_text).allows(f"https://a.kz{path}", NOW) is expected


async def test_a_site_is_asked_once_a_day() -> None:
    site = Site("User-agent: *\nDisallow: /x\n")
    robots = Robots(site.fetch_text)
    for hours, times in ((0, 1), (1, 1), (23, 1), (24, 2)):
        assert not await robots.allows("https://a.kz/x", NOW + timedelta(hours=hours))
        assert len(site.asked) == times
    assert set(site.asked) == {"https://a.kz/robots.txt"}


@pytest.mark.parametrize(
    ("error", "is_allowed", "asked_again_after"),
    [
        (StatusError("u", "no", status=404), True, timedelta(hours=24)),
        (StatusError("u", "no", status=503), False, timedelta(hours=1)),
        (FetchError("u", "no answer"), False, timedelta(hours=1)),
    ],
    ids=["no file: all is allowed", "in trouble: nothing for an hour", "unreachable: nothing for an hour"],
)
async def test_a_site_without_rules(
    error: FetchError, is_allowed: bool, asked_again_after: timedelta
) -> None:
    site = Site(error)
    robots = Robots(site.fetch_text)
    assert await robots.allows("https://a.kz/x", NOW) is is_allowed
    await robots.allows("https://a.kz/x", NOW + asked_again_after - timedelta(seconds=1))
    assert len(site.asked) == 1
    await robots.allows("https://a.kz/x", NOW + asked_again_after)
    assert len(site.asked) == 2


async def test_only_so_many_sites_are_remembered() -> None:
    site = Site("")
    robots = Robots(site.fetch_text)
    for number in range(module.SITES_LIMIT + 1):
        await robots.allows(f"https://s{number}.kz/", NOW)
    await robots.allows("https://s0.kz/", NOW)
    await robots.allows(f"https://s{module.SITES_LIMIT}.kz/", NOW)
    assert len(site.asked) == module.SITES_LIMIT + 2
