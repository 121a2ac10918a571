"""What is kept beside the journal for the history of products: an older store's journal gives the same lines."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from django.apps import apps
from django.db import connection

from licentia.domain.intents import DeleteUser, RestoreUser
from world_store import E3, World, by_group, crowd, person

pytest_plugins = ["world_fixtures"]

Make = Callable[..., World]
ROWS = (
    "SELECT sku_id, origin, kind, first_seq, last_seq, segment_id, object_kind, object_id, counted FROM product_event "
    "WHERE tenant_id = %(tenant)s ORDER BY sku_id, first_seq"
)


def test_an_older_journal_is_counted_alike(make_world: Make) -> None:
    """Assigned, unassigned, remembered, back, by group, with and without a plan."""
    world = make_world([*crowd(4), person(5, by_group(E3))])
    world.unassign(1, 2)
    world.apply(world.propose(DeleteUser(), world.user(3)))
    world.apply(world.propose(RestoreUser(), world.user(3)))
    kept = world.rows(ROWS)
    assert {row[2] for row in kept} == {"license.unassign", "license.remember", "license.return"}
    world.plant("DELETE FROM product_event WHERE tenant_id = %(tenant)s")
    assert world.rows(ROWS) == []
    migration = importlib.import_module("licentia.store.migrations.0008_product_events")
    with connection.schema_editor() as editor:
        migration.fill(apps, editor)
    assert world.rows(ROWS) == kept
