from __future__ import annotations

import time
import unicodedata

import pytest

from news.sources.clean import (
    GUID_LIMIT,
    RAW_LIMIT,
    clean_guid,
    clean_html,
    clean_text,
    guid_of,
    shorten,
)

LIMIT = 300


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("  Metro\n opens\t today ", "Metro opens today", id="white space collapses"),
        pytest.param("Метро открыто", "Метро открыто", id="Cyrillic is ordinary"),
        pytest.param("a\u202egnp.exe", "agnp.exe", id="a bidi override is dropped"),
        pytest.param("\u2066isolated\u2069 \u200fmark", "isolated mark", id="isolates and marks are dropped"),
        pytest.param("zero\u200bwidth\ufeff", "zerowidth", id="zero width is dropped"),
        pytest.param("می\u200cشود", "می\u200cشود", id="a joiner that Persian needs stays"),
        pytest.param("\x00nul\x1b[31m", "nul[31m", id="control characters are dropped"),
        pytest.param("half\ud83d", "half", id="a lone surrogate is dropped"),
        pytest.param("a\u00a0b\u2028c", "a b c", id="exotic spaces become spaces"),
        pytest.param("й", "й", id="letters are composed"),
        pytest.param("soft\u00adhyphen", "softhyphen", id="a soft hyphen is dropped"),
        pytest.param("\u3164\u2800blank\ufe0f", "blank", id="fillers and selectors are dropped"),
        pytest.param("z" + "\u0301" * 20, "ź" + "\u0301" * 3, id="marks pile up four high"),
        pytest.param(
            "\U0001f600\U000e0041\U0001d11e\U000e0101\U00016fe4",
            "\U0001f600\U0001d11e\U00016fe4",
            id="tags beyond the basic plane are dropped",
        ),
        pytest.param("AT&amp;T < b", "AT&amp;T < b", id="plain text is not HTML"),
    ],
)
def test_clean_text(source: str, expected: str) -> None:
    assert clean_text(source, LIMIT) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("Tom &amp; Jerry", "Tom & Jerry", id="entity"),
        pytest.param("Tom &amp;quot;J&amp;quot;", 'Tom "J"', id="escaped twice"),
        pytest.param("<p>One</p><p>Two</p>", "One Two", id="blocks part words"),
        pytest.param("a<b>b</b>c", "abc", id="inline tags do not"),
        pytest.param("5 < 6 and 7 > 3", "5 < 6 and 7 > 3", id="signs are no tags"),
        pytest.param("x<script>alert(1)</script>y", "x y", id="scripts are silent"),
        pytest.param("x<script>alert(1)", "x", id="an unclosed script hides the rest"),
        pytest.param("sa<!-- <b> -->fe", "safe", id="comment"),
        pytest.param("sa<!-- -- bad >fe", "safe", id="broken comment"),
        pytest.param("<![CDATA[text]]>", "text", id="a CDATA section left over"),
        pytest.param("&nosuch; &#x1F600;", "&nosuch; 😀", id="unknown entities stay"),
        pytest.param("a&#8238;b", "ab", id="an override written as an entity"),
        pytest.param('<a href="x">Link</a', "Link</a", id="a tag that never ends is text"),
    ],
)
def test_clean_html(source: str, expected: str) -> None:
    assert clean_html(source, LIMIT) == expected


def test_long_text_is_cut_after_a_word() -> None:
    assert shorten("one two three four", 10) == "one two…"
    assert shorten("one two three four", 14) == "one two three…"
    assert shorten("one twothreefour", 12) == "one twothre…"
    assert shorten("onetwothreefour", 8) == "onetwot…"
    assert shorten("short", 5) == "short"


@pytest.mark.parametrize(
    "bad",
    [
        "<!--",
        "<script",
        "<!-- <script>",
        "<a ",
        "&#",
        "<![",
        "\u0301",
        "<",
        "\u0301\u0316",
        "\u202ea",
        "\U0001f600",
    ],
    ids=ascii,
)
def test_no_field_takes_long_whatever_it_holds(bad: str) -> None:
    started = time.process_time()
    clean_html(bad * (RAW_LIMIT // len(bad)), LIMIT)
    assert time.process_time() - started < 0.2


def test_every_character_that_hides_or_reorders_is_dropped() -> None:
    kept_formats = {"\u200c", "\u200d"}
    for point in range(0x11_0000):
        character = chr(point)
        if unicodedata.category(character) in {"Cc", "Cf", "Cs"} and not character.isspace():
            expected = f"a{character}b" if character in kept_formats else "ab"
            assert clean_text(f"a{character}b", LIMIT) in {expected, "a b"}, hex(point)


def test_a_guid_is_a_key() -> None:
    assert clean_guid(" tag:x,2026:1\n") == "tag:x,2026:1"
    long = clean_guid("x" * 5_000)
    assert long.startswith("sha256:")
    assert len(long) <= GUID_LIMIT
    assert long != clean_guid("x" * 5_001)
    assert guid_of("a", "b") == guid_of("a", "b") != guid_of("ab", "")
