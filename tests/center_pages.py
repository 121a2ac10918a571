"""Every page of the admin center with an address that can be opened, and its states that open on the page itself.

The table of routes is walked: a page whose address has a part without an example here fails the test that walks it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.urls import reverse

from licentia.changes import propose, run
from licentia.changes import subscriptions as doors
from licentia.changes.who import Who
from licentia.domain.intents import DeleteUser, PurgeUser, RestoreUser, SetRecurring, Unassign, Undo
from licentia.domain.permissions import Actor, local_shell
from licentia.store.lists import deleted, groups, plans, product_events, products, subscriptions, users
from licentia.store.lists.products import ProductRow
from licentia.store.lists.users import Query

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from center import Center

FEW = 4
"""So many users are selected, and stand in the Unassign box."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """What the demo tenant has for a page to show."""

    id: int
    actor: Actor
    pooled: ProductRow
    """A product with at least 21 users who hold it directly."""
    bought: ProductRow
    """A product that people bought for themselves, and nobody else has."""
    holders: tuple[users.UserRow, ...]
    """The first page of the pooled product's users, by name."""

    def plan(self, count: int) -> int:
        """A draft plan that takes the pooled product back from so many of its users."""
        who = Who("users", "", tuple(one.id for one in self.holders[:count]))
        return propose.propose(self.id, Unassign(self.pooled.sku_id), who, self.actor)

    def plan_of(self, intent: RestoreUser | PurgeUser) -> int:
        """A draft plan for a deleted user."""
        return propose.propose(self.id, intent, Who("users", "", (self.deleted(),)), self.actor)

    def deleted(self) -> int:
        """A deleted user; where there is none, two whose account is in the cloud are from now on."""
        rows, _following = deleted.page(self.id, None, 1)
        if not rows:
            cloud = Who("filter", "onPremisesSyncEnabled eq false")
            every = propose.propose(self.id, DeleteUser(), cloud, self.actor)
            can = [step.user_id for step in plans.steps(self.id, every, 0, 200) if step.state == "pending"]
            plan = propose.propose(self.id, DeleteUser(), Who("users", "", tuple(can[-2:])), self.actor)
            run.apply(self.id, plan, self.actor)
            run.run(self.id, plan, self.actor)
            rows, _following = deleted.page(self.id, None, 1)
        return rows[0].id

    def with_history(self) -> str:
        """The pooled product, after its last holder of the page lost it and has it again."""
        if not product_events.newest(self.id, self.pooled.sku_id, 1):
            plan = propose.propose(
                self.id, Unassign(self.pooled.sku_id), Who("users", "", (self.holders[-1].id,)), self.actor
            )
            for one in (plan, None):
                back = one or propose.propose(self.id, Undo(plan), Who("plan", str(plan)), self.actor)
                run.apply(self.id, back, self.actor)
                run.run(self.id, back, self.actor)
        return self.pooled.sku_id

    def above_the_limits(self) -> tuple[int, int]:
        """A draft plan for everybody who holds the pooled product, and how many it would change."""
        who = Who("filter", f"assignedLicenses/any(x:x/skuId eq {self.pooled.sku_id})")
        plan = propose.propose(self.id, Unassign(self.pooled.sku_id), who, self.actor)
        header = plans.header(self.id, plan)
        assert header is not None
        return plan, int(header["ready"])


def tenant_of(center: Center) -> Tenant:
    """Reads it from the store."""
    return tenant_in(center.demo.tenant)


def tenant_in(tenant: int) -> Tenant:
    """The same of a demo tenant of this number."""
    rows = products.every(tenant)
    pooled = max((row for row in rows if row.has_pool), key=lambda row: products.paths(tenant, row.id).get(1, 0))
    bought = next(row for row in rows if row.purchases and not row.has_pool)
    page = users.page(tenant, Query("", pooled.id, top=50))
    direct = tuple(
        row
        for row in page.users
        if {source[2] for source in users.sources(tenant, [row.id]) if source[1] == pooled.sku_id} == {1}
    )
    return Tenant(tenant, local_shell("tests"), pooled, bought, direct)


