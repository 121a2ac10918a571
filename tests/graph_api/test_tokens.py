"""Tokens that prove nothing, however they are forged; keys that are made once, follow one another, and prove to the end."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import threading
from typing import TYPE_CHECKING, Any

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connections
from django.test import RequestFactory

from licentia.changes import apps, signing
from licentia.domain.permissions import SYSTEM
from licentia.graph_api import access, tokens
from licentia.graph_api.errors import GraphRefused
from licentia.store import clock, sql
from licentia.store.lists import signing as keys
from licentia.store.lists import tenants
from licentia.store.lists.apps import AppRow
from world_store import OWNER, World, build, crowd, tenant_rows

if TYPE_CHECKING:
    from database import Store

MINUTE = 60


@pytest.fixture
def world(store: Store) -> World:
    """Two tenants alike."""
    return build(store, tenant_rows(crowd(1)))


@pytest.fixture
def app(world: World) -> AppRow:
    """A program that reads users."""
    return apps.create_app(world.tenant, "Reader", OWNER, application=["User.Read.All"]).app


def authenticated(token: str) -> access.Caller:
    """The caller of a request with this token, looked at anew."""
    access.forget()
    return access.authenticate(RequestFactory().get("/v1.0/users", headers={"Authorization": f"Bearer {token}"}))


def refusal(token: str) -> str:
    """Why it is nobody's: 401 in Graph's words, whatever the token is."""
    with pytest.raises(GraphRefused) as found:
        authenticated(token)
    assert (found.value.status, found.value.code) == (401, "InvalidAuthenticationToken")
    assert "WWW-Authenticate" in found.value.headers
    return found.value.message


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims."""
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return dict(jwt.get_unverified_header(token)), claims


def packed(value: object) -> str:
    """A part of a token."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def signed(claims: dict[str, Any], **header: Any) -> str:
    """Claims signed by this store's own key: forged by who has it, or a token for something else."""
    key_id, key = signing.current()
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": key_id} | header)


def test_forged_tokens(app: AppRow, caplog: pytest.LogCaptureFixture) -> None:
    """No signature, the public key as a secret, a strange key, cut off, huge: 401 each, and none of it in the log."""
    caplog.set_level(logging.DEBUG)
    token = tokens.for_app(app)[0]
    header, claims = parts(token)
    head, body, tail = token.split(".")
    key_id, own = signing.current()
    public = own.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    stranger = generate_private_key(public_exponent=65_537, key_size=2048)
    by_hand = f"{packed({'alg': 'HS256', 'typ': 'JWT', 'kid': key_id})}.{packed(claims)}"
    mac = base64.urlsafe_b64encode(hmac.new(public, by_hand.encode(), hashlib.sha256).digest()).rstrip(b"=").decode()
    forged = {
        "alg none": f"{packed({'alg': 'none', 'kid': key_id})}.{packed(claims)}.",
        "alg None": f"{packed({'alg': 'None', 'kid': key_id})}.{packed(claims)}.{tail}",
        "public key as a secret": f"{by_hand}.{mac}",
        "a stranger's key": jwt.encode(claims, stranger, algorithm="RS256", headers={"kid": key_id}),
        "a kid of nobody": jwt.encode(claims, stranger, algorithm="RS256", headers={"kid": "x"}),
        "no kid": jwt.encode(claims, own, algorithm="RS256"),
        "a kid that is a list": f"{packed(header | {'kid': ['x']})}.{body}.{tail}",
        "another algorithm": jwt.encode(claims, own, algorithm="RS512", headers={"kid": key_id}),
        "claims changed": f"{head}.{packed(claims | {'roles': ['User.ReadWrite.All']})}.{tail}",
        "cut off": token[:-20],
        "no signature": f"{head}.{body}.",
        "two parts": f"{head}.{body}",
        "four parts": f"{token}.{tail}",
        "dots": "..",
        "one word": "secret",
        "header is a list": f"{packed([])}.{body}.{tail}",
        "claims are a list": f"{head}.{packed([1])}.{tail}",
        "no base64": "ï»¿.€.\udce9",
        "a megabyte": f"{head}.{'A' * 1_000_000}.{tail}",
        "a megabyte of dots": "." * 1_000_000,
    }
    said = {name: refusal(text) for name, text in forged.items()}
    assert said["one word"] == "IDX14100: JWT is not well formed, there are no dots (.)."
    assert said["claims changed"] == said["a stranger's key"] == "Access token validation failure. Invalid signature."
    assert said["a kid of nobody"] == said["alg none"] == "Signing key is invalid."
    assert all(text not in caplog.text for text in (tail, body, *forged.values()) if len(text) > 8)
    assert authenticated(token).app_id == app.id


def test_signed_by_us_and_yet_no_token(app: AppRow, world: World) -> None:
    """For something else, of another issuer, of another tenant, with parts missing or of a wrong kind."""
    _header, claims = parts(tokens.for_app(app)[0])
    other = tenants.on_the_wire(world.twin)[1]
    spoiled: list[dict[str, Any]] = [
        {"aud": "https://other.example"},
        {"iss": "https://other.example"},
        {"iss": tokens.issuer(other)},
        {"tid": other},
        {"tid": other, "iss": tokens.issuer(other)},
        {"appid": "11111111-1111-1111-1111-111111111111"},
        {"roles": 7},
        {"roles": [["User.Read.All"]]},
        {"idtyp": "user", "scp": "User.Read.All"},
        {"idtyp": "user", "scp": "User.Read.All", "oid": "no id"},
        {"exp": "soon"},
        {"exp": None},
        {"appid": "\x00"},
    ]
    assert authenticated(signed(claims)).app_id == app.id
    for changed in spoiled:
        assert refusal(signed(claims | changed)), changed
    for missing in ("aud", "iss", "exp", "nbf", "iat", "tid", "appid", "oid", "idtyp", "roles"):
        assert refusal(signed({name: value for name, value in claims.items() if name != missing})), missing


