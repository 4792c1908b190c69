"""What reading gives: the items of one body, and what the source says about itself."""

from __future__ import annotations

from dataclasses import dataclass

from news.model import Item

# More entries than any feed of headlines needs; the rest of a longer document is left unread.
ITEM_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Document:
    """``ttl_s`` is how long the source asks to be left alone, in seconds; ``language`` what it claims to be written in; ``feeds``
    the feeds that a page offers.
    """

    items: tuple[Item, ...]
    title: str = ""
    language: str | None = None
    ttl_s: float | None = None
    feeds: tuple[str, ...] = ()
