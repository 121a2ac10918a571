"""A rehearsal copy of a tenant: all of it in a tenant of its own, the original untouched, whatever interrupts it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import licentia
from licentia.changes import advance, copying, finders, journal, record
from licentia.changes.copying import copy_tenant
from licentia.changes.verify import verify_chain
from licentia.changes.who import Who
from licentia.domain.finders import search
from licentia.domain.instants import DAY
from licentia.domain.intents import Assign, SetGroupLicenses, Unassign
from licentia.domain.permissions import ROLE_CAPABILITIES, Actor, ActorKind, Role
from licentia.domain.reasons import BadInput, NotPermitted, Refused
from licentia.importing.demo import demo_tenant
from licentia.store import clock, sql
from licentia.store.bulk import copying as rows_of
from licentia.store.bulk.tenants import TENANT_TABLES
from licentia.store.lists import check, tenants
from licentia.store.lists import copying as reads
from licentia.store.writing import writing
from world_store import E3, OWNER, World, build, by_group, crowd, digest, direct, person, tenant_rows, watched

if TYPE_CHECKING:
    from database import Store

pytest_plugins = ["world_fixtures"]

COPIED = (*rows_of.BY_USER, *rows_of.WHOLE)


def rows(tenant_id: int, table: str) -> list[str]:
    """A table's rows without the tenant."""
    found = sql.rows(f"SELECT * FROM {table} WHERE tenant_id = %(tenant)s", {"tenant": tenant_id})
    return sorted(repr(row[1:]) for row in found)


def everything(tenant_id: int) -> dict[str, list[str]]:
    """Every table that is copied, and what a search finds."""
    return {table: rows(tenant_id, table) for table in COPIED} | {"search": digest(tenant_id)["search"]}


def full_world(store: Store) -> World:
    """A demo tenant in which something has happened: plans, clocks, a saved finder, prices, people in the queue."""
    world = build(store, replace(demo_tenant(400), name="Demo"))
    some = [user for user, sku, kind, _ in world.sources() if sku == E3 and kind == 1][:40]
    world.unassign(*some)
    advance.set_clock(world.tenant, clock.tenant_now(world.tenant) + 5 * DAY, OWNER)
    record.set_tenant(world.tenant, OWNER, {"confirm_above": 7, "limit_users": 77})
    finders.save(world.tenant, "Leavers", search("blocked", {}), OWNER)
    product = world.product(E3)
    world.plant(
        "INSERT INTO price (tenant_id, sku_id, amount, currency, term_months, source, as_of) "
        "VALUES (%(tenant)s, %(sku)s, '34.50', 'EUR', 12, 'own', '2026-11') ON CONFLICT DO NOTHING",
        sku=E3,
    )
    world.plant(
        "INSERT INTO user_profile (tenant_id, user_id, given_name, mail) VALUES (%(tenant)s, %(user)s, 'Femke', 'f@x.nl')",
        user=some[0],
    )
    for plan in (0, 3):
        world.plant(
            "INSERT INTO group_queue (tenant_id, user_id, plan_id) VALUES (%(tenant)s, %(user)s, %(plan)s)",
            user=some[0],
            plan=plan,
        )
    world.plant(
        "INSERT INTO subscription (tenant_id, id, ref, product_id, purchase_id, account, offer, seats, state, read_at) "
        "SELECT o.tenant_id, 1, 'S-1', o.product_id, 0, 'mca', 'standard', o.capacity, 'enabled', 1 FROM pool o "
        "WHERE o.tenant_id = %(tenant)s AND o.product_id = %(p)s AND o.purchase_id = 0 "
        "AND NOT EXISTS (SELECT 1 FROM subscription x WHERE x.tenant_id = %(tenant)s AND x.product_id = %(p)s)",
        p=product,
    )
    return world


def test_every_table_of_a_tenant_is_copied_or_named_as_left_out() -> None:
    """No table is forgotten: the group queue goes without its plans, what happened stays."""
    assert {*COPIED, *rows_of.LEFT_OUT, "group_queue"} == set(TENANT_TABLES)
    assert len(COPIED) + len(rows_of.LEFT_OUT) + 1 == len(TENANT_TABLES)


