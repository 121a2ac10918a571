"""Stores for tests: migrated once per session, copied for each test, on SQLite or PostgreSQL.

The only test module that points Django at a database. Never touches a store that it did not make.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import psycopg
from django.apps import apps
from django.db import connections

from guard import StatementGuard, install
from licentia.store.globals import GLOBAL_TABLES
from licentia.store.locations import database_settings
from licentia.store.opening import open_store

HOME, URL = "LICENTIA_HOME", "LICENTIA_DATABASE_URL"
Place = dict[str, str]
"""What the environment says about a store: LICENTIA_HOME, and LICENTIA_DATABASE_URL when it is PostgreSQL."""


class Maker(Protocol):
    """Makes places of one vendor."""

    vendor: str

    def blank(self) -> Place:
        """A place where no store has been opened yet."""

    def copy(self) -> Place:
        """A place with a migrated, empty store."""

    def drop(self, place: Place) -> None:
        """Takes a place away."""

    def close(self) -> None:
        """Takes away what is left when the session ends."""


class SqliteMaker:
    """A folder for each store; the template is one file, for its write-ahead log goes when it is closed."""

    vendor = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = itertools.count()
        template = self.blank()
        enter(template)
        open_store()
        connections.close_all()
        self._template = store_file(template)

    def blank(self) -> Place:
        """A folder that is not there yet."""
        return {HOME: str(self._folder / f"store-{next(self._count)}")}

    def copy(self) -> Place:
        """A folder with a copy of the template."""
        place = self.blank()
        Path(place[HOME]).mkdir(mode=0o700)
        shutil.copy(self._template, store_file(place))  # keeps 0600
        return place

    def drop(self, place: Place) -> None:
        """Removes the folder."""
        shutil.rmtree(place[HOME], ignore_errors=True)

    def close(self) -> None:
        """Nothing: the session's folder goes as a whole."""


class PostgresMaker:
    """A database for each store, copied by the server from a template; named `licentia_test_…`."""

    vendor = "postgresql"

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self._url = url
        self._count = itertools.count()
        self._admin = psycopg.connect(url, autocommit=True)
        self._made: list[Place] = []
        self._template = self.blank()
        enter(self._template)
        open_store()
        connections.close_all()

    def blank(self) -> Place:
        """An empty database."""
        return self._create("template0")

    def copy(self) -> Place:
        """A copy of the template. Copying files beats logging them: 11 ms against 27."""
        return self._create(_database(self._template))

    def _create(self, template: str) -> Place:
        number = next(self._count)
        name = f"licentia_test_{os.getpid()}_{number}"
        self._admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        home = self._folder / f"store-{number}"
        place = {HOME: str(home), URL: urlsplit(self._url)._replace(path=f"/{name}").geturl()}
        self._made.append(place)
        return place

    def drop(self, place: Place) -> None:
        """Drops the database, also when a thread or a child still has it open."""
        self._admin.execute(f'DROP DATABASE IF EXISTS "{_database(place)}" WITH (FORCE)')
        shutil.rmtree(place[HOME], ignore_errors=True)
        self._made.remove(place)

    def close(self) -> None:
        """Drops every database that is left."""
        for place in tuple(self._made):
            self.drop(place)
        self._admin.close()


def store_file(place: Mapping[str, str]) -> Path:
    """The database file of a SQLite place."""
    return Path(place[HOME]) / "licentia.sqlite3"


def _database(place: Place) -> str:
    return urlsplit(place[URL]).path[1:]


def enter(place: Mapping[str, str]) -> None:
    """The environment and this thread's Django connection now mean `place`.

    The connection object is replaced, not reconnected: its write gate is made from the name it was born with.
    """
    for name in (HOME, URL):
        if name in place:
            os.environ[name] = place[name]
        else:
            os.environ.pop(name, None)
    connections.close_all()
    with contextlib.suppress(AttributeError):
        del connections["default"]
    connections.settings["default"] = connections.settings["default"] | database_settings()


def tenant_tables() -> frozenset[str]:
    """Every table of the store's models that belongs to a tenant."""
    models = apps.get_app_config("store").get_models(include_auto_created=True)
    return frozenset(model._meta.db_table for model in models) - GLOBAL_TABLES


class Store:
    """A test's own store, empty and migrated, with the statement guard (I-9) on its connections."""

    def __init__(self, maker: Maker) -> None:
        self._maker = maker
        self._blanks: list[Place] = []
        self._place = maker.copy()
        enter(self._place)
        self.guard: StatementGuard = install(tenant_tables())

    @property
    def vendor(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._maker.vendor

    @property
    def home(self) -> Path:
        """The data folder (LICENTIA_HOME); on PostgreSQL it may not exist."""
        return Path(self._place[HOME])

    @property
    def env(self) -> dict[str, str]:
        """A whole environment for a child process that is to work on this store."""
        return self.env_of(self._place)

    def env_of(self, place: Place) -> dict[str, str]:
        """A whole environment for a child process that is to work on `place`."""
        rest = {name: value for name, value in os.environ.items() if name not in (HOME, URL, "DJANGO_SETTINGS_MODULE")}
        return rest | place

    def start(self, *words: str, place: Place | None = None) -> subprocess.Popen[str]:
        """A child `python WORDS…` on this store, or on `place`; its input, output and errors are pipes."""
        pipe = subprocess.PIPE
        env = self.env if place is None else self.env_of(place)
        return subprocess.Popen([sys.executable, *words], env=env, text=True, stdin=pipe, stdout=pipe, stderr=pipe)

    def blank(self) -> Place:
        """A place where no store has been opened yet; it goes with this store."""
        place = self._maker.blank()
        self._blanks.append(place)
        return place

    def renew(self) -> None:
        """An empty store again, for the next example of a property test; the guard stays."""
        old, self._place = self._place, self._maker.copy()
        enter(self._place)
        self._maker.drop(old)

    def planting(self) -> AbstractContextManager[None]:
        """Inside, statements are not judged: for a test that plants a fault by SQL of its own."""
        return self.guard.paused()

    def run_raw(self, sql: str) -> None:
        """A statement past Django, the gate and the guard, as a foreign program would run it."""
        if self.vendor == "sqlite":
            with contextlib.closing(sqlite3.connect(store_file(self._place))) as raw, raw:
                raw.execute(sql)
            return
        with psycopg.connect(self._place[URL], autocommit=True) as server:
            server.execute(sql)

    def close(self) -> None:
        """Takes the guard off and the store away."""
        self.guard.uninstall()
        connections.close_all()
        for place in (self._place, *self._blanks):
            self._maker.drop(place)


@contextlib.contextmanager
def stores(folder: Path, server_url: str | None) -> Iterator[Maker]:
    """What makes a session's stores: SQLite files in `folder`, or databases on the server of `server_url`."""
    maker: Maker = PostgresMaker(folder, server_url) if server_url else SqliteMaker(folder)
    try:
        yield maker
    finally:
        connections.close_all()
        maker.close()
