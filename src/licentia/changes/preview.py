"""A plan as people see it before and after: lines per consequence with dates, reasons with names, seats. Reads only.

The lines come from the classes that will run (I-2); dates are the planned start plus the stored durations.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from licentia.changes import who as who_of
from licentia.changes.propose import owned
from licentia.changes.subscriptions import savings
from licentia.changes.who import Who
from licentia.domain import catalog as catalog_of
from licentia.domain import intents, rulebook
from licentia.domain.consequences import plan_name, product_name
from licentia.domain.instants import SECOND, Instant
from licentia.domain.intents import Intent, SetGroupLicenses, TakeOver, Undo
from licentia.domain.lifecycle import ENDS
from licentia.domain.planning import Verdict
from licentia.domain.reasons import BadInput, Outcome, Reason
from licentia.domain.rulebook import Rule
from licentia.domain.savings import Saving
from licentia.store import clock
from licentia.store.lists import plans as list_of
from licentia.store.lists import products, tenants
from licentia.tenants.local import LocalTenant
from licentia.tenants.port import Look

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
    """So many users are skipped, refused or need a choice, because of `reason` about `subject` (names, not ids).

    Ready with a reason: their group changes, and their license is known to end in error.
    """

    outcome: Outcome
    reason: Reason
    subject: str
    users: int


@dataclass(frozen=True, slots=True)
class Preview:
    """A plan before it runs. `undo_until` is the earliest instant at which something is gone for good; None: none."""

    plan: dict[str, Any]
    intent: Intent
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
    savings: tuple[Saving, ...] = ()
    """What the seats that come free are worth, dated; from the start of the plan."""

    @property
    def has_work(self) -> bool:
        """Whether applying it changes anything: a user, or the group or purchase itself (that whole or not at all)."""
        if isinstance(self.intent, TakeOver):
            return bool(self.plan["ready"] == self.plan["users"])
        return bool(self.plan["ready"]) or isinstance(self.intent, SetGroupLicenses)


def preview(tenant_id: int, plan_id: int) -> Preview:
    """The plan as it stands; BadInput `unknown_plan_number` when there is none."""
    plan = list_of.header(tenant_id, plan_id)
    if plan is None:
        raise BadInput("unknown_plan_number", plan=plan_id)
    start = plan["started_at"] or max(plan["start_at"] or 0, clock.tenant_now(tenant_id))
    classes = list_of.classes(tenant_id, plan_id)
    intent = intents.from_text(plan["intent"])
    undo = [k.undo_seconds for k in classes if k.undo_seconds is not None and k.outcome == Outcome.READY]
    removed, added = list_of.assignments(tenant_id, plan_id)
    seats = tuple(list_of.seat_balances(tenant_id, plan_id))
    is_done = plan["state"] in ENDS
    freed = {one.sku_id: n for one in seats if not one.purchase_id and (n := _still_free(one, is_done=is_done))}
    return Preview(
        plan=plan,
        intent=intent,
        sku_id=intents.sku_of(intent),
        undo_plan=plan["undo_of"],
        start=start,
        lines=_lines(tenant_id, classes, start),
        reasons=_reasons(tenant_id, classes),
        seats=seats,
        undo_until=plan["undo_until"] or (start + min(undo) * SECOND if undo else None),
        removed=removed,
        added=added,
        is_copy=tenants.settings(tenant_id)["origin"] == "imported",
        savings=tuple(savings(tenant_id, freed, start, done=is_done)),
    )


def _still_free(balance: list_of.SeatBalance, *, is_done: bool) -> int:
    """Seats that come free; of a plan that has ended, those that nobody took since."""
    freed = max(0, -balance.needed)
    return freed if not is_done or balance.free is None else min(freed, max(0, balance.free))


@dataclass(frozen=True, slots=True)
class Fate:
    """What a plan does to every user of one class: its consequences, dated, or why nothing happens."""

    outcome: Outcome
    reason: Reason | None
    subject: str
    lines: tuple[Line, ...]
    users: int
    undo_until: Instant | None


def fates(tenant_id: int, plan_id: int, start: Instant) -> dict[int, Fate]:
    """By class, what the plan does to each of its users when it starts then."""
    classes = list_of.classes(tenant_id, plan_id)
    reasons = [(one.reason, one.subject) for one in classes if one.reason]
    names = Subjects(tenant_id, reasons, [words for one in classes for _, words, _ in one.consequences])
    return {one.id: _fate(one, names, start) for one in classes}


def fate(tenant_id: int, verdict: Verdict, start: Instant) -> Fate:
    """What a verdict means for its one user."""
    said = tuple((one.rule, one.params, one.seconds) for one in verdict.consequences)
    reason = verdict.reason.value if verdict.reason else None
    row = list_of.PlanClassRow(1, verdict.outcome.value, reason, verdict.subject, said, verdict.undo_seconds, 1)
    names = Subjects(tenant_id, [(reason, verdict.subject)] if reason else [], [words for _, words, _ in said])
    return _fate(row, names, start)


def _fate(one: list_of.PlanClassRow, names: Subjects, start: Instant) -> Fate:
    book = rulebook.load().by_key
    lines = [
        Line(book[rule], names.words(words), one.users, None if seconds is None else start + seconds * SECOND)
        for rule, words, seconds in one.consequences
    ]
    return Fate(
        outcome=Outcome(one.outcome),
        reason=Reason(one.reason) if one.reason else None,
        subject=names.name(one.reason, one.subject) if one.reason else "",
        lines=_sorted(lines),
        users=one.users,
        undo_until=None if one.undo_seconds is None else start + one.undo_seconds * SECOND,
    )


def _sorted(lines: list[Line]) -> tuple[Line, ...]:
    return tuple(sorted(lines, key=lambda x: (SEVERITY_ORDER.index(x.rule.severity), *_numbered(x.rule), x.params)))


def titled(plan: dict[str, Any]) -> Preview:
    """Only what a list line says of a plan: its header and what it is about."""
    intent = intents.from_text(plan["intent"])
    return Preview(plan, intent, intents.sku_of(intent), plan["undo_of"], 0, (), (), (), None, 0, 0, False)


def _lines(tenant_id: int, classes: list[list_of.PlanClassRow], start: Instant) -> tuple[Line, ...]:
    """One line per rule, words and date; the lists of other services differ from class to class and share one line.

    Also of users who are skipped: what they keep, and why.
    """
    book = rulebook.load().by_key
    users: dict[tuple[str, tuple[tuple[str, str], ...], int | None], int] = defaultdict(int)
    most: dict[str, tuple[tuple[str, str], ...]] = {}
    shown = [one for one in classes if one.outcome in (Outcome.READY, Outcome.SKIPPED)]
    names = Subjects(tenant_id, [], [words for one in shown for _, words, _ in one.consequences])
    for one in sorted(shown, key=lambda one: -one.users):
        for rule, words, seconds in one.consequences:
            shared = most.setdefault(rule, words) if rule == OTHER_SERVICES else names.words(words)
            users[rule, shared, seconds] += one.users
    lines = [
        Line(book[rule], params, n, None if seconds is None else start + seconds * SECOND)
        for (rule, params, seconds), n in users.items()
    ]
    return _sorted(lines)


def _numbered(rule: Rule) -> tuple[str, int]:
    """The rule's letter and number, to sort by: R-27 comes before R-126."""
    letter, _, number = rule.id.partition("-")
    return letter, int(number)


