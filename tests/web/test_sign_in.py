"""Signing in: passwords, tries, second steps, links; nobody learns whether an account exists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client

import signing
from licentia.changes import entering, operators
from licentia.domain.permissions import Role
from licentia.store import sql
from signing import PASSWORD
from world_store import OWNER, build, crowd, tenant_rows

if TYPE_CHECKING:
    from database import Store

WRONG = "verkeerd verkeerd"
MISMATCH = "This name and password don&#x27;t belong together."
TOO_MANY = "Too many wrong tries."


@pytest.fixture
def anna(store: Store) -> Client:
    """Anna has a password; her browser."""
    world = build(store, tenant_rows(crowd(1)))
    signing.add("Anna", (world.tenant, Role.LICENSE), display_name="Anna de Vries")
    return signing.set_password("Anna")


def said(answer: Any) -> str:
    """What the page says went wrong."""
    return " ".join(re.findall(r'role="alert">([^<]+)<', answer.content.decode()))


def test_name_and_password(anna: Client) -> None:
    """They sign in, in any letter case of the name, under a new session key; the password is kept as Argon2id."""
    client = signing.browser()
    client.get("/sign-in")
    client.session.save()
    before = client.session.session_key
    assert signing.sign_in(client, " aNNA ").status_code == 302
    assert signing.is_in(client)
    assert client.session.session_key != before
    assert get_user_model().objects.get(name="Anna").password.startswith("argon2$argon2id$")


@pytest.mark.parametrize(
    "password",
    ["elf tekens1", "x" * 129, "password1234", "anna.de.vries"],
    ids=["short", "long", "common", "name"],
)
def test_bad_passwords(anna: Client, password: str) -> None:
    """Too short, too long, too common and too much like the name are refused, with the reason."""
    found = anna.post("/account/password", {"password1": password, "password2": password})
    assert found.status_code == 200
    assert said(found)
    assert signing.sign_in(signing.browser(), "Anna").status_code == 302


def test_long_password(anna: Client) -> None:
    """128 characters, with spaces at its ends, are kept as typed."""
    long = " " + "ë" * 126 + " "
    signing.set_password("Anna", long)
    assert signing.sign_in(signing.browser(), "Anna", long.strip()).status_code == 200
    assert signing.sign_in(signing.browser(), "Anna", long).status_code == 302


def test_unknown_looks_the_same(anna: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that nobody has gets the same page, and as much hashing as a wrong password; so does a disabled operator."""
    hashed: list[str] = []
    from django.contrib.auth.hashers import Argon2PasswordHasher

    encode, verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify
    monkeypatch.setattr(Argon2PasswordHasher, "encode", lambda *a, **k: hashed.append("encode") or encode(*a, **k))
    monkeypatch.setattr(Argon2PasswordHasher, "verify", lambda *a, **k: hashed.append("verify") or verify(*a, **k))
    operators.add_operator("Bram", "", OWNER)
    pages = []
    for name, password in (("Anna", WRONG), ("Nobody", WRONG), ("Bram", WRONG)):
        hashed.clear()
        answer = signing.sign_in(signing.browser(), name, password)
        pages.append((answer.status_code, said(answer), len(hashed)))
    operators.disable_operator("Anna", OWNER)
    hashed.clear()
    answer = signing.sign_in(signing.browser(), "Anna")
    pages.append((answer.status_code, said(answer), len(hashed)))
    assert pages == [(200, MISMATCH, 1)] * 4


@pytest.mark.parametrize("name", ["Anna", "Nobody"])
def test_five_tries(anna: Client, name: str) -> None:
    """After five wrong tries the right password is refused too, for an unknown name alike; 15 minutes later it is not."""
    with time_machine.travel(0, tick=False) as clock:
        for _ in range(5):
            assert said(signing.sign_in(signing.browser(), name, WRONG)) == MISMATCH
        assert said(signing.sign_in(signing.browser(), name.upper())).startswith(TOO_MANY)
        clock.shift(15 * 60 + 1)
        assert signing.sign_in(signing.browser(), name).status_code == (302 if name == "Anna" else 200)


def test_tries_are_in_the_store(anna: Client, store: Store) -> None:
    """Another process knows of them: they are rows. Somebody else's account and the link are not locked."""
    for _ in range(5):
        signing.sign_in(signing.browser(), "Anna", WRONG)
    child = store.start(
        "-c",
        "from licentia.store.opening import open_store; open_store(); "
        "from licentia.changes import entering; print(entering.take_try('anna'), entering.take_try('bram') is None)",
    )
    assert child.communicate()[0].split() == ["None", "False"]
    assert signing.is_in(signing.by_link("Anna"))


def test_a_right_password_does_not_forget(anna: Client) -> None:
    """Tries of the second step add to those of the password, and a right password takes none of them back."""
    key = signing.add_app(anna)
    sql.execute("DELETE FROM sign_in_try", {})
    client = signing.browser()
    for n in range(5):
        assert signing.sign_in(client, "Anna")["Location"] == "/sign-in/second", n
        assert said(client.post("/sign-in/second", {"code": "000000"})).startswith("This code is wrong")
    assert said(client.post("/sign-in/second", {"code": signing.code(key)})).startswith(TOO_MANY)
    assert said(signing.sign_in(signing.browser(), "Anna")).startswith(TOO_MANY)
    assert not signing.is_in(client)


