"""Every body against the types Microsoft publishes for Graph v1.0 (types.tsv): names, types, lists, nulls."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from graph_calls import EVENTUAL, Graph
from licentia.changes import record
from licentia.importing.demo import demo_tenant
from licentia.wire.entities import GROUP, USER
from world_store import OWNER, World

if TYPE_CHECKING:
    from database import Store

GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z")
PUBLISHED: dict[str, dict[str, tuple[str, bool]]] = defaultdict(dict)
for line in (Path(__file__).parent / "types.tsv").read_text().splitlines()[1:]:
    entity, name, kind, null = (line + "\t").split("\t")[:4]
    PUBLISHED[entity][name] = (kind, null == "null")


def faults(entity: str, body: dict[str, Any], where: str = "") -> list[str]:
    """What in the body is not as published."""
    found = []
    for name, value in body.items():
        if name.startswith("@") or "@" in name:
            continue
        known = PUBLISHED[entity].get(name)
        if known is None:
            if not (entity == "user" and name == "manager"):
                found.append(f"{where}{entity} has no {name}")
            continue
        kind, may_be_null = known
        found += _value(kind, value, f"{where}{entity}.{name}", may_be_null=may_be_null)
    return found


def _value(kind: str, value: Any, where: str, *, may_be_null: bool) -> list[str]:
    inner = re.fullmatch(r"Collection\((.*)\)", kind)
    if inner:
        if not isinstance(value, list):
            return [f"{where}: {value!r} is no list"]
        return [fault for one in value for fault in _value(inner[1], one, where, may_be_null=False)]
    if value is None:
        return [] if may_be_null else [f"{where} is null"]
    if kind in PUBLISHED:
        return faults(kind, value, f"{where}: ") if isinstance(value, dict) else [f"{where}: {value!r} is no object"]
    is_good = {
        "String": lambda: isinstance(value, str),
        "Boolean": lambda: isinstance(value, bool),
        "Int32": lambda: isinstance(value, int) and not isinstance(value, bool),
        "Int64": lambda: isinstance(value, int) and not isinstance(value, bool),
        "Guid": lambda: isinstance(value, str) and GUID.fullmatch(value),
        "DateTimeOffset": lambda: isinstance(value, str) and MOMENT.fullmatch(value),
    }.get(kind, lambda: isinstance(value, dict | str))()
    return [] if is_good else [f"{where}: {value!r} is no {kind}"]


@pytest.fixture
def graph(store: Store) -> Graph:
    """A demo tenant: groups, purchases, shared mailboxes, deleted users, unknown facts."""
    rows = demo_tenant(200)
    tenant = record.load_tenant(rows, OWNER, "Demo")
    twin = record.load_tenant(rows, OWNER, "Demo, twin")
    return Graph(World(store, tenant, twin))


def checked(entity: str, values: list[dict[str, Any]]) -> None:
    """Fails with every fault of these bodies, each once."""
    assert values
    assert sorted({fault for one in values for fault in faults(entity, one)}) == []


def test_every_property_of_a_user(graph: Graph) -> None:
    """All that a list may have, and all that one user may have."""
    names = [one.name for one in USER.properties if not one.is_single]
    people = graph.pages(f"/users?$top=999&$select={','.join(names)}")
    checked("user", people)
    assert all(set(one) == set(names) for one in people)
    single = [one.name for one in USER.properties]
    checked("user", [graph.get(f"/users/{people[0]['id']}?$select={','.join(single)}")])
    checked("user", graph.pages("/users?$expand=manager&$top=100"))


def test_every_property_of_a_group(graph: Graph) -> None:
    """Defaults, and all."""
    checked("group", graph.pages("/groups"))
    names = [one.name for one in GROUP.properties if not one.is_single]
    groups = graph.pages(f"/groups?$select={','.join(names)}")
    checked("group", groups)
    for group in groups[:3]:
        checked("user", graph.get(f"/groups/{group['id']}/members?$top=5")["value"] or [{}])


def test_products_subscriptions_and_the_organization(graph: Graph) -> None:
    """And the license details of somebody."""
    checked("subscribedSku", graph.get("/subscribedSkus")["value"])
    checked("companySubscription", graph.pages("/directory/subscriptions"))
    checked("organization", graph.get("/organization")["value"])
    holder = graph.get("/users?$filter=assignedLicenses/$count ne 0&$count=true&$top=1", **EVENTUAL)["value"][0]
    checked("licenseDetails", graph.get(f"/users/{holder['id']}/licenseDetails")["value"])
