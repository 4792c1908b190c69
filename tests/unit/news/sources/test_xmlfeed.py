from __future__ import annotations

from datetime import UTC, datetime

import pytest

from news.sources.document import ITEM_LIMIT
from news.sources.xmlfeed import read_xml_feed

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
URL = "https://orda.example/feed"

RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>Orda &amp; Co</title><language>ru</language><ttl>45</ttl>
<item><title>Водохранилище &lt;b&gt;наполнено&lt;/b&gt;</title><link>/news/1</link><guid isPermaLink="false">n1</guid>
<pubDate>Tue, 24 Nov 2026 09:00:00 +0500</pubDate><description>&lt;p&gt;Вода есть.&lt;/p&gt;</description>
<media:title>not this one</media:title><geo xmlns="urn:other">1 2</geo></item>
<item><title> </title><description>Only words, no title</description><guid>https://orda.example/news/2</guid></item>
<item><link>https://orda.example/news/3</link></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://atom.example/blog/" xml:lang="en">
<title type="html">News &amp;amp; more</title>
<entry><id>urn:1</id><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Grain <b>export</b>
<script>alert(1)</script>grows</div></title>
<link rel="enclosure" href="https://x.example/a.mp3"/><link rel="alternate" type="application/json" href="j"/>
<link rel="alternate" type="text/html" href="one"/><updated>2026-11-23T10:00:00Z</updated>
<published>2026-11-22T10:00:00Z</published><summary>Short</summary></entry>
<entry><id>urn:2</id><title type="text">1 &lt; 2 &lt;b&gt;</title><link href="two"/></entry>
<entry><id>urn:3</id><title mode="base64">TmV3cw==</title></entry>
<entry><id>urn:4</id><title type="application/octet-stream">TmV3cyBhZ2Fpbg==</title></entry>
<entry><id>urn:5</id><title mode="base64">no base64 at all, a</title></entry>
</feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
<channel><title>RDF news</title><sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency></channel>
<item><title>Dam opens</title><link>https://rdf.example/1</link><dc:date>2026-11-20T00:00:00+05:00</dc:date></item>
</rdf:RDF>"""


def feed(text: str):
    return read_xml_feed(text.encode(), URL, NOW)


def test_rss() -> None:
    document = feed(RSS)
    assert (document.title, document.language, document.ttl_s) == ("Orda & Co", "ru", 45 * 60)
    first, second = document.items
    assert (first.title, first.url, first.guid) == (
        "Водохранилище наполнено",
        "https://orda.example/news/1",
        "n1",
    )
    assert (first.summary, first.published) == ("Вода есть.", datetime(2026, 11, 24, 4, tzinfo=UTC))
    # Words without a title become the title; an entry without words is no headline.
    assert (second.title, second.summary, second.url) == (
        "Only words, no title",
        "",
        "https://orda.example/news/2",
    )


def test_atom() -> None:
    document = feed(ATOM)
    assert (document.title, document.language) == ("News & more", "en")
    assert [item.title for item in document.items] == [
        "Grain export grows", "1 < 2 <b>", "News", "News again", "no base64 at all, a",
    ]  # fmt: skip
    first = document.items[0]
    assert (first.url, first.summary) == ("https://atom.example/blog/one", "Short")
    assert first.published == datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert document.items[1].url == "https://atom.example/blog/two"


def test_rdf_with_a_syndication_period() -> None:
    document = feed(RDF)
    assert (document.title, document.ttl_s) == ("RDF news", 86_400 / 4)
    assert document.items[0].url == document.items[0].guid == "https://rdf.example/1"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("<ttl>soon</ttl>", None),
        ("<ttl>\u00b2</ttl>", None),
        ('<sy:updatePeriod xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">often</sy:updatePeriod>', None),
        ('<sy:updatePeriod xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">hourly</sy:updatePeriod>', 3_600.0),
        ("", None),
    ],
)  # fmt: skip
def test_how_long_a_feed_asks_to_be_left_alone(head: str, expected: float | None) -> None:
    assert feed(f"<rss><channel>{head}<item><title>t</title></item></channel></rss>").ttl_s == expected


def test_an_item_without_id_and_link_has_a_stable_one() -> None:
    text = "<rss><channel><item><title>T</title><pubDate>2026-11-20T10:00:00</pubDate></item></channel></rss>"
    later = datetime(2026, 12, 1, tzinfo=UTC)
    assert feed(text).items[0].guid == read_xml_feed(text.encode(), URL, later).items[0].guid


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<rss><channel><item>", id="cut short"),
        pytest.param("<html><body/></html>", id="another language"),
        pytest.param("<rss><channel><title>a &nbsp; b</title></channel></rss>", id="undeclared entity"),
        pytest.param('<!DOCTYPE r [<!ENTITY x "y">]><rss><channel/></rss>', id="entity declaration"),
        pytest.param('<!DOCTYPE rss SYSTEM "http://127.0.0.1/x.dtd"><rss><channel><title>&x;</title></channel></rss>', id="entity of a document elsewhere"),
        pytest.param("", id="nothing"),
    ],
)  # fmt: skip
def test_what_it_does_not_understand_it_leaves(text: str) -> None:
    assert feed(text) is None


def test_links_of_other_schemes_and_traps_are_dropped_but_not_the_headline() -> None:
    document = feed(
        "<rss><channel><item><title>T</title><link>javascript:alert(1)</link></item></channel></rss>"
    )
    assert (document.items[0].title, document.items[0].url) == ("T", None)


def test_fields_in_capitals_and_the_feedburner_link() -> None:
    document = feed(
        '<rss xmlns:f="http://rssnamespace.org/feedburner/ext/1.0"><channel><TITLE>Loud</TITLE><item><TITLE>T</TITLE>'
        "<link>https://burner.example/x</link><f:origLink>https://orda.example/1</f:origLink></item></channel></rss>"
    )
    assert (document.title, document.items[0].url) == ("Loud", "https://orda.example/1")


def test_a_very_long_feed_is_read_to_its_limit() -> None:
    items = "".join(f"<item><title>t{number}</title></item>" for number in range(ITEM_LIMIT + 50))
    assert len(feed(f"<rss><channel>{items}</channel></rss>").items) == ITEM_LIMIT


def test_a_field_of_a_million_elements_is_read_to_its_limit() -> None:
    words = "<b>word </b>" * 20_000
    document = feed(
        f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>t</title><summary type="xhtml"><div>{words}</div></summary></entry></feed>'
    )
    assert len(document.items[0].summary) <= 1_000
