"""Sentence vectors in the store, and stories that only they bring together. The encoder is a table of known sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import numpy as np
import pytest

from news.gazetteer import Gazetteer, load_gazetteer
from news.meaning import merge_by_meaning
from news.model import NewHeadline, Source, SourceKind
from news.stories import join_stories
from news.vectors import encode_waiting
from storage.storage import Store

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

ENGLISH = "Rockslide closes the Korday border crossing until evening"
RUSSIAN = "Камнепад закрыл погранпереход до вечера"
ELSEWHERE = "Chess grandmaster defends the national title"


class TableEncoder:
    """Two sentences mean the same when they have the same number."""

    numbers: ClassVar = {ENGLISH: 0, RUSSIAN: 0, ELSEWHERE: 1}

    def encode(self, texts: Sequence[str]) -> list[bytes]:
        return [np.eye(8, dtype="<f2")[self.numbers[text]].tobytes() for text in texts]


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


@pytest.fixture
async def ids(store: Store) -> list[int]:
    """English, Russian (one event), elsewhere; a day-old copy without a story of its own comes later."""
    await store.sources.ensure(Source("wire", "Wire", SourceKind.FILE, "https://wire.example/"), NOW)
    told = [(ENGLISH, "en", 3), (RUSSIAN, "ru", 2), (ELSEWHERE, "en", 1)]
    return await store.headlines.add(
        [
            NewHeadline("wire", title, title, NOW, NOW - age * HOUR, language=language)
            for title, language, age in told
        ]
    )


async def test_vectors_are_computed_once_and_newest_first(store: Store, ids: list[int]) -> None:
    english, russian, elsewhere = ids
    assert await encode_waiting(store, TableEncoder(), now=NOW, limit=2) == [elsewhere, russian]
    assert await encode_waiting(store, TableEncoder(), now=NOW, limit=2) == [english]
    assert await encode_waiting(store, TableEncoder(), now=NOW) == []
    vectors = await store.search.vectors([english, russian, elsewhere, 99])
    assert vectors[english] == vectors[russian] != vectors[elsewhere]
    assert set(vectors) == set(ids)


async def test_recent_vectors_leave_with_age(store: Store, ids: list[int]) -> None:
    await encode_waiting(store, TableEncoder(), now=NOW)
    recent = await store.search.recent_vectors(NOW - 2.5 * HOUR, 10)
    assert [(number, language) for number, (_, language) in recent.items()] == [
        (ids[2], "en"),
        (ids[1], "ru"),
    ]
    assert len(await store.search.recent_vectors(NOW - 9 * HOUR, 1)) == 1
    assert await store.search.drop_vectors_before(NOW - 2.5 * HOUR) == 1
    assert set(await store.search.vectors(ids)) == set(ids[1:])


async def test_a_vector_may_change_and_one_without_headline_is_dropped(store: Store, ids: list[int]) -> None:
    await store.search.set_vectors({ids[0]: b"ab", 99: b"cd"})
    await store.search.set_vectors({ids[0]: b"ef"})
    await store.search.set_vectors({})
    assert await store.search.vectors([ids[0], 99]) == {ids[0]: b"ef"}


async def test_headlines_past_their_age_get_no_vector(store: Store, ids: list[int]) -> None:
    assert await encode_waiting(store, TableEncoder(), now=NOW + timedelta(days=31)) == []


async def test_one_event_in_two_languages_becomes_one_story(
    store: Store, gazetteer: Gazetteer, ids: list[int]
) -> None:
    await join_stories(store, gazetteer, now=NOW)
    before = [headline.story_id for headline in await store.headlines.get_many(ids)]
    assert len(set(before)) == 3
    encoded = await encode_waiting(store, TableEncoder(), now=NOW)
    assert await merge_by_meaning(store, gazetteer, encoded, now=NOW) == 1
    after = [headline.story_id for headline in await store.headlines.get_many(ids)]
    assert after == [before[0], before[0], before[2]]
    assert await merge_by_meaning(store, gazetteer, encoded, now=NOW) == 0
    assert await merge_by_meaning(store, gazetteer, [], now=NOW) == 0


async def test_headlines_that_wait_for_a_story_are_not_merged(
    store: Store, gazetteer: Gazetteer, ids: list[int]
) -> None:
    encoded = await encode_waiting(store, TableEncoder(), now=NOW)
    assert await merge_by_meaning(store, gazetteer, encoded, now=NOW) == 0


async def test_different_events_stay_apart(store: Store, gazetteer: Gazetteer, ids: list[int]) -> None:
    await join_stories(store, gazetteer, now=NOW)
    await store.search.set_vectors({ids[0]: TableEncoder().encode([ENGLISH])[0]})
    near = np.eye(8, dtype="<f2")[0] * 0.62 + np.eye(8, dtype="<f2")[1] * 0.78
    await store.search.set_vectors({ids[1]: near.astype("<f2").tobytes()})
    assert await merge_by_meaning(store, gazetteer, [ids[1]], now=NOW) == 0


async def test_vectors_let_one_run_join_two_languages(
    store: Store, gazetteer: Gazetteer, ids: list[int]
) -> None:
    """When vectors are there already, arriving headlines are compared by them as well."""
    await encode_waiting(store, TableEncoder(), now=NOW)
    await join_stories(store, gazetteer, now=NOW)
    assert len({headline.story_id for headline in await store.headlines.get_many(ids)}) == 3
