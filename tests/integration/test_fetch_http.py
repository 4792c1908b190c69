"""The fetcher against a real server on the loopback."""

from __future__ import annotations

import asyncio
import gzip
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import httpx
import pytest

from news.errors import FetchError, RefusedAddressError
from news.sources.addresses import Address, parse_address
from news.sources.fetch import Fetcher, FetchLimits
from news.sources.robots import StatusError
from news.sources.transport import Dialler
from tests.feed_server import Answer, FeedServer, run_feed_server

FEED = "<rss><channel><item><title>Dam opens</title></item></channel></rss>"
LIMITS = FetchLimits(allow_private=True, timeout_s=20, max_bytes=100_000)


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with run_feed_server() as server:
        yield server


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher(LIMITS) as fetcher:
        yield fetcher


async def test_a_feed_with_everything_that_the_server_says(server: FeedServer, fetcher: Fetcher) -> None:
    server.answers["/feed"] = Answer(
        FEED,
        etag='"v1"',
        headers={
            "Content-Type": "application/rss+xml",
            "Last-Modified": "Mon, 23 Nov 2026 10:00:00 GMT",
            "Cache-Control": "public, max-age=600",
        },
    )
    fetched = await fetcher.fetch(server.url("/feed"))
    assert (fetched.status, fetched.body.decode(), fetched.url) == (200, FEED, server.url("/feed"))
    assert (fetched.content_type, fetched.etag) == ("application/rss+xml", '"v1"')
    assert (fetched.last_modified, fetched.max_age_s) == ("Mon, 23 Nov 2026 10:00:00 GMT", 600)
    assert fetched.moved_to is None
    asked = server.requests[0][1]
    assert (asked["accept-encoding"], asked["user-agent"]) == ("gzip", LIMITS.user_agent)
    assert "if-none-match" not in asked


async def test_an_unchanged_feed_costs_no_body(server: FeedServer, fetcher: Fetcher) -> None:
    server.answers["/feed"] = Answer(FEED, etag='"v1"')
    fetched = await fetcher.fetch(
        server.url("/feed"), etag='"v1"', last_modified="Mon, 23 Nov 2026 10:00:00 GMT"
    )
    assert (fetched.is_unchanged, fetched.body) == (True, b"")
    assert server.requests[0][1]["if-modified-since"] == "Mon, 23 Nov 2026 10:00:00 GMT"


async def test_gzip_is_read(server: FeedServer, fetcher: Fetcher) -> None:
    server.answers["/feed"] = Answer(gzip.compress(FEED.encode()), headers={"Content-Encoding": "gzip"})
    assert (await fetcher.fetch(server.url("/feed"))).body.decode() == FEED


async def test_cookies_are_not_kept(server: FeedServer, fetcher: Fetcher) -> None:
    server.answers["/feed"] = Answer(FEED, headers={"Set-Cookie": "id=1; Path=/"})
    await fetcher.fetch(server.url("/feed"))
    await fetcher.fetch(server.url("/feed"))
    assert "cookie" not in server.requests[1][1]


@pytest.mark.parametrize(
    ("status", "moves"), [(301, True), (308, True), (302, False), (303, False), (307, False)]
)
async def test_redirects_are_followed_and_permanent_ones_told(
    server: FeedServer, fetcher: Fetcher, status: int, moves: bool
) -> None:
    server.answers["/old"] = Answer(status=301, headers={"Location": "/middle"})
    server.answers["/middle"] = Answer(status=status, headers={"Location": server.url("/new")})
    server.answers["/new"] = Answer(FEED)
    fetched = await fetcher.fetch(server.url("/old"))
    assert fetched.url == server.url("/new")
    assert fetched.moved_to == (server.url("/new") if moves else None)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(Answer(status=404), "there is no such page (HTTP 404)", id="missing"),
        pytest.param(Answer(status=410), "it is gone for good (HTTP 410)", id="gone"),
        pytest.param(Answer(status=418), "it refuses (HTTP 418)", id="another refusal"),
        pytest.param(Answer(status=502), "it has trouble of its own (HTTP 502)", id="trouble"),
        pytest.param(Answer(status=301, headers={"Location": "/x"}), "more than 5 redirects", id="circle"),
        pytest.param(Answer(status=302, headers={"Location": "ftp://a/"}), "only http and https", id="to another scheme"),
        pytest.param(Answer(status=302), "more than 5 redirects", id="to nowhere"),
        pytest.param(Answer("x" * 100_001), "larger than 0.0953674 MiB", id="stated as too large"),
        pytest.param(Answer("x" * 100_001, headers={"Transfer-Encoding": "identity"}), "web server should", id="a transfer nobody knows"),
        pytest.param(Answer("x", headers={"Content-Encoding": "br"}), "“br” compression", id="brotli"),
        pytest.param(Answer("x", headers={"Content-Encoding": "gzip, gzip"}), "“gzip, gzip” compression", id="stacked"),
        pytest.param(Answer("not gzip at all, no", headers={"Content-Encoding": "gzip"}), "gzip data is broken", id="no gzip"),
        pytest.param(Answer(gzip.compress(bytes(10**6)), headers={"Content-Encoding": "gzip"}), "larger than", id="bomb"),
        pytest.param(Answer("x", headers={"Content-Length": "50"}), "web server should", id="cut short"),
        pytest.param(Answer("x", headers={"Bad Header": "x"}), "web server should", id="broken header"),
    ],
)  # fmt: skip
async def test_what_goes_wrong_is_a_sentence(
    server: FeedServer, fetcher: Fetcher, answer: Answer, reason: str
) -> None:
    server.answers["/x"] = answer
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(server.url("/x"))
    assert reason in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Retry-After": "120"}, 120.0),
        ({"Retry-After": "Mon, 23 Nov 2026 10:02:00 GMT", "Date": "Mon, 23 Nov 2026 10:00:00 GMT"}, 120.0),
        ({"Retry-After": "Mon, 23 Nov 2026 09:00:00 GMT", "Date": "Mon, 23 Nov 2026 10:00:00 GMT"}, 0.0),
        ({"Retry-After": "Mon, 23 Nov 2026 09:00:00 GMT", "Date": "Mon, 23 Nov 2026 10:00:00"}, None),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
    ids=["seconds", "a date", "a past date", "dates of two kinds", "nonsense", "unsaid"],
)
async def test_how_long_a_server_asks_to_be_left_alone(
    server: FeedServer, fetcher: Fetcher, headers: dict[str, str], expected: float | None
) -> None:
    server.answers["/x"] = Answer(status=429, headers=headers)
    with pytest.raises(StatusError) as caught:
        await fetcher.fetch(server.url("/x"))
    assert (caught.value.retry_after_s, caught.value.status) == (expected, 429)


