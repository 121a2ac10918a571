"""A group of many members loses a product: propose, the group's own change and its members' following, beside the floor.

The floor makes the same durable row changes for the same plan; what the queue holds meanwhile is the product's own cost.
"""

from __future__ import annotations

import time
from statistics import median
from typing import Any

import floor
from rows import E3, TENANT, Bench, Figure, actor, apply, holders, propose, timed, warm


def figures(bench: Bench) -> list[Figure]:
    """Seconds and ratios for a group of a tenth of the users."""
    count = bench.scale // 10
    bench.say(f"a group of {count:,} members")
    template, proposed = bench.stores.tenant(bench.scale), f"group_{count}"
    bench.stores.restore(template)
    group = _filled(count)
    bench.stores.tidy()
    bench.stores.keep("group_full")
    plan, ready = _propose(group)
    bench.stores.keep(proposed)
    took: dict[str, list[float]] = {}
    left: list[dict[str, Any]] = []
    for _ in range(bench.rounds):
        bench.stores.restore("group_full")
        warm()
        timed(took, "propose", lambda: _propose(group))
        bench.stores.restore(proposed)
        warm()
        timed(took, "apply", lambda: apply(plan, ready))
        left.append(floor.written(TENANT, plan))
        bench.stores.restore(proposed)
        product = warm()
        floor.prepare()
        now = time.time_ns() // 1_000
        timed(took, "floor", lambda p=product, at=now: floor.apply(TENANT, plan, p, at, kind=2, source_id=group))
        left.append(floor.written(TENANT, plan))
    if any(one != left[0] for one in left):
        raise SystemExit(f"floor and product differ: {left[0]} {left[1]}")
    bench.stores.drop(proposed)
    bench.stores.drop("group_full")
    middle = {name: median(values) for name, values in took.items()}
    of = f"{ready:,} members of {bench.scale:,}"
    return [
        Figure("group", f"floor, {of}", middle["floor"], "s", note=f"{bench.rounds} rounds"),
        Figure("group", f"propose, {of}", middle["propose"], "s"),
        Figure("group", f"apply and follow, {of}", middle["apply"], "s"),
        Figure("group", f"apply and follow / floor, {of}", middle["apply"] / middle["floor"], "x", 3.0),
        Figure(
            "group", f"(propose + apply) / floor, {of}", (middle["propose"] + middle["apply"]) / middle["floor"], "x"
        ),
    ]


def _filled(count: int) -> int:
    """A new group whose `count` members have E3 from it instead of directly: made through the doors."""
    from licentia.changes.groups import create_group
    from licentia.changes.who import Who
    from licentia.domain.intents import ChangeMembers, SetGroupLicenses

    group = create_group(TENANT, "Bench", actor()).group_id
    chosen = holders(E3, count)
    apply(*propose(chosen))
    for intent in (ChangeMembers(to_group=group), SetGroupLicenses(group, add=((E3, frozenset()),))):
        apply(*_plan(intent, Who("users", "", chosen)))
    return group


def _propose(group: int) -> tuple[int, int]:
    from licentia.changes.who import Who
    from licentia.domain.intents import SetGroupLicenses

    return _plan(SetGroupLicenses(group, remove=frozenset({E3})), Who("members", str(group)))


def _plan(intent: Any, who: Any) -> tuple[int, int]:
    from licentia.changes.propose import propose as door
    from licentia.changes.run import load

    plan = door(TENANT, intent, who, actor())
    return plan, int(load(TENANT, plan)["ready"])
