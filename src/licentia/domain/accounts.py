"""The verdict on one account: blocked, signed out, given a manager, deleted, restored, deleted for good.

`plan_account` is the one computation behind preview and apply (I-2). It reads facts and returns values; it never acts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from licentia.domain import groups
from licentia.domain.catalog import Catalog
from licentia.domain.consequences import effects, product_name
from licentia.domain.deletion import becomes_inactive, dated, deletion_effects
from licentia.domain.effects import ClockEffect, Consequence
from licentia.domain.facts import (
    UNKNOWN,
    Account,
    AssignmentState,
    ClockKind,
    Source,
    SourceKind,
    TenantFacts,
    UserFacts,
)
from licentia.domain.holding import Holding, holding
from licentia.domain.intents import (
    AccountIntent,
    Block,
    DeleteUser,
    PurgeUser,
    RestoreUser,
    RevokeSessions,
    SetManager,
    Unblock,
)
from licentia.domain.reasons import Outcome, Reason
from licentia.domain.settling import AccountChange, Key, Pair, Verdict, apply_to, because, key_of, with_seats

NONE_FULL: frozenset[str] = frozenset()

OPEN_SESSION_SECONDS = 3_600
"""R-65: about how long an access token that was given already lives on."""

_RETURNS = frozenset(
    {"mailbox_returns", "mailbox_new_empty", "mailbox_return_unknown", "onedrive_returns"},
)
"""What coming back brings; everything else that was there before the deletion is nothing new."""


def plan_account(
    intent: AccountIntent,
    facts: UserFacts,
    tenant: TenantFacts,
    catalog: Catalog,
    full: frozenset[str] = NONE_FULL,
) -> Verdict:
    """The verdict on one account; `full`: products of which no seat is left for this user. Equal facts, equal verdicts.

    Refused (synced account) where Active Directory is the master of what would change, and (never) for who is on the
    never list and would lose access; a deleted account is gone for all but restoring and purging.
    """
    account = facts.account or Account()
    match intent:
        case RestoreUser():
            return _restore(facts, account, tenant, catalog, full)
        case PurgeUser():
            return _purge(facts, account, catalog)
        case DeleteUser():
            return _delete(facts, account, tenant, catalog)
    if account.is_deleted:
        return because(Reason.USER_GONE)
    match intent:
        case Block():
            return _block(facts, account, tenant)
        case Unblock():
            return _unblock(account, tenant)
        case SetManager():
            return _set_manager(intent.manager_id, account, tenant)
        case RevokeSessions():
            return _ready((_SIGNED_OUT,), _signed_out(facts))


_SIGNED_OUT = AccountChange("sessions", None, "now")


def _ready(accounts: tuple[AccountChange, ...], said: Iterable[Consequence] = ()) -> Verdict:
    return Verdict(Outcome.READY, consequences=tuple(said), accounts=accounts)


def _signed_out(facts: UserFacts) -> tuple[Consequence, ...]:
    """R-65, R-66."""
    said = Consequence("sessions_hour", seconds=OPEN_SESSION_SECONDS)
    return (said, Consequence("guest_sessions")) if facts.is_guest else (said,)


def _perhaps_synced(account: Account, tenant: TenantFacts) -> tuple[Consequence, ...]:
    """R-68. In a tenant of its own nothing read is a cloud account; in a copy it may be either."""
    is_asked = tenant.is_copy and account.is_synced is UNKNOWN
    return (Consequence("synced_unknown"),) if is_asked else ()


def _block(facts: UserFacts, account: Account, tenant: TenantFacts) -> Verdict:
    """R-64 to R-67. Emergency accounts are there to sign in with: who is on the never list is not blocked."""
    if account.is_enabled is False:
        return because(Reason.ALREADY)
    if account.is_synced is True:
        return because(Reason.SYNCED_ACCOUNT, "block")
    if facts.never is not None:
        return because(Reason.NEVER, facts.never)
    said = [dated("block_delay"), *_signed_out(facts), *_perhaps_synced(account, tenant)]
    if any(source.state.holds for source in facts.sources):
        said.append(Consequence("block_keeps_licenses"))
    before = None if account.is_enabled is UNKNOWN else "true"
    return _ready((AccountChange("enabled", before, "false"), _SIGNED_OUT), said)


def _unblock(account: Account, tenant: TenantFacts) -> Verdict:
    if account.is_enabled is True:
        return because(Reason.ALREADY)
    if account.is_synced is True:
        return because(Reason.SYNCED_ACCOUNT, "unblock")
    before = None if account.is_enabled is UNKNOWN else "false"
    return _ready((AccountChange("enabled", before, "true"),), _perhaps_synced(account, tenant))


def _set_manager(manager_id: int | None, account: Account, tenant: TenantFacts) -> Verdict:
    """A copy does not know that there is no manager: nobody has read one."""
    if manager_id == account.manager_id and not (manager_id is None and tenant.is_copy):
        return because(Reason.ALREADY)
    if account.is_synced is True:
        return because(Reason.SYNCED_ACCOUNT, "manager")
    before, after = (None if one is None else str(one) for one in (account.manager_id, manager_id))
    return _ready((AccountChange("manager", before, after),), _perhaps_synced(account, tenant))


def _delete(facts: UserFacts, account: Account, tenant: TenantFacts, catalog: Catalog) -> Verdict:
    """R-68 to R-80. Every source that holds is remembered; what was in error gave nothing and is forgotten."""
    if account.is_deleted:
        return because(Reason.ALREADY)
    if account.is_synced is True:
        return because(Reason.SYNCED_ACCOUNT, "delete", (Consequence("sync_scope"),))
    if facts.never is not None:
        return because(Reason.NEVER, facts.never)
    pairs = tuple((s, _remembered(s)) for s in facts.sources if s.state is not AssignmentState.REMEMBERED)
    found = deletion_effects(holding(catalog, facts.sources), facts)
    said = [*found.consequences, *_perhaps_synced(account, tenant)]
    if any(source.state.holds for source in facts.sources):
        said.append(Consequence("licenses_remembered"))
    return Verdict(
        Outcome.READY,
        changes=with_seats(pairs, facts.sources, apply_to(facts.sources, pairs)),
        consequences=tuple(dict.fromkeys(said)),
        clocks=found.clocks,
        undo_seconds=dated("user_deleted").seconds,
        accounts=(AccountChange("deleted", None, "now"),),
    )


def _remembered(source: Source) -> Source | None:
    return replace(source, state=AssignmentState.REMEMBERED, error=None) if source.state.holds else None


def _purge(facts: UserFacts, account: Account, catalog: Catalog) -> Verdict:
    """R-84. Its rows go with the account, so no source changes here. There is no undo."""
    if not account.is_deleted:
        return because(Reason.NOT_DELETED)
    if facts.never is not None:
        return because(Reason.NEVER, facts.never)
    said = [Consequence("purged_for_good", seconds=0)]
    if becomes_inactive(holding(catalog, map(_as_before, facts.sources)), facts.mailbox):
        said.append(Consequence("mailbox_inactive"))
    return _ready((AccountChange("deleted", "now", "purged"),), said)


def _as_before(source: Source) -> Source:
    """The source as it was while the user existed."""
    is_remembered = source.state is AssignmentState.REMEMBERED
    return replace(source, state=AssignmentState.ACTIVE, error=None) if is_remembered else source


def _restore(
    facts: UserFacts, account: Account, tenant: TenantFacts, catalog: Catalog, full: frozenset[str]
) -> Verdict:
    """R-69, R-81 to R-83. Licenses come back where a seat is free; what is missing is said before it runs."""
    if not account.is_deleted:
        return because(Reason.NOT_DELETED)
    if account.is_name_taken:
        return because(Reason.NAME_TAKEN)
    back = _Restored.of(facts, tenant, catalog, full)
    before = holding(catalog, map(_as_before, facts.sources))
    said, clocks = _comes_back(before, holding(catalog, back.sources), facts, tenant)
    own = [Consequence("user_restored"), *back.said, *said, Consequence("restore_unknown")]
    own += [Consequence("sync_scope")] if account.is_synced is True else _perhaps_synced(account, tenant)
    return Verdict(
        Outcome.READY,
        changes=with_seats(back.pairs, facts.sources, back.sources),
        consequences=tuple(dict.fromkeys(own)),
        clocks=(ClockEffect(ClockKind.USER_PURGE, None), *clocks),
        accounts=(AccountChange("deleted", "now", None),),
    )


def _comes_back(
    before: Holding, after: Holding, facts: UserFacts, tenant: TenantFacts
) -> tuple[tuple[Consequence, ...], tuple[ClockEffect, ...]]:
    """What returns with the licenses, and what of the time before the deletion is lost because one does not."""
    returns = effects(holding(after.catalog, ()), after, facts, tenant.switches)
    lost = effects(before, after, facts, tenant.switches)
    clocks = {effect.kind: effect for effect in (*lost.clocks, *returns.clocks)}
    said = (*lost.consequences, *(c for c in returns.consequences if c.rule in _RETURNS))
    return said, tuple(clocks[kind] for kind in sorted(clocks))


@dataclass(frozen=True, slots=True)
class _Restored:
    """A restored user's sources, how each got there, and what is said of products that do not come back."""

    sources: tuple[Source, ...]
    pairs: tuple[Pair, ...]
    said: tuple[Consequence, ...]

    @classmethod
    def of(cls, facts: UserFacts, tenant: TenantFacts, catalog: Catalog, full: frozenset[str]) -> _Restored:
        """Direct assignments and purchases first; groups are followed anew beside them, by the tenant's own function."""
        none_left = full | {sku for sku, pool in tenant.pools.items() if pool.free is not None and pool.free <= 0}
        own = {key_of(s): _back(s, tenant, none_left) for s in facts.sources if s.kind is not SourceKind.GROUP}
        alone = replace(facts, sources=tuple(s for s in own.values() if s is not None))
        followed = groups.follow(alone, tenant, catalog, none_left)
        given = {change.key: change.after for change in followed.changes}
        present = {key_of(source): source for source in facts.sources}
        wanted = own | dict.fromkeys(key for key in present if key not in own) | given
        pairs = tuple((present.get(key), wanted[key]) for key in sorted(wanted))
        changed = tuple((old, new) for old, new in pairs if old != new)
        sources = apply_to(facts.sources, changed)
        # The rest of what following says is about a user who was there all the time.
        said = [c for c in followed.consequences if c.rule.startswith("group_")]
        return cls(sources, changed, (*_missing(changed, sources, given, catalog), *said))


