"""Subscriptions for tests of the pages: bought by the organization or by users themselves, at the administrator's desk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from center_desk import Admin
from licentia.domain.facts import SourceKind
from licentia.domain.instants import DAY
from licentia.domain.subscriptions import (
    BillingAccount,
    Offer,
    Subscription,
    SubscriptionState,
    add_months,
    foreseen,
)
from licentia.importing.rows import LicenseRow, PurchaseRow
from licentia.store import clock
from licentia.store.lists import subscriptions as list_of
from world_store import E3, PLANNER, World, crowd, direct, person, tenant_rows

Make = Callable[..., World]
MCA, MOSA, RESELLER, PREPAID, TRIAL = list(BillingAccount)[:5]
LIST = "/billing/products"
PURCHASE = PurchaseRow(
    "20000000-0000-4000-8000-000000000001", PLANNER, 5, "p00001@contoso.example", 1_750_000_000_000_000
)


def bought(seats: int, days_ago: int = 100, **how: Any) -> Subscription:
    """A yearly subscription of E3 bought so many days ago."""
    now = clock.machine_now()
    known: dict[str, Any] = {
        "account": MCA,
        "term_months": 12,
        "started_at": now - days_ago * DAY,
        "renews_at": add_months(now - days_ago * DAY, 12),
        "recurring": True,
        "read_at": now,
    }
    return foreseen(Subscription(0, f"ref-{seats}-{days_ago}", E3, seats=seats, **(known | how)), now)


def owner(make_world: Make, people: int, *some: Subscription) -> World:
    """People with E3, and the organization's subscriptions of it."""
    return make_world(replace(tenant_rows(crowd(people)), subscriptions=tuple((None, one) for one in some)))


def buyers(make_world: Make, seats: int | None = 10) -> World:
    """Three users of a purchase, and seats of the organization."""
    mine = (LicenseRow(PLANNER, SourceKind.PURCHASE, PURCHASE.ref),)
    people = [person(1, mine), person(2, mine), person(3, mine), person(4, direct(E3))]
    one = Subscription(
        id=0,
        ref=PURCHASE.ref,
        sku_id=PLANNER,
        account=MCA,
        seats=5,
        state=SubscriptionState.ENABLED,
        offer=Offer.STANDARD,
        term_months=12,
        started_at=PURCHASE.bought_at,
        renews_at=PURCHASE.bought_at + 3_650 * DAY,
        recurring=True,
        read_at=PURCHASE.bought_at,
    )
    rows = tenant_rows(people, {PLANNER: seats}, (PURCHASE,))
    return make_world(replace(rows, subscriptions=((PURCHASE.ref, one),)))


def first(world: World) -> Subscription:
    """The tenant's first subscription."""
    return list_of.page(world.tenant)[0].subscription


def at(world: World, action: str = "") -> str:
    """The address of the first subscription's page, or of an action on it."""
    return f"{LIST}/{first(world).id}" + (f"/{action}" if action else "")


def last_plan(world: World) -> int:
    """The newest plan."""
    return int(world.rows("SELECT max(id) FROM plan WHERE tenant_id = %(tenant)s")[0][0])


def undo(admin: Admin) -> None:
    """Undo of the newest plan, as its button does it: the page that says what happens, then yes."""
    plan = last_plan(admin.world)
    where = admin.post(f"/plans/{plan}/undo")
    assert where == f"/billing/undo/{plan}"
    admin.get(where)
    assert admin.post(where) == at(admin.world)
