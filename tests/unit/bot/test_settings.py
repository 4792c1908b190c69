from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from bot.settings import Secret, parse_settings, read_environment
from news.errors import WrongUseError

TOKEN = "123456789:" + "A" * 35
EXAMPLE = Path(__file__).parents[3] / ".env.example"


def test_an_empty_environment_has_working_defaults():
    settings = parse_settings({})
    assert not settings.has_token
    assert settings.database_url.startswith("sqlite+aiosqlite:////")
    assert settings.fetch.timeout_s == 30


def test_everything_can_be_set():
    settings = parse_settings(
        {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": "http://127.0.0.1:9/",
            "DATABASE_URL": "postgresql://anna:secret@db/jarchi",
            "ADMIN_IDS": "1, 22,333",
            "JARCHI_HTTP": "[::1]:80",
            "WEBHOOK_URL": "https://example.org",
            "WEBHOOK_SECRET": "s3cret",
            "MESSAGES_PER_SECOND": "900",
            "PAID_BROADCAST": "1",
            "FETCH_MAX_MB": "0.5",
            "JARCHI_ZONE": "Asia/Tashkent",
            "LOG_FORMAT": "JSON",
        }
    )
    assert settings.token.reveal() == TOKEN
    assert settings.api_url == "http://127.0.0.1:9"
    assert settings.database_url == "postgresql+psycopg://anna:secret@db/jarchi"
    assert settings.admin_ids == {1, 22, 333}
    assert (settings.http_host, settings.http_port) == ("[::1]", 80)
    assert settings.fetch.max_bytes == 524288
    assert settings.log_format == "json"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("TELEGRAM_BOT_TOKEN", "hello", id="token without its shape"),
        pytest.param("TELEGRAM_API_URL", "ftp://example.org", id="another scheme"),
        pytest.param("TELEGRAM_API_URL", "https://me@example.org", id="user name in the address"),
        pytest.param("TELEGRAM_API_URL", "https://[::1", id="broken bracket"),
        pytest.param("DATABASE_URL", "mysql://db", id="another database"),
        pytest.param("ADMIN_IDS", "anna", id="a name is no id"),
        pytest.param("ADMIN_IDS", "1;2", id="semicolon"),
        pytest.param("JARCHI_HTTP", "8088", id="no host"),
        pytest.param("JARCHI_HTTP", "localhost:99999", id="no such port"),
        pytest.param("MESSAGES_PER_SECOND", "fast", id="no number"),
        pytest.param("MESSAGES_PER_SECOND", "0", id="too slow"),
        pytest.param("MESSAGES_PER_SECOND", "31", id="over the free limit"),
        pytest.param("PAID_BROADCAST", "yes", id="flag is 0 or 1"),
        pytest.param("FETCH_PER_HOST", "1000", id="too many"),
        pytest.param("JARCHI_ZONE", "Asia/Astana", id="no such zone"),
        pytest.param("WEBHOOK_SECRET", "with space", id="secret with a space"),
        pytest.param("LOG_FORMAT", "xml", id="no such format"),
    ],
)
def test_a_bad_setting_is_refused_in_one_sentence_that_names_it(name: str, value: str):
    with pytest.raises(WrongUseError, match=name) as refused:
        parse_settings({name: value})
    assert str(refused.value).count("\n") == 0


@pytest.mark.parametrize("missing", ["WEBHOOK_SECRET", "TELEGRAM_BOT_TOKEN"])
def test_a_webhook_needs_its_secret_and_a_token(missing: str):
    environment = {"WEBHOOK_URL": "https://example.org", "WEBHOOK_SECRET": "s", "TELEGRAM_BOT_TOKEN": TOKEN}
    del environment[missing]
    with pytest.raises(WrongUseError, match=missing):
        parse_settings(environment)


def test_no_secret_in_any_repr():
    settings = parse_settings(
        {"TELEGRAM_BOT_TOKEN": TOKEN, "WEBHOOK_SECRET": "hush", "DATABASE_URL": "postgresql://a:pass@h/d"}
    )
    shown = repr(settings) + str(settings) + str(dataclasses.asdict(settings).get("token"))
    assert not re.search(r"AAAA|hush|pass", shown)
    assert repr(Secret("x")) == "Secret(***)"


def test_a_bad_token_is_not_repeated():
    with pytest.raises(WrongUseError) as refused:
        parse_settings({"TELEGRAM_BOT_TOKEN": "my-real-secret"})
    assert "my-real-secret" not in str(refused.value)


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    dotenv = tmp_path / ".env"
    dotenv.write_text("ADMIN_IDS=1\nLOG_FORMAT=json\n")
    monkeypatch.setenv("ADMIN_IDS", "2")
    environment = read_environment(dotenv)
    assert (environment["ADMIN_IDS"], environment["LOG_FORMAT"]) == ("2", "json")
    assert "LOG_FORMAT" not in read_environment(tmp_path / "absent")


def test_the_example_lists_every_setting_and_parses():
    text = EXAMPLE.read_text("utf-8")
    listed = dict(re.findall(r"^([A-Z_]+)=(.*)$", text, flags=re.MULTILINE))
    source = (EXAMPLE.parent / "bot" / "settings.py").read_text("utf-8")
    read = set(re.findall(r'reading\.\w+\(\s*"([A-Z_]+)"', source))
    assert set(listed) == read
    assert parse_settings(listed) == parse_settings({})
