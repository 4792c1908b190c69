"""Tables, migrations, queries and the search index; SQLite and PostgreSQL behind one interface."""
