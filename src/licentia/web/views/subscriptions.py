"""Your products: one row per subscription, one subscription with what can be done, and the order list for a reseller."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from licentia.changes import subscriptions as doors
from licentia.domain import savings
from licentia.domain.instants import DAY
from licentia.domain.permissions import Capability
from licentia.domain.reasons import BadInput
from licentia.domain.savings import OrderLine
from licentia.domain.subscriptions import BillingAccount, Subscription, SubscriptionState, next_event
from licentia.store.lists import audit, products
from licentia.store.lists import subscriptions as list_of
from licentia.store.lists.subscriptions import PoolRow, PriceRow, Row
from licentia.web.desk import Desk
from licentia.web.exporting import streamed
from licentia.web.views.groups import lock
from licentia.wire.graph_users import is_guid
from licentia.words import journal as journal_words
from licentia.words import subscriptions as words
from licentia.words.amounts import money
from licentia.words.language import gettext as _
from licentia.words.language import ngettext
from licentia.words.money import order_cells, order_header
from licentia.words.parts import product_name
from licentia.words.rules import numbered
from licentia.words.said.subscriptions import state_word

TOP = 50
HISTORY = 50
TAG = {SubscriptionState.ENABLED: "ok", SubscriptionState.DELETED: ""}


def every(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A page of subscriptions; `kind=self-service` what people bought themselves, `product` those of one product."""
    bought, sku = request.GET.get("kind") == "self-service", request.GET.get("product", "").lower()
    number = list_of.product_ids(desk.tenant_id, [sku]).get(sku) if is_guid(sku) else None
    if sku and number is None:
        raise BadInput("product_not_owned", sku=sku)
    page = list_of.listing(
        desk.tenant_id,
        after=_number(request.GET.get("after")),
        before=_number(request.GET.get("before")),
        top=TOP,
        bought=bought,
        product_id=number,
    )
    found = {
        "subscriptions": lines(desk, page.rows),
        "bought": bought,
        "sku": sku,
        "product_name": product_name(sku) if sku else "",
        "next": page.next_id,
        "previous": page.previous_id,
    }
    return render(request, "web/your_products.html", found)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def lines(desk: Desk, rows: list[Row]) -> list[dict[str, Any]]:
    """Rows of the list, by product; a fixed number of reads."""
    ids = sorted({row.product_id for row in rows})
    pools = list_of.pools(desk.tenant_id, ids) if ids else {}
    prices = list_of.prices(desk.tenant_id)
    bought = [row.subscription.purchase_id for row in rows if row.subscription.purchase_id]
    buyers = products.purchase_buyers(desk.tenant_id, bought) if bought else {}
    several = _own(desk, ids)
    made = [
        _line(desk, row, pools.get((row.product_id, row.subscription.purchase_id)), prices, buyers, several)
        for row in rows
    ]
    return sorted(made, key=lambda one: (one["name"].casefold(), one["number"]))


def _own(desk: Desk, product_ids: list[int]) -> dict[int, int]:
    """By product, how many subscriptions of its own the organization has."""
    found: dict[int, int] = defaultdict(int)
    for row in list_of.of_products(desk.tenant_id, product_ids) if product_ids else ():
        found[row.product_id] += not row.subscription.purchase_id
    return found


def _line(
    desk: Desk,
    row: Row,
    pool: PoolRow | None,
    prices: dict[str, PriceRow],
    buyers: dict[int, str],
    several: dict[int, int],
) -> dict[str, Any]:
    one = row.subscription
    stated = prices.get(one.sku_id)
    price = one.price or (stated.price if stated else None)
    used = desk.text.n(pool.consumed) if pool else _("Not known")
    return {
        "number": one.id,
        "name": product_name(one.sku_id),
        "status": state_word(one.state.value),
        "tag": TAG.get(one.state, "wa"),
        "channel": words.channel(one),
        "total": desk.text.n(one.seats),
        "assigned": used,
        "shares": "" if one.purchase_id else _shares(desk, several[row.product_id]),
        "price": _("Not known") if price is None else money(price, desk.text.language),
        "renews": _renews(desk, one),
        "recurring": words.switch_word(one.recurring),
        "buyer": buyers.get(one.purchase_id, "") if one.purchase_id else _("Organization"),
    }


