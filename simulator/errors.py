"""Refusals, in the words that Telegram uses."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus


class SimulatorError(Exception):
    """Wrong use of the simulator by a test, the page or the command line; the text says what to do instead."""


class ApiError(Exception):
    """A request that the Bot API refuses.

    Args:
        code: the HTTP status and ``error_code`` of the answer.
        description: Telegram's sentence, without the leading name of the status.
        parameters: ``retry_after`` in seconds or ``migrate_to_chat_id``.
    """

    def __init__(self, code: int, description: str, parameters: Mapping[str, int] | None = None) -> None:
        self.code = code
        # Named here because newer Pythons call it "Content Too Large".
        phrase = (
            "Request Entity Too Large"
            if code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            else HTTPStatus(code).phrase
        )
        self.description = f"{phrase}: {description}" if description else phrase
        self.parameters = dict(parameters or {})
        super().__init__(self.description)


def bad_request(description: str) -> ApiError:
    """400: the request itself is wrong."""
    return ApiError(400, description)


def forbidden(description: str) -> ApiError:
    """403: the bot may not write there (any more)."""
    return ApiError(403, description)


def conflict(description: str) -> ApiError:
    """409: polling and webhook, or two pollers, at the same time."""
    return ApiError(409, description)


def too_many_requests(retry_after: int) -> ApiError:
    """429 with the number of whole seconds to wait."""
    return ApiError(429, f"retry after {retry_after}", {"retry_after": retry_after})


def migrated(new_chat_id: int) -> ApiError:
    """400 after a group became a supergroup, with the new id."""
    return ApiError(400, "group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": new_chat_id})


CHAT_NOT_FOUND = "chat not found"
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
BLOCKED = "bot was blocked by the user"
DEACTIVATED = "user is deactivated"
KICKED_BY_KIND = {
    "group": "bot was kicked from the group chat",
    "supergroup": "bot was kicked from the supergroup chat",
    "channel": "bot was kicked from the channel chat",
}
ABSENT_BY_KIND = {
    "group": "bot is not a member of the group chat",
    "supergroup": "bot is not a member of the supergroup chat",
    "channel": "bot is not a member of the channel chat",
}
POLLING_WHILE_WEBHOOK = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
OTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"
