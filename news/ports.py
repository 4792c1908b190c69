"""What the use cases need from the outside, as protocols. ``storage`` implements the stores on both databases.

Every method is one short transaction of its own; none spans the network. All datetimes are aware UTC.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from news.model import (
    Attribution,
    Audience,
    Broadcast,
    Chat,
    ChatKind,
    DayCounts,
    Found,
    Headline,
    Item,
    Message,
    NewHeadline,
    Page,
    Preferences,
    Progress,
    Query,
    Source,
    SourceState,
    Story,
    Subscriber,
    Watch,
)


class SourceStore(Protocol):
    """The catalogue and what fetching learned."""

    async def add(self, source: Source, now: datetime) -> None:
        """Raise SourceExistsError when the id or the URL is taken."""

    async def get(self, source_id: str) -> Source:
        """Raise UnknownSourceError."""

    async def list_all(self) -> list[tuple[Source, SourceState]]:
        """Every source with its state, by id."""

    async def claim_due(self, now: datetime, limit: int, lease_s: float) -> list[tuple[Source, SourceState]]:
        """Due, not paused, and not leased by another process; leased to the caller for ``lease_s`` seconds."""

    async def state(self, source_id: str) -> SourceState:
        """Raise UnknownSourceError."""

    async def record(self, states: Mapping[str, SourceState], urls: Mapping[str, str] | None = None) -> None:
        """Save what was learned by source id, free the leases; ``urls`` replace addresses after lasting redirects."""

    async def set_paused(self, source_id: str, *, is_paused: bool) -> None:
        """Raise UnknownSourceError."""

    async def remove(self, source_id: str) -> None:
        """Take it out of the catalogue; its headlines stay. Raise UnknownSourceError."""

    async def ensure(self, source: Source, now: datetime) -> Source:
        """The stored source of this id, added (or brought back) if absent."""


class HeadlineStore(Protocol):
    """Headlines, their countries and their stories."""

    async def unknown(self, source_id: str, items: Sequence[Item], now: datetime) -> list[Item]:
        """The items that are not stored yet: by guid, canonical URL, or same title of the source within a day."""

    async def add(self, headlines: Sequence[NewHeadline]) -> list[int]:
        """Store in one transaction, index included; skip silently what is known. Ids of those added, in order."""

    async def get(self, headline_id: int) -> Headline:
        """Raise UnknownHeadlineError."""

    async def get_many(self, headline_ids: Sequence[int]) -> list[Headline]:
        """Those that exist, in the order asked."""

    async def find_by_url(self, url: str) -> Headline | None:
        """By canonical URL."""

    async def evidence(self, headline_id: int) -> Attribution:
        """Why the headline has its countries. An override has the rule "set by an editor"."""

    async def override_countries(
        self, headline_id: int, countries: Sequence[str], by: int, now: datetime
    ) -> None:
        """An editor's correction; it survives re-attribution. Raise UnknownHeadlineError."""

    async def replace_attribution(self, attributions: Mapping[int, Attribution]) -> int:
        """Set the countries of these headlines except overridden ones; how many changed."""

    async def after(self, headline_id: int, limit: int) -> list[Headline]:
        """Headlines with a greater id, by id: for walking through the whole store."""

    async def latest(
        self, countries: Sequence[str], *, languages: Sequence[str] = (), limit: int = 10, offset: int = 0
    ) -> Page:
        """Newest first; no country means all. A source's implied country counts."""

    async def stories_between(
        self, since: datetime, until: datetime, countries: Sequence[str], *, languages: Sequence[str] = ()
    ) -> list[Story]:
        """Stories with an ``is_new`` headline FIRST SEEN in (since, until].

        Each comes with all its headlines seen up to ``until``, oldest first. A headline without a story is a story of its
        own here (with the negative of its id as the story's id).
        """

    async def story(self, story_id: int) -> Story | None:
        """The story (or the one it was merged into) with its headlines, oldest first."""

    async def days(self, edges: Sequence[datetime], countries: Sequence[str]) -> Mapping[str, DayCounts]:
        """By country, what has a ``sort_at`` in each day [edge, next edge). A source's implied country counts."""

    async def titles(
        self, country: str, since: datetime, until: datetime, limit: int
    ) -> list[tuple[str, str | None]]:
        """(title, language) of the newest ``limit`` headlines about it with ``sort_at`` in [since, until)."""

    async def count(self) -> int:
        """Stored headlines."""

    async def delete_older_than(self, moment: datetime) -> int:
        """Drop headlines with ``sort_at`` before it; how many."""


