"""Every address times every role: the answer that the table of routes says, and no object of another tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import get_resolver

import signing
from licentia.domain.intents import Unassign
from licentia.domain.permissions import ROLE_CAPABILITIES, Capability, Role
from licentia.store.lists import groups
from licentia.web.pages import ROUTES
from licentia.web.routes import Route
from world_store import E3, World, build, crowd, digest, object_id, tenant_rows

if TYPE_CHECKING:
    from django.test import Client

    from database import Store

FREE = {"sign_in", "account_login", "mfa_authenticate", "sign_in_passkey", "sign_in_link", "sign_out", "set_language"}
FREE |= {"openid_connect_login", "openid_connect_callback"}
"""Addresses for who is not signed in."""

BY_DOOR = dict.fromkeys(("apply", "discard", "pause", "resume", "undo", "unschedule"), Capability.ASSIGN_LICENSES)
BY_DOOR |= dict.fromkeys(("add_demo", "add_empty", "add_copy"), Capability.MANAGE_TENANTS)
"""What the doors behind a route ask for, of the plan that these tests make."""

GETS = {"manage_licenses": 302, "remove_app": 404, "recovery_codes": 404, "remove_passkey": 404}
GETS |= {"prove": 403, "prove_code": 403, "prove_passkey": 403}
POSTS = {"user": 200, "consider": 200, "pause": 409, "resume": 409, "undo": 400, "set_tenant": 403}
POSTS |= {
    "password": 200,
    "add_app": 200,
    "new_codes": 200,
    "add_passkey": 200,
    "remove_app": 404,
    "remove_passkey": 404,
}
POSTS |= {"prove": 403, "prove_code": 403, "prove_passkey": 403}
BAD, NOT_NOW, INCOMPLETE, ABSENT = 400, 409, 422, 404
GETS |= {"over_limit": 302} | dict.fromkeys(("restore", "purge"), ABSENT)
POSTS |= {"purge": ABSENT}
POSTS |= dict.fromkeys(("retry", "accept", "reject", "settings_limits", "settings_price", "settings_grant"), BAD)
POSTS |= dict.fromkeys(("settings_revoke", "settings_never", "settings_never_remove"), BAD)
POSTS |= dict.fromkeys(("reclaim_save", "reclaim_forget", "undo_subscription", "save_view"), BAD)
POSTS |= dict.fromkeys(("add_demo", "add_empty", "add_copy"), BAD)
POSTS |= {"preview": BAD}
POSTS |= dict.fromkeys(("unschedule", "approve"), NOT_NOW)
POSTS |= dict.fromkeys(("group_create", "group_delete", "group_unassign", "group_add", "assign"), INCOMPLETE)
POSTS |= {"group_assign": 200, "group_restore": ABSENT}
WITHOUT = ("resize", "recurring", "cancel_subscription", "take_over")
"""Pages of a subscription: these tenants have none."""
GETS |= dict.fromkeys(("subscription", *WITHOUT), ABSENT) | {"undo_subscription": BAD}
POSTS |= dict.fromkeys(WITHOUT, ABSENT)
"""Answers to who may: a page, or the page that follows, unless one of these. A form that says nothing changes nothing."""


@pytest.fixture
def world(store: Store) -> World:
    """Two tenants alike."""
    return build(store, tenant_rows(crowd(3)))


def address(world: World, route: Route) -> str:
    """The route's address with objects of the tenant in it."""
    words = {"object_id": object_id(1), "sku_id": E3, "plan_id": "", "pk": "1", "number": "1"}
    if route.address.startswith("groups/"):
        words["object_id"] = groups.page(world.tenant)[0][0].object_id
    if "plan_id" in route.address:
        words["plan_id"] = str(world.propose(Unassign(E3), world.user(1)))
    found = route.address
    for name, word in words.items():
        for kind in ("uuid", "int"):
            found = found.replace(f"<{kind}:{name}>", word)
    assert "<" not in found, f"{route.name}: what stands for {found} in this test?"
    return f"/{found}"


