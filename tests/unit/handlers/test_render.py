"""A digest as messages: the look, the limits, hostile titles."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.keyboards import Latest, More, Open, decode
from handlers.render import render_digest
from handlers.texts import LANGUAGES, Texts
from news.gazetteer import Gazetteer
from news.model import Digest, Entry, Layout, Message, Section
from tests.unit.handlers.builders import HOUR, NOW, digest, headline, reader, section, story
from tests.unit.handlers.referee import check, parse

OUTLETS = ("Orda", "Vlast", "Kursiv")


def rendered(composed: Digest, texts: Texts, **changes: object) -> list[Message]:
    messages = render_digest(composed, reader(**changes), texts, now=NOW)
    for message in messages:
        check(message)
    return messages


def shown(messages: list[Message]) -> str:
    return "\n=====\n".join(re.sub("[\u2068\u2069]", "", parse(message.html).text) for message in messages)


def labels(message: Message) -> list[list[str]]:
    return [[one.text for one in row] for row in message.buttons]


def a_day() -> Digest:
    return digest(
        section(
            "KZ",
            [story(1, OUTLETS), story(2, title="Мангистау: рабочие добились <новой> спецодежды")],
            more=[story(10), story(11)],
        ),
        section("TM", []),
        section("UZ", [story(3, sort_at=NOW - 30 * timedelta(minutes=1))], first=3),
    )


def test_the_full_layout(texts: Texts) -> None:
    [message] = rendered(a_day(), texts)
    assert shown([message]) == (
        "Tuesday, 24 November\n"
        "🇰🇿 Kazakhstan\n"
        "1. Bridge number 1 opens to traffic\n"
        "\u2007\u2007Orda · 3 h · ＋2\n"
        "2. Мангистау: рабочие добились <новой> спецодежды\n"
        "\u2007\u2007Steppe Post · 3 h\n"
        "▸ 2 more\n"
        "Bridge number 10 opens to traffic\n"
        "Bridge number 11 opens to traffic\n"
        "🇹🇲 Turkmenistan — nothing new since yesterday.\n"
        "🇺🇿 Uzbekistan\n"
        "3. Bridge number 3 opens to traffic\n"
        "\u2007\u2007Steppe Post · 30 min"
    )
    assert labels(message) == [["≈ 1", "≈ 2", "≈ 3"], ["🇰🇿 all 4", "🇺🇿 all 1"], ["⏰ 08:00 · Almaty"]]


def test_buttons_lead_where_they_say(texts: Texts) -> None:
    [message] = rendered(a_day(), texts)
    taps = [decode(one.data or "") for row in message.buttons for one in row]
    assert taps == [More(1), More(2), More(3), Latest(0, ("KZ",)), Latest(0, ("UZ",)), Open("hours")]


def test_the_compact_layout_has_one_line_a_story(texts: Texts) -> None:
    [message] = rendered(a_day(), texts, layout=Layout.COMPACT)
    assert "Orda" not in shown([message])
    assert message.html.count("<a ") == 5


def test_titles_only_has_one_link_and_no_numbers(texts: Texts) -> None:
    [message] = rendered(a_day(), texts, layout=Layout.TITLES)
    assert message.html.count("<a ") == 1
    assert "• Bridge number 1 opens to traffic" in shown([message])
    assert labels(message)[0] == ["🇰🇿 all 4", "🇺🇿 all 1"]


def test_a_grown_story_says_so(texts: Texts) -> None:
    grown = Section("KZ", (Entry(1, story(1), is_update=True),), total=1)
    [message] = rendered(digest(grown), texts)
    assert "1. update · Bridge number 1" in shown([message])


def test_a_story_under_two_countries_keeps_its_number_and_one_button(texts: Texts) -> None:
    both = digest(section("KZ", [story(1)]), section("UZ", [story(1)]))
    [message] = rendered(both, texts)
    assert shown([message]).count("1. Bridge") == 2
    assert labels(message)[0] == ["≈ 1"]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        pytest.param(24, "🇰🇿 🇺🇿 — nothing new since yesterday.", id="a-day"),
        pytest.param(72, "🇰🇿 🇺🇿 — nothing new since Sat 08:00.", id="three-days"),
        pytest.param(3, "🇰🇿 🇺🇿 — nothing new since Tue 05:00.", id="three-hours"),
    ],
)
def test_nothing_to_tell_is_one_short_message(texts: Texts, hours: int, expected: str) -> None:
    quiet = replace(digest(section("KZ", []), section("UZ", [])), since=NOW - hours * HOUR)
    [message] = rendered(quiet, texts)
    assert shown([message]) == f"Tuesday, 24 November\n{expected}"
    assert labels(message) == [["Latest headlines"], ["⏰ 08:00 · Almaty"]]


def test_skipped_digests_are_owned_up_to(texts: Texts) -> None:
    [message] = rendered(replace(a_day(), skipped=2), texts)
    assert "2 digests were too late to send" in shown([message])


def test_hours_and_city_are_the_readers(texts: Texts) -> None:
    [message] = rendered(a_day(), texts, hours=(time(7), time(19)), zone="Asia/Tashkent", language="uz")
    assert labels(message)[-1] == ["⏰ 07:00, 19:00 · Toshkent"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("layout", Layout)
def test_every_language_and_layout_is_valid(texts: Texts, language: str, layout: Layout) -> None:
    [message] = rendered(a_day(), texts, language=language, layout=layout)
    assert texts.of(language).country("KZ") in message.html


def test_a_long_digest_splits_at_item_borders_and_repeats_the_country(texts: Texts) -> None:
    title = "A headline of the usual length, with a few words more than needed " * 3
    many = digest(section("KZ", [story(n, title=f"{n}: {title}") for n in range(1, 41)]))
    messages = rendered(many, texts)
    assert len(messages) > 2
    assert all("🇰🇿 <b>Kazakhstan</b>" in message.html for message in messages)
    numbers = [int(n) for message in messages for n in re.findall(r"^(\d+)\. ", message.html, re.MULTILINE)]
    assert numbers == list(range(1, 41))
    for message in messages:
        stories = re.findall(r"^(\d+)\. ", message.html, re.MULTILINE)
        buttons = [one.text for row in message.buttons for one in row if one.text.startswith("≈")]
        assert buttons == [f"≈ {number}" for number in stories]
    assert labels(messages[-1])[-1] == ["⏰ 08:00 · Almaty"]
    assert all("⏰" not in str(labels(message)) for message in messages[:-1])


def test_more_than_a_hundred_stories_stay_within_the_entities(texts: Texts) -> None:
    many = digest(
        section(
            "KZ", [story(n, title="Short") for n in range(1, 121)], more=[story(n) for n in range(200, 240)]
        )
    )
    messages = rendered(many, texts)
    buttons = [one.text for message in messages for row in message.buttons for one in row]
    assert [label for label in buttons if label.startswith("≈")] == [f"≈ {n}" for n in range(1, 121)]


def test_sixty_quiet_countries_fit(texts: Texts, gazetteer: Gazetteer) -> None:
    codes = gazetteer.countries[:60]
    [message] = rendered(digest(section("KZ", [story(1)]), *[section(code, []) for code in codes]), texts)
    assert message.html.count("nothing new") == 60


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("</a><a href='tg://proxy?server=1'>x", id="markup"),
        pytest.param("\u202eesrever", id="bidi-override"),
        pytest.param("&amp;&lt;&#x3c;", id="entities"),
        pytest.param("/forget @someone #tag t.me/proxy?server=1", id="tappable"),
        pytest.param("😀" * 3000, id="too-long"),
        pytest.param("{title} {0} %s", id="format-string"),
    ],
)
@pytest.mark.parametrize("layout", Layout)
def test_hostile_titles_stay_text(texts: Texts, title: str, layout: Layout) -> None:
    hostile = digest(
        section("KZ", [story(1, title=title, url="tg://proxy?server=1")], more=[story(2, title=title)])
    )
    for message in rendered(hostile, texts, layout=layout):
        assert "tg:" not in re.sub("\u2060", "", " ".join(re.findall('href="[^"]*"', message.html)))
        assert set(parse(message.html).entities) <= {
            "textEntityTypeBold",
            "textEntityTypeTextUrl",
            "textEntityTypeExpandableBlockQuote",
        }


ANY_TITLE = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=500)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(ANY_TITLE, ANY_TITLE), min_size=1, max_size=30), st.sampled_from(list(Layout)))
def test_any_digest_is_taken_by_telegram(
    gazetteer: Gazetteer, said: list[tuple[str, str]], layout: Layout
) -> None:
    stories = [story(n, (name,), title=title) for n, (title, name) in enumerate(said, 1)]
    composed = digest(section("KZ", stories[:20], more=stories[20:]))
    rendered(composed, Texts(gazetteer), layout=layout)


def test_the_age_is_that_of_the_lead(texts: Texts) -> None:
    one = story(1, OUTLETS)
    lead_last = replace(
        one, headlines=(headline(1, source_name="Orda", sort_at=NOW - 5 * HOUR), *one.headlines[1:])
    )
    [message] = rendered(digest(section("KZ", [lead_last])), texts)
    assert "Orda · 5 h · ＋2" in shown([message])
