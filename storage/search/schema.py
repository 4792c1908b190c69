"""The tables of the search index as revision 0002 makes them; 0003 keys them anew and makes PostgreSQL's smaller.

They stand outside the metadata, because each database has its own kind.

``search_index`` has one row per headline: the analysed title, and the rest (words that only the summary has, then facets
such as ``_ckz`` and ``_lru``, which no analysed word can equal). Its key puts headlines in order of time, so that "newest
first", "since" and "the last three days" are ranges of the key on both databases and need no second index.
"""

from __future__ import annotations

from sqlalchemy import Connection

# detail=none keeps neither places nor columns: a third of the size. Phrases are compared with the stored title instead.
# The ascii tokenizer splits at blanks only, since tokens are letters, digits and, in facets, "_".
_SQLITE = (
    """CREATE VIRTUAL TABLE search_index USING fts5(
        title, rest, tokenize = "ascii tokenchars '_'", detail = none, columnsize = 0)""",
    "CREATE VIRTUAL TABLE search_vocabulary USING fts5vocab(search_index, row)",
    "CREATE TABLE search_word (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE)",
    """CREATE TABLE search_gram (
        gram TEXT NOT NULL, word_id INTEGER NOT NULL, PRIMARY KEY (gram, word_id)) WITHOUT ROWID""",
    """CREATE TABLE search_vector (
        headline_id INTEGER PRIMARY KEY REFERENCES headline (id) ON DELETE CASCADE, vector BLOB NOT NULL)""",
)
_POSTGRESQL = (
    """CREATE TABLE search_index (
        key bigint PRIMARY KEY, title text NOT NULL, rest text NOT NULL,
        tokens tsvector NOT NULL GENERATED ALWAYS AS
            (array_to_tsvector(string_to_array(btrim(title || ' ' || rest), ' '))) STORED)""",
    # Without the pending list, writing costs a little more and a search never has to read through it.
    "CREATE INDEX ix_search_index_tokens ON search_index USING gin (tokens) WITH (fastupdate = off)",
    "CREATE TABLE search_word (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, word text NOT NULL UNIQUE)",
    "CREATE TABLE search_gram (gram text NOT NULL, word_id bigint NOT NULL, PRIMARY KEY (gram, word_id))",
    """CREATE TABLE search_vector (
        headline_id bigint PRIMARY KEY REFERENCES headline (id) ON DELETE CASCADE, vector bytea NOT NULL)""",
)
_TABLES = ("search_vector", "search_gram", "search_word", "search_vocabulary", "search_index")


def create(connection: Connection, dialect: str) -> None:
    """Create the index's tables; ``dialect`` is "sqlite" or "postgresql"."""
    for statement in _SQLITE if dialect == "sqlite" else _POSTGRESQL:
        connection.exec_driver_sql(statement)


def drop(connection: Connection, dialect: str) -> None:
    """Drop the index's tables."""
    for table in _TABLES:
        if dialect == "sqlite" or table != "search_vocabulary":
            connection.exec_driver_sql(f"DROP TABLE {table}")
