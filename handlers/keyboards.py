"""What buttons carry: each tap is a small frozen record, written into callback data and read back from it.

Telegram gives 64 bytes a button. The state of a dialogue travels in them, so every button works after a restart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import ClassVar
from zlib import crc32

from news.model import Button

MAX_DATA_BYTES = 64  # Bot API
MAX_BUTTONS = 100
MAX_IN_ROW = 8
PAGE_MARKS = ("‹", "›")
MAX_COUNTRIES_IN_TAP = 26  # what is left of 64 bytes after the longest other fields
_BIGGEST_ID = 2**63 - 1

_CODES = re.compile(r"(?:[A-Z]{2})*")
_NUMBER = re.compile(r"\d{1,19}", re.ASCII)


class StaleTapError(ValueError):
    """Callback data that this version did not write: from an old version, or made up."""


@dataclass(frozen=True, slots=True)
class Tap:
    """A tap. Every field but the last must be free of colons."""

    verb: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class Nothing(Tap):
    """A label that looks like a button: "1/3"."""

    verb: ClassVar[str] = "n"


@dataclass(frozen=True, slots=True)
class StartCountries(Tap):
    """First minutes: the language is chosen, ``chosen`` are the countries ticked so far."""

    verb: ClassVar[str] = "sc"
    language: str
    chosen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StartHour(Tap):
    """First minutes: countries are chosen; ask for the hour. ``page``: 0 the usual hours, 1 all of them, 2 the cities."""

    verb: ClassVar[str] = "sh"
    language: str
    page: int
    zone: int
    chosen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StartDone(Tap):
    """First minutes: everything is chosen; ``zone`` is an index into ``handlers.zones.CITIES``."""

    verb: ClassVar[str] = "sd"
    language: str
    hour: int
    zone: int
    chosen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Follow(Tap):
    """Country toggles of a subscriber. ``is_on`` is the wanted state, so that tapping twice is harmless."""

    verb: ClassVar[str] = "f"
    is_on: bool
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Open(Tap):
    """Open a screen: a name of ``handlers.settings.SCREENS``, or another place that a button leads to."""

    verb: ClassVar[str] = "o"
    screen: str


@dataclass(frozen=True, slots=True)
class Choose(Tap):
    """Set something on a settings screen."""

    verb: ClassVar[str] = "c"
    screen: str
    value: str


@dataclass(frozen=True, slots=True)
class More(Tap):
    """More like this headline."""

    verb: ClassVar[str] = "m"
    headline_id: int


@dataclass(frozen=True, slots=True)
class Latest(Tap):
    """The newest headlines; no country means the reader's own."""

    verb: ClassVar[str] = "l"
    offset: int
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Search(Tap):
    """A page of a search. An empty text: read it from the message that the list answers."""

    verb: ClassVar[str] = "q"
    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class WatchThis(Tap):
    """Save this search. An empty text: read it from the message that the list answers."""

    verb: ClassVar[str] = "w"
    text: str


@dataclass(frozen=True, slots=True)
class Unwatch(Tap):
    verb: ClassVar[str] = "uw"
    watch_id: int


@dataclass(frozen=True, slots=True)
class Unmute(Tap):
    """Muted words are named by their checksum, because they may be longer than a button holds."""

    verb: ClassVar[str] = "um"
    checksum: int


@dataclass(frozen=True, slots=True)
class Forget(Tap):
    verb: ClassVar[str] = "fg"
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Alert(Tap):
    """Something to do with an alert: a name of ``handlers.alerts.ACTIONS``."""

    verb: ClassVar[str] = "a"
    action: str
    alert_id: int


@dataclass(frozen=True, slots=True)
class AlertCountry(Tap):
    """A country toggle of an alert's draft."""

    verb: ClassVar[str] = "ac"
    alert_id: int
    is_on: bool
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceTap(Tap):
    """Something to do with a source: pause, resume, try, or show a page of the list."""

    verb: ClassVar[str] = "s"
    action: str
    source_id: str


