"""What the page of a plan says of a subscription: what its change did; or of the purchase that a take-over ends."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from licentia.changes import subscriptions as doors
from licentia.changes.preview import Preview
from licentia.domain.intents import SubscriptionIntent, TakeOver
from licentia.store.lists import products
from licentia.store.lists import subscriptions as list_of
from licentia.web.desk import Desk
from licentia.words import subscription_plans as words
from licentia.words import subscriptions as subscription_words
from licentia.words.language import gettext as _
from licentia.words.parts import product_name


def values(desk: Desk, shown: Preview) -> dict[str, Any]:
    """Nothing of a plan for users alone."""
    if isinstance(shown.intent, SubscriptionIntent):
        return {"subscription": _changed(desk, shown)}
    return {"purchase": _taken(desk, shown, shown.intent)} if isinstance(shown.intent, TakeOver) else {}


def _changed(desk: Desk, shown: Preview) -> dict[str, Any]:
    before, after = doors.became(desk.tenant_id, shown.plan["id"])
    stated = list_of.prices(desk.tenant_id).get(after.sku_id)
    price = after.price or (stated.price if stated else None)
    return {
        "name": subscription_words.name(after),
        "address": reverse("subscription", args=[after.id]),
        "rows": words.changed(desk.text, before, after),
        "result": words.result(desk.text, before, after, shown.plan["finished_at"], price),
    }


def _taken(desk: Desk, shown: Preview, intent: TakeOver) -> dict[str, Any]:
    """The purchase with its buyer, its licenses and its users; once it is over, as it was."""
    rows = [row.subscription for row in list_of.of_purchases(desk.tenant_id, [intent.purchase_id])]
    buyer = products.purchase_buyers(desk.tenant_id, [intent.purchase_id]).get(intent.purchase_id, "")
    said = words.taken_over(desk.text, rows, shown.plan["users"])
    if buyer:
        said.append(_("Bought by {name}.").format(name=buyer))
    said.append(_("The purchase goes whole or not at all, and the buyer is told. A take-over can't be undone."))
    address = reverse("subscription", args=[rows[0].id]) if rows else ""
    return {"name": product_name(intent.sku_id), "address": address, "said": said}
