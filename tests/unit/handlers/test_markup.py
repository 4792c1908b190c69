"""Escaping, cutting, defusing, measuring, packing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.markup import (
    MAX_ENTITIES,
    MAX_UNITS,
    Block,
    Html,
    bold,
    cut,
    defuse,
    disarm,
    escape,
    foreign,
    foreign_bold,
    is_safe_url,
    join,
    link,
    measure,
    pack,
    units,
)
from tests.unit.handlers.referee import parse

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def test_values_are_escaped_once() -> None:
    once = escape("<b>&")
    assert once == "&lt;b&gt;&amp;"
    assert escape(once) is once
    assert join([once, "<"], " ") == "&lt;b&gt;&amp; &lt;"


@pytest.mark.parametrize(
    ("url", "is_safe"),
    [
        pytest.param("https://steppe.example/a?b=1&c=2", True, id="https"),
        pytest.param("http://steppe.example", True, id="http"),
        pytest.param("HTTPS://STEPPE.example/", True, id="capitals"),
        pytest.param("https://t.me/steppe/12", True, id="a-channel-post"),
        pytest.param("javascript:alert(1)", False, id="javascript"),
        pytest.param("data:text/html,x", False, id="data"),
        pytest.param("tg://proxy?server=1.1.1.1", False, id="tg-scheme"),
        pytest.param("https://t.me/proxy?server=1.1.1.1&port=1", False, id="proxy"),
        pytest.param("https://T.ME/SOCKS?server=1.1.1.1", False, id="socks-capitals"),
        pytest.param("https://t.me./proxy?x=1", False, id="trailing-dot"),
        pytest.param("https://telegram.me//proxy?x=1", False, id="double-slash"),
        pytest.param("https://t.me/proxyfans", True, id="only-looks-like-proxy"),
        pytest.param("https://", False, id="no-host"),
        pytest.param("/relative", False, id="relative"),
        pytest.param("https://a b.example/", False, id="blank"),
        pytest.param("https://[::1", False, id="broken-address"),
    ],
)
def test_only_harmless_links_are_live(url: str, is_safe: bool) -> None:
    assert is_safe_url(url) is is_safe
    html = link(url, Html("title"))
    assert ("textEntityTypeTextUrl" in parse(html).entities) is is_safe


def test_no_address_no_link() -> None:
    assert link(None, Html("title")) == "title"


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        pytest.param("short", 10, "short", id="fits"),
        pytest.param("one two three four", 16, "one two three…", id="at-a-space"),
        pytest.param("abcdefghij", 5, "abcd…", id="no-space"),
        pytest.param("😀😀😀😀", 5, "😀😀…", id="surrogates-count-two"),
    ],
)
def test_cut(text: str, limit: int, expected: str) -> None:
    assert cut(text, limit) == expected
    assert units(cut(text, limit)) <= limit


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("/forget now", id="command"),
        pytest.param("see @channel", id="mention"),
        pytest.param("(#tag)", id="hashtag"),
        pytest.param("join t.me/proxy?server=1", id="own-host"),
        pytest.param("open tg://proxy?server=1", id="tg-scheme"),
        pytest.param("telegram.me/socks?server=1", id="other-own-host"),
        pytest.param("https://evil.example/x", id="address"),
    ],
)
def test_nothing_in_a_strangers_text_is_tappable(text: str) -> None:
    assert parse(foreign(text)).entities == ()
    assert defuse(text).replace("\u2060", "") == text


@pytest.mark.parametrize(
    ("text", "is_broken"),
    [
        pytest.param("Source: https://steppe.example/1", False, id="an-editors-link"),
        pytest.param("Write to @newsroom", False, id="an-editors-mention"),
        pytest.param("https://t.me/proxy?server=1", True, id="proxy"),
        pytest.param("TG://socks?server=1", True, id="tg-scheme"),
    ],
)
def test_editors_may_link_but_not_to_a_proxy(text: str, is_broken: bool) -> None:
    assert (disarm(text) != text) is is_broken


def test_foreign_text_is_one_isolated_line() -> None:
    assert foreign("  two\n lines ") == "\u2068two lines\u2069"


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        pytest.param([], "\u2068Gas output falls\u2069", id="none"),
        pytest.param([(0, 3)], "\u2068<b>Gas</b> output falls\u2069", id="start"),
        pytest.param([(4, 10), (0, 3)], "\u2068<b>Gas</b> <b>output</b> falls\u2069", id="two-out-of-order"),
        pytest.param([(0, 6), (4, 10)], "\u2068<b>Gas ou</b>tput falls\u2069", id="overlap-dropped"),
        pytest.param([(4, 99)], "\u2068Gas output falls\u2069", id="beyond-the-end"),
        pytest.param([(3, 3)], "\u2068Gas output falls\u2069", id="empty"),
    ],
)
def test_matches_are_bold(spans: list[tuple[int, int]], expected: str) -> None:
    assert foreign_bold("Gas output falls", spans) == expected


def test_spans_beyond_a_cut_are_dropped() -> None:
    assert "<b>" not in foreign_bold("word " * 100, [(480, 484)], limit=50)


@given(ANY_TEXT)
def test_any_text_survives_the_parser(text: str) -> None:
    html = join(["x", bold(foreign(text)), link("https://steppe.example/", foreign(text))])
    parsed = parse(html)
    # The parser drops control characters and trims, so it may find less than we counted, never more.
    assert parsed.units <= measure(html).units
    assert len(parsed.entities) <= measure(html).entities


def test_packing_keeps_order_and_repeats_the_heading() -> None:
    line = Html("x" * 1000)
    blocks = [Block(line, bold("KZ"), number) for number in range(1, 8)]
    parts = pack(blocks, first=Html("Tuesday"), last=Html("end"))
    assert [part.marks for part in parts] == [(1, 2, 3, 4), (5, 6, 7)]
    assert all(part.html.count("<b>KZ</b>") == 1 for part in parts)
    assert parts[0].html.startswith("Tuesday\n<b>KZ</b>\nxxx")
    assert parts[1].html.startswith("<b>KZ</b>\nxxx")
    assert parts[-1].html.endswith("\nend")


def test_packing_changes_the_heading_where_it_changes() -> None:
    [part] = pack([Block(Html("a"), Html("A")), Block(Html("b"), Html("A")), Block(Html("c"), Html("C"))])
    assert part.html == "A\na\nb\nC\nc"


@pytest.mark.parametrize(
    ("blocks", "marks_per_part", "sizes"),
    [
        pytest.param([Block(bold("x"), mark=n) for n in range(150)], 1000, [100, 50], id="entities"),
        pytest.param([Block(Html("x"), mark=n) for n in range(150)], 64, [64, 64, 22], id="marks"),
        pytest.param([Block(Html("😀" * 1024), mark=n) for n in range(3)], 64, [1, 1, 1], id="utf-16"),
        pytest.param([], 64, [], id="nothing"),
    ],
)
def test_parts_stay_within_telegrams_limits(
    blocks: list[Block], marks_per_part: int, sizes: list[int]
) -> None:
    parts = pack(blocks, marks_per_part=marks_per_part)
    assert [len(part.marks) for part in parts] == sizes
    for part in parts:
        assert measure(part.html).units <= MAX_UNITS
        assert measure(part.html).entities <= MAX_ENTITIES
