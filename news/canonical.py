"""One address per article: what is left of a URL when everything that does not choose the page is taken off."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

# Parameters that say where a reader came from, not which page is wanted.
TRACKING = re.compile(
    r"^(utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|yclid|ysclid|msclkid|mc_[ce]id|igshid|twclid|ttclid|_openstat|openstat"
    r"|ref|ref_src|ref_url|referrer|referer|from|cmpid|campaign|ocid|icid|ns_\w+|at_\w+|spm|share|shared|smid|smtyp|sr_share"
    r"|rss|feature|source|src|partner|echobox|xtor|via)$",
    re.IGNORECASE,
)
DEFAULT_PORTS = {"http": 80, "https": 443}


# Most links have nothing to take off but "www." and a slash; the long way gives them the same answer.
_PLAIN = re.compile(r"https?://(?:www\.)?+([a-z0-9.-]+)((?:/[!-\"$-.0-:<->@-~]++)*+)/?+")


@lru_cache(maxsize=2_048)  # asked again for each item on its way into the store
def canonical_url(url: str | None) -> str | None:
    """The address under which two links to one article are equal; None where there is no http(s) address.

    Scheme and ``www.`` are dropped because feeds mix them; the order of parameters and a trailing slash do not count.
    """
    if not url:
        return None
    if plain := _PLAIN.fullmatch(url):
        return f"https://{plain[1]}{plain[2]}"
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
    except ValueError:  # a bracket or a port that is no number
        return None
    if parts.scheme not in DEFAULT_PORTS or not host:
        return None
    if port and port != DEFAULT_PORTS[parts.scheme]:
        host = f"{host}:{port}"
    kept = sorted(
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not TRACKING.match(name)
    )
    path = re.sub(r"/{2,}", "/", parts.path).rstrip("/")
    return urlunsplit(("https", host, path, urlencode(kept), ""))
