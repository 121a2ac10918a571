"""Every page is in one language, allows nothing foreign, asks no other host, and says nothing on the console.

The console and the hosts are watched in every test of this folder (`conftest.watch`); here every page is opened for it.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import polib
import pytest
from playwright.sync_api import Browser, Page, expect

import licentia
from center import Center, Demo, store_with
from center_pages import looked_at, tenant_of
from database import Maker

pytestmark = pytest.mark.timeout(400)
"""Many states in one browser, one after the other: a busy machine takes its time."""
Open = Callable[..., Page]

CATALOG = Path(licentia.__file__).parent / "locale" / "nl" / "LC_MESSAGES" / "licentia.po"
LANGUAGES = {"en": "English", "nl": "Nederlands"}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
SAID = """() => {
  const said = new Set();
  const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const [said_by, text] = [walk.currentNode.parentElement, walk.currentNode.data];
    if (!said_by.closest("script, style, [lang]:not(html), [translate=no]")) said.add(text);
  }
  for (const name of ["aria-label", "placeholder", "title", "alt"])
    for (const one of document.querySelectorAll(`[${name}]`)) said.add(one.getAttribute(name));
  return [...said].map((one) => one.trim().replace(/\\s+/g, " ")).filter(Boolean);
}"""
"""Every text of the page, also of what is closed, and of what only a screen reader says; not the journal's own fields."""


def foreign(language: str) -> tuple[frozenset[str], list[re.Pattern[str]]]:
    """Sentences of the other language that are none of this one: those without words to fill in, and patterns of the others."""
    pairs = [(entry.msgid, entry.msgstr) for entry in polib.pofile(str(CATALOG))]
    for entry in polib.pofile(str(CATALOG)):
        if entry.msgid_plural:
            pairs += [(entry.msgid, entry.msgstr_plural[0]), (entry.msgid_plural, entry.msgstr_plural[1])]
    ours = {pair[language == "nl"] for pair in pairs}
    theirs = {pair[language == "en"] for pair in pairs} - ours
    patterns = [
        re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(one)))
        for one in theirs
        if "{" in one and len(re.findall(r"[^\W\d_]{3,}", re.sub(r"\{\w+\}", "", one))) >= 2
    ]
    return frozenset(one for one in theirs if one and "{" not in one), patterns


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_page_is_in_the_chosen_language(open_page: Open, center: Center, language: str) -> None:
    """The html element says which; no sentence of the other language is on it; the console and other hosts hear nothing."""
    tenant = tenant_of(center)
    exact, patterns = foreign(language)
    names = set(LANGUAGES.values())
    page = open_page("/", language=language)
    wrong: list[str] = []
    for name, address in looked_at(tenant).items():
        page.goto(center.url(address))
        assert page.locator("html").get_attribute("lang") == language, name
        said = [one for one in page.evaluate(SAID) if one not in names]
        wrong += [f"{name}: {one}" for one in said if one in exact or any(it.fullmatch(one) for it in patterns)]
    assert not wrong, "\n".join(sorted(set(wrong)))


def test_every_page_carries_its_policy(center: Center) -> None:
    """No script, style or frame of somebody else, none written into the page, and no version of ours in a header."""
    client = center.client()
    for name, address in looked_at(tenant_of(center)).items():
        answer = client.get(address)
        policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
        assert POLICY.items() <= policy.items(), name
        assert answer["X-Content-Type-Options"] == "nosniff", name
        assert answer["X-Frame-Options"] == "DENY", name
        assert "Server" not in answer, name
        if not answer["Content-Type"].startswith("text/html"):
            continue
        text = answer.content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", text), name
        hosts = set(re.findall(r"""(?:src|href|action)=["'](?:https?:)?//([^/"']+)""", text))
        assert hosts <= {"localhost"}, name  # where a passkey works on this machine, as a link to press


def test_the_language_is_changed_on_the_page(open_page: Open) -> None:
    """The button names the language there is; its items say theirs in their own."""
    page = open_page("/billing/licenses")
    page.get_by_role("button", name="Language: English", exact=True).click()
    page.get_by_role("button", name="Nederlands", exact=True).click()
    expect(page.get_by_role("heading", name="Licenties", exact=True).first).to_be_visible()
    expect(page.get_by_role("button", name="Taal: Nederlands", exact=True)).to_be_visible()
    assert page.url.endswith("/billing/licenses")


def test_the_real_server_signs_in_by_its_link(browser: Browser, store_maker: Maker, demo: Demo) -> None:
    """`licentia serve`, the printed link, the button, Home, the list."""
    with store_with(store_maker, demo) as made:
        server = made.start("-c", "from licentia.cli import main; main()", "serve", "--port", "0")
        context = browser.new_context(locale="en-US")
        try:
            page = context.new_page()
            page.goto(served(server))
            page.get_by_role("button", name="Sign in", exact=True).click()
            expect(page.get_by_role("heading", name="Home", exact=True)).to_be_visible()
            page.get_by_role("link", name="Active users", exact=True).click()
            expect(page.get_by_role("link", name="Noodtoegang 1", exact=True)).to_be_visible()
        finally:
            context.close()
            server.terminate()
            server.communicate(timeout=30)


def served(server: subprocess.Popen[str]) -> str:
    """The link that the server prints when it answers."""
    assert server.stdout is not None
    for line in server.stdout:
        if "/sign-in/link/" in line:
            return line.strip()
    raise AssertionError(server.stderr.read() if server.stderr else "no link")
