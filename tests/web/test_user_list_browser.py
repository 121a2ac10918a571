"""Active users in a browser: filters, columns, views, and the pane that moves with the list and is not left by accident."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from center import Center
from center_pages import tenant_of
from licentia.store.lists import users

Open = Callable[..., Page]

WORDS = {
    "en": {
        "filters": "Filters",
        "apply": "Apply filters",
        "sign-in": "Last sign-in",
        "days": "Not signed in for 90 days",
        "remove": "Remove filter Not signed in for 90 days",
        "columns": "Choose columns",
        "department": "Department",
        "show": "Show these columns",
        "save": "Save view",
        "name": "Name of the view",
        "keep": "Save filters and columns",
        "remove view": "Remove view {name}",
        "all": r"Select all( \d+| that match)",
        "selected": r"\d+ selected",
        "more": "More options",
        "manage": "Manage product licenses",
        "block": "Block sign-in",
        "discard?": "Discard changes?",
        "one": "1 change is not saved.",
        "stay": "Keep editing",
        "discard": "Discard changes",
        "close": "Close",
        "mail": "Mail",
    },
    "nl": {
        "filters": "Filters",
        "apply": "Filters toepassen",
        "sign-in": "Laatste aanmelding",
        "days": "90 dagen niet aangemeld",
        "remove": "Filter 90 dagen niet aangemeld verwijderen",
        "columns": "Kolommen kiezen",
        "department": "Afdeling",
        "show": "Deze kolommen tonen",
        "save": "Weergave opslaan",
        "name": "Naam van de weergave",
        "keep": "Filters en kolommen opslaan",
        "remove view": "Weergave {name} verwijderen",
        "all": r"Alle (\d+|gevonden gebruikers) selecteren",
        "selected": r"\d+ geselecteerd",
        "more": "Meer opties",
        "manage": "Productlicenties beheren",
        "block": "Aanmelden blokkeren",
        "discard?": "Wijzigingen verwerpen?",
        "one": "1 wijziging is niet opgeslagen.",
        "stay": "Doorgaan met bewerken",
        "discard": "Wijzigingen verwerpen",
        "close": "Sluiten",
        "mail": "E-mail",
    },
}
both = pytest.mark.parametrize("language", ["en", "nl"])
either = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])


def summary(page: Page, name: str) -> None:
    """Opens what this word opens."""
    page.locator("summary").filter(has_text=re.compile(f"^{re.escape(name)}$")).click()


@both
@either
def test_filters_columns_and_a_view(open_page: Open, language: str, script: bool) -> None:
    """Chosen, shown as a chip, kept under a name, found again, removed."""
    words = WORDS[language]
    page = open_page("/users/active", language=language, script=script)
    summary(page, words["filters"])
    page.get_by_role("combobox", name=words["sign-in"], exact=True).select_option(label=words["days"])
    page.get_by_role("button", name=words["apply"], exact=True).click()
    chip = page.get_by_role("link", name=words["remove"], exact=True)
    expect(chip).to_be_visible()
    summary(page, words["columns"])
    page.get_by_role("checkbox", name=words["department"], exact=True).check()
    page.get_by_role("button", name=words["show"], exact=True).click()
    expect(page.get_by_role("columnheader", name=words["department"], exact=True)).to_be_visible()
    expect(chip).to_be_visible()
    summary(page, words["save"])
    page.get_by_role("textbox", name=words["name"], exact=True).fill("Anna's")
    page.get_by_role("button", name=words["keep"], exact=True).click()
    page.get_by_role("link", name=words["remove"], exact=True).click()
    expect(chip).to_have_count(0)
    page.get_by_role("link", name="Anna's", exact=True).click()
    expect(chip).to_be_visible()
    page.get_by_role("button", name=words["remove view"].format(name="Anna's"), exact=True).click()
    expect(page.get_by_role("link", name="Anna's", exact=True)).to_have_count(0)


@both
@either
def test_more_options_work_on_all_that_are_found(open_page: Open, language: str, script: bool) -> None:
    """Select all, then Block sign-in as a plan; Manage product licenses is where the older article has it."""
    words = WORDS[language]
    page = open_page("/users/active?signin=90", language=language, script=script)
    page.get_by_role("button", name=re.compile(f"^{words['all']}$")).click()
    expect(page.get_by_role("status").filter(has_text=re.compile(words["selected"]))).to_be_visible()
    summary(page, words["more"])
    expect(page.get_by_role("button", name=words["manage"], exact=True)).to_have_count(2)
    page.get_by_role("button", name=words["block"], exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(words["block"])


def opened(page: Page, center: Center) -> str:
    """The pane of somebody with one direct license, on whose row the focus is; the person's name."""
    tenant = tenant_of(center)
    names = [one.display_name for one in users.page(tenant.id, users.Query(top=50)).users]
    one = next(
        each
        for each in tenant.holders
        if len(users.sources(tenant.id, [each.id])) == 1 and each.display_name in names[1:40]
    )
    page.goto(center.url(f"/users/active/{one.object_id}"))
    expect(page.get_by_role("heading", name=one.display_name, exact=True)).to_be_focused()
    page.keyboard.press("F6")
    return one.display_name


