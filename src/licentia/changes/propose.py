"""Makes a plan: facts per chunk, one verdict per distinct signature, steps and classes saved in bulk. Changes nothing else.

The rules are `domain.planning`'s and `domain.undoing`'s; here they are only asked, once per class and not per user (I-4).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from licentia.changes import journal, undo
from licentia.changes import who as who_of
from licentia.changes.advance import catch_up
from licentia.changes.journal import Entry
from licentia.changes.who import Who
from licentia.domain import catalog as catalog_of
from licentia.domain import intents, rulebook
from licentia.domain.intents import Assign, Intent, Unassign, Undo
from licentia.domain.lifecycle import ChunkState, PlanState, StepState
from licentia.domain.permissions import Actor, Capability
from licentia.domain.planning import Verdict, plan
from licentia.domain.reasons import BadInput, Outcome
from licentia.domain.undoing import Recorded, plan_undo
from licentia.store import clock, ids
from licentia.store.bulk import journal as journal_rows
from licentia.store.bulk import plans as rows_of
from licentia.store.lists import plans as list_of
from licentia.store.writing import writing
from licentia.tenants.local import LocalTenant
from licentia.tenants.port import ClassWork, TenantContext

STEP_STATE = {
    Outcome.READY: StepState.PENDING,
    Outcome.CHOICE: StepState.CHOICE,
    Outcome.SKIPPED: StepState.SKIPPED,
    Outcome.REFUSED: StepState.REFUSED,
}

Progress = Callable[[int], None]
Target = tuple[int, undo.Record | None]
"""A user, and for an undo what the journal says was changed."""


Key = tuple[str, undo.Record | None, int | None]
"""What makes users alike: their signature, for an undo the record, and the plan that changed them since."""


@dataclass
class _Classes:
    """The classes of a plan as they are met: number, state and reason by key; verdicts by number."""

    plan_id: int
    tenant_id: int
    known: dict[Key, tuple[int, str, str | None]] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)
    users: Counter[int] = field(default_factory=Counter)
    fresh: list[tuple[int, str, Verdict]] = field(default_factory=list)

    def add(self, key: Key, verdict: Verdict) -> tuple[int, str, str | None]:
        """The number of a new class, and how its steps begin."""
        self.verdicts.append(verdict)
        number = len(self.verdicts)
        reason = verdict.reason.value if verdict.reason else None
        self.fresh.append((number, key[0], verdict))
        self.known[key] = (number, STEP_STATE[verdict.outcome].value, reason)
        return self.known[key]


def propose(tenant_id: int, intent: Intent, who: Who, actor: Actor, progress: Progress | None = None) -> int:
    """The number of a new draft plan. Killed half-way it stays incomplete and can never be applied."""
    actor.require(Capability.ASSIGN_LICENSES, tenant_id)
    catch_up(tenant_id)
    tenant = LocalTenant(tenant_id)
    context = tenant.context()
    chunks = _targets(tenant_id, intent, who, _product_id(intent, context))
    first = list(islice(chunks, 1))  # a selection that cannot be understood is refused before anything is written
    plan_id = _begin(tenant_id, intent, who, actor)
    classes = _Classes(plan_id, tenant_id)
    n = 0
    for targets in chain(first, chunks):
        n = _chunk(tenant, intent, targets, context, classes, n)
        if progress:
            progress(n)
    _finish(tenant_id, plan_id, classes)
    return plan_id


def propose_again(tenant_id: int, plan_id: int, actor: Actor, progress: Progress | None = None) -> int:
    """A new draft with the same intent for the users whose step failed or changed meanwhile; BadInput when none."""
    plan = rows_of.load_header(tenant_id, plan_id)
    if plan is None:
        raise BadInput("unknown_plan_number", plan=plan_id)
    intent = intents.from_text(plan["intent"])
    users = list_of.unfinished_users(tenant_id, plan_id)
    if not users:
        raise BadInput("nothing_to_retry", plan=plan_id)
    if isinstance(intent, Undo):
        return propose(tenant_id, intent, Who("plan", str(intent.plan_id)), actor, progress)
    return propose(tenant_id, intent, Who("users", f"plan {plan_id}", tuple(users)), actor, progress)


def _product_id(intent: Intent, context: TenantContext) -> int | None:
    if isinstance(intent, Undo):
        return None
    product_id = context.product_ids.get(intent.sku_id)
    if product_id is None:
        raise BadInput("product_not_owned", sku=intent.sku_id)
    return product_id


def _targets(tenant_id: int, intent: Intent, who: Who, product_id: int | None) -> Iterator[list[Target]]:
    if isinstance(intent, Undo):
        yield from undo.targets(tenant_id, intent.plan_id, intent.user_id)
        return
    for users in who_of.chunks(tenant_id, who, product_id):
        yield [(user, None) for user in users]


def _begin(tenant_id: int, intent: Intent, who: Who, actor: Actor) -> int:
    now = clock.tenant_now(tenant_id)
    with writing(tenant_id):
        plan_id = ids.take_within(tenant_id, "plan")
        rows_of.insert_plan(header(tenant_id, plan_id, intent, who, actor, now))
        entry = Entry("plan.propose", "plan", plan_id, None, intents.to_text(intent))
        journal.write(tenant_id, door="apply", actor=actor, now=now, entries=[entry], plan_id=plan_id)
    return plan_id


def header(tenant_id: int, plan_id: int, intent: Intent, who: Who, actor: Actor, now: int) -> dict[str, Any]:
    """The columns of a new plan."""
    return {
        "tenant_id": tenant_id,
        "id": plan_id,
        "verb": intents.verb(intent),
        "intent": intents.to_text(intent),
        "who": who.to_text(),
        "state": PlanState.DRAFT.value,
        "is_inline": False,
        "is_complete": False,
        "undo_of": intent.plan_id if isinstance(intent, Undo) else None,
        "actor_kind": actor.kind.value,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "catalog_version": catalog_of.load().version,
        "rules_version": rulebook.load().version,
        "created_at": now,
    } | dict.fromkeys(
        (
            "users",
            "ready",
            "choice",
            "skipped",
            "refused",
            "verified",
            "failed",
            "skipped_late",
            "seats_freed",
            "undone",
        ),
        0,
    )


def _chunk(
    tenant: LocalTenant,
    intent: Intent,
    targets: list[Target],
    context: TenantContext,
    classes: _Classes,
    n: int,
) -> int:
    """Reads outside the transaction: whoever changes meanwhile is in the journal after `seen_seq` and looked at again."""
    seen_seq = journal_rows.end_seq(tenant.tenant_id)
    records = dict(targets)
    tenant_id, plan_id, known = tenant.tenant_id, classes.plan_id, classes.known
    steps: list[tuple[Any, ...]] = []
    found = tenant.load([user for user, _ in targets], context)
    later = undo.later_plans(tenant_id, intent, [user for user, _ in found])
    for n_step, (user, signature) in enumerate(found, start=n + 1):
        key = (signature, records[user], later.get(user))
        begin = known.get(key)
        if begin is None:
            begin = classes.add(key, judge(tenant, intent, signature, key[1], context, key[2]))
        steps.append((tenant_id, plan_id, n_step, user, *begin))
    classes.users.update([step[4] for step in steps])
    if steps:
        _save(tenant, context, classes, steps, seen_seq)
    return n + len(steps)


def judge(
    tenant: LocalTenant,
    intent: Intent,
    signature: str,
    record: undo.Record | None,
    context: TenantContext,
    later_plan: int | None = None,
) -> Verdict:
    """The verdict on everybody with these facts."""
    facts = tenant.understand(signature, context)
    catalog = catalog_of.load()
    if isinstance(intent, Unassign | Assign):
        return plan(intent, facts, context.facts, catalog)
    recorded: tuple[Recorded, ...] = undo.understand(record or ())
    verdict = plan_undo(recorded, facts, context.facts, catalog, intent.accept)
    return undo.naming(verdict, later_plan)


def _save(
    tenant: LocalTenant,
    context: TenantContext,
    classes: _Classes,
    steps: list[tuple[Any, ...]],
    seen_seq: int,
) -> None:
    fresh, classes.fresh = classes.fresh, []
    work = [
        tenant.work_of(class_id, signature, verdict, context)
        for class_id, signature, verdict in fresh
        if verdict.outcome is Outcome.READY
    ]
    state = ChunkState.READY if any(step[5] == StepState.PENDING for step in steps) else ChunkState.DONE
    first, last = steps[0][2], steps[-1][2]
    with writing(tenant.tenant_id):
        rows_of.insert_classes(
            [_class_row(tenant.tenant_id, classes.plan_id, one) for one in fresh],
            [row for one in work for row in _change_rows(tenant.tenant_id, classes.plan_id, one)],
            [(tenant.tenant_id, classes.plan_id, one.id, *clock_) for one in work for clock_ in one.clocks],
        )
        rows_of.insert_steps(steps)
        rows_of.insert_chunk((tenant.tenant_id, classes.plan_id, first, last, state.value, "", 0, 0, 0, seen_seq))


def _class_row(tenant_id: int, plan_id: int, one: tuple[int, str, Verdict]) -> tuple[Any, ...]:
    class_id, signature, verdict = one
    said = json.dumps([[c.rule, dict(c.params), c.seconds] for c in verdict.consequences])
    reason = verdict.reason.value if verdict.reason else None
    return (
        tenant_id,
        plan_id,
        class_id,
        signature,
        verdict.outcome.value,
        reason,
        verdict.subject,
        said,
        verdict.undo_seconds,
        0,
    )


def _change_rows(tenant_id: int, plan_id: int, one: ClassWork) -> Iterator[tuple[Any, ...]]:
    for change in one.changes:
        before, after = change.before or (None, None), change.after or (None, None)
        yield (
            tenant_id,
            plan_id,
            one.id,
            change.product_id,
            change.kind,
            change.source_id,
            *before,
            *after,
            change.seat,
            change.journal_kind,
            change.journal_before,
            change.journal_after,
        )


def _finish(tenant_id: int, plan_id: int, classes: _Classes) -> None:
    totals: Counter[str] = Counter()
    freed = 0
    for class_id, verdict in enumerate(classes.verdicts, start=1):
        users = classes.users[class_id]
        totals[verdict.outcome.value] += users
        freed -= sum(change.seat for change in verdict.changes) * users
    with writing(tenant_id):
        rows_of.set_class_users(tenant_id, plan_id, dict(classes.users))
        fields = {outcome.value: totals[outcome.value] for outcome in Outcome}
        fields |= {"users": sum(totals.values()), "seats_freed": freed, "is_complete": True}
        rows_of.update_plan(tenant_id, plan_id, fields)
