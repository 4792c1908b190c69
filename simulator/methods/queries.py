"""Answers to tapped buttons and to inline searches."""

from __future__ import annotations

from typing import Any

from simulator.errors import QUERY_TOO_OLD, bad_request
from simulator.formatting import format_text
from simulator.parameters import Call
from simulator.state import InlineSearch, State

MAX_ANSWER = 200
MAX_RESULTS = 50
MAX_RESULT_ID_BYTES = 64
MAX_OFFSET_BYTES = 64


def answer_callback_query(state: State, call: Call) -> bool:
    """Answer a tap, once."""
    if len(call.text("text")) > MAX_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    tap = state.taps.get(call.text("callback_query_id"))
    if tap is None or tap.is_answered:
        raise bad_request(QUERY_TOO_OLD)
    tap.answer = {"text": call.text("text"), "show_alert": call.flag("show_alert"), "url": call.text("url")}
    shown = dict(tap.answer) | {
        "chat_id": tap.message.chat.id,
        "query_id": tap.query_id,
        "user_id": tap.person.id,
    }
    state.feed.tell("answer", lambda: shown)
    state.bell.ring()
    return True


def answer_inline_query(state: State, call: Call) -> bool:
    """Answer an inline search, once."""
    results = call.json("results", "inline query results")
    if not isinstance(results, list):
        raise bad_request("expected an Array of inline query results")
    if len(results) > MAX_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    if len(call.text("next_offset").encode()) > MAX_OFFSET_BYTES:
        raise bad_request("NEXT_OFFSET_INVALID")
    checked = [_check_result(result) for result in results]
    if len({result["id"] for result in checked}) < len(checked):
        raise bad_request("RESULT_ID_DUPLICATE")
    search = state.searches.get(call.text("inline_query_id"))
    if search is None or search.results is not None:
        raise bad_request(QUERY_TOO_OLD)
    _keep(search, call, checked)
    state.feed.tell("inline", lambda: {"chat_id": 0, "query_id": search.query_id, "results": checked})
    state.bell.ring()
    return True


def _keep(search: InlineSearch, call: Call, results: list[dict[str, Any]]) -> None:
    search.results = results
    search.options = {
        "next_offset": call.text("next_offset"),
        "is_personal": call.flag("is_personal"),
        "cache_time": call.integer("cache_time", 300),
        "button": call.json("button", "inline query results button"),
    }


def _check_result(result: Any) -> dict[str, Any]:
    complaint = "can't parse inline query result: "
    if not isinstance(result, dict) or not isinstance(result.get("type"), str):
        raise bad_request(f'{complaint}Can\'t find field "type"')
    if not 0 < len(str(result.get("id", "")).encode()) <= MAX_RESULT_ID_BYTES:
        raise bad_request("RESULT_ID_INVALID")
    if result["type"] == "article" and not str(result.get("title", "")).strip():
        raise bad_request("ARTICLE_TITLE_EMPTY")
    content = result.get("input_message_content")
    if isinstance(content, dict) and "message_text" in content:
        formatted = format_text(str(content["message_text"]), parse_mode=str(content.get("parse_mode") or ""))
        if not formatted.text:
            raise bad_request("MESSAGE_EMPTY")
    elif result["type"] == "article":
        raise bad_request(f'{complaint}Can\'t find field "input_message_content"')
    return result
