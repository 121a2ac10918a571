"""Scenes of what a tenant does by itself, of plans that start by themselves, of rehearsal copies and of files of facts.

Each may be played again at any point of its own work, and ends in the same state.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable
from typing import Any

from plan_scenes import LOSE, OF_OFFICE, outside
from scenes import ACTOR, DAY, E3, PATIENCE, USERS, Stage, digest, end_plan, import_copy, loaded, number_of, proposed

from licentia import worker
from licentia.changes import (
    advance,
    copying,
    enrich,
    enrich_groups,
    enrich_subscriptions,
    groups,
    record,
    run,
    schedule,
)
from licentia.changes.who import Who
from licentia.domain import catalog
from licentia.domain.group_facts import GroupKind
from licentia.domain.instants import from_iso
from licentia.domain.intents import ChangeMembers, Unassign
from licentia.importing.groups_file import read_groups, read_members
from licentia.importing.reports import read_usage_report
from licentia.importing.subscriptions_file import read_subscriptions
from licentia.store import clock as tenant_clock
from licentia.store import sql
from licentia.store.lists import tenants

Done = dict[str, Any]
LONG_AFTER = from_iso("2028-03-01T00:00:00Z")
"""Every subscription of the demo tenant has renewed or ended by then, some more than once."""


# ---- time


def present(_stage: Stage, tenant: str) -> None:
    """A tenant that has done all that was due: no worker has anything to do there."""
    advance.advance(loaded(tenant, USERS))


def years(stage: Stage, tenant: str, users: int = USERS) -> Done:
    """Who waited for a group's licenses follows, grace periods end, subscriptions renew, a deleted group is gone for good.

    All on one way through time.
    """
    tenant_id = loaded(tenant, users)
    half_done(stage, tenant_id)
    stage.arm()
    if tenant_clock.tenant_now(tenant_id) < LONG_AFTER:
        advance.set_clock(tenant_id, LONG_AFTER, ACTOR)
    return digest(tenant_id)


_MADE = "SELECT 1 FROM journal WHERE tenant_id = %(tenant)s AND kind = 'group.create'"


def half_done(stage: Stage, tenant_id: int) -> None:
    """A group gave E3 no longer, and its plan was stopped before anybody followed; another group was deleted."""
    if not sql.row(_MADE, {"tenant": tenant_id}):
        made = groups.create_group(tenant_id, "Feestcommissie", ACTOR, kind=GroupKind.MICROSOFT_365)
        groups.delete_group(tenant_id, made.group_id, ACTOR)
    end_plan(stage, tenant_id, ChangeMembers(to_group=LOSE.group_id), outside(tenant_id))
    plan = proposed(tenant_id, LOSE, OF_OFFICE, 1)
    if run.load(tenant_id, plan)["state"] == "draft":
        run.apply(tenant_id, plan, ACTOR, confirm=run.load(tenant_id, plan)["ready"], over_limit=True)
        stops = iter([False, True])
        run.run(tenant_id, plan, ACTOR, should_stop=lambda: next(stops))
        run.discard(tenant_id, plan, ACTOR)


def scheduled(stage: Stage, tenant: str, users: int = USERS) -> Done:
    """A plan was scheduled, its moment came, and workers have run it."""
    tenant_id = loaded(tenant, users)
    stage.arm()
    plan_id = proposed(tenant_id, Unassign(E3), Who("everyone", E3), 0)
    plan = run.load(tenant_id, plan_id)
    if plan["state"] == "draft":
        at = tenant_clock.tenant_now(tenant_id) + DAY
        schedule.schedule(tenant_id, plan_id, at, ACTOR, confirm=plan["ready"], over_limit=True)
    at = run.load(tenant_id, plan_id)["start_at"]
    if tenant_clock.tenant_now(tenant_id) < at:
        advance.set_clock(tenant_id, at, ACTOR)
    until = time.monotonic() + PATIENCE
    while not run.load(tenant_id, plan_id)["state"].startswith("applied"):
        worker.work_once()
        assert time.monotonic() < until, "the plan never starts"
        time.sleep(0.02)
    return digest(tenant_id)


# ---- copies


def rehearsal(stage: Stage, tenant: str, of: str) -> Done:
    """A tenant of this name is as the other one, in which somebody waits for a group's licenses."""
    source = loaded(of, USERS)
    half_done(stage, source)
    stage.arm()
    found = tenants.find(tenant)
    if found is None or found.origin == record.LOADING:
        copying.copy_tenant(source, tenant, ACTOR)
    return digest(number_of(tenant))


