"""OpenID Connect, when it is configured: operators connect their account, and only who did is signed in by it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from django.test import Client, override_settings

import signing
from licentia.domain.permissions import Role
from licentia.store import sql
from licentia.web import openid
from licentia.web.accounts import Connections
from world_store import World, build, crowd, tenant_rows

if TYPE_CHECKING:
    from database import Store

IDP = "https://id.example"
NAMES = {
    "LICENTIA_OIDC_URL": IDP,
    "LICENTIA_OIDC_CLIENT_ID": "licentia",
    "LICENTIA_OIDC_CLIENT_SECRET": "a secret",
    "LICENTIA_OIDC_NAME": "Contoso ID",
}


class Provider:
    """The other side, without a network: whoever comes is `subject`."""

    def __init__(self) -> None:
        self.subject = "s-1"
        self.asked: list[tuple[str, Any]] = []

    def __enter__(self) -> Provider:
        return self

    def __exit__(self, *_error: object) -> None:
        return None

    def get(self, url: str, **more: Any) -> Any:
        """Its configuration, or who it is."""
        if url.endswith("/.well-known/openid-configuration"):
            places = {
                name: f"{IDP}/{name}" for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint")
            }
            return _answer(places | {"issuer": IDP, "jwks_uri": f"{IDP}/keys"})
        return _answer({"sub": self.subject})

    def request(self, method: str, url: str, **more: Any) -> Any:
        """A token for the code."""
        self.asked.append((url, more.get("data")))
        claims = {"iss": IDP, "aud": "licentia", "sub": self.subject, "iat": 1, "exp": 9_999_999_999}
        token = jwt.encode(claims, "x" * 32, algorithm="HS256")
        return _answer({"access_token": "t", "token_type": "Bearer", "id_token": token})


def _answer(found: dict[str, Any]) -> Any:
    return SimpleNamespace(
        status_code=200,
        json=lambda: found,
        text=json.dumps(found),
        headers={"content-type": "application/json"},
        raise_for_status=lambda: None,
    )


@pytest.fixture
def provider(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """It is configured, and answers."""
    for name, value in NAMES.items():
        monkeypatch.setenv(name, value)
    made = Provider()
    monkeypatch.setattr(Connections, "get_requests_session", lambda self: made)
    with override_settings(SOCIALACCOUNT_PROVIDERS=openid.openid_connect()):
        yield made


@pytest.fixture
def world(store: Store) -> World:
    """Anna and Bram work here."""
    made = build(store, tenant_rows(crowd(1)))
    for name in ("Anna", "Bram"):
        signing.add(name, (made.tenant, Role.LICENSE))
    return made


def goes(client: Client, *, process: str = "") -> Any:
    """There and back again."""
    there = client.post(f"/sign-in/with/oidc{process and f'?process={process}'}")
    assert there.status_code == 302
    target = urlsplit(there["Location"])
    asked = parse_qs(target.query)
    assert f"{target.scheme}://{target.netloc}" == IDP
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://localhost/sign-in/with/oidc/callback"]
    return client.get("/sign-in/with/oidc/callback", {"code": "c", "state": asked["state"][0]})


def test_connect_then_sign_in(provider: Provider, world: World) -> None:
    """Anna connects her account, and it signs her in; Bram can't take it; no token is kept."""
    assert "Contoso ID" in signing.browser().get("/sign-in").content.decode()
    assert goes(signing.by_link("Anna"), process="connect")["Location"] == "/account"
    client = signing.browser()
    assert goes(client)["Location"] == "/"
    assert signing.is_in(client)
    bram = signing.by_link("Bram")
    goes(bram, process="connect")
    assert "Not connected" in bram.get("/account").content.decode()
    assert sql.value("SELECT count(*) FROM socialaccount_socialtoken", {}) == 0
    assert "code_verifier" in provider.asked[0][1]


def test_disconnect(provider: Provider, world: World) -> None:
    """After it, the account signs nobody in."""
    anna = signing.by_link("Anna")
    goes(anna, process="connect")
    assert anna.post("/account/connection/end").status_code == 302
    assert goes(signing.browser()).status_code == 403


def test_strangers(provider: Provider, world: World) -> None:
    """Somebody whom the provider knows and no operator connected gets no account here."""
    before = sql.value("SELECT count(*) FROM operator", {})
    client = signing.browser()
    found = goes(client)
    assert found.status_code == 403
    assert "No operator has connected this account" in found.content.decode()
    assert not signing.is_in(client)
    assert sql.value("SELECT count(*) FROM operator", {}) == before


def test_forged_answers(provider: Provider, world: World) -> None:
    """An answer that nobody asked for, or that says no, signs nobody in."""
    client = signing.browser()
    for given in ({"code": "c", "state": "x"}, {"error": "access_denied"}, {}):
        assert client.get("/sign-in/with/oidc/callback", given).status_code == 403
    assert client.get("/sign-in/with/oidc").status_code == 405


def test_second_step_stays(provider: Provider, world: World) -> None:
    """Who has an authenticator app is asked for its code here too."""
    anna = signing.by_link("Anna")
    signing.add_app(anna)
    goes(signing.by_link("Anna"), process="connect")
    client = signing.browser()
    assert goes(client)["Location"] == "/sign-in/second"
    assert not signing.is_in(client)


def test_off_by_default(store: Store) -> None:
    """Without a configuration there is no such way in."""
    assert openid.openid_connect() == {}
    assert openid.form_targets() == []
    client = signing.browser()
    assert "/sign-in/with" not in client.get("/sign-in").content.decode()
    assert client.post("/sign-in/with/oidc").status_code == 404


def test_forms_may_lead_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Browsers check a form's target after a redirect too, so the provider is one."""
    for name, value in NAMES.items():
        monkeypatch.setenv(name, value)
    assert openid.form_targets() == [IDP]
