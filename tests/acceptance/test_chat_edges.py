"""Updates that people cannot produce at will: old messages, old taps, anonymous administrators, empty stores."""

from __future__ import annotations

from typing import Any

from telegram import Update

from news.model import Chat
from simulator import Chat as SimulatedChat
from simulator import Person
from simulator.shapes import chat_json, user_json
from tests.acceptance.town import Town
from tests.contracts.builders import headline, source


async def deliver(town: Town, **update: Any) -> None:
    """Hand an update to the bot as if Telegram had sent it."""
    parsed = Update.de_json({"update_id": 1, **update}, town.application.bot)
    assert parsed is not None
    await town.application.process_update(parsed)


def tap_on_an_old_message(person: Person, chat: SimulatedChat, data: str, **user: Any) -> dict[str, Any]:
    """Telegram no longer says what stood in a message of more than two days ago; the query's time has run out, too."""
    message = {"chat": chat_json(chat), "message_id": 77, "date": 0}
    sender = user_json(person.user) | user
    return {"id": "0", "from": sender, "message": message, "chat_instance": "1", "data": data}


async def test_a_button_under_a_message_that_telegram_has_forgotten(town: Town) -> None:
    kate = town.simulator.person("Kate", language="en")
    await town.subscribe(kate, "kz")
    count = len(kate.chat.bot_messages)
    await deliver(town, callback_query=tap_on_an_old_message(kate, kate.chat, "c:length:12"))
    [answer] = (await town.simulator.wait_for_messages(kate.chat, count + 1))[count:]
    assert answer.text.startswith("How many stories a country?")
    assert "✓ 12" in answer.labels
    await deliver(town, callback_query=tap_on_an_old_message(kate, kate.chat, "q:5:"))
    assert len(kate.chat.bot_messages) == count + 1


async def test_a_message_that_was_deleted_meanwhile_is_sent_anew(town: Town) -> None:
    kate = town.simulator.person("Kate", language="en")
    toggles = await town.say(kate, "/countries")
    tap = await kate.tap(toggles, "Tajikistan")
    del kate.chat.stored[toggles.message_id]
    await town.answered(tap)
    await town.simulator.wait_until(lambda: bool(kate.chat.bot_messages))
    assert "✓ 🇹🇯 Tajikistan" in kate.chat.bot_messages[-1].labels


async def test_an_anonymous_administrator_speaks_for_the_group(town: Town) -> None:
    owner = town.simulator.person("Owner", language="en")
    group = await owner.make_group("Newsroom")
    await town.simulator.wait_for_messages(group, 1)
    command = {"type": "bot_command", "offset": 0, "length": 10}
    message = {
        "message_id": 5,
        "date": 0,
        "chat": chat_json(group),
        "sender_chat": chat_json(group),
        "from": {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"},
        "text": "/subscribe kz",
        "entities": [command],
    }
    await deliver(town, message=message)
    reader = await town.store.subscribers.find(Chat(group.id))
    assert reader is not None
    assert reader.preferences.countries == ("KZ",)
    linked_channel = message | {"sender_chat": chat_json(group) | {"id": -1009, "type": "channel"}}
    await deliver(town, message=linked_channel | {"text": "/subscribe uz"})
    assert (await town.store.subscribers.get(reader.id)).preferences.countries == ("KZ",)


async def test_somebody_whom_the_group_does_not_know_may_not(town: Town) -> None:
    owner = town.simulator.person("Owner", language="en")
    group = await owner.make_group("Newsroom")
    await town.simulator.wait_for_messages(group, 1)
    await deliver(town, callback_query=tap_on_an_old_message(owner, group, "f:1:KZ", id=42))
    assert await town.store.subscribers.find(Chat(group.id)) is None


async def test_updates_from_no_chat_are_passed_over(town: Town) -> None:
    kate = town.simulator.person("Kate", language="en")
    query = {
        "id": "0",
        "from": user_json(kate.user),
        "inline_message_id": "x",
        "chat_instance": "1",
        "data": "n",
    }
    await deliver(town, callback_query=query)
    assert kate.chat.bot_messages == []


async def test_being_promoted_changes_nothing(town: Town) -> None:
    owner = town.simulator.person("Owner", language="en")
    group = await owner.make_group("Newsroom")
    await town.simulator.wait_for_messages(group, 1)
    await owner.promote_bot(group)
    await town.say(owner, "/about", chat=group)
    assert len(group.bot_messages) == 2


async def test_a_catalogue_without_sources_says_how_to_add_one(town: Town) -> None:
    for listed, _ in await town.store.sources.list_all():
        await town.store.sources.remove(listed.id)
    said = await town.say(town.editor, "/sources")
    assert said.text == "No sources yet. Add one on the machine: jarchi sources add URL"


async def test_a_headline_whose_country_is_only_its_sources(town: Town) -> None:
    await town.store.sources.add(source(), town.clock.now())
    seen = town.clock.now()
    implied, nothing = await town.store.headlines.add(
        [
            headline(1, seen=seen, implied="TJ"),
            headline(2, seen=seen, title="The moon will be full on Friday"),
        ]
    )
    assert (
        "🇹🇯 Tajikistan: only because of its source"
        in (await town.say(town.editor, f"/country {implied}")).text
    )
    assert "It names no country." in (await town.say(town.editor, f"/country {nothing}")).text


async def test_no_words_at_all(town: Town) -> None:
    kate = town.simulator.person("Kate", language="en")
    assert (await town.say(kate, "/subscribe")).text.startswith("Which countries?")
    helped = await town.tap(kate, await town.say(kate, "/nonsense"), "What I can do", count=1)
    assert "/digest — " in helped.text
