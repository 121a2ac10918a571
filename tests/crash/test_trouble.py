"""A store that cannot be used: full, read-only, locked, newer, damaged, out of reach. A code says which, and nothing is lost.

What the database itself says is asserted too: the codes are read from its words.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from crash.nursery import same, sound

if TYPE_CHECKING:
    from crash.nursery import Nursery
    from database import Store

FILE = "licentia.sqlite3"
SCENES = [("open_only", {}), ("state", {"tenant": "shop"}), ("unassign", {"tenant": "shop"})]


@pytest.fixture
def sqlite_store(store: Store) -> Store:
    """A store that is a file."""
    if store.vendor != "sqlite":
        pytest.skip("a server's disk and files are its own")
    return store


@pytest.fixture
def shop(nursery: Nursery, sqlite_store: Store) -> Store:
    """It has a tenant, and no process has it open."""
    nursery.play(sqlite_store.env, "load", tenant="shop")
    return sqlite_store


@contextlib.contextmanager
def copied(store: Store) -> Iterator[tuple[Path, dict[str, str]]]:
    """A copy of the store in a folder that every account can reach, and the environment that means it."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(store.home / FILE, folder)
        Path(folder).chmod(0o755)
        yield Path(folder), store.env | {"LICENTIA_HOME": folder}
        Path(folder).chmod(0o755)


# ---- full


@pytest.mark.parametrize("scene", ["unassign", "undo_it", "clock", "leave", "years"])
def test_a_full_disk_stops_the_work_and_room_lets_it_go_on(nursery: Nursery, shop: Store, scene: str) -> None:
    """However far it came: the store is whole, and the same command again ends as if there had always been room."""
    wanted = nursery.play(shop.env, scene, tenant="whole")
    refused = 0
    for kibibytes in (8, 256, 640):
        tenant = f"{kibibytes} KiB"
        nursery.play(shop.env, "load", tenant=tenant)
        child = nursery.start(shop.env, scene, {"file_limit": kibibytes * 1_024}, tenant=tenant)
        if child.wait() != 0:
            assert child.refusal() == {"refused": "store_full", "said": "disk I/O error"}
            refused += 1
        sound(nursery.play(shop.env, "state", tenant=tenant))
        same(nursery.play(shop.env, scene, tenant=tenant), wanted, tenant)
    assert refused >= 1


def test_a_disk_that_is_full_during_a_load_leaves_no_tenant(nursery: Nursery, shop: Store) -> None:
    """The next load works."""
    child = nursery.start(shop.env, "load", {"file_limit": 600_000}, tenant="second")
    assert child.refusal()["refused"] == "store_full"
    assert nursery.play(shop.env, "names") == ["shop"]
    nursery.play(shop.env, "load", tenant="second")
    same(nursery.play(shop.env, "state", tenant="second"), nursery.play(shop.env, "state", tenant="shop"), "loads")


def test_a_disk_that_is_full_during_an_import_leaves_the_copy(nursery: Nursery, shop: Store) -> None:
    """As it was; the file goes in later."""
    before = nursery.play(shop.env, "import_go_on", tenant="copy", version=1)["state"]
    child = nursery.start(shop.env, "import_go_on", {"file_limit": 100_000}, tenant="copy", version=2)
    assert child.refusal()["refused"] == "store_full"
    same(nursery.play(shop.env, "import_look", tenant="copy"), before, "untouched")
    after = nursery.play(shop.env, "import_go_on", tenant="copy", version=2)["state"]
    sound(after)
    assert len(after["users"]) == len(before["users"]) + 20


def test_a_store_cannot_be_made_on_a_full_disk_and_can_later(nursery: Nursery, sqlite_store: Store) -> None:
    """Half a schema stands in nobody's way."""
    place = sqlite_store.env | sqlite_store.blank()
    for kibibytes in (8, 100, 300):
        child = nursery.start(place, "open_only", {"file_limit": kibibytes * 1_024})
        assert child.refusal() == {"refused": "store_full", "said": "disk I/O error"}
    assert nursery.play(place, "open_only") == []


# ---- read-only


@pytest.mark.parametrize(
    ("folder_mode", "file_mode"), [(0o555, 0o444), (0o777, 0o444), (0o555, 0o666)], ids=["both", "file", "folder"]
)
def test_a_store_that_this_account_may_not_write(
    nursery: Nursery, shop: Store, folder_mode: int, file_mode: int
) -> None:
    """The file, its folder or both: store_readonly."""
    with copied(shop) as (folder, env):
        (folder / FILE).chmod(file_mode)
        folder.chmod(folder_mode)
        child = nursery.start(env, "unassign", as_another_account(), tenant="shop")
        assert child.refusal() == {"refused": "store_readonly", "said": "attempt to write a readonly database"}


def test_a_lock_file_that_this_account_may_not_write(nursery: Nursery, shop: Store) -> None:
    """Another account made it: store_readonly, not a traceback."""
    with copied(shop) as (folder, env):
        for name in (FILE + ".lock", FILE + ".lock.wait"):
            (folder / name).touch(0o444)
        (folder / FILE).chmod(0o666)
        folder.chmod(0o777)
        refusal = nursery.start(env, "unassign", as_another_account(), tenant="shop").refusal()
        assert refusal["refused"] == "store_readonly"
        assert refusal["said"].startswith("[Errno 13]")


