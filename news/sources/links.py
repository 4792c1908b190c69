"""Addresses in news: made absolute, and refused unless a reader may safely tap them."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit, urlunsplit

URL_LIMIT = 2_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SCHEMES = frozenset({"http", "https"})
# One tap on these connects the reader to a stranger's proxy or joins a chat: never a live link.
_TELEGRAM_HOSTS = frozenset({"t.me", "telegram.me", "telegram.dog"})
_TELEGRAM_TRAPS = frozenset(
    {"proxy", "socks", "joinchat", "addlist", "setlanguage", "login", "confirmphone", "invoice"}
)

# Most links: no port, no query, not Telegram's. The long way would give them back as they are.
_PLAIN = re.compile(r"https?://(?!t\.|telegram\.)[a-z0-9.-]+(?:/[\w/.%~+-]*+)?+", re.ASCII)


def absolute_link(link: str, base: str) -> str | None:
    """``link`` seen from ``base`` as an http(s) address that a reader may tap, or None.

    Refused: other schemes, credentials, hosts without a name, control characters, Telegram's one-tap traps, and
    anything longer than ``URL_LIMIT``.
    """
    link = link.strip()
    if not link or len(link) > URL_LIMIT or _CONTROL.search(link):
        return None
    if _PLAIN.fullmatch(link):
        return link
    try:
        joined = link if link.startswith(("http://", "https://")) or not base else urljoin(base, link)
        parts = urlsplit(joined)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname or ""
    if parts.scheme not in _SCHEMES or not host or "@" in parts.netloc or port == 0:
        return None
    if host in _TELEGRAM_HOSTS and parts.path.strip("/").split("/")[0].lower() in _TELEGRAM_TRAPS:
        return None
    return urlunsplit(parts).replace(" ", "%20") if len(joined) <= URL_LIMIT else None


def same_site(url: str, other: str) -> bool:
    """Whether both addresses are on one host or one is below the other (``www.`` aside)."""
    hosts = [(urlsplit(address).hostname or "").removeprefix("www.") for address in (url, other)]
    if not all(hosts):
        return False
    return hosts[0] == hosts[1] or hosts[0].endswith(f".{hosts[1]}") or hosts[1].endswith(f".{hosts[0]}")
