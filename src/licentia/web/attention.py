"""What needs a decision, in the order of what can be undone last: read for Home, a fixed number of reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from licentia.domain.facts import ClockKind
from licentia.domain.instants import DAY
from licentia.domain.lifecycle import PlanState
from licentia.store.lists import clocks, group_pages, subscriptions
from licentia.store.lists import groups as group_list
from licentia.store.lists import plans as plan_list
from licentia.store.lists.products import ProductRow
from licentia.web import undoing
from licentia.web.desk import Desk
from licentia.web.endings import WEEK, midnights
from licentia.web.worth import Cost, Unused
from licentia.words import sentences
from licentia.words.language import gettext as _
from licentia.words.language import ngettext
from licentia.words.parts import product_name

SHOWN = 5
"""Of everything that needs a decision; the rest behind a link."""
LOOKED_AT = 100
"""The newest plans, of which those that wait for somebody are named; and subscriptions, of which those with free seats."""
WAITING = (PlanState.PAUSED, PlanState.AWAITING_APPROVAL, PlanState.APPLIED_WITH_ERRORS)
MOST_PLANS = 3
RENEWS_WITHIN = 90


@dataclass(frozen=True, slots=True)
class Item:
    """A fact, a detail with a number and a date, and where to go: the button's word and its address."""

    icon: str
    tone: str
    fact: str
    detail: str
    button: str
    address: str


def attention(desk: Desk, rows: Sequence[ProductRow], idle: Unused, cost: Cost) -> list[Item]:
    """Everything that needs a decision, what is lost first at the top; `cost`: what the unused come to."""
    return [
        *_mailboxes(desk),
        *_plans(desk),
        *_unused(desk, idle, cost),
        *_renewals(desk, rows),
        *_group_errors(desk),
        *_over(desk, rows),
        *_bought(desk, rows),
    ]


def _mailboxes(desk: Desk) -> list[Item]:
    found = clocks.ending(desk.tenant_id, ClockKind.MAILBOX_PURGE, midnights(desk)[WEEK] - 1)
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
    return [Item("mail", "er", fact, detail, _("Review"), reverse("deleted_users") if found.is_deleted else address)]


def _plans(desk: Desk) -> list[Item]:
    latest = plan_list.latest(desk.tenant_id, LOOKED_AT, None, inline=False)
    waiting = [
        plan
        for plan in latest
        if (plan["state"] in WAITING or (plan["state"] == PlanState.RUNNING and plan["failed"])) and not plan["undone"]
    ]
    return [
        Item(
            "plans",
            "wa",
            _("{plan}: {state}").format(plan=undoing.number(plan["id"]), state=sentences.plan_state(plan["state"])),
            _("{done} of {all} users").format(done=desk.text.n(plan["verified"]), all=desk.text.n(plan["ready"])),
            _("Open plan"),
            reverse("plan", args=[plan["id"]]),
        )
        for plan in waiting[:MOST_PLANS]
    ]


def _unused(desk: Desk, idle: Unused, cost: Cost) -> list[Item]:
    if not idle.users:
        return []
    days = desk.text.n(idle.wanted.days or 0)
    if idle.seats is None:
        fact = _("More than {n} users with licenses have not signed in for {days} days")
        detail = _("A plan counts the licenses, and what they cost.")
    else:
        fact = ngettext(
            "{n} user with licenses has not signed in for {days} days",
            "{n} users with licenses have not signed in for {days} days",
            idle.users,
        )
        detail = _("No seat comes free: their licenses come from groups, or they are on the never list.")
        if idle.seats:
            seats = sum(idle.seats.values())
            detail = ngettext("{n} seat can come free.", "{n} seats can come free.", seats).format(n=desk.text.n(seats))
        if cost.known:
            detail = _("{money} per month, once the seats are removed.").format(money=cost.known)
    fact = fact.format(n=desk.text.n(idle.users), days=days)
    return [
        Item(
            "reclaim", "wa", fact, detail, _("Take back"), f"{reverse('reclaim')}?kind=inactive&days={idle.wanted.days}"
        )
    ]


def _renewals(desk: Desk, rows: Sequence[ProductRow]) -> list[Item]:
    """Subscriptions that renew with more seats than are assigned; who renews first gives the free ones up first."""
    free = {row.id: row.capacity - row.consumed for row in rows if row.capacity and row.capacity > row.consumed}
    names = {row.id: row.sku_id for row in rows}
    found, n = [], desk.text.n
    for row in subscriptions.renewing(desk.tenant_id, desk.now + RENEWS_WITHIN * DAY, LOOKED_AT):
        one = row.subscription
        over = min(free.get(row.product_id, 0), one.seats) - (one.seats - one.next_seats)
        if over <= 0 or one.recurring is False or one.renews_at is None:
            continue
        free[row.product_id] -= over
        days = max(0, (one.renews_at - desk.now) // DAY)
        fact = ngettext("{product} renews in {n} day", "{product} renews in {n} days", days)
        detail = ngettext(
            "{seats} seats, {n} of them not assigned. Choose the new number before {date}.",
            "{seats} seats, {n} of them not assigned. Choose the new number before {date}.",
            over,
        )
        found.append(
            Item(
                "calendar",
                "br",
                fact.format(product=product_name(names[row.product_id]), n=n(days)),
                detail.format(seats=n(one.seats), n=n(over), date=desk.text.date(one.renews_at)),
                _("Open subscription"),
                reverse("subscription", args=[one.id]),
            )
        )
    return found


def _group_errors(desk: Desk) -> list[Item]:
    found = group_pages.in_error(desk.tenant_id)
    if not found:
        return []
    of_group: dict[int, int] = defaultdict(int)
    for group, count in found:
        of_group[group] += count
    names = group_list.names(desk.tenant_id, list(of_group))
    total = sum(of_group.values())
    fact = ngettext("{n} license error in groups", "{n} license errors in groups", total)
    if total > group_pages.MOST_ERRORS:
        fact, total = _("More than {n} license errors in groups"), group_pages.MOST_ERRORS
    worst = sorted(of_group.items(), key=lambda one: (-one[1], one[0]))[:3]
    detail = ", ".join(f"{names.get(group, group)} ({desk.text.n(count)})" for group, count in worst)
    address = reverse("groups")
    return [Item("warning", "wa", fact.format(n=desk.text.n(total)), detail, _("Resolve"), address)]


def _over(desk: Desk, rows: Sequence[ProductRow]) -> list[Item]:
    n = desk.text.n
    return [
        Item(
            "license",
            "er",
            product_name(row.sku_id),
            _("{n} more assigned than owned").format(n=n(row.consumed - (row.capacity or 0))),
            _("Review"),
            reverse("product", args=[row.sku_id]),
        )
        for row in rows
        if row.capacity is not None and row.consumed > row.capacity
    ]


def _bought(desk: Desk, rows: Sequence[ProductRow]) -> list[Item]:
    n, bought = desk.text.n, [row for row in rows if row.purchases]
    if not bought:
        return []
    count = sum(row.purchases for row in bought)
    fact = ngettext(
        "{n} self-service subscription, {u} users", "{n} self-service subscriptions, {u} users", count
    ).format(n=n(count), u=n(sum(row.purchased_consumed for row in bought)))
    detail = _("Its licenses can't be unassigned until somebody takes it over.")
    return [Item("cart", "br", fact, detail, _("Take over"), reverse("licenses") + "?kind=self-service")]
