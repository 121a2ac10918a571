"""The doors to subscriptions: seats, recurring billing, canceling; each shown first by the verdict that then decides.

One subscription, one transaction: a plan header and a journal row, no steps. Unassigns nobody and never pays for anything.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from licentia.changes import journal
from licentia.changes.advance import catch_up
from licentia.changes.propose import header
from licentia.changes.who import Who
from licentia.domain import intents
from licentia.domain.instants import Instant
from licentia.domain.intents import CancelSubscription, Resize, SetRecurring, SubscriptionIntent
from licentia.domain.lifecycle import PlanState
from licentia.domain.living import around
from licentia.domain.money import Money
from licentia.domain.permissions import Actor, Capability
from licentia.domain.reasons import BadInput, Refused
from licentia.domain.savings import Saving, saving
from licentia.domain.seats import Ruling, Verdict, When, may_cancel, may_resize, may_set_recurring
from licentia.domain.subscription_fields import fields_of, from_fields
from licentia.domain.subscriptions import (
    Around,
    Subscription,
    canceled,
    reactivated,
    resized,
    with_recurring,
)
from licentia.store import clock, ids
from licentia.store.bulk import plans as plan_rows
from licentia.store.bulk import subscriptions as rows_of
from licentia.store.lists import plans as plan_list
from licentia.store.lists import subscriptions as list_of
from licentia.store.lists import undoing
from licentia.store.writing import writing

MOST_SEATS = 10_000_000


@dataclass(frozen=True, slots=True)
class Look:
    """A subscription in its pool. `around`: the other seats now; `other_next`: after their own renewals."""

    product_id: int
    subscription: Subscription
    around: Around
    other_next: int
    price: Money | None
    """What a seat of it costs a month: its own price, else the tenant's; None is not known."""
    now: Instant
    country: str


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a subscription: the verdict, and the subscription after it where it may be done.

    `plan_id` is None for a preview, and where nothing was done.
    """

    intent: SubscriptionIntent
    look: Look
    verdict: Verdict
    after: Subscription | None
    plan_id: int | None = None

    @property
    def fewer(self) -> int:
        """Seats that go (negative: come), now or at the renewal."""
        if self.after is None:
            return 0
        before = self.look.subscription
        if not self.after.is_assignable:
            return before.seats
        return before.seats - (self.after.next_seats if self.verdict.when is When.AT_RENEWAL else self.after.seats)

    @property
    def per_month(self) -> Money | None:
        """What that saves a month (negative: costs); None when the price is not known."""
        return None if self.look.price is None else self.look.price.times(self.fewer)


def look(tenant_id: int, subscription_id: int) -> Look:
    """The subscription with what surrounds it; BadInput `unknown_subscription`."""
    found = list_of.one(tenant_id, subscription_id)
    if found is None:
        raise BadInput("unknown_subscription", text=str(subscription_id))
    return look_at(tenant_id, found)


def look_at(tenant_id: int, row: list_of.Row) -> Look:
    """The subscription of a row with what surrounds it."""
    product_id, subscription = row
    pool = list_of.pools(tenant_id, [product_id]).get((product_id, subscription.purchase_id))
    others = [one.subscription for one in list_of.of_products(tenant_id, [product_id])]
    seats, other_next = around(subscription, others, pool.consumed if pool else 0)
    stated = list_of.prices(tenant_id).get(subscription.sku_id)
    price = subscription.price or (stated.price if stated else None)
    _, country = list_of.place(tenant_id)
    return Look(product_id, subscription, seats, other_next, price, clock.tenant_now(tenant_id), country)


# ---- what would happen


def consider(tenant_id: int, intent: SubscriptionIntent) -> Change:
    """What the intent would do now, without doing it; BadInput `unknown_subscription` or `bad_seats`."""
    return _judged(intent, look(tenant_id, intent.subscription_id))


def _judged(intent: SubscriptionIntent, seen: Look) -> Change:
    verdict, act = _decided(intent, seen)
    after = act(seen.subscription) if verdict.is_possible else None
    return Change(intent, seen, verdict, after)


_Act = Callable[[Subscription], Subscription]


def _decided(intent: SubscriptionIntent, seen: Look) -> tuple[Verdict, _Act]:
    """The verdict of the rules, and what to do where it says yes."""
    one, now = seen.subscription, seen.now
    if isinstance(intent, SetRecurring):
        verdict = may_set_recurring(one, intent.on, now, country=seen.country)
        if verdict.ruling is Ruling.REACTIVATE:
            return verdict, lambda found: reactivated(found, now)
        return verdict, lambda found: with_recurring(found, intent.on)
    if isinstance(intent, CancelSubscription):
        verdict = may_cancel(one, now, country=seen.country)
        if verdict.when is When.AT_RENEWAL:
            return verdict, lambda found: with_recurring(found, on=False)
        return verdict, lambda found: canceled(found, now)
    if not 1 <= intent.seats <= MOST_SEATS:
        raise BadInput("bad_seats", text=str(intent.seats))
    verdict = may_resize(
        one,
        intent.seats,
        seen.around,
        now,
        at_renewal=intent.at_renewal,
        other_next=seen.other_next,
        country=seen.country,
    )
    if verdict.ruling is Ruling.KEEP:
        return verdict, lambda found: replace(found, renewal_seats=None)
    if verdict.when is When.AT_RENEWAL:
        return verdict, lambda found: replace(found, renewal_seats=intent.seats)
    return verdict, lambda found: resized(found, intent.seats, now)


# ---- doing it


def resize(tenant_id: int, subscription_id: int, seats: int, actor: Actor, *, at_renewal: bool = False) -> Change:
    """The subscription has these seats now, or from its renewal on; the verdict says which. Refused `subscription_rule`."""
    actor.require(Capability.MANAGE_SUBSCRIPTIONS, tenant_id)
    seen = look(tenant_id, subscription_id)
    return change(tenant_id, Resize(subscription_id, seen.subscription.sku_id, seats, at_renewal), actor)


def set_recurring(tenant_id: int, subscription_id: int, actor: Actor, *, on: bool) -> Change:
    """Recurring billing is on or off; on, an ended subscription is active again. Refused `subscription_rule`."""
    actor.require(Capability.MANAGE_SUBSCRIPTIONS, tenant_id)
    seen = look(tenant_id, subscription_id)
    return change(tenant_id, SetRecurring(subscription_id, seen.subscription.sku_id, on), actor)


def cancel(tenant_id: int, subscription_id: int, actor: Actor) -> Change:
    """The subscription ended, or ends with its term; the verdict says which. Refused `subscription_rule`."""
    actor.require(Capability.MANAGE_SUBSCRIPTIONS, tenant_id)
    seen = look(tenant_id, subscription_id)
    return change(tenant_id, CancelSubscription(subscription_id, seen.subscription.sku_id), actor)


def change(tenant_id: int, intent: SubscriptionIntent, actor: Actor, undo_of: int | None = None) -> Change:
    """The intent is carried out, judged on the facts of this very transaction. Refused `subscription_rule`."""
    actor.require(Capability.MANAGE_SUBSCRIPTIONS, tenant_id)
    catch_up(tenant_id)
    with writing(tenant_id):
        made = consider(tenant_id, intent)
        if made.after is None:
            raise _refused(made)
        rows_of.put(tenant_id, [(made.look.product_id, made.after)])
        rows_of.recount_seats(tenant_id, [made.look.product_id])
        rows_of.settle_agenda(tenant_id)
        plan_id = _record(tenant_id, made, made.after, actor, undo_of)
        return replace(made, plan_id=plan_id)


def _refused(made: Change) -> Refused:
    verdict = made.verdict
    return Refused("subscription_rule", ruling=verdict.ruling.value, least=verdict.least, n=made.look.around.consumed)


def _record(tenant_id: int, made: Change, after: Subscription, actor: Actor, undo_of: int | None) -> int:
    now = made.look.now
    plan_id = ids.take_within(tenant_id, "plan")
    who = Who("subscription", str(after.id))
    fields = header(tenant_id, plan_id, made.intent, who, actor, now)
    fields |= {
        "state": PlanState.APPLIED.value,
        "is_inline": True,
        "is_complete": True,
        "started_at": now,
        "finished_at": now,
        "undo_of": undo_of,
    }
    plan_rows.insert_plan(fields)
    entry = journal.Entry(_kind(made), "subscription", after.id, _text(made.look.subscription), _text(after))
    journal.write(tenant_id, door="apply", actor=actor, now=now, entries=[entry], plan_id=plan_id)
    return plan_id


def _kind(made: Change) -> str:
    if isinstance(made.intent, SetRecurring):
        return "subscription.reactivate" if made.verdict.ruling is Ruling.REACTIVATE else "subscription.recurring"
    if isinstance(made.intent, CancelSubscription):
        return "subscription.recurring" if made.verdict.when is When.AT_RENEWAL else "subscription.cancel"
    seats_now = made.verdict.when is When.NOW and made.verdict.ruling is not Ruling.KEEP
    return "subscription.resize" if seats_now else "subscription.schedule"


def _text(subscription: Subscription) -> str:
    return journal.canonical(fields_of(subscription))


# ---- what it is worth


def savings(
    tenant_id: int,
    freed: Mapping[str, int],
    now: Instant,
    *,
    done: bool = False,
    free: Mapping[str, int] | None = None,
) -> list[Saving]:
    """What so many seats of each product are worth once they are free, dated; products the tenant lacks are left out.

    `done`: they are free already, and the seats in use are counted without them (a receipt, not a preview).
    `free`: so many of them are.
    """
    already = freed if done else free or {}
    numbers = list_of.product_ids(tenant_id, sorted(freed))
    owned: dict[str, list[Subscription]] = defaultdict(list)
    for row in list_of.of_products(tenant_id, sorted(numbers.values())):
        if not row.subscription.purchase_id:
            owned[row.subscription.sku_id].append(row.subscription)
    pools = list_of.pools(tenant_id, sorted(numbers.values()))
    stated = list_of.prices(tenant_id)
    found = []
    for sku, number in sorted(numbers.items()):
        pool = pools.get((number, 0))
        left = (pool.consumed if pool else 0) - (freed[sku] - already.get(sku, 0))
        price = stated[sku].price if sku in stated else None
        found.append(saving(sku, freed[sku], owned[sku], left, price, now))
    return found


# ---- undoing it


@dataclass(frozen=True, slots=True)
class WayBack:
    """What undoes a change of a subscription, judged now. `change` None: `why` says why nothing does."""

    plan_id: int
    change: Change | None
    why: str = ""
    """`changed_since`, `ended` (canceled or reactivated), or '' where the verdict speaks."""


def way_back(tenant_id: int, plan_id: int) -> WayBack:
    """What would undo the plan's change of a subscription; BadInput where the plan changed none."""
    before, after = became(tenant_id, plan_id)
    seen = look(tenant_id, before.id)
    if before.state is not after.state or before.recurring is None is not after.recurring:
        return WayBack(plan_id, None, "ended")
    now = seen.subscription
    same = (after.seats, after.renewal_seats, after.recurring) == (now.seats, now.renewal_seats, now.recurring)
    if not same or now.state is not after.state or now.started_at != after.started_at:
        return WayBack(plan_id, None, "changed_since")
    return WayBack(plan_id, _judged(_inverse(before, after), seen))


