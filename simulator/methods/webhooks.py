"""Setting, reading and removing the webhook."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from simulator.errors import bad_request
from simulator.parameters import Call
from simulator.shapes import Json
from simulator.state import State

DEFAULT_CONNECTIONS = 40
MAX_CONNECTIONS = 100
PORTS = frozenset({443, 80, 88, 8443})
# On one machine there is neither a certificate nor a privileged port: plain HTTP to ourselves is let through.
_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")


def set_webhook(state: State, call: Call) -> bool:
    """Deliver updates to a URL from now on; an empty URL removes the webhook."""
    url = call.text("url").strip()
    if not _SECRET.fullmatch(call.text("secret_token")):
        raise bad_request("secret token contains unallowed characters")
    _check_url(url)
    state.updates.allow(allowed_updates(call))
    if call.flag("drop_pending_updates"):
        state.updates.clear()
    connections = min(max(call.integer("max_connections", DEFAULT_CONNECTIONS), 1), MAX_CONNECTIONS)
    state.webhook = {"secret_token": call.text("secret_token"), "max_connections": connections} if url else {}
    state.updates.webhook_url = url
    state.updates.bell.ring()
    return True


def delete_webhook(state: State, call: Call) -> bool:
    """Go back to polling."""
    if call.flag("drop_pending_updates"):
        state.updates.clear()
    state.webhook = {}
    state.updates.webhook_url = ""
    state.updates.bell.ring()
    return True


def get_webhook_info(state: State, _call: Call) -> Json:
    """The webhook and how it fares."""
    info: dict[str, Any] = {
        "url": state.updates.webhook_url,
        "has_custom_certificate": False,
        "pending_update_count": len(state.updates),
    }
    names = ("max_connections", "last_error_date", "last_error_message")
    info |= {name: state.webhook[name] for name in names if name in state.webhook}
    if state.updates.allowed is not None:
        info["allowed_updates"] = sorted(state.updates.allowed)
    return info


def allowed_updates(call: Call) -> list[str] | None:
    """The kinds of updates that a call asks for; None leaves them as they are."""
    kinds = call.json("allowed_updates", "allowed updates")
    if kinds is None:
        return None
    if not isinstance(kinds, list):
        raise bad_request("expected an Array of allowed updates")
    return [str(kind) for kind in kinds]


def _check_url(url: str) -> None:
    if not url:
        return
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise bad_request("bad webhook: invalid webhook URL specified") from error
    if parts.hostname in _LOCAL and parts.scheme in {"http", "https"}:
        return
    if parts.scheme != "https" or not parts.hostname:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if port not in PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
