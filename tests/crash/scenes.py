"""What a child process does: loads, plans, applies, undoes, and goes on where a killed process left off.

Every `…go_on` may be called at any point of its own work, by any process, any number of times. Reads the end state
as values without instants and without the tenant's number, so that two runs can be compared.
"""

from __future__ import annotations

import io
import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from licentia import worker
from licentia.changes import (
    advance,
    copying,
    enrich,
    enrich_groups,
    following,
    propose,
    record,
    refresh,
    run,
    undo,
    who,
)
from licentia.changes.inline import apply_inline
from licentia.changes.verify import verify_chain
from licentia.changes.who import Who
from licentia.domain import catalog
from licentia.domain.instants import SECOND
from licentia.domain.intents import (
    Assign,
    Intent,
    Unassign,
    Undo,
)
from licentia.domain.permissions import local_shell
from licentia.importing.demo import demo_tenant
from licentia.importing.userfile import read_user_file
from licentia.store import clock as tenant_clock
from licentia.store import sql
from licentia.store.bulk.tenants import TENANT_TABLES
from licentia.store.lists import check, tenants
from licentia.store.opening import open_store

CHUNK = 20
USERS = 200
E3 = "05e9a617-0261-4cee-bb44-138d3ef5d965"
AUDIO = "0c266dff-15dd-4b49-8397-2bb16070ed52"
FLOW = "f30db892-07e9-47e9-837c-80727f46fd3d"
ACTOR = local_shell("crash")
PATIENCE = 60.0
DAY = 86_400 * SECOND


@dataclass
class Stage:
    """Where a scene plays: `say` reports, `arm` begins to count commits for the trap."""

    say: Callable[[object], None]
    arm: Callable[[], None]
    stop: threading.Event = field(default_factory=threading.Event)


def set_chunk(n: int) -> None:
    """Chunks and batches of `n`, so that a small tenant needs several transactions."""
    who.CHUNK = undo.CHUNK = following.CHUNK = copying.CHUNK = n
    record.BATCH = refresh.BATCH = copying.BATCH = enrich.BATCH = enrich_groups.BATCH = 4 * n
    advance.BATCH = n


# ---- tenants


def open_only(stage: Stage) -> list[str]:
    """Opens the store; the names of its tenants."""
    stage.arm()
    open_store()
    return names(stage)


def names(_stage: Stage) -> list[str]:
    """The tenants that can be used."""
    return [tenant.name for tenant in tenants.every()]


def load(stage: Stage, tenant: str, users: int = USERS) -> None:
    """A demo tenant of that name, loaded anew if an earlier load was cut off; one that is there is left alone."""
    stage.arm()
    loaded(tenant, users)


def load_go_on(_stage: Stage, tenant: str, users: int = USERS) -> dict[str, Any]:
    """Whether the tenant could be used before it was loaded (again), and its state after."""
    was_there = tenant in names(_stage)
    return {"was there": was_there, "state": digest(loaded(tenant, users))}


def loaded(tenant: str, users: int) -> int:
    found = tenants.find(tenant)
    if found is not None and found.origin != record.LOADING:
        return found.id
    return record.load_tenant(demo_tenant(users), ACTOR, tenant)


def delete(stage: Stage, tenant: str) -> None:
    """No tenant of that name."""
    loaded(tenant, USERS)
    stage.arm()
    found = tenants.find(tenant)
    if found is not None:
        record.delete_tenant(found.id, ACTOR)


def delete_go_on(_stage: Stage, tenant: str) -> dict[str, int]:
    """No tenant of that name; how many rows each table has of any tenant that is not there."""
    found = tenants.find(tenant)
    if found is not None:
        record.delete_tenant(found.id, ACTOR)
    known = [row[0] for row in sql.rows("SELECT id FROM tenant", {})]
    among = "(" + ", ".join(map(str, known or [0])) + ")"
    tables = (*TENANT_TABLES, "agenda", "tenant_domain")
    counts = {table: sql.value(f"SELECT count(*) FROM {table} WHERE tenant_id NOT IN {among}", {}) for table in tables}
    return {table: n for table, n in counts.items() if n}


def import_(stage: Stage, tenant: str, version: int) -> None:
    """The copy is as version 1 or 2 of its file says; for version 2 it is made from version 1 first."""
    if version > 1:
        import_copy(tenant, 1)
    stage.arm()
    import_copy(tenant, version)


