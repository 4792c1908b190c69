"""The declarative base: naming convention, 64-bit integers, aware UTC datetimes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, String
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

# Telegram's ids are 64-bit: PostgreSQL's integer overflows on them, SQLite hides it. SQLite gives row ids to INTEGER only.
BIG = BigInteger().with_variant(Integer, "sqlite")

UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_ESCAPED_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def storable(text: str) -> str:
    """The text with the replacement character for what a database refuses."""
    return UNSTORABLE.sub("\ufffd", text)


def storable_json(document: str) -> str:
    """The same for a JSON document, where a NUL is written with an escape."""
    if "\\u0000" in document:
        document = _ESCAPED_NUL.sub(r"\1\\ufffd", document)
    return storable(document)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware in, aware out; SQLite would otherwise drop the offset silently."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Refuse naive datetimes, convert the others to UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give every stored instant its UTC back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class PlainText(TypeDecorator[str]):
    """Text that both databases take: PostgreSQL refuses NUL, and half a surrogate pair has no UTF-8 on either."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Put the replacement character in their place, so that one odd title cannot fail a whole batch."""
        return storable(value) if value else value


class Base(DeclarativeBase):
    """All tables share one metadata with named constraints, which Alembic needs on SQLite."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {int: BIG, str: PlainText(), datetime: UtcDateTime()}