def test_a_token_has_its_time(app: AppRow) -> None:
    """From when it was made, with a little patience for clocks that are behind, to its end; not a second longer."""
    token, lives = tokens.for_app(app)
    made = parts(token)[1]["iat"]
    for seconds, is_good in ((-299, True), (-301, False), (lives - 1, True), (lives, False)):
        with time_machine.travel(made + seconds + 0.5, tick=False):
            if is_good:
                assert authenticated(token).app_id == app.id
            else:
                assert refusal(token) == "Lifetime validation failed, the token is expired."


def test_what_a_token_opens_is_remembered_for_a_moment_only(app: AppRow, world: World) -> None:
    """Two seconds at most after the program is gone, and never past the token's end."""
    token, _lives = tokens.for_app(app)
    request = RequestFactory().get("/v1.0/users", headers={"Authorization": f"Bearer {token}"})
    now = clock.machine_now() / 1e6
    with time_machine.travel(now, tick=False):
        first = access.authenticate(request)
        apps.delete_app(world.tenant, app.name, OWNER)
        assert access.authenticate(request) is first
    with time_machine.travel(now + 2.1, tick=False), pytest.raises(GraphRefused):
        access.authenticate(request)


def test_the_memory_of_tokens_is_bounded(app: AppRow, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many tokens do not fill it."""
    monkeypatch.setattr(access, "KEPT_TOKENS", 3)
    access.forget()
    for _ in range(7):
        token = tokens.for_app(app)[0]
        access.authenticate(RequestFactory().get("/", headers={"Authorization": f"Bearer {token}"}))
        assert len(access._known) <= 3


def test_a_remembered_token_asks_the_store_nothing(app: AppRow) -> None:
    """A second request with the same token costs no statement."""
    token = tokens.for_app(app)[0]
    request = RequestFactory().get("/", headers={"Authorization": f"Bearer {token}"})
    access.authenticate(request)
    seen: list[str] = []

    def watch(execute: Any, text: Any, params: Any, many: bool, context: Any) -> Any:
        seen.append(str(text))
        return execute(text, params, many, context)

    with connections["default"].execute_wrapper(watch):
        access.authenticate(request)
    assert seen == []


def test_a_new_key_signs_and_the_old_one_proves_to_the_end(app: AppRow) -> None:
    """What was signed before is good as long as a token lives; then the key is not published any more, and swept away."""
    start = clock.machine_now() / 1e6
    old = tokens.for_app(app)[0]
    with time_machine.travel(start + MINUTE):
        rotated = signing.rotate(SYSTEM)
        fresh = tokens.for_app(app)[0]
        assert parts(fresh)[0]["kid"] == rotated != parts(old)[0]["kid"]
        assert authenticated(old).app_id == authenticated(fresh).app_id == app.id
        assert {key["kid"] for key in tokens.public_keys()} == {parts(old)[0]["kid"], rotated}
    with time_machine.travel(start + MINUTE + tokens.LONGEST + 5):
        assert refusal(old) == "Signing key is invalid."
        assert [key["kid"] for key in tokens.public_keys()] == [rotated]
        last = signing.rotate(SYSTEM)
        assert {key.id for key in keys.every()} == {rotated, last}


def test_an_old_key_is_followed_by_itself(app: AppRow) -> None:
    """After ninety days the next token is signed with a new one."""
    first = parts(tokens.for_app(app)[0])[0]["kid"]
    with time_machine.travel(clock.machine_now() / 1e6 + 90 * 86_400 + 10):
        assert parts(tokens.for_app(app)[0])[0]["kid"] != first


def test_private_keys_are_encrypted_in_the_store(app: AppRow, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a key that is not there; when that is another, tokens are signed with a new key, and the old still prove."""
    old = tokens.for_app(app)[0]
    (row,) = keys.every()
    assert "PRIVATE" not in row.private
    assert '"d"' not in row.public
    monkeypatch.setenv("LICENTIA_SECRET_KEY", "another key")
    signing._open.cache_clear()
    fresh = tokens.for_app(app)[0]
    assert parts(fresh)[0]["kid"] != row.id
    assert authenticated(old).app_id == authenticated(fresh).app_id == app.id
    signing._open.cache_clear()


def test_two_that_make_the_first_key_at_once_end_with_one(app: AppRow, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes second takes the key of the first."""
    both = threading.Barrier(2)
    make = signing.generate_private_key

    def together(**how: Any) -> Any:
        made = make(**how)
        both.wait(20)
        return made

    monkeypatch.setattr(signing, "generate_private_key", together)
    found: list[str] = []

    def first() -> None:
        try:
            found.append(signing.current()[0])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=first) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == 2
    assert len(set(found)) == sql.value("SELECT count(*) FROM signing_key", {}) == 1