TAPS: tuple[type[Tap], ...] = (
    Nothing,
    StartCountries,
    StartHour,
    StartDone,
    Follow,
    Open,
    Choose,
    More,
    Latest,
    Search,
    WatchThis,
    Unwatch,
    Unmute,
    Forget,
    Alert,
    AlertCountry,
    SourceTap,
)
_BY_VERB: Mapping[str, type[Tap]] = {kind.verb: kind for kind in TAPS}


def encode(tap: Tap) -> str:
    """Callback data of at most 64 bytes. Raise ValueError when it does not fit: ask ``fits`` first where it may not."""
    data = _join(tap)
    if len(data.encode()) > MAX_DATA_BYTES:
        raise ValueError(f"callback data over {MAX_DATA_BYTES} bytes: {tap}")
    return data


def fits(tap: Tap) -> bool:
    """Whether the tap can be written into a button."""
    return len(_join(tap).encode()) <= MAX_DATA_BYTES


def decode(data: str) -> Tap:
    """Read callback data back. Raise StaleTapError for anything that ``encode`` does not write."""
    verb, _, rest = data.partition(":")
    kind = _BY_VERB.get(verb)
    if kind is None:
        raise StaleTapError(data)
    shape = fields(kind)
    # A record without fields is its verb alone: what follows a colon then is one value too many.
    values = rest.split(":", max(0, len(shape) - 1)) if shape or rest else []
    if len(values) != len(shape):
        raise StaleTapError(data)
    try:
        return kind(
            **{field.name: _READ[str(field.type)](value) for field, value in zip(shape, values, strict=True)}
        )
    except ValueError as error:
        raise StaleTapError(data) from error


def button(label: str, tap: Tap) -> Button:
    """A button that carries the tap."""
    return Button(label, data=encode(tap))


def rows(buttons: Iterable[Button], width: int = MAX_IN_ROW) -> tuple[tuple[Button, ...], ...]:
    """Lay buttons into rows of at most ``width``, evenly filled: 9 at width 8 become 5 and 4."""
    flat = tuple(buttons)
    if not flat:
        return ()
    count = -(-len(flat) // width)
    step = -(-len(flat) // count)
    return tuple(flat[start : start + step] for start in range(0, len(flat), step))


def pages(offset: int, total: int, size: int, tap: Callable[[int], Tap | None]) -> tuple[Button, ...]:
    """``[‹] 1/3 [›]`` or nothing when one page holds all. ``tap`` gives the tap for an offset, None where impossible."""
    if total <= size:
        return ()
    here, count = offset // size + 1, -(-total // size)
    back = tap(max(0, offset - size)) if here > 1 else None
    forth = tap(offset + size) if here < count else None
    marks = (("‹", back), (f"{here}/{count}", Nothing()), ("›", forth))
    return tuple(button(label, target) for label, target in marks if target is not None)


def similar_buttons(headline_ids: Sequence[int], first: int = 1) -> tuple[tuple[Button, ...], ...]:
    """``[≈ 1] [≈ 2] …`` for these headlines, numbered from ``first``."""
    return rows(button(f"≈ {number}", More(id_)) for number, id_ in enumerate(headline_ids, first))


def checksum(words: str) -> int:
    """A short name for muted words in a button."""
    return crc32(words.encode())


def _join(tap: Tap) -> str:
    values = (getattr(tap, field.name) for field in fields(tap))
    return ":".join([tap.verb, *(_write(value) for value in values)])


def _write(value: object) -> str:
    if isinstance(value, tuple):
        return "".join(value)
    return str(int(value)) if isinstance(value, bool) else str(value)


def _read_number(text: str) -> int:
    if not _NUMBER.fullmatch(text) or int(text) > _BIGGEST_ID:
        raise ValueError(text)
    return int(text)


def _read_switch(text: str) -> bool:
    if text not in {"0", "1"}:
        raise ValueError(text)
    return text == "1"


def _read_codes(text: str) -> tuple[str, ...]:
    if not _CODES.fullmatch(text):
        raise ValueError(text)
    return tuple(text[start : start + 2] for start in range(0, len(text), 2))


# By the annotation as it is written above.
_READ: Mapping[str, Callable[[str], object]] = {
    "int": _read_number,
    "bool": _read_switch,
    "str": str,
    "tuple[str, ...]": _read_codes,
}
