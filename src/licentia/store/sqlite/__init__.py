"""Django's SQLite backend with two changes: clustered composite keys and the one write gate."""
