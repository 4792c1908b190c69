from __future__ import annotations

import pytest

from news.canonical import canonical_url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param(
            "http://www.example.org/a/", "https://example.org/a", id="scheme, www and slash do not count"
        ),
        pytest.param("https://EXAMPLE.org/A", "https://example.org/A", id="only the host folds case"),
        pytest.param("https://example.org:443/a", "https://example.org/a", id="default port"),
        pytest.param("https://example.org:8443/a", "https://example.org:8443/a", id="another port stays"),
        pytest.param("https://example.org/a?utm_source=tg&fbclid=1", "https://example.org/a", id="tracking"),
        pytest.param("https://example.org/?p=2&a=1", "https://example.org?a=1&p=2", id="order of parameters"),
        pytest.param(
            "https://example.org/?id=7&from=rss", "https://example.org?id=7", id="what chooses the page stays"
        ),
        pytest.param("https://example.org/a#comments", "https://example.org/a", id="fragment"),
        pytest.param("https://example.org//a///b", "https://example.org/a/b", id="doubled slashes"),
        pytest.param("https://мысал.kz/а", "https://мысал.kz/а", id="another script"),
        pytest.param("javascript:alert(1)", None, id="another scheme"),
        pytest.param("https:///a", None, id="no host"),
        pytest.param("https://[::1/a", None, id="broken bracket"),
        pytest.param("https://example.org:port/a", None, id="port that is no number"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="absent"),
    ],
)
def test_canonical_url(url: str | None, expected: str | None):
    assert canonical_url(url) == expected


def test_it_is_its_own_fixed_point():
    once = canonical_url("http://www.example.org/a/?b=1&utm_medium=x&a=%20")
    assert canonical_url(once) == once