def import_go_on(stage: Stage, tenant: str, version: int) -> dict[str, Any]:
    """The state of the copy before and after the same file was imported (again)."""
    before = import_look(stage, tenant)
    import_copy(tenant, version)
    return {"before": before, "state": _named(number_of(tenant))}


def import_look(_stage: Stage, tenant: str) -> dict[str, Any] | None:
    """The state of the copy as it is; None when no such tenant can be used."""
    found = tenants.find(tenant)
    return None if found is None or found.origin == record.LOADING else _named(found.id)


def _named(tenant_id: int) -> dict[str, Any]:
    """The end state with names for numbers: an import that was cut off leaves a hole in the numbers."""
    params = {"tenant": tenant_id}
    users: dict[int, str] = dict(sql.rows("SELECT id, principal_name FROM users WHERE tenant_id = %(tenant)s", params))
    products: dict[int, str] = dict(sql.rows("SELECT id, sku_id FROM product WHERE tenant_id = %(tenant)s", params))
    found = digest(tenant_id)
    found["users"] = [row[1:] for row in found["users"]]
    found["sources"] = [[products[row[0]], users[row[1]], *row[2:]] for row in found["sources"]]
    found["pools"] = [[products[row[0]], *row[1:]] for row in found["pools"]]
    found["journal"] = [[row[0], users[row[2]], *row[3:]] for row in found["journal"]]
    return {part: sorted(rows, key=json.dumps) if part in _PARTS else rows for part, rows in found.items()}


def import_copy(tenant: str, version: int) -> None:
    content = json.dumps({"value": list(_graph_users(version))}).encode()
    refresh.refresh(tenant, read_user_file(lambda: io.BytesIO(content), catalog.load()), ACTOR)


def _graph_users(version: int) -> Iterator[dict[str, Any]]:
    """200 users; the second file renames some, adds some and moves licenses about."""
    for n in range(USERS + (20 if version == 2 else 0)):
        is_changed = version == 2 and n % 3 == 0
        sku = AUDIO if is_changed else E3
        yield {
            "id": f"6e7b768e-07e2-4810-8459-{n:012}",
            "userPrincipalName": f"user{n}@contoso.example",
            "displayName": f"{'Renamed' if is_changed else 'User'} {n}",
            "accountEnabled": True,
            "usageLocation": "NL",
            "assignedLicenses": [{"skuId": sku, "disabledPlans": []}],
            "licenseAssignmentStates": [
                {"skuId": sku, "assignedByGroup": None, "disabledPlans": [], "state": "Active", "error": "None"}
            ],
        }


# ---- plans


def unassign(stage: Stage, tenant: str, users: int = USERS) -> dict[str, Any]:
    """Everybody who holds E3 directly loses it."""
    tenant_id = loaded(tenant, users)
    stage.arm()
    end_plan(stage, tenant_id, Unassign(E3), Who("everyone", E3))
    return digest(tenant_id)


def undo_it(stage: Stage, tenant: str, users: int = USERS) -> dict[str, Any]:
    """They have it back."""
    tenant_id = loaded(tenant, users)
    done = end_plan(stage, tenant_id, Unassign(E3), Who("everyone", E3))
    stage.arm()
    end_plan(stage, tenant_id, Undo(done), Who("plan", str(done)), nth=1)
    return digest(tenant_id)


def run_only(stage: Stage, tenant: str, slow: float = 0.0, owner: str | None = None) -> dict[str, Any]:
    """Works on the tenant's running plan, which is there already; says how far each chunk brought it."""
    tenant_id = number_of(tenant)
    plan = plans(tenant_id)[-1]["id"]
    stage.arm()

    def progress(done: int) -> None:
        stage.say({"done": done})
        time.sleep(slow)

    stage.say("begun")
    after = run.run(tenant_id, plan, ACTOR, should_stop=stage.stop.is_set, progress=progress, owner=owner)
    return {"state": after["state"], "why": after["pause_reason"], "verified": after["verified"]}