def test_a_copy_has_all_of_it(store: Store) -> None:
    """Every row of every table that is copied, the same ids, the same time, the same settings; the original is as it was."""
    world = full_world(store)
    before = digest(world.tenant)
    copy = copy_tenant(world.tenant, "Rehearsal", OWNER)
    assert digest(world.tenant) == before
    assert everything(copy) == everything(world.tenant)
    assert [table for table, found in everything(copy).items() if not found] in ([], ["subscription_addition"])
    mine, theirs = tenants.settings(world.tenant), tenants.settings(copy)
    assert {n: v for n, v in mine.items() if v != theirs[n]}.keys() <= {"id", "name", "created_at"}
    assert abs(clock.tenant_now(copy) - clock.tenant_now(world.tenant)) < 60_000_000
    assert sql.rows("SELECT user_id, plan_id FROM group_queue WHERE tenant_id = %(tenant)s", {"tenant": copy}) == [
        (sql.value("SELECT min(user_id) FROM group_queue WHERE tenant_id = %(tenant)s", {"tenant": world.tenant}), 0)
    ]
    kinds = {row[0] for row in sql.rows("SELECT kind FROM agenda WHERE tenant_id = %(tenant)s", {"tenant": copy})}
    assert "clock" in kinds
    assert not kinds & {"plan", "schedule"}
    assert check.problems(copy) == []
    world.assert_sound()


def test_a_copys_journal_begins_with_a_marker(store: Store) -> None:
    """It names the tenant, where that one's journal ended and how many users there are; plans and journal stay behind."""
    world = full_world(store)
    copy = copy_tenant(world.tenant, "Rehearsal", OWNER)
    found = sql.rows("SELECT kind, after FROM journal WHERE tenant_id = %(tenant)s ORDER BY seq", {"tenant": copy})
    assert [kind for kind, _ in found] == ["tenant.create", "baseline"]
    seq, end = reads.journal_end(world.tenant)
    assert json.loads(found[1][1]) == {"copy_of": "Demo", "hash": end, "seq": seq, "users": 400}
    assert reads.copied_from(copy) == "Demo"
    assert reads.copied_from(world.tenant) is None
    assert verify_chain(copy).broken is None
    assert all(rows(copy, table) == [] for table in rows_of.LEFT_OUT - {"head", "segment", "journal"})


def test_a_copy_lives_a_life_of_its_own(make_world: Callable[..., World]) -> None:
    """Plans run in it, new ids don't meet old ones, and the original sees nothing of it."""
    world = make_world(crowd(30))
    copy = World(world.store, copy_tenant(world.tenant, "Rehearsal", OWNER), world.twin)
    before = digest(world.tenant)
    plan = copy.unassign(*sorted(copy.ids().values())[:10])
    copy.undo(plan)
    copy.unassign(*sorted(copy.ids().values())[5:9])
    record.add_never(copy.tenant, "user", 3, "Emergency", OWNER)
    advance.set_clock(copy.tenant, clock.tenant_now(copy.tenant) + 40 * DAY, OWNER)
    assert check.problems(copy.tenant) == []
    assert digest(world.tenant) == before
    record.delete_tenant(copy.tenant, OWNER)
    assert digest(world.tenant) == before


