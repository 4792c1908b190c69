"""SQL that reads the index, the same shape on both databases."""

from __future__ import annotations

# ruff: noqa: S608 (only texts of this module are put together; whatever comes from outside is a bound parameter)
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from storage.search.keys import are_flagged, flags_of, id_in_sql
from storage.search.matching import FTS5, TSQUERY, Syntax

GREATEST_KEY = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a database names the key, finds what matches an expression, and takes a list as one parameter."""

    syntax: Syntax
    key: str
    columns: str
    match: str
    fence: str
    among: str
    takes_json: bool
    stops_early: bool

    def found(self, names: Sequence[str]) -> str:
        """SELECT key (and what else tells of a row) of all that match each of these parameters."""
        conditions = " AND ".join(self.match.format(name=name) for name in names)
        where = f" WHERE {conditions}{self.fence}" if names else ""
        return f"SELECT {self.columns} FROM search_index{where}"

    def is_among(self, name: str, kind: str = "text") -> str:
        """The end of a condition: … is one of parameter ``name``, a list of this type."""
        return self.among.format(name=name, kind=kind)

    def listed(self, values: Sequence[str] | Sequence[int]) -> Any:
        """A list as that parameter."""
        return json.dumps(list(values)) if self.takes_json else list(values)


SQLITE = Dialect(
    FTS5,
    "rowid",
    "rowid AS key, rest",
    "search_index MATCH :{name}",
    "",
    "IN (SELECT value FROM json_each(:{name}))",
    takes_json=True,
    stops_early=True,
)
# The expression that the GIN index is made of. The slices of time are part of it, so that they take no room in the row.
TOKENS = (
    "array_to_tsvector(string_to_array("
    "btrim(title || ' ' || rest) || ' _w' || (key >> 50)::text || ' _v' || (key >> 53)::text, ' '))"
)
# OFFSET keeps the planner from looking for the newest first: working the expression out for each row takes much longer.
POSTGRESQL = Dialect(
    TSQUERY,
    "key",
    "key",
    f"{TOKENS} @@ CAST(:{{name}} AS tsquery)",
    " OFFSET 0",
    "= ANY(CAST(:{name} AS {kind}[]))",
    takes_json=False,
    stops_early=False,
)


@dataclass(frozen=True, slots=True)
class Window:
    """What to read: expressions that must all match (none: everything), what must not, a range of keys, sources.

    ``within`` are facets to look for in the rows, or in their keys where those tell: one of each group. ``groups`` are
    the tokens of which the expressions demand one each, as far as that is known. ``recent`` is one more expression, for
    the keys from ``boundary`` on, when those are to be looked at first.
    """

    parts: tuple[str, ...] = ()
    without: str | None = None
    lowest: int = 0
    highest: int = GREATEST_KEY
    sources: tuple[str, ...] = ()
    within: tuple[tuple[str, ...], ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    recent: str | None = None
    boundary: int = 0

    def where(self, dialect: Dialect, place: str = "") -> str:
        """The conditions beside the expression, for parameters of ``values``."""
        conditions = [f"key >= :lowest{place}", f"key <= :highest{place}"]
        if self.without is not None:
            conditions.append(
                f"key NOT IN (SELECT key FROM ({dialect.found([f'without{place}'])}) AS excluded)"
            )
        if self.sources:
            ids = f"SELECT id FROM headline WHERE source_id {dialect.is_among(f'sources{place}')}"
            conditions.append(f"{id_in_sql('key')} IN ({ids})")
        for number, facets in enumerate(self.within):
            if are_flagged(facets):
                conditions.append(f"(key & :flags_{number}{place}) <> 0")
            else:
                either = (
                    f"instr(rest || ' ', :within_{number}_{which}{place}) > 0" for which in range(len(facets))
                )
                conditions.append(f"({' OR '.join(either)})")
        return " AND ".join(conditions)

    def values(self, dialect: Dialect, place: str = "") -> dict[str, Any]:
        """The parameters of ``where`` and of ``newest``; ``place`` tells those of several windows apart."""
        values: dict[str, Any] = {
            **dict(zip(_names(self, dialect, ""), _expressions(self, dialect), strict=True)),
            "without": self.without,
            "lowest": self.lowest,
            "highest": self.highest,
            "sources": dialect.listed(self.sources),
            "recent": self.recent,
            "boundary": self.boundary,
        }
        for number, facets in enumerate(self.within):
            values |= {f"within_{number}_{which}": f"{facet} " for which, facet in enumerate(facets)}
            values[f"flags_{number}"] = flags_of(facets)
        return {f"{name}{place}": value for name, value in values.items()}


def _expressions(window: Window, dialect: Dialect) -> Sequence[str]:
    """FTS5 takes one expression; GIN leaps from match to match between several, and goes through all within one."""
    if dialect.stops_early:
        return [dialect.syntax.all_of(window.parts)] if window.parts else []
    return window.parts


def _names(window: Window, dialect: Dialect, place: str) -> list[str]:
    return [f"match_{number}{place}" for number, _ in enumerate(_expressions(window, dialect))]


def newest(window: Window, dialect: Dialect, place: str = "") -> str:
    """SELECT key, newest first; with :limit."""
    names, where = _names(window, dialect, place), window.where(dialect, place)
    if window.recent is None:
        return f"SELECT key FROM ({dialect.found(names)}) AS met WHERE {where} ORDER BY key DESC LIMIT :limit"
    recent = (
        f"SELECT key FROM ({dialect.found([*names, f'recent{place}'])}) AS met WHERE {where} "
        f"AND key >= :boundary{place} ORDER BY key DESC LIMIT :limit"
    )
    older = (
        f"SELECT key FROM ({dialect.found(names)}) AS met WHERE {where} AND key < :boundary{place} "
        "AND (SELECT count(*) FROM recent) < :limit ORDER BY key DESC LIMIT :limit"
    )
    return (
        f"WITH recent AS MATERIALIZED ({recent}) SELECT key FROM recent UNION ALL ({older}) "
        "ORDER BY key DESC LIMIT :limit"
    )


def tokens(dialect: Dialect) -> str:
    """SELECT key, title, rest of :keys."""
    return f"SELECT {dialect.key}, title, rest FROM search_index WHERE {dialect.key} {dialect.is_among('keys', 'bigint')}"


def sharing(windows: Sequence[Window], dialect: Dialect) -> str:
    """SELECT key and the summed weights :weight_N of the windows it is in, best first, then newest; :most of them.

    Each window counts with its newest :limit headlines, so that a frequent word costs no more than that. Its parameters
    are at place "_N".
    """
    asked = " UNION ALL ".join(
        f"SELECT key, CAST(:weight_{number} AS double precision) AS weight FROM ({newest(window, dialect, f'_{number}')}) AS s{number}"
        for number, window in enumerate(windows)
    )
    return f"SELECT key, sum(weight) FROM ({asked}) AS met GROUP BY key ORDER BY 2 DESC, 1 DESC LIMIT :most"
