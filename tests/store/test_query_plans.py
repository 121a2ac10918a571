"""How the databases carry the hot statements out: by index, within one tenant, without sorting what an index sorts.

The statements are caught while the doors and lists run, and explained with the values they ran with.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from licentia.changes import advance, record
from licentia.domain.instants import DAY
from licentia.domain.intents import Assign, Unassign
from licentia.domain.userfilter import user_filter
from licentia.importing.demo import demo_tenant
from licentia.odata.filters import parse_filter
from licentia.store import clock, sql
from licentia.store.bulk.tenants import TENANT_TABLES
from licentia.store.lists import audit, filtered, never, selecting, users
from world_store import E3, E5, OWNER, SWAY_PLAN, World, build, watched

if TYPE_CHECKING:
    from database import Store

LARGE = frozenset({"source", "users", "journal", "plan_step", "mailbox", "drive", "clock", "segment"})
"""Tables with a row or more per user, or per change."""

FEW_OF_MANY = frozenset({"source", "users", "journal", "plan_step"})

FILTERS = (
    {"signin": "90", "blocked": "1", "guest": "1", "nolocation": "1", "source": "cloud"},
    {"unlicensed": "1"},
    {"path": "group"},
    {"product": E3, "path": "direct", "q": "noodtoegang1"},
    {"selfservice": "1"},
    {"error": "1"},
    {"grace": "1"},
)
"""Filters of Active users, by account, by license and by grace period."""

HOT = (
    "FROM \nusers u LEFT JOIN mailbox",
    "DELETE FROM source",
    "INSERT INTO source",
    "UPDATE plan_step SET state = 'verified'",
    "SELECT DISTINCT object_id FROM journal",
    "AND s.source_kind = 1 AND s.source_id = 0 ORDER BY s.user_id",
    "ORDER BY u.sort_key, u.id LIMIT",
    "SELECT j.object_id, max(s.plan_id)",
)
"""What must be among the statements caught: facts, removal, addition, a step's end, who changed, holders, pages, undo."""


def work(world: World) -> None:
    """What happens often, on a few users of many."""
    product = world.product(E3)
    some = selecting.direct_holders(world.tenant, product, 5, 40)
    plan = world.propose(Unassign(E3), *some)
    world.start(plan)
    world.inline(Assign(E3, frozenset({SWAY_PLAN})), some[3])
    world.run(plan)
    record.add_never(world.tenant, "user", some[4], "Emergency access", world.actor)
    world.undo(plan)
    world.unassign(*some[:5])
    advance.set_clock(world.tenant, clock.tenant_now(world.tenant) + 100 * DAY, world.actor)


def reads(world: World) -> None:
    """The pages people look at."""
    tenant = world.tenant
    first = users.page(tenant, users.Query(top=50))
    users.page(tenant, users.Query(top=50, after=first.next_key))
    for words in ("noordzee", "noodtoegang1", "ja"):
        users.page(tenant, users.Query(search=words, top=20))
    for sku in (E3, E5):
        users.page(tenant, users.Query(product_id=world.product(sku), top=20))
    users.page(tenant, users.Query(node=parse_filter("accountEnabled eq false"), top=20))
    for chosen in FILTERS:
        filtered.page(tenant, user_filter(chosen), clock.tenant_now(tenant), users.Query(top=20, after=first.next_key))
    users.find(tenant, first.users[0].principal_name)
    users.detail(tenant, first.users[0].id)
    users.sources(tenant, [user.id for user in first.users])
    never.in_group(tenant, 1, 0, 100)
    audit.newest(tenant, 20)
    audit.newest(tenant, 20, user_id=first.users[0].id)
    audit.newest(tenant, 20, plan_id=1)
    audit.receipt(tenant, 1, 0, 20)
    audit.rows_between(tenant, 1, 50)


def caught(world: World, patch: pytest.MonkeyPatch) -> dict[str, Any]:
    """By text, the parameters of each distinct statement that reads a table."""
    with watched(patch) as seen:
        work(world)
        reads(world)
    kinds = re.compile(r"\s*(SELECT|UPDATE|DELETE|INSERT INTO \w+ \([^)]*\) SELECT)")
    found = {text: params for text, params in seen.seen if isinstance(params, dict) and kinds.match(text)}
    assert [part for part in HOT if not any(part in text for text in found)] == []
    return found


def tables(text: str) -> dict[str, str]:
    """By alias or name, the tables a statement names."""
    named = re.findall(r"\b(?:FROM|JOIN|UPDATE|INTO)\s+(\w+)(?:\s+(?:AS\s+)?(\w+))?", text)
    return {name: name for name, _ in named} | {alias: name for name, alias in named if alias}


def complaints(text: str, lines: list[str]) -> Iterator[str]:
    """What is wrong with SQLite's plan of a statement."""
    known = tables(text)
    is_bounded = "json_each" in text
    for line in lines:
        how, _, rest = line.partition(" ")
        name = rest.split(" ")[0]
        table = known.get(name, name)
        if "BLOOM" in line or (how == "SCAN" and table in TENANT_TABLES):
            yield line
        elif how == "SEARCH" and table in LARGE and line.partition("LEFT-JOIN")[0].rstrip().endswith("(tenant_id=?)"):
            if " LIMIT " not in text and "min(" not in text:
                yield line
        elif table == "group_member" and line.endswith("(tenant_id=? AND user_id>?)"):
            yield line  # every membership of everybody, for the members of one group
        elif "TEMP B-TREE" in line and LARGE & set(known.values()) and not is_bounded:
            yield line


def test_sqlite_carries_hot_statements_out_by_index(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """No scan, no walk through all of a tenant without a limit, no Bloom filter, no sort but of a list's own rows."""
    if store.vendor != "sqlite":
        pytest.skip("SQLite's plans")
    world = build(store, replace(demo_tenant(400), name="Plans"))
    wrong: list[str] = []
    for text, params in caught(world, monkeypatch).items():
        with store.planting(), connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {text}", params)
            lines = [str(row[3]) for row in cursor.fetchall()]
        wrong += [f"{line} in: {' '.join(text.split())}" for line in complaints(text, lines)]
    assert wrong == []
    world.assert_sound()


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A PostgreSQL plan's nodes."""
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def test_postgres_carries_hot_statements_out_by_index(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """With 20,000 users, vacuumed, nothing that concerns a few reads a whole large table."""
    if store.vendor != "postgresql":
        pytest.skip("PostgreSQL's plans")
    tenant = record.load_tenant(replace(demo_tenant(20_000), name="Plans"), OWNER)
    world = World(store, tenant, tenant)
    world.undo(world.unassign())
    with store.planting():
        sql.execute("VACUUM ANALYZE", {})
    wrong: list[str] = []
    for text, params in caught(world, monkeypatch).items():
        if any(len(value) > 200 for value in params.values() if isinstance(value, list)):
            continue  # so many of 20,000 are rightly read by a scan
        with store.planting(), connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {text}", params)
            plan = cursor.fetchone()[0]
        whole = plan if isinstance(plan, list) else json.loads(plan)
        for node in nodes(whole[0]["Plan"]):
            if node["Node Type"] == "Seq Scan" and node["Relation Name"] in FEW_OF_MANY:
                wrong.append(f"{node['Relation Name']} in: {' '.join(text.split())}")
    assert wrong == []
