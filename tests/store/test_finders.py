"""What finders find in a store: the same as the rules say of each user, in pages, in chunks, and by index.

Sources are made at random and compared with `domain.finders`; accounts and mailboxes are tables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from licentia.changes import finders as door
from licentia.changes import record
from licentia.domain import catalog as catalog_of
from licentia.domain.facts import AssignmentState, MailboxKind, Source, SourceKind
from licentia.domain.finders import FINDERS, FinderKind, NotKnown, Search, findings, search
from licentia.domain.instants import DAY
from licentia.domain.reasons import BadInput
from licentia.importing.demo import demo_tenant
from licentia.importing.rows import HoldKind, LicenseRow, MailboxRow, UserRow
from licentia.store import clock, sql
from licentia.store.lists import finder_sql, finders
from licentia.store.lists.finders import FoundPage, not_known, page, products_found, user_ids
from world_store import (
    AUDIO,
    E3,
    E5,
    EXCHANGE_2,
    GIB,
    OWNER,
    STAFF,
    VISIO,
    World,
    build,
    by_group,
    crowd,
    direct,
    person,
    unknown,
    watched,
)

if TYPE_CHECKING:
    from database import Store

pytest_plugins = ["world_fixtures"]

Make = Callable[..., World]
STRANGER = "00000000-dead-4bad-8bad-000000000001"
TEAMS = "57ff2da0-773e-42df-b2af-ffb7a2317929"
SKYPE = "0feaeb32-d00e-4d66-bd5a-43b5b83db82c"
MAILBOX_2 = "efb87545-963c-4e0d-99df-69c6916d9eb0"
LICENSES = (FinderKind.DUPLICATE, FinderKind.OVERLAP, FinderKind.ADDON_WITHOUT_BASE, FinderKind.NOTHING_ON)
CATALOG = catalog_of.load()


def names(found: FoundPage) -> list[str]:
    """Whom a page lists."""
    return [user.display_name for user in found.users]


def ask(world: World, kind: str, **params: Any) -> list[int]:
    """All ids, in chunks of three."""
    now = clock.tenant_now(world.tenant)
    found: list[int] = []
    while len(chunk := user_ids(world.tenant, kind, params, now, found[-1] if found else 0, 3)) == 3:
        found += chunk
    return found + chunk


def count(world: World, kind: str, **params: Any) -> dict[str, int]:
    """Who could not be judged."""
    asked = search(kind, params)
    return {why.value: n for why, n in not_known(world.tenant, asked, clock.tenant_now(world.tenant)).counts.items()}


# ---- about licenses: as the rules say of each user


def some_off(random: Random, sku: str) -> frozenset[str]:
    """Nothing switched off, a few plans, those that matter, or all."""
    product = CATALOG.product_or_none(sku)
    plans = product.plan_ids if product else (TEAMS, MAILBOX_2)
    few = frozenset(random.sample(plans, min(2, len(plans))))
    return random.choice(
        (frozenset(), frozenset(), few, frozenset({TEAMS, SKYPE, MAILBOX_2}) & set(plans), frozenset(plans))
    )


def mixed(random: Random, n: int) -> UserRow:
    """Somebody with a few licenses from anywhere, in any state."""
    rows: dict[tuple[str, SourceKind], LicenseRow] = {}
    for _ in range(random.randrange(5)):
        sku = random.choice((E3, E3, E5, AUDIO, AUDIO, EXCHANGE_2, VISIO, STRANGER))
        kind = random.choice((SourceKind.DIRECT, SourceKind.DIRECT, SourceKind.GROUP, SourceKind.UNKNOWN))
        state = random.choice(
            (AssignmentState.ACTIVE,) * 4 + (AssignmentState.ACTIVE_WITH_ERROR, AssignmentState.ERROR)
        )
        group = STAFF if kind is SourceKind.GROUP else None
        rows[sku, kind] = LicenseRow(sku, kind, group, some_off(random, sku), state)
    return person(n, tuple(rows.values()))


def judged(world: World, asked: Search) -> list[int]:
    """The users of whom the rules say yes, one by one."""
    held: dict[int, list[Source]] = {}
    for (user, sku, kind, source), (state, plans) in world.sources().items():
        off = frozenset(plans.split(",")) if plans else frozenset[str]()
        held.setdefault(user, []).append(Source(sku, SourceKind(kind), source, off, AssignmentState(state)))
    return sorted(user for user, sources in held.items() if findings(asked, sources, CATALOG))


@pytest.mark.parametrize("seed", range(4))
def test_the_tables_find_whom_the_rules_find(make_world: Callable[..., World], seed: int) -> None:
    """R-148 to R-151, for every product and for one, with unknown paths and without."""
    random = Random(seed)
    world = make_world([mixed(random, n) for n in range(1, 201)], seats={STRANGER: 500, E5: 500})
    now = clock.tenant_now(world.tenant)
    hits: dict[FinderKind, int] = dict.fromkeys(LICENSES, 0)
    for kind in LICENSES:
        for sku in (None, E3, EXCHANGE_2, AUDIO, VISIO):
            asked = search(kind, {} if sku is None else {"sku_id": sku})
            expected = judged(world, asked)
            assert user_ids(world.tenant, kind, asked.params, now, 0, 1_000) == expected, asked
            wide = replace(asked, with_unknown_path=True)
            listed = page(world.tenant, wide, now, top=1_000)
            assert sorted(user.id for user in listed.users) == judged(world, wide), wide
            hits[kind] += len(expected)
        every = sorted({E3, E5, AUDIO, EXCHANGE_2, VISIO, STRANGER})
        skus = [sku for sku in every if judged(world, search(kind, {"sku_id": sku}))]
        assert products_found(world.tenant, search(kind, {}), now) == skus
    assert min(hits.values()) > 1, hits


def test_what_a_product_nobody_knows_hides_is_counted(make_world: Callable[..., World]) -> None:
    """An add-on beside a stranger, and a stranger with plans switched off: neither found nor safe (I-7)."""
    strange = (LicenseRow(STRANGER, SourceKind.DIRECT, None, frozenset({TEAMS})),)
    world = make_world([person(1, direct(AUDIO)), person(2, direct(AUDIO) + direct(STRANGER)), person(3, strange)])
    assert ask(world, "addon-without-base") == [world.user(1)]
    assert count(world, "addon-without-base") == {"product": 1}
    assert count(world, "nothing-on") == {"product": 1}


# ---- about accounts and mailboxes


def account(n: int, **facts: Any) -> UserRow:
    """Somebody with E3, who signed in and used something yesterday, unless told otherwise."""
    return person(n, facts.pop("licenses", direct(E3)), **facts)


def since(world: World, column: str, days: Mapping[int, float | None]) -> None:
    """So many days ago; None: never, or not known."""
    now = clock.tenant_now(world.tenant)
    for n, ago in days.items():
        at = None if ago is None else now - int(ago * DAY)
        world.plant(
            f"UPDATE users SET {column} = CAST(%(at)s AS bigint) WHERE tenant_id = %(tenant)s AND id = %(user)s",
            at=at,
            user=world.user(n),
        )


def test_blocked(make_world: Callable[..., World]) -> None:
    """R-145: known to be blocked and holding by a known path; deleted users and the others are left out."""
    world = make_world(
        [
            account(1, account_enabled=False),
            account(2, account_enabled=False, licenses=()),
            account(3, account_enabled=None),
            account(4, account_enabled=False, licenses=unknown(E3)),
            account(5, account_enabled=False, licenses=by_group(E3)),
            account(6),
            account(7, account_enabled=False, licenses=direct(VISIO)),
            account(8, account_enabled=False, licenses=unknown(E3) + direct(VISIO)),
            account(9, account_enabled=None, licenses=()),
            account(10, account_enabled=False),
        ]
    )
    world.plant("UPDATE users SET deleted_at = 1 WHERE tenant_id = %(tenant)s AND id = %(user)s", user=world.user(10))
    world.plant("UPDATE source SET state = 5 WHERE tenant_id = %(tenant)s AND user_id = %(user)s", user=world.user(10))
    world.plant(
        "UPDATE pool SET consumed = consumed - 1 WHERE tenant_id = %(tenant)s AND product_id = %(p)s",
        p=world.product(E3),
    )
    assert ask(world, "blocked") == [world.user(n) for n in (1, 5, 7, 8)]
    assert count(world, "blocked") == {"sign_in_status": 1, "path": 1}
    assert ask(world, "blocked", sku_id=E3) == [world.user(n) for n in (1, 5)]
    assert count(world, "blocked", sku_id=E3) == {"sign_in_status": 1, "path": 2}
    wide = page(world.tenant, search("blocked", {"with_unknown_path": True}), clock.tenant_now(world.tenant))
    assert len(wide.users) == 5
    assert count(world, "blocked", with_unknown_path=True) == {"sign_in_status": 1}


def test_never_signed_in(make_world: Callable[..., World]) -> None:
    """R-146: no sign-in, and that is known; young accounts get their time; unknown is counted."""
    world = make_world([account(n) for n in range(1, 7)])
    since(world, "created_at", {1: 31, 2: 29, 3: 400, 4: 400, 5: None, 6: 3})
    since(world, "last_sign_in_at", {1: None, 2: None, 3: 200, 4: None, 5: None, 6: None})
    since(world, "sign_in_read_at", {4: None, 6: None})
    assert ask(world, "never-signed-in") == [world.user(1)]
    assert ask(world, "never-signed-in", days=28) == [world.user(1), world.user(2)]
    assert count(world, "never-signed-in") == {"sign_in": 1, "created": 1}


def test_inactive(make_world: Callable[..., World]) -> None:
    """R-147: away and nothing used, both read; who never came counts from the day of the account."""
    world = make_world([account(n) for n in range(1, 10)])
    since(world, "created_at", dict.fromkeys(range(1, 10), 800) | {6: 10, 8: None})
    since(world, "last_sign_in_at", {1: 91, 2: 89, 3: 200, 4: 200, 5: None, 6: None, 7: 200, 8: None, 9: 200})
    since(world, "last_activity_at", {1: 95, 2: 95, 3: 10, 4: None, 5: None, 6: None, 7: 200, 8: None, 9: None})
    since(world, "activity_read_at", dict.fromkeys(range(1, 10), 0) | {9: None})
    since(world, "sign_in_read_at", {7: None})
    assert ask(world, "inactive") == [world.user(n) for n in (1, 4, 5)]
    assert ask(world, "inactive", days=150) == [world.user(n) for n in (4, 5)]
    assert ask(world, "inactive", sku_id=E3) == [world.user(n) for n in (1, 4, 5)]
    assert count(world, "inactive") == {"sign_in": 1, "created": 1, "activity": 1}


def test_in_a_copy_days_end_when_the_file_was_read(make_copy: Callable[..., World]) -> None:
    """R-146, R-147: whoever was away for 80 days when a file of 60 days ago was read is not said to be away for 140."""
    world = make_copy([account(n) for n in range(1, 4)])
    since(world, "created_at", dict.fromkeys(range(1, 4), 900) | {3: 80})
    since(world, "sign_in_read_at", dict.fromkeys(range(1, 4), 60.0))
    since(world, "activity_read_at", dict.fromkeys(range(1, 4), 60.0))
    since(world, "last_sign_in_at", {1: 140, 2: 151, 3: None})
    assert ask(world, "inactive") == [world.user(2)]
    assert ask(world, "never-signed-in") == []
    assert ask(world, "never-signed-in", days=19) == [world.user(3)]


def test_shared(make_world: Callable[..., World]) -> None:
    """R-152: only where kind, size, archive and hold are known to be so (R-11)."""
    box = MailboxRow(MailboxKind.SHARED, 50 * GIB, False, HoldKind.NONE, False)
    boxes = [
        box,
        replace(box, size_bytes=50 * GIB + 1),
        replace(box, has_archive=True),
        replace(box, hold=HoldKind.LITIGATION),
        replace(box, kind=MailboxKind.USER),
        replace(box, size_bytes=None),
        replace(box, has_archive=None),
        replace(box, hold=None),
        replace(box, size_bytes=None, has_archive=True),
        None,
        replace(box, kind=MailboxKind.ROOM),
    ]
    world = make_world([account(n, mailbox=one) for n, one in enumerate(boxes, start=1)])
    assert ask(world, "shared") == [world.user(1)]
    assert count(world, "shared") == {"mailbox": 4}
    listed = page(world.tenant, search("shared", {}), clock.tenant_now(world.tenant)).users
    assert [user.mailbox_bytes for user in listed] == [50 * GIB]


# ---- pages


def test_pages_are_by_name_and_complete(make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each user once, in name order, whether the hits are sorted or the name order is walked."""
    world = make_world(crowd(25, account_enabled=False) + [account(n) for n in range(26, 40)])
    now = clock.tenant_now(world.tenant)
    for cap, total in ((2_000, 25), (24, None)):
        monkeypatch.setattr(finders, "CAP", cap)
        for kind, params in (("blocked", {}), ("blocked", {"sku_id": E3})):
            asked = search(kind, params)
            first = page(world.tenant, asked, now, top=10)
            assert first.total == total
            seen, key = names(first), first.next_key
            while key is not None:
                following = page(world.tenant, asked, now, after=key, top=10)
                seen, key = seen + names(following), following.next_key
            assert seen == [f"Persoon {n:05d}" for n in range(1, 26)]


