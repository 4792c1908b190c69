from __future__ import annotations

from typing import Any

import pytest

from simulator import ChatKind, Person, Simulator, SimulatorError, Standing
from simulator.parameters import METHODS, Call


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(clock=lambda: 1_000_000.0)


@pytest.fixture
def anna(simulator: Simulator) -> Person:
    return simulator.person("Anna", language="ru", username="anna")


def updates(simulator: Simulator) -> list[dict[str, Any]]:
    return list(simulator.state.updates.pending())


def kinds(simulator: Simulator) -> list[str]:
    return [next(kind for kind in update if kind != "update_id") for update in updates(simulator)]


def bot_writes(simulator: Simulator, chat_id: int, **fields: object) -> Any:
    from simulator.methods import HANDLERS

    call = Call("sendMessage", {"chat_id": chat_id, "text": "x"} | fields, {}, now=1_000_000.0)
    assert set(call.fields) <= METHODS["sendMessage"]
    return HANDLERS["sendMessage"](simulator.state, call)


async def test_what_somebody_writes_becomes_an_update(simulator: Simulator, anna: Person) -> None:
    message = await anna.say("/start kz-uz")

    [update] = updates(simulator)
    assert update["message"] == {
        "message_id": message.message_id,
        "date": 1_000_000,
        "chat": {"id": anna.id, "type": "private", "first_name": "Anna", "username": "anna"},
        "from": {
            "id": anna.id,
            "is_bot": False,
            "first_name": "Anna",
            "username": "anna",
            "language_code": "ru",
        },
        "text": "/start kz-uz",
        "entities": [{"type": "bot_command", "offset": 0, "length": 6}],
    }


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("  \n ", "this one has 0", id="blank"),
        pytest.param("x" * 4097, "this one has 4097", id="long"),
        pytest.param("😀" * 2049, "this one has 4098", id="long in UTF-16"),
    ],
)
async def test_texts_that_no_client_sends_are_refused(anna: Person, text: str, complaint: str) -> None:
    with pytest.raises(SimulatorError, match=complaint):
        await anna.say(text)


async def test_blocking_and_coming_back_tell_the_bot(simulator: Simulator, anna: Person) -> None:
    await anna.say("/start")
    await anna.block()
    await anna.block()
    await anna.say("again")

    assert kinds(simulator) == ["message", "my_chat_member", "my_chat_member", "message"]
    statuses = [update["my_chat_member"]["new_chat_member"]["status"] for update in updates(simulator)[1:3]]
    assert statuses == ["kicked", "member"]


async def test_unblocking_needs_no_message(simulator: Simulator, anna: Person) -> None:
    await anna.say("/start")
    await anna.block()
    await anna.unblock()

    assert kinds(simulator) == ["message", "my_chat_member", "my_chat_member"]


async def test_a_deleted_account_writes_no_more(anna: Person) -> None:
    await anna.deactivate()

    with pytest.raises(SimulatorError, match="deleted the account"):
        await anna.say("x")


async def test_a_group_tells_that_the_bot_was_added(simulator: Simulator, anna: Person) -> None:
    group = await anna.make_group("Editors")

    added, joined = updates(simulator)
    assert added["my_chat_member"]["chat"] == {"id": group.id, "type": "group", "title": "Editors"}
    assert added["my_chat_member"]["new_chat_member"]["status"] == "member"
    assert joined["message"]["new_chat_members"][0]["id"] == simulator.state.bot.id


async def test_a_channel_makes_the_bot_an_administrator(simulator: Simulator, anna: Person) -> None:
    channel = await anna.make_channel("News", username="example_news")
    await anna.send(channel, "post")

    added, post = updates(simulator)
    member = added["my_chat_member"]["new_chat_member"]
    assert (member["status"], member["can_post_messages"]) == ("administrator", True)
    assert post["channel_post"]["sender_chat"]["username"] == "example_news"
    assert "from" not in post["channel_post"]


async def test_removing_the_bot_tells_it(simulator: Simulator, anna: Person) -> None:
    group = await anna.make_group("Editors")
    await anna.remove_bot(group)

    assert kinds(simulator)[2:] == ["message", "my_chat_member"]
    assert simulator.state.world.standing(group, simulator.state.bot.id) is Standing.KICKED


async def test_a_channel_is_left_without_a_service_message(simulator: Simulator, anna: Person) -> None:
    channel = await anna.make_channel("News")
    await anna.remove_bot(channel)

    assert kinds(simulator) == ["my_chat_member", "my_chat_member"]


async def test_promotion_tells_the_bot(simulator: Simulator, anna: Person) -> None:
    group = await anna.make_group("Editors")
    await anna.promote_bot(group)

    assert updates(simulator)[-1]["my_chat_member"]["new_chat_member"]["can_manage_chat"] is True


@pytest.mark.parametrize(
    ("text", "is_shown"),
    [
        pytest.param("/digest", True, id="a command"),
        pytest.param("/digest@jarchi_sim_bot kz", True, id="a command to it"),
        pytest.param("/digest@other_bot", False, id="a command to another bot"),
        pytest.param("hello", False, id="small talk"),
        pytest.param("@jarchi_sim_bot hello", False, id="a mention"),
    ],
)
async def test_in_groups_a_bot_sees_what_is_meant_for_it(
    simulator: Simulator, anna: Person, text: str, is_shown: bool
) -> None:
    group = await anna.make_group("Editors")
    before = len(simulator.state.updates)

    message = await anna.send(group, text)
    plainly = len(simulator.state.updates) - before
    await anna.promote_bot(group)
    await anna.send(group, text)

    assert bool(plainly) is is_shown
    assert group.messages[-2] is message
    assert updates(simulator)[-1]["message"]["text"] == text


