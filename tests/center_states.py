"""Every state of a page that no plain address shows: open parts, errors, empty lists, progress, results.

Each brings one browser page there, in an order in which none disturbs the next; nothing is expected here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

import signing
from center_pages import OPEN, Tenant, boxes, examples, looked_at
from licentia.changes import entering, propose, record, run, schedule
from licentia.changes import finders as finder_doors
from licentia.changes.who import Who
from licentia.domain.finders import FinderKind, search
from licentia.domain.instants import DAY
from licentia.domain.intents import Assign, PurgeUser, UnassignAll, Undo
from licentia.store import clock
from licentia.store.lists import deleted, groups, operators, subscriptions, users
from licentia.store.lists.users import Query

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from center import Center

WIDTHS = (1440, 390, 360)
PHONE = (390, 360)
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""The page has been drawn, and what it wanted to have the focus has it."""
SEND = """([selector, fields]) => {
  const form = document.querySelector(selector);
  for (const [name, value] of Object.entries(fields)) {
    const here = [...form.elements].filter((one) => one.name === name);
    const box = here.find((one) => /checkbox|radio/.test(one.type) && one.value === value);
    const place = here.find((one) => !/checkbox|radio|submit|button/.test(one.type));
    if (box) box.checked = true;
    else if (place) place.value = value;
    else form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  HTMLFormElement.prototype.submit.call(form);
}"""
"""Sends a form as somebody whose browser checks nothing does."""


