"""Keys of the search index that tell the country; on PostgreSQL a third of the room, and slices of time.

Old keys are the minute above 30 bits of the id. New ones have seven bits below it, one for each of the countries that
most questions name. The rows are copied in order of the key, so that nothing has to be analysed again.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Connection

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# ruff: noqa: S608 (only texts of this module are put together)

COUNTRIES = ("kz", "uz", "kg", "tj", "tm", "ru", "af")
ID = (1 << 30) - 1
FTS5 = """CREATE VIRTUAL TABLE search_index USING fts5(
    title, rest, tokenize = "ascii tokenchars '_'", detail = none, columnsize = 0)"""
VOCABULARY = "CREATE VIRTUAL TABLE search_vocabulary USING fts5vocab(search_index, row)"


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        flags = " | ".join(
            f"((instr(rest || ' ', '_c{code} ') > 0) << {place})" for place, code in enumerate(COUNTRIES)
        )
        copy_fts5(connection, f"((rowid >> 30) << 37) | ((rowid & {ID}) << 7) | {flags}")
        return
    flags = " | ".join(
        f"((position('_c{code} ' in rest || ' ') > 0)::int::bigint << {place})"
        for place, code in enumerate(COUNTRIES)
    )
    key = f"((key >> 30) << 37) | ((key & {ID}) << 7) | {flags}"
    run(
        connection,
        "ALTER TABLE search_index RENAME TO search_former",
        "ALTER INDEX search_index_pkey RENAME TO search_former_pkey",
        "DROP INDEX ix_search_index_tokens",
        "CREATE TABLE search_index (key bigint PRIMARY KEY, title text NOT NULL, rest text NOT NULL)",
        f"INSERT INTO search_index SELECT {key}, title, rest FROM search_former ORDER BY 1",
        "DROP TABLE search_former",
        # The tokens are worked out when they are indexed instead of being stored a second time, with two for slices of
        # time. Up to 128 kB wait to be sorted in: a search reads through them in less than a millisecond.
        """CREATE INDEX ix_search_index_tokens ON search_index USING gin (array_to_tsvector(string_to_array(
            btrim(title || ' ' || rest) || ' _w' || (key >> 50)::text || ' _v' || (key >> 53)::text, ' ')))
            WITH (fastupdate = on, gin_pending_list_limit = 128)""",
        # How common a word is, is read from what ANALYZE finds.
        "ALTER INDEX ix_search_index_tokens ALTER COLUMN 1 SET STATISTICS 500",
        "ALTER TABLE search_word ADD COLUMN grams text[]",
        """UPDATE search_word SET grams = gathered.grams
            FROM (SELECT word_id, array_agg(gram) AS grams FROM search_gram GROUP BY word_id) AS gathered
            WHERE word_id = id""",
        "UPDATE search_word SET grams = '{}' WHERE grams IS NULL",
        "ALTER TABLE search_word ALTER COLUMN grams SET NOT NULL",
        "CREATE INDEX ix_search_word_grams ON search_word USING gin (grams)",
        "DROP TABLE search_gram",
        "ANALYZE search_index",
    )


def downgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        copy_fts5(connection, f"((rowid >> 37) << 30) | ((rowid >> 7) & {ID})")
        return
    run(
        connection,
        "CREATE TABLE search_gram (gram text NOT NULL, word_id bigint NOT NULL, PRIMARY KEY (gram, word_id))",
        "INSERT INTO search_gram SELECT DISTINCT gram, id FROM search_word, unnest(grams) AS each (gram)",
        "ALTER TABLE search_word DROP COLUMN grams",
        "ALTER TABLE search_index RENAME TO search_later",
        "ALTER INDEX search_index_pkey RENAME TO search_later_pkey",
        "DROP INDEX ix_search_index_tokens",
        """CREATE TABLE search_index (
            key bigint PRIMARY KEY, title text NOT NULL, rest text NOT NULL,
            tokens tsvector NOT NULL GENERATED ALWAYS AS
                (array_to_tsvector(string_to_array(btrim(title || ' ' || rest), ' '))) STORED)""",
        f"""INSERT INTO search_index (key, title, rest)
            SELECT ((key >> 37) << 30) | ((key >> 7) & {ID}), title, rest FROM search_later ORDER BY 1""",
        "DROP TABLE search_later",
        "CREATE INDEX ix_search_index_tokens ON search_index USING gin (tokens) WITH (fastupdate = off)",
    )


def copy_fts5(connection: Connection, key: str) -> None:
    """Make the index again under other keys, in order of them: FTS5 writes ascending keys much faster."""
    run(
        connection,
        "DROP TABLE search_vocabulary",
        "ALTER TABLE search_index RENAME TO search_former",
        FTS5,
        f"INSERT INTO search_index (rowid, title, rest) SELECT {key}, title, rest FROM search_former ORDER BY rowid",
        "DROP TABLE search_former",
        VOCABULARY,
        "INSERT INTO search_index(search_index) VALUES ('optimize')",
    )


def run(connection: Connection, *statements: str) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)
