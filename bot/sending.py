"""One delivery → one call of the Bot API → one outcome."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from html.parser import HTMLParser
from typing import Protocol

from telegram import LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.courier_request import CourierBot
from bot.outcomes import Broken, Outcome, Pointless, Sent, Unknown, classify
from handlers.markup import MAX_UNITS, cut
from handlers.render_alert import is_one_message, join_alerts
from handlers.talk import markup
from news.model import Message
from storage.outbox.messages import parts_for
from storage.outbox.values import Action, Job

logger = logging.getLogger(__name__)

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
DEADLINE_S = 20.0  # of one send, whatever the transport's own timeouts are
REMEMBERED = 512  # texts of broadcasts kept in memory: a few megabytes at most

Messages = Mapping[str, tuple[Message, ...]]


class Sender(Protocol):
    """Whatever can carry a delivery out."""

    async def fit(self, job: Job) -> tuple[Job, tuple[Job, ...]]:
        """As many of the job's alerts as one message holds, and those that must wait for the next."""

    async def send(self, job: Job) -> Outcome:
        """Never raises for what Telegram or the network does."""


class TelegramSender:
    """Through python-telegram-bot. ``load`` reads a broadcast's texts; ``is_paid`` allows paid broadcasting."""

    def __init__(
        self,
        bot: CourierBot,
        load: Callable[[int], Awaitable[Messages]],
        *,
        is_paid: bool = False,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._bot = bot
        self._load = load
        self._deadline_s = deadline_s
        self._is_paid = is_paid
        self._texts: OrderedDict[tuple[int, int], Messages] = OrderedDict()

    async def fit(self, job: Job) -> tuple[Job, tuple[Job, ...]]:
        """As many of the job's alerts as one message holds, and those that must wait for the next."""
        also = list(job.also)
        while also and not is_one_message(await self._messages(replace(job, also=tuple(also)))):
            also.pop()
        return replace(job, also=tuple(also)), job.also[len(also) :]

    async def send(self, job: Job) -> Outcome:
        """Carry it out within the deadline; past it nobody knows whether it arrived."""
        messages = await self._messages(job)
        if not messages and job.action is not Action.DELETE:
            return Pointless("the corrected text has no such part")
        try:
            async with asyncio.timeout(self._deadline_s):
                return await self._call(job, messages)
        except TimeoutError:
            return Unknown(f"no answer within {self._deadline_s:g} s")
        except TelegramError as error:
            return classify(error)
        except Exception as error:  # a bug of ours or of a library: it must not stop the courier
            logger.exception(
                "a delivery could not be built", extra={"action": "send_failed", "delivery": job.id}
            )
            return Broken(f"{type(error).__name__}: {error}")

    async def _messages(self, job: Job) -> list[Message]:
        """What stands in the chat's message once the job is done: usually one, none when the message goes."""
        own = [(one.broadcast_id, one.revision, one.part) for one in job.together]
        beside = [(shown.broadcast_id, shown.revision, shown.part) for shown in job.beside]
        standing = [] if job.action is Action.DELETE else own
        found = [await self._part(*which, job.language) for which in sorted([*standing, *beside])]
        return [message for message in found if message]

    async def _part(self, broadcast_id: int, revision: int, part: int, language: str) -> Message | None:
        key = (broadcast_id, revision)
        if key not in self._texts:
            self._texts[key] = await self._load(broadcast_id)
            if len(self._texts) > REMEMBERED:
                self._texts.popitem(last=False)
        self._texts.move_to_end(key)
        parts = parts_for(self._texts[key], language)
        return parts[part] if part < len(parts) else None

    async def _call(self, job: Job, messages: Sequence[Message]) -> Outcome:
        if not messages:
            assert job.message_id is not None
            await self._bot.delete_message(job.chat.chat_id, job.message_id)
            return Sent()
        message = messages[0] if len(messages) == 1 else join_alerts(messages)
        if job.action is Action.SEND:
            return Sent(await self._bot.send_encoded(self._payload(job, message)))
        await self._bot.edit_message_text(
            _text(message, is_plain=job.is_plain),
            job.chat.chat_id,
            job.message_id,
            parse_mode=None if job.is_plain else ParseMode.HTML,
            reply_markup=markup(message.buttons),
            link_preview_options=NO_PREVIEW,
        )
        return Sent()

    def _payload(self, job: Job, message: Message) -> bytes:
        where = {"chat_id": str(job.chat.chat_id)}
        if job.chat.topic_id:
            where["message_thread_id"] = str(job.chat.topic_id)
        if self._is_paid:
            where["allow_paid_broadcast"] = "true"
        what = _encode(message, is_plain=job.is_plain)
        return (json.dumps(where)[:-1] + "," + what).encode()


@lru_cache(maxsize=REMEMBERED)
def _encode(message: Message, *, is_plain: bool) -> str:
    """All parameters but the chat's, as JSON without its first brace: the same for every reader of an edition."""
    keyboard = markup(message.buttons)
    what = {"text": _text(message, is_plain=is_plain), "link_preview_options": NO_PREVIEW.to_json()}
    if not is_plain:
        what["parse_mode"] = ParseMode.HTML
    if keyboard:
        what["reply_markup"] = keyboard.to_json()
    return json.dumps(what, ensure_ascii=False)[1:]


def _text(message: Message, *, is_plain: bool) -> str:
    return cut(plain_text(message.html), MAX_UNITS) if is_plain else message.html


class _Plain(HTMLParser):
    """Collects text, and addresses behind links."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._address = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._address = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._address:
            self.pieces.append(f" ({self._address})")
            self._address = ""

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)


def plain_text(html: str) -> str:
    """The text of our markup without it, each link's address in brackets after it."""
    parser = _Plain()
    parser.feed(html)
    parser.close()
    return "".join(parser.pieces)