@dataclass(frozen=True, slots=True)
class State:
    """A page in a state. `widths`: where the state can be reached; `is_twin`: another object on the page of an earlier state."""

    name: str
    open: Callable[[], object]
    widths: tuple[int, ...] = WIDTHS
    is_twin: bool = False


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser page in the admin center of a tenant."""

    page: Page
    center: Center
    tenant: Tenant

    def go(self, address: str) -> None:
        """Opens the address."""
        self.page.goto(self.center.url(address))

    def to(self, address: str, then: Callable[[Page], object] | None = None) -> Callable[[], None]:
        """Opens the address, and does something there."""

        def act() -> None:
            self.go(address)
            if then:
                then(self.page)

        return act

    def sent(self, address: str, form: str = "main form[method=post]", **fields: str) -> Callable[[], None]:
        """Opens the address and sends a form of it."""

        def act() -> None:
            self.go(address)
            with self.page.expect_navigation():
                self.page.evaluate(SEND, [form, fields])

        return act


def _plain(visitor: Visitor, pages: dict[str, str]) -> Iterator[State]:
    """Every plain address."""
    yield from (State(name, visitor.to(address)) for name, address in looked_at(visitor.tenant).items())


def _frame(visitor: Visitor, pages: dict[str, str]) -> Iterator[State]:
    """What opens in the frame around every page, and the boxes that open over pages."""
    for name, (width, address, act) in (OPEN | boxes(visitor.tenant)).items():
        yield State(name, visitor.to(address, act), (width,) if width == WIDTHS[0] else PHONE)


def _other_addresses(visitor: Visitor, pages: dict[str, str]) -> Iterator[State]:
    """Tabs, filters, finders, empty lists."""
    with_tabs = {
        "user": ("onedrive",),
        "product": ("groups", "subscriptions"),
        "group": ("licenses", "errors", "history"),
    }
    for name, tabs in with_tabs.items():
        for tab in tabs:
            yield State(f"{name}, {tab}", visitor.to(f"{pages[name]}?tab={tab}"))
    for number, one in enumerate(_kinds_of_groups(visitor.tenant)):
        for tab in ("members", "licenses", "errors"):
            yield State(
                f"group {number}, {tab}", visitor.to(reverse("group", args=[one]) + f"?tab={tab}"), is_twin=number > 1
            )
    for number, row in enumerate(_kinds_of_subscriptions(visitor.tenant)):
        yield State(f"subscription {number}", visitor.to(reverse("subscription", args=[row])), is_twin=number > 1)
    finder_doors.save(visitor.tenant.id, "Winter", search("inactive", {}), visitor.tenant.actor)
    seen = (FinderKind.OVERLAP, FinderKind.SHARED)
    for kind in FinderKind:
        yield State(
            f"reclaim, {kind.value}", visitor.to(f"{pages['reclaim']}?kind={kind.value}"), is_twin=kind not in seen
        )
    yield State("reclaim, nothing", visitor.to(f"{pages['reclaim']}?kind=inactive&days=3650"))
    yield State("reclaim, not a number", visitor.to(f"{pages['reclaim']}?days=many"))
    yield State("product, nobody", visitor.to(f"{pages['product']}?q=nobody-is-called-that"))
    yield State("search, nothing", visitor.to(reverse("search") + "?q=nobody-is-called-that"))
    yield State("groups, nothing", visitor.to(reverse("groups") + "?q=nobody-is-called-that"))
    yield State("groups, deleted", visitor.to(reverse("groups") + "?kind=deleted"))
    yield State("plans, of one user too", visitor.to(reverse("plans") + "?all=1"))
    yield State("audit, unknown user", visitor.to(reverse("audit") + "?user=nobody@example.com"))
    yield State("audit, a row open", visitor.to(reverse("audit"), lambda page: page.locator("summary").first.click()))


def _kinds_of_groups(tenant: Tenant) -> list[str]:
    """One group of each kind, whether synced, dynamic, or in error."""
    rows, _next = groups.page(tenant.id)
    found: dict[tuple[object, ...], str] = {}
    for row in rows:
        is_wrong = bool(groups.trouble(tenant.id, row.id))
        found.setdefault((row.kind, bool(row.membership_rule), row.is_synced, is_wrong), row.object_id)
    return list(found.values())


def _kinds_of_subscriptions(tenant: Tenant) -> list[int]:
    """One subscription of each state, channel and kind of billing."""
    found: dict[tuple[object, ...], int] = {}
    for row in subscriptions.page(tenant.id):
        one = row.subscription
        found.setdefault((one.state, one.account, one.recurring, bool(one.purchase_id)), one.id)
    return list(found.values())


def _people(visitor: Visitor, pages: dict[str, str]) -> Iterator[State]:
    """The pane with changes, the boxes that name people, the pane for several, selections."""
    page = visitor.page

    def changed(there: Page) -> None:
        with there.expect_response("**/consider"):
            there.locator(".pane .lic input:enabled:checked").first.uncheck()

    def opened(there: Page) -> None:
        there.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")

    yield State("user, box cleared", visitor.to(pages["user"], changed))
    yield State("user, everything open", visitor.to(pages["user"], opened))
    yield State("user, apps", visitor.to(f"{pages['user']}?tab=licenses&apps={visitor.tenant.pooled.sku_id}"))
    for number, one in enumerate(users.page(visitor.tenant.id, Query("noodtoegang")).users[:1]):
        yield State(f"user on the never list {number}", visitor.to(reverse("user", args=[one.object_id])))
    bought = users.page(visitor.tenant.id, Query("", visitor.tenant.bought.id)).users[0]
    yield State("user who bought", visitor.to(reverse("user", args=[bought.object_id])))
    some, wrong = visitor.tenant.holders[0].principal_name, "nobody@example.com\n=1+1\n\t"
    for name in ("assign", "group_add"):
        yield State(f"{name}, found", visitor.sent(pages[name], q="a", do="find"))
        yield State(f"{name}, not found", visitor.sent(pages[name], q="nobody-is-called-that", do="find"))
        yield State(f"{name}, bad lines", visitor.sent(pages[name], names=f"{some}\n{wrong}", do="go"))
        yield State(f"{name}, nobody", visitor.sent(pages[name], do="go"))
    everybody = "\n".join(one.principal_name for one in _without(visitor.tenant))
    yield State("assign, too few seats", visitor.sent(pages["assign"], names=everybody, do="go"))
    yield State("selected", visitor.to("/users/active", lambda there: _select(there, 3)))
    yield State("manage", visitor.to(pages["manage_licenses"]))
    yield State("manage, nothing chosen", visitor.sent(pages["manage_licenses"], how="replace"))
    for how in ("all", "more"):
        fields = {"how": how} | ({"product": visitor.tenant.pooled.sku_id} if how == "more" else {})
        yield State(f"manage, {how}", visitor.sent(pages["manage_licenses"], **fields))
    yield State("product, selected", visitor.to(pages["product"], lambda there: _select(there, 2)))
    yield State("product, all selected", lambda: page.locator("button[value=all]").click())
    yield State("group, selected", visitor.to(pages["group"], lambda there: _select(there, 2)))
    yield State("deleted, selected", visitor.to(pages["deleted_users"], lambda there: _select(there, 2)))


def _without(tenant: Tenant) -> list[users.UserRow]:
    """Users without the pooled product, more than it has seats where there are so many."""
    held = {one.id for one in users.page(tenant.id, Query("", tenant.pooled.id, top=500)).users}
    return [one for one in users.page(tenant.id, Query("", top=500)).users if one.id not in held]


def _select(page: Page, count: int) -> None:
    """Selects so many rows of the list, and waits until the server has kept them."""
    for box in page.locator("tbody .ck input[type=checkbox]").all()[:count]:
        if not box.is_checked():
            with page.expect_response(lambda answer: answer.request.method == "POST"):
                box.check()


def _refused(visitor: Visitor, pages: dict[str, str]) -> Iterator[State]:
    """Forms that say why not, and the pages of what goes wrong."""
    settings = pages["settings"]
    yield State("limits, refused", visitor.sent(settings, "form[action$='/limits']", limit_percent="0"))
    yield State("price, refused", visitor.sent(settings, "form[action$='/prices']", amount="x", currency="EUR"))
    yield State("role, refused", visitor.sent(settings, "form[action$='/roles']", operator="nobody"))
    yield State("never, refused", visitor.sent(settings, "form[action$='/never']", name="nobody", reason="why"))
    record.add_never(visitor.tenant.id, "user", visitor.tenant.holders[-1].id, "Works council", visitor.tenant.actor)
    yield State("settings, never list", visitor.to(settings))
    yield State("finder, refused", visitor.sent(pages["reclaim"], "form[action$='/save']", name=""))
    yield State("new group, refused", visitor.sent(pages["group_create"], name=""))
    yield State("group name, refused", visitor.sent(pages["group_rename"], name="\u202e" * 300))
    yield State("group licenses, refused", visitor.sent(pages["group_unassign"]))
    yield State("delete group, refused", visitor.sent(pages["group_delete"]))
    yield State("seats, refused", visitor.sent(pages["resize"], seats="1"))
    yield State("seats, not a number", visitor.sent(pages["resize"], seats="1e309"))
    yield State("seats, more", visitor.to(pages["resize"] + "?seats=99999"))
    yield State("take over, refused", visitor.sent(pages["take_over"], name="wrong"))
    yield State("audit, checked", visitor.sent(pages["audit"], "form[action$='/check']"))
    yield State("password, refused", visitor.sent(pages["password"], password1="short", password2="other"))


def _plans(visitor: Visitor, pages: dict[str, str]) -> Iterator[State]:
    """A plan in each state of its life, and the banner that speaks of it."""
    tenant = visitor.tenant
    at = reverse("plan", args=[0]).replace("/0", "/{}")

    def number(plan: int) -> int:
        return int(run.load(tenant.id, plan)["ready"])

    def applied(plan: int) -> int:
        run.apply(tenant.id, plan, tenant.actor, confirm=number(plan), over_limit=True)
        return plan

    many = tenant.plan(29)
    apply = "form[action$='/apply']"
    yield State("plan, the number is asked for", visitor.sent(at.format(many), apply))
    yield State("plan, no such moment", visitor.sent(at.format(many), apply, start="date", at="0001-01-01T00:00"))
    every = propose.propose(
        tenant.id, UnassignAll(), Who("users", "", tuple(one.id for one in _all(tenant))), tenant.actor
    )
    yield State("plan, for everybody", visitor.to(at.format(every)))
    yield State("plan, over the limit", visitor.sent(at.format(every), apply, confirm=str(number(every))))
    nobody = propose.propose(
        tenant.id, Assign(tenant.pooled.sku_id), Who("users", "", (tenant.holders[0].id,)), tenant.actor
    )
    yield State("plan, nothing to do", visitor.to(at.format(nobody)))
    later = tenant.plan(3)
    schedule.schedule(tenant.id, later, clock.tenant_now(tenant.id) + 20 * DAY, tenant.actor)
    yield State("plan, scheduled", visitor.to(at.format(later)))
    record.set_tenant(tenant.id, tenant.actor, {"approve_above": 1})
    waits = applied(tenant.plan(5))
    yield State("plan, awaits approval", visitor.to(at.format(waits)))
    record.set_tenant(tenant.id, tenant.actor, {"approve_above": None})
    gone = tenant.plan(2)
    run.discard(tenant.id, gone, tenant.actor)
    yield State("plan, discarded", visitor.to(at.format(gone)))
    applied(many)
    yield State("plan, running", visitor.to(at.format(many)))
    run.pause(tenant.id, many, tenant.actor)
    yield State("plan, paused", visitor.to(at.format(many)))
    run.resume(tenant.id, many, tenant.actor)
    run.run(tenant.id, many, tenant.actor)
    yield State("plan, applied", visitor.to(at.format(many)))
    back = propose.propose(tenant.id, Undo(many), Who("plan", str(many)), tenant.actor)
    yield State("plan, undo", visitor.to(at.format(back)))
    yield State("plan, undone, with the banner", visitor.sent(at.format(back), apply, confirm=str(number(back))))
    yield State("home, with the banner", visitor.to("/"))
    yield State("plans, of every state", visitor.to(reverse("plans")))
    ids = tuple(row.id for row in deleted.page(tenant.id, None, 50)[0])
    if ids:
        purge = applied(propose.propose(tenant.id, PurgeUser(), Who("users", "", ids), tenant.actor))
        run.run(tenant.id, purge, tenant.actor)
    yield State("deleted, nobody", visitor.to(reverse("deleted_users")))


def _all(tenant: Tenant) -> tuple[users.UserRow, ...]:
    return users.page(tenant.id, Query("", top=500)).users


def _door(visitor: Visitor, pages: dict[str, str]) -> Iterator[State]:
    """The pages of the sign-in, and those that only somebody with a second factor sees."""
    page, owner = visitor.page, operators.members(visitor.tenant.id)[0].name

    def link() -> str:
        return f"/sign-in/link/{entering.link_for(owner, visitor.tenant.actor)}"

    yield State("link", visitor.to(link()))

    def by_link(there: Page) -> None:
        with there.expect_navigation():
            there.locator("main form button").click()

    yield State("signed in by a link", visitor.to(link(), by_link))
    yield State("app, wrong code", visitor.sent("/account/app", code="000000"))

    def with_app() -> None:
        visitor.go("/account/app")
        secret = page.locator("main .mono").first.inner_text().replace(" ", "")
        with page.expect_navigation():
            page.evaluate(SEND, ["main form[method=post]", {"code": signing.code(secret)}])

    yield State("app, added", with_app)
    yield State("account, with an app", visitor.to("/account"))
    yield State("app, remove", visitor.to("/account/app/remove"))
    yield State("codes", visitor.to("/account/codes"))
    yield State("prove", visitor.to("/account/prove/code"))
    yield State("prove, wrong code", visitor.sent("/account/prove/code", code="123"))
    yield State("signed out", visitor.sent("/", "#account"))
    yield State("sign-in, refused", visitor.sent("/sign-in", login="nobody", password="nothing"))
    yield State("link, used", visitor.sent("/sign-in/link/nothing"))


PARTS = {
    "addresses": (_plain,),
    "tabs and lists": (_frame, _other_addresses),
    "people": (_people,),
    "refusals, plans and the door": (_refused, _plans, _door),
}
"""The states in parts of about the same length, each for a store of its own."""


def states(visitor: Visitor, part: str) -> Iterator[State]:
    """The states of a part."""
    pages = examples(visitor.tenant)
    for one in PARTS[part]:
        yield from one(visitor, pages)
