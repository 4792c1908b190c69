from __future__ import annotations

from datetime import UTC, datetime

import pytest

from news.errors import UnreadableError
from news.sources.page import read_article, read_list_page, read_page

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
URL = "https://orda.example/news/"
PARAGRAPH = (
    "<p>The reservoir above the town was filled to the brim on Monday, the water committee said, and the gates will be opened "
    "for the first time in eleven years. Farmers downstream have been told to move their animals to higher ground.</p>"
)


def listing(count: int, extra: str = "", time: str = "") -> str:
    entries = "".join(
        f'<li class="card"><a href="/news/{number}?utm_source=x"><h3>Reservoir number {number} is full</h3></a>{time}</li>'
        for number in range(count)
    )
    return f'<html lang="en-GB"><head><title>Orda</title></head><body><nav><ul><li><a href="/about">About this fine newspaper</a></li><li><a href="/b">Another menu entry of it</a></li><li><a href="/c">One more menu entry here</a></li></ul></nav><ul>{entries}</ul>{extra}</body></html>'


def test_a_list_page_gives_its_headlines_in_order_and_no_furniture() -> None:
    document = read_list_page(listing(4, time='<time datetime="2026-11-23T10:00:00Z">10:00</time>'), URL, NOW)
    assert [item.title for item in document.items] == [
        f"Reservoir number {number} is full" for number in range(4)
    ]
    assert (document.title, document.language) == ("Orda", "en")
    first = document.items[0]
    assert (first.url, first.guid) == (
        "https://orda.example/news/0?utm_source=x",
        "https://orda.example/news/0",
    )
    assert first.published == datetime(2026, 11, 23, 10, tzinfo=UTC)


def test_times_of_several_entries_in_one_box_belong_to_none() -> None:
    text = listing(3).replace("<ul><li class", "<div><time>10:00</time><time>11:00</time><ul><li class")
    assert {item.published for item in read_list_page(text, URL, NOW).items} == {None}


def test_links_elsewhere_short_links_and_lonely_links_are_no_headlines() -> None:
    extra = (
        '<p><a href="https://elsewhere.example/1">A long enough title on another site</a></p>'
        '<section><a href="/x/1">A lonely link that is long enough</a></section><b><a href="/">The front page of this site</a></b>'
    )
    assert len(read_list_page(listing(3, extra), URL, NOW).items) == 3


def test_the_same_link_twice_is_one_headline() -> None:
    text = listing(3) + listing(3)
    assert len(read_list_page(text, URL, NOW).items) == 3


def test_headlines_without_spaces_are_headlines() -> None:
    text = "".join(
        f'<div><a href="/n/{number}">总统今天会见了{number}位客人</a></div>' for number in range(3)
    )
    assert len(read_list_page(text, URL, NOW).items) == 3


def test_a_page_offers_its_feeds() -> None:
    head = (
        '<html><head><base href="https://cdn.example/"><link rel="alternate" type="application/rss+xml" href="/feed">'
        '<link rel="Alternate feed" type="application/atom+xml; charset=utf-8" href="https://orda.example/atom">'
        '<link rel="alternate" type="application/rss+xml" href="/1/comments/feed"><link rel="stylesheet" href="x.css">'
        '<link rel="alternate" type="application/rss+xml" href="javascript:x"></head><body>hello</body></html>'
    )
    assert read_list_page(head, URL, NOW).feeds == (
        "https://cdn.example/feed",
        "https://orda.example/atom",
    )


@pytest.mark.parametrize("text", ["", "<html></html>", "<p>Words</p>"], ids=["nothing", "empty", "words"])
def test_a_page_with_neither_headlines_nor_feeds_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError, match=r"orda\.example"):
        read_list_page(text, URL, NOW)