AFTER_A_FACTOR = {"remove_app", "recovery_codes", "remove_passkey", "prove", "prove_code", "prove_passkey"}
"""Pages that are only there for who has a second factor: the tests of the sign-in look at them."""
FILES = {"order"}
"""Files to keep, besides the exports."""


def examples(tenant: Tenant) -> dict[str, str]:
    """An address of every page that can be looked at, by the name of its route."""
    from licentia.web.pages import ROUTES

    shared: dict[str, object] = {
        "object_id": tenant.holders[0].object_id,
        "sku_id": tenant.pooled.sku_id,
        "plan_id": tenant.plan(FEW),
    }
    found = {}
    for route in ROUTES:
        if route.get is None or route.name in AFTER_A_FACTOR:
            continue
        values = shared | own_examples(tenant, route.address, route.name)
        parts = re.findall(r"<\w+:(\w+)>", route.address)
        missing = [part for part in parts if part not in values]
        assert not missing, f"{route.name}: tests/center_pages.py has no example of {missing}"
        found[route.name] = reverse(route.name, kwargs={part: values[part] for part in parts})
    plan, ready = tenant.above_the_limits()
    found["over_limit"] = reverse("over_limit", args=[plan]) + f"?confirm={ready}"
    return found | {"search": found["search"] + "?q=a", "recurring": found["recurring"] + "?on=0"}


def own_examples(tenant: Tenant, address: str, name: str) -> dict[str, object]:
    """What stands in this address alone: a group that gives licenses, a subscription, a purchase, a plan of its kind."""
    if address.startswith("groups/"):
        found, _next = groups.page(tenant.id, licensed=True)
        return {"object_id": next(one.object_id for one in found if not one.membership_rule and not one.is_synced)}
    if name in ("restore", "purge"):
        return {"plan_id": tenant.plan_of(RestoreUser() if name == "restore" else PurgeUser())}
    rows = [row.subscription for row in subscriptions.page(tenant.id)]
    if name == "take_over":
        return {"number": next(one.id for one in rows if one.purchase_id)}
    first, *others = [one for one in rows if one.recurring]
    if name == "undo_subscription":
        off = (SetRecurring(one.id, one.sku_id, on=False) for one in others)
        can = next(intent for intent in off if doors.consider(tenant.id, intent).after is not None)
        return {"plan_id": doors.change(tenant.id, can, tenant.actor).plan_id}
    return {"number": first.id}


def looked_at(tenant: Tenant) -> dict[str, str]:
    """Every page and state that a browser shows; files to keep are not among them."""
    pages = {n: one for n, one in examples(tenant).items() if not n.startswith("export") and n not in FILES}
    return pages | more_states(tenant)


def more_states(tenant: Tenant) -> dict[str, str]:
    """Pages in another state than their plain address shows."""
    user = reverse("user", args=[tenant.holders[0].object_id])
    product = reverse("product", args=[tenant.pooled.sku_id])
    return {
        "user, account": user + "?tab=account",
        "user, mail": user + "?tab=mail",
        "user, history": user + "?tab=history",
        "product, services": product + "?tab=services",
        "product, history": reverse("product", args=[tenant.with_history()]) + "?tab=history",
        "plan of a subscription": reverse("plan", args=[own_examples(tenant, "", "undo_subscription")["plan_id"]]),
        "plan, nobody so": reverse("plan", args=[tenant.plan(FEW)]) + "?state=choice&q=nobody",
        "product, self-service": reverse("product", args=[tenant.bought.sku_id]),
        "licenses, self-service": reverse("licenses") + "?kind=self-service",
        "plan of many": reverse("plan", args=[tenant.plan(25)]),
        "filtered": reverse("active_users") + "?signin=90&path=direct&view=x",
        "nobody found": reverse("active_users") + "?q=nobody-is-called-that",
        "no such page": "/nowhere",
    }


