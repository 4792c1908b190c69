"""SQL that reads the index, the same shape on both databases."""

from __future__ import annotations

# ruff: noqa: S608 (only texts of this module are put together; whatever comes from outside is a bound parameter)
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from storage.search.keys import ID_BITS
from storage.search.matching import FTS5, TSQUERY, Syntax

GREATEST_KEY = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a database names the key and asks for a match."""

    syntax: Syntax
    key: str
    match: str


SQLITE = Dialect(FTS5, "rowid", "search_index MATCH :{name}")
POSTGRESQL = Dialect(TSQUERY, "key", "tokens @@ CAST(:{name} AS tsquery)")


def dialect_of(session: AsyncSession) -> Dialect:
    """The session's database."""
    return SQLITE if session.get_bind().dialect.name == "sqlite" else POSTGRESQL


@dataclass(frozen=True, slots=True)
class Window:
    """What to read: an expression (None: everything), what must not match, a range of keys, sources."""

    match: str | None = None
    without: str | None = None
    lowest: int = 0
    highest: int = GREATEST_KEY
    sources: tuple[str, ...] = ()

    def where(self, dialect: Dialect) -> str:
        """The conditions, for parameters of ``values``."""
        conditions = [f"{dialect.key} >= :lowest", f"{dialect.key} <= :highest"]
        if self.match is not None:
            conditions.insert(0, dialect.match.format(name="match"))
        if self.without is not None:
            inner = dialect.match.format(name="without")
            conditions.append(f"{dialect.key} NOT IN (SELECT {dialect.key} FROM search_index WHERE {inner})")
        if self.sources:
            conditions.append(
                f"({dialect.key} & {(1 << ID_BITS) - 1}) IN (SELECT id FROM headline WHERE source_id IN :sources)"
            )
        return " AND ".join(conditions)

    def values(self) -> dict[str, Any]:
        """The parameters of ``where``."""
        values: dict[str, Any] = {"lowest": self.lowest, "highest": self.highest}
        if self.match is not None:
            values["match"] = self.match
        if self.without is not None:
            values["without"] = self.without
        if self.sources:
            values["sources"] = list(self.sources)
        return values


def newest(window: Window, dialect: Dialect) -> TextClause:
    """SELECT key, title, rest, newest first; with :limit and :offset."""
    statement = text(
        f"SELECT {dialect.key} AS key, title, rest FROM search_index WHERE {window.where(dialect)} "
        f"ORDER BY {dialect.key} DESC LIMIT :limit OFFSET :offset"
    )
    return _with_sources(statement, window)


def count_up_to(window: Window, dialect: Dialect) -> TextClause:
    """SELECT how many match, counting no further than :limit."""
    statement = text(
        f"SELECT count(*) FROM (SELECT {dialect.key} FROM search_index WHERE {window.where(dialect)} LIMIT :limit) AS counted"
    )
    return _with_sources(statement, window)


def sharing(dialect: Dialect, expressions: Sequence[str]) -> TextClause:
    """SELECT key and the summed weights :weight_N of the expressions :match_N it meets, best first, then newest.

    Each expression counts in its newest :each headlines of the range, so that a frequent word costs no more than that.
    """
    asked = " UNION ALL ".join(
        f"SELECT * FROM (SELECT {dialect.key} AS key, CAST(:weight_{number} AS double precision) AS weight "
        f"FROM search_index WHERE {dialect.match.format(name=f'match_{number}')} "
        f"AND {dialect.key} >= :lowest AND {dialect.key} <= :highest ORDER BY {dialect.key} DESC LIMIT :each) AS s{number}"
        for number in range(len(expressions))
    )
    return text(
        f"SELECT key, sum(weight) FROM ({asked}) AS met GROUP BY key ORDER BY 2 DESC, 1 DESC LIMIT :limit"
    )


def _with_sources(statement: TextClause, window: Window) -> TextClause:
    return statement.bindparams(bindparam("sources", expanding=True)) if window.sources else statement