async def test_a_huge_validator_is_not_sent_back(server: FeedServer, fetcher: Fetcher) -> None:
    server.answers["/x"] = Answer(FEED, headers={"ETag": "x" * 600, "Cache-Control": "no-store"})
    fetched = await fetcher.fetch(server.url("/x"))
    assert (fetched.etag, fetched.max_age_s) == (None, None)


async def test_one_deadline_over_all(server: FeedServer) -> None:
    server.answers["/slow"] = Answer(hangs=True)
    async with Fetcher(FetchLimits(allow_private=True, timeout_s=0.3)) as fetcher:
        with pytest.raises(FetchError, match=r"no complete answer within 0\.3 s"):
            await fetcher.fetch(server.url("/slow"))


@pytest.fixture
def unused_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: whoever dials is refused
        yield taken.getsockname()[1]


async def test_nobody_at_home(fetcher: Fetcher, unused_port: int) -> None:
    with pytest.raises(FetchError, match="cannot be reached"):
        await fetcher.fetch(f"http://127.0.0.1:{unused_port}/")


async def test_a_name_that_nobody_knows(fetcher: Fetcher) -> None:
    with pytest.raises(FetchError, match="cannot be reached"):
        await fetcher.fetch("http://no-such-name.invalid/")


async def test_robots_are_asked_through_the_same_door(server: FeedServer, fetcher: Fetcher) -> None:
    server.answers["/robots.txt"] = Answer("User-agent: *\nDisallow: /private/\n")
    now = datetime(2026, 11, 24, 5, tzinfo=UTC)
    assert await fetcher.robots.allows(server.url("/news"), now)
    assert not await fetcher.robots.allows(server.url("/private/1"), now)
    assert server.paths == ["/robots.txt"]


# ---------------------------------------------------------------- the guard at the dial


@pytest.fixture
def dialled() -> list[object]:
    """Every address that any socket of this process connects to from now on, as the interpreter itself sees it."""
    seen: list[object] = []

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event == "socket.connect":
            seen.append(arguments[1])

    sys.addaudithook(watch)
    return seen


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
async def test_the_guard_looks_at_what_a_name_leads_to(host: str, dialled: list[object]) -> None:
    dialler = Dialler(allow_private=False)
    with pytest.raises(RefusedAddressError, match="private or special network"):
        await dialler.dial(host, 80)
    dialler.close()
    assert dialled == []


async def test_a_redirect_into_the_private_network_is_not_followed(
    server: FeedServer, dialled: list[object]
) -> None:
    server.answers["/x"] = Answer(FEED)
    async with Fetcher() as fetcher:
        with pytest.raises(RefusedAddressError):
            await fetcher.fetch(server.url("/x"))
    assert (dialled, server.requests) == ([], [])


class TwoHomes(Dialler):
    """Resolves every name to two addresses; the server of the tests listens at the second only."""

    async def _resolve(self, host: str, port: int) -> list[Address]:
        return [parse_address("127.0.0.2"), parse_address("127.0.0.1")]


async def test_the_next_address_is_tried_when_one_is_silent(server: FeedServer) -> None:
    dialler = TwoHomes(allow_private=True)
    _, writer = await dialler.dial("two.example", server.port)
    assert writer.get_extra_info("peername")[0] == "127.0.0.1"
    writer.transport.abort()
    dialler.close()


