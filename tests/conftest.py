"""What every test gets: no network, a data folder to throw away, and, when it asks, a store of its own.

Imports Django only when a test asks for `store`: the pure tests run without it.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from database import Maker, Store

POSTGRES = os.environ.get("LICENTIA_TEST_DATABASE", "sqlite") == "postgres"
_home = pytest.StashKey[Path]()
_server = pytest.StashKey[str | None]()


# ---- no network


class NetworkForbiddenError(Exception):
    """A test spoke to something that is not on this machine. Not an OSError: nobody retries it."""


def _is_local(host: object) -> bool:
    if host is None or host in ("", b"", "localhost", b"localhost"):
        return True
    text = host.decode() if isinstance(host, bytes) else str(host)
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    return False


def _watch(event: str, args: tuple[Any, ...]) -> None:
    """Sees each socket call before it is made (PEP 578), whoever makes it in this process."""
    if not event.startswith("socket."):
        return
    match event:
        case "socket.connect" | "socket.sendto" | "socket.sendmsg":
            if args[0].family not in (socket.AF_INET, socket.AF_INET6) or not args[1]:
                return
            host = args[1][0]
        case "socket.getaddrinfo" | "socket.gethostbyname":
            host = args[0]
        case _:
            return
    if not _is_local(host):
        raise NetworkForbiddenError(f"{event} to {host}")


# ---- a data folder to throw away


def pytest_configure(config: pytest.Config) -> None:
    """Hides the store and the database of whoever runs the tests."""
    config.stash[_home] = Path(tempfile.mkdtemp(prefix="licentia-tests-"))
    config.stash[_server] = os.environ.pop("LICENTIA_DATABASE_URL", None)
    os.environ["LICENTIA_HOME"] = str(config.stash[_home] / "nobody")
    if POSTGRES and not config.stash[_server]:
        raise pytest.UsageError("LICENTIA_TEST_DATABASE=postgres: run it under scripts/test_postgres.py")
    sys.addaudithook(_watch)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Removes it."""
    if _home in config.stash:
        shutil.rmtree(config.stash[_home], ignore_errors=True)


# ---- which tests, on which database


def pytest_report_header(config: pytest.Config) -> str:
    """Says which database this run is about."""
    return f"store: {'PostgreSQL, tests that use it only' if POSTGRES else 'SQLite'}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only the tests that use the store run again, and those marked `both`."""
    if not POSTGRES:
        return
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        uses = "store" in getattr(item, "fixturenames", ()) or item.get_closest_marker("both")
        (kept if uses else left).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=left)


# ---- a store


@pytest.fixture(scope="session")
def store_maker(request: pytest.FixtureRequest) -> Iterator[Maker]:
    """Migrates one template for the session."""
    from database import stores

    config = request.config
    with stores(config.stash[_home], config.stash[_server] if POSTGRES else None) as maker:
        yield maker


@pytest.fixture
def store(store_maker: Maker) -> Iterator[Store]:
    """An empty store of the test's own; Django and the environment point at it."""
    from database import Store

    made = Store(store_maker)
    yield made
    made.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fails a test that passed while a statement of it was not tied to one tenant (I-9)."""
    result = yield
    made = getattr(item, "funcargs", {}).get("store")
    if made is not None:
        made.guard.assert_clean()
    return result
