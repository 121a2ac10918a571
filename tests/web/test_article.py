"""`article_steps`: the numbered steps of "Unassign licenses from users", followed literally, found by role and name alone.

In English and in Dutch, with a script and without, and once by the keyboard alone. Every journey ends in what became of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from center import Center
from center_article import WORDS, banner, go, holds, select, tab_to, undo
from center_pages import Tenant, tenant_of
from licentia.store.lists import plans, users
from licentia.words.parts import product_name

Open = Callable[..., Page]

every_way = pytest.mark.parametrize("language", ["en", "nl"])
with_and_without = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])


@pytest.fixture
def tenant(center: Center) -> Tenant:
    """What the demo tenant has."""
    return tenant_of(center)


@pytest.fixture
def people(tenant: Tenant) -> list[users.UserRow]:
    """Users with the pooled product directly and with nothing else, whom no rule keeps from losing it."""
    return [one for one in tenant.holders if len(users.sources(tenant.id, [one.id])) == 1]


@every_way
@with_and_without
def test_the_licenses_page(
    open_page: Open, tenant: Tenant, people: list[users.UserRow], language: str, script: bool
) -> None:
    """5.1: Billing > Licenses, the product, the users, Unassign licenses, Unassign; then Undo.

    From Home 4 clicks and one for each user: Licenses, the product, Unassign licenses, Unassign; 4 pages. Undo: 2 more.
    """
    words, chosen = WORDS[language], people[:3]
    page = open_page("/", language=language, script=script)
    go(page, words, "licenses")
    page.get_by_role("link", name=product_name(tenant.pooled.sku_id), exact=True).click()
    select(page, words, chosen, script=script)
    page.get_by_role("button", name=words["unassign licenses"], exact=True).click()
    box = page.get_by_role("dialog", name=words["unassign licenses"], exact=True)
    for one in chosen:
        expect(box.get_by_role("row").filter(has_text=one.display_name)).to_be_visible()
    box.get_by_role("button", name=words["unassign"], exact=True).click()

    expect(banner(page, words["gone"])).to_contain_text("3")
    expect(page.get_by_role("link", name=chosen[0].display_name, exact=True)).to_have_count(0)
    assert not any(holds(tenant, one) for one in chosen)
    undo(page, words)
    assert all(holds(tenant, one) for one in chosen)


@every_way
def test_unassign_licenses_without_a_selection_says_what_to_do(open_page: Open, tenant: Tenant, language: str) -> None:
    """5.1: the button stands in the bar before anything is selected, too."""
    words = WORDS[language]
    page = open_page(f"/billing/licenses/{tenant.pooled.sku_id}", language=language)
    page.get_by_role("button", name=words["unassign licenses"], exact=True).click()
    expect(page.get_by_role("status").filter(has_text=words["first"])).to_be_visible()


@every_way
@with_and_without
def test_more_than_twenty_at_once(
    open_page: Open, tenant: Tenant, people: list[users.UserRow], language: str, script: bool
) -> None:
    """5.1: from 21 users on the same box makes a plan, applied after the number that it would change is typed."""
    words, chosen = WORDS[language], tenant.holders[:29]
    ready = plans.header(tenant.id, tenant.plan(len(chosen)))["ready"]
    page = open_page(f"/billing/licenses/{tenant.pooled.sku_id}", language=language, script=script)
    select(page, words, chosen, script=script)
    page.get_by_role("button", name=words["unassign licenses"], exact=True).click()
    box = page.get_by_role("dialog", name=words["unassign licenses"], exact=True)
    expect(box.get_by_role("link", name=words["as plan"], exact=True)).to_be_visible()
    box.get_by_role("button", name=words["unassign"], exact=True).click()
    number = page.get_by_role("textbox", name=words["type"].format(n=ready), exact=True)
    expect(number).to_be_focused()
    expect(number).to_have_value("")
    assert all(holds(tenant, one) for one in chosen)
    number.fill(str(ready))
    page.get_by_role("button", name=words["apply"], exact=True).click()
    expect(banner(page, words["gone"])).to_contain_text(str(ready))
    assert sum(holds(tenant, one) for one in chosen) == len(chosen) - ready


@every_way
@with_and_without
def test_one_active_user(
    open_page: Open, tenant: Tenant, people: list[users.UserRow], language: str, script: bool
) -> None:
    """5.2: Users > Active users, the row, Licenses and apps, clear the box, Save changes; then Undo.

    From Home 5 clicks, 4 where Licenses and apps is open already, which it is; 2 pages and the pane. Undo: 2 more.
    """
    words, one = WORDS[language], people[0]
    product = product_name(tenant.pooled.sku_id)
    page = open_page("/", language=language, script=script)
    go(page, words, "active users")
    if script:  # the whole row opens the pane; the name is the real link
        page.get_by_role("row").filter(has_text=one.principal_name).get_by_role("cell").nth(2).click()
    else:
        page.get_by_role("link", name=one.display_name, exact=True).click()
    pane = page.get_by_role("complementary", name=one.display_name, exact=True)
    pane.get_by_role("link", name=words["licenses and apps"], exact=True).click()
    pane.get_by_role("checkbox", name=product, exact=True).uncheck()
    save = pane.get_by_role("button", name=words["save"], exact=True)
    if not script:  # the first press shows what is lost, the second saves
        save.click()
    expect(
        pane.get_by_role("region", name=words["if you save"]).get_by_text(re.compile(r"\b20\d\d\b")).first
    ).to_be_visible()
    save.click()

    expect(banner(page, words["gone"])).to_contain_text("1")
    pane.get_by_text(re.compile(words["more"])).click()
    expect(pane.get_by_role("checkbox", name=product, exact=True)).not_to_be_checked()
    assert not holds(tenant, one)
    undo(page, words)
    assert holds(tenant, one)


@every_way
@with_and_without
def test_several_active_users(
    open_page: Open, tenant: Tenant, people: list[users.UserRow], language: str, script: bool
) -> None:
    """5.3: the boxes before the names, Manage product licenses, Unassign all, Save changes, Done; then Undo.

    From Home 5 clicks and one for each user: Active users, Manage product licenses, Unassign all, Save changes, Done;
    4 pages. Undo: 2 more.
    """
    words, chosen = WORDS[language], people[:3]
    page = open_page("/users/active", language=language, script=script)
    select(page, words, chosen, script=script)
    page.get_by_role("button", name=words["manage"], exact=True).click()
    expect(page.get_by_role("heading", name=words["manage"], exact=True)).to_be_visible()
    page.get_by_role("radio", name=words["unassign all"], exact=True).check()
    save = page.get_by_role("button", name=words["save"], exact=True)
    if not script:
        save.click()
    shown = page.get_by_role("region", name=words["if you save"])
    for one in chosen:
        expect(shown.get_by_role("row").filter(has_text=one.display_name)).to_be_visible()
    save.click()

    for one in chosen:
        row = page.get_by_role("row").filter(has_text=one.display_name)
        expect(row.get_by_role("cell", name=words["unassigned"], exact=True)).to_be_visible()
    page.get_by_role("button", name=words["done"], exact=True).click()
    expect(page.get_by_role("heading", name=words["active users"], exact=True)).to_be_visible()
    assert not any(holds(tenant, one) for one in chosen)
    undo(page, words)
    assert all(holds(tenant, one) for one in chosen)


# ---- by keyboard alone


@every_way
def test_the_licenses_page_by_keyboard(
    open_page: Open, tenant: Tenant, people: list[users.UserRow], language: str
) -> None:
    """5.1 without a mouse: g l, Enter, Space, Tab, Enter; the heading of the box has the focus, and Enter there does nothing."""
    words, chosen = WORDS[language], people[:2]
    page = open_page("/", language=language)
    page.keyboard.press("g")
    page.keyboard.press("l")
    product = page.get_by_role("link", name=product_name(tenant.pooled.sku_id), exact=True)
    expect(product).to_be_visible()
    tab_to(page, product)
    page.keyboard.press("Enter")
    for one in chosen:
        box = page.get_by_role("checkbox", name=words["select"].format(name=one.display_name), exact=True)
        expect(box).to_be_visible()
        tab_to(page, box)
        page.keyboard.press("Space")
    expect(page.get_by_role("status").filter(has_text="2")).to_be_visible()
    tab_to(page, page.get_by_role("button", name=words["unassign licenses"], exact=True), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=words["unassign licenses"], exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    assert all(holds(tenant, one) for one in chosen)
    tab_to(page, page.get_by_role("button", name=words["unassign"], exact=True))
    page.keyboard.press("Enter")
    expect(banner(page, words["gone"])).to_contain_text("2")
    assert not any(holds(tenant, one) for one in chosen)
    undo_by_keyboard(page, words)
    assert all(holds(tenant, one) for one in chosen)


@every_way
def test_one_active_user_by_keyboard(
    open_page: Open, tenant: Tenant, people: list[users.UserRow], language: str
) -> None:
    """5.2 without a mouse: g u, Tab, Enter; the tab, Space on the box, Enter on Save changes, and on Undo."""
    words, one = WORDS[language], people[0]
    page = open_page("/", language=language)
    page.keyboard.press("g")
    page.keyboard.press("u")
    person = page.get_by_role("link", name=one.display_name, exact=True)
    expect(person).to_be_visible()
    tab_to(page, person)
    page.keyboard.press("Enter")
    pane = page.get_by_role("complementary", name=one.display_name, exact=True)
    expect(pane.get_by_role("heading", name=one.display_name, exact=True)).to_be_focused()
    tab_to(page, pane.get_by_role("link", name=words["licenses and apps"], exact=True))
    page.keyboard.press("Enter")
    box = pane.get_by_role("checkbox", name=product_name(tenant.pooled.sku_id), exact=True)
    expect(box).to_be_visible()
    tab_to(page, box)
    page.keyboard.press("Space")
    lost = pane.get_by_role("region", name=words["if you save"]).get_by_text(re.compile(r"\b20\d\d\b"))
    expect(lost.first).to_be_visible()
    tab_to(page, pane.get_by_role("button", name=words["save"], exact=True))
    page.keyboard.press("Enter")
    expect(banner(page, words["gone"])).to_contain_text("1")
    assert not holds(tenant, one)
    undo_by_keyboard(page, words)
    assert holds(tenant, one)


@every_way
def test_several_active_users_by_keyboard(
    open_page: Open, tenant: Tenant, people: list[users.UserRow], language: str
) -> None:
    """5.3 without a mouse: x on the rows, Manage product licenses, the arrow to Unassign all, Save changes, Done, Undo."""
    words, chosen = WORDS[language], people[:2]
    page = open_page("/users/active", language=language)
    for one in chosen:
        tab_to(page, page.get_by_role("checkbox", name=words["select"].format(name=one.display_name), exact=True))
        page.keyboard.press("Space")
    expect(page.get_by_role("status").filter(has_text="2")).to_be_visible()
    tab_to(page, page.get_by_role("button", name=words["manage"], exact=True), "Shift+Tab")
    page.keyboard.press("Enter")
    every = page.get_by_role("radio", name=words["unassign all"], exact=True)
    expect(every).to_be_visible()
    tab_to(page, every.or_(page.get_by_role("radio").first).first)
    while not every.is_checked():
        page.keyboard.press("ArrowDown")
    shown = page.get_by_role("region", name=words["if you save"])
    expect(shown.get_by_role("row").filter(has_text=chosen[0].display_name)).to_be_visible()
    tab_to(page, page.get_by_role("button", name=words["save"], exact=True))
    page.keyboard.press("Enter")
    done = page.get_by_role("button", name=words["done"], exact=True)
    expect(done).to_be_visible()
    assert not any(holds(tenant, one) for one in chosen)
    tab_to(page, done)
    page.keyboard.press("Enter")
    undo_by_keyboard(page, words)
    assert all(holds(tenant, one) for one in chosen)


def undo_by_keyboard(page: Page, words: dict[str, str]) -> None:
    """Undo in the banner, and the plan that it makes."""
    expect(banner(page, words["gone"])).to_be_visible()
    tab_to(page, banner(page, words["gone"]).get_by_role("button", name=words["undo"], exact=True))
    page.keyboard.press("Enter")
    apply = page.get_by_role("button", name=words["apply"], exact=True)
    expect(apply).to_be_visible()
    tab_to(page, apply)
    page.keyboard.press("Enter")
    expect(banner(page, words["undone"])).to_be_visible()
