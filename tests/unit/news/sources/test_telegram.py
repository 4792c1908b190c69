from __future__ import annotations

from datetime import UTC, datetime

import pytest

from news.errors import UnreadableError
from news.sources.telegram import preview_url, read_telegram

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)


def post(identifier: str, text: str, time: str = "2026-11-23T10:00:00+00:00") -> str:
    return (
        f'<div class="tgme_widget_message js-widget_message" data-post="{identifier}">'
        f'<div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>'
        f'<a class="date" href="https://t.me/{identifier}"><time datetime="{time}" class="time">10:00</time></a></div>'
    )


def page(*posts: str) -> str:
    return f'<html><head><meta property="og:title" content="Orda news"></head><body>{"".join(posts)}</body></html>'


def test_posts_newest_first() -> None:
    document = read_telegram(
        page(post("orda/1", "Old post about <b>water</b>"), post("orda/2", "⚡️<br>New post about grain<br><br>More about it. Second line")),
        "https://t.me/s/orda", NOW,
    )  # fmt: skip
    assert document.title == "Orda news"
    newest, oldest = document.items
    assert (newest.title, newest.summary) == ("New post about grain", "More about it. Second line")
    assert (newest.url, newest.guid) == ("https://t.me/orda/2", "https://t.me/orda/2")
    assert newest.published == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert oldest.title == "Old post about water"


def test_a_long_first_line_is_cut_after_its_first_sentence() -> None:
    first = "The water committee opened the gates on Monday for the first time in eleven years."
    text = f"{first} {'Farmers were told to move. ' * 10}"
    item = read_telegram(page(post("orda/1", text)), "u", NOW).items[0]
    assert item.title == first
    assert item.summary.startswith("Farmers were told")


def test_posts_without_words_or_with_a_strange_id_are_left_out() -> None:
    text = page(
        '<div data-post="orda/1"><img></div>',
        post("orda/2", "⚡️"),
        post("../x", "Words"),
        post("orda/4", ""),
        post("orda/5", "Short"),
    )
    assert [item.title for item in read_telegram(text, "u", NOW).items] == ["Short", "⚡"]


@pytest.mark.parametrize("text", ["", page(), "<html>"], ids=["nothing", "no posts", "cut short"])
def test_a_channel_without_a_preview_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError, match="no public preview"):
        read_telegram(text, "https://t.me/s/orda", NOW)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://t.me/orda_kz", "https://t.me/s/orda_kz"),
        ("https://t.me/s/orda_kz", "https://t.me/s/orda_kz"),
        ("https://t.me/s/orda_kz?before=5", "https://t.me/s/orda_kz"),
        ("https://t.me/joinchat/AAAA", None),
        ("https://t.me/orda_kz/12", None),
        ("https://orda.example/s/orda", None),
    ],
)
def test_preview_url(url: str, expected: str | None) -> None:
    assert preview_url(url) == expected
