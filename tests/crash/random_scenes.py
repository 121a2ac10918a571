"""Random work for as long as a process lives, and what is wrong once nobody works any more."""

from __future__ import annotations

import random
import time
from collections import Counter
from contextlib import suppress
from typing import Any

from scenes import ACTOR, AUDIO, DAY, E3, FLOW, PATIENCE, Stage, health, import_copy, number_of, plans, waiting

from licentia import worker
from licentia.changes import advance, propose, run
from licentia.changes.inline import apply_inline
from licentia.changes.who import Who
from licentia.domain.intents import (
    Assign,
    ChangeMembers,
    DeleteUser,
    Intent,
    Reprocess,
    RestoreUser,
    SetGroupLicenses,
    Swap,
    Unassign,
    Undo,
)
from licentia.domain.reasons import BadInput, Refused
from licentia.store import clock as tenant_clock
from licentia.store import sql
from licentia.store.lists import tenants


def busy(stage: Stage, tenant: str, seed: int) -> None:
    """Plans, inline changes, undo, clocks, imports and loads in a random order, for as long as the process lives."""
    dice = random.Random(seed)
    tenant_id = number_of(tenant)
    users = [row[0] for row in sql.rows("SELECT id FROM users WHERE tenant_id = %(tenant)s", {"tenant": tenant_id})]
    stage.say("begun")
    while True:
        with suppress(Refused, BadInput):  # no seats, nothing to undo, a plan or a clock that another process moved
            _something(tenant_id, dice, users)


def _something(tenant_id: int, dice: random.Random, users: list[int]) -> None:
    match dice.randrange(11):
        case 0 | 1 | 2:
            _some_plan(tenant_id, dice, users)
        case 3:
            for user in dice.sample(users, 5):
                apply_inline(tenant_id, dice.choice((Assign(E3), Unassign(E3))), user, ACTOR)
        case 4 | 5:
            worker.work_once(ACTOR)
        case 6:
            import_copy(dice.choice(("copy", "other copy")), dice.choice((1, 2)))
        case 7 | 8:
            _some_group_plan(tenant_id, dice, users)
        case 9:
            whom = Who("users", "", tuple(dice.sample(users, 40)))
            _all_of(tenant_id, dice.choice((DeleteUser(), RestoreUser(), Swap(E3, FLOW))), whom)
        case _:
            now = tenant_clock.tenant_now(tenant_id)
            advance.set_clock(tenant_id, now + dice.randrange(1, 5) * DAY, ACTOR)


def _some_group_plan(tenant_id: int, dice: random.Random, users: list[int]) -> None:
    """People enter, leave or change groups, a group gets or loses a product; half the plans are left running."""
    one, other = dice.sample((1, 4, 8), 2)
    licenses = SetGroupLicenses(one, *dice.choice(((frozenset({E3}), ()), (frozenset(), ((E3, frozenset()),)))))
    some = Who("users", "", tuple(dice.sample(users, 60)))
    intent, whom = dice.choice(
        (
            (ChangeMembers(to_group=one), some),
            (ChangeMembers(one, other), Who("members", str(one))),
            (ChangeMembers(from_group=one), Who("members", str(one))),
            (licenses, Who("members", str(one))),
            (Reprocess(one), Who("members", str(one))),
        )
    )
    _all_of(tenant_id, intent, whom, is_left=dice.random() < 0.5)


def _all_of(tenant_id: int, intent: Intent, whom: Who, *, is_left: bool = False) -> None:
    plan = propose.propose(tenant_id, intent, whom, ACTOR)
    run.apply(tenant_id, plan, ACTOR, confirm=run.load(tenant_id, plan)["ready"], over_limit=True)
    if not is_left:
        run.run(tenant_id, plan, ACTOR)


def _some_plan(tenant_id: int, dice: random.Random, users: list[int]) -> None:
    applied = [plan["id"] for plan in plans(tenant_id) if plan["state"].startswith("applied")]
    sku = dice.choice((E3, AUDIO))
    intent: Intent = dice.choice((Unassign(sku), Assign(sku)))
    whom = Who("users", "", tuple(dice.sample(users, 120)))
    if applied and dice.random() < 0.3:
        chosen = dice.choice(applied)
        intent, whom = Undo(chosen), Who("plan", str(chosen))
    _all_of(tenant_id, intent, whom)


def settle(_stage: Stage, tenant: str) -> dict[str, Any]:
    """What is wrong once nobody works, every running plan has been brought to its end, and nobody waits for a group."""
    tenant_id = number_of(tenant)
    until = time.monotonic() + PATIENCE
    while (_running(tenant_id) or waiting(_stage, tenant)) and time.monotonic() < until:
        worker.work_once(ACTOR)
        time.sleep(0.02)
    found = {
        "still running": _running(tenant_id),
        "still waiting": waiting(_stage, tenant),
        "twice": _twice(tenant_id),
        "plans": Counter(plan["state"] for plan in plans(tenant_id)),
    }
    copies = [one.id for one in tenants.every() if one.id != tenant_id]
    return found | health(tenant_id) | {"copies": [health(copy) for copy in copies]}


def _running(tenant_id: int) -> list[int]:
    return [plan["id"] for plan in plans(tenant_id) if plan["state"] == "running"]


def _twice(tenant_id: int) -> list[Any]:
    """Users whom one plan changed twice in the same way."""
    return [
        list(row)
        for row in sql.rows(
            "SELECT s.plan_id, j.object_id, j.kind, count(*) FROM journal j JOIN segment s "
            "ON s.tenant_id = j.tenant_id AND s.id = j.segment_id WHERE j.tenant_id = %(tenant)s "
            "AND s.plan_id IS NOT NULL AND j.kind LIKE %(license)s "
            "GROUP BY s.plan_id, j.object_id, j.kind, j.before, j.after HAVING count(*) > 1",
            {"tenant": tenant_id, "license": "license.%"},
        )
    ]
