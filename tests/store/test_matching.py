"""Pages of what a filter or a search means: every row once, in order, the shortest way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from licentia.changes import record
from licentia.domain.intents import DeleteUser
from licentia.importing.demo import demo_tenant
from licentia.odata.errors import QueryError
from licentia.odata.filters import parse_filter
from licentia.odata.query import parse_query
from licentia.odata.searches import parse_search
from licentia.store import sql
from licentia.store.lists import matching
from licentia.store.lists.filter_orders import BY_USER, Key, Order, order_groups, order_users
from licentia.store.lists.filters import EVERYBODY, Condition, compile_groups, compile_users
from world_store import E3, E5, FLOW, OWNER, World, build, by_group, direct, object_id, person, watched

if TYPE_CHECKING:
    from database import Store

pytest_plugins = ("world_fixtures",)
Make = Callable[..., World]

NAMES = ["Zed Adams", "anna Berg", "Anna Zwart", "ÉMILE Berg", "émile Adams", "Bram de Boer", "anna berg", "Annabel X"]


def cast(make_world: Make) -> World:
    """People whose names differ in case, marks and order; some hold E3 twice."""
    held = [direct(E3) + by_group(E3), direct(E3), (), direct(E5), direct(E3, FLOW), (), by_group(E3), direct(FLOW)]
    rows = [
        person(n, held[n - 1], display_name=name, created_at=None if n == 3 else 1_600_000_000_000_000 + n // 2)
        for n, name in enumerate(NAMES, start=1)
    ]
    return make_world(rows)


def users_of(text: str) -> Condition:
    return compile_users(parse_filter(text))


def walk(find: Callable[[Key | None], list[matching.Hit]]) -> list[int]:
    """All pages, one behind the other."""
    found: list[int] = []
    after: Key | None = None
    while hits := find(after):
        found += [hit.id for hit in hits]
        after = hits[-1].key
        assert len(found) < 1_000
    return found


def by_name(world: World, condition: Condition, after: Key | None) -> list[matching.Hit]:
    """One user by name."""
    return matching.users(world.tenant, condition, order("displayName"), after, 1)


def order(text: str) -> Order:
    return order_users(parse_query([("$orderby", text)]).orderby)


ORDERS = [
    ("displayName", [2, 7, 3, 8, 6, 1, 4, 5]),
    ("displayName desc", [5, 4, 1, 6, 8, 3, 7, 2]),
    ("userPrincipalName", [1, 2, 3, 4, 5, 6, 7, 8]),
    ("userPrincipalName desc", [8, 7, 6, 5, 4, 3, 2, 1]),
    ("createdDateTime", [3, 1, 2, 4, 5, 6, 7, 8]),
    ("createdDateTime desc, displayName", [8, 7, 6, 4, 5, 2, 1, 3]),
]


@pytest.mark.parametrize(("text", "wanted"), ORDERS)
@pytest.mark.parametrize("top", [1, 3, 100])
def test_pages_follow_an_order(make_world: Make, text: str, wanted: list[int], top: int) -> None:
    """By the name as it is written, letter case apart; nothing stated first; equal ones by number, in the last direction."""
    world = cast(make_world)
    by = order(text)
    found = walk(lambda after: matching.users(world.tenant, EVERYBODY, by, after, top))
    assert found == wanted


MEANT = [
    (f"assignedLicenses/any(x:x/skuId eq {E3})", [1, 2, 5, 7]),
    (f"assignedLicenses/any(x:x/skuId eq {E3}) and startsWith(displayName,'ANNA')", [2, 7]),
    (f"assignedLicenses/any(x:x/skuId eq {FLOW}) and accountEnabled ne false", [5, 8]),
    (f"(accountEnabled eq true and (assignedLicenses/any(x:x/skuId eq {E5}))) and id ne 'a'", [4]),
    ("startsWith(displayName,'anna')", [2, 3, 7, 8]),
    ("startsWith(userPrincipalName,'P0000') and displayName ne 'x'", [1, 2, 3, 4, 5, 6, 7, 8]),
    (f"id in ('{object_id(3)}','{object_id(5)}')", [3, 5]),
    ("userPrincipalName eq 'P00004@contoso.example'", [4]),
    ("displayName eq 'ANNA BERG'", [2, 7]),
]


@pytest.mark.parametrize(("text", "wanted"), MEANT)
def test_every_way_finds_each_user_once(make_world: Make, text: str, wanted: list[int]) -> None:
    """Whatever leads to them: a product, a name, a key; in both orders, a user a page; and counted alike."""
    world = cast(make_world)
    condition = users_of(text)
    assert walk(lambda after: matching.users(world.tenant, condition, after=after, top=1)) == wanted
    assert sorted(walk(partial(by_name, world, condition))) == wanted
    assert matching.count_users(world.tenant, condition) == len(wanted)


def test_a_common_product_or_name_is_met_by_walking(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the limits the order is walked, with the same answer."""
    world = cast(make_world)
    monkeypatch.setattr(matching, "FEW_HOLDERS", 1)
    monkeypatch.setattr(matching, "SEARCH_CAP", 1)
    monkeypatch.setattr(matching, "FEW_NAMES", 1)
    for text, wanted in MEANT:
        condition = users_of(text)
        found = walk(partial(by_name, world, condition))
        assert sorted(found) == wanted


