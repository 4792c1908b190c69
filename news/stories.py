"""Use cases of stories: each new headline joins a story of the last days or opens one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from news.encoder import Encoder, text_to_encode
from news.gazetteer import Gazetteer
from news.group import Profile, are_one, fitting_stories, is_above, make_profile, parts, weigh
from news.model import Headline
from news.pool import CANDIDATES, LAST_MEMBERS, PROMISING, WINDOW, StoryInput, StoryPool, in_order
from news.ports import Storage
from news.relevance import rarity

__all__ = ["StoryInput", "explain", "group_headlines", "join_stories", "make_profiles"]


def group_headlines(
    items: Sequence[StoryInput], gazetteer: Gazetteer, encoder: Encoder | None = None
) -> dict[str, str]:
    """Story of each headline, by id; a story is named after its first headline. The same steps as in the store, in memory."""
    ordered = in_order(items)
    pool = StoryPool(ordered, make_profiles(ordered, gazetteer, encoder))
    for number in range(len(ordered)):
        pool.place(number)
    return {item.id: ordered[pool.story_of(number)].id for number, item in enumerate(ordered)}


def explain(
    one: StoryInput, other: StoryInput, gazetteer: Gazetteer, encoder: Encoder | None = None
) -> dict[str, float]:
    """Why two headlines are (sum above 0) or are not one story: the parts of the score by name."""
    first, second = make_profiles([one, other], gazetteer, encoder)
    return parts(weigh(first, _even), weigh(second, _even))


def _even(_word: str) -> float:
    return 1.0


def make_profiles(
    items: Sequence[StoryInput], gazetteer: Gazetteer, encoder: Encoder | None
) -> list[Profile]:
    """What headlines of a file are compared by, not weighed yet."""
    stored: Sequence[bytes | None] = [None] * len(items)
    if encoder is not None:
        stored = encoder.encode([text_to_encode(item.title, item.summary) for item in items])
    return [
        make_profile(gazetteer, item.title, item.summary, item.language, at=item.published, vector=vector)
        for item, vector in zip(items, stored, strict=True)
    ]


async def join_stories(storage: Storage, gazetteer: Gazetteer, *, now: datetime, limit: int = 500) -> int:
    """Give a story to up to ``limit`` headlines that have none, oldest first; how many were given one.

    Repeatable: what was not written is done again next time, what another process wrote meanwhile is kept.
    """
    waiting = await storage.stories.without_story(limit)
    # Beyond a full batch nothing has a story yet.
    until = waiting[-1].sort_at if len(waiting) == limit else None
    joining = _Joining(storage, gazetteer, waiting, until)
    await joining.prepare()
    # Ties of time are broken by what is written, so that the order of arrival within a fetch changes nothing.
    for headline in sorted(waiting, key=_order):
        await joining.choose(headline, now)
    await joining.write(now)
    return len(waiting)


def _order(headline: Headline) -> tuple[datetime, str, str, int]:
    return headline.sort_at, headline.title, headline.source_id, headline.id


@dataclass(frozen=True, slots=True)
class _Choice:
    """The story of a headline: a stored one, or the one that headline ``leader`` opens in this run."""

    story_id: int | None = None
    leader: int | None = None


class _Joining:
    """One run of ``join_stories``: what has been chosen so far, before it is written."""

    def __init__(
        self, storage: Storage, gazetteer: Gazetteer, waiting: Sequence[Headline], until: datetime | None
    ) -> None:
        self._storage = storage
        self._until = until
        self._undecided = {headline.id for headline in waiting}
        self._gazetteer = gazetteer
        self._waiting = {headline.id: headline for headline in waiting}
        self._choices: dict[int, _Choice] = {}
        self._added: defaultdict[_Choice, list[Headline]] = defaultdict(list)
        self._vectors: dict[int, bytes] = {}
        self._have_vectors = True
        self._profiles: dict[int, Profile] = {}
        self._weighed_profiles: dict[int, Profile] = {}

    async def prepare(self) -> None:
        """Read at once what would otherwise be read for each headline."""
        await self._remember_vectors(list(self._waiting.values()))
        # Without vectors among those that wait, nobody's are needed.
        self._have_vectors = any(self._vectors.values())
        words = {word for headline in self._waiting.values() for word in self._profile(headline).words}
        await self._storage.search.frequencies(sorted(words))

    async def choose(self, headline: Headline, now: datetime) -> None:
        """Choose the best of the stories that this headline may belong to, or open one."""
        found = await self._candidates(headline)
        own, *others = await self._weighed([headline, *found])
        promising = self._promising(own, zip(found, others, strict=True))
        stories = await self._members(promising) if promising else {}
        best, *fitting = fitting_stories(own, stories) or [_Choice(leader=headline.id)]
        self._choices[headline.id] = best
        self._undecided.discard(headline.id)
        self._added[best].append(headline)
        for other in fitting:
            if are_one(stories[best], stories[other]):
                best = await self._merge(best, other, now)
                stories |= await self._members([best])

    def _promising(self, own: Profile, others: Iterable[tuple[Headline, Profile]]) -> list[_Choice]:
        """The stories with a candidate that is like enough for the story to be looked at as a whole."""
        promising: dict[_Choice, None] = {}
        for other, profile in others:
            choice = self._choice_of(other)
            if choice and choice not in promising and is_above(own, profile, PROMISING):
                promising[choice] = None
        return list(promising)

    async def _merge(self, one: _Choice, other: _Choice, now: datetime) -> _Choice:
        """Make one story of two that a headline has shown to be one; the older of them, which is the one that stays.

        What is stored is merged at once, so that its members are found under the id that stays.
        """
        story, gone = sorted((one, other), key=self._age)
        if story.story_id is not None and gone.story_id is not None:
            await self._storage.stories.merge(story.story_id, gone.story_id, now)
        moved = self._added.pop(gone, [])
        self._choices |= {headline.id: story for headline in moved}
        self._added[story] = sorted([*self._added[story], *moved], key=_order)
        return story

    def _age(self, choice: _Choice) -> tuple[bool, int]:
        """Stored stories come before those that this run opens, each by age."""
        if choice.story_id is not None:
            return False, choice.story_id
        return True, list(self._added).index(choice)

    async def write(self, now: datetime) -> None:
        """Write the choices: stories are opened by their leaders first, so that the others can be put into them."""
        first = {
            number: choice.story_id
            for number, choice in self._choices.items()
            if choice.leader in {None, number}
        }
        final = await self._storage.stories.join(first, now)
        followers = {
            number: final[choice.leader]
            for number, choice in self._choices.items()
            if choice.leader is not None and choice.leader != number
        }
        if followers:
            await self._storage.stories.join(followers, now)

    async def _candidates(self, headline: Headline) -> list[Headline]:
        latest = headline.sort_at + WINDOW
        return await self._storage.stories.candidates(
            sorted(self._profile(headline).words),
            since=headline.sort_at - WINDOW,
            until=min(latest, self._until or latest),
            limit=CANDIDATES,
            # Those that come later look for this headline's story themselves. In a burst of news they would be all there is.
            besides=self._undecided,
        )

    async def _members(self, choices: Sequence[_Choice]) -> dict[_Choice, list[Profile]]:
        """The last members of each story, weighed."""
        stored = await self._storage.stories.members(
            [choice.story_id for choice in choices if choice.story_id is not None], LAST_MEMBERS
        )
        stories = {
            choice: [*stored.get(choice.story_id or 0, ()), *self._added[choice]][-LAST_MEMBERS:]
            for choice in choices
        }
        every = [member for members in stories.values() for member in members]
        profiles = iter(await self._weighed(every))
        return {choice: [next(profiles) for _ in members] for choice, members in stories.items() if members}

    async def _weighed(self, headlines: Sequence[Headline]) -> list[Profile]:
        if fresh := [headline for headline in headlines if headline.id not in self._weighed_profiles]:
            await self._remember_vectors(fresh)
            profiles = {headline.id: self._profile(headline) for headline in fresh}
            counts, total = await self._storage.search.frequencies(
                sorted({word for profile in profiles.values() for word in profile.words})
            )
            weights = {word: rarity(count, total) for word, count in counts.items()}
            self._weighed_profiles |= {
                number: weigh(profile, weights.__getitem__) for number, profile in profiles.items()
            }
        return [self._weighed_profiles[headline.id] for headline in headlines]

    def _choice_of(self, other: Headline) -> _Choice | None:
        """The story of a candidate; None while it waits itself."""
        if other.id in self._choices:
            return self._choices[other.id]
        return _Choice(story_id=other.story_id) if other.story_id is not None else None

    async def _remember_vectors(self, headlines: Sequence[Headline]) -> None:
        missing = [headline.id for headline in headlines if headline.id not in self._vectors]
        if missing and self._have_vectors:
            self._vectors |= dict.fromkeys(missing, b"") | dict(await self._storage.search.vectors(missing))

    def _profile(self, headline: Headline) -> Profile:
        if headline.id not in self._profiles:
            self._profiles[headline.id] = make_profile(
                self._gazetteer,
                headline.title,
                headline.summary,
                headline.language,
                at=headline.published,  # the time first seen says nothing about the event
                vector=self._vectors.get(headline.id),
            )
        return self._profiles[headline.id]
