"""What people do: write, tap, search, block, and bring the bot into groups and channels."""

from __future__ import annotations

from typing import Any

from simulator.entities import utf16_length
from simulator.errors import SimulatorError
from simulator.formatting import MAX_TEXT, format_text
from simulator.shapes import chat_json, message_json, user_json
from simulator.state import InlineSearch, State, Tap
from simulator.world import ADMINISTRATORS, PRESENT, Chat, ChatKind, Message, Standing, User

MAX_QUERY = 256


class Person:
    """Somebody with a Telegram account. Everything done here reaches the bot as an update."""

    def __init__(self, state: State, user: User) -> None:
        self._state = state
        self.user = user
        self.chat = state.world.chats[user.id]

    @property
    def id(self) -> int:
        """The user id, which is also the id of the private chat with the bot."""
        return self.user.id

    def __repr__(self) -> str:
        return f"Person({self.user.first_name!r}, {self.id})"

    async def send(
        self, chat: Chat, text: str, *, topic: int | None = None, reply_to: Message | None = None
    ) -> Message:
        """Write a text or a command into a chat.

        Raises:
            SimulatorError: the person is not there, or the text is empty or too long for a client to send.
        """
        self._check_present(chat)
        if self.user.is_deactivated:
            raise SimulatorError(f"{self.user.first_name} deleted the account and can write no more")
        clean = format_text(text[: 4 * MAX_TEXT], parse_mode="", limit=4 * MAX_TEXT)
        if not 0 < utf16_length(clean.text) <= MAX_TEXT:
            raise SimulatorError(
                f"a message has 1 to {MAX_TEXT} characters, this one has {utf16_length(clean.text)}"
            )
        if topic is not None and topic not in chat.topics:
            raise SimulatorError(f"{chat.title!r} has no topic {topic}")
        if chat is self.chat:
            self._open_private_chat()
        sender = None if chat.kind is ChatKind.CHANNEL else self.user
        return self._state.receive(
            chat, sender, text=clean.text, entities=clean.entities, thread_id=topic, reply_to=reply_to
        )

    async def say(self, text: str) -> Message:
        """Write to the bot in private."""
        return await self.send(self.chat, text)

    async def tap(self, message: Message, label: str) -> Tap:
        """Tap the inline button with this text (or the only one that contains it).

        Raises:
            SimulatorError: there is no such button, or it opens a link instead of asking the bot.
        """
        self._check_present(message.chat)
        button = message.button(label)
        if "callback_data" not in button:
            raise SimulatorError(f"the button {label!r} does not ask the bot: {sorted(button)}")
        tap = Tap(self._state.new_query_id(), self.user, message, str(button["callback_data"]))
        self._state.remember(tap)
        query = {
            "id": tap.query_id,
            "from": user_json(self.user),
            "message": message_json(message, self._state.world),
            "chat_instance": str(abs(message.chat.id) * 7),
            "data": tap.data,
        }
        self._state.updates.add("callback_query", query)
        return tap

    async def search_inline(self, text: str, *, offset: str = "") -> InlineSearch:
        """Type ``@bot text`` in any chat."""
        if len(text) > MAX_QUERY:
            raise SimulatorError(
                f"an inline query has at most {MAX_QUERY} characters, this one has {len(text)}"
            )
        search = InlineSearch(self._state.new_query_id(), self.user, text)
        self._state.remember(search)
        query = {"id": search.query_id, "from": user_json(self.user), "query": text, "offset": offset}
        self._state.updates.add("inline_query", query)
        return search

    async def choose(self, search: InlineSearch, result_id: str, chat: Chat) -> Message:
        """Send one result of an inline search into a chat, as written by this person "via" the bot.

        Raises:
            SimulatorError: the bot did not offer such a result.
        """
        self._check_present(chat)
        offered = {str(result["id"]): result for result in search.results or []}
        if result_id not in offered:
            raise SimulatorError(f"there is no result {result_id!r}; there are {sorted(offered)}")
        content = offered[result_id].get("input_message_content") or {}
        text = format_text(
            str(content.get("message_text", "")), parse_mode=str(content.get("parse_mode") or "")
        )
        chosen = {"result_id": result_id, "from": user_json(self.user), "query": search.text}
        self._state.updates.add("chosen_inline_result", chosen)
        via = {"via_bot": user_json(self._state.bot)}
        return self._state.receive(chat, self.user, text=text.text, entities=text.entities, service=via)

    async def block(self) -> None:
        """Block the bot."""
        self._stand(self.chat, Standing.KICKED)

    async def unblock(self) -> None:
        """Unblock the bot, without writing to it."""
        self._stand(self.chat, Standing.MEMBER)

    async def deactivate(self) -> None:
        """Delete the account: the bot is told nothing, but can write no more."""
        self.user.is_deactivated = True

    async def make_group(self, title: str) -> Chat:
        """Found a basic group, the bot being a member."""
        return await self._found(ChatKind.GROUP, title)

    async def make_supergroup(self, title: str, *, is_forum: bool = False, username: str = "") -> Chat:
        """Found a supergroup, the bot being a member; a forum has topics."""
        return await self._found(ChatKind.SUPERGROUP, title, is_forum=is_forum, username=username)

    async def make_channel(self, title: str, *, username: str = "") -> Chat:
        """Found a channel, the bot being an administrator who may post."""
        return await self._found(ChatKind.CHANNEL, title, username=username)

    async def add_bot(self, chat: Chat) -> None:
        """Add the bot to a group or, as an administrator, to a channel."""
        self._check_administrator(chat)
        wanted = Standing.ADMINISTRATOR if chat.kind is ChatKind.CHANNEL else Standing.MEMBER
        self._stand(chat, wanted)
        if chat.kind is not ChatKind.CHANNEL:
            shape = user_json(self._state.bot)
            self._state.receive(chat, self.user, service={"new_chat_members": [shape]})

    async def promote_bot(self, chat: Chat) -> None:
        """Make the bot an administrator."""
        self._check_administrator(chat)
        self._stand(chat, Standing.ADMINISTRATOR)

    async def remove_bot(self, chat: Chat) -> None:
        """Throw the bot out."""
        self._check_administrator(chat)
        if chat.kind is not ChatKind.CHANNEL:
            shape = user_json(self._state.bot)
            self._state.receive(chat, self.user, service={"left_chat_member": shape})
        self._stand(chat, Standing.KICKED)

    async def add_topic(self, chat: Chat, name: str) -> int:
        """Open a forum topic and return its ``message_thread_id``."""
        self._check_present(chat)
        if not chat.is_forum:
            raise SimulatorError(f"{chat.title!r} is no forum")
        created = {"forum_topic_created": {"name": name, "icon_color": 7_322_096}}
        thread_id = chat.next_message_id
        chat.topics[thread_id] = name
        self._state.receive(chat, self.user, thread_id=thread_id, service=created)
        return thread_id

    async def join(self, chat: Chat, standing: Standing = Standing.MEMBER) -> None:
        """Join a group or channel, or change how this person stands in it."""
        self._state.change_standing(chat, self.user, standing, by=self.user)

    async def migrate(self, group: Chat) -> Chat:
        """Turn a group into a supergroup: both chats get the service message that Telegram sends."""
        self._check_administrator(group)
        moved = self._state.world.migrate(group)
        self._state.receive(group, self.user, service={"migrate_to_chat_id": moved.id})
        self._state.receive(moved, self.user, service={"migrate_from_chat_id": group.id})
        return moved

    def _open_private_chat(self) -> None:
        if not self.chat.is_open:
            self.chat.is_open = True
            self._state.feed.tell("opened", lambda: {"chat_id": self.id, "chat": chat_json(self.chat)})
        self._stand(self.chat, Standing.MEMBER)

    async def _found(self, kind: ChatKind, title: str, **details: Any) -> Chat:
        chat = self._state.world.add_chat(kind, title, **details)
        chat.members[self.id] = Standing.CREATOR
        self._state.feed.tell("founded", lambda: {"chat_id": chat.id, "chat": chat_json(chat)})
        await self.add_bot(chat)
        return chat

    def _stand(self, chat: Chat, standing: Standing) -> None:
        self._state.change_standing(chat, self._state.bot, standing, by=self.user)

    def _check_present(self, chat: Chat) -> None:
        if self._state.world.standing(chat, self.id) not in PRESENT:
            raise SimulatorError(f"{self.user.first_name} is not in the chat {chat.title or chat.id!r}")

    def _check_administrator(self, chat: Chat) -> None:
        if self._state.world.standing(chat, self.id) not in ADMINISTRATORS:
            raise SimulatorError(f"{self.user.first_name} is no administrator of {chat.title or chat.id!r}")
