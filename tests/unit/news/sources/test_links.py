from __future__ import annotations

import pytest

from news.sources.links import absolute_link, same_site

BASE = "https://news.example.kz/section/feed.xml"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        pytest.param("https://a.kz/1", "https://a.kz/1", id="absolute"),
        pytest.param("/1", "https://news.example.kz/1", id="from the root"),
        pytest.param("2?x=y z", "https://news.example.kz/section/2?x=y%20z", id="relative with a space"),
        pytest.param("//b.kz/x", "https://b.kz/x", id="scheme-relative"),
        pytest.param("javascript:alert(1)", None, id="script"),
        pytest.param("data:text/html,x", None, id="data"),
        pytest.param("tg://proxy?server=x", None, id="Telegram scheme"),
        pytest.param("https://t.me/proxy?server=x", None, id="one-tap proxy"),
        pytest.param("https://T.me/socks?server=x", None, id="one-tap proxy in capitals"),
        pytest.param("https://t.me/news/12", "https://t.me/news/12", id="a channel's post is fine"),
        pytest.param("https://user:pw@a.kz/", None, id="credentials"),
        pytest.param("https:///nohost", None, id="no host"),
        pytest.param("https://a.kz:99999/", None, id="no port"),
        pytest.param("https://a.kz/\r\nX: y", None, id="line break inside"),
        pytest.param("https://[::1/", None, id="broken address"),
        pytest.param("https://a.kz/" + "x" * 3_000, None, id="too long"),
        pytest.param("  ", None, id="blank"),
    ],
)
def test_absolute_link(link: str, expected: str | None) -> None:
    assert absolute_link(link, BASE) == expected


def test_without_a_base_only_absolute_links_count() -> None:
    assert absolute_link("/1", "") is None
    assert absolute_link("http://a.kz/1", "") == "http://a.kz/1"


@pytest.mark.parametrize(
    ("url", "other", "expected"),
    [
        ("https://a.kz/1", "https://www.a.kz/", True),
        ("https://ru.a.kz/1", "https://a.kz/", True),
        ("https://a.kz/1", "https://b.a.kz/", True),
        ("https://nota.kz/1", "https://a.kz/", False),
        ("file.html", "https://a.kz/", False),
    ],
)
def test_same_site(url: str, other: str, expected: bool) -> None:
    assert same_site(url, other) is expected
