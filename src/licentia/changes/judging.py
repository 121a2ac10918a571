"""One verdict per distinct facts: which rules judge an intent, what they look at, and who gets the last seats.

Asks the domain and decides nothing itself. Used when a plan is made, for one user at once, and when groups are followed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from licentia.changes import undo
from licentia.domain import catalog as catalog_of
from licentia.domain import groups
from licentia.domain.accounts import plan_account
from licentia.domain.facts import Pool, SourceKind, TenantFacts, UserFacts
from licentia.domain.intents import (
    AccountIntent,
    ChangeMembers,
    GroupIntent,
    Intent,
    LicenseIntent,
    PurgeUser,
    Reprocess,
    RestoreUser,
    SetGroupLicenses,
    Undo,
)
from licentia.domain.planning import Verdict, because, plan, takes
from licentia.domain.reasons import Outcome, Reason
from licentia.domain.undoing import plan_undo
from licentia.tenants.port import Look, TenantContext

Understand = Callable[[str, TenantContext], UserFacts]
NONE_FULL: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Membership:
    """Whether a user is in the group to leave, and in the one to enter."""

    in_from: bool
    in_to: bool


Extra = undo.Record | Membership | None
"""What the verdict needs beside the user's facts."""


def look_of(intent: Intent) -> Look:
    """What the intent looks at beside the facts that every intent does."""
    if isinstance(intent, GroupIntent):
        return Look(groups=True)
    if isinstance(intent, RestoreUser | PurgeUser):
        return Look(account=True, groups=True, deleted=True)
    return Look(account=isinstance(intent, AccountIntent | Undo))


def prepared(intent: Intent, context: TenantContext) -> TenantContext:
    """The context with the group's licenses as the intent would have them."""
    if not isinstance(intent, SetGroupLicenses):
        return context
    licenses = dict(context.facts.group_licenses)
    present = dict(licenses.get(intent.group_id, ()))
    wanted = {sku: off for sku, off in present.items() if sku not in intent.remove} | dict(intent.add)
    licenses[intent.group_id] = tuple(sorted(wanted.items()))
    return replace(context, facts=replace(context.facts, group_licenses=licenses))


def judge(
    intent: Intent,
    facts: UserFacts,
    tenant: TenantFacts,
    extra: Extra = None,
    later_plan: int | None = None,
    full: frozenset[str] = NONE_FULL,
) -> Verdict:
    """The verdict on everybody with these facts; `full` are products of which no seat is left for them."""
    catalog = catalog_of.load()
    if isinstance(intent, Undo):
        assert not isinstance(extra, Membership)
        record, accounts = undo.understand(extra or ())
        verdict = plan_undo(record, facts, tenant, catalog, intent.accept, accounts)
        return undo.naming(verdict, later_plan)
    if isinstance(intent, LicenseIntent):
        return plan(intent, facts, tenant, catalog)
    if isinstance(intent, AccountIntent):
        return plan_account(intent, facts, tenant, catalog, full)
    assert isinstance(intent, GroupIntent)
    return _group(intent, facts, tenant, extra, full)


def _group(intent: GroupIntent, facts: UserFacts, tenant: TenantFacts, extra: Extra, full: frozenset[str]) -> Verdict:
    """What becomes of a user once the group is as the intent wants it (the function that follows it, I-2)."""
    is_member_change = isinstance(intent, ChangeMembers)
    if isinstance(intent, ChangeMembers):
        assert isinstance(extra, Membership)
        if intent.from_group is not None and not extra.in_from:
            return because(Reason.NOT_MEMBER)
        if intent.from_group is None and extra.in_to:
            return because(Reason.ALREADY)
        member_of = {*facts.groups, intent.to_group} - {intent.from_group, None}
        facts = replace(facts, groups=tuple(sorted(group for group in member_of if group is not None)))
    elif isinstance(intent, SetGroupLicenses):
        facts = replace(facts, groups=tuple(sorted({*facts.groups, intent.group_id})))
    verdict = groups.follow(facts, tenant, catalog_of.load(), full)
    if facts.never is not None and any(takes(change.before, change.after) for change in verdict.changes):
        return because(Reason.NEVER, facts.never)
    if isinstance(intent, Reprocess) or (verdict.reason is Reason.ALREADY and not is_member_change):
        return verdict
    names = (getattr(intent, name, None) for name in ("from_group", "to_group", "group_id"))
    named = [group for group in names if group is not None]
    reason, subject = groups.trouble(facts, tenant, catalog_of.load(), full, named) or (None, "")
    return replace(verdict, outcome=Outcome.READY, reason=reason, subject=subject)


def sees_seats(intent: Intent) -> bool:
    """Whether the last seats go to the first users by number, and the rest of the plan goes on without."""
    return isinstance(intent, GroupIntent | RestoreUser)


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict with what it means for seats, worked out once for all users with equal facts."""

    verdict: Verdict
    needs: frozenset[str]
    """Products of which it takes a seat of the organization."""
    moves: tuple[tuple[str, int], ...]
    """(product, seats taken, or freed when negative) in the organization's pools."""


def judged(verdict: Verdict) -> Judged:
    """The verdict with its seats."""
    moves = [
        (change.key[0], change.seat)
        for change in verdict.changes
        if change.seat and change.key[1] is not SourceKind.PURCHASE
    ]
    return Judged(verdict, groups.needed_seats(verdict), tuple(moves))


class Seats:
    """Seats of the organization's pools that are left, as users take them one by one."""

    def __init__(self, pools: Mapping[str, Pool]) -> None:
        self.left = {sku: pool.free for sku, pool in pools.items() if pool.free is not None}

    def allot(self, ask: Callable[[frozenset[str]], Judged]) -> tuple[frozenset[str], Judged]:
        """(products without a seat for this user, the verdict with that known); the verdict's seats are taken."""
        full = NONE_FULL
        found = ask(full)
        while found.needs and (short := {sku for sku in found.needs if self.left.get(sku, 1) <= 0} - full):
            full |= short
            found = ask(full)
        for sku, seats in found.moves:
            if sku in self.left:
                self.left[sku] -= seats
        return full, found