ARTICLE = f"""<html><head><title>Reservoir is full - Orda</title>
<meta property="og:type" content="article"><meta property="og:title" content="Reservoir is full!">
<meta property="article:published_time" content="2026-11-23T10:15:00+05:00"></head>
<body><article><h1>Reservoir is full</h1>{PARAGRAPH}{PARAGRAPH.replace("Monday", "Tuesday")}{PARAGRAPH.replace("Monday", "Friday")}</article></body></html>"""


def test_an_article_page_gives_the_article_to_the_minute() -> None:
    (item,) = read_page(ARTICLE, "https://orda.example/1", NOW).items
    assert (item.title, item.url, item.guid) == (
        "Reservoir is full",
        "https://orda.example/1",
        "https://orda.example/1",
    )
    assert item.summary.startswith("The reservoir above the town")
    assert item.published == datetime(2026, 11, 23, 5, 15, tzinfo=UTC)


def test_a_saved_article_without_an_address_is_known_by_its_title() -> None:
    text = ARTICLE.replace("<h1>Reservoir is full</h1>", "<h1>One</h1><h1>Two</h1>").replace(
        '"og:type"', '"x"'
    )
    (item,) = read_page(text, "saved.html", NOW).items
    assert (item.title, item.url, item.guid) == (
        "Reservoir is full!",
        None,
        "page:Reservoir is full!",
    )


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Reservoir is full - Orda", "Reservoir is full"),
        ("Reservoir is full | Orda", "Reservoir is full"),
        ("What we know of Orda", "What we know of Orda"),
        ("Orda", "Orda"),
    ],
)
def test_the_sites_name_is_no_part_of_the_title(title: str, expected: str) -> None:
    text = ARTICLE.replace("<h1>Reservoir is full</h1>", "").replace("Reservoir is full!", title)
    text = text.replace("<head>", '<head><meta property="og:site_name" content="Orda">')
    assert read_page(text, URL, NOW).items[0].title == expected


def test_the_time_is_also_read_from_what_search_engines_get() -> None:
    said = '<script type="application/ld+json">{"datePublished": "2026-11-23T07:30:00Z"}</script>'
    text = ARTICLE.replace("article:published_time", "x").replace("</head>", said + "</head>")
    assert read_page(text, URL, NOW).items[0].published == datetime(2026, 11, 23, 7, 30, tzinfo=UTC)


def test_a_page_that_says_it_is_an_article_in_json_is_one() -> None:
    text = ARTICLE.replace(
        '<meta property="og:type" content="article">',
        '<script type="application/ld+json">{"@type": "NewsArticle"}</script>',
    ).replace("</body>", listing(4) + "</body>")
    assert [item.title for item in read_page(text, URL, NOW).items] == ["Reservoir is full"]


def test_a_saved_list_page_gives_its_list() -> None:
    items = read_page(listing(5), "saved.html", NOW).items
    assert len(items) == 5
    assert {item.url for item in items} == {None}


def test_a_saved_list_page_that_says_where_it_stood_has_links() -> None:
    text = listing(5).replace("<head>", '<head><link rel="canonical" href="https://orda.example/news/">')
    assert read_page(text, "saved.html", NOW).items[0].url == "https://orda.example/news/0?utm_source=x"


def test_a_list_with_short_introductions_is_still_a_list() -> None:
    text = listing(5, f"<div><p>{'A word on our work. ' * 5}</p></div>")
    assert len(read_page(text, URL, NOW).items) == 5


@pytest.mark.parametrize("text", ["<html><body></body></html>", "<html><body><p>Hi</p></body></html>"])
def test_a_page_with_nothing_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError, match="no headlines"):
        read_page(text, "saved.html", NOW)


def test_an_untitled_text_is_no_headline() -> None:
    with pytest.raises(UnreadableError, match="no headlines"):
        read_page(f"<html><body>{PARAGRAPH * 4}</body></html>", "saved.html", NOW)


def test_the_whole_text_of_an_article_is_there_for_others() -> None:
    article = read_article(ARTICLE, URL, NOW)
    assert article is not None
    assert article.text.count("higher ground") == 3
    assert read_article("<html></html>", URL, NOW) is None