def _back(source: Source, tenant: TenantFacts, none_left: frozenset[str]) -> Source | None:
    """The source of a restored user; None where no seat is left. A purchase has seats of its own."""
    if source.state is not AssignmentState.REMEMBERED:
        return source
    if source.kind is SourceKind.PURCHASE:
        has_seat = tenant.purchase_seats.get(source.source_id, 1) > 0
    else:
        has_seat = source.sku_id not in none_left
    return _as_before(source) if has_seat else None


def _missing(
    pairs: tuple[Pair, ...], sources: tuple[Source, ...], given: Iterable[Key], catalog: Catalog
) -> tuple[Consequence, ...]:
    """R-82, R-83: products that were held and are not; where a group is in error the group's own rule says why."""
    held = {source.sku_id for source in sources if source.state.holds}
    wanted = {sku for sku, _, _ in given}
    said: dict[Consequence, None] = {}
    for old, new in pairs:
        if old is None or new is not None or old.sku_id in held:
            continue
        if old.kind is not SourceKind.GROUP:
            said[Consequence("license_not_back", (("product", product_name(catalog, old.sku_id)),))] = None
        elif old.sku_id not in wanted:
            said[Consequence("group_not_back", (("product", product_name(catalog, old.sku_id)),))] = None
    return tuple(said)