def answers(client: Client, world: World, route: Route) -> tuple[int, int]:
    """To GET and POST."""
    first = client.get(address(world, route)).status_code
    return first, client.post(address(world, route)).status_code


def expected(route: Route, capabilities: frozenset[Capability]) -> tuple[int, int]:
    """By the table."""

    def one(needed: Capability | None, door: Capability | None, answer: int) -> int:
        if needed is None:
            return 405
        return answer if {needed, door or needed} <= capabilities else 403

    return (
        one(route.get, None, GETS.get(route.name, 200)),
        one(route.post, BY_DOOR.get(route.name), POSTS.get(route.name, 302)),
    )


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_every_role(world: World, role: Role) -> None:
    """Each role gets what the table gives it, at every address."""
    signing.add("anna", (world.tenant, role))
    client = signing.by_link("anna")
    found = {route.name: answers(client, world, route) for route in ROUTES}
    wanted = {route.name: expected(route, ROLE_CAPABILITIES[role]) for route in ROUTES}
    wrong = {name: (got, wanted[name]) for name, got in found.items() if got != wanted[name]}
    assert not wrong


def test_signed_out(world: World) -> None:
    """Nobody gets the sign-in page, and comes back to where they wanted to go; a method that is not there is not there."""
    client = signing.browser()
    for route in ROUTES:
        place = address(world, route)
        for needed, found in ((route.get, client.get(place)), (route.post, client.post(place))):
            assert found.status_code == (405 if needed is None else 302), route.name
            if needed is not None:
                assert found["Location"] == f"/sign-in?next={place if route.get else '/'}"


def test_a_part_of_a_page_takes_all_of_it(world: World) -> None:
    """A page left open past its session goes to the sign-in whole, not into its own pane."""
    answer = signing.browser().get("/users/active", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/sign-in?next=/users/active")


def test_another_tenant(world: World) -> None:
    """Who has every right in another tenant finds no object of this one, whatever its number."""
    signing.add("anna", (world.twin, Role.GLOBAL))
    client = signing.by_link("anna")
    own = [(route, address(world, route)) for route in ROUTES if "plan_id" in route.address]
    before = digest(world.tenant), digest(world.twin)
    for route, place in own:
        assert {client.get(place).status_code, client.post(place).status_code} <= {404, 405}, route.name
    assert client.post("/tenant", {"tenant": str(world.tenant)}).status_code == 403
    assert (digest(world.tenant), digest(world.twin)) == before


def test_no_role_anywhere(world: World) -> None:
    """An operator without a role sees no tenant at all, may add none, and reads whom to ask."""
    signing.add("anna")
    client = signing.by_link("anna")
    found = {route.name: answers(client, world, route) for route in ROUTES}
    assert (found.pop("home"), found.pop("add_tenant")) == ((302, 405), (200, 405))
    assert {status for both in found.values() for status in both} == {403, 405}
    shown = client.get("/", follow=True).content.decode()
    assert 'action="/sign-out"' in shown
    assert "There is no tenant in which you have a role." in shown
    assert "Contoso" not in shown


def test_no_trace(world: World) -> None:
    """No address answers a method that no table names."""
    signing.add("anna", (world.tenant, Role.GLOBAL))
    client = signing.by_link("anna")
    for place in [address(world, route) for route in ROUTES] + ["/sign-in", "/sign-out", "/language"]:
        for method in ("TRACE", "PUT", "DELETE", "OPTIONS"):
            assert client.generic(method, place).status_code == 405, (method, place)


def test_every_address_is_in_a_table(store: Store) -> None:
    """No address but those of the table and the few for signing in; none of allauth's pages for sign-up or mail."""
    names: set[Any] = {one.name for one in get_resolver().url_patterns}
    aliases = {name for name in names if str(name).startswith(("mfa_", "account_"))}
    assert names - {route.name for route in ROUTES} - FREE - aliases == set()
    client = signing.browser()
    for gone in ("/signup", "/accounts/signup/", "/accounts/email/", "/accounts/password/reset/", "/admin/"):
        assert client.get(gone).status_code == 404
