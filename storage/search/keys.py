"""The key of an indexed headline: its minute, then its id; facets; everything else the index must agree on. Pure."""

from __future__ import annotations

from datetime import datetime

ID_BITS = 30
_ID_MASK = (1 << ID_BITS) - 1
ANY_LANGUAGE = "_l"
"""The facet of a headline whose language nobody knows: every reader may see it."""


def key_of(headline_id: int, sort_at: datetime) -> int:
    """Minutes since 1970 above 30 bits of the id: greater is newer, and the id can be read back."""
    return lower_bound(sort_at) | (headline_id & _ID_MASK)


def lower_bound(moment: datetime) -> int:
    """The smallest key a headline of this minute can have."""
    return max(int(moment.timestamp() // 60), 0) << ID_BITS


def upper_bound(moment: datetime) -> int:
    """The greatest key a headline of this minute can have."""
    return lower_bound(moment) | _ID_MASK


def id_of(key: int) -> int:
    """The headline's id."""
    return key & _ID_MASK


def country_facet(code: str) -> str:
    """The token of a country (ISO 3166-1 alpha-2)."""
    return f"_c{_plain(code)}"


def language_facet(code: str | None) -> str:
    """The token of a language (ISO 639-1), or of none."""
    return f"{ANY_LANGUAGE}{_plain(code)}" if code else ANY_LANGUAGE


def _plain(code: str) -> str:
    return "".join(filter(str.isalnum, code)).lower()
