"""The keys of the pages, and the switch that turns those of one letter off."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from center import Center
from center_pages import tenant_of
from licentia.store.lists import users

Open = Callable[..., Page]


@pytest.mark.parametrize(
    ("letter", "heading"), [("h", "Home"), ("u", "Active users"), ("l", "Licenses"), ("p", "Plans")]
)
def test_g_and_a_letter_go_to_a_page(open_page: Open, letter: str, heading: str) -> None:
    """From anywhere, but not while somebody types."""
    page = open_page("/settings")
    page.keyboard.press("/")
    page.keyboard.type(f"g{letter}")
    expect(page.get_by_role("searchbox", name="Search users, products and plans")).to_have_value(f"g{letter}")
    page.get_by_role("heading", level=1).click()
    page.keyboard.type(f"g{letter}")
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()


def test_x_selects_rows(open_page: Open) -> None:
    """x the row of the focus, Shift+x from there to the row of the focus; the server keeps what is selected."""
    page = open_page("/users/active")
    boxes = page.get_by_role("row").get_by_role("checkbox")
    page.get_by_role("rowheader").nth(0).get_by_role("link").focus()
    page.keyboard.press("x")
    expect(page.get_by_role("status").filter(has_text="1 selected")).to_be_visible()
    page.get_by_role("rowheader").nth(3).get_by_role("link").focus()
    page.keyboard.press("Shift+X")
    expect(page.get_by_role("status").filter(has_text="4 selected")).to_be_visible()
    page.keyboard.press("x")
    expect(page.get_by_role("status").filter(has_text="3 selected")).to_be_visible()
    every = page.get_by_role("checkbox", name="Select all on this page", exact=True)
    every.check()
    expect(page.get_by_role("status").filter(has_text="50 selected")).to_be_visible()
    page.reload()
    expect(every).to_be_checked()
    expect(boxes.nth(50)).to_be_checked()


def test_escape_closes_and_f6_changes_sides(open_page: Open, center: Center) -> None:
    """The pane's name has the focus; F6 goes to the row and back; a change that is not saved is not thrown away by Esc."""
    tenant = tenant_of(center)
    one = next(each for each in tenant.holders if len(users.sources(tenant.id, [each.id])) == 1)
    page = open_page(f"/users/active/{one.object_id}")
    name = page.get_by_role("heading", name=one.display_name, exact=True)
    expect(name).to_be_focused()
    page.keyboard.press("F6")
    expect(page.get_by_role("row").get_by_role("link", name=one.display_name, exact=True)).to_be_focused()
    page.keyboard.press("F6")
    expect(name).to_be_focused()
    pane = page.get_by_role("complementary", name=one.display_name)
    box = pane.get_by_role("checkbox", checked=True).first
    with page.expect_response("**/consider"):
        box.uncheck()
    page.keyboard.press("Escape")
    asked = page.get_by_role("dialog", name="Discard changes?", exact=True)
    expect(asked).to_be_visible()
    page.keyboard.press("Escape")
    expect(asked).to_be_hidden()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status").filter(has_text="1 license unassigned.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(pane).to_have_count(0)
    assert page.url.endswith("/users/active")


def test_the_list_of_keys_and_its_switch(open_page: Open) -> None:
    """? opens it, Esc closes it; switched off, a letter does nothing, and F6, Esc and the page itself still do."""
    page = open_page("/users/active")
    keys = page.get_by_role("dialog", name="Keys", exact=True)
    page.keyboard.press("?")
    expect(keys).to_be_visible()
    expect(keys.get_by_role("heading", name="Keys", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)
    page.keyboard.press("?")
    keys.get_by_role("link", name="Switch single-key shortcuts off", exact=True).click()
    page.get_by_role("button", name="Switch off", exact=True).click()
    expect(page.get_by_text("Single-key shortcuts are off in this browser.")).to_be_visible()
    page.keyboard.press("?")
    page.keyboard.type("gh")
    page.keyboard.press("/")
    expect(page.get_by_role("heading", name="Keys", level=1)).to_be_visible()
    expect(keys).to_have_count(0)
    page.get_by_role("button", name="Switch on", exact=True).click()
    expect(page.get_by_text("Single-key shortcuts are on in this browser.")).to_be_visible()
    page.keyboard.type("gh")
    expect(page.get_by_role("heading", name="Home", level=1)).to_be_visible()
