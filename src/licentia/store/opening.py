"""Opening the store: folder and files private, schema made or upgraded under the store's lock, a newer one refused.

The only place that sets Django up. It knows no tenant.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sqlite3
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import django
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from licentia.store.gate import Gate, GateTimeout
from licentia.store.settings import OWN_APPS
from licentia.store.writing import StoreError, explain_os, reading

GARBAGE_AFTER = 50_000
"""Objects made before Python looks for cycles: a chunk makes thousands of rows, which hold none (docs/performance.md)."""


def open_store() -> None:
    """Sets Django up and leaves a usable store; StoreError says why not (newer, full, read-only, locked)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "licentia.store.settings")
    django.setup()
    gc.set_threshold(GARBAGE_AFTER)
    try:
        if connection.vendor == "sqlite":
            _prepare_folder(Path(str(connection.settings_dict["NAME"])).parent)
        with reading():
            _bring_up_to_date()
    except GateTimeout:
        raise StoreError("store_locked") from None
    except OSError as error:
        raise explain_os(error) from error


def say_when_waiting(say: Callable[[], None]) -> None:
    """Calls `say` once whenever a write waits for another process of ours."""
    gate = getattr(connection, "gate", None)
    if gate is not None:
        gate.on_wait = say


def known_migrations() -> list[str]:
    """Names of this release's migrations, in order."""
    folder = files("licentia.store") / "migrations"
    names = (entry.name.removesuffix(".py") for entry in folder.iterdir())
    return sorted(name for name in names if name[:4].isdigit())


def is_current() -> bool:
    """Whether the store opens and has this release's tables; StoreError where it does not open."""
    with reading():
        return _applied() == known_migrations()


def _prepare_folder(folder: Path) -> None:
    old = os.umask(0o077)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    finally:
        os.umask(old)
    path = Path(str(connection.settings_dict["NAME"]))
    if path.exists() and path.stat().st_size:
        return
    turn = Gate(f"{path}.migrate")
    turn.acquire()
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        # Before any connection: two that turn a fresh file to WAL together get "locked" at once, without a wait.
        with contextlib.closing(sqlite3.connect(path)) as fresh:
            fresh.execute("PRAGMA journal_mode=WAL")
    finally:
        turn.release()


def _bring_up_to_date() -> None:
    applied = _applied()
    known = known_migrations()
    newer = [name for name in applied if name not in known]
    if newer:
        raise StoreError("store_newer", found=newer[-1])
    if applied != known or _others_lack():
        _migrate()


def _others_lack() -> bool:
    """Whether tables of an edge are missing: of sessions and sign-in, which only the admin center has."""
    if len(settings.INSTALLED_APPS) == len(OWN_APPS):
        return False
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _applied() -> list[str]:
    with connection.cursor() as cursor:
        if "django_migrations" not in connection.introspection.table_names(cursor):
            return []
        cursor.execute("SELECT name FROM django_migrations WHERE app = 'store' ORDER BY name")
        return [row[0] for row in cursor.fetchall()]


def _migrate() -> None:
    """Brings the schema up to date; two processes that start together take turns (the gate, or an advisory lock)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(71072)")
            try:
                _run_migrations()
            finally:
                cursor.execute("SELECT pg_advisory_unlock(71072)")
        return
    turn = Gate(str(connection.settings_dict["NAME"]) + ".migrate")
    turn.acquire()
    try:
        _run_migrations()
    finally:
        turn.release()


def _run_migrations() -> None:
    """All that are missing, in one transaction: Django alone records a migration after the one that made its tables."""
    from django.core.management import call_command

    try:
        with connection.constraint_checks_disabled(), transaction.atomic():
            call_command("migrate", verbosity=0, interactive=False)
    except transaction.TransactionManagementError as error:
        raise _first(error) from error


def _first(error: BaseException) -> BaseException:
    """The database's own error (a full disk), behind Django's that the transaction is broken; else the error itself."""
    cause = error.__context__
    while cause is not None and not isinstance(cause, OperationalError):
        cause = cause.__context__
    return cause or error
