"""The vocabulary: what the parts of Jarchi hand to each other. Frozen, without I/O, named by stage.

``Item`` is what a reader of a source found, ``NewHeadline`` what is about to be stored, ``Headline`` what is stored.
Datetimes are aware and UTC. Countries are ISO 3166-1 alpha-2 codes, languages ISO 639-1 codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from news.text import IndexWords

# ---------------------------------------------------------------- sources and headlines


class SourceKind(StrEnum):
    FEED = "feed"  # RSS, Atom, RDF, JSON Feed: told apart by content
    PAGE = "page"
    SITEMAP = "sitemap"
    TELEGRAM = "telegram"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Source:
    """A place headlines come from. ``tier`` is the outlet's reliability, 1 (best) to 4."""

    id: str
    name: str
    kind: SourceKind
    url: str
    country: str | None = None
    languages: tuple[str, ...] = ()
    tier: int = 2
    outlet: str = ""
    note: str = ""
    is_paused: bool = False


@dataclass(frozen=True, slots=True)
class SourceState:
    """What fetching has taught us about a source: what to send next time, and when that is."""

    etag: str | None = None
    last_modified: str | None = None
    next_fetch_at: datetime | None = None
    last_fetch_at: datetime | None = None
    last_success_at: datetime | None = None
    failures: int = 0  # errors in a row
    strikes: int = 0  # times a parser had to be killed
    last_error: str = ""
    items_per_day: float = 0.0
    redirect_url: str | None = None
    redirect_seen: int = 0
    is_dead_told: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One entry as its source wrote it, already cleaned (no markup, no control characters, capped)."""

    guid: str
    title: str
    url: str | None = None
    summary: str = ""
    published: datetime | None = None
    language: str | None = None
    outlet: str = ""
    """Whose headline it is, where a file of many sources says so."""


@dataclass(frozen=True, slots=True)
class CountryEvidence:
    """Why a headline belongs to a country: ``words`` found in the text, ``rule`` in plain words ("region of KZ")."""

    country: str
    words: str
    rule: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Attribution:
    """``countries`` by evidence, strongest first; ``implied_by_source`` is only the outlet's country."""

    countries: tuple[CountryEvidence, ...] = ()
    implied_by_source: str | None = None


@dataclass(frozen=True, slots=True)
class NewHeadline:
    """A headline on its way into the store.

    ``sort_at`` orders it among others (when it was published, never in the future); editions go by ``first_seen_at``, so
    that what arrives late is still told. ``is_new`` is false for items too old or dated in the future: never told.
    ``words`` are those of the index where somebody has worked them out already.
    """

    source_id: str
    guid: str
    title: str
    first_seen_at: datetime
    sort_at: datetime
    summary: str = ""
    url: str | None = None
    canonical_url: str | None = None
    language: str | None = None
    published: datetime | None = None
    is_new: bool = True
    attribution: Attribution = field(default_factory=Attribution)
    words: IndexWords | None = None


@dataclass(frozen=True, slots=True)
class Headline:
    """A stored headline. ``countries`` strongest first, or the source's country when only that is known."""

    id: int
    source_id: str
    source_name: str
    title: str
    sort_at: datetime
    summary: str = ""
    url: str | None = None
    language: str | None = None
    published: datetime | None = None
    countries: tuple[str, ...] = ()
    implied_by_source: str | None = None
    story_id: int | None = None
    tier: int = 2
    is_new: bool = True
    first_seen_at: datetime | None = None

    @property
    def seen_at(self) -> datetime:
        """When we first saw it: what decides whether a reader has been told."""
        return self.first_seen_at or self.sort_at


@dataclass(frozen=True, slots=True)
class Story:
    """The headlines about one event, lead first."""

    id: int
    headlines: tuple[Headline, ...]
    countries: tuple[str, ...]

    @property
    def lead(self) -> Headline:
        return self.headlines[0]

    @property
    def updated_at(self) -> datetime:
        return max(headline.sort_at for headline in self.headlines)

    @property
    def source_names(self) -> tuple[str, ...]:
        """The names of its sources, the lead's first, each once."""
        return tuple(dict.fromkeys(headline.source_name for headline in self.headlines))


# ---------------------------------------------------------------- search


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed search. ``terms`` and ``excluded`` are analysed tokens; each phrase is a run of tokens.

    ``is_strict``: a headline has every word, or is not found.
    """

    text: str
    terms: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    since: timedelta | None = None
    is_strict: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A headline with its score (higher is better) and the title's spans to show in bold (start, end)."""

    headline: Headline
    score: float = 0.0
    bold: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page of results out of ``total``; ``did_you_mean`` only when nothing was found.

    ``is_loose``: no headline has all the words as they were asked; these have words that begin alike, or some of them.
    """

    found: tuple[Found, ...]
    total: int
    offset: int = 0
    did_you_mean: str | None = None
    is_loose: bool = False


@dataclass(frozen=True, slots=True)
class Similar:
    """The answer to "more like this": the asked headline's own story in one entry, then the related ones."""

    asked: str
    story: Story | None
    related: tuple[Found, ...]


