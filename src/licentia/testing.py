"""A tenant for the tests of your own program: served on a free port of this machine, in this process, and put back as it was.

`running_tenant` for any test tool; `licentia_tenant` is the fixture for pytest. Makes and serves; asserts nothing. SQLite only.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

if TYPE_CHECKING:
    from licentia.changes.apps import NewSecret

HOST = "127.0.0.1"
SETTINGS = "licentia.serving.settings"
USERS = 20
FILE = "licentia.sqlite3"
_EPOCH = 1_767_225_600_000_000
"""The demo tenant begins on 1 January 2026: a test that runs later finds the same."""
_turn = threading.Lock()
"""One tenant at a time in a process: Django knows one database."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant that is being served."""

    base_url: str
    """`http://127.0.0.1:PORT`; the Graph API is below `/v1.0`."""
    tenant_id: str
    """Its GUID on the wire."""
    name: str
    home: Path
    """Its data folder, for `licentia` with LICENTIA_HOME."""
    client_id: str
    client_secret: str
    """Of a program that may everything here, for token libraries; they ask for TLS, which this server has not."""
    token: str
    """An access token of that program, good for an hour at least: `Authorization: Bearer …`."""
    _first: Path

    def snapshot(self) -> Path:
        """The tenant as it is now, in a file to give to `reset`."""
        fd, name = tempfile.mkstemp(suffix=".sqlite3", dir=self.home)
        os.close(fd)
        _copy(self.home / FILE, Path(name))
        return Path(name)

    def reset(self, snapshot: Path | None = None) -> None:
        """The tenant as it was at the snapshot; without one, as it was at first. Requests wait meanwhile."""
        from licentia.graph_api import access, profile

        _copy(snapshot or self._first, self.home / FILE)
        profile.forget()
        access.forget()


@contextlib.contextmanager
def running_tenant(users: int = USERS) -> Iterator[Tenant]:
    """A demo tenant with so many users, served until the end of the block. RuntimeError where Django is another program's."""
    with _turn, tempfile.TemporaryDirectory(prefix="licentia-testing-") as folder:
        home = Path(folder) / "data"
        with _environment(home):
            _enter()
            shutil.copy(_template(users), _made(home) / FILE)
            made, token = _program()
            first = home / "first.sqlite3"
            _copy(home / FILE, first)
            with _serving() as address:
                app, secret = made.app, made.secret or ""
                yield Tenant(address, app.tenant_guid, app.tenant_name, home, app.id, secret, token, first)


def _program() -> tuple[NewSecret, str]:
    """A program of the tenant that may everything, and a token of it."""
    from licentia.changes import apps
    from licentia.domain.permissions import SCOPE_CAPABILITIES, local_shell
    from licentia.graph_api import tokens
    from licentia.store.lists import tenants

    tenant = tenants.every()[0]
    made = apps.create_app(tenant.id, "Tests", local_shell("testing"), application=tuple(SCOPE_CAPABILITIES))
    return made, tokens.for_app(made.app)[0]


@contextlib.contextmanager
def _environment(home: Path) -> Iterator[None]:
    """Inside, this process means the store in `home`."""
    names = ("LICENTIA_HOME", "LICENTIA_DATABASE_URL", "LICENTIA_SECRET_KEY", "DJANGO_SETTINGS_MODULE")
    before = {name: os.environ.get(name) for name in names}
    if before["DJANGO_SETTINGS_MODULE"] not in (None, SETTINGS):
        raise RuntimeError("licentia.testing needs Django for itself: run such tests in a process of their own")
    os.environ |= {"LICENTIA_HOME": str(home), "LICENTIA_SECRET_KEY": "for tests", "DJANGO_SETTINGS_MODULE": SETTINGS}
    os.environ.pop("LICENTIA_DATABASE_URL", None)
    try:
        yield
    finally:
        _forget()
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


def _enter() -> None:
    """Django, set up, on the store that the environment means."""
    import django
    from django.db import connections

    from licentia.graph_api import access, profile
    from licentia.store.locations import database_settings

    django.setup()
    _forget()
    connections.settings["default"] = connections.settings["default"] | database_settings()
    profile.forget()
    access.forget()


def _forget() -> None:
    """This thread's connection is closed and gone: it was born with the name of its store."""
    from django.db import connections

    connections.close_all()
    with contextlib.suppress(AttributeError):
        del connections["default"]


def _made(home: Path) -> Path:
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home


def _template(users: int) -> Path:
    """The file of a fresh demo tenant, made once for this release and kept in the user's cache."""
    from django.db import connections

    from licentia import __version__
    from licentia.changes import record
    from licentia.domain.permissions import local_shell
    from licentia.importing.demo import demo_tenant
    from licentia.store import opening

    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "licentia" / "testing"
    kept = _made(base) / f"{__version__}-{opening.known_migrations()[-1]}-{users}.sqlite3"
    if not kept.exists():
        opening.open_store()
        record.load_tenant(demo_tenant(users, 1, _EPOCH), local_shell("testing"))
        connections.close_all()
        fresh = kept.with_name(f"{kept.name}.{os.getpid()}")
        _copy(Path(os.environ["LICENTIA_HOME"]) / FILE, fresh)
        fresh.replace(kept)
        for part in ("", "-wal", "-shm"):
            Path(os.environ["LICENTIA_HOME"], FILE + part).unlink(missing_ok=True)
        _enter()
    return kept


def _copy(source: Path, target: Path) -> None:
    """All of a store at one instant, into a file or into a store that is being served: no writer comes between."""
    from licentia.store.gate import Gate

    home = Path(os.environ["LICENTIA_HOME"])
    gate = Gate(f"{home / FILE}.lock")
    gate.acquire()
    try:
        with contextlib.closing(sqlite3.connect(source)) as read, contextlib.closing(sqlite3.connect(target)) as write:
            read.backup(write)
    finally:
        gate.release()


class _Server(ThreadingMixIn, WSGIServer):
    """A thread for each request."""

    daemon_threads = True
    block_on_close = True


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@contextlib.contextmanager
def _serving() -> Iterator[str]:
    """The address of both edges, until the end."""
    from django.core.wsgi import get_wsgi_application

    server = make_server(HOST, 0, get_wsgi_application(), server_class=_Server, handler_class=_Silent)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
