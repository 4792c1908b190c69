"""What Telegram is told about the bot when it starts."""

from __future__ import annotations

from handlers.registry import publish_menu
from handlers.texts import LANGUAGES, Texts
from tests.acceptance.town import Town


async def test_menu_and_description_in_every_language(town: Town) -> None:
    bot, texts = town.application.bot, Texts(town.gazetteer)
    await publish_menu(bot, texts)
    for language in LANGUAGES:
        code = None if language == "en" else language
        commands = await bot.get_my_commands(language_code=code)
        shown = {one.command: one.description for one in commands}
        assert shown["digest"] == texts.of(language).plain("help.digest")
        assert "alert" not in shown
        assert (await bot.get_my_description(code)).description == texts.of(language).plain("help.head")
        short = await bot.get_my_short_description(code)
        assert short.short_description == texts.of(language).plain("about.short")