def facts(stage: Stage, tenant: str) -> Done:
    """A copy made from a file of users knows its groups, members, use and subscriptions, each from a file."""
    if tenants.find(tenant) is None:
        import_copy(tenant, 1)
    tenant_id = number_of(tenant)
    stage.arm()
    done = {row[0] for row in sql.rows(_DONE, {"tenant": tenant_id})}
    for number, (content, work) in enumerate(_FILES):
        if number >= len(done):
            work(tenant_id, lambda content=content: io.BytesIO(content))
    return digest(tenant_id)


_DONE = "SELECT seq FROM journal WHERE tenant_id = %(tenant)s AND kind = 'import'"
Open = Callable[[], io.BytesIO]


def _groups(tenant_id: int, source: Open) -> None:
    enrich_groups.import_groups(tenant_id, read_groups(source, catalog.load()), ACTOR)


def _members(tenant_id: int, source: Open) -> None:
    enrich_groups.import_members(tenant_id, read_members(source), ACTOR)


def _use(tenant_id: int, source: Open) -> None:
    enrich.import_usage(tenant_id, read_usage_report(source), ACTOR)


def _subscriptions(tenant_id: int, source: Open) -> None:
    enrich_subscriptions.import_subscriptions(tenant_id, read_subscriptions(source, catalog.load()), ACTOR)


def _json(*entries: Done) -> bytes:
    return json.dumps({"value": entries}).encode()


def _csv(header: str, rows: list[str]) -> bytes:
    return "\n".join([header, *rows]).encode()


_IDS = [f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2)]
_NAMES = [f"user{n}@contoso.example" for n in range(USERS)]
_FILES: tuple[tuple[bytes, Callable[[int, Open], None]], ...] = (
    (
        _json(
            *(
                {
                    "id": one,
                    "displayName": f"Groep {n}",
                    "securityEnabled": True,
                    "mailEnabled": False,
                    "groupTypes": [],
                    "assignedLicenses": [{"skuId": E3, "disabledPlans": []}],
                }
                for n, one in enumerate(_IDS)
            )
        ),
        _groups,
    ),
    (_csv("Group,User principal name", [f"Groep {n % 2},{name}" for n, name in enumerate(_NAMES)]), _members),
    (_csv("Group,User principal name", [f"Groep {n % 2},{name}" for n, name in enumerate(_NAMES, 1)]), _members),
    (
        _csv(
            "Report Refresh Date,User Principal Name,Is Deleted,Exchange Last Activity Date,Teams Last Activity Date",
            [f"2026-11-01,{name},False,2026-10-{n % 28 + 1:02}," for n, name in enumerate(_NAMES)],
        ),
        _use,
    ),
    (
        _csv(
            "Report Refresh Date,User Principal Name,Is Deleted,Item Count,Storage Used (Byte),Has Archive,Recipient Type",
            [f"2026-11-01,{name},False,5,{n << 20},False,UserMailbox" for n, name in enumerate(_NAMES)],
        ),
        _use,
    ),
    (
        _json(
            {
                "id": _IDS[0],
                "skuId": E3,
                "status": "Enabled",
                "totalLicenses": 250,
                "isTrial": False,
                "nextLifecycleDateTime": "2030-12-01T00:00:00Z",
            }
        ),
        _subscriptions,
    ),
)
"""Each file in its order; every one is one import."""
