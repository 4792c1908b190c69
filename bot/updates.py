"""In what order updates are handled: chats side by side, one chat's updates one after the other."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

AT_ONCE = 64


class PerChatProcessor(BaseUpdateProcessor):
    """python-telegram-bot's ``concurrent_updates`` alone loses the order even within a chat."""

    __slots__ = ("_locks", "_waiting")

    def __init__(self, at_once: int = AT_ONCE) -> None:
        super().__init__(at_once)
        self._locks: dict[int, asyncio.Lock] = {}
        self._waiting: Counter[int] = Counter()

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Wait for the chat's earlier updates, then handle this one."""
        chat_id = chat_of(update)
        lock = self._locks.setdefault(chat_id, asyncio.Lock())
        self._waiting[chat_id] += 1
        try:
            async with lock:
                await coroutine
        finally:
            self._waiting[chat_id] -= 1
            if not self._waiting[chat_id]:  # a silent chat costs no memory
                del self._waiting[chat_id], self._locks[chat_id]

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""


def chat_of(update: object) -> int:
    """The chat whose order matters; an inline query has only its user; 0 for what has neither."""
    if not isinstance(update, Update):
        return 0
    if update.effective_chat:
        return update.effective_chat.id
    return update.effective_user.id if update.effective_user else 0
