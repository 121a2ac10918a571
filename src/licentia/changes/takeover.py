"""The end of a self-service purchase that is taken over: whole or not at all, in the transaction of its last user.

Who keeps or loses what is `domain.swapping`'s; here the purchase itself ends and its buyer is told.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from licentia.changes import journal
from licentia.changes.journal import Row
from licentia.domain.intents import Intent, TakeOver
from licentia.domain.reasons import Outcome, Refused
from licentia.domain.subscription_fields import fields_of
from licentia.domain.subscriptions import Subscription, SubscriptionState
from licentia.store.bulk import subscriptions as rows_of
from licentia.store.lists import plans as plan_list
from licentia.store.lists import products, selecting
from licentia.store.lists import subscriptions as list_of
from licentia.tenants.port import LostRows


def guard(tenant_id: int, plan: dict[str, Any], intent: Intent) -> None:
    """Returns when every user of the purchase is ready; Refused `take_over_whole` when one is not (R-131)."""
    if not isinstance(intent, TakeOver):
        return
    n = sum(one.users for one in plan_list.classes(tenant_id, plan["id"]) if one.outcome != Outcome.READY)
    if n:
        raise Refused("take_over_whole", n=n)


def end(tenant_id: int, intent: Intent) -> list[Row]:
    """The journal's rows of a purchase that has ended, and of its buyer's message; none for other intents.

    LostRows when somebody whom the plan does not know has the product through it (restored meanwhile).
    """
    if not isinstance(intent, TakeOver):
        return []
    product = list_of.product_ids(tenant_id, [intent.sku_id])[intent.sku_id]
    if selecting.purchase_holders(tenant_id, product, intent.purchase_id):
        raise LostRows(set())
    entries: list[Row] = []
    rows = list_of.of_purchases(tenant_id, [intent.purchase_id])
    for product_id, before in rows:
        after = replace(
            before, state=SubscriptionState.DELETED, next_at=None, recurring=False, renewal_seats=None, over_since=None
        )
        rows_of.put(tenant_id, [(product_id, after)])
        entries.append(("subscription.take_over", "subscription", before.id, _text(before), _text(after)))
    if rows:
        rows_of.recount_seats(tenant_id, [product for product, _ in rows])
        rows_of.settle_agenda(tenant_id)
    else:  # nobody stated its subscription: only its seats are known, and they are gone
        rows_of.close_purchase(tenant_id, intent.purchase_id)
        entries.append(("purchase.take_over", "purchase", intent.purchase_id, None, None))
    buyer = products.purchase_buyer_id(tenant_id, intent.purchase_id)
    if buyer is not None:
        told = journal.canonical({"purchase": intent.purchase_id, "sku": intent.sku_id, "move": intent.move})
        entries.append(("purchase.notice", "user", buyer, None, told))
    return entries


def _text(subscription: Subscription) -> str:
    return journal.canonical(fields_of(subscription))