def run_until_signal(stage: Stage, tenant: str, slow: float) -> dict[str, Any]:
    """As `run_only`; SIGINT and SIGTERM ask to stop after the present chunk."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stage.stop.set())
    return run_only(stage, tenant, slow)


def prepare(_stage: Stage, tenant: str, users: int = USERS) -> None:
    """A plan that takes E3 from everybody, running, with no chunk begun."""
    tenant_id = loaded(tenant, users)
    plan = propose.propose(tenant_id, Unassign(E3), Who("everyone", E3), ACTOR)
    run.apply(tenant_id, plan, ACTOR, confirm=run.load(tenant_id, plan)["ready"], over_limit=True)


def work(stage: Stage) -> None:
    """A worker that ends when no plan of any tenant runs any more."""

    def is_done() -> bool:
        running = "SELECT count(*) FROM plan WHERE tenant_id = %(tenant)s AND state = 'running'"
        return not any(sql.value(running, {"tenant": tenant.id}) for tenant in tenants.every())

    worker.IDLE_SECONDS = 0.05
    stage.arm()
    while not is_done():
        worker.work_once(ACTOR)
        time.sleep(worker.IDLE_SECONDS)


def proposed(tenant_id: int, intent: Intent, whom: Who, nth: int) -> int:
    """The scene's n-th plan, made if no earlier process has made it."""
    known = [plan["id"] for plan in plans(tenant_id) if plan["is_complete"]]
    return int(known[nth]) if len(known) > nth else propose.propose(tenant_id, intent, whom, ACTOR)


def end_plan(stage: Stage, tenant_id: int, intent: Intent, whom: Who, nth: int = 0) -> int:
    """The number of the scene's n-th plan when it has ended; goes on from wherever an earlier process was stopped."""
    plan_id = proposed(tenant_id, intent, whom, nth)
    plan = run.load(tenant_id, plan_id)
    if plan["state"] == "draft":
        run.apply(tenant_id, plan_id, ACTOR, confirm=plan["ready"], over_limit=True)
    elif plan["state"] == "paused":
        run.resume(tenant_id, plan_id, ACTOR)
    until = time.monotonic() + PATIENCE
    while run.load(tenant_id, plan_id)["state"] == "running":
        after = run.run(tenant_id, plan_id, ACTOR, should_stop=stage.stop.is_set)
        if after["state"] == "running":  # a dead process holds a chunk for a moment more
            assert time.monotonic() < until, "the plan never ends"
            time.sleep(0.02)
    return plan_id


def plans(tenant_id: int) -> list[dict[str, Any]]:
    names_ = "id, verb, state, is_complete"
    found = sql.rows(
        f"SELECT {names_} FROM plan WHERE tenant_id = %(tenant)s AND NOT is_inline ORDER BY id",
        {"tenant": tenant_id},
    )
    return [dict(zip(names_.split(", "), row, strict=True)) for row in found]


def number_of(tenant: str) -> int:
    found = tenants.find(tenant)
    assert found is not None, tenant
    return found.id


# ---- clocks


def clock(stage: Stage, tenant: str, users: int = USERS) -> dict[str, Any]:
    """E3 was taken from everybody and the tenant's time is 120 days on."""
    tenant_id = loaded(tenant, users)
    end_plan(stage, tenant_id, Unassign(E3), Who("everyone", E3))
    stage.arm()  # from here on every call does the same: the goal is counted from the plan's end
    finished = sql.value("SELECT max(finished_at) FROM plan WHERE tenant_id = %(tenant)s", {"tenant": tenant_id})
    goal = finished + 120 * DAY
    if tenant_clock.tenant_now(tenant_id) < goal:
        advance.set_clock(tenant_id, goal, ACTOR)
    return digest(tenant_id)


# ---- beside a plan


def inline(stage: Stage, tenant: str, users: list[int], rounds: int) -> dict[str, int]:
    """Takes Power Automate Free from each of these users and gives it back, one at a time, so many rounds."""
    tenant_id = number_of(tenant)
    done = 0
    for _ in range(rounds):
        for user in users:
            for intent in (Unassign(FLOW), Assign(FLOW)):
                if apply_inline(tenant_id, intent, user, ACTOR).plan_id is not None:
                    done += 1
        stage.say({"done": done})
    return {"done": done}


def free_holders(_stage: Stage, tenant: str, top: int) -> list[int]:
    """Users who hold Power Automate Free directly not E3, are not on the never list and have a location."""
    tenant_id = number_of(tenant)
    found = sql.rows(
        "SELECT s.user_id FROM source s JOIN product p ON p.tenant_id = s.tenant_id AND p.id = s.product_id "
        "JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id AND u.usage_location <> '' "
        "WHERE s.tenant_id = %(tenant)s AND p.sku_id = %(flow)s AND s.source_kind = 1 AND s.state = 1 "
        "AND s.disabled_plans = '' AND NOT EXISTS (SELECT 1 FROM source o JOIN product e ON e.tenant_id = o.tenant_id "
        "AND e.id = o.product_id WHERE o.tenant_id = %(tenant)s AND o.user_id = s.user_id AND o.source_kind = 1 "
        "AND e.sku_id = %(e3)s) AND NOT EXISTS (SELECT 1 FROM never_list n "
        "WHERE n.tenant_id = %(tenant)s AND n.object_id = s.user_id) ORDER BY s.user_id LIMIT %(top)s",
        {"tenant": tenant_id, "flow": FLOW, "e3": E3, "top": top},
    )
    return [row[0] for row in found]


