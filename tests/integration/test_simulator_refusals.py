"""Every refusal of the Bot API, asked over HTTP as a client would."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.integration.simulator_stage import Stage, open_stage

# A refusal changes nothing: all of them share one server.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    async with open_stage() as opened:
        yield opened


HERE = "<anna>"  # stands for the reader's chat id in the table
MISSING = "message to edit not found"
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@pytest.mark.parametrize(
    ("method", "fields", "refusal"),
    [
        ("sendMessage", {"chat_id": HERE}, "message text is empty"),
        ("sendMessage", {"chat_id": HERE, "text": ""}, "message text is empty"),
        ("sendMessage", {"chat_id": HERE, "text": " \n"}, "text must be non-empty"),
        ("sendMessage", {"chat_id": HERE, "text": "<b></b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ("sendMessage", {"chat_id": HERE, "text": "x" * 4097}, "message is too long"),
        (
            "sendMessage",
            {"chat_id": HERE, "text": "ж<x>", "parse_mode": "html"},
            'can\'t parse entities: Unsupported start tag "x" at byte offset 2',
        ),
        ("sendMessage", {"text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": 1, "text": "x"}, "chat not found"),
        ("sendMessage", {"chat_id": "@nobody_here", "text": "x"}, "chat not found"),
        ("sendMessage", {"chat_id": HERE, "text": "x", "message_thread_id": 1}, "message thread not found"),
        ("sendMessage", {"chat_id": HERE, "text": "x", "message_thread_id": 77}, "message thread not found"),
        (
            "sendMessage",
            {"chat_id": HERE, "text": "x", "reply_parameters": {"message_id": 999}},
            "message to be replied not found",
        ),
        (
            "sendMessage",
            {"chat_id": HERE, "text": "x", "reply_parameters": []},
            "object expected as reply parameters",
        ),
        (
            "sendMessage",
            {"chat_id": HERE, "text": "x", "entities": {}},
            "can't parse entities: expected an Array",
        ),
        ("sendMessage", {"chat_id": HERE, "text": "x", "entities": [1]}, 'Can\'t find field "type"'),
        (
            "sendMessage",
            {"chat_id": HERE, "text": "x", "entities": [{"type": "bold", "offset": -1, "length": 1}]},
            'Field "offset" must be a valid Number',
        ),
        (
            "sendMessage",
            {"chat_id": HERE, "text": "x", "entities": [{"type": "text_mention", "offset": 0, "length": 1}]},
            'Field "id" must be a valid Number',
        ),
        (
            "sendMessage",
            {"chat_id": HERE, "text": "x", "txet": "y"},
            'unknown parameter "txet" of sendMessage',
        ),
        ("sendPhoto", {"chat_id": HERE}, "there is no photo in the request"),
        (
            "sendPhoto",
            {"chat_id": HERE, "photo": "https://x.kz/a.png"},
            "wrong file identifier/HTTP URL specified",
        ),
        ("sendDocument", {"chat_id": HERE}, "there is no document in the request"),
        ("editMessageText", {"chat_id": HERE, "message_id": 999, "text": "x"}, MISSING),
        ("editMessageText", {"chat_id": HERE, "message_id": 1, "text": "x"}, "message can't be edited"),
        ("editMessageText", {"chat_id": HERE, "text": "x"}, "message identifier is not specified"),
        ("editMessageText", {"chat_id": HERE, "message_id": 1, "text": " "}, "text must be non-empty"),
        ("editMessageText", {"inline_message_id": "a", "text": "x"}, "MESSAGE_ID_INVALID"),
        ("editMessageReplyMarkup", {"chat_id": HERE, "message_id": 999}, MISSING),
        ("editMessageCaption", {"chat_id": HERE, "message_id": 999}, MISSING),
        ("deleteMessage", {"chat_id": HERE, "message_id": 999}, "message to delete not found"),
        ("deleteMessages", {"chat_id": HERE, "message_ids": []}, "message identifiers are not specified"),
        (
            "deleteMessages",
            {"chat_id": HERE, "message_ids": [1] * 101},
            "message identifiers are not specified",
        ),
        ("pinChatMessage", {"chat_id": HERE, "message_id": 999}, "message not found"),
        ("sendChatAction", {"chat_id": HERE, "action": "dancing"}, "wrong parameter action in request"),
        ("getChat", {"chat_id": 1}, "chat not found"),
        ("getChatMember", {"chat_id": HERE, "user_id": 1}, "user not found"),
        ("getChatAdministrators", {"chat_id": HERE}, "there are no administrators in the private chat"),
        ("leaveChat", {"chat_id": HERE}, "chat member status can't be changed in private chats"),
        ("getFile", {"file_id": "x"}, "invalid file_id"),
        ("answerCallbackQuery", {"callback_query_id": "1"}, TOO_OLD),
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, "MESSAGE_TOO_LONG"),
        ("answerInlineQuery", {"inline_query_id": "1", "results": []}, TOO_OLD),
        (
            "answerInlineQuery",
            {"inline_query_id": "1", "results": {}},
            "expected an Array of inline query results",
        ),
        ("answerInlineQuery", {"inline_query_id": "1", "results": [{}] * 51}, "RESULTS_TOO_MUCH"),
        ("answerInlineQuery", {"inline_query_id": "1", "results": [1]}, 'Can\'t find field "type"'),
        (
            "answerInlineQuery",
            {"inline_query_id": "1", "results": [], "next_offset": "x" * 65},
            "NEXT_OFFSET_INVALID",
        ),
        (
            "answerInlineQuery",
            {"inline_query_id": "1", "results": [{"type": "article", "id": "x" * 65}]},
            "RESULT_ID_INVALID",
        ),
        (
            "answerInlineQuery",
            {"inline_query_id": "1", "results": [{"type": "article", "id": "1", "title": " "}]},
            "ARTICLE_TITLE_EMPTY",
        ),
        (
            "answerInlineQuery",
            {"inline_query_id": "1", "results": [{"type": "article", "id": "1", "title": "t"}]},
            'Can\'t find field "input_message_content"',
        ),
        (
            "answerInlineQuery",
            {
                "inline_query_id": "1",
                "results": [
                    {
                        "type": "article",
                        "id": "1",
                        "title": "t",
                        "input_message_content": {"message_text": " "},
                    }
                ],
            },
            "MESSAGE_EMPTY",
        ),
        (
            "answerInlineQuery",
            {"inline_query_id": "1", "results": [{"type": "photo", "id": "1"}, {"type": "photo", "id": "1"}]},
            "RESULT_ID_DUPLICATE",
        ),
        ("setMyCommands", {}, "expected an Array of BotCommand"),
        ("setMyCommands", {"commands": [{}] * 101}, "BOT_COMMANDS_TOO_MUCH"),
        ("setMyCommands", {"commands": [1]}, "expected an Object as BotCommand"),
        ("setMyCommands", {"commands": [{"command": "Big", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ("setMyCommands", {"commands": [{"command": "a"}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ("setMyCommands", {"commands": [], "scope": {}}, "can't parse BotCommandScope"),
        ("setMyCommands", {"commands": [], "language_code": "eng"}, "invalid language code specified"),
        ("setMyName", {"name": "x" * 65}, "bot name is too long"),
        ("setMyDescription", {"description": "x" * 513}, "bot description is too long"),
        ("setMyShortDescription", {"short_description": "x" * 121}, "bot short description is too long"),
        ("setChatMenuButton", {"menu_button": {"type": "x"}}, "can't parse menu button"),
        ("getUpdates", {"allowed_updates": {}}, "expected an Array of allowed updates"),
        ("setWebhook", {"url": "http://example.kz"}, "An HTTPS URL must be provided for webhook"),
        ("setWebhook", {"url": "https://"}, "An HTTPS URL must be provided for webhook"),
        ("setWebhook", {"url": "https://example.kz:1234"}, "only on ports 80, 88, 443 or 8443"),
        ("setWebhook", {"url": "https://example.kz:99999999"}, "invalid webhook URL specified"),
        ("setWebhook", {"url": "", "secret_token": "a b"}, "secret token contains unallowed characters"),
    ],
)
async def test_refusals_in_telegrams_words(
    stage: Stage, method: str, fields: dict[str, Any], refusal: str
) -> None:
    real = {name: stage.anna.id if value is HERE else value for name, value in fields.items()}

    answer = await stage.ask(method, **real)

    assert answer["error_code"] == 400
    assert answer["description"].startswith("Bad Request: ")
    assert refusal in answer["description"]


@pytest.mark.parametrize(
    ("path", "code", "description"),
    [
        pytest.param("/bot1:wrong/getMe", 401, "Unauthorized", id="wrong token"),
        pytest.param("/bot{token}/getYou", 404, "Not Found: method not found", id="unknown method"),
        pytest.param("/bot{token}", 404, "Not Found", id="no method"),
        pytest.param("/file/bot{token}/documents/x", 404, "Not Found", id="unknown file"),
        pytest.param("/file/bot1:wrong/documents/x", 404, "Not Found", id="file with a wrong token"),
    ],
)
async def test_wrong_addresses(stage: Stage, path: str, code: int, description: str) -> None:
    response = await stage.client.get(path.format(token=stage.simulator.token))

    assert response.status_code == code
    assert response.json() == {"ok": False, "error_code": code, "description": description}
