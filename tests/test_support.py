"""The tests' own ground: what `conftest` promises about the network, the stores and the statement guard.

Says nothing about Licentia itself.
"""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest

from network import NetworkForbiddenError

if TYPE_CHECKING:
    from database import Store

TENANTS = "SELECT count(*) FROM tenant"
INSERT = "INSERT INTO id_block (tenant_id, kind, next_id) VALUES (1, 'user', 1)"


def count(sql: str) -> int:
    """One number from the store."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("host", ["192.0.2.1", "example.com", "::ffff:192.0.2.1"])
def test_no_test_reaches_another_host(host: str) -> None:
    """Connecting elsewhere, or looking a name up, raises at once."""
    with pytest.raises(NetworkForbiddenError):
        socket.create_connection((host, 80), timeout=1)


def test_no_test_sends_a_packet_elsewhere() -> None:
    """Without a connection too."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain, pytest.raises(NetworkForbiddenError):
        plain.sendto(b"x", ("192.0.2.1", 53))


def test_loopback_is_allowed() -> None:
    """A server of a test's own can be reached."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()


@pytest.mark.parametrize("turn", [1, 2])
def test_a_store_is_empty_and_its_tests_own(store: Store, turn: int) -> None:
    """What one test writes, the next does not see."""
    store.run_raw(INSERT)
    with store.planting():
        assert count("SELECT count(*) FROM id_block") == 1
    assert count(TENANTS) == 0


def test_a_renewed_store_is_empty(store: Store) -> None:
    """`renew` gives an empty store, and its own write gate with it."""
    from django.db import connection, transaction

    store.run_raw(INSERT)
    store.renew()
    with store.planting(), transaction.atomic():
        assert count("SELECT count(*) FROM id_block") == 0
        if store.vendor == "sqlite":
            assert (store.home / "licentia.sqlite3.lock").exists()
            assert getattr(connection, "gate").is_held  # noqa: B009  Django's type knows no gate


def test_a_child_process_works_on_the_same_store(store: Store) -> None:
    """The environment carries the store to a child."""
    code = (
        "from licentia.store.opening import open_store; open_store()\n"
        "from django.db import connection; cursor = connection.cursor()\n"
        "cursor.execute('SELECT next_id FROM id_block'); print(cursor.fetchall())"
    )
    store.run_raw(INSERT)
    out, err = store.start("-c", code).communicate(timeout=60)
    assert (out.strip(), err) == ("[(1,)]", "")
    assert store.env["LICENTIA_HOME"] == os.environ["LICENTIA_HOME"]


def test_the_guard_sees_a_statement_without_its_tenant(store: Store) -> None:
    """It is on the store's connection, and quiet while a fault is planted."""
    with store.planting():
        count("SELECT count(*) FROM users")
    store.guard.assert_clean()
    count("SELECT count(*) FROM users")
    with pytest.raises(AssertionError, match="users as users: not tied to one tenant"):
        store.guard.assert_clean()
    store.guard.problems.clear()
