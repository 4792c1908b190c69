"""What the methods do, asked over HTTP as a client would."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from simulator import Message, Standing
from tests.integration.simulator_stage import Stage, open_stage

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with open_stage() as opened:
        yield opened


async def test_an_edit_must_change_something(stage: Stage) -> None:
    sent = await stage.result("sendMessage", chat_id=stage.anna.id, text="<b>x</b>", parse_mode="HTML")
    place = {"chat_id": stage.anna.id, "message_id": sent["message_id"]}

    same = await stage.ask("editMessageText", **place, text=" <b>x</b> ", parse_mode="HTML")
    no_keyboard = await stage.ask("editMessageReplyMarkup", **place)
    edited = await stage.result("editMessageText", **place, text="x")

    assert same["description"] == no_keyboard["description"] == f"Bad Request: {NOT_MODIFIED}"
    assert edited["edit_date"] >= edited["date"]
    assert "entities" not in edited


async def test_texts_and_captions_are_edited_by_their_own_methods(stage: Stage) -> None:
    text = await stage.result("sendMessage", chat_id=stage.anna.id, text="x")
    files = {"document": ("a.txt", b"body")}
    path = f"/bot{stage.simulator.token}/sendDocument"
    document = (await stage.client.post(path, data={"chat_id": str(stage.anna.id)}, files=files)).json()[
        "result"
    ]

    def place(message: dict[str, Any]) -> dict[str, Any]:
        return {"chat_id": stage.anna.id, "message_id": message["message_id"]}

    no_caption = await stage.ask("editMessageCaption", **place(text), caption="y")
    no_text = await stage.ask("editMessageText", **place(document), text="y")
    edited = await stage.result("editMessageCaption", **place(document), caption="y")

    assert no_caption["description"] == "Bad Request: there is no caption in the message to edit"
    assert no_text["description"] == "Bad Request: there is no text in the message to edit"
    assert edited["caption"] == "y"


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        pytest.param(b"", "file must be non-empty", id="empty"),
        pytest.param(b"no picture", "IMAGE_PROCESS_FAILED", id="no picture"),
        pytest.param(
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1" + b"\0" * 10_485_760,
            "file is too big",
            id="too big",
        ),
    ],
)
async def test_pictures_that_are_refused(stage: Stage, body: bytes, refusal: str) -> None:
    path = f"/bot{stage.simulator.token}/sendPhoto"
    response = await stage.client.post(
        path, data={"chat_id": str(stage.anna.id)}, files={"photo": ("a.png", body)}
    )

    assert refusal in response.json()["description"]


async def test_a_body_beyond_fifty_megabytes_is_refused(stage: Stage) -> None:
    path = f"/bot{stage.simulator.token}/sendDocument"
    response = await stage.client.post(path, files={"document": ("a", b"x" * (52 * 2**20))})

    assert response.json() == {"ok": False, "error_code": 413, "description": "Request Entity Too Large"}


async def test_a_stranger_and_a_blocker_cannot_be_written_to(stage: Stage) -> None:
    stranger = stage.simulator.person("Stranger")
    before = await stage.ask("sendMessage", chat_id=stranger.id, text="x")
    await stage.anna.block()
    blocked = await stage.ask("sendMessage", chat_id=stage.anna.id, text="x")
    await stage.anna.say("/start")
    await stage.result("sendMessage", chat_id=stage.anna.id, text="x")
    await stage.anna.deactivate()
    gone = await stage.ask("sendMessage", chat_id=stage.anna.id, text="x")

    assert before["description"] == "Bad Request: chat not found"
    assert (blocked["error_code"], blocked["description"]) == (403, "Forbidden: bot was blocked by the user")
    assert (gone["error_code"], gone["description"]) == (403, "Forbidden: user is deactivated")


async def test_chats_that_the_bot_left_cannot_be_written_to(stage: Stage) -> None:
    await stage.anna.remove_bot(stage.group)
    await stage.anna.remove_bot(stage.channel)
    await stage.result("leaveChat", chat_id=stage.forum.id)

    answers = [
        await stage.ask("sendMessage", chat_id=chat.id, text="x")
        for chat in (stage.group, stage.forum, stage.channel)
    ]

    assert [answer["description"] for answer in answers] == [
        "Forbidden: bot was kicked from the group chat",
        "Forbidden: bot is not a member of the supergroup chat",
        "Forbidden: bot was kicked from the channel chat",
    ]


async def test_a_channel_takes_posts_of_administrators_only(stage: Stage) -> None:
    stage.channel.members[stage.simulator.state.bot.id] = Standing.MEMBER

    answer = await stage.ask("sendMessage", chat_id="@example_news", text="x")

    assert answer["description"] == "Bad Request: need administrator rights in the channel chat"


async def test_a_moved_group_tells_its_new_id(stage: Stage) -> None:
    moved = await stage.anna.migrate(stage.group)

    answer = await stage.ask("sendMessage", chat_id=stage.group.id, text="x")

    assert answer["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
    assert answer["parameters"] == {"migrate_to_chat_id": moved.id}
    assert (await stage.result("sendMessage", chat_id=moved.id, text="x"))["chat"]["type"] == "supergroup"


async def test_topics_and_replies(stage: Stage) -> None:
    topic = await stage.anna.add_topic(stage.forum, "News")
    asked = await stage.anna.send(stage.forum, "question", topic=topic)

    answer = await stage.result(
        "sendMessage",
        chat_id=stage.forum.id,
        text="x",
        message_thread_id=topic,
        reply_parameters={"message_id": asked.message_id},
    )
    lone = await stage.result(
        "sendMessage",
        chat_id=stage.forum.id,
        text="x",
        reply_parameters={"message_id": 999, "allow_sending_without_reply": True},
    )

    assert answer["message_thread_id"] == topic
    assert answer["reply_to_message"]["text"] == "question"
    assert "reply_to_message" not in lone


async def test_deleting(stage: Stage) -> None:
    ids = [
        (await stage.result("sendMessage", chat_id=stage.anna.id, text="x"))["message_id"] for _ in range(3)
    ]

    await stage.result("deleteMessage", chat_id=stage.anna.id, message_id=ids[0])
    await stage.result("deleteMessages", chat_id=stage.anna.id, message_ids=[*ids, 999])

    assert stage.anna.chat.bot_messages == []


@pytest.mark.parametrize(
    ("age_s", "is_deleted"),
    [pytest.param(47 * 3600, True, id="after 47 hours"), pytest.param(49 * 3600, False, id="after 49 hours")],
)
async def test_messages_can_be_deleted_for_two_days(stage: Stage, age_s: int, is_deleted: bool) -> None:
    sent = await stage.result("sendMessage", chat_id=stage.anna.id, text="x")
    stage.anna.chat.stored[sent["message_id"]].date -= age_s

    answer = await stage.ask("deleteMessage", chat_id=stage.anna.id, message_id=sent["message_id"])

    assert answer["ok"] is is_deleted
    if not is_deleted:
        assert answer["description"] == "Bad Request: message can't be deleted for everyone"


async def test_only_administrators_delete_what_others_wrote(stage: Stage) -> None:
    written = await stage.anna.send(stage.group, "x")
    place = {"chat_id": stage.group.id, "message_id": written.message_id}

    refused = await stage.ask("deleteMessage", **place)
    await stage.anna.promote_bot(stage.group)

    assert refused["description"] == "Bad Request: message can't be deleted"
    assert await stage.result("deleteMessage", **place) is True


async def test_all_kinds_of_entities_come_back(stage: Stage) -> None:
    markup = (
        f'<a href="x.kz">a</a><a href="tg://user?id={stage.anna.id}">b</a><a href="tg://user?id=1">c</a>'
        '<pre><code class="language-py">d</code></pre><tg-emoji emoji-id="5">👍</tg-emoji>'
        '<tg-time unix="1700000000" format="r">e</tg-time><tg-time unix="1700000000">f</tg-time>'
    )

    sent = await stage.result("sendMessage", chat_id=stage.anna.id, text=markup, parse_mode="HTML")

    assert [
        {key: value for key, value in entity.items() if key not in {"offset", "length"}}
        for entity in sent["entities"]
    ] == [
        {"type": "text_link", "url": "http://x.kz/"},
        {
            "type": "text_mention",
            "user": {"id": stage.anna.id, "is_bot": False, "first_name": "Anna", "language_code": "ru"},
        },
        {"type": "pre", "language": "py"},
        {"type": "custom_emoji", "custom_emoji_id": "5"},
        {"type": "date_time", "unix_time": 1700000000, "date_time_format": "r"},
        {"type": "date_time", "unix_time": 1700000000},
    ]


async def test_entities_may_be_sent_instead_of_markup(stage: Stage) -> None:
    given = [
        {"type": "text_link", "offset": 0, "length": 1, "url": "http://x.kz/"},
        {"type": "text_mention", "offset": 1, "length": 1, "user": {"id": stage.anna.id}},
        {"type": "bold", "offset": 2, "length": 1},
    ]

    sent = await stage.result("sendMessage", chat_id=stage.anna.id, text="abc", entities=given)
    marked = await stage.result(
        "sendMessage", chat_id=stage.anna.id, text="<i>a</i>", parse_mode="HTML", entities=given
    )

    assert [entity["type"] for entity in sent["entities"]] == ["text_link", "text_mention", "bold"]
    assert [entity["type"] for entity in marked["entities"]] == ["italic"]


async def test_profile_and_menus_are_kept_by_scope_and_language(stage: Stage) -> None:
    commands = [{"command": "digest", "description": "the news"}]
    scope = {"type": "all_private_chats"}
    await stage.result("setMyCommands", commands=commands, scope=scope, language_code="ru")
    await stage.result("setMyDescription", description="general")
    await stage.result("setMyDescription", description="русское", language_code="ru")
    await stage.result("setChatMenuButton", menu_button={"type": "commands"})

    assert await stage.result("getMyCommands", scope=scope, language_code="ru") == commands
    assert await stage.result("getMyCommands") == []
    assert await stage.result("getMyDescription", language_code="ru") == {"description": "русское"}
    assert await stage.result("getMyDescription", language_code="kk") == {"description": "general"}
    assert await stage.result("getMyShortDescription") == {"short_description": ""}
    assert await stage.result("getMyName") == {"name": "Jarchi"}
    assert await stage.result("getChatMenuButton") == {"type": "commands"}
    await stage.result("deleteMyCommands", scope=scope, language_code="ru")
    assert await stage.result("getMyCommands", scope=scope, language_code="ru") == []
    assert await stage.result("logOut") is True


async def test_members_and_counts(stage: Stage) -> None:
    guest = stage.simulator.person("Guest")
    await guest.join(stage.group)
    bot_id = stage.simulator.state.bot.id

    administrators = await stage.result("getChatAdministrators", chat_id=stage.channel.id)
    creator = await stage.result("getChatMember", chat_id=stage.group.id, user_id=stage.anna.id)
    bot = await stage.result("getChatMember", chat_id=stage.group.id, user_id=bot_id)
    nobody = await stage.result("getChatMember", chat_id=stage.channel.id, user_id=guest.id)

    assert [(member["user"]["id"], member["status"]) for member in administrators] == [
        (stage.anna.id, "creator"),
        (bot_id, "administrator"),
    ]
    assert (creator["status"], bot["status"], nobody["status"]) == ("creator", "member", "left")
    assert await stage.result("getChatMemberCount", chat_id=stage.group.id) == 3
    assert await stage.result("unpinChatMessage", chat_id=stage.group.id) is True
    assert await stage.result("pinChatMessage", chat_id=stage.anna.id, message_id=1) is True


async def test_a_member_of_the_population_has_a_standing(stage: Stage) -> None:
    stage.simulator.state.world.population = range(1000, 2000)

    assert (await stage.result("getChatMember", chat_id=1500, user_id=1500))["status"] == "member"


async def test_method_names_take_any_case(stage: Stage) -> None:
    assert (await stage.result("GETME"))["is_bot"] is True


def texts(messages: list[Message]) -> list[str]:
    return [message.text for message in messages]


async def test_the_flood_limits_answer_with_the_wait(stage: Stage) -> None:
    stage.simulator.flood.is_on = True

    answers = [await stage.ask("sendMessage", chat_id=stage.anna.id, text=f"{number}") for number in range(5)]

    refused = [answer for answer in answers if not answer["ok"]]
    assert refused[0]["description"] == "Too Many Requests: retry after 1"
    assert refused[0]["parameters"] == {"retry_after": 1}
    assert texts(stage.anna.chat.bot_messages) == ["0", "1", "2"]
    assert stage.simulator.ledger.refused[429] == len(refused) == 2
