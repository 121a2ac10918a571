"""Every page and open state, in both languages: no violation of axe-core, nothing cut, nothing too small, nothing behind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from center import Center
from center_pages import OPEN, Tenant, boxes, examples, looked_at, tenant_of

Open = Callable[..., Page]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLORS = ["color-contrast", "link-in-text-block"]
"""The rules of axe that see colors: only they can find something else in the dark."""
IN_THE_DARK = {"en": 1440, "nl": 360}
"""The width at which a language is looked at in the dark too: every pair of language, width and scheme is seen."""
WIDTHS = (360, 390, 760, 1100, 1440)
LAYOUT = (Path(__file__).parent / "layout.js").read_text()
FOCUS = (Path(__file__).parent / "focus.js").read_text()
FRAME = "header.top, nav.side, #keys"
"""What is the same around every page: axe looks at it on Home, and in the states that open in it."""
LONG = "tbody tr:nth-child(n + 6)"
"""Rows of a long list are made by the same lines of the same template: axe looks at the first five."""

AXE = """async ([exclude, options]) => {
  const found = await axe.run({ exclude }, options);
  const lines = (nodes) => nodes.map((node) => "    " + node.html.slice(0, 200)).join("\\n");
  return found.violations.map((one) => `${one.id}: ${one.help}\\n` + lines(one.nodes));
}"""


TWICE = """() => {
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  return ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `the id ${id} is there twice`);
}"""


class Wrong:
    """What is wrong, and where: each thing once."""

    def __init__(self) -> None:
        self.said: dict[str, list[str]] = defaultdict(list)

    def add(self, found: list[str], where: str) -> None:
        """Keeps it."""
        for one in found:
            self.said[one].append(where)

    def __str__(self) -> str:
        return "\n".join(f"{one}\n        at {', '.join(where)}" for one, where in self.said.items())


@pytest.fixture(params=["en", "nl"])
def language(request: pytest.FixtureRequest) -> str:
    """Each test in both."""
    return str(request.param)


@pytest.fixture
def tenant(center: Center) -> Tenant:
    """What the demo tenant has."""
    return tenant_of(center)


def judged(page: Page, scheme: str, *, frame: bool = True) -> list[str]:
    """What axe-core finds: in the light by every rule, in the dark by those that see colors."""
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    only: Any = TAGS if scheme == "light" else {"type": "rule", "values": COLORS}
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"resultTypes": ["violations"], "runOnly": only, "preload": False, "selectors": False}
    found: list[str] = page.evaluate(AXE, [[[LONG]] if frame else [[LONG], [FRAME]], options])
    return found


def resize(page: Page, width: int) -> None:
    """Another width of the window."""
    page.set_viewport_size({"width": width, "height": 900})


DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""The page has been drawn, and what it wanted to have the focus has it."""


def walk(page: Page, center: Center, addresses: dict[str, str]) -> Iterator[str]:
    """Opens each address; yields its name."""
    for name, address in addresses.items():
        page.goto(center.url(address))
        page.evaluate(DRAWN)
        yield name


def test_no_page_breaks_a_rule_of_accessibility(open_page: Open, center: Center, tenant: Tenant, language: str) -> None:
    """WCAG 2.2 AA and axe's best practice; at 1440 and 360 px, in light and dark."""
    wrong = Wrong()
    page = open_page("/users/active", language=language)
    select(page, 2)
    for name in walk(page, center, looked_at(tenant)):
        for width in (1440, 360):
            resize(page, width)
            for scheme in ("light", "dark") if width == IN_THE_DARK[language] else ("light",):
                wrong.add(judged(page, scheme, frame=name == "home"), f"{name} {width} {scheme}")
    assert not wrong.said, str(wrong)


def test_no_open_state_breaks_a_rule_of_accessibility(
    open_page: Open, center: Center, language: str, shots: Path | None
) -> None:
    """Menus, boxes, a selection: open, in light and dark, as they should be laid out, and no id is there twice."""
    wrong = Wrong()
    page = open_page("/", language=language)
    for name, (width, address, act) in (OPEN | boxes(tenant_of(center))).items():
        resize(page, width)
        page.goto(center.url(address))
        act(page)
        wrong.add([*judged(page, "light"), *judged(page, "dark"), *page.evaluate(LAYOUT), *page.evaluate(TWICE)], name)
        if shots:
            page.screenshot(path=shots / f"open-{name.replace(', ', '-').replace(' ', '-')}.{language}.png")
    assert not wrong.said, str(wrong)


def test_nothing_is_cut_or_too_small(
    open_page: Open, center: Center, tenant: Tenant, language: str, shots: Path | None
) -> None:
    """No page scrolls sideways; no text is cut or over another; every target of a pointer is at least 24 px."""
    wrong = Wrong()
    page = open_page("/users/active", language=language)
    select(page, 2)
    for name in walk(page, center, looked_at(tenant)):
        for width in WIDTHS:
            resize(page, width)
            wrong.add(page.evaluate(LAYOUT), f"{name} {width}")
            if shots:
                page.screenshot(path=shots / f"{name.replace(', ', '-').replace(' ', '-')}.{language}.{width}.png")
    assert not wrong.said, str(wrong)


def test_no_focus_is_behind_something(open_page: Open, center: Center, tenant: Tenant) -> None:
    """Not behind the open pane, its buttons, the head of the page or those of a box."""
    wrong = Wrong()
    every = examples(tenant)
    page = open_page("/users/active")
    select(page, 2)
    chosen = {name: every[name] for name in ("user", "active_users", "product", "unassign", "plan", "manage_licenses")}
    for name in walk(page, center, chosen):
        for width in (360, 1100, 1440):
            resize(page, width)
            wrong.add(page.evaluate(FOCUS), f"{name} {width}")
    assert not wrong.said, str(wrong)


def select(page: Page, count: int) -> None:
    """Selects so many users of the list, and waits until the server has kept them."""
    for box in page.locator("tbody .ck input[type=checkbox]").all()[:count]:
        with page.expect_response("**/users/active/selection"):
            box.check()