def _opened(name: str) -> Callable[[Page], None]:
    """Presses the button that opens this part of the frame."""
    return lambda page: page.locator(f"[popovertarget={name}]").click()


def _changed(page: Page) -> None:
    """Opens a user, clears a license and leaves."""
    page.locator("tbody th a").first.click()
    page.locator("#pane .lic input:enabled").first.click()
    page.locator("#pane .ph a.ib").click()
    page.locator("#discard[open]").wait_for()


OPEN: dict[str, tuple[int, str, Callable[[Page], None]]] = {
    "tenants": (1440, "/", _opened("tenants")),
    "tenants, phone": (360, "/", _opened("tenants")),
    "languages": (360, "/", _opened("languages")),
    "account": (360, "/", _opened("account")),
    "menu": (360, "/users/active", _opened("menu")),
    "selected": (1440, "/users/active", lambda page: page.locator("tbody input[type=checkbox]").first.check()),
    "filters": (360, "/users/active?guest=1", lambda page: page.locator("summary:has(svg)").nth(1).click()),
    "discard": (1440, "/users/active", _changed),
    "keys": (1440, "/users/active", lambda page: page.keyboard.press("?")),
}
"""States that open on a page: (width, address, what is done there)."""


def _pressed(role: Literal["button", "link"], name: str) -> Callable[[Page], None]:
    """Presses what opens a box, and waits until it is open."""

    def press(page: Page) -> None:
        page.get_by_role(role, name=NAMES[name][page.locator("html").get_attribute("lang") == "nl"], exact=True).click()
        page.locator("#over[open]").wait_for()

    return press


def _with_selection(name: str) -> Callable[[Page], None]:
    """Selects the first two of the list, then presses."""

    def press(page: Page) -> None:
        for box in page.locator("tbody .ck input[type=checkbox]").all()[:2]:
            if not box.is_checked():  # what was selected stays selected over pages
                with page.expect_response(lambda answer: answer.request.method == "POST"):
                    box.check()
        _pressed("button", name)(page)

    return press


NAMES = {
    "unassign": ("Unassign licenses", "Licenties intrekken"),
    "restore": ("Restore", "Herstellen"),
    "purge": ("Delete permanently", "Definitief verwijderen"),
    "resize": ("Remove licenses", "Licenties verwijderen"),
    "cancel": ("Cancel subscription", "Abonnement opzeggen"),
    "take over": ("Take control of this subscription", "Dit abonnement overnemen"),
    "rename": ("Rename", "Naam wijzigen"),
    "delete group": ("Delete group", "Groep verwijderen"),
    "assign": ("Assign licenses", "Licenties toewijzen"),
}
"""What opens a box, in English and Dutch."""


def boxes(tenant: Tenant) -> dict[str, tuple[int, str, Callable[[Page], None]]]:
    """Boxes over the pages on which they open: (width, address, what is done there)."""
    pages = examples(tenant)
    group, number = pages["group"], pages["subscription"]
    bought = reverse("subscription", args=[own_examples(tenant, "", "take_over")["number"]])
    tenant.deleted()
    return {
        "unassign": (1440, pages["product"], _with_selection("unassign")),
        "unassign, phone": (360, pages["product"], _with_selection("unassign")),
        "restore": (1440, "/users/deleted", _with_selection("restore")),
        "purge": (360, "/users/deleted", _with_selection("purge")),
        "resize": (1440, number, _pressed("link", "resize")),
        "cancel": (360, number, _pressed("link", "cancel")),
        "take over": (1440, bought, _pressed("link", "take over")),
        "rename": (360, group, _pressed("link", "rename")),
        "delete group": (1440, group, _pressed("link", "delete group")),
        "group, assign": (1440, group + "?tab=licenses", _pressed("link", "assign")),
        "group, unassign": (360, group + "?tab=licenses", _pressed("link", "unassign")),
    }