def _shares(desk: Desk, several: int) -> str:
    """Over how many subscriptions the seats of a product are assigned; empty where there is one."""
    if several < 2:
        return ""
    return ngettext("over {n} subscription", "over {n} subscriptions", several).format(n=desk.text.n(several))


def _renews(desk: Desk, one: Subscription) -> str:
    """The day of the renewal; of a subscription that is not renewed, what happens to it next."""
    event = next_event(one)
    if event is None or event.kind.value != "renew" or one.renewal_seats is not None:
        return words.next_text(desk.text, one)
    return desk.text.date(event.at)


# ---- one subscription


def find(desk: Desk, number: int) -> Row:
    """The subscription; BadInput `unknown_subscription`, which is a page that does not exist."""
    found = list_of.one(desk.tenant_id, number)
    if found is None:
        raise BadInput("unknown_subscription", text=str(number))
    return found


def one(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Subscription and settings: everything known of it, what can be done, until when and by whom; and its history."""
    row = find(desk, number)
    seen = doors.look_at(desk.tenant_id, row)
    sub = row.subscription
    locked = lock(desk, Capability.MANAGE_SUBSCRIPTIONS)
    found: dict[str, Any] = {
        "subscription": sub,
        "name": product_name(sub.sku_id),
        "status": state_word(sub.state.value),
        "tag": TAG.get(sub.state, "wa"),
        "next": words.next_text(desk.text, sub),
        "days": days(desk, sub),
        "total": desk.text.n(sub.seats),
        "assigned": desk.text.n(seen.around.consumed),
        "shares": "" if sub.purchase_id else _shares(desk, _own(desk, [row.product_id])[row.product_id]),
        "facts": [pair for pair in words.facts(desk.text, seen) if pair[1]],
        "abilities": [
            (
                name,
                words.when_text(desk.text, verdict),
                words.until_text(desk.text, verdict.until),
                words.who(verdict),
                numbered(desk.text, verdict.rule),
            )
            for name, verdict in words.abilities(seen)
        ],
        "locked": locked,
        "is_over": sub.state is SubscriptionState.DELETED,
        "is_reseller": sub.account is BillingAccount.RESELLER and not sub.purchase_id,
        "turn_on": sub.recurring is not True or sub.state is not SubscriptionState.ENABLED,
        "buyer": products.purchase_buyers(desk.tenant_id, [sub.purchase_id]).get(sub.purchase_id, "")
        if sub.purchase_id
        else "",
        "history": _history(desk, sub),
    }
    return render(request, "web/subscription.html", found)


def days(desk: Desk, sub: Subscription) -> str:
    """In how many days the next thing happens to it; empty where nobody knows, or nothing does."""
    event = next_event(sub)
    if event is None or event.at < desk.now:
        return ""
    left = -(-(event.at - desk.now) // DAY)
    return ngettext("in {n} day", "in {n} days", left).format(n=desk.text.n(left))


def _history(desk: Desk, sub: Subscription) -> list[tuple[str, str, str, int | None]]:
    rows = audit.of_object(desk.tenant_id, "subscription", sub.id, HISTORY)
    return [(journal_words.what(row), desk.text.time(row.at), row.actor_name, row.plan_id) for row in rows]


# ---- the order list


def order(request: HttpRequest, desk: Desk) -> StreamingHttpResponse:
    """What to ask the reseller so that no seats stay unassigned, as CSV; changes nothing."""
    owned: dict[int, list[Subscription]] = defaultdict(list)
    last = 0
    while rows := list_of.page(desk.tenant_id, last):
        last = rows[-1].subscription.id
        for row in rows:
            if not row.subscription.purchase_id:
                owned[row.product_id].append(row.subscription)
    pools = list_of.pools(desk.tenant_id, sorted(owned)) if owned else {}
    wanted: list[OrderLine] = []
    for number, some in sorted(owned.items(), key=lambda item: product_name(item[1][0].sku_id).casefold()):
        pool = pools.get((number, 0))
        wanted += savings.order(some, pool.consumed if pool else 0, desk.now)
    return streamed(desk, "order", order_header(), (order_cells(desk.text, line) for line in wanted))