@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_killed_half_way_nothing_is_listed(
    make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Stopped before any of its transactions, the copy does not exist for anybody, and the next attempt removes it."""
    world = make_world(crowd(30))
    monkeypatch.setattr(copying, "BATCH", 10)
    left = [after]
    real = rows_of.copy_range

    def stops(*given: int) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        real(*given)

    def stops_last(*_given: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(rows_of, "copy_range", stops)
        patch.setattr(rows_of, "copy_rest", stops_last)
        with pytest.raises(KeyboardInterrupt):
            copy_tenant(world.tenant, "Rehearsal", OWNER)
    assert "Rehearsal" not in [tenant.name for tenant in tenants.every()]
    left_over = tenants.find("Rehearsal", origin=record.LOADING)
    assert left_over is not None
    assert len(rows(left_over.id, "users")) == after * 10
    copy = copy_tenant(world.tenant, "Rehearsal", OWNER)
    assert everything(copy) == everything(world.tenant)
    assert tenants.find("Rehearsal", origin=record.LOADING) is None
    assert rows(left_over.id, "users") == []


def test_who_changes_meanwhile_is_copied_again(
    make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy is of one moment, its end: licenses, clocks, seats, settings and names of the last state."""
    world = make_world([*crowd(30), person(31, direct(E3), display_name="Zus")])
    monkeypatch.setattr(copying, "BATCH", 10)
    monkeypatch.setattr(copying, "CHUNK", 4)
    moves: list[Callable[[], Any]] = [
        lambda: world.unassign(*[world.user(n) for n in range(1, 10)]),
        lambda: world.inline(Assign(E3), world.user(2)),
        lambda: record.add_never(world.tenant, "user", world.user(30), "Director", OWNER),
        lambda: record.set_tenant(world.tenant, OWNER, {"limit_users": 9}),
    ]

    def told(_done: int) -> None:
        if moves:
            moves.pop(0)()

    copy = copy_tenant(world.tenant, "Rehearsal", OWNER, told)
    assert moves == []
    assert everything(copy) == everything(world.tenant)
    assert check.problems(copy) == []


def test_a_group_that_changes_meanwhile_is_copied_again(
    make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the members it has at the end, whoever they are."""
    world = make_world([*crowd(15), person(16, by_group(E3)), person(17, by_group(E3))])
    monkeypatch.setattr(copying, "BATCH", 6)
    group = int(world.rows("SELECT id FROM user_group WHERE tenant_id = %(tenant)s")[0][0])
    moves: list[Callable[[], Any]] = [
        lambda: None,
        lambda: None,
        lambda: world.apply(world.propose(SetGroupLicenses(group, frozenset({E3})), who=Who("members", str(group)))),
    ]
    copy = copy_tenant(world.tenant, "Rehearsal", OWNER, lambda _done: moves.pop(0)())
    assert moves == []
    assert everything(copy) == everything(world.tenant)
    assert rows(copy, "group_license") == []
    assert check.problems(copy) == []


def test_a_file_read_meanwhile_stops_the_copy(make_world: Callable[..., World]) -> None:
    """What changed without naming users can't be copied again; the sentence says to try later, and nothing is listed."""
    world = make_world(crowd(12))

    def told(_done: int) -> None:
        with writing(world.tenant):
            entry = journal.Entry("import", "file", world.tenant, None, "{}")
            now = clock.tenant_now(world.tenant)
            journal.write(world.tenant, door="record", actor=OWNER, now=now, entries=[entry])

    with pytest.raises(Refused) as refused:
        copy_tenant(world.tenant, "Rehearsal", OWNER, told)
    assert refused.value.code == "tenant_busy"
    assert "Rehearsal" not in [tenant.name for tenant in tenants.every()]


def test_a_copy_of_a_file_stays_one(make_copy: Callable[..., World]) -> None:
    """A rehearsal copy of an imported tenant says as before that it is as old as its file (I-12)."""
    world = make_copy(crowd(5))
    copy = copy_tenant(world.tenant, "Rehearsal", OWNER)
    found = tenants.find("Rehearsal")
    assert found is not None
    assert found.origin == "imported"
    assert everything(copy) == everything(world.tenant)


def test_a_taken_name_is_no_name_for_a_copy(make_world: Callable[..., World]) -> None:
    """Neither the tenant's own, nor another's."""
    world = make_world(crowd(2))
    for name in ("Contoso", "Contoso, twin"):
        with pytest.raises(BadInput) as bad:
            copy_tenant(world.tenant, name, OWNER)
        assert bad.value.code == "tenant_exists"


@pytest.mark.parametrize("role", sorted(Role))
def test_only_the_stores_owner_copies(make_world: Callable[..., World], role: Role) -> None:
    """A role in one tenant makes no tenants."""
    world = make_world(crowd(2))
    actor = Actor(ActorKind.OPERATOR, "1", "anna", world.tenant, ROLE_CAPABILITIES[role])
    with pytest.raises(NotPermitted):
        copy_tenant(world.tenant, "Rehearsal", actor)


def test_statements_grow_with_batches(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten times the users in one batch cost not one statement more (I-4)."""
    counts = []
    for count in (20, 200):
        world = build(store, tenant_rows(crowd(count), name=f"Contoso {count}"))
        with watched(monkeypatch) as seen:
            copy_tenant(world.tenant, f"Rehearsal {count}", OWNER)
        counts.append(seen.count())
    assert counts[0] == counts[1]


def test_only_the_copy_names_two_tenants() -> None:
    """The parameter `copy` stands in the statements of one module (I-9)."""
    folder = Path(licentia.__file__).parent
    found = [path.name for path in folder.rglob("*.py") if "%(copy)s" in path.read_text(encoding="utf-8")]
    assert found == ["copying.py"]
    assert (folder / "store" / "bulk" / "copying.py").read_text(encoding="utf-8").count("%(copy)s") > 3


def test_a_plan_of_the_original_is_not_one_of_the_copy(make_world: Callable[..., World]) -> None:
    """A draft that waits stays where it was made."""
    world = make_world(crowd(4))
    plan = world.propose(Unassign(E3))
    copy = World(world.store, copy_tenant(world.tenant, "Rehearsal", OWNER), world.twin)
    assert rows(copy.tenant, "plan") == []
    assert copy.propose(Unassign(E3)) > plan