def test_second_step(anna: Client) -> None:
    """A code signs in once; a recovery code too; the secret is not readable in the store."""
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        anna = signing.by_link("Anna")
        key = signing.add_app(anna)
        codes = re.findall(r"<li>(\d{8})</li>", anna.get("/account/codes").content.decode())
        assert len(codes) == 10
        assert re.findall(r"<li>(\d{8})</li>", anna.get("/account/codes").content.decode()) == []
        clock.shift(60)
        for given, status in ((signing.code(key), 302), (signing.code(key), 200), (codes[0], 302), (codes[0], 200)):
            client = signing.browser()
            assert signing.sign_in(client, "Anna")["Location"] == "/sign-in/second"
            assert not signing.is_in(client)
            assert client.post("/sign-in/second", {"code": given}).status_code == status
            assert signing.is_in(client) == (status == 302)
    stored = sql.rows("SELECT data FROM mfa_authenticator", {})
    assert key not in str(stored)


def test_second_step_alone_is_nothing(store: Store) -> None:
    """Without a password first there is no second step."""
    client = signing.browser()
    assert client.get("/sign-in/second")["Location"] == "/sign-in"
    assert client.post("/sign-in/second", {"code": "123456"})["Location"] == "/sign-in"


def test_links(anna: Client) -> None:
    """A link signs in once, within 15 minutes; looking at it uses nothing up; it ends with the operator's rights."""
    link = f"/sign-in/link/{entering.link_for('Anna', OWNER)}"
    assert signing.browser().get(link).status_code == 200
    client = signing.browser()
    assert client.post(link).status_code == 302
    assert signing.is_in(client)
    assert signing.browser().post(link).status_code == 403
    with time_machine.travel(0, tick=False) as clock:
        late = f"/sign-in/link/{entering.link_for('Anna', OWNER)}"
        clock.shift(15 * 60 + 1)
        assert signing.browser().post(late).status_code == 403
    link = f"/sign-in/link/{entering.link_for('Anna', OWNER)}"
    operators.disable_operator("Anna", OWNER)
    assert signing.browser().post(link).status_code == 403


def test_changes_need_proof(anna: Client) -> None:
    """Who signed in with a password proves it once more before the account changes."""
    client = signing.browser()
    signing.sign_in(client, "Anna")
    for place in ("/account/password", "/account/app", "/account/passkeys"):
        assert client.get(place)["Location"].startswith("/account/prove?next=")
    assert said(client.post("/account/prove", {"password": WRONG, "next": "/account/app"})) == "This password is wrong."
    before = client.session.session_key
    assert client.post("/account/prove", {"password": PASSWORD, "next": "/account/app"})["Location"] == "/account/app"
    assert client.session.session_key != before
    assert client.get("/account/app").status_code == 200


def test_where_to_after(anna: Client) -> None:
    """The page that was asked for; never another site."""
    for wanted, found in (("/plans", "/plans"), ("https://evil.example/", "/"), ("//evil.example", "/")):
        answer = signing.browser().post("/sign-in", {"login": "Anna", "password": PASSWORD, "next": wanted})
        assert answer["Location"] == found


def test_passkeys_need_a_name(anna: Client) -> None:
    """At an IP address the page says where passkeys work, and links there."""
    client = Client(HTTP_HOST="127.0.0.1:8365")
    client.post(f"/sign-in/link/{entering.link_for('Anna', OWNER)}")
    page = client.get("/account").content.decode()
    assert "http://localhost:8365/account" in page
    assert "/account/passkeys" not in page
    assert "data-passkey" not in client.get("/account/passkeys").content.decode()
    assert "data-passkey" in anna.get("/account/passkeys").content.decode()


def test_log(anna: Client, caplog: pytest.LogCaptureFixture) -> None:
    """Who came in, who did not, how and from where is logged; what nobody is called is not, for it may be a password."""
    caplog.set_level("INFO", "licentia.security")
    signing.sign_in(signing.browser(), "x\nsign-in.done name='Anna'", WRONG)
    client = signing.browser()
    signing.sign_in(client, "Anna")
    client.post("/sign-out")
    lines = [record.getMessage() for record in caplog.records if record.name == "licentia.security"]
    assert [line.split(" ")[0] for line in lines] == ["sign-in.wrong", "sign-in.done", "sign-out"]
    assert lines[1] == "sign-in.done by=password name='Anna' from=127.0.0.1"
    assert lines[0] == "sign-in.wrong name='' from=127.0.0.1"
    assert PASSWORD not in "".join(lines)
    assert WRONG not in "".join(lines)


def test_tries_at_once(store: Store) -> None:
    """Four processes that try three times each get five tries together."""
    script = (
        "from licentia.store.opening import open_store; open_store(); from licentia.changes import entering; input(); "
        "print(sum(entering.take_try('anna') is not None for _ in range(3)))"
    )
    children = [store.start("-c", script) for _ in range(4)]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    assert sum(int(child.communicate()[0]) for child in children) == 5
