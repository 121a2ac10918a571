"""A plan as people see it before and after: lines per consequence with dates, reasons with names, seats. Reads only.

The lines come from the classes that will run (I-2); dates are the planned start plus the stored durations.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from licentia.changes import who as who_of
from licentia.changes.who import Who
from licentia.domain import intents, rulebook
from licentia.domain.instants import SECOND, Instant
from licentia.domain.intents import Undo
from licentia.domain.reasons import BadInput, Outcome, Reason
from licentia.domain.rulebook import Rule
from licentia.store import clock
from licentia.store.lists import plans as list_of
from licentia.store.lists import products, tenants
from licentia.tenants.local import LocalTenant

OTHER_SERVICES = "services_end"
"""R-27: its line names the services that most of its users lose."""

SEVERITY_ORDER = ("loss", "change", "unknown", "safe")


@dataclass(frozen=True, slots=True)
class Line:
    """One consequence for so many users. `at` is its date; None when it has none."""

    rule: Rule
    params: tuple[tuple[str, str], ...]
    users: int
    at: Instant | None


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """So many users are skipped, refused or need a choice, because of `reason` about `subject` (names, not ids)."""

    outcome: Outcome
    reason: Reason
    subject: str
    users: int


@dataclass(frozen=True, slots=True)
class Preview:
    """A plan before it runs. `undo_until` is the earliest instant at which something is gone for good; None: none."""

    plan: dict[str, Any]
    sku_id: str | None
    undo_plan: int | None
    start: Instant
    lines: tuple[Line, ...]
    reasons: tuple[ReasonLine, ...]
    seats: tuple[list_of.SeatBalance, ...]
    undo_until: Instant | None
    removed: int
    added: int
    is_copy: bool


def preview(tenant_id: int, plan_id: int) -> Preview:
    """The plan as it stands; BadInput `unknown_plan_number` when there is none."""
    plan = list_of.header(tenant_id, plan_id)
    if plan is None:
        raise BadInput("unknown_plan_number", plan=plan_id)
    start = plan["started_at"] or clock.tenant_now(tenant_id)
    classes = list_of.classes(tenant_id, plan_id)
    intent = intents.from_text(plan["intent"])
    undo = [k.undo_seconds for k in classes if k.undo_seconds is not None and k.outcome == Outcome.READY]
    removed, added = list_of.assignments(tenant_id, plan_id)
    return Preview(
        plan=plan,
        sku_id=None if isinstance(intent, Undo) else intent.sku_id,
        undo_plan=intent.plan_id if isinstance(intent, Undo) else None,
        start=start,
        lines=_lines(classes, start),
        reasons=_reasons(tenant_id, classes),
        seats=tuple(list_of.seat_balances(tenant_id, plan_id)),
        undo_until=plan["undo_until"] or (start + min(undo) * SECOND if undo else None),
        removed=removed,
        added=added,
        is_copy=tenants.settings(tenant_id)["origin"] == "imported",
    )


def titled(plan: dict[str, Any]) -> Preview:
    """Only what a list line says of a plan: its header and what it is about."""
    intent = intents.from_text(plan["intent"])
    sku = None if isinstance(intent, Undo) else intent.sku_id
    undo = intent.plan_id if isinstance(intent, Undo) else None
    return Preview(plan, sku, undo, 0, (), (), (), None, 0, 0, False)


def _lines(classes: list[list_of.PlanClassRow], start: Instant) -> tuple[Line, ...]:
    """One line per rule, words and date; the lists of other services differ from class to class and share one line."""
    book = rulebook.load().by_key
    users: dict[tuple[str, tuple[tuple[str, str], ...], int | None], int] = defaultdict(int)
    most: dict[str, tuple[tuple[str, str], ...]] = {}
    ready = sorted((one for one in classes if one.outcome == Outcome.READY), key=lambda one: -one.users)
    for one in ready:
        for rule, words, seconds in one.consequences:
            shared = most.setdefault(rule, words) if rule == OTHER_SERVICES else words
            users[rule, shared, seconds] += one.users
    lines = [
        Line(book[rule], params, n, None if seconds is None else start + seconds * SECOND)
        for (rule, params, seconds), n in users.items()
    ]
    return tuple(sorted(lines, key=lambda x: (SEVERITY_ORDER.index(x.rule.severity), x.rule.id, x.params)))


def _reasons(tenant_id: int, classes: list[list_of.PlanClassRow]) -> tuple[ReasonLine, ...]:
    users: dict[tuple[str, str, str], int] = defaultdict(int)
    for one in classes:
        if one.outcome != Outcome.READY and one.reason:
            users[one.outcome, one.reason, one.subject] += one.users
    names = Subjects(tenant_id, [(reason, subject) for _, reason, subject in users])
    found = [
        ReasonLine(Outcome(outcome), Reason(reason), names.name(reason, subject), n)
        for (outcome, reason, subject), n in users.items()
    ]
    return tuple(sorted(found, key=lambda x: (x.outcome, x.reason, -x.users, x.subject)))


class Subjects:
    """Names for the ids in reasons: groups and buyers of purchases, read in two queries."""

    def __init__(self, tenant_id: int, subjects: list[tuple[str, str]]) -> None:
        groups = {int(i) for reason, text in subjects if reason == Reason.INHERITED for i in text.split(",")}
        bought = {int(text) for reason, text in subjects if reason == Reason.SELF_SERVICE}
        self._groups = products.group_names(tenant_id, sorted(groups)) if groups else {}
        self._buyers = products.purchase_buyers(tenant_id, sorted(bought)) if bought else {}

    def name(self, reason: str, subject: str) -> str:
        """The subject in words."""
        if reason == Reason.INHERITED:
            return ", ".join(self._groups.get(int(i), i) for i in subject.split(","))
        if reason == Reason.SELF_SERVICE:
            return self._buyers.get(int(subject), subject)
        return subject


@dataclass(frozen=True, slots=True)
class Drift:
    """How a plan's selection differs from its users now: so many came in, so many went out."""

    came: int
    went: int


def drift(tenant_id: int, plan_id: int) -> Drift:
    """The difference, for a filter or everyone; a fixed selection has none."""
    plan = list_of.header(tenant_id, plan_id)
    assert plan is not None
    who = Who.from_text(plan["who"])
    intent = intents.from_text(plan["intent"])
    if who.kind not in ("filter", "everyone") or isinstance(intent, Undo):
        return Drift(0, 0)
    product_id = LocalTenant(tenant_id).context().product_ids.get(intent.sku_id)
    planned = list_of.step_users(tenant_id, plan_id)
    came = still = 0
    for chunk in who_of.chunks(tenant_id, who, product_id):
        both = len(planned.intersection(chunk))
        still += both
        came += len(chunk) - both
    return Drift(came, len(planned) - still)
