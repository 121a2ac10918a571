"""Boxes over the page: focus, Esc, what stays in them, what Enter does not do; and the same at an address of their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import Locator, Page, expect

from center import Center
from center_pages import NAMES, Tenant, examples, own_examples, tenant_of
from licentia.store.lists import plans, subscriptions

Open = Callable[..., Page]


@pytest.fixture
def tenant(center: Center) -> Tenant:
    """What the demo tenant has."""
    return tenant_of(center)


def unassign_box(page: Page, tenant: Tenant, count: int = 2) -> Locator:
    """The box over the product's page, with the first of its users."""
    for one in tenant.holders[:count]:
        with page.expect_response("**/billing/licenses/*"):
            page.get_by_role("checkbox", name=f"Select {one.display_name}", exact=True).check()
    page.get_by_role("button", name="Unassign licenses", exact=True).click()
    box = page.get_by_role("dialog", name="Unassign licenses", exact=True)
    expect(box).to_be_visible()
    return box


def state(tenant: Tenant) -> str:
    """Of the newest plan."""
    return str(plans.latest(tenant.id, 1, None, inline=False)[0]["state"])


def product(tenant: Tenant) -> str:
    """The address of the product that most hold."""
    return f"/billing/licenses/{tenant.pooled.sku_id}"


def test_the_box_opens_over_the_list(open_page: Open, tenant: Tenant) -> None:
    """The heading has the focus, the list is behind it, and the address is the box's own: reloaded, it is a page."""
    page = open_page(product(tenant))
    box = unassign_box(page, tenant)
    expect(box.get_by_role("heading", name="Unassign licenses", exact=True)).to_be_focused()
    assert box.evaluate("box => box.matches('dialog:modal')")
    expect(page.locator("main table").first).to_be_visible()
    assert "/unassign/" in page.url
    page.reload()
    expect(page.get_by_role("dialog", name="Unassign licenses", exact=True)).to_be_visible()
    assert page.locator("dialog:modal").count() == 0


@pytest.mark.parametrize("way", ["Escape", "Cancel", "Back"])
def test_esc_is_cancel(open_page: Open, tenant: Tenant, way: str) -> None:
    """The draft is thrown away, the selection stays, the focus and the address are where they were."""
    page = open_page(product(tenant))
    box = unassign_box(page, tenant)
    assert state(tenant) == "draft"
    with page.expect_request("**/discard"):
        if way == "Escape":
            page.keyboard.press("Escape")
        elif way == "Cancel":
            box.get_by_role("button", name="Cancel", exact=True).click()
        else:
            page.go_back()
    expect(box).to_have_count(0)
    expect(page.get_by_role("button", name="Unassign licenses", exact=True)).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="2 selected")).to_be_visible()
    page.wait_for_url("**" + product(tenant))
    page.wait_for_function("() => true")
    expect_state(page, tenant, "discarded")


def expect_state(page: Page, tenant: Tenant, wanted: str) -> None:
    """Waits for it: the page does not."""
    for _ in range(100):
        if state(tenant) == wanted:
            return
        page.wait_for_timeout(50)
    raise AssertionError(state(tenant))


