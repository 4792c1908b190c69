"""Collecting and adding sources: a real server, a real database, the real gazetteer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from news.adding import Wish, add_source
from news.collect import PORTION, FetchReport, collect
from news.errors import (
    FetchError,
    RefusedAddressError,
    SourceExistsError,
    UnknownSourceError,
    UnreadableError,
)
from news.gazetteer import Gazetteer, load_gazetteer
from news.model import Source, SourceKind, SourceState
from news.sources.fetch import Fetcher, FetchLimits
from storage.storage import Store, open_store
from storage.upgrade import upgrade
from tests.feed_server import Answer, FeedServer, run_feed_server

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
LIMITS = FetchLimits(allow_private=True, timeout_s=20, concurrency=2)


def feed(*titles: str, head: str = "") -> str:
    items = "".join(
        f"<item><title>{title}</title><link>https://orda.example/{title.replace(' ', '-')}</link><guid isPermaLink='false'>{title}</guid>"
        f"<pubDate>Tue, 24 Nov 2026 0{number % 5}:00:00 GMT</pubDate></item>"
        for number, title in enumerate(titles)
    )
    return f"<rss version='2.0'><channel><title>Orda news</title><language>ru-RU</language>{head}{items}</channel></rss>"


class Newsroom:
    """A store, a server, a fetcher and a clock that stands until it is moved."""

    def __init__(self, store: Store, server: FeedServer, fetcher: Fetcher, gazetteer: Gazetteer) -> None:
        self.store, self.server, self.fetcher, self.gazetteer = store, server, fetcher, gazetteer
        self.now = NOW

    async def add(self, name: str, kind: SourceKind = SourceKind.FEED, path: str | None = None) -> None:
        url = self.server.url(path or f"/{name}")
        await self.store.sources.add(Source(name, name.title(), kind, url, "KZ", ("ru",)), self.now)

    async def collect(self, *only: str) -> dict[str, FetchReport]:
        reports = await collect(self.store, self.gazetteer, self.fetcher, now=lambda: self.now, only=only)
        return {report.source_id: report for report in reports}

    async def titles(self) -> list[str]:
        page = await self.store.headlines.latest((), limit=200)
        return sorted(found.headline.title for found in page.found)


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


@pytest.fixture
async def newsroom(tmp_path: Path, gazetteer: Gazetteer) -> AsyncIterator[Newsroom]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'jarchi.db'}"
    await upgrade(url)
    store = await open_store(url)
    async with run_feed_server() as server, Fetcher(LIMITS) as fetcher:
        yield Newsroom(store, server, fetcher, gazetteer)
    await store.close()


async def test_due_sources_are_fetched_and_their_headlines_stored(newsroom: Newsroom) -> None:
    newsroom.server.answers["/orda"] = Answer(feed("Dam opens in Astana", "Rail fares rise"), etag='"1"')
    await newsroom.add("orda")
    report = (await newsroom.collect())["orda"]
    assert (report.outcome, report.found, report.added, report.error) == ("new", 2, 2, "")
    assert report.next_fetch_at is not None
    assert report.next_fetch_at > NOW
    assert await newsroom.titles() == ["Dam opens in Astana", "Rail fares rise"]
    # Leased and scheduled: nothing is due a second time.
    assert await newsroom.collect() == {}


async def test_an_unchanged_source_is_asked_with_its_validators(newsroom: Newsroom) -> None:
    newsroom.server.answers["/orda"] = Answer(feed("Dam opens"), etag='"1"')
    await newsroom.add("orda")
    await newsroom.collect()
    newsroom.now += timedelta(days=1)
    report = (await newsroom.collect())["orda"]
    assert (report.outcome, report.found, report.added) == ("unchanged", 0, 0)
    assert newsroom.server.requests[1][1]["if-none-match"] == '"1"'


async def test_a_changed_source_gives_only_what_is_new(newsroom: Newsroom) -> None:
    newsroom.server.answers["/orda"] = Answer(feed("Dam opens"))
    await newsroom.add("orda")
    await newsroom.collect()
    newsroom.server.answers["/orda"] = Answer(feed("Rail fares rise", "Dam opens"))
    report = (await newsroom.collect("orda"))["orda"]
    assert (report.found, report.added) == (2, 1)


async def test_named_sources_are_fetched_before_they_are_due_and_no_others(newsroom: Newsroom) -> None:
    newsroom.server.answers["/orda"] = newsroom.server.answers["/kun"] = Answer(feed("Dam opens"))
    await newsroom.add("orda")
    await newsroom.add("kun")
    assert set(await newsroom.collect("kun")) == {"kun"}
    with pytest.raises(UnknownSourceError):
        await newsroom.collect("kun", "nobody")


async def test_a_bad_source_costs_the_others_nothing(newsroom: Newsroom) -> None:
    answers = newsroom.server.answers
    answers["/good"] = Answer(feed("Dam opens"))
    answers["/html"] = Answer("<html><body>Hello</body></html>")
    answers["/busy"] = Answer(status=429, headers={"Retry-After": "7200"})
    answers["/killer"] = Answer("<rss><channel><item><title>" + "<a " * 200_000)
    for name in ("busy", "good", "html", "killer", "missing"):
        await newsroom.add(name)
    told: list[str] = []
    reports = await collect(
        newsroom.store, newsroom.gazetteer, newsroom.fetcher, now=lambda: NOW,
        on_result=lambda report: told.append(report.source_id),
    )  # fmt: skip
    by_id = {report.source_id: report for report in reports}
    assert sorted(told) == sorted(by_id) == ["busy", "good", "html", "killer", "missing"]
    assert by_id["good"].added == 1
    assert {name: by_id[name].outcome for name in ("html", "busy", "killer", "missing")} == {
        "html": "failed", "busy": "failed", "killer": "struck", "missing": "failed",
    }  # fmt: skip
    assert "a web page, not a feed" in by_id["html"].error
    assert by_id["busy"].next_fetch_at == NOW + timedelta(hours=2)
    assert (await newsroom.store.sources.state("killer")).strikes == 1
    assert (await newsroom.store.sources.state("missing")).last_error == by_id["missing"].error


async def test_slow_sources_do_not_hold_up_the_others(newsroom: Newsroom) -> None:
    for number in range(4):
        newsroom.server.answers[f"/slow{number}"] = Answer(hangs=True)
        await newsroom.add(f"slow{number}", path=f"/slow{number}")
    newsroom.server.answers["/zz"] = Answer(feed("Dam opens"))
    await newsroom.add("zz")
    seen: list[str] = []
    async with Fetcher(replace(LIMITS, timeout_s=2.0, patience_s=0.05, per_host=9)) as fetcher:
        await collect(
            newsroom.store, newsroom.gazetteer, fetcher, now=lambda: NOW,
            on_result=lambda report: seen.append(report.source_id),
        )  # fmt: skip
    assert seen[0] == "zz"
    assert sorted(seen[1:]) == ["slow0", "slow1", "slow2", "slow3"]


async def test_a_long_feed_is_stored_in_portions(newsroom: Newsroom) -> None:
    titles = [f"Dam number {number} opens" for number in range(PORTION * 2 + 1)]
    newsroom.server.answers["/orda"] = Answer(feed(*titles, head="<ttl>900</ttl>"))
    await newsroom.add("orda")
    report = (await newsroom.collect())["orda"]
    assert report.added == len(titles)
    assert report.next_fetch_at is not None
    assert report.next_fetch_at >= NOW + timedelta(hours=15)


async def test_a_lasting_move_changes_the_address(newsroom: Newsroom) -> None:
    newsroom.server.answers["/orda"] = Answer(status=301, headers={"Location": "/new"})
    newsroom.server.answers["/new"] = Answer(feed("Dam opens"))
    await newsroom.add("orda")
    for _ in range(3):
        assert (await newsroom.store.sources.get("orda")).url == newsroom.server.url("/orda")
        await newsroom.collect("orda")
    assert (await newsroom.store.sources.get("orda")).url == newsroom.server.url("/new")
    state = await newsroom.store.sources.state("orda")
    assert (state.redirect_url, state.redirect_seen) == (None, 0)


async def test_editors_are_told_once_of_a_dead_source_and_again_after_its_return(newsroom: Newsroom) -> None:
    await newsroom.add("orda")
    failing = SourceState(failures=20, last_success_at=NOW - timedelta(days=9))
    await newsroom.store.sources.record({"orda": failing})
    assert (await newsroom.collect("orda"))["orda"].is_newly_dead
    assert not (await newsroom.collect("orda"))["orda"].is_newly_dead
    newsroom.server.answers["/orda"] = Answer(feed("Dam opens"))
    assert (await newsroom.collect("orda"))["orda"].outcome == "new"
    await newsroom.store.sources.record({"orda": failing})
    newsroom.server.answers.clear()
    assert (await newsroom.collect("orda"))["orda"].is_newly_dead


LIST = "".join(f"<p><a href='/n/{number}'>Dam number {number} opens today</a></p>" for number in range(4))


async def test_a_page_is_read_when_its_site_allows_it(newsroom: Newsroom) -> None:
    newsroom.server.answers["/news"] = Answer(LIST)
    await newsroom.add("news", SourceKind.PAGE)
    assert (await newsroom.collect("news"))["news"].added == 4
    assert newsroom.server.paths == ["/robots.txt", "/news"]


async def test_a_page_is_left_alone_when_its_site_says_so(newsroom: Newsroom) -> None:
    newsroom.server.answers["/robots.txt"] = Answer("User-agent: *\nDisallow: /")
    await newsroom.add("news", SourceKind.PAGE)
    report = (await newsroom.collect("news"))["news"]
    assert "robots.txt does not allow" in report.error
    assert newsroom.server.paths == ["/robots.txt"]


async def test_a_page_that_has_only_feeds_is_no_source(newsroom: Newsroom) -> None:
    newsroom.server.answers["/news"] = Answer(
        "<html><head><link rel=alternate type='application/rss+xml' href='/f'></head><body>x</body></html>"
    )
    await newsroom.add("news", SourceKind.PAGE)
    assert "no headlines were found" in (await newsroom.collect("news"))["news"].error


async def test_a_file_is_brought_and_not_fetched(newsroom: Newsroom) -> None:
    await newsroom.add("saved", SourceKind.FILE)
    assert "jarchi import" in (await newsroom.collect("saved"))["saved"].error


async def test_a_channel_is_read_at_its_preview_page(newsroom: Newsroom) -> None:
    source = Source("chan", "Channel", SourceKind.TELEGRAM, "https://t.me/orda_kz")
    await newsroom.store.sources.add(source, NOW)
    async with Fetcher(FetchLimits(timeout_s=0.000_001)) as fetcher:
        reports = await collect(newsroom.store, newsroom.gazetteer, fetcher, now=lambda: NOW)
    assert reports[0].error.startswith("https://t.me/s/orda_kz: no complete answer")


async def test_a_bug_of_ours_is_one_sources_failure(
    newsroom: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    newsroom.server.answers["/orda"] = Answer(feed("Dam opens"))
    await newsroom.add("orda")
    reports = await collect(
        newsroom.store, None, newsroom.fetcher, now=lambda: NOW  # type: ignore[arg-type]
    )  # fmt: skip
    assert reports[0].error.endswith("reading it failed; the log says more.")
    assert caplog.records[0].__dict__["source"] == "orda"


# ---------------------------------------------------------------- adding


async def test_adding_a_feed_asks_and_reads_it(newsroom: Newsroom) -> None:
    newsroom.server.answers["/rss"] = Answer(feed("Dam opens"))
    source = await add_source(newsroom.store, newsroom.fetcher, newsroom.server.url("/rss#x"), now=NOW)
    assert (source.id, source.name, source.kind) == ("127-0-0-1", "Orda news", SourceKind.FEED)
    assert (source.url, source.languages, source.country) == (newsroom.server.url("/rss"), ("ru",), None)
    assert await newsroom.store.sources.get(source.id) == source


async def test_what_the_editor_says_counts_more(newsroom: Newsroom) -> None:
    newsroom.server.answers["/rss"] = Answer(feed("Dam opens"))
    wish = Wish(name="My name", country="UZ", languages=("uz", "ru"), tier=3)
    source = await add_source(
        newsroom.store, newsroom.fetcher, newsroom.server.url("/rss"), now=NOW, wish=wish
    )
    assert (source.name, source.country, source.languages, source.tier) == (
        "My name",
        "UZ",
        ("uz", "ru"),
        3,
    )


async def test_a_moved_feed_is_added_where_it_is_now(newsroom: Newsroom) -> None:
    newsroom.server.answers["/old"] = Answer(status=301, headers={"Location": "/rss"})
    newsroom.server.answers["/rss"] = Answer(feed("Dam opens"))
    source = await add_source(newsroom.store, newsroom.fetcher, newsroom.server.url("/old"), now=NOW)
    assert source.url == newsroom.server.url("/rss")
    for path in ("/rss", "/old"):
        with pytest.raises(SourceExistsError, match="already read as source “127-0-0-1”"):
            await add_source(newsroom.store, newsroom.fetcher, newsroom.server.url(path), now=NOW)


async def test_a_page_is_answered_with_its_feeds(newsroom: Newsroom) -> None:
    newsroom.server.answers["/"] = Answer(
        "<html><head><link rel=alternate type='application/rss+xml' href='/rss'></head><body>x</body></html>"
    )
    newsroom.server.answers["/list"] = Answer(f"<html><body>{LIST}</body></html>")
    with pytest.raises(UnreadableError, match=rf"one of its feeds instead: {newsroom.server.url('/rss')}"):
        await add_source(newsroom.store, newsroom.fetcher, newsroom.server.url("/"), now=NOW)
    with pytest.raises(UnreadableError, match=r"names no feed.* --kind page"):
        await add_source(newsroom.store, newsroom.fetcher, newsroom.server.url("/list"), now=NOW)


async def test_a_page_is_added_as_one_on_request(newsroom: Newsroom) -> None:
    wish = Wish(kind=SourceKind.PAGE)
    newsroom.server.answers["/list"] = Answer(f"<html lang='kk-KZ'><body>{LIST}</body></html>")
    newsroom.server.answers["/"] = Answer(
        "<html><head><link rel=alternate type='application/rss+xml' href='/rss'></head><body>x</body></html>"
    )
    source = await add_source(
        newsroom.store, newsroom.fetcher, newsroom.server.url("/list"), now=NOW, wish=wish
    )
    assert (source.kind, source.name, source.languages) == (SourceKind.PAGE, "127.0.0.1", ("kk",))
    with pytest.raises(UnreadableError, match="no headlines were found"):
        await add_source(newsroom.store, newsroom.fetcher, newsroom.server.url("/"), now=NOW, wish=wish)


async def test_a_sitemap_is_recognised(newsroom: Newsroom) -> None:
    newsroom.server.answers["/map.xml"] = Answer(
        "<urlset><url><loc>https://a.kz/1</loc><news><title>Dam opens</title></news></url></urlset>"
    )
    source = await add_source(newsroom.store, newsroom.fetcher, newsroom.server.url("/map.xml"), now=NOW)
    assert source.kind is SourceKind.SITEMAP
    assert (await newsroom.collect(source.id))[source.id].added == 1


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("ftp://orda.kz/", RefusedAddressError),
        ("https://user:pw@orda.kz/", RefusedAddressError),
        ("not an address", RefusedAddressError),
    ],
)
async def test_addresses_that_are_never_dialled_are_refused(
    newsroom: Newsroom, url: str, error: type[FetchError]
) -> None:
    with pytest.raises(error):
        await add_source(newsroom.store, newsroom.fetcher, url, now=NOW)


async def test_a_channel_is_recognised_by_its_address(newsroom: Newsroom) -> None:
    async with Fetcher(FetchLimits(timeout_s=0.000_001)) as fetcher:
        with pytest.raises(FetchError, match=r"https://t\.me/s/orda_kz: no complete answer"):
            await add_source(newsroom.store, fetcher, "https://t.me/orda_kz", now=NOW)