class StoryStore(Protocol):
    """What grouping needs (news.stories)."""

    async def without_story(self, limit: int) -> list[Headline]:
        """Headlines that belong to no story yet, by ``sort_at`` then id."""

    async def candidates(
        self,
        terms: Sequence[str],
        *,
        since: datetime,
        until: datetime,
        limit: int,
        besides: Collection[int] = (),
    ) -> list[Headline]:
        """The headlines of that window that share the most of these analysed terms, best first, without ``besides``."""

    async def members(self, story_ids: Sequence[int], last: int) -> Mapping[int, list[Headline]]:
        """The last members of each story."""

    async def join(self, choices: Mapping[int, int | None], now: datetime) -> Mapping[int, int]:
        """Headline id → story id (None opens a new story); all in one transaction; headline id → final story id."""

    async def split(self, story_id: int, headline_ids: Sequence[int], now: datetime) -> int:
        """Move these into a new story; its id. The old id keeps the rest."""

    async def merge(self, into: int, story_id: int, now: datetime) -> None:
        """All of ``story_id`` joins ``into``; the old id still answers."""


class SearchStore(Protocol):
    """The search index."""

    async def search(self, query: Query, *, now: datetime, limit: int = 10, offset: int = 0) -> Page:
        """Any query is safe. Without terms: newest first within the filters."""

    async def similar(
        self,
        terms: Mapping[str, float],
        *,
        since: datetime,
        until: datetime,
        languages: Sequence[str] = (),
        limit: int = 50,
    ) -> list[Found]:
        """Headlines sharing the weighted analysed terms, best first: candidates for re-ranking."""

    async def nearest(
        self,
        headline_id: int,
        *,
        languages: Sequence[str] = (),
        limit: int,
        at_least: float,
        now: datetime,
    ) -> list[Found]:
        """The newest headlines whose vectors have at least this cosine with this one's, best first: more candidates."""

    async def frequencies(self, terms: Sequence[str]) -> tuple[Mapping[str, int], int]:
        """Document frequency of each term, and the number of documents."""

    async def closest_words(self, word: str, limit: int = 3) -> list[str]:
        """Indexed words that look like this one (trigrams), most frequent first."""

    async def vectors(self, headline_ids: Sequence[int]) -> Mapping[int, bytes]:
        """Stored sentence vectors (float16 little endian) of those that have one."""

    async def without_vector(self, since: datetime, limit: int) -> list[Headline]:
        """Recent headlines that wait for a vector, newest first."""

    async def recent_vectors(self, since: datetime, limit: int) -> Mapping[int, tuple[bytes, str | None]]:
        """Vector and language of the newest headlines that have one, by headline id."""

    async def drop_vectors_before(self, moment: datetime) -> int:
        """Forget the vectors of headlines with ``sort_at`` before it; how many."""

    async def set_vectors(self, vectors: Mapping[int, bytes]) -> None:
        """Store sentence vectors by headline id."""


