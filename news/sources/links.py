"""Addresses in news: made absolute, refused unless a reader may safely tap them, and their canonical form."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

URL_LIMIT = 2_000
_TRACKING = re.compile(
    r"^(?:utm_\w+|(?:fb|g|y|dc|mc|ms|tt|tw)clid|gbraid|wbraid|mc_[ce]id|igshid|igsh|_openstat|yclid|ysclid|ref(?:_src|errer)?|"
    r"rss|from|source|xtor|cmpid|at_(?:medium|campaign|custom\d|link_\w+|format|ptr_name)|ns_\w+|_ga|_hs\w+|spm|share(?:d|r)?)$",
    re.IGNORECASE,
)
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "https": 443}
# One tap on these connects the reader to a stranger's proxy or joins a chat: never a live link.
_TELEGRAM_HOSTS = frozenset({"t.me", "telegram.me", "telegram.dog"})
_TELEGRAM_TRAPS = frozenset(
    {"proxy", "socks", "joinchat", "addlist", "setlanguage", "login", "confirmphone", "invoice"}
)


def absolute_link(link: str, base: str) -> str | None:
    """``link`` seen from ``base`` as an http(s) address that a reader may tap, or None.

    Refused: other schemes, credentials, hosts without a name, control characters, Telegram's one-tap traps, and
    anything longer than ``URL_LIMIT``.
    """
    link = link.strip()
    if not link or len(link) > URL_LIMIT or any(ord(character) < 33 for character in link.replace(" ", "")):
        return None
    try:
        joined = urljoin(base, link) if base else link
        parts = urlsplit(joined)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname or ""
    if parts.scheme not in _DEFAULT_PORTS or not host or "@" in parts.netloc or port == 0:
        return None
    if host in _TELEGRAM_HOSTS and parts.path.strip("/").split("/")[0].lower() in _TELEGRAM_TRAPS:
        return None
    return urlunsplit(parts).replace(" ", "%20") if len(joined) <= URL_LIMIT else None


def canonical_url(url: str | None) -> str | None:
    """One spelling for all the addresses of one page: the key under which a headline is known.

    https and http, ``www.`` and ``m.``/``amp.``, letter case of the host, default ports, fragments, a closing slash, the
    order of the query and tracking parameters make no difference. The answer is a key, not a link.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in _DEFAULT_PORTS or not host:
        return None
    for prefix in ("www.", "m.", "amp."):
        if host.startswith(prefix) and host.count(".") > 1:
            host = host.removeprefix(prefix)
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        host = f"{host}:{port}"
    path = _INDEX.sub("/", parts.path).removesuffix("/amp").rstrip("/") or "/"
    fragment = parts.fragment if parts.fragment.startswith("!") else ""
    return urlunsplit(("https", host, path, _canonical_query(parts.query), fragment))


def _canonical_query(query: str) -> str:
    if not query:
        return ""
    pairs = parse_qsl(query[:URL_LIMIT], keep_blank_values=True)
    return urlencode(sorted(pair for pair in pairs if not _TRACKING.match(pair[0])))


def same_site(url: str, other: str) -> bool:
    """Whether both addresses are on one host or one is below the other (``www.`` aside)."""
    hosts = [(urlsplit(address).hostname or "").removeprefix("www.") for address in (url, other)]
    if not all(hosts):
        return False
    return hosts[0] == hosts[1] or hosts[0].endswith(f".{hosts[1]}") or hosts[1].endswith(f".{hosts[0]}")
