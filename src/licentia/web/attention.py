"""What needs a decision, in the order of what can be undone last: read for Home, a fixed number of reads."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from licentia.domain.facts import ClockKind
from licentia.domain.instants import DAY
from licentia.domain.lifecycle import PlanState
from licentia.store.lists import clocks, products
from licentia.store.lists import plans as plan_list
from licentia.web import undoing
from licentia.web.desk import Desk
from licentia.words import sentences
from licentia.words.language import gettext as _
from licentia.words.language import ngettext
from licentia.words.parts import product_name

WEEK = 7 * DAY
LOOKED_AT = 100
"""The newest plans, of which those that wait for somebody are named."""
WAITING = (PlanState.PAUSED, PlanState.AWAITING_APPROVAL, PlanState.APPLIED_WITH_ERRORS)
MOST_PLANS = 3


@dataclass(frozen=True, slots=True)
class Item:
    """A fact, a detail with a number and a date, and where to go."""

    icon: str
    tone: str
    fact: str
    detail: str
    address: str


def attention(desk: Desk) -> list[Item]:
    """Everything that needs a decision, what is lost first at the top."""
    return [*_mailboxes(desk), *_plans(desk), *_products(desk)]


def _mailboxes(desk: Desk) -> list[Item]:
    found = clocks.ending(desk.tenant_id, ClockKind.MAILBOX_PURGE, desk.now + WEEK)
    if found is None:
        return []
    fact = ngettext(
        "{n} mailbox is deleted for good this week", "{n} mailboxes are deleted for good this week", found.count
    )
    if found.count > clocks.CAP:
        fact = _("More than {n} mailboxes are deleted for good this week")
    detail = _("First: {user}, {time}.").format(user=found.display_name, time=desk.text.time(found.first_at))
    fact = fact.format(n=desk.text.n(min(found.count, clocks.CAP)))
    address = reverse("user", args=[found.object_id]) + "?tab=mail"
    return [Item("mail", "er", fact, detail, reverse("deleted_users") if found.is_deleted else address)]


def _plans(desk: Desk) -> list[Item]:
    latest = plan_list.latest(desk.tenant_id, LOOKED_AT, None, inline=False)
    waiting = [plan for plan in latest if plan["state"] in WAITING and not plan["undone"]]
    return [
        Item(
            "plans",
            "wa",
            _("{plan}: {state}").format(plan=undoing.number(plan["id"]), state=sentences.plan_state(plan["state"])),
            _("{done} of {all} users").format(done=desk.text.n(plan["verified"]), all=desk.text.n(plan["ready"])),
            reverse("plan", args=[plan["id"]]),
        )
        for plan in waiting[:MOST_PLANS]
    ]


def _products(desk: Desk) -> list[Item]:
    rows = products.every(desk.tenant_id)
    over = [row for row in rows if row.capacity is not None and row.consumed > row.capacity]
    bought = [row for row in rows if row.purchases]
    n = desk.text.n
    found = [
        Item(
            "license",
            "er",
            product_name(row.sku_id),
            _("{n} more assigned than owned").format(n=n(row.consumed - (row.capacity or 0))),
            reverse("product", args=[row.sku_id]),
        )
        for row in over
    ]
    if bought:
        count = sum(row.purchases for row in bought)
        fact = ngettext(
            "{n} self-service subscription, {u} users", "{n} self-service subscriptions, {u} users", count
        ).format(n=n(count), u=n(sum(row.purchased_consumed for row in bought)))
        detail = _("Its licenses can't be unassigned until somebody takes it over.")
        found.append(Item("cart", "br", fact, detail, reverse("licenses") + "?kind=self-service"))
    return found
