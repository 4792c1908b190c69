from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from news.compose import compose, is_muted
from news.model import Preferences, Story
from tests.builders import NOON, headline, story

SINCE = NOON - timedelta(hours=24)


def digest_of(
    *stories: Story, countries: tuple[str, ...] = ("KZ", "UZ"), mutes: tuple[str, ...] = (), **chosen: Any
):
    preferences = Preferences(countries=countries, **chosen)
    return compose(stories, preferences, since=SINCE, until=NOON, local_date=date(2026, 3, 20), mutes=mutes)


def told(digest) -> list[tuple[str, list[int]]]:
    return [(section.country, [entry.story.id for entry in section.entries]) for section in digest.sections]


def test_sections_follow_the_readers_order_and_quiet_countries_stay():
    digest = digest_of(story(1), countries=("TM", "KZ"))
    assert told(digest) == [("TM", []), ("KZ", [1])]


def test_a_story_about_two_countries_stands_under_both_with_one_number():
    digest = digest_of(story(1, countries=("KZ",)), story(2, headline(2, hours=3), countries=("UZ", "KZ")))
    assert told(digest) == [("KZ", [1, 2]), ("UZ", [2])]
    numbers = [[entry.number for entry in section.entries] for section in digest.sections]
    assert numbers == [[1, 2], [2]]


def test_what_does_not_fit_in_full_is_told_by_title():
    digest = digest_of(*(story(n, headline(n, hours=n)) for n in range(1, 5)), stories_per_country=3)
    section = digest.sections[0]
    assert [entry.story.id for entry in section.entries] == [1, 2, 3]
    assert [more.id for more in section.more] == [4]
    assert section.total == 4


def test_a_story_with_an_older_headline_is_an_update():
    grown = story(1, headline(1, hours=30), headline(2, hours=2))
    digest = digest_of(grown, story(3, headline(3, hours=2)))
    assert {entry.story.id: entry.is_update for entry in digest.sections[0].entries} == {1: True, 3: False}


def test_the_lead_is_in_the_readers_language():
    both = story(
        1, headline(1, "Метро в Алматы", language="ru"), headline(2, "Metro in Almaty", language="en")
    )
    assert digest_of(both, language="ru").sections[0].entries[0].story.lead.language == "ru"
    assert digest_of(both, language="en").sections[0].entries[0].story.lead.language == "en"


def test_content_languages_hide_what_the_reader_cannot_read():
    russian, unknown = story(1, headline(1, language="ru")), story(2, headline(2, language=None))
    digest = digest_of(russian, unknown, content_languages=("kk",))
    assert told(digest)[0] == ("KZ", [2])


def test_muted_words_hide_a_story():
    digest = digest_of(story(1, headline(1, "Football cup in Almaty")), story(2), mutes=("football",))
    assert told(digest)[0] == ("KZ", [2])


def test_nothing_to_tell_is_empty():
    assert digest_of().is_empty
    assert not digest_of(story(1)).is_empty


@pytest.mark.parametrize(
    ("language", "title", "mutes", "expected"),
    [
        pytest.param("ru", "Курс доллара вырос", ("доллар",), True, id="another case ending"),
        pytest.param("ru", "Курс доллара вырос", ("курс евро",), False, id="all words of a mute must match"),
        pytest.param("ru", "Курс доллара вырос", (), False, id="no mutes"),
        pytest.param("uz", "Toshkentda yangi metro", ("тошкент",), True, id="the other script"),
        pytest.param("ru", "Курс доллара вырос", ("«»",), False, id="a mute without words mutes nothing"),
    ],
)
def test_is_muted(language: str, title: str, mutes: tuple[str, ...], expected: bool):
    assert is_muted(headline(1, title, language=language), mutes) is expected
