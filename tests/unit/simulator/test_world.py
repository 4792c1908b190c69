from __future__ import annotations

import pytest

from simulator.errors import SimulatorError
from simulator.world import FIRST_PERSON_ID, Chat, ChatKind, Message, Standing, User, World

BOT = User(7_100_000_001, "Jarchi", is_bot=True)


def world(keep_messages: int = 100, population: range | None = None) -> World:
    return World(BOT, keep_messages=keep_messages, population=population)


def test_ids_pass_32_bits() -> None:
    here = world()

    person = here.add_person("Anna")
    chats = [here.add_chat(kind, "x") for kind in (ChatKind.GROUP, ChatKind.SUPERGROUP, ChatKind.CHANNEL)]

    assert person.id == FIRST_PERSON_ID > 2**32
    assert all(chat.id < -(2**31) for chat in chats)
    assert len({chat.id for chat in chats}) == 3


def test_private_chats_and_groups_share_numbers_and_channels_have_their_own() -> None:
    here = world()
    anna = here.chats[here.add_person("Anna").id]
    group, channel = here.add_chat(ChatKind.GROUP, "g"), here.add_chat(ChatKind.CHANNEL, "c")

    numbers = [
        here.add_message(chat, date=0, sender=None).message_id for chat in (anna, group, channel, channel)
    ]

    assert numbers == [1, 2, 1, 2]


def test_the_oldest_messages_are_forgotten() -> None:
    here = world(keep_messages=2)
    chat = here.add_chat(ChatKind.GROUP, "g")

    for _ in range(3):
        here.add_message(chat, date=0, sender=None)

    assert [message.message_id for message in chat.messages] == [2, 3]


def test_a_deleted_message_is_not_missed_when_its_turn_comes() -> None:
    here = world(keep_messages=1)
    chat = here.add_chat(ChatKind.GROUP, "g")
    first = here.add_message(chat, date=0, sender=None)
    del chat.stored[first.message_id]

    here.add_message(chat, date=0, sender=None)

    assert len(chat.messages) == 1


def test_a_population_is_there_without_being_stored() -> None:
    here = world(keep_messages=1, population=range(1000, 2000))
    one, other = here.find_chat(1000), here.find_chat(1001)
    assert one is not None
    assert other is not None

    here.add_message(one, date=0, sender=BOT)
    assert here.find_chat(1000) is one
    here.add_message(other, date=0, sender=BOT)

    assert set(here.chats) == {1001}
    assert here.find_chat(2000) is None


def test_a_chat_that_is_forgotten_already_is_not_missed() -> None:
    here = world(keep_messages=2, population=range(1000, 2000))
    chat, other = here.find_chat(1000), here.find_chat(1001)
    assert chat is not None
    assert other is not None
    for _ in range(2):
        here.add_message(chat, date=0, sender=BOT)
    chat.stored.clear()

    for _ in range(2):
        here.add_message(other, date=0, sender=BOT)

    assert set(here.chats) == {1001}


def test_without_memory_nothing_is_stored() -> None:
    here = world(keep_messages=0, population=range(1000, 2000))
    chat = here.find_chat(1000)
    assert chat is not None

    message = here.add_message(chat, date=0, sender=BOT)

    assert (message.message_id, here.chats) == (1, {})


def test_a_population_of_groups_can_migrate() -> None:
    here = world(population=range(-2000, -1000))
    group = here.find_chat(-1500)
    assert group is not None

    moved = here.migrate(group)

    assert moved.kind is ChatKind.SUPERGROUP
    assert here.standing(moved, BOT.id) is Standing.MEMBER
    again = here.find_chat(-1500)
    assert again is not None
    assert again.migrated_to == moved.id


def test_only_groups_that_have_not_moved_migrate() -> None:
    here = world()
    group = here.add_chat(ChatKind.GROUP, "g")
    moved = here.migrate(group)

    for chat in (group, moved):
        with pytest.raises(SimulatorError, match="only a group that has not moved"):
            here.migrate(chat)


def test_public_chats_are_found_by_name() -> None:
    here = world()
    channel = here.add_chat(ChatKind.CHANNEL, "News", username="Example_News")
    here.add_person("Anna", username="anna")

    assert here.find_chat("example_news") is channel
    assert here.find_chat("anna") is None


def message_with(*labels: str) -> Message:
    keyboard = {"inline_keyboard": [[{"text": label, "callback_data": label}] for label in labels]}
    return Message(Chat(1, ChatKind.GROUP, "g"), 1, 0, BOT, "x", keyboard=keyboard)


@pytest.mark.parametrize(
    ("labels", "wanted", "found"),
    [
        pytest.param(("One", "One more"), "One", "One", id="exact wins"),
        pytest.param(("🇰🇿 Kazakhstan", "🇺🇿 Uzbekistan"), "Uzbek", "🇺🇿 Uzbekistan", id="a part is enough"),
    ],
)
def test_buttons_are_found_by_label(labels: tuple[str, ...], wanted: str, found: str) -> None:
    assert message_with(*labels).button(wanted)["text"] == found


@pytest.mark.parametrize("wanted", ["Three", "T"])
def test_a_label_that_fits_none_or_several_names_what_is_there(wanted: str) -> None:
    with pytest.raises(SimulatorError, match=r"the message has \['One', 'Two', 'Ten'\]"):
        message_with("One", "Two", "Ten").button(wanted)


def test_a_message_without_keyboard_has_no_labels() -> None:
    assert Message(Chat(1, ChatKind.GROUP, "g"), 1, 0, None).labels == []
