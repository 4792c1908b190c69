"""Everything that one simulated Bot API knows, and the few steps that every way in shares."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator import errors
from simulator.faults import Faults
from simulator.feed import Feed
from simulator.files import FileStore
from simulator.flood import Flood
from simulator.ledger import Ledger
from simulator.parameters import Call
from simulator.shapes import chat_json, member_json, message_json, user_json
from simulator.updates import UpdateQueue
from simulator.waiting import Bell
from simulator.world import ADMINISTRATORS, GROUPS, PRESENT, Chat, ChatKind, Message, Standing, User, World

MAX_QUERIES = 10_000


@dataclass(slots=True, eq=False)
class Tap:
    """A tapped button; ``answer`` is what the bot answered (parameters of answerCallbackQuery), None before."""

    query_id: str
    person: User
    message: Message
    data: str
    answer: Mapping[str, Any] | None = None

    @property
    def is_answered(self) -> bool:
        """Whether the bot has answered."""
        return self.answer is not None


@dataclass(slots=True, eq=False)
class InlineSearch:
    """What somebody typed behind the bot's name, and the results that the bot answered."""

    query_id: str
    person: User
    text: str
    results: list[dict[str, Any]] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


class State:
    """One bot's Telegram.

    Args:
        token: the only token that is let in.
        bot: how the bot presents itself.
        clock: seconds since the epoch.
        world, ledger, flood, faults: ready-made parts.
    """

    def __init__(
        self,
        *,
        token: str,
        clock: Callable[[], float],
        world: World,
        ledger: Ledger,
        flood: Flood,
        faults: Faults,
    ) -> None:
        self.token = token
        self.clock = clock
        self.world = world
        self.bot = world.bot
        self.ledger = ledger
        self.flood = flood
        self.faults = faults
        self.files = FileStore()
        self.updates = UpdateQueue()
        self.feed = Feed()
        self.bell = Bell()
        self.webhook: dict[str, Any] = {}
        self.taps: dict[str, Tap] = {}
        self.searches: dict[str, InlineSearch] = {}
        self.commands: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.profile: dict[tuple[str, str], str] = {}
        self.menu_button: dict[str, Any] = {"type": "commands"}
        self._query_ids = itertools.count(4_200_000_000_000_001)

    def chat(self, call: Call, name: str = "chat_id") -> Chat:
        """The chat that a call is about, known to the bot.

        Raises:
            ApiError: there is no such chat, or it moved.
        """
        chat = self.world.find_chat(call.chat_id(name))
        if chat is None or not chat.is_open:
            raise errors.bad_request(errors.CHAT_NOT_FOUND)
        if chat.migrated_to is not None:
            raise errors.migrated(chat.migrated_to)
        return chat

    def writable_chat(self, call: Call) -> Chat:
        """The chat that a call writes to.

        Raises:
            ApiError: the bot may not write there.
        """
        chat = self.chat(call)
        standing = self.world.standing(chat, self.bot.id)
        if chat.person is not None:
            if chat.person.is_deactivated:
                raise errors.forbidden(errors.DEACTIVATED)
            if standing is Standing.KICKED:
                raise errors.forbidden(errors.BLOCKED)
        elif standing is Standing.KICKED:
            raise errors.forbidden(errors.KICKED_BY_KIND[chat.kind])
        elif standing not in PRESENT:
            raise errors.forbidden(errors.ABSENT_BY_KIND[chat.kind])
        elif chat.kind is ChatKind.CHANNEL and standing not in ADMINISTRATORS:
            raise errors.bad_request("need administrator rights in the channel chat")
        return chat

    def pace(self, call: Call, chat: Chat) -> None:
        """Refuse with 429 what comes too fast."""
        wait = self.flood.ask(chat.id, call.now, is_paid=call.flag("allow_paid_broadcast"))
        if wait:
            raise errors.too_many_requests(wait)

    def post(self, call: Call, chat: Chat, **content: Any) -> Message:
        """Accept a message of the bot: pace, number, write down, tell the watchers."""
        self.pace(call, chat)
        message = self.world.add_message(chat, date=int(call.now), sender=self.bot, **content)
        self.ledger.accept(call.now, call.method, chat.id, message.message_id, message.text)
        self.announce("message", message)
        return message

    def announce(self, kind: str, message: Message) -> None:
        """Tell watchers and waiters about a message that came, changed or went.

        Pages are spared the readers of a population: a broadcast to a million would drown what people do.
        """
        if not message.chat.is_passing:
            self.feed.tell(
                kind, lambda: {"chat_id": message.chat.id, "message": message_json(message, self.world)}
            )
        self.bell.ring()

    def receive(self, chat: Chat, sender: User | None, **content: Any) -> Message:
        """Somebody wrote: keep it and queue the update, if a bot in privacy mode is shown such a message."""
        message = self.world.add_message(chat, date=int(self.clock()), sender=sender, **content)
        kind = "channel_post" if chat.kind is ChatKind.CHANNEL else "message"
        if self._is_shown(message):
            self.updates.add(kind, message_json(message, self.world))
        self.announce("message", message)
        return message

    def _is_shown(self, message: Message) -> bool:
        """Privacy mode, Telegram's default: in groups a bot sees only what is meant for it, unless it is an administrator.

        That is commands (to it or to nobody by name), replies to it, results of its inline mode and service messages.
        """
        standing = self.world.standing(message.chat, self.bot.id)
        if message.chat.kind not in GROUPS:
            return standing in PRESENT
        if standing in ADMINISTRATORS or message.service:
            return True
        is_reply = message.reply_to is not None and message.reply_to.is_from_bot
        command = re.match(r"/\w+(?:@(\w+))?", message.text)
        is_command = (
            command is not None and (command[1] or self.bot.username).lower() == self.bot.username.lower()
        )
        return standing in PRESENT and (is_reply or is_command)

    def change_standing(self, chat: Chat, user: User, new: Standing, *, by: User) -> None:
        """Somebody joined, left, was promoted or blocked the bot: change it and queue the update."""
        old = self.world.standing(chat, user.id)
        if old is new:
            return
        chat.members[user.id] = new
        kind = "my_chat_member" if user is self.bot else "chat_member"
        change = {
            "chat": chat_json(chat),
            "from": user_json(by),
            "date": int(self.clock()),
            "old_chat_member": member_json(user, old, chat.kind),
            "new_chat_member": member_json(user, new, chat.kind),
        }
        self.updates.add(kind, change)
        self.feed.tell("member", lambda: {"chat_id": chat.id, "user_id": user.id, "status": new.value})
        self.bell.ring()

    def new_query_id(self) -> str:
        """An id for a tap or an inline search."""
        return str(next(self._query_ids))

    def remember(self, query: Tap | InlineSearch) -> None:
        """Keep a query until it is answered; the oldest are forgotten."""
        kept: dict[str, Any] = self.taps if isinstance(query, Tap) else self.searches
        kept[query.query_id] = query
        if len(kept) > MAX_QUERIES:
            del kept[next(iter(kept))]