def waiting(_stage: Stage, tenant: str) -> int:
    """How many users wait for a group's licenses."""
    found = sql.value("SELECT count(*) FROM group_queue WHERE tenant_id = %(tenant)s", {"tenant": number_of(tenant)})
    return int(found)


# ---- the end state

_PARTS: dict[str, str] = {
    "users": "SELECT id, principal_name, display_name, sort_key, search_key, account_enabled, deleted_at IS NULL, "
    "manager_id, last_activity_at FROM users WHERE tenant_id = %(tenant)s",
    "sources": "SELECT product_id, user_id, source_kind, source_id, state, disabled_plans, error FROM source "
    "WHERE tenant_id = %(tenant)s",
    "pools": "SELECT product_id, purchase_id, capacity, consumed FROM pool WHERE tenant_id = %(tenant)s",
    "clocks": "SELECT user_id, kind, due_at - started_at FROM clock WHERE tenant_id = %(tenant)s",
    "mailboxes": "SELECT user_id, kind, size_bytes, has_archive, hold, purged_at IS NULL FROM mailbox "
    "WHERE tenant_id = %(tenant)s",
    "drives": "SELECT user_id, is_present, readonly_at IS NULL, archived_at IS NULL FROM drive "
    "WHERE tenant_id = %(tenant)s",
    "groups": "SELECT id, display_name, kind, membership_rule, deleted_at IS NULL FROM user_group "
    "WHERE tenant_id = %(tenant)s",
    "given": "SELECT group_id, product_id, disabled_plans FROM group_license WHERE tenant_id = %(tenant)s",
    "waiting": "SELECT user_id, n FROM group_queue WHERE tenant_id = %(tenant)s",
    "subscriptions": "SELECT id, state, seats, next_at, renews_at, renewal_seats, recurring, over_since FROM subscription "
    "WHERE tenant_id = %(tenant)s",
    "members": "SELECT group_id, user_id FROM group_member WHERE tenant_id = %(tenant)s",
    "never": "SELECT object_kind, object_id, reason FROM never_list WHERE tenant_id = %(tenant)s",
    "plans": "SELECT verb, state, coalesce(pause_reason, ''), users, ready, choice, skipped, refused, verified, failed, "
    "skipped_late, seats_freed, undone FROM plan WHERE tenant_id = %(tenant)s AND is_complete",
    # By user and signature: an undo numbers users and classes in the order in which the chunks ended, which a death may change.
    "steps": "SELECT p.verb, s.user_id, k.signature, s.state, s.reason, s.undo_until - s.at FROM plan_step s "
    "JOIN plan p ON p.tenant_id = s.tenant_id AND p.id = s.plan_id JOIN plan_class k ON k.tenant_id = s.tenant_id "
    "AND k.plan_id = s.plan_id AND k.id = s.class_id WHERE s.tenant_id = %(tenant)s AND p.is_complete",
    "chunks": "SELECT p.verb, c.from_n, c.to_n, c.state, c.owner, c.lease_until FROM plan_chunk c "
    "JOIN plan p ON p.tenant_id = c.tenant_id AND p.id = c.plan_id WHERE c.tenant_id = %(tenant)s AND p.is_complete",
    "journal": "SELECT kind, object_kind, object_id, before, after FROM journal WHERE tenant_id = %(tenant)s "
    "AND kind IN ('license.unassign', 'license.assign', 'license.change', 'user.import', 'user.update')",
    "what else happened": "SELECT kind, object_id, before, after FROM journal WHERE tenant_id = %(tenant)s "
    "AND (kind IN ('member.add', 'member.remove', 'group.licenses', 'group.import', 'user.facts', "
    "'subscription.take_over', 'purchase.take_over', 'purchase.notice') OR kind LIKE 'account.' || %(any)s)",
    "what happened to subscriptions": "SELECT kind, object_id, at FROM journal WHERE tenant_id = %(tenant)s "
    "AND object_kind = 'subscription' AND kind NOT IN ('subscription.take_over', 'subscription.import')",
    "imports": "SELECT kind, CASE WHEN kind = 'import' THEN 0 ELSE object_id END FROM journal WHERE tenant_id = %(tenant)s "
    "AND kind IN ('import', 'subscription.import')",
    "clocks run out": "SELECT kind, object_id FROM journal WHERE tenant_id = %(tenant)s AND kind LIKE 'clock.' || %(any)s",
    "plan events": "SELECT kind, before, CASE WHEN kind = 'plan.schedule' THEN '' ELSE after END FROM journal "
    "WHERE tenant_id = %(tenant)s AND object_kind = 'plan' AND kind <> 'plan.propose'",
    "due": "SELECT a.next_at = (SELECT min(c.due_at) FROM clock c WHERE c.tenant_id = %(tenant)s) FROM agenda a "
    "WHERE a.tenant_id = %(tenant)s AND a.kind = 'clock'",
}