async def test_when_every_address_is_silent_that_is_said(unused_port: int) -> None:
    dialler = TwoHomes(allow_private=True)
    with pytest.raises(httpx.ConnectError):
        await dialler.dial("two.example", unused_port)
    dialler.close()


# ---------------------------------------------------------------- answers as they come over the wire


class Wire:
    """A server that sends what it was given, piece by piece, whatever is asked, and closes."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.asked = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked = await reader.read(10_000)
        try:
            for piece in self.pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
        except ConnectionError:
            pass
        finally:
            writer.close()


@pytest.fixture
async def wire() -> AsyncIterator[tuple[Wire, str]]:
    wire = Wire()
    listener = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
    async with listener:
        yield wire, f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/feed?a=b%20c"
        listener.close()


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("pieces", "body"),
    [
        pytest.param([HEAD + b"Content-Length: 3\r\n\r\n", b"a", b"bc"], b"abc", id="of a stated length"),
        pytest.param([HEAD + b"\r\n", b"ab", b"c"], b"abc", id="until the connection closes"),
        pytest.param([b"HTTP/1.0 200 OK\r\n\r\nabc"], b"abc", id="of an old server"),
        pytest.param([HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;x=y\r\na\r\n", b"2\r\nbc\r\n0\r\nT: u\r\n\r\n"], b"abc", id="in chunks"),
        pytest.param([b"HTTP/1.1 103 Early Hints\r\nETag: wrong\r\n\r\n", HEAD + b"Content-Length: 1\r\n\r\na"], b"a", id="after an interim answer"),
        pytest.param([HEAD + b"Content-Length: 1\r\n\r\nabcd", b"HTTP/1.1 500 No\r\n\r\n"], b"a", id="and nothing behind it"),
        pytest.param([b"HTTP/1.1 200 OK\nContent-Length: 1\n\na"], b"a", id="in lines without a return"),
        pytest.param([HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n1\r\na\r\n0\r\n\r\n"], b"a", id="in chunks whatever the length says"),
        pytest.param([HEAD + b"Upgrade: h2\r\nConnection: Upgrade\r\nContent-Length: 1\r\n\r\na"], b"a", id="with an offer that nobody takes"),
        pytest.param([HEAD[:9], HEAD[9:] + b"X-Folded: a\r\n b\r\nContent-Length: 1\r\n\r\n", b"a"], b"a", id="with a folded header"),
    ],
)  # fmt: skip
async def test_a_body_is_read_however_it_is_framed(
    wire: tuple[Wire, str], fetcher: Fetcher, pieces: list[bytes], body: bytes
) -> None:
    server, url = wire
    server.pieces = pieces
    fetched = await fetcher.fetch(url)
    assert (fetched.status, fetched.body, fetched.etag) == (200, body, None)
    first, host, *_ = server.asked.split(b"\r\n")
    assert (first, host) == (b"GET /feed?a=b%20c HTTP/1.1", b"Host: " + url.split("/")[2].encode())


@pytest.mark.parametrize(
    ("pieces", "reason"),
    [
        pytest.param([b""], "ended before it was complete", id="nothing"),
        pytest.param([HEAD], "ended before it was complete", id="half a head"),
        pytest.param([HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"], "ended before it was complete", id="half a chunk"),
        pytest.param([b"220 mail.example ESMTP\r\n"], "web server", id="another protocol"),
        pytest.param([b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"], "web server", id="a switch of protocols"),
        pytest.param([HEAD + b"X: " + b"a" * 70_000], "its head is too long", id="a head without end"),
        pytest.param([HEAD, *[b"X: y\r\n" * 1_000] * 12], "its head is too long", id="headers without end"),
        pytest.param([HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n", *[b"T: " + b"a" * 9_000 + b"\r\n"] * 99], "its head is too long", id="trailers without end"),
    ],
)  # fmt: skip
async def test_an_answer_that_is_none_is_a_sentence(
    wire: tuple[Wire, str], fetcher: Fetcher, pieces: list[bytes], reason: str
) -> None:
    server, url = wire
    server.pieces = pieces
    with pytest.raises(FetchError, match=reason):
        await fetcher.fetch(url)


async def test_a_server_without_tls_cannot_be_reached_over_it(
    wire: tuple[Wire, str], fetcher: Fetcher
) -> None:
    wire[0].pieces = [b"HTTP/1.1 400 What?\r\n\r\n"]
    with pytest.raises(FetchError, match="cannot be reached"):
        await fetcher.fetch(wire[1].replace("http:", "https:"))


async def test_many_at_once_do_not_wait_for_each_other(server: FeedServer, fetcher: Fetcher) -> None:
    server.answers["/slow"] = Answer(hangs=True)
    server.answers["/feed"] = Answer(FEED)
    slow = [asyncio.create_task(fetcher.fetch(server.url("/slow"))) for _ in range(20)]
    await server.hanging.wait()
    assert (await fetcher.fetch(server.url("/feed"))).status == 200
    for task in slow:
        task.cancel()
    assert all(
        isinstance(end, asyncio.CancelledError) for end in await asyncio.gather(*slow, return_exceptions=True)
    )
