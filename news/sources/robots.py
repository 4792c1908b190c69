"""robots.txt, asked once a day per site, for the pages that are read without a feed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from news.errors import FetchError

AGENT = "Jarchi"
KEEP = timedelta(hours=24)
KEEP_AFTER_FAILURE = timedelta(hours=1)
SITES_LIMIT = 2_000
# As much of the file as RFC 9309 asks a crawler to read.
READ_LIMIT = 500 * 1024


class StatusError(FetchError):
    """The server answered, with a status that is no answer to read."""

    def __init__(self, url: str, reason: str, *, status: int, retry_after_s: float | None = None) -> None:
        super().__init__(url, reason, retry_after_s=retry_after_s)
        self.status = status


class Robots:
    """What sites allow us. ``allows`` asks ``fetch_text`` (which raises FetchError) and remembers."""

    def __init__(self, fetch_text: Callable[[str], Awaitable[str]]) -> None:
        self._fetch_text = fetch_text
        self._rules: OrderedDict[str, tuple[datetime, RobotFileParser | None]] = OrderedDict()

    async def allows(self, url: str, now: datetime) -> bool:
        """Whether this page may be read. A site without the file allows all, one in trouble nothing for an hour."""
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        until, rules = self._rules.get(site, (now, None))
        if until <= now:
            until, rules = await self._ask(site, now)
            self._rules[site] = (until, rules)
            self._rules.move_to_end(site)
            while len(self._rules) > SITES_LIMIT:
                self._rules.popitem(last=False)
        return rules is not None and rules.can_fetch(AGENT, url)

    async def _ask(self, site: str, now: datetime) -> tuple[datetime, RobotFileParser | None]:
        rules = RobotFileParser()
        try:
            text = await self._fetch_text(f"{site}/robots.txt")
        except StatusError as error:
            if error.status >= 500:
                return now + KEEP_AFTER_FAILURE, None
            rules.parse([])
            return now + KEEP, rules
        except FetchError:
            return now + KEEP_AFTER_FAILURE, None
        rules.parse(text[:READ_LIMIT].splitlines())
        return now + KEEP, rules
