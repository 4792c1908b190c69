from __future__ import annotations

import json

import aiogram.methods
import pytest

from simulator.errors import ApiError
from simulator.methods import HANDLERS
from simulator.parameters import METHODS, Call, Upload


def call(method: str = "sendMessage", **fields: object) -> Call:
    return Call(method, fields, {}, now=0.0)


@pytest.mark.parametrize("method", METHODS)
def test_parameter_names_are_those_of_the_bot_api(method: str) -> None:
    model = getattr(aiogram.methods, method[0].upper() + method[1:])

    assert METHODS[method] == set(model.model_fields)


def test_every_method_has_a_handler() -> None:
    assert set(METHODS) - {"getUpdates"} == set(HANDLERS)


def test_an_unknown_parameter_is_refused_by_name() -> None:
    with pytest.raises(ApiError, match='unknown parameter "txet" of sendMessage'):
        call(chat_id="1", txet="x").check_names()


def test_a_file_may_have_any_name_that_a_parameter_attaches() -> None:
    upload = Upload("a.txt", "text/plain", b"x")

    Call("sendDocument", {"document": "attach://one"}, {"one": upload}, 0.0).check_names()
    with pytest.raises(ApiError, match='"two"'):
        Call("sendDocument", {"document": "attach://one"}, {"two": upload}, 0.0).check_names()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("true", True, id="text true"),
        pytest.param("True", True, id="any case"),
        pytest.param("1", True, id="one"),
        pytest.param(True, True, id="JSON true"),
        pytest.param("false", False, id="text false"),
        pytest.param(False, False, id="JSON false"),
        pytest.param("", False, id="empty"),
    ],
)
def test_flags(value: object, expected: bool) -> None:
    assert call(flag=value).flag("flag") is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("12", 12, id="text"),
        pytest.param(-12, -12, id="JSON number"),
        pytest.param("1.5", 7, id="not whole"),
        pytest.param("9" * 30, 7, id="absurd"),
        pytest.param("١٢", 7, id="other digits"),
        pytest.param("", 7, id="empty"),
    ],
)
def test_integers_fall_back_to_the_default(value: object, expected: int) -> None:
    assert call(number=value).integer("number", 7) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("5100000001", 5_100_000_001, id="person"),
        pytest.param(-1_002_100_000_001, -1_002_100_000_001, id="channel"),
        pytest.param(" 12 ", 12, id="spaces"),
        pytest.param("@Example_News", "example_news", id="public name"),
    ],
)
def test_chat_ids(value: object, expected: int | str) -> None:
    assert call(chat_id=value).chat_id() == expected


@pytest.mark.parametrize(
    ("value", "refusal"),
    [
        pytest.param("", "chat_id is empty", id="empty"),
        pytest.param("anna", "chat not found", id="not a number"),
        pytest.param(2**53, "chat not found", id="beyond 52 bits"),
    ],
)
def test_bad_chat_ids_are_refused(value: object, refusal: str) -> None:
    with pytest.raises(ApiError, match=refusal):
        call(chat_id=value).chat_id()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param('{"a": 1}', {"a": 1}, id="as a string"),
        pytest.param({"a": 1}, {"a": 1}, id="as itself"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="absent"),
    ],
)
def test_json_values(value: object, expected: object) -> None:
    assert call(markup=value).json("markup", "reply keyboard markup") == expected


def test_bad_json_is_refused_in_telegrams_words() -> None:
    with pytest.raises(ApiError, match="can't parse reply keyboard markup JSON object"):
        call(markup="{").json("markup", "reply keyboard markup")


def test_json_values_read_as_text_are_json_again() -> None:
    assert json.loads(call(value=["a"]).text("value")) == ["a"]


@pytest.mark.parametrize(
    "reference", [pytest.param("attach://photo", id="attached"), pytest.param("", id="by name")]
)
def test_uploads_are_found(reference: str) -> None:
    upload = Upload("a.png", "image/png", b"x")

    assert Call("sendPhoto", {"photo": reference}, {"photo": upload}, 0.0).upload("photo") is upload


def test_an_upload_does_not_print_its_body() -> None:
    assert "secret" not in repr(Upload("a", "b", b"secret"))
