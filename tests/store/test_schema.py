"""The schema as the database has it (I-9), and opening a store: private, once, and never a newer one.

Reads the databases' own catalogs, not Django's models: what a migration did is what counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import CompositePrimaryKey

from licentia.domain.catalog import load
from licentia.store.fields import BytewiseTextField
from licentia.store.globals import GLOBAL_TABLES
from licentia.store.opening import open_store
from licentia.store.writing import StoreError
from world_store import World, direct, person

if TYPE_CHECKING:
    from database import Store

pytest_plugins = ["world_fixtures"]
SQLITE_ONLY = frozenset(name for name in GLOBAL_TABLES if name.startswith("user_search"))

OPEN = """
import sys
from licentia.store.opening import open_store
print("ready", flush=True)
sys.stdin.readline()
open_store()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT count(*) FROM django_migrations WHERE app = 'store'")
    print(cursor.fetchone()[0])
"""
MODES = """
import os
os.umask(0o022)
from pathlib import Path
from django.db import connection
from licentia.store.opening import open_store
from licentia.store.locations import home
open_store()
with connection.cursor() as cursor:
    cursor.execute("DELETE FROM django_migrations WHERE app = 'nobody'")
    for path in [home(), *home().rglob("*")]:
        print(oct(path.stat().st_mode & 0o7777), path.name, sep="\\t")
"""


@dataclass(frozen=True, slots=True)
class DatabaseIndex:
    """An index as the database describes it; a primary key and a unique constraint are indexes too."""

    table: str
    name: str
    is_primary: bool
    columns: tuple[str, ...]


def ask(sql: str, *values: str) -> list[tuple[Any, ...]]:
    """All rows of a query on the catalog."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def tables() -> frozenset[str]:
    """Every table of the store, also those without a model."""
    if connection.vendor == "sqlite":
        found = ask("SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_'")
    else:
        found = ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return frozenset(row[0] for row in found)


def columns(table: str) -> frozenset[str]:
    """The columns of a table."""
    if connection.vendor == "sqlite":
        return frozenset(row[0] for row in ask("SELECT name FROM pragma_table_info(%s)", table))
    return frozenset(
        row[0]
        for row in ask(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s",
            table,
        )
    )


def indexes(table: str) -> Iterator[DatabaseIndex]:
    """The primary key, the unique constraints and the indexes of a table."""
    if connection.vendor == "sqlite":
        key = ask("SELECT name FROM pragma_table_info(%s) WHERE pk > 0 ORDER BY pk", table)
        yield DatabaseIndex(table, "primary key", True, tuple(row[0] for row in key))
        for (index,) in ask("SELECT name FROM pragma_index_list(%s) WHERE origin <> 'pk'", table):
            parts = ask("SELECT name FROM pragma_index_xinfo(%s) WHERE key ORDER BY seqno", index)
            yield DatabaseIndex(table, index, False, tuple(row[0] for row in parts))
        return
    listed = ask(
        "SELECT c.relname, i.indisprimary, ARRAY(SELECT pg_get_indexdef(i.indexrelid, n, true) "
        "FROM generate_series(1, i.indnkeyatts) AS n) "
        "FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = %s::regclass",
        f'"{table}"',
    )
    for name, is_primary, parts in listed:
        yield DatabaseIndex(table, name, bool(is_primary), tuple(parts))


def composite_tables() -> frozenset[str]:
    """Tables whose model has a composite key."""
    models = apps.get_app_config("store").get_models()
    return frozenset(m._meta.db_table for m in models if isinstance(m._meta.pk, CompositePrimaryKey))


def test_tenant_id_leads_every_key_and_index(store: Store) -> None:
    """Each table that is not named as global is a tenant's, and so is each of its indexes."""
    found = [index for table in tables() - GLOBAL_TABLES for index in indexes(table)]
    wrong = [index for index in found if index.columns[:1] != ("tenant_id",)]
    without_key = (tables() - GLOBAL_TABLES) - {index.table for index in found if index.is_primary}
    assert len(found) > len(composite_tables())
    assert wrong == []
    assert without_key == set()


