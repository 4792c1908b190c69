from __future__ import annotations

import pytest

from simulator.entities import Entity
from simulator.errors import ApiError
from simulator.formatting import MAX_CAPTION, MAX_ENTITIES, format_text


def spans(
    markup: str, parse_mode: str = "HTML", given: tuple[Entity, ...] = ()
) -> tuple[str, list[tuple[str, str]]]:
    """The text, and of each entity its kind and the piece of text it covers."""
    formatted = format_text(markup, parse_mode=parse_mode, given=given)
    units = formatted.text.encode("utf-16-le")
    return formatted.text, [
        (entity.kind, units[2 * entity.offset : 2 * entity.end].decode("utf-16-le"))
        for entity in formatted.entities
    ]


@pytest.mark.parametrize(
    ("markup", "text", "found"),
    [
        pytest.param(" \n <b>x</b> \n", "x", [("bold", "x")], id="space at both ends goes"),
        pytest.param("<b> x</b>", " x", [("bold", " x")], id="space inside the first entity stays"),
        pytest.param("x<b> </b>", "x", [], id="an entity of trailing space goes"),
        pytest.param("a\r\nb\x07c", "a\nb c", [], id="control characters become spaces"),
        pytest.param("a\u202eb<b>\u202dc\u202c</b>d", "abcd", [("bold", "c")], id="direction overrides go"),
        pytest.param("😀\u202e<i>😀</i>", "😀😀", [("italic", "😀")], id="offsets survive what goes"),
        pytest.param("<b>a<b>b</b></b>", "ab", [("bold", "ab")], id="no kind inside itself"),
        pytest.param(
            "<code>a<b>b</b></code><b>c</b>", "abc", [("code", "ab"), ("bold", "c")], id="nothing in code"
        ),
        pytest.param(
            "<blockquote>a<blockquote expandable>b</blockquote></blockquote>",
            "ab",
            [("blockquote", "ab")],
            id="no quotation in a quotation",
        ),
        pytest.param(
            "see https://example.kz/a?b=1, or @example_bot",
            "see https://example.kz/a?b=1, or @example_bot",
            [("url", "https://example.kz/a?b=1"), ("mention", "@example_bot")],
            id="links and mentions are found",
        ),
        pytest.param(
            "/start@example_bot x a/b #жаңалық #1 me@example.kz",
            "/start@example_bot x a/b #жаңалық #1 me@example.kz",
            [("bot_command", "/start@example_bot"), ("hashtag", "#жаңалық"), ("email", "me@example.kz")],
            id="commands, hashtags and addresses are found",
        ),
        pytest.param(
            '<a href="x.kz">https://example.kz</a>',
            "https://example.kz",
            [("text_link", "https://example.kz")],
            id="no link in a link",
        ),
        pytest.param("http://localhost/x", "http://localhost/x", [], id="a host without a dot is no link"),
    ],
)
def test_texts_are_cleaned_and_links_found(markup: str, text: str, found: list[tuple[str, str]]) -> None:
    assert spans(markup) == (text, found)


def test_without_a_parse_mode_markup_is_text() -> None:
    assert spans("<b>x</b>", "") == ("<b>x</b>", [])


def test_entities_can_be_given_instead_of_markup() -> None:
    given = (Entity("bold", 0, 3), Entity("italic", 3, 99))

    assert spans("abcdef", "", given) == ("abcdef", [("bold", "abc"), ("italic", "def")])


@pytest.mark.parametrize(
    ("text", "is_long"),
    [
        pytest.param("x" * 4096, False, id="4096 letters"),
        pytest.param("x" * 4097, True, id="4097 letters"),
        pytest.param("😀" * 2048, False, id="2048 emoji are 4096 units"),
        pytest.param("😀" * 2049, True, id="2049 emoji are too many"),
        pytest.param("<b>" + "x" * 4096 + "</b>", False, id="markup does not count"),
        pytest.param("x" * 4096 + "  \n", False, id="space at the end does not count"),
        pytest.param("x" * 200_001, True, id="absurd lengths are not even read"),
    ],
)
def test_the_limit_counts_utf16_after_parsing(text: str, is_long: bool) -> None:
    if not is_long:
        assert format_text(text, parse_mode="HTML").text
        return
    with pytest.raises(ApiError, match=r"^Bad Request: message is too long$"):
        format_text(text, parse_mode="HTML")


def test_a_caption_has_its_own_limit_and_refusal() -> None:
    with pytest.raises(ApiError, match=r"^Bad Request: message caption is too long$"):
        format_text("x" * (MAX_CAPTION + 1), parse_mode="", limit=MAX_CAPTION)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<b>x</b> " * 130, id="formatted"),
        pytest.param("#news " * 130, id="found"),
    ],
)
def test_only_the_first_hundred_entities_are_kept(text: str) -> None:
    entities = format_text(text, parse_mode="HTML").entities

    assert len(entities) == MAX_ENTITIES
    assert entities[0].offset == 0
    assert [entity.offset for entity in entities] == sorted(entity.offset for entity in entities)


@pytest.mark.parametrize("mode", ["Markdown", "MarkdownV2"])
def test_other_parse_modes_are_refused_by_name(mode: str) -> None:
    with pytest.raises(ApiError, match=mode):
        format_text("x", parse_mode=mode)


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(ApiError, match="UTF-8"):
        format_text("\ud83d", parse_mode="")


def test_hostile_nesting_is_read_in_linear_time() -> None:
    deep = "<b>" * 20_000 + "x" + "</b>" * 20_000

    assert spans(deep) == ("x", [("bold", "x")])