def became(tenant_id: int, plan_id: int) -> tuple[Subscription, Subscription]:
    """The subscription before and after the plan's change of it; BadInput where the plan changed none."""
    number, old, new = _changed(tenant_id, plan_id)
    before, after = (from_fields(number, json.loads(text or "{}")) for text in (old, new))
    return before, after


def subscription_of(tenant_id: int, plan_id: int) -> int:
    """The number of the subscription that the plan changed; BadInput where it changed none."""
    return _changed(tenant_id, plan_id)[0]


def _changed(tenant_id: int, plan_id: int) -> tuple[int, str | None, str | None]:
    """(subscription, before, after) of what the plan changed."""
    plan = plan_list.header(tenant_id, plan_id)
    if plan is None:
        raise BadInput("unknown_plan_number", plan=plan_id)
    if not isinstance(intents.from_text(plan["intent"]), SubscriptionIntent):
        raise BadInput("undo_no_subscription", plan=plan_id)
    for part in undoing.segments(tenant_id, plan_id):
        for row in list_of.plan_rows(tenant_id, *part):
            return row
    raise BadInput("nothing_to_undo", plan=plan_id)


def _inverse(before: Subscription, after: Subscription) -> SubscriptionIntent:
    number, sku = before.id, before.sku_id
    if before.recurring is not after.recurring:
        return SetRecurring(number, sku, bool(before.recurring))
    if before.seats != after.seats:
        return Resize(number, sku, before.seats)
    if before.renewal_seats is None:
        return Resize(number, sku, before.seats)
    return Resize(number, sku, before.renewal_seats, at_renewal=True)


def undo(tenant_id: int, plan_id: int, actor: Actor) -> Change:
    """The plan's change is undone by its inverse where the rules allow it now; Refused with why they do not."""
    actor.require(Capability.MANAGE_SUBSCRIPTIONS, tenant_id)
    catch_up(tenant_id)
    back = way_back(tenant_id, plan_id)
    if back.change is None:
        if back.why == "ended":
            raise Refused("no_undo", plan=plan_id)
        raise Refused("subscription_changed_since", plan=plan_id)
    return change(tenant_id, back.change.intent, actor, undo_of=plan_id)
