"""What every test gets: no network, a data folder to throw away, and, when it asks, a store of its own.

Imports Django only when a test asks for `store`: the pure tests run without it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from licentia.words import language
from network import forbid_network

if TYPE_CHECKING:
    from database import Maker, Store

POSTGRES = os.environ.get("LICENTIA_TEST_DATABASE", "sqlite") == "postgres"
SERVER = "LICENTIA_TEST_SERVER"
SETTINGS = "licentia.serving.settings"
"""Those with every table, also of sessions and sign-in; a child process chooses its own."""
_home = pytest.StashKey[Path]()
_server = pytest.StashKey[str | None]()


# ---- a data folder to throw away


def pytest_configure(config: pytest.Config) -> None:
    """Hides the store and the database of whoever runs the tests."""
    config.stash[_home] = Path(tempfile.mkdtemp(prefix="licentia-tests-"))
    server = os.environ.pop("LICENTIA_DATABASE_URL", None)
    if server:
        os.environ[SERVER] = server  # where this process's own workers, when there are several, find it
    config.stash[_server] = os.environ.get(SERVER)
    os.environ["LICENTIA_HOME"] = str(config.stash[_home] / "nobody")
    os.environ["LICENTIA_SECRET_KEY"] = "a key for tests only"
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    if POSTGRES and not config.stash[_server]:
        raise pytest.UsageError("LICENTIA_TEST_DATABASE=postgres: run it under scripts/test_postgres.py")
    forbid_network()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Removes it."""
    if _home in config.stash:
        shutil.rmtree(config.stash[_home], ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """A test begins in English, whatever the one before it spoke."""
    language.use("en")


# ---- which tests, on which database


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
