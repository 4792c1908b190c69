"""Stories that words cannot bring together: one event told in two languages. Runs after vectors have been computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from news.gazetteer import Gazetteer
from news.group import Profile, make_profile, story_score, weigh
from news.model import Headline
from news.pool import CLOSE, LAST_MEMBERS, NEAREST, WINDOW
from news.ports import Storage
from news.vectors import VectorTable, unpack

MOST_VECTORS = 20_000
"""The newest vectors that are compared with: 30 MB while it lasts."""


async def merge_by_meaning(
    storage: Storage, gazetteer: Gazetteer, headline_ids: Sequence[int], *, now: datetime
) -> int:
    """Merge the stories of headlines whose vectors are new (``encode_waiting``) with those of the same event; how many.

    The older story's id stays and the younger one's answers for it. A headline that waits for a story is left alone.
    """
    if not headline_ids:
        return 0
    recent = await storage.search.recent_vectors(now - WINDOW, MOST_VECTORS)
    vectors = {
        number: vector
        for number, (raw, language) in recent.items()
        if (vector := unpack(raw, language)) is not None
    }
    table = VectorTable(vectors)
    merging = _Merging(storage, gazetteer, recent)
    merged = 0
    for number in [number for number in headline_ids if number in vectors]:
        language = recent[number][1]
        near = [
            other
            for other, _ in table.nearest(vectors[number], NEAREST, at_least=CLOSE)
            # Within a language joining has decided already; vectors alone chain what merely shares a subject.
            if language and recent[other][1] not in {None, language}
        ]
        merged += await merging.merge(number, near, now)
    return merged


class _Merging:
    """One run of ``merge_by_meaning``."""

    def __init__(
        self, storage: Storage, gazetteer: Gazetteer, recent: Mapping[int, tuple[bytes, str | None]]
    ) -> None:
        self._storage = storage
        self._gazetteer = gazetteer
        self._recent = recent

    async def merge(self, headline_id: int, near: Sequence[int], now: datetime) -> bool:
        """Whether the headline's story was merged with the one that fits best among those of ``near``, if any fits."""
        # Read now, not before the run: an earlier merge may have moved it.
        found = await self._storage.headlines.get_many([headline_id, *near])
        own = next((headline.story_id for headline in found if headline.id == headline_id), None)
        others = sorted(
            {story for headline in found if (story := headline.story_id) is not None and story != own}
        )
        if own is None or not others:
            return False
        members = await self._storage.stories.members([own, *others], LAST_MEMBERS)
        profiles = {story: list(map(self._profile, headlines)) for story, headlines in members.items()}
        best, story = max((_likeness(profiles[own], profiles[other]), -other) for other in others)
        if best <= 0:
            return False
        await self._storage.stories.merge(min(own, -story), max(own, -story), now)
        return True

    def _profile(self, headline: Headline) -> Profile:
        raw, _ = self._recent.get(headline.id, (None, None))
        profile = make_profile(
            self._gazetteer,
            headline.title,
            headline.summary,
            headline.language,
            at=headline.published,
            vector=raw,
        )
        return weigh(profile, lambda _word: 1.0)


def _likeness(one: Iterable[Profile], other: Sequence[Profile]) -> float:
    """The mean score of one story's members in the other story."""
    scores = [story_score(profile, other) for profile in one]
    return sum(scores) / len(scores)
