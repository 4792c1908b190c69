"""Keeping foreign web pages out: a browser on this machine can be made to ask 127.0.0.1 for anything.

A name in ``Host`` that is neither an address nor localhost is a rebound DNS name; a foreign ``Origin`` or
``Sec-Fetch-Site`` is another site's script, form or picture.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
_OWN_SITES = frozenset({b"same-origin", b"none"})

Headers = Iterable[tuple[bytes, bytes]]


def is_from_browser(headers: Headers) -> bool:
    """Whether a web page may stand behind a request; clients of the Bot API send neither header."""
    return any(name in {b"origin", b"sec-fetch-site"} for name, _ in headers)


def is_own(headers: Headers) -> bool:
    """Whether a request comes from the simulator's own page or from a program on this machine."""
    found = dict(headers)
    host = found.get(b"host", b"").decode("latin-1")
    origin = found.get(b"origin")
    if origin is not None and origin.decode("latin-1") != f"http://{host}":
        return False
    return found.get(b"sec-fetch-site", b"none") in _OWN_SITES and _is_address(host)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(urlsplit(f"http://{host}").hostname or "")
    except ValueError:
        return host.partition(":")[0] == "localhost"
    return True


class Guard:
    """Refuses foreign pages, and adds the policy to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer 403."""
        if not is_own(scope["headers"]):
            refusal = JSONResponse({"error": "Only pages of this simulator may ask here."}, 403)
            await refusal(scope, receive, send)
            return

        async def send_safely(message: Any) -> None:
            if message["type"] == "http.response.start":
                policy = ((name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items())
                message["headers"] = [*message["headers"], *policy]
            await send(message)

        await self.app(scope, receive, send_safely)
