"""The verdict on undoing what a plan changed for one user: restore, skip what is back already, refuse what changed since.

Reads the journal's record and the present facts; R-40. It never acts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from licentia.domain.catalog import Catalog
from licentia.domain.effects import Consequence
from licentia.domain.facts import Source, TenantFacts, UserFacts
from licentia.domain.planning import Key, Verdict, because, is_new_direct, key_of, settle, takes
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
) -> Verdict:
    """Per source: present as left, restored; present as before, skipped; else refused; the rest of the user
    goes on and says so (R-54)."""
    present = {key_of(s): s for s in facts.sources}
    restore: list[tuple[Source | None, Source | None]] = []
    changed = False
    for one in record:
        now = present.get(one.key)
        if now == one.after:
            restore.append((now, one.before))
        elif now != one.before:
            changed = True
    if not restore:
        return because(Reason.CHANGED_SINCE if changed else Reason.ALREADY)
    if facts.has_usage_location is False and any(is_new_direct(old, new) for old, new in restore):
        return because(Reason.LOCATION_MISSING)
    if facts.never is not None and any(takes(old, new) for old, new in restore):
        return because(Reason.NEVER, facts.never)
    verdict = settle(restore, facts, tenant, catalog, accept)
    if changed and verdict.outcome is Outcome.READY:
        return replace(verdict, consequences=(*verdict.consequences, Consequence("undo_partly")))
    return verdict