@pytest.mark.parametrize("kind", LICENSES)
def test_a_walk_finds_what_a_sort_finds(
    make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch, kind: FinderKind
) -> None:
    """Above the cap the same users come, page after page."""
    random = Random(7)
    world = make_world([mixed(random, n) for n in range(1, 81)], seats={STRANGER: 500, E5: 500})
    now = clock.tenant_now(world.tenant)
    asked = search(kind, {})
    sorted_page = page(world.tenant, asked, now, top=500)
    assert sorted_page.users
    monkeypatch.setattr(finders, "CAP", 0)
    walked = page(world.tenant, asked, now, top=500)
    assert walked.users == sorted_page.users
    assert walked.total is None


def test_who_is_never_touched_is_listed_as_such(make_world: Callable[..., World]) -> None:
    """By name or by group; the reason stands beside, and the plan will refuse."""
    world = make_world(
        [
            account(1, account_enabled=False),
            account(2, account_enabled=False, licenses=by_group(E3)),
            account(3),
            account(4, account_enabled=False),
        ]
    )
    record.add_never(world.tenant, "user", world.user(1), "Emergency", OWNER)
    group = world.rows("SELECT id FROM user_group WHERE tenant_id = %(tenant)s")[0][0]
    record.add_never(world.tenant, "group", group, "Staff", OWNER)
    listed = page(world.tenant, search("blocked", {}), clock.tenant_now(world.tenant)).users
    assert [user.never for user in listed] == ["Emergency", "Staff", None]