def test_global_tables_exist_and_no_tenant_table_is_among_them(store: Store) -> None:
    """The list names what there is; a table in it that has tenant_id is one a worker reads across tenants."""
    expected = GLOBAL_TABLES if store.vendor == "sqlite" else GLOBAL_TABLES - SQLITE_ONLY
    assert expected - tables() == set()
    models = {m._meta.db_table for m in apps.get_models(include_auto_created=True)}
    across = {t for t in models & GLOBAL_TABLES if "tenant_id" in columns(t)}
    assert across == {"agenda", "app_client", "membership", "tenant_domain"}


def test_every_table_is_a_models_or_named(store: Store) -> None:
    """No migration leaves a table that nobody knows of."""
    models = {m._meta.db_table for m in apps.get_models(include_auto_created=True)}
    assert tables() - models - GLOBAL_TABLES == set()
    assert models - tables() == set()


def test_composite_keys_are_clustered_on_sqlite(store: Store) -> None:
    """They are WITHOUT ROWID: the table is its key's tree."""
    if store.vendor != "sqlite":
        pytest.skip("PostgreSQL has heaps only")
    clustered = {row[0] for row in ask("SELECT name FROM pragma_table_list WHERE wr = 1")}
    assert composite_tables() - clustered == set()


def test_text_is_compared_byte_by_byte(store: Store) -> None:
    """BINARY on SQLite, its default; COLLATE "C" on PostgreSQL: all text of tenants, and ours elsewhere."""
    ours = {
        (model._meta.db_table, field.column)
        for model in apps.get_app_config("store").get_models()
        for field in model._meta.local_fields
        if isinstance(field, BytewiseTextField)
    }
    if store.vendor == "sqlite":
        assert ask("SELECT name FROM sqlite_master WHERE sql LIKE '%%COLLATE%%'") == []
        return
    found = ask(
        "SELECT table_name, column_name, collation_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND data_type IN ('text', 'character varying')"
    )
    bytewise = {(table, column) for table, column, collation in found if collation == "C"}
    of_tenants = {(table, column) for table, column, _ in found if table not in GLOBAL_TABLES}
    assert (ours | of_tenants) - bytewise == set()


def test_two_processes_open_a_fresh_store_at_once(store: Store) -> None:
    """They take turns with the migrations, and both can work."""
    place = store.blank()
    children = [store.start("-c", OPEN, place=place) for _ in range(2)]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    answers = [child.communicate(timeout=60) for child in children]
    assert [child.returncode for child in children] == [0, 0], answers
    assert len({out for out, _ in answers}) == 1


def test_a_newer_store_is_refused(store: Store) -> None:
    """A migration that this release does not know: nothing is done, and the answer names it."""
    store.run_raw("INSERT INTO django_migrations (app, name, applied) VALUES ('store', '9999_later', '2030-01-01')")
    with pytest.raises(StoreError) as refused:
        open_store()
    assert (refused.value.code, refused.value.details) == ("store_newer", {"found": "9999_later"})


def test_opening_again_changes_nothing(store: Store) -> None:
    """A store of this release is opened without a migration."""
    before = ask("SELECT app, name, applied FROM django_migrations ORDER BY id")
    open_store()
    assert ask("SELECT app, name, applied FROM django_migrations ORDER BY id") == before


def test_folder_and_files_are_private(store: Store) -> None:
    """Folder 0700, files 0600, also the write-ahead log and the locks, whatever the umask."""
    if store.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps its own files")
    place = store.blank()
    out, err = store.start("-c", MODES, place=place).communicate(timeout=60)
    assert err == ""
    folder, *files = [line.split("\t") for line in out.splitlines()]
    assert folder == ["0o700", Path(place["LICENTIA_HOME"]).name]
    assert {"licentia.sqlite3", "licentia.sqlite3-wal", "licentia.sqlite3.lock"} <= {name for _, name in files}
    assert {mode for mode, _ in files} == {"0o600"}


def test_every_plan_of_the_largest_product_can_be_off(make_world: Callable[..., World]) -> None:
    """The text of so many plans is longer than an index row of PostgreSQL may be."""
    largest = max(load().products.values(), key=lambda product: len(product.plan_ids))
    off = frozenset(largest.plan_ids)
    assert len(",".join(off)) > 2_704
    world = make_world([person(1, direct(largest.sku_id, off=off))])
    assert world.sources() == {(1, largest.sku_id, 1, 0): (1, ",".join(sorted(off)))}
