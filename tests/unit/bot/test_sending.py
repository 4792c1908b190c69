"""Plain text made of our own markup."""

from __future__ import annotations

import pytest

from bot.sending import plain_text


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        pytest.param("<b>Bridge</b> closed", "Bridge closed", id="tags fall away"),
        pytest.param("Tea &amp; bread &lt;3", "Tea & bread <3", id="entities are text again"),
        pytest.param('<a href="https://e.example/?a=1&amp;b=2">Read</a> on', "Read (https://e.example/?a=1&b=2) on", id="links keep their address"),
        pytest.param("<a>no address</a>", "no address", id="a link without an address"),
        pytest.param("<blockquote expandable>one\ntwo</blockquote>", "one\ntwo", id="lines stay"),
        pytest.param("broken <b markup", "broken <b markup", id="what is no tag stays"),
        pytest.param("<i>open", "open", id="an open tag"),
    ],
)  # fmt: skip
def test_plain_text(html: str, expected: str) -> None:
    assert plain_text(html) == expected
