"""Everything that was accepted, in order, so that lost and doubled messages are counted exactly."""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass

MAX_REFUSALS = 100_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One accepted request: when (seconds since the epoch), what, where, and a digest of the text."""

    number: int
    time: float
    method: str
    chat_id: int
    message_id: int
    digest: str  # 16 hexadecimal digits, see ``digest_of``
    text: str | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused request."""

    time: float
    method: str
    chat_id: int
    code: int


def digest_of(text: str) -> str:
    """The digest under which a text stands in the ledger."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


class Ledger:
    """Columns instead of objects: about 40 bytes an entry, the text apart.

    Args:
        keep_texts: whether the texts themselves are kept too.
        max_entries: the oldest entries are dropped beyond this number, and counted in ``dropped``.
    """

    def __init__(self, *, keep_texts: bool = True, max_entries: int = 5_000_000) -> None:
        self.keep_texts = keep_texts
        self.max_entries = max_entries
        self.refusals: deque[Refusal] = deque(maxlen=MAX_REFUSALS)
        self.refused: Counter[int] = Counter()
        self.clear()

    def clear(self) -> None:
        """Forget everything, as before the first request."""
        self.dropped = 0
        self._times = array("d")
        self._methods: list[str] = []
        self._chats = array("q")
        self._messages = array("q")
        self._digests = array("Q")
        self._texts: list[str] = []
        self.refusals.clear()
        self.refused.clear()

    def __len__(self) -> int:
        return len(self._chats)

    def __iter__(self) -> Iterator[Entry]:
        return self.entries()

    def accept(self, time: float, method: str, chat_id: int, message_id: int, text: str) -> None:
        """Write one accepted request down."""
        if len(self._chats) >= self.max_entries:
            self._drop(self.max_entries // 10 or 1)
        self._times.append(time)
        self._methods.append(method)
        self._chats.append(chat_id)
        self._messages.append(message_id)
        self._digests.append(int(digest_of(text), 16))
        if self.keep_texts:
            self._texts.append(text)

    def refuse(self, time: float, method: str, chat_id: int, code: int) -> None:
        """Write one refusal down."""
        self.refusals.append(Refusal(time, method, chat_id, code))
        self.refused[code] += 1

    def entries(self, start: int = 0, limit: int | None = None) -> Iterator[Entry]:
        """Entries from number ``start`` on (numbers count everything ever accepted)."""
        first = max(start - self.dropped, 0)
        last = len(self) if limit is None else min(first + limit, len(self))
        for index in range(first, last):
            yield Entry(
                self.dropped + index,
                self._times[index],
                self._methods[index],
                self._chats[index],
                self._messages[index],
                f"{self._digests[index]:016x}",
                self._texts[index] if self.keep_texts else None,
            )

    def copies(self, method: str = "sendMessage") -> Counter[tuple[int, str]]:
        """How often each (chat, digest of the text) was accepted: above 1 is doubled, absent is lost."""
        rows = zip(self._methods, self._chats, self._digests, strict=True)
        return Counter((chat, f"{digest:016x}") for name, chat, digest in rows if name == method)

    def _drop(self, count: int) -> None:
        self.dropped += count
        for column in (self._times, self._methods, self._chats, self._messages, self._digests, self._texts):
            del column[:count]
