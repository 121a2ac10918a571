"""What a reader's device asks for: forced colors, no motion, larger text, paper. Every control, state and focus stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from center import Center
from center_pages import Tenant, examples, tenant_of

Open = Callable[..., Page]

PAGES = ("home", "active_users", "user", "product", "unassign", "plan", "reclaim", "settings", "resize")
LAYOUT = (Path(__file__).parent / "layout.js").read_text()
FLAT = (Path(__file__).parent / "forced.js").read_text()
LARGER = (Path(__file__).parent / "larger.js").read_text()
PRINTED = (Path(__file__).parent / "printed.js").read_text()


@pytest.fixture
def tenant(center: Center) -> Tenant:
    """What the demo tenant has."""
    return tenant_of(center)


def wrong_at(page: Page, center: Center, tenant: Tenant, script: str) -> str:
    """What the script finds on each of the pages, a line each."""
    found: list[str] = []
    pages = examples(tenant)
    for name in PAGES:
        page.goto(center.url(pages[name]))
        found += [f"{name}: {one}" for one in page.evaluate(script)]
    return "\n".join(found)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colors_leave_every_control_state_and_focus(
    open_page: Open, center: Center, tenant: Tenant, scheme: str
) -> None:
    """Borders stay, what is chosen is marked, what is disabled looks so, and the focus has its outline."""
    page = open_page("/", forced_colors="active", color_scheme=scheme)
    assert not wrong_at(page, center, tenant, FLAT)


@pytest.mark.parametrize("language", ["en", "nl"])
def test_text_of_twice_the_size_is_not_cut(open_page: Open, center: Center, tenant: Tenant, language: str) -> None:
    """Nothing lies over anything else, nothing leaves the window; a wide table scrolls in its own frame."""
    page = open_page("/", language=language, bypass_csp=True)
    wrong: list[str] = []
    pages = examples(tenant)
    for name in PAGES:
        page.goto(center.url(pages[name]))
        assert page.evaluate(LARGER) == 0, name
        wrong += [f"{name}: {one}" for one in page.evaluate(LAYOUT)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", ["en", "nl"])
def test_paper_has_whole_tables_and_no_buttons(open_page: Open, center: Center, tenant: Tenant, language: str) -> None:
    """A page of A4, as Ctrl+P makes it, also from the dark."""
    page = open_page("/", language=language, width=718, color_scheme="dark")
    page.emulate_media(media="print")
    assert not wrong_at(page, center, tenant, PRINTED)
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def test_nothing_moves_for_who_wants_no_motion(open_page: Open, center: Center, tenant: Tenant) -> None:
    """No transition, no animation on any element."""
    page = open_page(examples(tenant)["user"])
    moving = """() => [...document.querySelectorAll("*")].filter((el) => {
      const style = getComputedStyle(el);
      return parseFloat(style.transitionDuration) > 0.001 || style.animationName !== "none";
    }).length"""
    expect(page.get_by_role("complementary")).to_be_visible()
    assert page.evaluate(moving) == 0
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(moving) > 0
