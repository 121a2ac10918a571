"""The admin center for tests: a demo tenant made once per session, and for each test a copy of it behind a real server.

Only makes and serves; no expectation about a page is here. SQLite only.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.db import connections
from django.test import Client

from database import HOME, Maker, Store, store_file

HOST = "127.0.0.1"
DAY = 86_400_000_000
PERSON = "Sanne Bakker"
LATIN = {"en": "English", "nl": "Nederlands"}


@dataclass(frozen=True, slots=True)
class Demo:
    """A store's file with the demo tenant in it, and the cookie of an administrator who has signed in."""

    file: Path
    tenant: int
    cookie: str


@dataclass(frozen=True, slots=True)
class Center:
    """A running admin center on a store of the test's own."""

    address: str
    demo: Demo

    def url(self, path: str) -> str:
        """The address of a page: `/users/active`."""
        return self.address + path

    def client(self, language: str = "en") -> Client:
        """Django's client, signed in, past the network."""
        return signed_in(self.demo.cookie, language)


def signed_in(cookie: str, language: str = "en") -> Client:
    """Django's client with the administrator's cookie."""
    client = Client(HTTP_HOST=HOST)
    client.cookies["licentia_session"] = cookie
    client.cookies["licentia_language"] = language
    return client


def make_demo(maker: Maker, folder: Path, users: int) -> Demo:
    """The demo tenant with so many users, and somebody signed in by a one-time link."""
    from licentia.changes import entering, record
    from licentia.domain.permissions import local_shell
    from licentia.importing.demo import demo_tenant
    from licentia.store import clock

    made = Store(maker)
    actor = local_shell(PERSON)
    now = clock.machine_now()
    tenant = record.load_tenant(demo_tenant(users, 1, now - now % DAY), actor)
    secret = entering.link_for(entering.first_operator(PERSON, actor), actor)
    client = Client(HTTP_HOST=HOST)
    assert client.post(f"/sign-in/link/{secret}").status_code == 302
    cookie = client.cookies["licentia_session"].value
    connections.close_all()
    file = folder / f"demo-{users}.sqlite3"
    shutil.copy(store_file({HOME: str(made.home)}), file)
    made.close()
    return Demo(file, tenant, cookie)


@contextmanager
def store_with(maker: Maker, demo: Demo) -> Iterator[Store]:
    """A store that is a copy of the demo's; the guard (I-9) judges every statement that the pages make on it."""
    made = Store(maker)
    connections.close_all()
    shutil.copy(demo.file, store_file({HOME: str(made.home)}))
    try:
        yield made
        made.guard.assert_clean()
    finally:
        made.close()


class _Server(ThreadingMixIn, WSGIServer):
    """A thread for each request; a database connection is opened and closed with it."""

    daemon_threads = True
    block_on_close = True


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@contextmanager
def serving(demo: Demo) -> Iterator[Center]:
    """The admin center on a free port, until the end."""
    from django.core.wsgi import get_wsgi_application

    server = make_server(HOST, 0, get_wsgi_application(), server_class=_Server, handler_class=_Silent)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Center(f"http://{HOST}:{server.server_port}", demo)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
