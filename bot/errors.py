"""When a handler fails unexpectedly: a log line with ids, a calm sentence for the reader, one line for the admins."""

from __future__ import annotations

import logging

from telegram import Update
from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError

from handlers.talk import Context

logger = logging.getLogger(__name__)


async def on_error(update: object, context: Context) -> None:
    """Log first, then tell; telling must not raise again."""
    error = context.error
    update_id = update.update_id if isinstance(update, Update) else None
    chat = update.effective_chat if isinstance(update, Update) else None
    fields = {"action": "update_failed", "update_id": update_id, "chat_id": chat.id if chat else None}
    if isinstance(error, Forbidden):
        logger.info("the chat does not let us write", extra=fields)
        return
    if isinstance(error, NetworkError) and not isinstance(error, BadRequest):
        logger.warning("Telegram did not answer: %s", error, extra=fields)
        return
    logger.error("an update failed", exc_info=error, extra=fields)
    if not isinstance(update, Update) or chat is None:
        return
    language = (update.effective_user.language_code if update.effective_user else None) or "en"
    try:
        await context.bot.send_message(
            chat.id, context.services.texts.of(language)("error.sorry"), parse_mode="HTML"
        )
    except TelegramError as failure:
        logger.warning("could not tell the reader: %s", failure, extra=fields)
