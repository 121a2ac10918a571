"""`article_steps`: the numbered steps of "Unassign licenses from users", followed literally, found by role and name alone.

In English and in Dutch, with a script and without, and once by the keyboard alone. Every journey ends in what became of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from center import Center
from center_pages import Tenant, tenant_of
from licentia.store.lists import plans, users
from licentia.words.parts import product_name

Open = Callable[..., Page]

WORDS = {
    "en": {
        "menu": "Main menu",
        "licenses": "Licenses",
        "active users": "Active users",
        "select": "Select {name}",
        "unassign licenses": "Unassign licenses",
        "unassign": "Unassign",
        "licenses and apps": "Licenses and apps",
        "if you save": "If you save",
        "more": r"^Assign more \(\d+\)$",
        "save": "Save changes",
        "manage": "Manage product licenses",
        "unassign all": "Unassign all",
        "done": "Done",
        "unassigned": "Unassigned",
        "gone": r"(\d+) licenses? unassigned\.",
        "undo": "Undo",
        "apply": "Apply plan",
        "undone": r"Undone\. (\d+) users? (has|have) ",
        "keep": "Keep selection",
        "first": "Select users first.",
        "type": "Type {n} to confirm",
        "as plan": "Open as plan",
    },
    "nl": {
        "menu": "Hoofdmenu",
        "licenses": "Licenties",
        "active users": "Actieve gebruikers",
        "select": "{name} selecteren",
        "unassign licenses": "Licenties intrekken",
        "unassign": "Intrekken",
        "licenses and apps": "Licenties en apps",
        "if you save": "Als u opslaat",
        "more": r"^Meer toewijzen \(\d+\)$",
        "save": "Wijzigingen opslaan",
        "manage": "Productlicenties beheren",
        "unassign all": "Alles intrekken",
        "done": "Klaar",
        "unassigned": "Ingetrokken",
        "gone": r"(\d+) licenties? ingetrokken\.",
        "undo": "Ongedaan maken",
        "apply": "Plan uitvoeren",
        "undone": r"Ongedaan gemaakt\. (\d+) gebruikers? (heeft|hebben) ",
        "keep": "Selectie vasthouden",
        "first": "Selecteer eerst gebruikers.",
        "type": "Typ {n} om te bevestigen",
        "as plan": "Openen als plan",
    },
}

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


def holds(tenant: Tenant, user: users.UserRow) -> bool:
    """Whether the user has the pooled product now."""
    return any(source[1] == tenant.pooled.sku_id for source in users.sources(tenant.id, [user.id]))


def banner(page: Page, said: str) -> Locator:
    """The banner that says this."""
    return page.get_by_role("status").filter(has_text=re.compile(said))


def go(page: Page, words: dict[str, str], name: str) -> None:
    """Follows an item of the main menu."""
    page.get_by_role("navigation", name=words["menu"]).get_by_role("link", name=words[name], exact=True).click()
    expect(page.get_by_role("heading", name=words[name], exact=True).first).to_be_visible()


def select(page: Page, words: dict[str, str], chosen: list[users.UserRow], *, script: bool) -> None:
    """Checks the boxes of these users, and waits until the page says how many."""
    for one in chosen:
        page.get_by_role("checkbox", name=words["select"].format(name=one.display_name), exact=True).check()
    if script:
        expect(page.get_by_role("status").filter(has_text=str(len(chosen)))).to_be_visible()
    else:
        page.get_by_role("button", name=words["keep"], exact=True).click()


def undo(page: Page, words: dict[str, str]) -> None:
    """Undo in the banner, and the plan that it makes."""
    banner(page, words["gone"]).get_by_role("button", name=words["undo"], exact=True).click()
    page.get_by_role("button", name=words["apply"], exact=True).click()
    expect(banner(page, words["undone"])).to_be_visible()


@every_way
@with_and_without
def test_the_licenses_page(
    open_page: Open, tenant: Tenant, people: list[users.UserRow], language: str, script: bool
) -> None:
    """5.1: Billing > Licenses, the product, the users, Unassign licenses, Unassign; then Undo."""
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
    """5.2: Users > Active users, the row, Licenses and apps, clear the box, Save changes; then Undo."""
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
    """5.3: the boxes before the names, Manage product licenses, Unassign all, Save changes, Done; then Undo."""
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


def tab_to(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """Presses Tab until the focus is there, as somebody without a mouse does; never more than a page has stops."""
    for _ in range(200):
        if wanted.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"the keyboard does not reach {wanted}")


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
    tab_to(page, banner(page, words["gone"]).get_by_role("button", name=words["undo"], exact=True))
    page.keyboard.press("Enter")
    apply = page.get_by_role("button", name=words["apply"], exact=True)
    expect(apply).to_be_visible()
    tab_to(page, apply)
    page.keyboard.press("Enter")
    expect(banner(page, words["undone"])).to_be_visible()
    assert all(holds(tenant, one) for one in chosen)