@both
def test_arrows_move_the_pane(open_page: Open, center: Center, language: str) -> None:
    """To the next user and back, with the focus in the list and the address of whom it shows."""
    page = open_page("/", language=language)
    name = opened(page, center)
    first = page.url
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("heading", level=2, name=name, exact=True)).to_have_count(0)
    expect(page.locator("tr.open th a")).to_be_focused()
    expect(page).not_to_have_url(first)
    second = page.get_by_role("complementary").get_by_role("heading", level=2).first.inner_text()
    assert page.locator("tr.open th a").inner_text() == second
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("heading", level=2, name=name, exact=True)).to_be_visible()
    expect(page).to_have_url(first)
    page.go_back()
    expect(page.get_by_role("heading", level=2, name=second, exact=True)).to_be_visible()


@both
@pytest.mark.parametrize("way", ["close", "tab", "arrow", "user", "escape"])
def test_a_pane_with_changes_asks_once(open_page: Open, center: Center, language: str, way: str) -> None:
    """With their number; Keep editing stays, Discard changes goes on where the way led."""
    words = WORDS[language]
    page = open_page("/", language=language)
    name = opened(page, center)
    pane = page.get_by_role("complementary", name=name)
    box = pane.get_by_role("checkbox", checked=True).first
    here = page.url

    def leave() -> None:
        if way == "close":
            pane.get_by_role("link", name=words["close"], exact=True).click()
        elif way == "tab":
            pane.get_by_role("link", name=words["mail"], exact=True).click()
        elif way == "user":
            page.locator("tbody tr:not(.open) th a").first.click()
        else:
            page.locator("tr.open th a").focus()
            page.keyboard.press("Escape" if way == "escape" else "ArrowDown")

    box.uncheck()
    leave()
    asked = page.get_by_role("dialog", name=words["discard?"], exact=True)
    expect(asked).to_contain_text(words["one"])
    asked.get_by_role("button", name=words["stay"], exact=True).click()
    expect(asked).to_be_hidden()
    expect(page).to_have_url(here)
    expect(pane.get_by_role("checkbox").first).not_to_be_checked()
    leave()
    asked.get_by_role("button", name=words["discard"], exact=True).click()
    expect(page).not_to_have_url(here)
    expect(asked).to_be_hidden()


def test_a_pane_without_changes_asks_nothing(open_page: Open, center: Center) -> None:
    """Nor does one whose change was taken back."""
    page = open_page("/")
    name = opened(page, center)
    pane = page.get_by_role("complementary", name=name)
    pane.get_by_role("checkbox").first.uncheck()
    pane.get_by_role("checkbox").first.check()
    pane.get_by_role("link", name="Close", exact=True).click()
    expect(pane).to_have_count(0)
