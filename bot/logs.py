"""Logging: readable lines or JSON, each with an ``action`` and ids; the token cannot appear."""

from __future__ import annotations

import json
import logging
import re
import sys
from typing import TextIO

# The attributes every record has; what else a record carries was given by ``extra``.
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
TOKEN = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{20,100}")


class HideToken(logging.Filter):
    """A last guard: whatever looks like a bot token is blanked, also inside tracebacks."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Blank tokens in the text of the record; never drops one."""
        text = record.getMessage()
        if TOKEN.search(text):
            record.msg, record.args = TOKEN.sub("***", text), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = TOKEN.sub("***", logging.Formatter().formatException(record.exc_info))
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON: time, level, logger, message, then its extras."""
        fields: dict[str, object] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **extras(record),
        }
        if record.exc_text:
            fields["traceback"] = record.exc_text
        return json.dumps(fields, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """``12:00:01 info    bot.courier: sentence action=… id=…``."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line (and its traceback below)."""
        tail = "".join(f" {name}={value}" for name, value in extras(record).items())
        line = f"{self.formatTime(record, '%H:%M:%S')} {record.levelname.lower():7} {record.name}: {record.getMessage()}{tail}"
        return f"{line}\n{record.exc_text}" if record.exc_text else line


def extras(record: logging.LogRecord) -> dict[str, object]:
    """What the call site added: ``action`` and ids."""
    return {
        name: value for name, value in vars(record).items() if name not in STANDARD and name != "exc_text"
    }


def set_up_logging(log_format: str, *, stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """One handler on the root logger. httpx logs every URL, and a Bot API URL contains the token: it is silenced."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if log_format == "json" else TextFormatter())
    handler.addFilter(HideToken())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore", "apscheduler", "uvicorn", "alembic", "trafilatura"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
