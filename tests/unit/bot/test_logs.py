from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from bot.logs import set_up_logging

TOKEN = "123456789:" + "A" * 35


@pytest.fixture(autouse=True)
def _restore_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def written(log_format: str, write) -> str:
    stream = io.StringIO()
    set_up_logging(log_format, stream=stream)
    write(logging.getLogger("bot.courier"))
    return stream.getvalue()


def test_text_carries_action_and_ids():
    line = written("text", lambda log: log.info("sent %d", 3, extra={"action": "sent", "delivery": 7}))
    assert line.endswith("info    bot.courier: sent 3 action=sent delivery=7\n")


def test_json_is_one_object_a_line():
    line = written("json", lambda log: log.warning("жаңалық", extra={"action": "told", "chat_id": -100}))
    record = json.loads(line)
    assert (record["level"], record["message"], record["chat_id"]) == ("warning", "жаңалық", -100)


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_token_never_appears_not_even_in_a_traceback(log_format: str):
    def fail(log: logging.Logger) -> None:
        try:
            int(f"https://api.telegram.org/bot{TOKEN}/getMe")
        except ValueError:
            log.exception("failed at %s", f"bot{TOKEN}")

    text = written(log_format, fail)
    assert TOKEN not in text
    assert "Traceback" in text
    assert "bot***" in text


def test_httpx_may_not_log_addresses():
    text = written("text", lambda _log: logging.getLogger("httpx").info("GET https://api/bot%s", TOKEN))
    assert text == ""
