"""Kazakh, Kyrgyz, Uzbek, Tajik and Turkmen words under longer stems: the index as the analyser of this version fills it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from alembic import op
from sqlalchemy import Connection

from news.text import index_words

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# ruff: noqa: S608 (only texts of this module are put together)

UNCHANGED = ("en", "ru", "tr")
"""Languages of Snowball. One that nobody knows may be any of the others."""
LOT = 2_000
ID = "((key >> 7) & 1073741823)"
"""The headline's id, as revision 0004 has put it into the key."""
TOLD = "SELECT id, title AS headline_title, summary, language FROM headline"
LOTS = {
    "sqlite": f"SELECT key, title, rest, headline_title, summary, language FROM (SELECT rowid AS key, title, rest FROM "
    f"search_index WHERE rowid > ? ORDER BY rowid LIMIT {LOT}) LEFT JOIN ({TOLD}) ON id = {ID} ORDER BY key",
    "postgresql": f"SELECT key, title, rest, headline_title, summary, language FROM (SELECT key, title, rest FROM "
    f"search_former WHERE key > %s ORDER BY key LIMIT {LOT}) AS lot LEFT JOIN ({TOLD}) AS told ON id = {ID} ORDER BY key",
}
# As revision 0004 has made them.
ASIDE = (
    "ALTER TABLE search_index RENAME TO search_former",
    "ALTER INDEX search_index_pkey RENAME TO search_former_pkey",
    "DROP INDEX ix_search_index_tokens",
    "CREATE TABLE search_index (key bigint PRIMARY KEY, title text NOT NULL, rest text NOT NULL)",
)
AGAIN = (
    "DROP TABLE search_former",
    """CREATE INDEX ix_search_index_tokens ON search_index USING gin (array_to_tsvector(string_to_array(
        btrim(title || ' ' || rest) || ' _w' || (key >> 50)::text || ' _v' || (key >> 53)::text, ' ')))
        WITH (fastupdate = on, gin_pending_list_limit = 128)""",
    "ALTER INDEX ix_search_index_tokens ALTER COLUMN 1 SET STATISTICS 500",
    "ANALYZE search_index",
)
INSERT = (
    "INSERT INTO search_index SELECT CAST(row ->> 0 AS bigint), row ->> 1, row ->> 2 "
    "FROM jsonb_array_elements(CAST(%s AS jsonb)) AS each (row)"
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        for some in lots(connection):
            rows = [words for row in some if (words := indexed(row)) != row[:3]]
            if rows:
                connection.exec_driver_sql(
                    "UPDATE search_index SET title = ?2, rest = ?3 WHERE rowid = ?1", rows
                )
        connection.exec_driver_sql("INSERT INTO search_index(search_index) VALUES ('optimize')")
        return
    # A table made anew, in order of the key: rows that are changed would leave as much room behind as they take.
    for statement in ASIDE:
        connection.exec_driver_sql(statement)
    for some in lots(connection):
        rows = [indexed(row) for row in some]
        connection.exec_driver_sql(INSERT, (json.dumps(rows, ensure_ascii=False),))
    for statement in AGAIN:
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    """Nothing: an earlier version finds less of these headlines, and has new ones under its own stems."""


def lots(connection: Connection) -> Iterator[Sequence[Any]]:
    """The rows of the index with what they were made of, some at a time, in order of the key."""
    last = -1
    while found := connection.exec_driver_sql(LOTS[connection.dialect.name], (last,)).all():
        last = found[-1][0]
        yield [tuple(row) for row in found]


def indexed(row: Sequence[Any]) -> tuple[int, str, str]:
    """The row of the index as this version writes it; countries and language are kept."""
    key, title, rest, headline_title, summary, language = row
    if headline_title is None or language in UNCHANGED:
        return key, title, rest
    words = index_words(headline_title, summary, language)
    facets = (token for token in rest.split() if token.startswith("_"))
    return key, words.title, " ".join((words.rest, *facets)).lstrip()
