"""What a local tenant does by itself as its time passes: grace periods that end, subscriptions that renew or expire, in order.

Deterministic and idempotent: what happened is stored as done in the same transaction, so nothing happens twice (I-1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from licentia.changes import following, group_ends, journal
from licentia.changes.journal import Entry
from licentia.domain.facts import ClockKind
from licentia.domain.instants import Instant
from licentia.domain.living import Happened, live
from licentia.domain.permissions import SYSTEM, Actor, Capability
from licentia.domain.reasons import BadInput
from licentia.domain.subscription_fields import fields_of
from licentia.store import clock
from licentia.store.bulk import clocks as rows_of
from licentia.store.bulk import groups as group_rows
from licentia.store.bulk import subscriptions as subscription_rows
from licentia.store.lists import agenda, deleted
from licentia.store.lists import groups as group_list
from licentia.store.lists import subscriptions as list_of
from licentia.store.writing import writing

BATCH = 5_000
GROUPS = 100
"""Deleted groups that end in one transaction, with all their members."""


@dataclass(frozen=True, slots=True)
class _Done:
    """What one batch did: so many of a kind, and whether more is due."""

    kind: str
    count: int
    is_more: bool


def advance(tenant_id: int, until: Instant | None = None, actor: Actor = SYSTEM) -> int:
    """How much happened, up to `until` (the tenant's present when None), in due order: groups, clocks, subscriptions."""
    actor.require(Capability.MOVE_CLOCK, tenant_id)
    count = 0
    while True:
        done = _batch(tenant_id, clock.tenant_now(tenant_id) if until is None else until)
        count += done.count
        if not done.is_more:
            return count


def catch_up(tenant_id: int) -> int:
    """How much happened since anybody looked: a tenant's facts are those of now, worker or not.

    Who waits for a group's licenses goes on waiting: that is work of its own, and nobody's due instant.
    """
    moments = [at for kind, at in agenda.moments(tenant_id).items() if kind != "group"]
    if not moments or min(moments) > clock.tenant_now(tenant_id):
        return 0
    return advance(tenant_id)


def _batch(tenant_id: int, until: Instant) -> _Done:
    """One transaction: what is due first, of one kind, up to where another kind is due."""
    with writing(tenant_id):
        first = _first(agenda.moments(tenant_id), until)
        if first is None:
            return _Done("", 0, is_more=False)
        kind, horizon = first
        count = _WORK[kind](tenant_id, horizon)
        return _Done(kind, count, _first(agenda.moments(tenant_id), until) is not None)


def _first(moments: dict[str, Instant], until: Instant) -> tuple[str, Instant] | None:
    """The kind of work that is due first, and up to when it comes before every other kind; None when nothing is due.

    At one instant the kinds go in the order of `_WORK`.
    """
    due = sorted((at, order, kind) for order, kind in enumerate(_WORK) if (at := moments.get(kind, until + 1)) <= until)
    if not due:
        return None
    _, order, kind = due[0]
    horizon = until
    if len(due) > 1:
        other_at, other_order, _ = due[1]
        horizon = other_at if order < other_order else other_at - 1
    return kind, horizon


def _clocks(tenant_id: int, until: Instant) -> int:
    """Grace periods that end: their effects by kind, the journal with each row at its own instant."""
    due = rows_of.due(tenant_id, until, BATCH)
    if due:
        gone = deleted.last_words(tenant_id, [user for kind, user, _ in due if kind == ClockKind.USER_PURGE])
        for kind in sorted({kind for kind, _, _ in due}):
            rows_of.run_out(tenant_id, kind, [(user, at) for k, user, at in due if k == kind])
        entries = [Entry(f"clock.{kind}", "user", user) for kind, user, _ in due]
        moments = [at for _, _, at in due]
        entries += [
            Entry("user.gone", "user", user, gone[user]) for kind, user, _ in due if kind == ClockKind.USER_PURGE
        ]
        moments += [at for kind, _, at in due if kind == ClockKind.USER_PURGE]
        journal.write(tenant_id, door="advance", actor=SYSTEM, now=max(moments), entries=entries, moments=moments)
    rows_of.settle_agenda(tenant_id)
    return len(due)


def _subscriptions(tenant_id: int, until: Instant) -> int:
    """Subscriptions that renew, expire and end, one event after another; their products' seats follow."""
    due = list_of.due(tenant_id, until, BATCH)
    count = 0
    if due:
        products = sorted({product for _, _, product in due})
        rows = {row.subscription.id: row for row in list_of.of_products(tenant_id, products)}
        skus = {row.product_id: row.subscription.sku_id for row in rows.values()}
        pools = list_of.pools(tenant_id, products)
        consumed = {(skus[product], purchase): pool.consumed for (product, purchase), pool in pools.items()}
        end = due[-1][0] if len(due) == BATCH else until
        happened = live((row.subscription for row in rows.values()), consumed, end, BATCH)
        # Whoever is due and has no event after all is stored again, and then has no next instant.
        last = {number: rows[number].subscription for _, number, _ in due} if not happened else {}
        last |= {one.after.id: one.after for one in happened}
        subscription_rows.put(tenant_id, [(rows[number].product_id, one) for number, one in last.items()])
        subscription_rows.recount_seats(tenant_id, products)
        _write(tenant_id, happened)
        count = len(happened)
    subscription_rows.settle_agenda(tenant_id)
    return count


def _write(tenant_id: int, happened: list[Happened]) -> None:
    if not happened:
        return
    entries = [
        Entry(
            f"subscription.{one.event.kind}",
            "subscription",
            one.after.id,
            journal.canonical(fields_of(one.before)),
            journal.canonical(fields_of(one.after)),
        )
        for one in happened
    ]
    moments = [one.event.at for one in happened]
    journal.write(tenant_id, door="advance", actor=SYSTEM, now=max(moments), entries=entries, moments=moments)


def _groups(tenant_id: int, until: Instant) -> int:
    """Members whose group changed: their licenses follow. They were queued before `until`, all of them."""
    return following.follow(tenant_id)


def _deleted_groups(tenant_id: int, until: Instant) -> int:
    """Deleted Microsoft 365 groups whose 30 days are over (R-95)."""
    due = group_list.deleted_before(tenant_id, until - group_ends.kept(), GROUPS)
    if due:
        found = [(at + group_ends.kept(), row) for number, at in due for row in group_ends.delete(tenant_id, number)]
        moments, entries = [at for at, _ in found], [row for _, row in found]
        journal.write(tenant_id, door="advance", actor=SYSTEM, now=max(moments), entries=entries, moments=moments)
    group_rows.settle_deleted(tenant_id, group_ends.kept())
    return len(due)


_WORK: dict[str, Callable[[int, Instant], int]] = {
    "group": _groups,
    "clock": _clocks,
    "subscription": _subscriptions,
    "deleted_group": _deleted_groups,
}
"""By kind of the agenda: does what is due at or before an instant, a batch at most, and names the next in the agenda."""


def set_clock(tenant_id: int, target: Instant, actor: Actor) -> int:
    """How many clocks ran out on the way to `target`; a tenant's time only grows (BadInput `clock_back`)."""
    actor.require(Capability.MOVE_CLOCK, tenant_id)
    now = clock.tenant_now(tenant_id)
    if target <= now:
        raise BadInput("clock_back", now=now, target=target)
    count = 0
    while True:
        done = _step(tenant_id, target)
        count += done.count if done.kind == "clock" else 0
        if not done.is_more:
            break
    with writing(tenant_id):
        offset = rows_of.move_offset(tenant_id, target, clock.machine_now())
        entry = Entry("tenant.clock", "tenant", tenant_id, None, journal.canonical({"offset": offset}))
        journal.write(tenant_id, door="advance", actor=actor, now=target, entries=[entry])
    return count


def _step(tenant_id: int, target: Instant) -> _Done:
    """One batch on the way: the offset moves with the last event of the batch, in the same transaction."""
    with writing(tenant_id):
        done = _batch(tenant_id, target)
        if done.count:
            last = rows_of.last_moment(tenant_id)
            rows_of.move_offset(tenant_id, min(last, target), clock.machine_now())
        return done
