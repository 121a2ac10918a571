"""Trigram search over users: a contentless FTS5 table on SQLite, a pg_trgm index on PostgreSQL."""

from django.db import migrations

SQLITE = "CREATE VIRTUAL TABLE user_search USING fts5(search_key, content='', tokenize='trigram')"
POSTGRES = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE EXTENSION IF NOT EXISTS btree_gin",
    "CREATE INDEX users_search ON users USING gin (tenant_id, search_key gin_trgm_ops)",
)


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(SQLITE)
        return
    for statement in POSTGRES:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("store", "0001_initial")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
