"""OpenID Connect, when it is configured: operators connect their account, and only who did is signed in by it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
import time_machine
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client, override_settings
from jwt.algorithms import RSAAlgorithm

import signing
from licentia.domain.permissions import Role
from licentia.store import sql
from licentia.web import openid
from licentia.web.accounts import Connections
from world_store import World, build, crowd, tenant_rows

if TYPE_CHECKING:
    from database import Store

IDP = "https://id.example"
KEY, OTHER_KEY = (rsa.generate_private_key(public_exponent=65_537, key_size=2_048) for _ in range(2))
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
        self.claims: dict[str, Any] = {}
        self.issuer = IDP
        self.key = KEY

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
            return _answer(places | {"issuer": self.issuer, "jwks_uri": f"{IDP}/keys"})
        assert url == f"{IDP}/keys"
        public = json.loads(RSAAlgorithm.to_jwk(KEY.public_key()))
        return _answer({"keys": [public | {"kid": "k", "alg": "RS256"}]})

    def request(self, method: str, url: str, **more: Any) -> Any:
        """A token for the code."""
        self.asked.append((url, more.get("data")))
        claims = {"iss": IDP, "aud": "licentia", "sub": self.subject, "iat": 1, "exp": 9_999_999_999}
        token = jwt.encode(claims | self.claims, self.key, algorithm="RS256", headers={"kid": "k"})
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
    there = client.post("/sign-in/with/oidc", {"process": process} if process else {})
    assert there.status_code == 302
    return back(client, there["Location"])


def back(client: Client, place: str) -> Any:
    """From the provider's page."""
    target = urlsplit(place)
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


def test_connect_needs_proof(provider: Provider, world: World) -> None:
    """Somebody at a desk left open can't connect an account of their own."""
    with time_machine.travel(1_900_000_000, tick=False) as clock:
        anna = signing.set_password("Anna")
        clock.shift(30 * 60)
        led = anna.post("/sign-in/with/oidc", {"process": "connect"})["Location"]
        assert urlsplit(led).path == "/account/prove"
        assert not provider.asked
        onward = anna.post(led, {"password": signing.PASSWORD})["Location"]
        back(anna, onward)
        assert "Not connected" not in anna.get("/account").content.decode()


def test_nobody_connects(provider: Provider, world: World) -> None:
    """Without a sign-in there is nothing to connect it to, not even once somebody signs in."""
    for place in ("/sign-in/with/oidc", "/sign-in/with/oidc?process=connect"):
        there = signing.browser().post(place, {"process": "connect"})
        assert urlsplit(there["Location"]).path == "/sign-in"


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


@pytest.mark.parametrize("wrong", ["signature", "issuer", "audience", "time", "other issuer"])
def test_forged_tokens(provider: Provider, world: World, wrong: str) -> None:
    """A token that another key signed, or that is of another issuer, for another program or too old, signs nobody in."""
    goes(signing.by_link("Anna"), process="connect")
    provider.key = OTHER_KEY if wrong == "signature" else KEY
    provider.issuer = "https://evil.example" if wrong == "other issuer" else IDP
    provider.claims = {"issuer": {"iss": "https://evil.example"}, "audience": {"aud": "x"}, "time": {"exp": 2}}.get(
        wrong, {}
    )
    client = signing.browser()
    assert goes(client).status_code == 403
    assert not signing.is_in(client)


def test_provider_is_down(provider: Provider, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence, and the other ways in."""

    def down(*_args: Any, **_more: Any) -> Any:
        raise requests.ConnectionError

    monkeypatch.setattr(provider, "get", down)
    found = signing.browser().post("/sign-in/with/oidc")
    assert found.status_code == 403
    assert "did not sign you in" in found.content.decode()


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
