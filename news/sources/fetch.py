"""The only socket of the newsroom: one request with a deadline, caps and a guard at every hop."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import httpx

from news.errors import FetchError
from news.sources.addresses import check_url
from news.sources.inflate import Inflater, TooLargeError
from news.sources.robots import Robots, StatusError
from news.sources.transport import GuardedTransport
from news.sources.workers import WorkerPool

PERMANENT = frozenset({301, 308})
REDIRECTS = PERMANENT | {302, 303, 307}
NOT_MODIFIED = 304
GONE = 410
_FEEDS_FIRST = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9,"
    " application/xml;q=0.8, text/xml;q=0.8, text/html;q=0.7, */*;q=0.5"
)
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=(\d{1,9})(?:$|[\s,])")
_REASONS = {
    401: "it wants a password", 403: "it refuses to be read", 404: "there is no such page", GONE: "it is gone for good",
    429: "it asks for patience",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Limits of one fetch, and of all of them together.

    ``concurrency`` counts fetches that still go well; one that takes longer than ``patience_s`` gives its place away and
    goes on beside, so that slow sources never slow the others. ``allow_private`` is for tests, simulators and an
    operator's own feeds.
    """

    timeout_s: float = 30.0
    max_bytes: int = 8 * 2**20
    max_redirects: int = 5
    concurrency: int = 64
    per_host: int = 2
    patience_s: float = 1.0
    allow_private: bool = False
    user_agent: str = "Jarchi/0.1 (news digest bot; reads feeds, obeys robots.txt)"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A complete answer: status 200 with its body, or 304 without.

    ``url`` is where it came from, ``moved_to`` that address when only permanent redirects led there. ``max_age_s`` is how
    long the server calls it fresh.
    """

    status: int
    url: str
    body: bytes = b""
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None
    max_age_s: float | None = None
    moved_to: str | None = None

    @property
    def is_unchanged(self) -> bool:
        """Whether the server says that what we hold is still right."""
        return self.status == NOT_MODIFIED


class Fetcher:
    """Fetches within its limits. Use as ``async with Fetcher(limits) as fetcher``.

    What goes with fetching lives and ends with it: ``readers`` for the bodies, ``robots`` for pages.
    """

    def __init__(self, limits: FetchLimits | None = None) -> None:
        self.limits = limits or FetchLimits()
        self.readers = WorkerPool()
        self.robots = Robots(self._text_of)
        # httpx's requests and answers without its client: no cookies, no proxy of the environment that would dial in our
        # place, no redirect that we have not looked at, and half the time.
        self._transport = GuardedTransport(allow_private=self.limits.allow_private)
        self._headers = {
            "User-Agent": self.limits.user_agent,
            "Accept": _FEEDS_FIRST,
            "Accept-Encoding": "gzip",
            "Connection": "close",
        }

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.aclose()
        await self.readers.close()

    async def fetch(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        """The body behind an address, or that it has not changed.

        Raise RefusedAddressError before anything is dialled that must not be, FetchError for everything else that went
        wrong, each with a sentence.
        """
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in conditions.items() if value}
        try:
            async with asyncio.timeout(self.limits.timeout_s):
                return await self._follow(url, headers)
        except TimeoutError as error:
            raise FetchError(url, f"no complete answer within {self.limits.timeout_s:g} s.") from error
        except httpx.NetworkError as error:
            raise FetchError(url, f"it cannot be reached ({_words(error)}).") from error
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise FetchError(url, f"it does not answer as a web server should ({_words(error)}).") from error

    async def _text_of(self, url: str) -> str:
        return (await self.fetch(url)).body.decode("utf-8", "replace")

    async def _follow(self, url: str, headers: dict[str, str]) -> Fetched:
        address, only_permanent = url, True
        for hop in range(self.limits.max_redirects + 1):
            address = check_url(address, allow_private=self.limits.allow_private)
            request = httpx.Request("GET", address, headers=self._headers | headers)
            response = await self._transport.handle_async_request(request)
            try:
                if response.status_code not in REDIRECTS:
                    moved_to = address if hop and only_permanent else None
                    return await self._answer(response, url, address, moved_to)
                only_permanent = only_permanent and response.status_code in PERMANENT
                address = urljoin(address, response.headers.get("location", ""))
            finally:
                await response.aclose()
        raise FetchError(url, f"it leads on and on: more than {self.limits.max_redirects} redirects.")

    async def _answer(
        self, response: httpx.Response, url: str, address: str, moved_to: str | None
    ) -> Fetched:
        status, headers = response.status_code, response.headers
        if status not in {200, NOT_MODIFIED}:
            reason = _REASONS.get(status, "it has trouble of its own" if status >= 500 else "it refuses")
            raise StatusError(
                url, f"{reason} (HTTP {status}).", status=status, retry_after_s=_retry_after_s(headers)
            )
        return Fetched(
            status=status,
            url=address,
            body=await self._body(response, url) if status == 200 else b"",
            content_type=headers.get("content-type", "")[:200],
            etag=_short(headers.get("etag")),
            last_modified=_short(headers.get("last-modified")),
            max_age_s=_max_age_s(headers.get("cache-control", "")),
            moved_to=moved_to,
        )

    async def _body(self, response: httpx.Response, url: str) -> bytes:
        stated = response.headers.get("content-length", "")
        if stated.isdecimal() and int(stated[:18]) > self.limits.max_bytes:
            raise FetchError(url, f"it is larger than {self.limits.max_bytes / 2**20:g} MiB.")
        coding = response.headers.get("content-encoding", "identity").strip().lower()
        if coding not in {"identity", "gzip", "x-gzip", ""}:
            raise FetchError(url, f"it sends “{coding[:40]}” compression, which was not asked for.")
        inflater = Inflater(self.limits.max_bytes, is_gzip="gzip" in coding)
        try:
            async for chunk in _raw(response):
                inflater.feed(chunk)
            return inflater.finish()
        except TooLargeError as error:
            raise FetchError(url, str(error)) from error


async def _raw(response: httpx.Response) -> AsyncIterator[bytes]:
    """The bytes of the wire: httpx's own decoding has no bound."""
    async for chunk in response.stream:  # type: ignore[union-attr]
        yield chunk


def _words(error: Exception) -> str:
    text = str(error) or type(error).__name__
    return text[:120].rstrip(".")


def _short(value: str | None) -> str | None:
    """A validator worth sending back; a huge one would only break the next request."""
    return value if value and len(value) <= 500 and value.isprintable() else None


def _max_age_s(cache_control: str) -> float | None:
    match = _MAX_AGE.search(cache_control.lower())
    return float(match[1]) if match else None


def _retry_after_s(headers: httpx.Headers) -> float | None:
    """Seconds, or a date seen from the server's own clock."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value[:9])
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return max(0.0, wait.total_seconds())
