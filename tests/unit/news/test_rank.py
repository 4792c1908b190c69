from __future__ import annotations

from datetime import timedelta

import pytest

from news.rank import choose_lead, rank_stories, weight
from tests.builders import NOON, headline, story


def test_newest_first():
    old, new = story(1, headline(1, hours=9)), story(2, headline(2, hours=1))
    assert [ranked.id for ranked in rank_stories([old, new], NOON)] == [2, 1]


def test_many_sources_outweigh_a_few_hours():
    lonely = story(1, headline(1, hours=1))
    shared = story(2, *(headline(n, hours=5) for n in range(2, 6)))
    assert [ranked.id for ranked in rank_stories([lonely, shared], NOON)] == [2, 1]


def test_one_source_writing_often_is_one_source():
    often = story(1, *(headline(n, hours=2, source_id="same") for n in range(1, 9)))
    once = story(2, headline(20, hours=2))
    assert weight(often, NOON) == weight(once, NOON)


def test_ties_are_ordered_by_id_whatever_the_order_of_arrival():
    stories = [story(n, headline(n, hours=2)) for n in (3, 1, 2)]
    assert [ranked.id for ranked in rank_stories(stories, NOON)] == [1, 2, 3]
    assert [ranked.id for ranked in rank_stories(reversed(stories), NOON)] == [1, 2, 3]


def test_a_headline_from_the_future_counts_as_now():
    ahead = story(1, headline(1, hours=-1))
    assert weight(ahead, NOON) == weight(story(2, headline(2, hours=0)), NOON)


@pytest.mark.parametrize(
    ("languages", "expected"),
    [
        pytest.param(("ru", "en"), [2, 1, 3], id="first choice of the reader"),
        pytest.param(("kk",), [1, 3, 2], id="none readable: reliable outlet, then the first that had it"),
    ],
)
def test_choose_lead(languages: tuple[str, ...], expected: list[int]):
    members = (
        headline(1, language="en", hours=5, tier=1),
        headline(2, language="ru", hours=6, tier=2),
        headline(3, language="fr", hours=4, tier=1),
    )
    assert [h.id for h in choose_lead(members, languages)] == expected


def test_weight_halves_with_the_hours_stated():
    fresh, stale = story(1, headline(1, hours=0)), story(2, headline(2, hours=8))
    assert weight(fresh, NOON) - weight(stale, NOON) == pytest.approx(1.0)
    assert weight(fresh, NOON + timedelta(hours=8)) == pytest.approx(weight(stale, NOON))