SEARCHES = [
    ('"displayName:berg"', [2, 4, 7]),
    ('"displayName:an be"', [2, 7]),
    ('"displayName:nna"', []),
    ('"displayName:anna" AND NOT "displayName:berg"', [3, 8]),
    ('"displayName:zwart" OR "displayName:zed"', [1, 3]),
    ('"userPrincipalName:p0000" AND "displayName:x"', [8]),
    ('"displayName:%"', []),
    ('"mail:x"', []),
    ('"proxyAddresses:x"', []),
]


@pytest.mark.parametrize(("text", "wanted"), SEARCHES)
def test_a_search_finds_beginnings_of_words(make_world: Make, text: str, wanted: list[int]) -> None:
    """R-196, together with a filter too."""
    world = cast(make_world)
    assert [hit.id for hit in matching.users(world.tenant, compile_users(None, parse_search(text)))] == wanted
    both = compile_users(parse_filter("accountEnabled eq true"), parse_search(text))
    assert [hit.id for hit in matching.users(world.tenant, both)] == wanted


def test_deleted_users_are_listed_apart(make_world: Make) -> None:
    """By their former names; in no other list."""
    world = cast(make_world)
    for n in (2, 4):
        world.inline(DeleteUser(), n)
    every = matching.deleted_users(world.tenant, EVERYBODY)
    assert [hit.id for hit in every] == [2, 4]
    named = compile_users(parse_filter("userPrincipalName eq 'P00004@contoso.example'"), deleted=True)
    assert [hit.id for hit in matching.deleted_users(world.tenant, named)] == [4]
    started = compile_users(parse_filter("startsWith(userPrincipalName,'p00002')"), deleted=True)
    assert [hit.id for hit in matching.deleted_users(world.tenant, started)] == [2]
    since = compile_users(parse_filter("deletedDateTime ge 2020-01-01T00:00:00Z"), deleted=True)
    by = order("deletedDateTime desc")
    assert walk(lambda after: matching.deleted_users(world.tenant, since, by, after, 1)) == [4, 2]
    assert matching.count_deleted_users(world.tenant, since) == 2
    assert matching.count_users(world.tenant, EVERYBODY) == 6


def test_groups_are_listed(make_world: Make) -> None:
    """By filter, search, order."""
    world = cast(make_world)
    by = order_groups(parse_query([("$orderby", "displayName desc")]).orderby)
    found = compile_groups(parse_filter("startsWith(displayName,'alle')"), parse_search('"displayName:medew"'))
    assert len(matching.groups(world.tenant, found, by)) == matching.count_groups(world.tenant, found) == 1
    assert matching.groups(world.tenant, found, deleted=True) == []


REFUSED: list[tuple[str, str, str]] = [
    ("shoeSize eq 1", "BadRequest", "Could not find a property named 'shoeSize' on type 'microsoft.graph.user'."),
    (
        "licenseAssignmentStates/any()",
        "Request_UnsupportedQuery",
        "for property 'licenseAssignmentStates' of resource 'User'.",
    ),
    ("startsWith(id,'a')", "Request_UnsupportedQuery", "for property 'id' of resource 'User'."),
    ("department eq ''", "Request_UnsupportedQuery", "for property 'department' of resource 'User'."),
    ("accountEnabled eq 'yes'", "BadRequest", "The value 'yes' does not fit the property 'accountEnabled'."),
    ("assignedLicenses/any(x:x/skuId eq 'a')", "BadRequest", "The value 'a' does not fit the property 'x/skuId'."),
    ("assignedLicenses/any(x:x/disabledPlans/any())", "Request_UnsupportedQuery", "for property 'x/disabledPlans'"),
    ("assignedPlans/any()", "Request_UnsupportedQuery", "for property 'assignedPlans' of resource 'User'."),
    ("createdDateTime ge null", "BadRequest", "The value null does not fit the property 'createdDateTime'."),
]


