"""Which addresses may be asked for and dialled. Pure: no name is resolved here.

The rule is the IANA special-purpose registries (and what clouds put behind public numbers) turned into a refusal, and for
IPv6 a permission: only global unicast space, minus every prefix that carries an IPv4 address to a translator.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

import idna

from news.errors import RefusedAddressError

Address = IPv4Address | IPv6Address
URL_LIMIT = 2_000
USUAL_PORTS = frozenset({80, 443, 8080, 8443})
_SCHEMES = {"http": 80, "https": 443}

_REFUSED_4 = tuple(
    map(
        IPv4Network,
        [
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "168.63.129.16/32",
        ],
    )
)
_GLOBAL_6 = IPv6Network("2000::/3")
# IETF protocol assignments with Teredo and ORCHID, 6to4, documentation, AS112.
_REFUSED_6 = tuple(
    map(IPv6Network, ["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"])
)
# Names that only a private network answers, by their last label.
_PRIVATE_NAMES = frozenset(
    [
        "localhost",
        "local",
        "localdomain",
        "internal",
        "intranet",
        "lan",
        "home",
        "corp",
        "private",
        "arpa",
        "onion",
        "test",
        "invalid",
        "example",
        "i2p",
        "alt",
    ]
)
_LABEL = re.compile(r"^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$")
# A last label of figures makes resolvers read the whole name as a number in some base.
_NUMERIC = re.compile(r"^(?:\d+|0x[0-9a-f]*)$")


def is_public(address: Address) -> bool:
    """Whether an address may be dialled."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _REFUSED_4)
    return (
        address in _GLOBAL_6
        and address.scope_id is None
        and not any(address in network for network in _REFUSED_6)
    )


@lru_cache(maxsize=4_096)  # the same sources are asked again and again
def check_url(url: str, *, allow_private: bool = False) -> str:
    """The URL as it may be requested, its host in ASCII. Raise RefusedAddressError with the rule it breaks.

    With ``allow_private`` (tests, simulators, an operator's own feeds) names, ports and addresses of private networks pass.
    """
    try:
        return _checked(url.strip(), allow_private=allow_private)
    except ValueError as error:
        raise RefusedAddressError(url[:200], "this is not a well-formed web address.") from error


def _checked(url: str, *, allow_private: bool) -> str:
    if len(url) > URL_LIMIT:
        raise RefusedAddressError(f"{url[:60]}…", f"the address is longer than {URL_LIMIT:,} characters.")
    if any(ord(character) <= 32 or character in '\\<>"\x7f' for character in url):
        raise RefusedAddressError(
            url[:200], "the address contains spaces, backslashes or control characters."
        )
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES:
        raise RefusedAddressError(url, "only http and https addresses are read.")
    if "@" in parts.netloc:
        raise RefusedAddressError(
            f"{parts.scheme}://…@{parts.hostname}",
            "the address contains a user name or a password. Leave them out.",
        )
    host = _checked_host(parts.hostname or "", url, allow_private=allow_private)
    port = parts.port
    if port is not None and port not in USUAL_PORTS and not allow_private:
        raise RefusedAddressError(url, f"port {port} is not a port of web sites (80, 443, 8080, 8443).")
    netloc = host if port in {None, _SCHEMES[parts.scheme]} else f"{host}:{port}"
    return parts._replace(netloc=netloc, fragment="").geturl()


def _checked_host(host: str, url: str, *, allow_private: bool) -> str:
    if ":" in host:
        address = IPv6Address(host)
        if not (is_public(address) or allow_private):
            raise RefusedAddressError(url, "this address belongs to a private or special network.")
        return f"[{address}]"
    if "%" in host:
        raise RefusedAddressError(url, "the host name is written with percent signs.")
    name = _ascii_name(host, url)
    last = name.rsplit(".", 1)[-1]
    if _NUMERIC.match(last):
        return _checked_number(name, url, allow_private=allow_private)
    if (last in _PRIVATE_NAMES or "." not in name) and not allow_private:
        raise RefusedAddressError(url, "this name belongs to a private network.")
    return name


def _ascii_name(host: str, url: str) -> str:
    """The name as DNS knows it: compatibility forms folded, then IDNA."""
    folded = unicodedata.normalize("NFKC", host).lower().replace("。", ".").removesuffix(".")
    try:
        name = folded if folded.isascii() else idna.encode(folded, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise RefusedAddressError(url, "the host name is not a valid name.") from error
    if not name or len(name) > 253 or not all(_LABEL.match(label) for label in name.split(".")):
        raise RefusedAddressError(url, "the host name is not a valid name.")
    return name


def _checked_number(name: str, url: str, *, allow_private: bool) -> str:
    """Four plain decimal numbers, and a public address: every other spelling of a number is somebody hiding one."""
    try:
        address = IPv4Address(name)
    except AddressValueError as error:
        raise RefusedAddressError(url, "the host is a number in an unusual form.") from error
    if not (is_public(address) or allow_private):
        raise RefusedAddressError(url, "this address belongs to a private or special network.")
    return str(address)


def parse_address(text: str) -> Address:
    """An address as a resolver gives it."""
    return ip_address(text)
