from __future__ import annotations

import tomllib
from collections import Counter
from importlib.resources import files
from urllib.parse import urlsplit

import pytest

from news.canonical import canonical_url
from news.catalogue import (
    bundled_sources,
    country_of_host,
    read_opml,
    source_id,
    write_opml,
)
from news.errors import UnreadableError
from news.model import Source, SourceKind
from news.sources.addresses import check_url

TABLE = tomllib.loads(files("news.data").joinpath("sources.toml").read_text(encoding="utf-8"))["source"]
FIVE = ("KZ", "UZ", "KG", "TJ", "TM")


def test_the_bundled_catalogue_is_large_and_covers_the_region() -> None:
    countries = Counter(source.country for source in bundled_sources())
    assert len(bundled_sources()) >= 120
    assert all(countries[country] >= 5 for country in FIVE)


@pytest.mark.parametrize("entry", TABLE, ids=[entry["id"] for entry in TABLE])
def test_every_source_is_complete(entry: dict[str, object]) -> None:
    assert set(entry) - {"country"} == {
        "id", "name", "kind", "url", "languages", "outlet", "tier", "reason", "found_in",
    }  # fmt: skip
    assert entry["tier"] in {1, 2, 3, 4}
    assert entry["found_in"]
    assert entry["reason"]
    assert entry["languages"]


def test_no_id_and_no_address_is_there_twice() -> None:
    sources = bundled_sources()
    assert len({source.id for source in sources}) == len(sources)
    assert len({canonical_url(source.url) for source in sources}) == len(sources)
    assert [source.id for source in sources] == sorted(source.id for source in sources)


def test_every_address_may_be_dialled() -> None:
    for source in bundled_sources():
        assert urlsplit(check_url(source.url)).hostname


def test_no_telegram_channel_is_switched_on_by_default() -> None:
    assert all(source.kind is not SourceKind.TELEGRAM for source in bundled_sources())


@pytest.mark.parametrize(
    ("name", "url", "taken", "expected"),
    [
        ("Orda", "https://www.orda.kz/rss", (), "orda-kz"),
        ("BBC", "https://feeds.bbci.co.uk/news/rss.xml", (), "bbci-co-uk"),
        ("Site", "https://example.com/feed", (), "example"),
        ("Channel", "https://t.me/s/orda_kz", (), "orda-kz"),
        ("Orda", "https://orda.kz/rss", ("orda-kz", "orda-kz-2"), "orda-kz-3"),
        ("Новости", "file:x", (), "source"),
    ],
)
def test_a_new_source_gets_a_short_free_id(
    name: str, url: str, taken: tuple[str, ...], expected: str
) -> None:
    assert source_id(name, url, taken) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://orda.kz/", "KZ"),
        ("https://bbc.co.uk/", "GB"),
        ("https://orda.com/", None),
        ("https://orda.tv/", None),
        ("https://8.8.8.8/", None),
        ("x", None),
    ],
)
def test_the_country_of_a_national_domain(url: str, expected: str | None) -> None:
    assert country_of_host(url) == expected


def test_opml_goes_out_and_comes_back() -> None:
    sources = [
        Source("orda", "Orda & Co", SourceKind.FEED, "https://orda.kz/rss?a=1&b=2", "KZ", ("ru", "kk")),
        Source("chan", "Channel", SourceKind.TELEGRAM, "https://t.me/s/chan"),
        Source("page-1", "Page", SourceKind.PAGE, "https://page.uz/news", "UZ", ("uz",)),
    ]
    assert read_opml(write_opml(sources).encode(), "x.opml") == sources


def test_other_programs_opml_is_read() -> None:
    body = b"""<?xml version="1.0" encoding="utf-8"?><opml version="1.0"><body>
    <outline text="Folder"><outline text="Orda &lt;b&gt;" xmlUrl="https://orda.kz/rss" type="rss"/>
    <outline title="Same again" XMLURL="https://orda.kz/rss"/><outline text="" xmlurl="https://kun.uz/rss" jarchiKind="pigeon" country="uzbekistan"/>
    <outline text="Bad" xmlUrl="javascript:alert(1)"/><outline text="Orda 2" xmlUrl="https://orda.kz/en/rss" jarchiId="orda-kz"/></outline>
    </body></opml>"""
    sources = read_opml(body, "x.opml", taken=["kun-uz"])
    assert [(source.id, source.name, source.country) for source in sources] == [
        ("orda-kz", "Orda <b>", "KZ"),
        ("kun-uz-2", "https://kun.uz/rss", "UZ"),
        ("orda-kz-2", "Orda 2", "KZ"),
    ]
    assert {source.kind for source in sources} == {SourceKind.FEED}


def test_broken_opml_is_read_as_far_as_it_goes() -> None:
    body = b'<opml><body><outline text="A & B" xmlUrl="https://a.kz/rss"><outline text="B" xmlUrl="https://b.kz/rss"/>'
    assert [source.url for source in read_opml(body, "x")] == ["https://a.kz/rss", "https://b.kz/rss"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not an OPML file"),
        (b"<rss/>", "not an OPML file"),
        (b"<opml><body><outline text='x'/></body></opml>", "lists no feeds"),
        (b" " * (4 * 2**20 + 1), "larger than 4 MiB"),
        (b'<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml><body><outline text="&x;"/></body></opml>', "lists no feeds"),
    ],
    ids=["nothing", "a feed", "no addresses", "too large", "an entity"],
)  # fmt: skip
def test_what_lists_no_feeds_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        read_opml(body, "x.opml")