# ---------------------------------------------------------------- readers


class ChatKind(StrEnum):
    PRIVATE = "private"
    GROUP = "group"
    TOPIC = "topic"
    CHANNEL = "channel"


class Layout(StrEnum):
    FULL = "full"
    COMPACT = "compact"
    TITLES = "titles"


EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Chat:
    """Where messages go: a chat and, in a forum, one of its topics (0: none)."""

    chat_id: int
    topic_id: int = 0


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a reader chose. ``hours`` are local wall-clock times in ``zone``; ``weekdays`` count from Monday = 0.

    ``content_languages`` empty means all. ``quiet`` is (from, to) in local time; alerts inside are held unless
    ``alerts_pierce_quiet``.
    """

    language: str = "en"
    countries: tuple[str, ...] = ()
    zone: str = "Asia/Almaty"
    hours: tuple[time, ...] = (time(8),)
    weekdays: frozenset[int] = EVERY_DAY
    content_languages: tuple[str, ...] = ()
    layout: Layout = Layout.FULL
    stories_per_country: int = 5
    wants_alerts: bool = True
    quiet: tuple[time, time] | None = None
    alerts_pierce_quiet: bool = False


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A chat that receives. ``last_until`` is the end of the last edition it got; ``is_paused`` after a block."""

    id: int
    chat: Chat
    kind: ChatKind
    preferences: Preferences
    created_at: datetime
    is_paused: bool = False
    last_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """A saved search that pings; ``last_headline_id`` is the newest headline it has told."""

    id: int
    subscriber_id: int
    words: str
    last_headline_id: int


# ---------------------------------------------------------------- digests


@dataclass(frozen=True, slots=True)
class Entry:
    """One story in a digest. ``number`` runs through the digest; ``is_update``: told before, and it grew."""

    number: int
    story: Story
    is_update: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One country of a digest: entries in full, then ``more`` by title only. Empty: nothing new."""

    country: str
    entries: tuple[Entry, ...]
    more: tuple[Story, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class Digest:
    """A composed digest, before any wording. ``skipped`` counts editions that were too late to send."""

    sections: tuple[Section, ...]
    since: datetime
    until: datetime
    local_date: date
    skipped: int = 0

    @property
    def is_empty(self) -> bool:
        return not any(section.entries for section in self.sections)


@dataclass(frozen=True, slots=True)
class DayCounts:
    """What was told on each of some days, oldest first: headlines, and stories with a headline of that day.

    ``told`` are the stories of all these days: one that went on for three days is one.
    """

    headlines: tuple[int, ...]
    stories: tuple[int, ...]
    told: int


@dataclass(frozen=True, slots=True)
class Activity:
    """The bot's work on each of some days, oldest first.

    ``headlines`` first seen; ``readers`` who had come by the day's end and are still known; ``deliveries`` by outcome
    (sent, gone, broken, unknown, cancelled), on the day their broadcast was made.
    """

    headlines: tuple[int, ...]
    readers: tuple[int, ...]
    deliveries: Mapping[str, tuple[int, ...]]


# ---------------------------------------------------------------- messages and deliveries


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: ``data`` for a tap (at most 64 bytes) or ``url`` for a link."""

    text: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A ready message: ``html`` is safe Telegram HTML of at most 4,096 UTF-16 units after parsing."""

    html: str
    buttons: tuple[tuple[Button, ...], ...] = ()


class Lane(StrEnum):
    REPLY = "reply"
    ALERT = "alert"
    WATCH = "watch"
    DIGEST = "digest"


class BroadcastState(StrEnum):
    DRAFT = "draft"
    SENDING = "sending"
    SENT = "sent"
    STOPPED = "stopped"
    CORRECTED = "corrected"
    RETRACTED = "retracted"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Broadcast:
    """What goes to many. ``messages`` by interface language, each a run of parts; "" stands for every other language."""

    id: int
    lane: Lane
    state: BroadcastState
    messages: Mapping[str, tuple[Message, ...]]
    countries: tuple[str, ...]
    created_at: datetime
    created_by: int | None = None
    text: str = ""  # an alert as its editor typed it
    pierces_quiet: bool = False  # an alert that does not wait for readers who sleep


@dataclass(frozen=True, slots=True)
class Progress:
    """Deliveries of one broadcast by state."""

    total: int = 0
    waiting: int = 0
    sent: int = 0
    gone: int = 0
    broken: int = 0
    unknown: int = 0
    held: int = 0
    cancelled: int = 0


@dataclass(frozen=True, slots=True)
class Audience:
    """Who an alert would reach now: all, by interface language, and how many of them sleep (quiet hours)."""

    total: int
    by_language: Mapping[str, int]
    quiet: int = 0