def _reasons(tenant_id: int, classes: list[list_of.PlanClassRow]) -> tuple[ReasonLine, ...]:
    users: dict[tuple[str, str, str], int] = defaultdict(int)
    for one in classes:
        if one.reason:
            users[one.outcome, one.reason, one.subject] += one.users
    names = Subjects(tenant_id, [(reason, subject) for _, reason, subject in users])
    named: dict[tuple[str, str, str], int] = defaultdict(int)
    for (outcome, reason, subject), n in users.items():
        named[outcome, reason, names.name(reason, subject)] += n
    found = [ReasonLine(Outcome(outcome), Reason(reason), text, n) for (outcome, reason, text), n in named.items()]
    return tuple(sorted(found, key=lambda x: (x.outcome, x.reason, -x.users, x.subject)))


Words = tuple[tuple[str, str], ...]


class Subjects:
    """Names for the ids in reasons and in the words of consequences: groups and buyers, read in two queries; products
    and service plans from the catalog."""

    def __init__(self, tenant_id: int, subjects: Iterable[tuple[str, str]], said: Iterable[Words] = ()) -> None:
        groups = {i for reason, text in subjects if reason == Reason.INHERITED for i in text.split(",")}
        bought = {text for reason, text in subjects if reason == Reason.SELF_SERVICE}
        for words in said:
            groups.update(value for name, value in words if name == "group" and value.isdigit())
            bought.update(value for name, value in words if name == "buyer" and value.isdigit())
        self._groups = products.group_names(tenant_id, sorted(map(int, groups))) if groups else {}
        self._buyers = products.purchase_buyers(tenant_id, sorted(map(int, bought))) if bought else {}

    def name(self, reason: str, subject: str) -> str:
        """The subject in words; where it has several, joined with "|"."""
        if reason == Reason.INHERITED:
            return ", ".join(map(self._group, subject.split(",")))
        if reason == Reason.SELF_SERVICE:
            return self._buyer(subject)
        if reason in (Reason.DEPENDENCY, Reason.CONFLICT):
            catalog = catalog_of.load()
            return "|".join(plan_name(catalog, text.partition(",")[0]) for text in subject.split("|"))
        return product_name(catalog_of.load(), subject) if reason == Reason.COMPANY_PRODUCT else subject

    def words(self, words: Words) -> Words:
        """The words of a consequence, with the names of groups and buyers for their numbers."""
        known = {"group": self._group, "buyer": self._buyer}
        return tuple((name, known[name](value) if name in known else value) for name, value in words)

    def _group(self, text: str) -> str:
        return self._groups.get(int(text), text) if text.isdigit() else text

    def _buyer(self, text: str) -> str:
        return self._buyers.get(int(text), text) if text.isdigit() else text


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
    if who.kind not in ("filter", "everyone", "members", "found", "listed") or isinstance(intent, Undo):
        return Drift(0, 0)
    product_id = owned(intent, LocalTenant(tenant_id).context(Look()))
    planned = list_of.step_users(tenant_id, plan_id)
    came = still = 0
    for chunk in who_of.chunks(tenant_id, who, product_id):
        both = len(planned.intersection(chunk))
        still += both
        came += len(chunk) - both
    return Drift(came, len(planned) - still)