def test_more_than_the_cap_is_said_to_be_more(
    make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counting who can't be judged stops too."""
    world = make_world(crowd(9, account_enabled=None))
    monkeypatch.setattr(finders, "CAP", 5)
    found = not_known(world.tenant, search("blocked", {}), clock.tenant_now(world.tenant))
    assert found.is_more
    assert found.counts == {NotKnown.SIGN_IN_STATUS: 6}


def test_a_product_that_the_tenant_has_not_finds_nobody(make_world: Callable[..., World]) -> None:
    """Neither in chunks nor in pages, for no finder."""
    world = make_world(crowd(3, account_enabled=False))
    for kind in FinderKind:
        asked = search(kind, {"sku_id": "6fd2c87f-b296-42f0-b197-1e91e994b900"})
        now = clock.tenant_now(world.tenant)
        assert user_ids(world.tenant, kind, asked.params, now, 0, 10) == []
        assert page(world.tenant, asked, now).users == ()
        assert not_known(world.tenant, asked, now).counts == {}


# ---- how the database does it


def test_statements_do_not_grow_with_users(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page and the counts beside it are as many statements for 400 users as for 40 (I-4)."""
    counts = []
    for size in (40, 400):
        world = build(store, replace(demo_tenant(size), name=f"Demo {size}"))
        now = clock.tenant_now(world.tenant)
        with watched(monkeypatch) as seen:
            for kind in FinderKind:
                page(world.tenant, search(kind, {}), now)
                not_known(world.tenant, search(kind, {}), now)
        counts.append(seen.count())
    assert counts[0] == counts[1] <= 10 * len(FINDERS)


def explained(text: str, params: Any) -> list[str]:
    """SQLite's plan."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {text}", params)
        return [str(row[3]) for row in cursor.fetchall()]


@pytest.mark.parametrize("kind", list(FinderKind))
@pytest.mark.parametrize("sku", [None, E3])
def test_a_finder_walks_one_index_in_order(store: Store, kind: FinderKind, sku: str | None) -> None:
    """A chunk goes on where the last one ended: no scan, no sort, no filter built over a whole table."""
    if store.vendor != "sqlite":
        pytest.skip("SQLite's plans")
    world = build(store, replace(demo_tenant(400), name="Plans"))
    now = clock.tenant_now(world.tenant)
    asked = search(kind, {} if sku is None else {"sku_id": sku})
    found = finder_sql.question(world.tenant, asked, now)
    assert found is not None
    text = (
        f"SELECT DISTINCT {found.key} FROM {found.source} WHERE {found.where} AND {found.key} > %(after)s "
        f"ORDER BY {found.key} LIMIT %(top)s"
    )
    with store.planting():
        lines = explained(text, found.params | {"tenant": world.tenant, "after": 5, "top": 5})
    wrong = [line for line in lines if "TEMP B-TREE" in line or "BLOOM" in line]
    wrong += [line for line in lines if line.startswith("SCAN") and line.split()[1] in {"s", "t", "g", "u", "b"}]
    assert wrong == []
    driver = next(line for line in lines if line.startswith("SEARCH"))
    assert "id>?" in driver, lines


def test_a_saved_search_is_found_in_any_letter_case(make_world: Callable[..., World]) -> None:
    """By name; its parameters are as they were saved."""
    world = make_world(crowd(2))
    number = door.save(world.tenant, "  Away  half a year ", search("inactive", {"days": 180, "sku_id": E3}), OWNER)
    saved = finders.find_saved(world.tenant, "away HALF a year")
    assert saved is not None
    assert (saved.id, saved.name, saved.kind) == (number, "Away half a year", FinderKind.INACTIVE)
    assert json.loads(saved.params) == {"days": 180, "sku_id": E3}
    assert door.search_of(saved) == search("inactive", {"days": 180, "sku_id": E3})
    assert world.rows("SELECT name FROM finder WHERE tenant_id = %(tenant)s") == [("Away half a year",)]


@pytest.mark.parametrize("kind", [FinderKind.BLOCKED, FinderKind.NEVER_SIGNED_IN, FinderKind.INACTIVE])
def test_finders_about_accounts_read_an_index_of_their_fact(make_world: Make, kind: FinderKind) -> None:
    """Some who are found, and each fact that may be missing: by a small index, never the tenant's users one by one."""
    world = make_world([person(n, direct(E3)) for n in range(1, 40)])
    asked_for = search(kind, {})
    asked = finder_sql.question(world.tenant, asked_for, clock.tenant_now(world.tenant))
    assert asked is not None
    assert asked.quick is not None
    assert finders.hits(world.tenant, asked_for, clock.tenant_now(world.tenant)) == user_ids(
        world.tenant, kind.value, {}, clock.tenant_now(world.tenant), 0, 100
    )
    if sql.is_postgres():
        return  # which index it takes of so few rows says nothing of many: bench/ measures that
    reads = [(asked.quick[0], asked.quick[1]), *((one.source, one.where) for one in asked.missing)]
    for source, where in reads:
        found = sql.rows(
            f"EXPLAIN QUERY PLAN SELECT 1 FROM {source} WHERE {where} LIMIT 5",
            asked.params | {"tenant": world.tenant},
        )
        plan = " ".join(str(row[3]) for row in found)
        assert "USING PRIMARY KEY (tenant_id=?)" not in plan, plan
        assert re.search("users_(away|unused|never_in|blocked|status_unread|sign_in_unread)|unknown_path", plan), plan


def test_who_is_left_out(make_world: Make) -> None:
    """New accounts, mailboxes on hold, shared ones and rooms, blocked accounts: each only where asked, never in silence."""
    box = MailboxRow(MailboxKind.USER, GIB, False, HoldKind.NONE, False)
    people = [
        person(1, direct(E3), mailbox=box),
        person(2, direct(E3), mailbox=replace(box, hold=HoldKind.LITIGATION)),
        person(3, direct(E3), mailbox=replace(box, kind=MailboxKind.ROOM)),
        person(4, direct(E3), mailbox=box, account_enabled=False),
        person(5, direct(E3), mailbox=None),
        person(6, direct(E3), mailbox=replace(box, hold=None)),
        person(7, direct(E3), mailbox=box, account_enabled=None),
        person(8, direct(E3), mailbox=box),
    ]
    world = make_world(people)
    since(world, "created_at", dict.fromkeys(range(1, 9), 800) | {8: 29})
    since(world, "last_sign_in_at", dict.fromkeys(range(1, 9), 700))
    since(world, "last_activity_at", dict.fromkeys(range(1, 9), 700))
    everybody = [world.user(n) for n in range(1, 9)]

    def without(*leave: str, **more: Any) -> set[int]:
        found = ask(world, "inactive", leave=list(leave), **more)
        assert (
            finders.hits(
                world.tenant, search("inactive", {"leave": list(leave), **more}), clock.tenant_now(world.tenant)
            )
            == found
        )
        return {everybody.index(one) + 1 for one in found}

    assert without() == set(range(1, 9))
    assert without("new") == set(range(1, 8))
    assert without("hold") == {1, 3, 4, 7, 8}
    assert without("shared") == {1, 2, 4, 6, 7, 8}
    assert without("blocked") == {1, 2, 3, 5, 6, 8}
    assert without("new", "hold", "shared", "blocked") == without("new", "hold", "shared", "blocked", sku_id=E3) == {1}
    assert count(world, "inactive", leave=["hold"]) == {"hold": 2}
    assert count(world, "inactive", leave=["shared"]) == {"mailbox_kind": 1}
    assert count(world, "inactive", leave=["blocked"]) == {"sign_in_status": 1}
    assert count(world, "inactive", leave=["hold", "shared", "blocked"]) == {"hold": 2, "sign_in_status": 1}
    since(world, "created_at", {1: None})
    assert count(world, "inactive", leave=["new"]) == {"age": 1}
    with pytest.raises(BadInput, match="finder_no_leave"):
        search("duplicate", {"leave": ["new"]})
    with pytest.raises(BadInput, match="finder_no_leave"):
        search("inactive", {"leave": ["everybody"]})
