"""The search index: SQLite FTS5 and PostgreSQL GIN over the same analysed tokens, behind one interface."""
