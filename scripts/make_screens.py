"""Draws the screens of the README anew: a demo tenant in a store to throw away, the real server, Debian's Chromium.

Writes docs/screens/*.png. Each picture is taken after the steps that a person would take.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
SCREENS = ROOT / "docs" / "screens"
LICENTIA = Path(sys.executable).parent / "licentia"
WIDTH, HEIGHT = 1280, 800
SEARCH = "Akg"


def home(page: Page, base: str) -> None:
    """Home."""
    page.goto(base)


def box(page: Page, base: str) -> None:
    """The Unassign licenses box for four users of a product."""
    page.goto(f"{base}/billing/licenses")
    page.get_by_role("link", name="Microsoft 365 E3").first.click()
    for check in page.locator("tbody").get_by_role("checkbox").all()[:4]:
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            check.check()
    page.locator("button[value=unassign]").click()


def pane(page: Page, base: str) -> None:
    """A user's pane with what happens if the change is saved."""
    page.goto(f"{base}/users/active?q={SEARCH}")
    page.locator("tbody th a").first.click()
    held = page.locator("#pane input[name=product]:checked:not(:disabled)").first
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        held.uncheck()


def reclaim(page: Page, base: str) -> None:
    """Unused licenses."""
    page.goto(f"{base}/reclaim?kind=inactive")


PICTURES: tuple[tuple[str, str, Callable[[Page, str], None]], ...] = (
    ("home.en", "en", home),
    ("unassign.en", "en", box),
    ("pane.nl", "nl", pane),
    ("reclaim.en", "en", reclaim),
)


def main() -> None:
    """Draws every picture."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("There is no Chromium here. On Debian: apt-get install chromium")
    SCREENS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="licentia-screens-") as folder:
        env = os.environ | {"LICENTIA_HOME": folder, "LICENTIA_LANG": "en", "LOGNAME": "admin"}
        env.pop("LICENTIA_DATABASE_URL", None)
        subprocess.run([LICENTIA, "demo"], env=env, check=True, stdout=subprocess.DEVNULL)
        words = [str(LICENTIA), "serve", "--port", "0"]
        with subprocess.Popen(words, env=env, stdout=subprocess.PIPE, text=True) as server, sync_playwright() as tool:
            assert server.stdout is not None
            link = [server.stdout.readline() for _ in range(3)][-1].strip()
            browser = tool.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            draw(browser, link)
            browser.close()
            server.terminate()


def draw(browser: Browser, link: str) -> None:
    """Signs in once and takes every picture."""
    base = link.partition("/sign-in")[0]
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button").last.click()
    page.wait_for_url(f"{base}/")
    for name, language, steps in PICTURES:
        context.add_cookies([{"name": "licentia_language", "value": language, "url": base}])
        steps(page, base)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=SCREENS / f"{name}.png")
        print(f"docs/screens/{name}.png")


if __name__ == "__main__":
    main()
