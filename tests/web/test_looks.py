"""Every page and open state, in both languages: no violation of axe-core, nothing cut, nothing too small, nothing behind.

Axe judges a page at each width, in the light and in the dark, without loading it again. The suite takes some of these
looks at every state, so that each state is seen in each language, at each width and in each scheme; `make soak` all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from center import Center
from center_pages import Tenant, examples, tenant_of
from center_states import DRAWN, PARTS, WIDTHS, Visitor, states

pytestmark = pytest.mark.timeout(400)
"""Many states in one browser, one after the other: a busy machine takes its time."""
Open = Callable[..., Page]
Look = tuple[int, str]
Looks = Callable[[int, tuple[int, ...]], list[Look]]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCHEMES = ("light", "dark")
LAYOUT_WIDTHS = (320, 360, 390, 760, 1100, 1440)
"""320 CSS pixels are a window of 1280 at 400 %."""
LAID_OUT = {"nl": LAYOUT_WIDTHS, "en": (320, 760, 1440)}
"""Dutch is longer: the suite lays it out at every width, English at some."""
every_part = pytest.mark.parametrize("part", PARTS)
LAYOUT = (Path(__file__).parent / "layout.js").read_text()
FOCUS = (Path(__file__).parent / "focus.js").read_text()
LESS = """(isWhole) => {
  document.querySelectorAll("tbody tr:nth-child(n + 6)").forEach((row) => row.remove());
  window.frameIsJudged = isWhole || document.querySelector(":popover-open, #keys[open]") !== null;
}"""
"""Rows of a long list are made by the same lines of the same template: axe looks at the first five. What is the same around
every page it sees on Home, and in the states that open there."""
AXE = """async ([tags]) => {
  const exclude = window.frameIsJudged ? [] : [["header.top, nav.side, #keys"]];
  const options = { resultTypes: ["violations"], runOnly: tags, preload: false, selectors: false };
  const found = await axe.run({ include: [["html"]], exclude }, options);
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


def every(widths: tuple[int, ...]) -> list[Look]:
    """All looks at a state, the schemes in turn."""
    return [(width, SCHEMES[(turn + at) % 2]) for turn in (0, 1) for at, width in enumerate(widths)]


def some(language: str, number: int, widths: tuple[int, ...]) -> list[Look]:
    """Of three looks that follow each other two in one language and one in the other, which take turns."""
    looks, begin = every(widths), 3 * (number // 2) + number
    mine = (0, 1) if (number % 2 == 0) == (language == "en") else (2,)
    return [looks[(begin + at) % len(looks)] for at in mine]


def judged(page: Page, look: Look) -> list[str]:
    """What axe-core finds at this width and in this scheme."""
    width, scheme = look
    resize(page, width)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    found: list[str] = page.evaluate(AXE, [TAGS])
    return found


def resize(page: Page, width: int) -> None:
    """Another width of the window."""
    page.set_viewport_size({"width": width, "height": 900})


@dataclass(frozen=True, slots=True)
class Care:
    """How closely each state is looked at: by axe, at which widths as it is laid out, and whether twins are looked at too."""

    looks: Looks
    widths: tuple[int, ...]
    with_twins: bool


def looked_at(visitor: Visitor, part: str, care: Care, shots: Path | None) -> Wrong:
    """What is wrong in any state of the part: as it is laid out, then by axe."""
    wrong, page = Wrong(), visitor.page
    language = page.locator("html").get_attribute("lang")
    for number, state in enumerate(one for one in states(visitor, part) if care.with_twins or not one.is_twin):
        resize(page, state.widths[0])
        state.open()
        page.evaluate(DRAWN)
        for width in care.widths if state.widths == WIDTHS else state.widths:
            resize(page, width)
            wrong.add([*page.evaluate(LAYOUT), *page.evaluate(TWICE)], f"{state.name} {width}")
            if shots:
                page.screenshot(
                    path=shots / f"{state.name.replace(', ', '-').replace(' ', '-')}.{language}.{width}.png"
                )
        page.evaluate(AXE_SCRIPT)
        page.evaluate(LESS, state.name == "home")
        for look in care.looks(number, state.widths):
            wrong.add(judged(page, look), f"{state.name} {look[0]} {look[1]}")
    return wrong


@every_part
def test_no_state_breaks_a_rule_of_accessibility_or_is_cut(
    open_page: Open, center: Center, tenant: Tenant, language: str, part: str, shots: Path | None
) -> None:
    """WCAG 2.2 AA and axe's best practice, in some looks; no page scrolls sideways, no text is cut or over another; targets."""
    visitor = Visitor(open_page("/", language=language), center, tenant)
    wrong = looked_at(visitor, part, Care(partial(some, language), LAID_OUT[language], with_twins=False), shots)
    assert not wrong.said, str(wrong)


@pytest.mark.soak
@pytest.mark.timeout(1200)
@every_part
def test_no_look_at_any_state_breaks_a_rule(
    open_page: Open, center: Center, tenant: Tenant, language: str, part: str, shots: Path | None
) -> None:
    """The same, in every look and at every width, and those that only show another object of the same kind."""
    visitor = Visitor(open_page("/", language=language), center, tenant)
    care = Care(lambda _number, widths: every(widths), LAYOUT_WIDTHS, with_twins=True)
    wrong = looked_at(visitor, part, care, shots)
    assert not wrong.said, str(wrong)


@pytest.mark.parametrize("widths", [WIDTHS, WIDTHS[1:], WIDTHS[:1]], ids=str)
def test_the_looks_cover_every_width_and_scheme_of_a_state(widths: tuple[int, ...]) -> None:
    """At one state in both languages; and over the states each language, width and scheme together."""
    for number in range(12):
        looks = some("en", number, widths) + some("nl", number, widths)
        assert {width for width, _scheme in looks} == set(widths)
        assert {scheme for _width, scheme in looks} == set(SCHEMES)
    together = {(lang, *look) for lang in ("en", "nl") for number in range(24) for look in some(lang, number, widths)}
    assert together == set(product(("en", "nl"), widths, SCHEMES))


def test_no_focus_is_behind_something(open_page: Open, center: Center, tenant: Tenant) -> None:
    """Not behind the open pane, its buttons, the head of the page or those of a box."""
    wrong = Wrong()
    pages = examples(tenant)
    page = open_page("/users/active")
    select(page, 2)
    for name in ("user", "active_users", "product", "unassign", "plan", "manage_licenses"):
        page.goto(center.url(pages[name]))
        page.evaluate(DRAWN)
        for width in (360, 1100, 1440):
            resize(page, width)
            wrong.add(page.evaluate(FOCUS), f"{name} {width}")
    assert not wrong.said, str(wrong)


def select(page: Page, count: int) -> None:
    """Selects so many users of the list, and waits until the server has kept them."""
    for box in page.locator("tbody .ck input[type=checkbox]").all()[:count]:
        with page.expect_response("**/users/active/selection"):
            box.check()