def as_another_account() -> dict[str, Any]:
    """Root may write anything, so root hands the scene to `nobody`."""
    return {"as_nobody": os.geteuid() == 0}


# ---- locked


@pytest.mark.parametrize("begin", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_a_store_that_a_foreign_program_holds(nursery: Nursery, shop: Store, begin: str) -> None:
    """It can be read; a write ends with store_locked within the bound, and goes once the program is done."""
    wanted = nursery.play(shop.env, "unassign", tenant="whole")
    before = nursery.play(shop.env, "state", tenant="shop")
    with contextlib.closing(sqlite3.connect(shop.home / FILE, isolation_level=None)) as foreign:
        foreign.execute(begin)
        child = nursery.start(shop.env, "unassign", {"timeout": 0.3}, tenant="shop")
        assert child.refusal() == {"refused": "store_locked", "said": "database is locked"}
        same(nursery.play(shop.env, "state", tenant="shop"), before, "nothing was written")
        foreign.execute("ROLLBACK")
    same(nursery.play(shop.env, "unassign", tenant="shop"), wanted, "after the program")


def test_a_plan_that_meets_a_foreign_program_half_way_goes_on_later(nursery: Nursery, shop: Store) -> None:
    """The chunks that are done stay done."""
    wanted = nursery.play(shop.env, "unassign", tenant="whole")
    nursery.play(shop.env, "prepare", tenant="shop")
    child = nursery.start(shop.env, "run_only", {"timeout": 0.1}, tenant="shop", slow=0.3)
    child.wait_for_words(2)  # begun, and a chunk done
    with contextlib.closing(sqlite3.connect(shop.home / FILE, isolation_level=None)) as foreign:
        foreign.execute("BEGIN IMMEDIATE")
        assert child.refusal()["refused"] == "store_locked"
        foreign.execute("ROLLBACK")
    assert "done" in [state for _, state in nursery.play(shop.env, "chunks", tenant="shop")]
    same(nursery.play(shop.env, "unassign", tenant="shop"), wanted, "after the program")


# ---- newer, damaged


def test_a_store_of_a_newer_version_is_left_alone(nursery: Nursery, store: Store) -> None:
    """It is refused before anything is read or written."""
    now = "'2031-01-01 00:00:00'"
    store.run_raw(f"INSERT INTO django_migrations (app, name, applied) VALUES ('store', '9999_later', {now})")
    assert nursery.start(store.env, "open_only").refusal()["refused"] == "store_newer"


def _header(content: bytes) -> bytes:
    return b"another program!" + content[16:]


def _half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _pages(content: bytes) -> bytes:
    return content[:8_192] + b"\xa5" * (len(content) - 8_192)


def _text(content: bytes) -> bytes:
    return b"Dear store,\n"


MALFORMED, NO_DATABASE = "database disk image is malformed", "file is not a database"


@pytest.mark.parametrize(
    ("damage", "words"), [(_header, NO_DATABASE), (_half, MALFORMED), (_pages, MALFORMED), (_text, NO_DATABASE)]
)
def test_a_damaged_file_is_named_as_such(
    nursery: Nursery, shop: Store, damage: Callable[[bytes], bytes], words: str
) -> None:
    """Opening, reading and writing all end with store_broken."""
    with copied(shop) as (folder, env):
        (folder / FILE).write_bytes(damage((folder / FILE).read_bytes()))
        for scene, args in SCENES:
            child = nursery.start(env, scene, **args)
            assert child.refusal() == {"refused": "store_broken", "said": words}


# ---- out of reach


def test_a_server_that_ends_the_connection_half_way(nursery: Nursery, store: Store) -> None:
    """store_unreachable; the plan goes on once the server is back."""
    if store.vendor != "postgresql":
        pytest.skip("SQLite has no server")
    wanted = nursery.play(store.env, "unassign", tenant="whole")
    nursery.play(store.env, "prepare", tenant="shop")
    child = nursery.start(store.env, "run_only", tenant="shop", slow=0.3)
    child.wait_for_words(2)
    with psycopg.connect(store.env["LICENTIA_DATABASE_URL"], autocommit=True) as server:
        ended = server.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    assert ended is not None
    assert ended[0] >= 1
    assert child.refusal()["refused"] == "store_unreachable"
    same(nursery.play(store.env, "unassign", tenant="shop"), wanted, "after the server came back")


def test_a_server_that_is_not_there(nursery: Nursery, store: Store) -> None:
    """store_unreachable, whatever is asked."""
    if store.vendor != "postgresql":
        pytest.skip("SQLite has no server")
    url = "postgresql://nobody@/nothing?host=/nonexistent"
    for scene, args in SCENES:
        child = nursery.start(store.env | {"LICENTIA_DATABASE_URL": url}, scene, **args)
        assert child.refusal()["refused"] == "store_unreachable"