def test_it_opens_again(open_page: Open, tenant: Tenant) -> None:
    """After Esc, with the same selection; and Unassign in it does what it says."""
    page = open_page(product(tenant))
    unassign_box(page, tenant)
    page.keyboard.press("Escape")
    expect(page.locator("#over[open]")).to_have_count(0)
    page.get_by_role("button", name="Unassign licenses", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Unassign", exact=True).click()
    expect(page.locator("#banner")).to_be_visible()
    expect_state(page, tenant, "applied")


def test_a_wrong_answer_stays_in_the_box(open_page: Open, tenant: Tenant) -> None:
    """Too few licenses: the reason stands in the open box, the number is as it was typed, and nothing is saved."""
    address = examples(tenant)["subscription"]
    number = int(address.rpartition("/")[2])
    page = open_page(address)
    page.get_by_role("link", name="Remove licenses", exact=True).click()
    box = page.get_by_role("dialog", name="Remove licenses", exact=True)
    box.get_by_role("textbox", name="Total licenses", exact=True).fill("no")
    box.get_by_role("button", name="Save changes", exact=True).click()
    expect(box.get_by_role("alert")).to_be_visible()
    expect(box.get_by_role("textbox", name="Total licenses", exact=True)).to_have_value("no")
    expect(box.get_by_role("textbox", name="Total licenses", exact=True)).to_be_focused()
    found = subscriptions.one(tenant.id, number)
    assert found is not None
    box.get_by_role("textbox", name="Total licenses", exact=True).fill(str(found.subscription.seats + 2))
    box.get_by_role("button", name="Save changes", exact=True).click()
    expect(page.locator("#banner")).to_be_visible()
    after = subscriptions.one(tenant.id, number)
    assert after is not None
    assert after.subscription.seats == found.subscription.seats + 2
    assert page.url.endswith(address)


def test_enter_does_not_destroy(open_page: Open, tenant: Tenant) -> None:
    """In the field of a take-over Enter sends nothing; the button does, and its refusal stays in the box."""
    address = f"/billing/products/{own_examples(tenant, '', 'take_over')['number']}"
    page = open_page(address)
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.method) if asked.method == "POST" else None)
    page.get_by_role("link", name=NAMES["take over"][0], exact=True).click()
    box = page.get_by_role("dialog", name=NAMES["take over"][0], exact=True)
    field = box.get_by_role("textbox")
    field.fill("wrong")
    field.press("Enter")
    page.wait_for_timeout(200)
    assert sent == []
    box.get_by_role("radio", name="Cancel subscription").check()
    box.get_by_role("button", name="Make plan", exact=True).click()
    expect(box.get_by_role("alert")).to_contain_text("Type the name exactly")
    assert sent == ["POST"]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_second_box_above_a_limit(open_page: Open, tenant: Tenant, script: bool) -> None:
    """One check box and Apply plan, over the plan's page; Cancel leaves the plan as it is."""
    plan, ready = tenant.above_the_limits()
    page = open_page(f"/plans/{plan}", script=script)
    page.get_by_role("textbox", name=f"Type {ready} to confirm", exact=True).fill(str(ready))
    page.get_by_role("button", name="Apply plan", exact=True).click()
    box = page.get_by_role("dialog", name="Apply plan", exact=True)
    expect(box.get_by_role("checkbox")).to_have_count(1)
    box.get_by_role("link", name="Cancel", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert state(tenant) == "draft"
    page.get_by_role("textbox", name=f"Type {ready} to confirm", exact=True).fill(str(ready))
    page.get_by_role("button", name="Apply plan", exact=True).click()
    box.get_by_role("checkbox").check()
    box.get_by_role("button", name="Apply plan", exact=True).click()
    expect(page.locator("#banner")).to_be_visible()
    assert state(tenant) in ("applied", "applied_with_errors")


def test_a_wrong_number_stays_on_the_page(open_page: Open, tenant: Tenant) -> None:
    """Enter in the count does not apply; the button says what is missing, beside the field, which has the focus."""
    plan = tenant.plan(29)
    page = open_page(f"/plans/{plan}")
    field = page.locator("#confirm")
    field.fill("3")
    field.press("Enter")
    page.wait_for_timeout(200)
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="Apply plan", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#confirm")).to_be_focused()
    assert page.url.endswith(f"/plans/{plan}")
    assert state(tenant) == "draft"


def test_a_box_that_is_gone_says_so_over_the_page(open_page: Open, tenant: Tenant) -> None:
    """What another window did meanwhile is said in a box; closed, the page is as it was."""
    page = open_page(examples(tenant)["group"])
    page.evaluate("() => { document.querySelector('a[data-box]').href = '/groups/nothing/rename'; }")
    page.get_by_role("link", name="Rename", exact=True).click()
    box = page.get_by_role("dialog")
    expect(box.get_by_role("heading", name="This page does not exist", exact=True)).to_be_focused()
    box.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("link", name="Rename", exact=True)).to_be_focused()


def test_what_was_typed_stays_when_the_form_is_too_old(open_page: Open, tenant: Tenant) -> None:
    """Signed in anew in another window: the box says so above what was typed, and nothing is changed."""
    page = open_page(examples(tenant)["group"])
    before = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("link", name="Rename", exact=True).click()
    box = page.get_by_role("dialog")
    box.get_by_role("textbox", name="Name", exact=True).fill("Sales of the north")
    page.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    box.get_by_role("button", name="Save changes", exact=True).click()
    expect(box.get_by_role("alert")).to_contain_text("This form is too old")
    expect(box.get_by_role("alert")).to_be_focused()
    expect(box.get_by_role("textbox", name="Name", exact=True)).to_have_value("Sales of the north")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("heading", name=before, level=1, exact=True)).to_be_visible()
