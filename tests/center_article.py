"""The words of the article and of the journeys in both languages, and the steps that several of their tests take.

Everything is found by role and accessible name alone.
"""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from center_pages import Tenant
from licentia.store.lists import users

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
        "reclaim": "Reclaim",
        "plans": "Plans",
        "product": "Product",
        "find": "Find",
        "make": r"^Make plan for ([\d,]+)$",
        "consequences": "Consequences",
        "ready": "Ready",
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
        "reclaim": "Vrijmaken",
        "plans": "Plannen",
        "product": "Product",
        "find": "Zoeken",
        "make": r"^Plan maken voor ([\d.]+)$",
        "consequences": "Gevolgen",
        "ready": "Uitvoerbaar",
    },
}


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


def tab_to(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """Presses Tab until the focus is there, as somebody without a mouse does; never more than a page has stops."""
    for _ in range(200):
        if wanted.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"the keyboard does not reach {wanted}")
