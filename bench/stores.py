"""Stores to measure on: a demo tenant made once per size, and a copy of it for every round.

The only place that copies stores. It never touches a store that it did not make.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

BLOCK = 1 << 18
DATABASE = "licentia_bench"
SOURCE = Path(__file__).parent.parent / "src" / "licentia"


def prepare(folder: Path) -> Stores:
    """The stores of the vendor that the environment names; Django is set up on the work store."""
    url = os.environ.get("LICENTIA_DATABASE_URL")
    stores = PostgresStores(url) if url else SqliteStores(folder)
    stores.open()
    return stores


def age() -> str:
    """Changes when what a prepared store holds may have changed."""
    files = [*(SOURCE / "importing" / "demo").glob("*.py"), *(SOURCE / "store" / "migrations").glob("*.py")]
    digest = hashlib.sha256()
    for path in sorted([*files, SOURCE / "changes" / "record.py"]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


class Stores:
    """One work store that Django is connected to; named stores are kept beside it and copied over it."""

    vendor = ""

    def open(self) -> None:
        """Django is set up and the work store has its tables."""
        from licentia.store.opening import open_store

        open_store()

    def has(self, name: str) -> bool:
        """Whether a store of this name is kept."""
        raise NotImplementedError

    def keep(self, name: str) -> None:
        """The work store, as it is now, is kept under this name."""
        raise NotImplementedError

    def restore(self, name: str) -> None:
        """The work store is as the named one; nothing of it waits to be written, and no connection is open."""
        raise NotImplementedError

    def drop(self, name: str) -> None:
        """The named store is gone."""
        raise NotImplementedError

    def clear(self) -> None:
        """The work store is empty."""
        raise NotImplementedError

    def tidy(self) -> None:
        """Figures of the planner are fresh, as they are in a store of some age."""
        raise NotImplementedError

    def tenant(self, users: int) -> str:
        """The name of a kept store with a demo tenant of so many users."""
        name = f"users_{users}_{age()}"
        if not self.has(name):
            from licentia.changes.record import load_tenant
            from licentia.domain.permissions import local_shell
            from licentia.importing.demo import demo_tenant

            self.clear()
            load_tenant(demo_tenant(users), local_shell("bench"))
            self.tidy()
            self.keep(name)
        return name


class SqliteStores(Stores):
    """Files in one folder."""

    vendor = "SQLite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        work = folder / "work"
        work.mkdir(parents=True, exist_ok=True)
        os.environ["LICENTIA_HOME"] = str(work)
        self.path = work / "licentia.sqlite3"
        self._drop()

    def has(self, name: str) -> bool:
        return self._file(name).exists()

    def keep(self, name: str) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        part = self.folder / "part"
        copy_changed(self.path, part)
        part.rename(self._file(name))

    def restore(self, name: str) -> None:
        from django.db import connection

        connection.close()
        for tail in ("-wal", "-shm"):
            Path(f"{self.path}{tail}").unlink(missing_ok=True)
        copy_changed(self._file(name), self.path)

    def drop(self, name: str) -> None:
        self._file(name).unlink()

    def clear(self) -> None:
        from django.db import connection

        connection.close()
        self._drop()
        self.open()

    def tidy(self) -> None:
        """SQLite keeps no figures unless asked, and the product does not ask."""

    def _drop(self) -> None:
        for tail in ("", "-wal", "-shm"):
            Path(f"{self.path}{tail}").unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.sqlite3"


def copy_changed(source: Path, target: Path) -> None:
    """`target` is as `source`; only blocks that differ are written, so that little is on its way to the disk after it."""
    target.touch()
    with source.open("rb") as old, target.open("r+b") as new:
        while block := old.read(BLOCK):
            at = new.tell()
            if new.read(len(block)) != block:
                new.seek(at)
                new.write(block)
        new.truncate(source.stat().st_size)
        new.flush()
        os.fsync(new.fileno())


class PostgresStores(Stores):
    """Databases of one cluster, copied by the server file by file."""

    vendor = "PostgreSQL"

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.admin = urlunsplit(parts._replace(path="/postgres"))
        os.environ["LICENTIA_DATABASE_URL"] = urlunsplit(parts._replace(path=f"/{DATABASE}"))
        self._run(f"DROP DATABASE IF EXISTS {DATABASE}", f"CREATE DATABASE {DATABASE}")

    def has(self, name: str) -> bool:
        with psycopg.connect(self.admin, autocommit=True) as admin:
            found = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (f"{DATABASE}_{name}",)).fetchone()
        return found is not None

    def keep(self, name: str) -> None:
        self._close()
        self._run(f"DROP DATABASE IF EXISTS {DATABASE}_{name}", _copy(DATABASE, f"{DATABASE}_{name}"))

    def restore(self, name: str) -> None:
        self._close()
        self._run(f"DROP DATABASE IF EXISTS {DATABASE}", _copy(f"{DATABASE}_{name}", DATABASE), "CHECKPOINT")

    def drop(self, name: str) -> None:
        self._run(f"DROP DATABASE {DATABASE}_{name}")

    def clear(self) -> None:
        self._close()
        self._run(f"DROP DATABASE IF EXISTS {DATABASE}", f"CREATE DATABASE {DATABASE}")
        self.open()

    def tidy(self) -> None:
        """As autovacuum does by itself within minutes."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")

    def _close(self) -> None:
        from django.db import connection

        connection.close()

    def _run(self, *statements: str) -> None:
        with psycopg.connect(self.admin, autocommit=True) as admin:
            for statement in statements:
                admin.execute(statement.encode())


def _copy(source: str, target: str) -> str:
    return f"CREATE DATABASE {target} TEMPLATE {source} STRATEGY FILE_COPY"
