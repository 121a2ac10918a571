"""Makes a plan: facts per chunk, one verdict per distinct signature, steps and classes saved in bulk. Changes nothing else.

The rules are `domain.planning`'s and `domain.undoing`'s; here they are only asked, once per class and not per user (I-4).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from licentia.changes import grouping, journal, keeping, renaming, undo
from licentia.changes import who as who_of
from licentia.changes.advance import catch_up
from licentia.changes.journal import Entry
from licentia.changes.judging import NONE_FULL, Extra, Judged, Seats, judge, judged, look_of, prepared, sees_seats
from licentia.changes.who import Who
from licentia.domain import catalog as catalog_of
from licentia.domain import intents, rulebook
from licentia.domain.changing import check_both
from licentia.domain.effects import Consequence
from licentia.domain.facts import UserFacts
from licentia.domain.intents import (
    KEEP,
    ChangeLicenses,
    Intent,
    Reprocess,
    SetGroupLicenses,
    TakeOver,
    Undo,
)
from licentia.domain.lifecycle import ChunkState, PlanState, StepState
from licentia.domain.permissions import CAPABILITY_OF, Actor
from licentia.domain.planning import Verdict
from licentia.domain.reasons import BadInput, Outcome
from licentia.store import clock, ids
from licentia.store.bulk import journal as journal_rows
from licentia.store.bulk import plans as rows_of
from licentia.store.lists import selecting
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
Target = tuple[int, Extra]
"""A user, and what the verdict needs beside the facts: for an undo what the journal says was changed."""


Key = tuple[str, Extra, int | None, frozenset[str]]
"""What makes users alike: signature, record or membership, the plan that changed them since, products without a seat."""


Begin = tuple[int, str, str | None]
"""How a step begins: its class, state and reason."""


@dataclass
class _Classes:
    """The classes of a plan as they are met: number, state and reason by key; verdicts by number."""

    plan_id: int
    tenant_id: int
    known: dict[Key, Begin] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)
    users: Counter[int] = field(default_factory=Counter)
    fresh: list[tuple[int, str, Verdict]] = field(default_factory=list)
    facts: dict[str, UserFacts] = field(default_factory=dict)

    def add(self, key: Key, verdict: Verdict) -> Begin:
        """The number of a new class, and how its steps begin."""
        self.verdicts.append(verdict)
        number = len(self.verdicts)
        reason = verdict.reason.value if verdict.reason else None
        self.fresh.append((number, key[0], verdict))
        self.known[key] = (number, STEP_STATE[verdict.outcome].value, reason)
        return self.known[key]


def propose(
    tenant_id: int,
    intent: Intent,
    who: Who,
    actor: Actor,
    progress: Progress | None = None,
    *,
    undo_of: int | None = None,
) -> int:
    """The number of a new draft plan. Killed half-way it stays incomplete and can never be applied."""
    asked, (intent, undone) = intent, undo.meant(tenant_id, intent)
    if renaming.new_name(intent) is not None:
        raise BadInput("restore_name_alone")
    actor.require(CAPABILITY_OF[type(undo.root(tenant_id, intent))], tenant_id)
    catch_up(tenant_id)
    tenant = LocalTenant(tenant_id)
    present = tenant.context(look_of(intent))
    product_id = owned(intent, present)
    if undone is None:
        check_plans(intent)
    grouping.check(tenant_id, intent, present)
    context = prepared(intent, present)
    chunks = _targets(tenant_id, asked, intent, who, product_id)
    coming = next(chunks, None)  # a selection that cannot be understood is refused before anything is written
    plan_id = _begin(tenant_id, intent, who, actor, undone or undo_of)
    if isinstance(intent, SetGroupLicenses) or (isinstance(intent, Reprocess) and intent.group_id is not None):
        _open_head(tenant_id, plan_id)
    maker = _Maker(tenant, intent, context, plan_id)
    while coming is not None:
        targets, coming = coming, next(chunks, None)
        maker.chunk(targets, is_last=coming is None)
        if progress:
            progress(maker.n)
    maker.finish()
    return plan_id


def owned(intent: Intent, context: TenantContext) -> int | None:
    """The number of the product that the intent is about, where it is about one; BadInput `product_not_owned`.

    A product named twice is refused first, with `in_both` or `added_twice` (R-170, R-171).
    """
    wanted = [getattr(intent, "from_sku", None), intents.sku_of(intent), *getattr(intent, "sku_ids", ())]
    if isinstance(intent, ChangeLicenses):
        check_both(intent)
        wanted += sorted(intent.remove)
    wanted += [sku for sku, _ in getattr(intent, "add", ())]
    for sku in wanted:
        if sku is not None and sku not in context.product_ids:
            raise BadInput("product_not_owned", sku=sku)
    holds = getattr(intent, "from_sku", None) or intents.sku_of(intent)
    return None if holds is None else context.product_ids[holds]


def check_plans(intent: Intent) -> None:
    """Returns when every service plan that the intent names is one of its product; BadInput `unknown_plan`.

    Of a product that the catalog does not know, nobody can say.
    """
    off = getattr(intent, "disabled_plans", KEEP)
    named = [(intents.sku_of(intent), frozenset() if off == KEEP else frozenset(off))]
    named += [(intents.sku_of(intent), getattr(intent, name, frozenset())) for name in ("on", "off")]
    named += getattr(intent, "add", ())
    for sku, plans in named:
        product = None if sku is None else catalog_of.load().product_or_none(sku)
        strange = sorted(plans - set(product.plan_ids)) if product else []
        if product and strange:
            raise BadInput("unknown_plan", text=strange[0], product=product.display_name, candidates=(), sku=sku)


def _targets(tenant_id: int, asked: Intent, intent: Intent, who: Who, product_id: int | None) -> Iterator[list[Target]]:
    if isinstance(intent, Undo):
        for records in undo.targets(tenant_id, intent.plan_id, intent.user_id):
            yield [*records]
        return
    users = who_of.chunks(tenant_id, who, product_id)
    if isinstance(asked, Undo) and not isinstance(intent, SetGroupLicenses):
        users = undo.users_of(tenant_id, asked.plan_id, asked.user_id)
    elif isinstance(intent, SetGroupLicenses) or (isinstance(intent, Reprocess) and intent.group_id is not None):
        users = who_of.chunks(tenant_id, Who("members", str(intent.group_id)), None)
    elif isinstance(intent, TakeOver):
        assert product_id is not None
        # Whole or not at all: one chunk, one transaction.
        users = iter([selecting.purchase_holders(tenant_id, product_id, intent.purchase_id)])
    for chunk in users:
        yield grouping.with_membership(tenant_id, intent, chunk)


def _begin(tenant_id: int, intent: Intent, who: Who, actor: Actor, undo_of: int | None) -> int:
    now = clock.tenant_now(tenant_id)
    with writing(tenant_id):
        plan_id = ids.take_within(tenant_id, "plan")
        rows_of.insert_plan(header(tenant_id, plan_id, intent, who, actor, now) | {"undo_of": undo_of})
        keeping.remember(tenant_id, now)
        entry = Entry("plan.propose", "plan", plan_id, None, intents.to_text(intent))
        journal.write(tenant_id, door="apply", actor=actor, now=now, entries=[entry], plan_id=plan_id)
    return plan_id


def _open_head(tenant_id: int, plan_id: int) -> None:
    """A chunk for the change of the group itself, which there is also without any member."""
    with writing(tenant_id):
        rows_of.insert_chunk((tenant_id, plan_id, 0, 0, ChunkState.READY.value, "", 0, 0, 0, 0))


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
        "undo_of": None,
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


class _Maker:
    """Makes a plan chunk by chunk: a verdict per distinct facts, then steps and new classes in one transaction."""

    def __init__(self, tenant: LocalTenant, intent: Intent, context: TenantContext, plan_id: int) -> None:
        self.tenant = tenant
        self.intent = intent
        self.context = context
        self.classes = _Classes(plan_id, tenant.tenant_id)
        self.seats = Seats(context.facts.pools) if sees_seats(intent) else None
        self.is_plain = self.seats is None and not isinstance(intent, Undo)
        self.judged: dict[Key, Judged] = {}
        self.plain: dict[str, Begin] = {}
        self.n = 0
        self.is_finished = False

    def chunk(self, targets: list[Target], *, is_last: bool) -> None:
        """Reads outside the transaction: whoever changes meanwhile is in the journal after `seen_seq`, looked at again."""
        seen_seq = journal_rows.end_seq(self.tenant.tenant_id)
        found = self.tenant.load([user for user, _ in targets], self.context)
        begins = self._by_facts(found) if self.is_plain else self._by_key(found, dict(targets))
        head = (self.tenant.tenant_id, self.classes.plan_id)
        numbers = range(self.n + 1, self.n + 1 + len(found))
        steps = [(*head, n, user, *begin) for n, (user, _), begin in zip(numbers, found, begins, strict=True)]
        self.classes.users.update([begin[0] for begin in begins])
        if steps:
            self._save(steps, seen_seq, is_last=is_last)
        self.n += len(steps)

    def _by_facts(self, found: list[tuple[int, str]]) -> list[Begin]:
        """How each user's step begins, where equal facts are all that makes users alike."""
        known = self.plain
        for signature in dict.fromkeys(signature for _, signature in found):
            if signature not in known:
                known[signature] = self._judged((signature, None, None, NONE_FULL))
        return [known[signature] for _, signature in found]

    def _by_key(self, found: list[tuple[int, str]], records: dict[int, Extra]) -> list[Begin]:
        """The same where a record, a membership or the last seat plays a part: in order of number."""
        later = undo.later_plans(self.tenant.tenant_id, self.intent, [user for user, _ in found])
        known = self.classes.known if self.seats is None else {}
        keys = [(signature, records[user], later.get(user), NONE_FULL) for user, signature in found]
        return [known.get(key) or self._judged(key) for key in keys]

    def _judged(self, key: Key) -> Begin:
        """The class of a user with this key; where seats run out, the key with the products that have none left."""
        signature, extra, later, full = key

        def ask(full: frozenset[str]) -> Judged:
            asked = (signature, extra, later, full)
            if asked not in self.judged:
                verdict = judge(self.intent, self._facts(signature), self.context.facts, extra, later, full)
                self.judged[asked] = judged(verdict)
            return self.judged[asked]

        if self.seats is None:
            return self.classes.add(key, ask(full).verdict)
        full, found = self.seats.allot(ask)
        key = (signature, extra, later, full)
        return self.classes.known.get(key) or self.classes.add(key, found.verdict)

    def _facts(self, signature: str) -> UserFacts:
        facts = self.classes.facts.get(signature)
        if facts is None:
            facts = self.classes.facts[signature] = self.tenant.understand(signature, self.context)
        return facts

    def _save(self, steps: list[tuple[Any, ...]], seen_seq: int, *, is_last: bool) -> None:
        """The chunk is stored; the last one in the transaction that makes the plan complete."""
        tenant_id, plan_id = self.tenant.tenant_id, self.classes.plan_id
        fresh, self.classes.fresh = self.classes.fresh, []
        work = [
            self.tenant.work_of(class_id, signature, verdict, self.context)
            for class_id, signature, verdict in fresh
            if verdict.outcome is Outcome.READY
        ]
        state = ChunkState.READY if any(step[5] == StepState.PENDING for step in steps) else ChunkState.DONE
        first, last = steps[0][2], steps[-1][2]
        with writing(tenant_id):
            rows_of.insert_classes(
                [_class_row(tenant_id, plan_id, one) for one in fresh],
                [row for one in work for row in _change_rows(tenant_id, plan_id, one)],
                [(tenant_id, plan_id, one.id, *clock_) for one in work for clock_ in one.clocks],
                [(tenant_id, plan_id, one.id, x.name, x.before, x.after) for one in work for x in one.accounts],
            )
            rows_of.insert_steps(steps)
            rows_of.insert_chunk((tenant_id, plan_id, first, last, state.value, "", 0, 0, 0, seen_seq))
            if is_last:
                self._complete()

    def finish(self) -> None:
        """The plan is complete, also one without any user."""
        if self.is_finished:
            return
        if isinstance(self.intent, TakeOver) and not self.n:
            _open_head(self.tenant.tenant_id, self.classes.plan_id)
        with writing(self.tenant.tenant_id):
            self._complete()

    def _complete(self) -> None:
        """The plan's classes have their users, its header its totals."""
        totals: Counter[str] = Counter()
        freed = 0
        for class_id, verdict in enumerate(self.classes.verdicts, start=1):
            users = self.classes.users[class_id]
            totals[verdict.outcome.value] += users
            freed += sum(change.seat < 0 for change in verdict.changes) * users
        tenant_id, plan_id = self.tenant.tenant_id, self.classes.plan_id
        fields = {outcome.value: totals[outcome.value] for outcome in Outcome}
        fields |= {"users": sum(totals.values()), "seats_freed": freed, "is_complete": True}
        rows_of.set_class_users(tenant_id, plan_id, dict(self.classes.users))
        rows_of.update_plan(tenant_id, plan_id, fields)
        self.is_finished = True


def _class_row(tenant_id: int, plan_id: int, one: tuple[int, str, Verdict]) -> tuple[Any, ...]:
    class_id, signature, verdict = one
    reason = verdict.reason.value if verdict.reason else None
    return (
        tenant_id,
        plan_id,
        class_id,
        signature,
        verdict.outcome.value,
        reason,
        verdict.subject,
        _said(verdict.consequences),
        verdict.undo_seconds,
        0,
    )


@lru_cache(maxsize=256)
def _said(consequences: tuple[Consequence, ...]) -> str:
    return json.dumps([[c.rule, dict(c.params), c.seconds] for c in consequences])


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
            change.error,
            change.seat,
            change.journal_kind,
            change.journal_before,
            change.journal_after,
        )
