"""Which links Telegram accepts, and how it writes them.

Mirrors the behaviour of TDLib's ``parse_url`` and ``LinkManager``; the tests compare with TDLib itself.
"""

from __future__ import annotations

import functools
import ipaddress
import re

# TDLib folds ASCII only: str.lower would turn "İ" into two characters.
ASCII_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
SPACES = " \t\r\n\0\v"

_INTERNAL = re.compile(r"(tg|ton|tonsite):(?://)?", re.IGNORECASE)
_PROTOCOL = re.compile(r"([^:/?#@\[\]]*)://")
_AUTHORITY_END = re.compile(r"[/?#]")
_PORT = re.compile(r":([^:\]@]*)$")
_HOST = re.compile(r"(?:[A-Za-z0-9.\-_!$,~*'();&+=\u0080-\U0010ffff]|%[0-9A-Fa-f]{2})*")
_USER_INFO = re.compile(r"(?:[A-Za-z0-9.\-_!$,~*'();&+=:\u0080-\U0010ffff]|%[0-9A-Fa-f]{2})*")
_INTERNAL_HOST = re.compile(r"[A-Za-z0-9_-]+")
_USER_LINK = re.compile(r"tg:(?://)?user/?\?(?:[^#]*?&)?id=([0-9]{1,18})(?=[&#]|$)")
_MAX_PORT = 65_535


class LinkRefusedError(ValueError):
    """A link that Telegram does not accept; the text says why, in Telegram's words."""


def linked_user(link: str) -> int | None:
    """The user id of a ``tg://user?id=…`` link, or None for any other link."""
    found = _USER_LINK.match(link.translate(ASCII_LOWER))
    return int(found[1]) or None if found else None


@functools.lru_cache(maxsize=4096)
def normalise_link(link: str) -> str:
    """Write ``link`` as Telegram stores it: with a protocol, a lower-case host and a path.

    Raises:
        LinkRefusedError: the link has no host, another protocol than http, https, tg or ton, or a bad character.
    """
    internal = _INTERNAL.match(link)
    if internal:
        return _internal_link(internal[1].translate(ASCII_LOWER), link[internal.end() :])
    protocol, user_info, host, port, query = _split(link)
    if "." not in host and not host.startswith("["):
        raise LinkRefusedError("Wrong HTTP URL")
    authority = f"{user_info}@{host}" if user_info else host
    return f"{protocol}://{authority}{f':{port}' if port else ''}{query}"


def _internal_link(scheme: str, rest: str) -> str:
    _, user_info, host, port, query = _split(rest)
    if rest.translate(ASCII_LOWER).startswith(("http://", "https://")) or user_info or port or "[" in host:
        raise LinkRefusedError(f"Wrong {scheme} URL")
    if not _INTERNAL_HOST.fullmatch(host.replace(".", "") if scheme == "tonsite" else host):
        raise LinkRefusedError("Unallowed characters in URL host")
    return f"{scheme}://{host}{query[1:] if query.startswith('/?') else query}"


def _split(link: str) -> tuple[str, str, str, int, str]:
    """Return protocol, user info, host, port (0: none given) and query of ``link``."""
    protocol = "http"
    named = _PROTOCOL.match(link)
    if named:
        protocol = named[1].translate(ASCII_LOWER)
        if protocol not in {"http", "https"}:
            raise LinkRefusedError("Unsupported URL protocol")
        link = link[named.end() :]
    end = _AUTHORITY_END.search(link)
    authority, query = (link[: end.start()], link[end.start() :]) if end else (link, "")
    authority, port = _split_port(authority)
    user_info, _, host = authority.rpartition("@")
    _check_host(host)
    if not host.startswith("[") and not _USER_INFO.fullmatch(user_info):
        raise LinkRefusedError("Disallowed character in URL userinfo")
    return protocol, user_info, host.translate(ASCII_LOWER), port, _query(query)


def _split_port(authority: str) -> tuple[str, int]:
    found = _PORT.search(authority)
    if not found or not found.start():
        return authority, 0
    digits = found[1]
    if not (digits.isascii() and digits.isdigit()) or not 0 < int(digits[-9:]) <= _MAX_PORT:
        raise LinkRefusedError("Wrong port number specified in the URL")
    return authority[: found.start()], int(digits)


def _check_host(host: str) -> None:
    if not host:
        raise LinkRefusedError("URL host is empty")
    if host == ".":
        raise LinkRefusedError("Host is invalid")
    if host.startswith("[") and host.endswith("]"):
        try:
            ipaddress.IPv6Address(host[1:-1])
        except ValueError as error:
            raise LinkRefusedError("Wrong IPv6 address specified in the URL") from error
    elif not _HOST.fullmatch(host):
        raise LinkRefusedError("Disallowed character in URL host")


def _query(query: str) -> str:
    query = query.rstrip(SPACES) or "/"
    if not query.startswith("/"):
        query = "/" + query
    return "".join(f"%{ord(character):02X}" if character <= " " else character for character in query)