def digest(tenant_id: int) -> dict[str, Any]:
    """Each part of a tenant as sorted rows, and what is wrong with it. Instants of the tenant's own time are left out."""
    params = {"tenant": tenant_id, "any": "%"}
    found: dict[str, Any] = {}
    for part, statement in _PARTS.items():
        rows = [[int(cell) if isinstance(cell, bool) else cell for cell in row] for row in sql.rows(statement, params)]
        found[part] = sorted(rows, key=json.dumps)
    return found | health(tenant_id)


def health(tenant_id: int) -> dict[str, Any]:
    """What `audit verify` and `store check` find wrong."""
    chain = verify_chain(tenant_id)
    return {
        "chain": [chain.broken, chain.why],
        "check": [[name, list(row)] for name, row in check.problems(tenant_id)],
        "integrity": check.integrity(),
    }


def state(_stage: Stage, tenant: str) -> dict[str, Any]:
    """The end state as it is now."""
    return digest(number_of(tenant))


def journal_end(_stage: Stage, tenant: str) -> list[Any]:
    """Where the tenant's journal ends."""
    found = sql.row(
        "SELECT seq, segment_id, hash FROM head WHERE tenant_id = %(tenant)s", {"tenant": number_of(tenant)}
    )
    return list(found or ())


def chunks(_stage: Stage, tenant: str) -> list[Any]:
    """(attempts, state) of each chunk of the tenant's plans."""
    return [
        list(row)
        for row in sql.rows(
            "SELECT attempts, state FROM plan_chunk WHERE tenant_id = %(tenant)s ORDER BY plan_id, from_n",
            {"tenant": number_of(tenant)},
        )
    ]


def count_ready(_stage: Stage, tenant: str) -> int:
    """How many users a plan to take E3 from everybody would change; the draft is discarded."""
    tenant_id = number_of(tenant)
    plan = propose.propose(tenant_id, Unassign(E3), Who("everyone", E3), ACTOR)
    ready = run.load(tenant_id, plan)["ready"]
    run.discard(tenant_id, plan, ACTOR)
    return int(ready)


def last_plan(_stage: Stage, tenant: str) -> int:
    """The number of the tenant's newest plan."""
    return int(plans(number_of(tenant))[-1]["id"])


def wait_for_verified(_stage: Stage, tenant: str, least: int) -> None:
    """Returns when the tenant's newest plan has so many verified steps, without writing."""
    tenant_id = number_of(tenant)
    until = time.monotonic() + PATIENCE
    while (run.load(tenant_id, last_plan(_stage, tenant))["verified"]) < least:
        assert time.monotonic() < until
        time.sleep(0.005)


def writers_between(_stage: Stage, tenant: str) -> int:
    """How many inline plans were written between the first and the last chunk of the tenant's plan."""
    return int(
        sql.value(
            "SELECT count(*) FROM segment i JOIN plan p ON p.tenant_id = i.tenant_id AND p.id = i.plan_id "
            "WHERE i.tenant_id = %(tenant)s AND p.is_inline AND i.id > %(first)s AND i.id < %(last)s",
            {"tenant": number_of(tenant)} | _bounds(number_of(tenant)),
        )
    )


def _bounds(tenant_id: int) -> dict[str, int]:
    found = sql.row(
        "SELECT min(s.id) + 1, max(s.id) FROM segment s JOIN plan p ON p.tenant_id = s.tenant_id AND p.id = s.plan_id "
        "WHERE s.tenant_id = %(tenant)s AND NOT p.is_inline",
        {"tenant": tenant_id},
    )
    return dict(zip(("first", "last"), found or (0, 0), strict=True))