async def test_in_groups_a_bot_sees_replies_to_it(simulator: Simulator, anna: Person) -> None:
    group = await anna.make_group("Editors")
    bot_writes(simulator, group.id)
    before = len(simulator.state.updates)

    own = await anna.send(group, "x")
    await anna.send(group, "to myself", reply_to=own)
    await anna.send(group, "to the bot", reply_to=group.bot_messages[0])

    assert [update["message"]["text"] for update in updates(simulator)[before:]] == ["to the bot"]


async def test_a_bot_that_was_removed_sees_nothing(simulator: Simulator, anna: Person) -> None:
    group, channel = await anna.make_group("Editors"), await anna.make_channel("News")
    for chat in (group, channel):
        await anna.remove_bot(chat)
    before = len(simulator.state.updates)

    await anna.send(group, "/digest")
    await anna.send(channel, "post")

    assert len(simulator.state.updates) == before


async def test_topics_carry_their_number(simulator: Simulator, anna: Person) -> None:
    forum = await anna.make_supergroup("Forum", is_forum=True)
    topic = await anna.add_topic(forum, "News")
    await anna.send(forum, "/digest", topic=topic)

    opened, written = (update["message"] for update in updates(simulator)[-2:])
    assert opened["forum_topic_created"]["name"] == "News"
    assert (written["message_thread_id"], written["is_topic_message"]) == (topic, True)
    assert written["chat"]["is_forum"] is True


async def test_topics_exist_only_in_forums(anna: Person) -> None:
    group = await anna.make_supergroup("No forum")

    with pytest.raises(SimulatorError, match="is no forum"):
        await anna.add_topic(group, "News")
    with pytest.raises(SimulatorError, match="has no topic 99"):
        await anna.send(group, "x", topic=99)


async def test_migration_tells_both_chats(simulator: Simulator, anna: Person) -> None:
    group = await anna.make_group("Editors")
    moved = await anna.migrate(group)

    left, arrived = (update["message"] for update in updates(simulator)[-2:])
    assert left["migrate_to_chat_id"] == moved.id
    assert arrived["migrate_from_chat_id"] == group.id
    assert moved.kind is ChatKind.SUPERGROUP


async def test_only_members_and_administrators_may(simulator: Simulator, anna: Person) -> None:
    group = await anna.make_group("Editors")
    guest = simulator.person("Guest")

    with pytest.raises(SimulatorError, match="Guest is not in the chat 'Editors'"):
        await guest.send(group, "x")
    await guest.join(group)
    await guest.send(group, "x")
    with pytest.raises(SimulatorError, match="Guest is no administrator of 'Editors'"):
        await guest.remove_bot(group)


async def test_tapping_asks_the_bot_with_the_data(simulator: Simulator, anna: Person) -> None:
    await anna.say("/start")
    keyboard = {
        "inline_keyboard": [[{"text": "Yes", "callback_data": "y:1"}, {"text": "Site", "url": "x.kz"}]]
    }
    bot_writes(simulator, anna.id, reply_markup=keyboard)
    [message] = anna.chat.bot_messages

    tap = await anna.tap(message, "Yes")

    query = updates(simulator)[-1]["callback_query"]
    assert (query["id"], query["data"], query["from"]["id"]) == (tap.query_id, "y:1", anna.id)
    assert query["message"]["reply_markup"] == keyboard
    assert not tap.is_answered
    with pytest.raises(SimulatorError, match="does not ask the bot"):
        await anna.tap(message, "Site")


async def test_old_taps_are_forgotten(simulator: Simulator, anna: Person) -> None:
    await anna.say("/start")
    bot_writes(
        simulator, anna.id, reply_markup={"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}
    )
    [message] = anna.chat.bot_messages

    first, *_ = [await anna.tap(message, "Yes") for _ in range(10_001)]

    assert first.query_id not in simulator.state.taps
    assert len(simulator.state.taps) == 10_000


async def test_an_inline_search_is_bounded(simulator: Simulator, anna: Person) -> None:
    search = await anna.search_inline("oil")

    assert updates(simulator)[-1]["inline_query"]["query"] == "oil"
    with pytest.raises(SimulatorError, match="at most 256"):
        await anna.search_inline("x" * 257)
    with pytest.raises(SimulatorError, match="no result 'a'"):
        await anna.choose(search, "a", anna.chat)


def test_people_and_chats_are_found_by_id(simulator: Simulator, anna: Person) -> None:
    assert simulator.find_person(anna.id) is anna
    assert simulator.chat(anna.id) is anna.chat
    assert simulator.people == [anna]
    assert repr(anna) == f"Person('Anna', {anna.id})"
    with pytest.raises(SimulatorError, match="no person 1"):
        simulator.find_person(1)
    with pytest.raises(SimulatorError, match="no chat 1"):
        simulator.chat(1)


async def test_waiting_says_what_is_there_instead(simulator: Simulator, anna: Person) -> None:
    await anna.say("/start")
    bot_writes(simulator, anna.id, text="only this")

    with pytest.raises(SimulatorError, match=r"1 of 2 messages came within 0 s: \['only this'\]"):
        await simulator.wait_for_messages(anna.chat, 2, timeout_s=0)
    with pytest.raises(SimulatorError, match="did not do what was waited for"):
        await simulator.wait_until(lambda: False, timeout_s=0)


@pytest.mark.parametrize("token", ["", "no colon", "abc:def"])
def test_a_token_must_look_like_one(token: str) -> None:
    with pytest.raises(SimulatorError, match="A token starts with the bot's number"):
        Simulator(token=token)
