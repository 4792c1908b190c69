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
    everything: str
    matching: str
    among: str
    takes_json: bool
    stops_early: bool

    def found(self, name: str | None) -> str:
        """SELECT key (and what else tells of a row) of all that match parameter ``name``; None: of all."""
        return self.matching.format(name=name) if name else self.everything

    def is_among(self, name: str, kind: str = "text") -> str:
        """The end of a condition: … is one of parameter ``name``, a list of this type."""
        return self.among.format(name=name, kind=kind)

    def listed(self, values: Sequence[str] | Sequence[int]) -> Any:
        """A list as that parameter."""
        return json.dumps(list(values)) if self.takes_json else list(values)


SQLITE = Dialect(
    FTS5,
    "rowid",
    "SELECT rowid AS key, rest FROM search_index",
    "SELECT rowid AS key, rest FROM search_index WHERE search_index MATCH :{name}",
    "IN (SELECT value FROM json_each(:{name}))",
    takes_json=True,
    stops_early=True,
)
# The expression that the GIN index is made of. The slice of time is part of it, so that it takes no room in the row.
TOKENS = "array_to_tsvector(string_to_array(btrim(title || ' ' || rest) || ' _w' || (key >> 50)::text, ' '))"
# OFFSET keeps the planner from looking for the newest first: working the expression out for each row takes much longer.
POSTGRESQL = Dialect(
    TSQUERY,
    "key",
    "SELECT key FROM search_index",
    f"SELECT key FROM search_index WHERE {TOKENS} @@ CAST(:{{name}} AS tsquery) OFFSET 0",
    "= ANY(CAST(:{name} AS {kind}[]))",
    takes_json=False,
    stops_early=False,
)


@dataclass(frozen=True, slots=True)
class Window:
    """What to read: an expression (None: everything), what must not match, a range of keys, sources.

    ``within`` are facets to look for in the rows, or in their keys where those tell: one of each group. ``groups`` are
    the tokens of which the expression demands one each, as far as that is known. ``recent`` is the expression for keys
    from ``boundary`` on, when those are to be looked at first.
    """

    match: str | None = None
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
                f"key NOT IN (SELECT key FROM ({dialect.found(f'without{place}')}) AS excluded)"
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
            "match": self.match,
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


def newest(window: Window, dialect: Dialect, place: str = "") -> str:
    """SELECT key, newest first; with :limit."""
    match = dialect.found(None if window.match is None else f"match{place}")
    where = window.where(dialect, place)
    if window.recent is None:
        return f"SELECT key FROM ({match}) AS met WHERE {where} ORDER BY key DESC LIMIT :limit"
    recent = (
        f"SELECT key FROM ({dialect.found(f'recent{place}')}) AS met WHERE {where} "
        f"AND key >= :boundary{place} ORDER BY key DESC LIMIT :limit"
    )
    older = (
        f"SELECT key FROM ({match}) AS met WHERE {where} AND key < :boundary{place} "
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
