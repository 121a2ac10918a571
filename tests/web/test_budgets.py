"""How many statements each page takes: so many, and no more for ten times the users (I-4)."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import center as rig
from center_pages import examples, tenant_of
from database import Maker

FRAME = 11
"""What every page takes before its own: session, operator, roles, tenants, clock, what is due, the banner."""
BUDGET = {
    "home": 28,
    "search": 4,
    "add_tenant": 3,
    "active_users": 6,
    "user": 18,
    "manage_licenses": 4,
    "managed": 16,
    "licenses": 1,
    "product": 6,
    "unassign": 16,
    "plans": 1,
    "plan": 18,
    "deleted_users": 3,
    "over_limit": 18,
    "restore": 15,
    "purge": 16,
    "reclaim": 28,
    "audit": 1,
    "settings": 6,
    "help": 2,
    "export_holders": 1,
    "export_users": 1,
    "export_plan": 13,
    "export_reclaim": 3,
    "account": 2,
    "password": 5,
    "add_app": 10,
    "new_codes": 6,
    "add_passkey": 11,
    "groups": 5,
    "group": 12,
    "group_rename": 1,
    "group_delete": 1,
    "group_assign": 3,
    "group_unassign": 2,
    "group_add": 2,
    "assign": 2,
    "your_products": 7,
    "order": 4,
    "subscription": 11,
    "resize": 18,
    "recurring": 10,
    "cancel_subscription": 10,
    "take_over": 7,
    "undo_subscription": 13,
}
"""Statements of a page on top of the frame; a page that is not here has none of its own."""


@pytest.fixture(scope="module")
def demos(store_maker: Maker, tmp_path_factory: pytest.TempPathFactory) -> list[rig.Demo]:
    """The demo tenant with 200 and with 2,000 users."""
    folder: Path = tmp_path_factory.mktemp("demos")
    return [rig.make_demo(store_maker, folder, users) for users in (200, 2_000)]


def test_statements_of_a_page_do_not_grow_with_users(store_maker: Maker, demos: list[rig.Demo]) -> None:
    """Every page of the table, at 200 and at 2,000 users."""
    taken: list[dict[str, int]] = []
    for demo in demos:
        with rig.store_with(store_maker, demo):
            client = rig.signed_in(demo.cookie)
            tenant = tenant_of(rig.Center("", demo))
            chosen = [one.id for one in tenant.holders[:2]]
            assert client.post("/users/active/selection", {"shown": chosen, "user": chosen}).status_code == 302
            counts = {}
            for name, address in examples(tenant).items():
                with CaptureQueriesContext(connection) as seen:
                    assert client.get(address).status_code == 200, name
                counts[name] = len(seen)
            taken.append(counts)
    few, many = taken
    assert few == many
    over = {name: n - FRAME for name, n in many.items() if n > FRAME + BUDGET.get(name, 0)}
    assert not over
