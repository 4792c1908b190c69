from __future__ import annotations

from typing import Any

import pytest

from simulator.errors import ApiError
from simulator.keyboards import read_markup
from simulator.parameters import Call


def read(markup: Any) -> Any:
    return read_markup(Call("sendMessage", {"reply_markup": markup}, {}, 0.0))


def inline(*rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"inline_keyboard": list(rows)}


def button(data: str = "x", text: str = "label") -> dict[str, Any]:
    return {"text": text, "callback_data": data}


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        pytest.param(None, None, id="none"),
        pytest.param({}, None, id="empty object"),
        pytest.param(inline(), None, id="no rows"),
        pytest.param(inline([]), None, id="an empty row"),
        pytest.param(inline([button()], []), inline([button()]), id="empty rows vanish"),
        pytest.param(inline([button("ж" * 32)]), inline([button("ж" * 32)]), id="64 bytes"),
        pytest.param({"remove_keyboard": True}, {"remove_keyboard": True}, id="remove"),
        pytest.param({"force_reply": True}, {"force_reply": True}, id="force reply"),
        pytest.param({"keyboard": [["a"]]}, {"keyboard": [["a"]]}, id="reply keyboard"),
    ],
)
def test_keyboards_that_telegram_takes(markup: Any, expected: Any) -> None:
    assert read(markup) == expected


@pytest.mark.parametrize(
    ("markup", "refusal"),
    [
        pytest.param("[", "can't parse reply keyboard markup JSON object", id="no JSON"),
        pytest.param([], "object expected as reply markup", id="an array"),
        pytest.param({"inline_keyboard": 1}, "must be an Array of Arrays", id="rows are a number"),
        pytest.param(
            {"inline_keyboard": [1]}, "of the InlineKeyboardMarkup must be an Array of Arrays", id="flat"
        ),
        pytest.param(
            {"keyboard": ["a"]}, 'field "keyboard" must be an Array of Arrays', id="flat reply keyboard"
        ),
        pytest.param(inline([1]), "expected an Object", id="button is a number"),  # type: ignore[list-item]
        pytest.param(inline([{"callback_data": "x"}]), 'Can\'t find field "text"', id="no text"),
        pytest.param(inline([button(text=" ")]), "BUTTON_TEXT_INVALID", id="blank text"),
        pytest.param(inline([{"text": "x"}]), "Text buttons are unallowed", id="no action"),
        pytest.param(
            inline([{"text": "x", "callbackdata": "y"}]), 'unknown field "callbackdata"', id="misspelt"
        ),
        pytest.param(inline([button("")]), "BUTTON_DATA_INVALID", id="empty data"),
        pytest.param(inline([button("x" * 65)]), "BUTTON_DATA_INVALID", id="65 bytes"),
        pytest.param(inline([button("ж" * 33)]), "BUTTON_DATA_INVALID", id="66 bytes in 33 letters"),
        pytest.param(inline([{"text": "x", "url": "javascript:alert(1)"}]), "is invalid: ", id="url"),
        pytest.param(inline(*[[button()]] * 101), "reply markup is too long", id="101 buttons"),
        pytest.param(
            inline(*[[button("x" * 64, "y" * 60)]] * 99), "reply markup is too long", id="over 10 kB"
        ),
        pytest.param(inline([button()] * 9), "more than 8 buttons in a row", id="nine in a row"),
    ],
)
def test_keyboards_that_telegram_refuses(markup: Any, refusal: str) -> None:
    with pytest.raises(ApiError, match=refusal):
        read(markup)