class SubscriberStore(Protocol):
    """Readers and what they chose."""

    async def find(self, chat: Chat) -> Subscriber | None: ...

    async def get(self, subscriber_id: int) -> Subscriber: ...

    async def save(self, chat: Chat, kind: ChatKind, preferences: Preferences, now: datetime) -> Subscriber:
        """Create or change, in one transaction; lifts a pause. A changed hour that has passed today starts tomorrow."""

    async def pause(self, chat_id: int, reason: str, now: datetime) -> int:
        """After a block: settings stay. Number of subscribers (topics) paused."""

    async def resume(self, chat_id: int) -> int:
        """The reader is back."""

    async def migrate(self, old_chat_id: int, new_chat_id: int) -> int:
        """A group became a supergroup: every row moves in one transaction. Rows moved."""

    async def forget(self, chat_id: int) -> int:
        """Erase everything about this chat in one transaction. Rows erased."""

    async def set_last_until(self, subscriber_id: int, until: datetime) -> None:
        """The reader has been told everything up to this instant (first digest)."""

    async def export(self, chat_id: int) -> dict[str, object]:
        """All we hold about this chat, as JSON-able data."""

    async def add_watch(self, subscriber_id: int, words: str, now: datetime) -> int: ...

    async def list_watches(self, subscriber_id: int) -> list[Watch]: ...

    async def all_watches(self, after_id: int, limit: int) -> list[Watch]:
        """Watches of readers that are not paused, by id."""

    async def set_watch_told(self, watch_id: int, headline_id: int) -> None: ...

    async def remove_watch(self, subscriber_id: int, watch_id: int) -> bool: ...

    async def add_mute(self, subscriber_id: int, words: str) -> None: ...

    async def list_mutes(self, subscriber_id: int) -> list[str]: ...

    async def remove_mute(self, subscriber_id: int, words: str) -> bool: ...

    async def counts(self) -> Mapping[str, int]:
        """``total``, ``active``, ``paused`` and ``country:XX`` figures for /stats."""


class BroadcastStore(Protocol):
    """Alerts from draft to retraction. Deliveries themselves are the courier's (storage.outbox)."""

    async def audience(self, countries: Sequence[str], now: datetime) -> Audience:
        """Active readers of any of the countries (no country: all) who want alerts."""

    async def draft_alert(
        self,
        text: str,
        messages: Mapping[str, tuple[Message, ...]],
        countries: Sequence[str],
        created_by: int,
        now: datetime,
        *,
        pierces_quiet: bool = False,
    ) -> int:
        """Keep a draft; its id. ``pierces_quiet``: readers who sleep get it at once instead of when they wake."""

    async def set_pierces_quiet(self, broadcast_id: int, *, pierces_quiet: bool) -> bool:
        """Change that choice of a draft; false when it is no draft any more."""

    async def get(self, broadcast_id: int) -> Broadcast:
        """Raise UnknownBroadcastError."""

    async def confirm_alert(self, broadcast_id: int, now: datetime) -> int | None:
        """Draft → sending, with one delivery per reader and part under a unique key; how many. None when it is no draft any more."""

    async def cancel(self, broadcast_id: int, now: datetime) -> bool:
        """A draft is thrown away."""

    async def stop(self, broadcast_id: int, now: datetime) -> int:
        """Nothing more goes out; how many deliveries were cancelled."""

    async def correct(
        self, broadcast_id: int, text: str, messages: Mapping[str, tuple[Message, ...]], now: datetime
    ) -> int:
        """Edit what was sent, everywhere; how many edits are queued."""

    async def retract(self, broadcast_id: int, now: datetime) -> int:
        """Delete what was sent, everywhere; how many deletions are queued."""

    async def progress(self, broadcast_id: int) -> Progress: ...

    async def recent_alerts(self, limit: int = 10) -> list[Broadcast]: ...

    async def queue_watch(self, subscriber_id: int, key: str, message: Message, now: datetime) -> bool:
        """One message in the watch lane under a unique key; false if that key was used."""

    async def audit(self, who: int, action: str, subject: str, now: datetime) -> None:
        """Append to the editors' log."""

    async def list_audit(self, limit: int = 20) -> list[tuple[datetime, int, str, str]]: ...

    async def last_audit(self) -> Mapping[int, tuple[datetime, str, str]]:
        """What each who ever did something did last: (when, action, subject)."""


class Storage(Protocol):
    """Everything that is stored, opened once by the composition root."""

    @property
    def sources(self) -> SourceStore: ...

    @property
    def headlines(self) -> HeadlineStore: ...

    @property
    def stories(self) -> StoryStore: ...

    @property
    def search(self) -> SearchStore: ...

    @property
    def subscribers(self) -> SubscriberStore: ...

    @property
    def broadcasts(self) -> BroadcastStore: ...
