"""What a test of the pages gets: the admin center on its own store, and a browser that must keep quiet and stay at home.

One browser per process, one context per test. Where there is no Chromium a test fails and says how to get one.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

import center as rig

if TYPE_CHECKING:
    from database import Maker

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
WIDTH, HEIGHT = 1440, 900
PATIENCE = 15_000
"""Milliseconds for a step, on a machine that is busy with other tests."""
expect.set_options(timeout=PATIENCE)
REFUSED = "the server responded with a status of 4"
"""How Chromium's console tells of an answer that says no on purpose."""
FASTER = "Autofocus processing was blocked because a document already has a focused element."
"""How it tells that somebody chose a place before the page did: a test is faster than a person, and the choice stands."""

Open = Callable[..., Page]


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """After the settings have been named; tests here import views."""
    django.setup()


@pytest.fixture(scope="session")
def demo(store_maker: Maker, tmp_path_factory: pytest.TempPathFactory) -> rig.Demo:
    """The demo tenant of 200 users."""
    return rig.make_demo(store_maker, tmp_path_factory.mktemp("demo"), 200)


@pytest.fixture
def center(store_maker: Maker, demo: rig.Demo) -> Iterator[rig.Center]:
    """The admin center on a store of the test's own."""
    with rig.store_with(store_maker, demo), rig.serving(demo) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, one for the process."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.fail(
            "NOT tested in a browser: there is no Chromium here. Debian: apt-get install chromium", pytrace=False
        )
    # Playwright's loop lives in the main thread, where other tests use the store: Django need not look out for it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def troubles() -> list[str]:
    """What the pages of a test said on the console, or asked of another host: at its end there is nothing."""
    return []


@pytest.fixture
def open_page(browser: Browser, center: rig.Center, troubles: list[str]) -> Iterator[Open]:
    """Opens an address of the center, signed in: `open_page("/users/active", language="nl", script=False)`."""
    contexts: list[BrowserContext] = []

    def start(path: str, *, language: str = "en", script: bool = True, width: int = WIDTH, **more: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": HEIGHT}, java_script_enabled=script, reduced_motion="reduce", **more
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.add_cookies(
            [
                {"name": name, "value": value, "url": center.address}
                for name, value in (("licentia_session", center.demo.cookie), ("licentia_language", language))
            ]
        )
        page = context.new_page()
        watch(page, center.address, troubles)
        page.goto(center.url(path))
        return page

    yield start
    for context in contexts:
        context.close()
    assert not troubles, "\n".join(troubles)


def watch(page: Page, address: str, troubles: list[str]) -> None:
    """Writes down what the page says on its console, its errors, and every request to another host."""
    page.on("console", lambda said: None if is_expected(said.text) else troubles.append(f"console: {said.text}"))
    page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
    page.on(
        "request",
        lambda asked: None if asked.url.startswith(address) else troubles.append(f"another host: {asked.url}"),
    )


def is_expected(said: str) -> bool:
    """Whether the console says what a sound page may say."""
    return REFUSED in said or said == FASTER


@pytest.fixture(scope="session")
def shots() -> Path | None:
    """A folder for pictures of what the tests see: LICENTIA_TEST_SHOTS; else none are made."""
    folder = os.environ.get("LICENTIA_TEST_SHOTS")
    return Path(folder) if folder else None
