"""SQL that reads the index, the same shape on both databases."""

from __future__ import annotations

# ruff: noqa: S608 (only texts of this module are put together; whatever comes from outside is a bound parameter)
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from storage.search.keys import ID_BITS
from storage.search.matching import FTS5, TSQUERY, Syntax

GREATEST_KEY = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a database names the key, asks for a match, and takes a list of texts as one parameter."""

    syntax: Syntax
    key: str
    match: str
    among: str
    takes_json: bool

    def matching(self, name: str) -> str:
        """The condition that a row matches parameter ``name``."""
        return self.match.format(name=name)

    def is_among(self, name: str) -> str:
        """The end of a condition: … is one of parameter ``name``."""
        return self.among.format(name=name)

    def listed(self, values: Sequence[str]) -> Any:
        """A list as that parameter."""
        return json.dumps(list(values)) if self.takes_json else list(values)


SQLITE = Dialect(
    FTS5, "rowid", "search_index MATCH :{name}", "IN (SELECT value FROM json_each(:{name}))", takes_json=True
)
POSTGRESQL = Dialect(
    TSQUERY, "key", "tokens @@ CAST(:{name} AS tsquery)", "= ANY(CAST(:{name} AS text[]))", takes_json=False
)


@dataclass(frozen=True, slots=True)
class Window:
    """What to read: an expression (None: everything), what must not match, a range of keys, sources.

    ``within`` are facets to look for in the rows: one of each group.
    """

    match: str | None = None
    without: str | None = None
    lowest: int = 0
    highest: int = GREATEST_KEY
    sources: tuple[str, ...] = ()
    within: tuple[tuple[str, ...], ...] = ()

    def where(self, dialect: Dialect) -> str:
        """The conditions, for parameters of ``values``."""
        conditions = [f"{dialect.key} >= :lowest", f"{dialect.key} <= :highest"]
        if self.match is not None:
            conditions.insert(0, dialect.matching("match"))
        if self.without is not None:
            excluded = f"SELECT {dialect.key} FROM search_index WHERE {dialect.matching('without')}"
            conditions.append(f"{dialect.key} NOT IN ({excluded})")
        if self.sources:
            ids = f"SELECT id FROM headline WHERE source_id {dialect.is_among('sources')}"
            conditions.append(f"({dialect.key} & {(1 << ID_BITS) - 1}) IN ({ids})")
        for number, facets in enumerate(self.within):
            either = (f"instr(rest || ' ', :within_{number}_{place}) > 0" for place in range(len(facets)))
            conditions.append(f"({' OR '.join(either)})")
        return " AND ".join(conditions)

    def values(self, dialect: Dialect) -> dict[str, Any]:
        """The parameters of ``where``."""
        values: dict[str, Any] = {"lowest": self.lowest, "highest": self.highest}
        if self.match is not None:
            values["match"] = self.match
        if self.without is not None:
            values["without"] = self.without
        if self.sources:
            values["sources"] = dialect.listed(self.sources)
        for number, facets in enumerate(self.within):
            values |= {f"within_{number}_{place}": f"{facet} " for place, facet in enumerate(facets)}
        return values


def newest(window: Window, dialect: Dialect) -> str:
    """SELECT key, title, rest, newest first; with :limit and :offset."""
    return (
        f"SELECT {dialect.key}, title, rest FROM search_index WHERE {window.where(dialect)} "
        f"ORDER BY {dialect.key} DESC LIMIT :limit OFFSET :offset"
    )


def count_up_to(window: Window, dialect: Dialect) -> str:
    """SELECT how many match, counting no further than :limit."""
    matching = f"SELECT {dialect.key} FROM search_index WHERE {window.where(dialect)} LIMIT :limit"
    return f"SELECT count(*) FROM ({matching}) AS counted"


def sharing(dialect: Dialect, count: int) -> str:
    """SELECT key and the summed weights :weight_N of the ``count`` expressions :match_N it meets, best first, then newest.

    Each expression counts in its newest :each headlines of the range, so that a frequent word costs no more than that.
    """
    asked = " UNION ALL ".join(
        f"SELECT * FROM (SELECT {dialect.key} AS key, CAST(:weight_{number} AS double precision) AS weight "
        f"FROM search_index WHERE {dialect.matching(f'match_{number}')} "
        f"AND {dialect.key} >= :lowest AND {dialect.key} <= :highest ORDER BY {dialect.key} DESC LIMIT :each) AS s{number}"
        for number in range(count)
    )
    return f"SELECT key, sum(weight) FROM ({asked}) AS met GROUP BY key ORDER BY 2 DESC, 1 DESC LIMIT :limit"
