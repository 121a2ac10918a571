"""The verdict on undoing what a plan changed for one user: restore, skip what is back already, refuse what changed since.

Reads the journal's record and the present facts; R-40. It never acts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from licentia.domain.catalog import Catalog
from licentia.domain.effects import Consequence
from licentia.domain.facts import UNKNOWN, Account, Source, TenantFacts, UserFacts
from licentia.domain.planning import AccountChange, Key, Verdict, because, is_new_direct, key_of, settle, takes
from licentia.domain.reasons import Outcome, Reason


@dataclass(frozen=True, slots=True)
class Recorded:
    """One source as a verified step changed it; None is absent."""

    key: Key
    before: Source | None
    after: Source | None


def plan_undo(
    record: tuple[Recorded, ...],
    facts: UserFacts,
    tenant: TenantFacts,
    catalog: Catalog,
    accept: frozenset[Reason],
    accounts: tuple[AccountChange, ...] = (),
) -> Verdict:
    """Per source and account fact: present as left, restored; present as before, skipped; else refused; the rest of
    the user goes on and says so (R-54)."""
    present = {key_of(s): s for s in facts.sources}
    restore: list[tuple[Source | None, Source | None]] = []
    changed = False
    for one in record:
        now = present.get(one.key)
        if now == one.after:
            restore.append((now, one.before))
        elif now != one.before:
            changed = True
    back, account_changed = _accounts(accounts, facts.account or Account())
    changed = changed or account_changed
    if back and not restore:
        said = (Consequence("undo_partly"),) if changed else ()
        return Verdict(Outcome.READY, consequences=said, accounts=back)
    if not restore:
        return because(Reason.CHANGED_SINCE if changed else Reason.ALREADY)
    if facts.has_usage_location is False and any(is_new_direct(old, new) for old, new in restore):
        return because(Reason.LOCATION_MISSING)
    if facts.never is not None and any(takes(old, new) for old, new in restore):
        return because(Reason.NEVER, facts.never)
    verdict = replace(settle(restore, facts, tenant, catalog, accept), accounts=back)
    if changed and verdict.outcome is Outcome.READY:
        return replace(verdict, consequences=(*verdict.consequences, Consequence("undo_partly")))
    return verdict


def _accounts(record: tuple[AccountChange, ...], account: Account) -> tuple[tuple[AccountChange, ...], bool]:
    """What goes back of sign-in and manager, and whether somebody changed one since. Ended sessions stay ended."""
    present = {
        "enabled": None if account.is_enabled is UNKNOWN else str(account.is_enabled).lower(),
        "manager": None if account.manager_id is None else str(account.manager_id),
    }
    back: list[AccountChange] = []
    changed = False
    for one in record:
        if one.name not in present:
            continue
        now = present[one.name]
        if now == one.after:
            # An account of which nobody had read whether it was blocked can be signed in to again.
            before = one.before or ("true" if one.name == "enabled" else None)
            back.append(AccountChange(one.name, one.after, before))
        elif now != one.before:
            changed = True
    return tuple(back), changed
