"""Sessions end when they must, and every answer carries the headers that protect it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.test import Client

import licentia.web
import signing
from licentia.changes import operators
from licentia.domain.permissions import Role
from world_store import OWNER, World, build, crowd, tenant_rows

if TYPE_CHECKING:
    from database import Store

NOW = 1_900_000_000
MINUTE, HOUR = 60, 3_600


@pytest.fixture
def world(store: Store) -> World:
    """A tenant with Anna in it."""
    made = build(store, tenant_rows(crowd(1)))
    signing.add("Anna", (made.tenant, Role.LICENSE))
    return made


def test_sign_out(world: World) -> None:
    """The session is gone, in the store too: its cookie is worth nothing."""
    client = signing.by_link("Anna")
    cookie = client.cookies["licentia_session"].value
    client.post("/sign-out")
    thief = signing.browser()
    thief.cookies["licentia_session"] = cookie
    assert not signing.is_in(thief)


def test_disabled(world: World) -> None:
    """A disabled operator is out at once, and the old session does not come back to life."""
    client = signing.by_link("Anna")
    operators.disable_operator("Anna", OWNER)
    assert not signing.is_in(client)
    operators.enable_operator("Anna", OWNER)
    other = signing.by_link("Anna")
    operators.disable_operator("Anna", OWNER)
    operators.enable_operator("Anna", OWNER)
    assert not signing.is_in(other)


def test_password_change(world: World) -> None:
    """Every other session ends; this one goes on."""
    other, mine = signing.by_link("Anna"), signing.set_password("Anna")
    assert signing.is_in(mine)
    assert not signing.is_in(other)


def test_everywhere_else(world: World) -> None:
    """The same without a new password."""
    other, mine = signing.by_link("Anna"), signing.by_link("Anna")
    assert mine.post("/account/sessions/end").status_code == 302
    assert signing.is_in(mine)
    assert not signing.is_in(other)


def test_idle(world: World) -> None:
    """An hour without work ends it; a page that asks by itself is no work."""
    with time_machine.travel(NOW, tick=False) as clock:
        client = signing.by_link("Anna")
        for _ in range(3):
            clock.shift(50 * MINUTE)
            assert signing.is_in(client)
        clock.shift(50 * MINUTE)
        assert client.get("/account", headers={"HX-Request": "true"}).status_code == 200
        clock.shift(50 * MINUTE)
        assert not signing.is_in(client)


def test_eight_hours(world: World) -> None:
    """However busy, after eight hours it ends."""
    with time_machine.travel(NOW, tick=False) as clock:
        client = signing.by_link("Anna")
        for _ in range(16):
            assert signing.is_in(client)
            clock.shift(30 * MINUTE)
        clock.shift(MINUTE)
        assert not signing.is_in(client)


def test_everywhere_else_gives_no_time(world: World) -> None:
    """Ending the others does not make this one last longer."""
    with time_machine.travel(NOW, tick=False) as clock:
        client = signing.by_link("Anna")
        for _ in range(16):
            clock.shift(29 * MINUTE)
            assert client.post("/account/sessions/end").status_code == 302
            assert signing.is_in(client)
        clock.shift(20 * MINUTE)
        assert not signing.is_in(client)


def test_cookies(world: World) -> None:
    """No script reads them, no other site sends them."""
    client = signing.by_link("Anna")
    client.get("/account")
    for name in ("licentia_session", "licentia_csrf"):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"


def test_cookies_under_tls(store: Store) -> None:
    """With TLS they never go without, and browsers bind them to this host."""
    child = store.start(
        "-c",
        "import os; os.environ['LICENTIA_TLS'] = '1'; from licentia.web import settings as s; "
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_NAME, s.SECURE_HSTS_SECONDS > 0)",
    )
    assert child.communicate()[0].split() == ["True", "True", "__Host-licentia_session", "True"]


PLACES = (
    "/sign-in",
    "/account",
    "/",
    "/nothing",
    "/static/web/app.css",
    "/static/nothing",
    "/dismiss",
    "/sign-in/link/x",
)


@pytest.mark.parametrize("place", PLACES)
def test_headers(world: World, place: str) -> None:
    """Pages, errors and files alike."""
    for client in (signing.browser(), signing.by_link("Anna")):
        answer = client.get(place)
        answer.close()
        found = answer.headers
        assert "default-src 'none'" in found["Content-Security-Policy"]
        assert "unsafe" not in found["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in found["Content-Security-Policy"]
        assert found["X-Content-Type-Options"] == "nosniff"
        assert found["X-Frame-Options"] == "DENY"
        assert found["Referrer-Policy"] == "same-origin"
        assert found["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in found["Permissions-Policy"]
        assert "Access-Control-Allow-Origin" not in found
        if not place.startswith("/static/web"):
            assert "no-store" in found["Cache-Control"]
        assert not re.search(r"django|gunicorn|python|\d+\.\d+\.\d+", str(dict(found)), re.IGNORECASE)


def test_host(store: Store) -> None:
    """A name under which nobody serves us gets our page, and nothing else."""
    answer = Client(SERVER_NAME="evil.example").get("/sign-in")
    assert answer.status_code == 400
    assert b"evil.example" not in answer.content


def test_forged_form(world: World) -> None:
    """A form from elsewhere changes nothing, and says so on our page."""
    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    answer = client.post("/sign-in", {"login": "Anna", "password": "x"})
    assert answer.status_code == 403
    assert "This form is too old" in answer.content.decode()


def test_nothing_inline() -> None:
    """No page of ours carries a script, a style or a handler in itself."""
    for path in (Path(licentia.web.__file__).parent / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", text), path.name
