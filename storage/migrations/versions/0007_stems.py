"""Kazakh, Kyrgyz, Uzbek, Tajik and Turkmen words under longer stems: the index as the analyser of this version fills it."""

from __future__ import annotations

import json
from collections.abc import Sequence
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
    "sqlite": f"SELECT key, rest, headline_title, summary, language FROM (SELECT rowid AS key, rest FROM search_index "
    f"WHERE rowid > ? ORDER BY rowid LIMIT {LOT}) LEFT JOIN ({TOLD}) ON id = {ID} ORDER BY key",
    "postgresql": f"SELECT key, rest, headline_title, summary, language FROM (SELECT key, rest FROM search_index "
    f"WHERE key > %s ORDER BY key LIMIT {LOT}) AS lot LEFT JOIN ({TOLD}) AS told ON id = {ID} ORDER BY key",
}
# One row for FTS5 at a time: it deletes by what is stored and adds what is given.
WRITE = {
    "sqlite": "UPDATE search_index SET title = ?2, rest = ?3 WHERE rowid = ?1",
    "postgresql": "UPDATE search_index SET title = new.value ->> 1, rest = new.value ->> 2 "
    "FROM jsonb_array_elements(CAST(%s AS jsonb)) AS new WHERE key = CAST(new.value ->> 0 AS bigint)",
}


def upgrade() -> None:
    connection = op.get_bind()
    last = -1
    while found := lot(connection, last):
        last = found[-1][0]
        write(connection, [words for row in found if (words := indexed(*row))])
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO search_index(search_index) VALUES ('optimize')")


def downgrade() -> None:
    """Nothing: an earlier version finds less of these headlines, and has new ones under its own stems."""


def lot(connection: Connection, last: int) -> Sequence[Any]:
    """The next rows of the index with what they were made of, in order of the key."""
    return connection.exec_driver_sql(LOTS[connection.dialect.name], (last,)).all()


def indexed(
    key: int, rest: str, title: str | None, summary: str, language: str | None
) -> tuple[int, str, str] | None:
    """The row as this version writes it; countries and language are kept. None when nothing changes."""
    if title is None or language in UNCHANGED:
        return None
    words = index_words(title, summary, language)
    facets = (token for token in rest.split() if token.startswith("_"))
    return key, words.title, " ".join((words.rest, *facets)).lstrip()


def write(connection: Connection, rows: list[tuple[int, str, str]]) -> None:
    """Put them into their places."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(WRITE["sqlite"], rows)
    else:
        connection.exec_driver_sql(WRITE["postgresql"], (json.dumps(rows, ensure_ascii=False),))
