"""Grouping the headlines of a file, in memory: what the store's index is to arriving headlines, a dictionary is here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from news.group import Profile, are_one, fitting_stories, is_above, weigh
from news.relevance import rarity
from news.vectors import VectorTable

WINDOW = timedelta(hours=72)
"""A story that nobody has told for so long is over."""
CANDIDATES = 8
"""Headlines compared because they share rare words; twenty find nothing more."""
PROMISING = -1.5
"""The score that one of the candidates needs for its story to be looked at as a whole."""
LAST_MEMBERS = 12
"""A story is compared by its last headlines: it moves on, and its first words are no longer its last."""
NEAREST = 10
"""And headlines compared because they mean the same, in any language."""
CLOSE = 0.6
"""Cosine below which two headlines never are one event; it only spares comparisons."""
TERMS = 10
"""The rarest words of a headline find its story; the others are in every headline."""


@dataclass(frozen=True, slots=True)
class StoryInput:
    """A headline of a file to be grouped; ``published`` is aware."""

    id: str
    title: str
    summary: str = ""
    published: datetime | None = None
    language: str | None = None


def in_order(items: Iterable[StoryInput]) -> list[StoryInput]:
    """By time, then by what is written: the order of arrival changes nothing. Undated items come first."""
    earliest = datetime.min.replace(tzinfo=UTC)
    return sorted(items, key=lambda item: (item.published or earliest, item.title, item.id))


class StoryPool:
    """Headlines by number, in order of time, with an index over their words. ``place`` them one after the other."""

    def __init__(self, items: Sequence[StoryInput], profiles: Sequence[Profile]) -> None:
        self._items = items
        counts = Counter(word for profile in profiles for word in profile.words)
        self._weights = {word: rarity(count, len(profiles)) for word, count in counts.items()}
        self._profiles = [weigh(profile, self._weights.__getitem__) for profile in profiles]
        vectors = {number: found.vector for number, found in enumerate(profiles) if found.vector is not None}
        self._vectors = VectorTable(vectors)
        self._having: defaultdict[str, list[int]] = defaultdict(list)
        self._members: defaultdict[int, list[int]] = defaultdict(list)
        self._story_of: dict[int, int] = {}

    def place(self, number: int) -> None:
        """Put a headline into the best of the stories it may belong to, or into one of its own."""
        profile = self._profiles[number]
        promising = [
            found for found in self.near(number) if is_above(profile, self._profiles[found], PROMISING)
        ]
        stories = {
            story: self._last_members(story)
            for story in dict.fromkeys(self._story_of[found] for found in promising)
        }
        story, *others = fitting_stories(profile, stories) or [number]
        self._story_of[number] = story
        self._members[story].append(number)
        for word in profile.words:
            self._having[word].append(number)
        for other in others:
            if are_one(stories[story], stories[other]):
                story = self._merge(story, other)
                stories[story] = self._last_members(story)

    def story_of(self, number: int) -> int:
        """The story of a placed headline by its first headline; a later ``place`` may have merged it."""
        return self._story_of[number]

    def _merge(self, one: int, other: int) -> int:
        """Make one story of two that a headline has shown to be one; the older of them, which is the one that stays."""
        story, gone = min(one, other), max(one, other)
        self._members[story] = sorted(self._members[story] + self._members.pop(gone))
        self._story_of |= dict.fromkeys(self._members[story], story)
        return story

    def _last_members(self, story: int) -> list[Profile]:
        return [self._profiles[member] for member in self._members[story][-LAST_MEMBERS:]]

    def near(self, number: int) -> list[int]:
        """The headlines placed so far that this one is compared with, by their numbers."""
        return list(dict.fromkeys([*self._candidates(number), *self._nearest(number)]))

    def pair(self, number: int, other: int) -> tuple[Profile, Profile]:
        """The weighed profiles of two headlines."""
        return self._profiles[number], self._profiles[other]

    def _candidates(self, number: int) -> list[int]:
        """The headlines of the window that share the most of the rarest words, best first."""
        rarest = sorted(self._profiles[number].words, key=lambda word: (-self._weights[word], word))[:TERMS]
        shared: defaultdict[int, float] = defaultdict(float)
        for word in rarest:
            for other in self._having[word]:
                if self._is_recent(other, number):
                    shared[other] += self._weights[word]
        return sorted(shared, key=lambda other: (-shared[other], -other))[:CANDIDATES]

    def _nearest(self, number: int) -> list[int]:
        vector = self._profiles[number].vector
        if vector is None:
            return []
        near = self._vectors.nearest(vector, NEAREST * 3, at_least=CLOSE)
        return [other for other, _ in near if other in self._story_of and self._is_recent(other, number)][
            :NEAREST
        ]

    def _is_recent(self, other: int, number: int) -> bool:
        then, now = self._items[other].published, self._items[number].published
        return then is None or now is None or now - then <= WINDOW
