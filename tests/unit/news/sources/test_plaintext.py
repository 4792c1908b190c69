from __future__ import annotations

from datetime import UTC, datetime

import pytest

from news.errors import UnreadableError
from news.sources.plaintext import read_plain_text

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
BODY = (
    "The reservoir above the town was filled to the brim on Monday, the water committee said, and the gates will be opened "
    "for the first time in eleven years. Farmers downstream have been told to move their animals."
)


def titles(text: str) -> list[str]:
    return [item.title for item in read_plain_text(text, "article.txt", NOW).items]


def article(heading: str, bullet: str = "- ") -> str:
    return f"Reservoir is full\nPhoto: Water committee\n{BODY}\nOriginal Author: A. Writer\n{heading}\n{bullet}First other headline\n{bullet}Second other headline\n"


@pytest.mark.parametrize(
    "heading",
    [
        "Latest news", "Latest News:", "Recent headlines", "Read also", "More from Orda", "Trending", "Most read",
        "Последние новости", "Читайте также:", "По теме", "Новости часа", "Соңғы жаңалықтар", "Тағы оқыңыз", "Акыркы жаңылыктар",
        "So‘nggi yangiliklar", "Сўнгги янгиликлар", "Хабарҳои охирин", "Soňky habarlar", "Son haberler", "Son xəbərlər",
        "Останні новини", "آخرین اخبار", "最新消息",
    ],
)  # fmt: skip
@pytest.mark.parametrize("bullet", ["- ", "", "• ", "2. "], ids=["hyphen", "bare", "dot", "number"])
def test_an_article_and_the_headlines_listed_under_it(heading: str, bullet: str) -> None:
    items = read_plain_text(article(heading, bullet), "article.txt", NOW).items
    assert [item.title for item in items] == [
        "Reservoir is full",
        "First other headline",
        "Second other headline",
    ]
    assert items[0].summary == BODY
    assert len({item.guid for item in items}) == 3


def test_an_unknown_heading_over_marked_lines_to_the_end_starts_a_list() -> None:
    assert titles(article("Aus aller Welt") + "- Third other headline\n")[1:] == [
        "First other headline",
        "Second other headline",
        "Third other headline",
    ]


def test_marked_lines_inside_the_body_are_body() -> None:
    text = f"Reservoir is full\n{BODY}\nWhat is known\n- one\n- two\n- three\n{BODY}"
    assert titles(text) == ["Reservoir is full"]


def test_what_follows_a_marked_list_is_body_again() -> None:
    text = article("Read also") + f"{BODY}\n© Orda 2026\nSubscribe to our channel\n"
    items = read_plain_text(text, "a.txt", NOW).items
    assert [item.title for item in items][1:] == ["First other headline", "Second other headline"]
    assert "Subscribe" in items[0].summary


def test_a_bare_list_ends_at_a_long_line_and_has_no_credits() -> None:
    text = article("Latest news", bullet="") + "Photo: Orda\n" + "A long disclaimer follows here. " * 12
    assert titles(text)[1:] == ["First other headline", "Second other headline"]


def test_markdown_is_read() -> None:
    text = (
        f"# **Reservoir** is full\n\n{BODY} [More](https://orda.example/more)\n\n## Related\n"
        '* [First other headline](https://orda.example/2 "tip")\n* [Second](javascript:x) other headline\n'
    )
    first, second, third = read_plain_text(text, "a.md", NOW).items
    assert (first.title, first.url) == ("Reservoir is full", None)
    assert first.summary == f"{BODY} More"
    assert (second.title, second.url, second.guid) == (
        "First other headline",
        "https://orda.example/2",
        "https://orda.example/2",
    )
    assert (third.title, third.url) == ("Second other headline", None)


def test_a_link_and_a_date_in_the_head_are_taken() -> None:
    item = read_plain_text(
        f"https://orda.example/1\nReservoir is full\n23.11.2026 10:00\n{BODY}", "a.txt", NOW
    ).items[0]
    assert (item.guid, item.url) == ("https://orda.example/1", "https://orda.example/1")
    assert item.published == datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Headlines\n- First headline\n- Second headline",
        "First headline\nSecond headline",
        "1) First headline\n2) Second headline\n2) Second headline",
    ],
    ids=["marked, under a heading", "bare lines", "numbered, one twice"],
)
def test_a_plain_list_gives_every_line(text: str) -> None:
    assert titles(text) == ["First headline", "Second headline"]


def test_a_single_line_is_one_headline() -> None:
    assert titles("Only one headline\n") == ["Only one headline"]


def test_the_same_file_gives_the_same_guids() -> None:
    first, again = (read_plain_text(article("Latest news"), "a.txt", NOW).items for _ in range(2))
    assert first == again


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("\n \n", id="blank"),
        pytest.param("PNG\x00\x00", id="binary"),
        pytest.param("\ufffd\ufffd\ufffd", id="no text"),
        pytest.param("Photo: nobody", id="a credit alone"),
    ],
)
def test_what_holds_no_headline_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError, match=r"^a\.txt: "):
        read_plain_text(text, "a.txt", NOW)
