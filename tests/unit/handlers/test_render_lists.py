"""Lists of headlines: search results, the latest, more like this, a ping."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from handlers.keyboards import Latest, Search, WatchThis, decode
from handlers.render_lists import (
    render_found,
    render_latest,
    render_similar,
    render_watch,
    widened,
    words_of,
)
from handlers.texts import LANGUAGES, Texts
from news.gazetteer import Gazetteer
from news.model import Found, Message, Page, Query, Similar, Story, Watch
from news.query import parse_query
from tests.unit.handlers.builders import NOW, READER, headline, page, reader, story
from tests.unit.handlers.referee import check, parse


def shown(message: Message) -> str:
    check(message)
    return re.sub("[\u2068\u2069]", "", parse(message.html).text)


def labels(message: Message) -> list[list[str]]:
    return [[one.text for one in row] for row in message.buttons]


def found(results: Page, text: str, gazetteer: Gazetteer, texts: Texts) -> Message:
    return render_found(results, parse_query(gazetteer, text), text, READER, texts, now=NOW)


def test_results_as_in_the_look(gazetteer: Gazetteer, texts: Texts) -> None:
    one = headline(7, title="Газ өндірісі төмендейді", source_name="Azattyq", countries=("UZ", "KZ"))
    results = Page((Found(one, bold=((0, 3),)), Found(headline(8, countries=()))), 12)
    message = found(results, "газ country:uz since:30d", gazetteer, texts)
    assert shown(message) == (
        "12 headlines for “газ” in 🇺🇿, last 30 days\n"
        "1. Газ өндірісі төмендейді\n"
        "\u2007\u2007Azattyq · Tue 05:00 · 🇺🇿 🇰🇿\n"
        "2. Bridge number 8 opens to traffic\n"
        "\u2007\u2007Steppe Post · Tue 05:00"
    )
    assert "<b>Газ</b> өндірісі" in message.html
    assert labels(message) == [["≈ 1", "≈ 2"], ["1/3", "›"], ["🔔 watch this"]]
    assert decode(message.buttons[1][1].data or "") == Search(5, "газ country:uz since:30d")
    assert decode(message.buttons[2][0].data or "") == WatchThis("газ country:uz since:30d")


def test_results_that_were_read_loosely_say_so(gazetteer: Gazetteer, texts: Texts) -> None:
    message = found(page(headline(1), is_loose=True), "газ", gazetteer, texts)
    head, said, *_ = shown(message).splitlines()
    assert head == "1 headline for “газ”"
    assert said == "No headline has just these words; the closest:"


def test_later_pages_go_on_numbering(gazetteer: Gazetteer, texts: Texts) -> None:
    message = found(page(headline(9), total=12, offset=10), "газ", gazetteer, texts)
    assert "\n11. " in shown(message)
    assert labels(message)[0] == ["≈ 11"]


def test_a_search_that_no_button_can_hold_is_left_in_the_message_it_answers(
    gazetteer: Gazetteer, texts: Texts
) -> None:
    message = found(page(headline(1), total=12), "очень " * 20, gazetteer, texts)
    taps = [decode(one.data or "") for row in message.buttons[1:] for one in row if one.text != "1/3"]
    assert taps == [Search(5, ""), WatchThis("")]


@pytest.mark.parametrize(
    ("text", "did_you_mean", "expected"),
    [
        pytest.param("гзз", "газ", [["газ", "Latest headlines"]], id="misspelt"),
        pytest.param(
            "газ country:kz since:7d",
            None,
            [["all countries", "a year back", "Latest headlines"]],
            id="narrow",
        ),
        pytest.param("газ since:365d", None, [["Latest headlines"]], id="a-year-already"),
        pytest.param("слово " * 30, "газ" * 30, [["Latest headlines"]], id="too-long-for-buttons"),
    ],
)
def test_nothing_found_offers_the_next_step(
    gazetteer: Gazetteer, texts: Texts, text: str, did_you_mean: str | None, expected: list[list[str]]
) -> None:
    message = found(page(did_you_mean=did_you_mean), text, gazetteer, texts)
    assert shown(message).startswith("Nothing for “")
    assert ("Did you mean" in shown(message)) is (did_you_mean is not None)
    assert labels(message) == expected


def test_the_wider_search_keeps_what_was_not_widened(gazetteer: Gazetteer, texts: Texts) -> None:
    message = found(page(), "газ country:kz,uz since:7d lang:ru", gazetteer, texts)
    taps = [decode(one.data or "") for one in message.buttons[0]]
    assert taps == [
        Search(0, "газ lang:ru since:7d"),
        Search(0, "газ country:KZ,UZ lang:ru since:365d"),
        Latest(0),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("gas country:kz since:7d", "gas"),
        ("страна:казахстан газ", "газ"),
        ('country:"south korea" rail', "rail"),
        ("https://steppe.example/1", "https://steppe.example/1"),
        ("country:kz", ""),
        ("12:30 train", "12:30 train"),
    ],
)
def test_the_words_of_a_search(text: str, words: str) -> None:
    assert words_of(text) == words


def test_a_widened_search_reads_as_what_it_says(gazetteer: Gazetteer) -> None:
    query = Query("", languages=("ru", "kk"), sources=("orda",))
    text = widened("газ", query, countries=("KZ", "UZ"), since=timedelta(days=30))
    read = parse_query(gazetteer, text)
    assert (read.countries, read.languages, read.sources) == (("KZ", "UZ"), ("ru", "kk"), ("orda",))
    assert read.since == timedelta(days=30)


@pytest.mark.parametrize(
    ("countries", "head"),
    [
        pytest.param(("KZ",), "Latest · 🇰🇿 Kazakhstan", id="one"),
        pytest.param(("KZ", "UZ", "KG", "TJ"), "Latest · 🇰🇿 🇺🇿 🇰🇬 🇹🇯", id="many"),
        pytest.param((), "Latest", id="all"),
    ],
)
def test_the_latest(texts: Texts, countries: tuple[str, ...], head: str) -> None:
    message = render_latest(page(headline(1), total=6), countries, READER, texts, now=NOW)
    assert shown(message).splitlines()[0] == head
    assert decode(message.buttons[-1][-1].data or "") == Latest(5, countries)


def test_turning_the_readers_own_pages_names_no_country(texts: Texts) -> None:
    message = render_latest(page(headline(1), total=6), ("KZ",), READER, texts, now=NOW, is_own=True)
    assert decode(message.buttons[-1][-1].data or "") == Latest(5)


def test_no_headline_yet(texts: Texts) -> None:
    message = render_latest(page(), ("KZ",), READER, texts, now=NOW)
    assert shown(message) == "No headlines yet: 🇰🇿 Kazakhstan."
    assert labels(message) == [["Countries"]]


def test_a_headline_only_its_source_gives_a_country(texts: Texts) -> None:
    one = headline(1, countries=(), implied_by_source="TJ")
    assert shown(render_latest(page(one), ("TJ",), READER, texts, now=NOW)).endswith("· 🇹🇯")


def test_more_like_this(texts: Texts) -> None:
    told = story(1, ("Orda", "Vlast", "Orda", "24.kg"))
    similar = Similar(told.lead.title, told, (Found(headline(5)),))
    message = render_similar(similar, READER, texts, now=NOW)
    assert shown(message) == (
        "≈ Bridge number 1 opens to traffic\n"
        "Same story, 2 more sources: Vlast, 24.kg\n"
        "Related:\n"
        "1. Bridge number 5 opens to traffic\n"
        "\u2007\u2007Steppe Post · Tue 05:00 · 🇰🇿"
    )
    assert 'href="https://steppe.example/1001"' in message.html
    assert labels(message) == [["≈ 1"]]


@pytest.mark.parametrize("told", [None, story(1, ("Orda",))], ids=["no-story", "only-its-own-source"])
def test_nothing_like_it(texts: Texts, told: Story | None) -> None:
    message = render_similar(Similar("Bridge number 1 opens to traffic", told, ()), READER, texts, now=NOW)
    assert shown(message) == "≈ Bridge number 1 opens to traffic\nNothing like it so far."
    assert labels(message) == [["Latest headlines"]]


def test_a_ping_speaks_the_readers_language(texts: Texts) -> None:
    watch = Watch(3, 1, "газ <b>", 0)
    message = render_watch(watch, [Found(headline(5))], reader(language="ru"), texts, now=NOW)
    assert shown(message).startswith("🔔 газ <b>\n1. Bridge number 5")
    assert labels(message) == [["≈ 1"], ["✕ Не следить"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_valid(gazetteer: Gazetteer, texts: Texts, language: str) -> None:
    spoken = texts.of(language)
    query = parse_query(gazetteer, "газ country:uz since:7d")
    full, empty = page(headline(1), total=12), page(did_you_mean="газ")
    for message in (
        render_found(full, query, "газ", READER, spoken, now=NOW),
        render_found(empty, query, "газ", READER, spoken, now=NOW),
        render_latest(full, ("KZ",), READER, spoken, now=NOW),
        render_similar(Similar("x", story(1, ("a", "b")), full.found), READER, spoken, now=NOW),
    ):
        check(message)
