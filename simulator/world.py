"""People, chats and messages: the state of a small Telegram, without sockets."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from simulator.entities import Entity
from simulator.errors import SimulatorError
from simulator.files import StoredFile

# Real ids pass 32 bits; small ones would hide a narrow column in a bot's database.
FIRST_PERSON_ID = 5_100_000_001
FIRST_GROUP_ID = -4_100_000_001
FIRST_CHANNEL_ID = -1_002_100_000_001


class ChatKind(StrEnum):
    """The Bot API's ``Chat.type``."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


class Standing(StrEnum):
    """The Bot API's ``ChatMember.status``."""

    CREATOR = "creator"
    ADMINISTRATOR = "administrator"
    MEMBER = "member"
    LEFT = "left"
    KICKED = "kicked"


PRESENT = frozenset({Standing.CREATOR, Standing.ADMINISTRATOR, Standing.MEMBER})
ADMINISTRATORS = frozenset({Standing.CREATOR, Standing.ADMINISTRATOR})
GROUPS = frozenset({ChatKind.GROUP, ChatKind.SUPERGROUP})
_OWN_NUMBERING = frozenset({ChatKind.SUPERGROUP, ChatKind.CHANNEL})


@dataclass(slots=True)
class User:
    """A person or the bot."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = ""
    is_bot: bool = False
    is_deactivated: bool = False


@dataclass(slots=True, eq=False)
class Chat:
    """A conversation; ``members`` holds everybody's standing, the bot's included, by user id."""

    id: int
    kind: ChatKind
    title: str
    username: str = ""
    is_forum: bool = False
    is_open: bool = True  # a private chat opens when the person writes first
    is_passing: bool = False  # one of a population: forgotten together with its messages
    migrated_to: int | None = None
    members: dict[int, Standing] = field(default_factory=dict)
    topics: dict[int, str] = field(default_factory=dict)
    person: User | None = None
    stored: dict[int, Message] = field(default_factory=dict, repr=False)
    next_message_id: int = 1

    @property
    def messages(self) -> list[Message]:
        """All messages that are kept, oldest first."""
        return list(self.stored.values())

    @property
    def bot_messages(self) -> list[Message]:
        """What the bot wrote, oldest first."""
        return [message for message in self.stored.values() if message.is_from_bot]


@dataclass(slots=True, eq=False)
class Message:
    """One message; edits change it in place."""

    chat: Chat
    message_id: int
    date: int  # seconds since the epoch
    sender: User | None
    text: str = ""
    entities: Sequence[Entity] = ()
    keyboard: Mapping[str, Any] | None = None  # the Bot API's reply_markup
    thread_id: int | None = None
    reply_to: Message | None = field(default=None, repr=False)
    edit_date: int | None = None
    file: StoredFile | None = None
    is_photo: bool = False
    service: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_from_bot(self) -> bool:
        """Whether the bot wrote it."""
        return self.sender is not None and self.sender.is_bot

    @property
    def rows(self) -> list[list[Mapping[str, Any]]]:
        """The inline buttons, row by row."""
        return [list(row) for row in (self.keyboard or {}).get("inline_keyboard", [])]

    @property
    def labels(self) -> list[str]:
        """The texts of all inline buttons, in reading order."""
        return [str(button["text"]) for row in self.rows for button in row]

    def button(self, label: str) -> Mapping[str, Any]:
        """The inline button with this text; else the only one that contains it.

        Raises:
            SimulatorError: no button, or more than one, answers to the label.
        """
        buttons = [button for row in self.rows for button in row]
        exact = [button for button in buttons if button["text"] == label]
        found = exact or [button for button in buttons if label in str(button["text"])]
        if len(found) != 1:
            raise SimulatorError(f"{len(found)} buttons match {label!r}; the message has {self.labels}")
        return found[0]


class World:
    """All chats by id, all people by id, and how messages are numbered and kept.

    Args:
        bot: the one bot of this world.
        keep_messages: how many messages are remembered over all chats; 0 keeps none.
        population: ids of private chats (positive) or groups (negative) that exist without being stored, for
            broadcasts to a million readers.
    """

    def __init__(self, bot: User, *, keep_messages: int, population: range | None = None) -> None:
        self.bot = bot
        self.keep_messages = keep_messages
        self.population = population
        self.people: dict[int, User] = {}
        self.chats: dict[int, Chat] = {}
        self._kept: deque[tuple[int, int]] = deque()
        self._message_ids = itertools.count(1)
        self._person_ids = itertools.count(FIRST_PERSON_ID)
        self._group_ids = itertools.count(FIRST_GROUP_ID, -1)
        self._channel_ids = itertools.count(FIRST_CHANNEL_ID, -1)

    def add_person(self, first_name: str, **details: Any) -> User:
        """A new person, with a private chat that is not open yet."""
        person = User(next(self._person_ids), first_name, **details)
        self.people[person.id] = person
        self.chats[person.id] = self._private(person, is_open=False)
        return person

    def add_chat(self, kind: ChatKind, title: str, *, is_forum: bool = False, username: str = "") -> Chat:
        """A new group, supergroup or channel, without members."""
        ids = self._group_ids if kind is ChatKind.GROUP else self._channel_ids
        chat = Chat(next(ids), kind, title, username, is_forum=is_forum)
        self.chats[chat.id] = chat
        return chat

    def find_chat(self, chat_id: int | str) -> Chat | None:
        """The chat with this id, or this public name without "@"."""
        if isinstance(chat_id, str):
            public = (
                chat for chat in self.chats.values() if chat.kind is not ChatKind.PRIVATE and chat.username
            )
            return next((chat for chat in public if chat.username.lower() == chat_id), None)
        return self.chats.get(chat_id) or self._passing(chat_id)

    def find_user(self, user_id: int) -> User | None:
        """The person or bot with this id."""
        return self.bot if user_id == self.bot.id else self.people.get(user_id)

    def standing(self, chat: Chat, user_id: int) -> Standing:
        """How somebody stands in a chat; strangers have left."""
        return chat.members.get(user_id, Standing.LEFT)

    def add_message(self, chat: Chat, *, date: int, sender: User | None, **content: Any) -> Message:
        """Number and keep a message; the oldest is forgotten when there are too many."""
        message = Message(chat, self._number(chat), date, sender, **content)
        if self.keep_messages:
            self.chats[chat.id] = chat
            chat.stored[message.message_id] = message
            self._kept.append((chat.id, message.message_id))
            if len(self._kept) > self.keep_messages:
                self._forget_oldest()
        return message

    def migrate(self, group: Chat) -> Chat:
        """Turn a group into a supergroup with another id; the old id answers with the new one."""
        if group.kind is not ChatKind.GROUP or group.migrated_to:
            raise SimulatorError(
                f"only a group that has not moved yet can become a supergroup, not {group.title!r}"
            )
        moved = self.add_chat(ChatKind.SUPERGROUP, group.title)
        moved.members.update(group.members)
        group.migrated_to = moved.id
        group.is_passing = False
        self.chats[group.id] = group
        return moved

    def members(self, chat: Chat, standings: Iterable[Standing]) -> list[tuple[User, Standing]]:
        """Everybody who stands in the chat in one of these ways."""
        wanted = frozenset(standings)
        known = ((self.find_user(user_id), standing) for user_id, standing in chat.members.items())
        return [(user, standing) for user, standing in known if user is not None and standing in wanted]

    def _private(self, person: User, *, is_open: bool) -> Chat:
        members = {person.id: Standing.MEMBER, self.bot.id: Standing.MEMBER}
        return Chat(person.id, ChatKind.PRIVATE, "", is_open=is_open, members=members, person=person)

    def _passing(self, chat_id: int) -> Chat | None:
        if self.population is None or chat_id not in self.population:
            return None
        if chat_id > 0:
            chat = self._private(User(chat_id, f"Reader {chat_id}"), is_open=True)
        else:
            members = {self.bot.id: Standing.MEMBER}
            chat = Chat(chat_id, ChatKind.GROUP, f"Group {-chat_id}", members=members)
        chat.is_passing = True
        return chat

    def _number(self, chat: Chat) -> int:
        if chat.kind not in _OWN_NUMBERING:
            return next(self._message_ids)
        number, chat.next_message_id = chat.next_message_id, chat.next_message_id + 1
        return number

    def _forget_oldest(self) -> None:
        chat_id, message_id = self._kept.popleft()
        chat = self.chats.get(chat_id)
        if chat is None:
            return
        chat.stored.pop(message_id, None)
        if chat.is_passing and not chat.stored:
            del self.chats[chat_id]
