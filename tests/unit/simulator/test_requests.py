from __future__ import annotations

from urllib.parse import urlencode

import httpx
import pytest

from simulator.errors import ApiError
from simulator.requests import MAX_BODY_BYTES, encode, read_fields, refuse_long

FORM = "application/x-www-form-urlencoded"


def sent(**options: object) -> httpx.Request:
    request = httpx.Request("POST", "http://127.0.0.1/", **options)  # type: ignore[arg-type]
    request.read()
    return request


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("plain", id="ascii"),
        pytest.param("Қазақстан 😀 жаңалығы", id="not ascii"),
        pytest.param("a+b & c=d %41 100%", id="characters with a meaning"),
        pytest.param("", id="empty"),
        pytest.param("a\nb\tc", id="white space"),
    ],
)
def test_forms_are_read_as_they_were_written(text: str) -> None:
    body = urlencode({"text": text, "chat_id": "1"}).encode()

    assert read_fields(b"", FORM, body) == ({"text": text, "chat_id": "1"}, {})


def test_the_query_string_is_read_too_and_the_body_wins() -> None:
    assert read_fields(b"a=1&b=2", FORM, b"b=3") == ({"a": "1", "b": "3"}, {})


def test_stray_percent_signs_stay() -> None:
    assert read_fields(b"", FORM, b"a=%zz%4&&b")[0] == {"a": "%zz%4", "b": ""}


def test_json_keeps_its_types_and_drops_nulls() -> None:
    fields, _ = read_fields(b"", "application/json; charset=utf-8", b'{"a": 1, "b": null, "c": ["x"]}')

    assert fields == {"a": 1, "c": ["x"]}


def test_multipart_gives_fields_and_files() -> None:
    request = sent(data={"caption": "жаңа"}, files={"document": ("отчёт.txt", b"\0body", "text/plain")})

    fields, files = read_fields(b"", request.headers["content-type"], request.content)

    assert fields == {"caption": "жаңа"}
    assert (files["document"].name, files["document"].body) == ("отчёт.txt", b"\0body")


@pytest.mark.parametrize(
    ("content_type", "body", "refusal"),
    [
        pytest.param("application/json", b"{", "can't parse JSON encoded request", id="broken JSON"),
        pytest.param("application/json", b"[" * 100_000, "can't parse JSON encoded request", id="deep JSON"),
        pytest.param("application/json", b"[]", "object expected", id="JSON array"),
        pytest.param(FORM, b"a=%ff", "UTF-8", id="not UTF-8"),
        pytest.param(FORM, b"&".join([b"a=1"] * 202), "too many fields", id="many fields"),
        pytest.param("text/plain", b"x", "unsupported content type", id="another type"),
        pytest.param("multipart/form-data", b"x", "multipart", id="no boundary"),
        pytest.param("multipart/form-data; boundary=b", b"no boundary here", "multipart", id="not multipart"),
    ],
)
def test_broken_bodies_are_refused(content_type: str, body: bytes, refusal: str) -> None:
    with pytest.raises(ApiError, match=refusal):
        read_fields(b"", content_type, body)


def test_too_many_parts_are_refused() -> None:
    request = sent(data={f"f{number}": "x" for number in range(201)}, files={"a": b"x"})

    with pytest.raises(ApiError, match="too many fields"):
        read_fields(b"", request.headers["content-type"], request.content)


def test_an_empty_request_has_no_fields() -> None:
    assert read_fields(b"", "", b"") == ({}, {})
    assert read_fields(b"", "application/json", b"") == ({}, {})


def test_long_bodies_are_refused() -> None:
    refuse_long(MAX_BODY_BYTES)
    with pytest.raises(ApiError, match="Request Entity Too Large"):
        refuse_long(MAX_BODY_BYTES + 1)


def test_answers_are_plain_utf8() -> None:
    assert encode({"text": "жаңа"}) == '{"text":"жаңа"}'.encode()