@pytest.mark.parametrize(("text", "code", "says"), REFUSED)
@pytest.mark.both
def test_what_cannot_be_filtered_on_is_refused(text: str, code: str, says: str) -> None:
    """With Graph's code; before the database is asked."""
    with pytest.raises(QueryError) as refused:
        users_of(text)
    assert refused.value.code == code
    assert refused.value.message.endswith(says) or says in refused.value.message


def test_a_long_filter_does_not_fail(make_world: Make) -> None:
    """Thousands of conditions, and a text as long as a filter may be: SQLite has limits of its own."""
    world = cast(make_world)
    many = " or ".join([f"startsWith(displayName,'q{n}')" for n in range(1_500)] + ["displayName eq 'Zed Adams'"])
    assert [hit.id for hit in matching.users(world.tenant, users_of(many))] == [1]
    long = "not(startsWith(displayName,'" + "x" * 60_000 + "'))"
    assert matching.count_users(world.tenant, users_of(long)) == len(NAMES)


def test_a_key_of_another_order_is_refused(make_world: Make) -> None:
    """A token that was made for another $orderby."""
    world = cast(make_world)
    with pytest.raises(QueryError):
        matching.users(world.tenant, EVERYBODY, BY_USER, ("anna", 3))


# ---- how the databases carry it out

HOT: list[tuple[str, str | None]] = [
    ("accountEnabled eq false", None),
    (f"assignedLicenses/any(x:x/skuId eq {E5})", None),
    (f"assignedLicenses/any(x:x/skuId eq {E5})", "displayName"),
    (f"not(assignedLicenses/any(x:x/skuId eq {E5}))", "displayName"),
    ("city eq 'x'", "userPrincipalName desc"),
    ("startsWith(displayName,'Jan')", None),
    ("startsWith(displayName,'Jan')", "displayName"),
    ("startsWith(userPrincipalName,'jan')", "displayName"),
    ("displayName eq 'Jan'", None),
    ("mail eq 'jan@x.example'", None),
    (f"id eq '{object_id(3)}'", "displayName"),
    ("userPrincipalName in ('a@b','c@d')", None),
]


def statements(tenant: int, patch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Every statement that pages of these filters ask, the second page too, and a search's."""
    with watched(patch) as seen:
        for text, by in HOT:
            for after in (None, (5,) if by is None else ("b", 5)):
                matching.users(tenant, users_of(text), order(by) if by else BY_USER, after, 20)
        matching.users(tenant, compile_users(None, parse_search('"displayName:noodtoegang1"')), top=20)
        matching.deleted_users(tenant, EVERYBODY, after=(1,), top=20)
    return {text: params for text, params in seen.seen if isinstance(params, dict)}


def test_sqlite_finds_by_index(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """No scan of a tenant's table; a sort only of a few rows, named one by one or by a key."""
    if store.vendor != "sqlite":
        pytest.skip("SQLite's plans")
    world = build(store, replace(demo_tenant(400), name="Plans"))
    wrong = []
    for text, params in statements(world.tenant, monkeypatch).items():
        with store.planting(), connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {text}", params)
            lines = [str(row[3]) for row in cursor.fetchall()]
        is_few = "json_each" in text or any("=? AND object_id=?" in line or "principal_key=?" in line for line in lines)
        is_few = is_few or "k.mail_key" in text
        for line in lines:
            if (
                line.startswith("SCAN")
                and "json_each" not in line
                and "CONSTANT" not in line
                and "user_search" not in line
            ):
                wrong.append(f"{line} in: {text}")
            if "TEMP B-TREE" in line and not is_few:
                wrong.append(f"{line} in: {text}")
    assert wrong == []


def test_postgres_finds_by_index(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """With 20,000 users nothing reads all of them, or all sources, for a page."""
    if store.vendor != "postgresql":
        pytest.skip("PostgreSQL's plans")
    tenant = record.load_tenant(replace(demo_tenant(20_000), name="Plans"), OWNER)
    with store.planting():
        sql.execute("VACUUM ANALYZE", {})
    wrong = []
    for text, params in statements(tenant, monkeypatch).items():
        if any(len(value) > 200 for value in params.values() if isinstance(value, list)):
            continue  # so many of 20,000 are rightly read by a scan
        with store.planting(), connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {text}", params)
            lines = [str(row[0]) for row in cursor.fetchall()]
        wrong += [
            f"{line.strip()} in: {text}"
            for line in lines
            if "Seq Scan on users" in line or "Seq Scan on source" in line
        ]
    assert wrong == []
