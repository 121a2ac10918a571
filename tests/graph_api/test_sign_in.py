"""The token endpoint as token libraries use it: who gets a token, and every refusal in OAuth's shape with its number."""

from __future__ import annotations

import base64
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import jwt
import pytest
import time_machine
from django.test import Client, RequestFactory

import signing as people
from licentia.changes import apps
from licentia.changes.apps import NewSecret
from licentia.domain.permissions import Role
from licentia.graph_api import access
from licentia.store import clock, sql
from licentia.store.lists import tenants
from signing import PASSWORD
from world_store import OWNER, World, build, crowd, tenant_rows

if TYPE_CHECKING:
    from database import Store

GRAPH = "https://graph.microsoft.com"
FORM = "application/x-www-form-urlencoded"
WRONG = "verkeerd verkeerd"
ANNA = "anna@contoso.example"
DAY = 86_400


@pytest.fixture
def world(store: Store) -> World:
    """Two tenants alike."""
    return build(store, tenant_rows(crowd(1)))


@pytest.fixture
def app(world: World) -> NewSecret:
    """A program that reads users by itself, and for people assigns licenses too."""
    return apps.create_app(
        world.tenant,
        "Leavers script",
        OWNER,
        application=["User.Read.All"],
        delegated=["User.Read.All", "LicenseAssignment.ReadWrite.All"],
    )


@pytest.fixture
def anna(world: World) -> str:
    """A License Administrator with a password."""
    people.add(ANNA, (world.tenant, Role.LICENSE), display_name="Anna de Vries")
    people.set_password(ANNA)
    return ANNA


def client() -> Client:
    """A program."""
    return Client(SERVER_NAME="localhost")


def ask(app: NewSecret, tenant: str = "", **more: Any) -> Any:
    """The answer to client credentials, with other fields where they are given; None leaves a field out."""
    form = {
        "grant_type": "client_credentials",
        "client_id": app.app.id,
        "client_secret": app.secret,
        "scope": f"{GRAPH}/.default",
    }
    version = more.pop("version", "v2.0/")
    headers = more.pop("headers", {})
    form |= more
    sent = {name: value for name, value in form.items() if value is not None}
    where = f"/{tenant or app.app.tenant_guid}/oauth2/{version}token"
    return client().post(where, urlencode(sent), FORM, headers=headers)


def ask_for_anna(app: NewSecret, **more: Any) -> Any:
    """The answer to Anna's name and password."""
    fields: dict[str, Any] = {"grant_type": "password", "username": ANNA, "password": PASSWORD}
    return ask(app, **(fields | more))


def refused(answer: Any) -> tuple[int, str, int]:
    """Status, error and number of a refusal; its shape is what libraries read."""
    body = answer.json()
    wanted = {"error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id"}
    assert set(body) - {"suberror"} == wanted
    (number,) = body["error_codes"]
    assert body["error_description"].startswith(f"AADSTS{number}: ")
    assert "{" not in body["error_description"]
    return answer.status_code, body["error"], number


def read(token: str, tenant: str) -> dict[str, Any]:
    """The claims, proved with what discovery says and nothing else."""
    configuration = client().get(f"/{tenant}/v2.0/.well-known/openid-configuration").json()
    keys = client().get(configuration["jwks_uri"].removeprefix("http://localhost")).json()
    known = jwt.PyJWKSet.from_dict(keys)
    key = known[jwt.get_unverified_header(token)["kid"]]
    claims: dict[str, Any] = jwt.decode(token, key, algorithms=["RS256"], audience=GRAPH)
    return claims


def test_a_program_gets_a_token_by_its_secret(app: NewSecret) -> None:
    """As Microsoft's: bearer, an hour to an hour and a half, the program's own scopes as roles."""
    body = ask(app, client_info="1", claims="{}").json()
    assert set(body) == {"token_type", "expires_in", "ext_expires_in", "access_token"}
    assert body["token_type"] == "Bearer"
    assert 3_600 <= body["expires_in"] <= 5_400
    claims = read(body["access_token"], app.app.tenant_guid)
    assert claims["roles"] == ["User.Read.All"]
    assert claims["idtyp"] == "app"
    assert claims["tid"] == app.app.tenant_guid
    assert claims["appid"] == claims["azp"] == app.app.id
    assert claims["iss"] == f"https://sts.windows.net/{app.app.tenant_guid}/"
    assert claims["exp"] - claims["iat"] == body["expires_in"]
    assert claims["nbf"] == claims["iat"]
    assert (claims["ver"], claims["oid"]) == ("1.0", claims["sub"])
    assert "scp" not in claims
    assert "wids" not in claims


def test_the_secret_may_come_by_http_basic(app: NewSecret) -> None:
    """In the header instead of the form."""
    packed = base64.b64encode(f"{app.app.id}:{app.secret}".encode()).decode()
    answer = ask(app, client_id=None, client_secret=None, headers={"Authorization": f"Basic {packed}"})
    assert answer.status_code == 200
    spoiled = ask(app, client_id=None, client_secret=None, headers={"Authorization": "Basic %%%"})
    assert refused(spoiled) == (400, "invalid_request", 900144)


def test_a_tenant_is_named_by_id_domain_or_name(app: NewSecret, world: World) -> None:
    """In any letter case; a name as it is encoded in addresses; what two tenants share is the program's own."""
    assert sql.value("SELECT count(*) FROM tenant_domain WHERE domain = 'contoso.example'", {}) == 2
    name = tenants.on_the_wire(world.tenant)[0]
    for text in (app.app.tenant_guid.upper(), "Contoso.Example", name):
        body = ask(app, tenant=text.replace(" ", "%20")).json()
        assert read(body["access_token"], app.app.tenant_guid)["tid"] == app.app.tenant_guid


def test_the_first_version_of_the_endpoint_has_its_own_shape(app: NewSecret) -> None:
    """A resource instead of a scope, numbers as texts."""
    body = ask(app, version="", scope=None, resource=f"{GRAPH}/").json()
    assert body["resource"] == GRAPH
    assert body["expires_in"].isdigit()
    assert read(body["access_token"], app.app.tenant_guid)["aud"] == GRAPH


BAD: list[tuple[dict[str, Any], tuple[int, str, int]]] = [
    ({"client_secret": "no"}, (401, "invalid_client", 7000215)),
    ({"client_secret": "é" * 9}, (401, "invalid_client", 7000215)),
    ({"client_secret": None}, (401, "invalid_client", 7000218)),
    ({"client_id": "11111111-1111-1111-1111-111111111111"}, (400, "unauthorized_client", 700016)),
    ({"client_id": "no id"}, (400, "unauthorized_client", 700016)),
    ({"client_id": "\x00"}, (400, "unauthorized_client", 700016)),
    ({"client_id": None}, (400, "invalid_request", 900144)),
    ({"grant_type": None}, (400, "invalid_request", 900144)),
    ({"grant_type": "authorization_code"}, (400, "unsupported_grant_type", 70003)),
    ({"scope": None}, (400, "invalid_request", 900144)),
    ({"scope": f"{GRAPH}/User.Read.All"}, (400, "invalid_scope", 1002012)),
    ({"scope": "{0.secret}"}, (400, "invalid_scope", 1002012)),
    ({"tenant": "nowhere.example"}, (400, "invalid_request", 90002)),
    ({"tenant": "%00"}, (400, "invalid_request", 90002)),
    ({"tenant": "{tenant}"}, (400, "invalid_request", 90002)),
    ({"tenant": "common"}, (400, "invalid_request", 50059)),
    ({"grant_type": "password"}, (400, "invalid_request", 900144)),
]


@pytest.mark.parametrize(("fields", "expected"), BAD)
def test_refusals(app: NewSecret, fields: dict[str, Any], expected: tuple[int, str, int]) -> None:
    """Each with Microsoft's number."""
    answer = ask(app, **fields)
    body = answer.json()
    assert (answer.status_code, body["error"], body["error_codes"]) == (*expected[:2], [expected[2]])
    assert app.secret not in answer.content.decode()


def test_a_refusal_says_back_the_clients_own_id(app: NewSecret) -> None:
    """The header by which its owner finds the request again."""
    mine = "5f5f5f5f-0000-4000-8000-123456789abc"
    answer = ask(app, client_secret="no", headers={"client-request-id": mine})
    assert answer.json()["correlation_id"] == mine
    assert refused(answer) == (401, "invalid_client", 7000215)
    assert answer["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_bodies_that_are_no_form(app: NewSecret) -> None:
    """Other methods, JSON, a broken upload, too many fields: refused in OAuth's shape."""
    where = f"/{app.app.tenant_guid}/oauth2/v2.0/token"
    assert refused(client().get(where)) == (400, "invalid_request", 900561)
    assert refused(client().post(where, {"a": 1}, "application/json")) == (400, "invalid_request", 900144)
    for kind in ("multipart/form-data; boundary=x", "multipart/form-data; boundary=\xc3", ""):
        assert refused(client().post(where, b"x", kind)) == (400, "invalid_request", 900144)
    many = "&".join(f"f{n}=1" for n in range(2_000))
    answer = client().post(where, many, FORM)
    assert refused(answer) == (400, "invalid_request", 900144)


def test_a_program_of_another_tenant_is_not_found(app: NewSecret, world: World) -> None:
    """Not even with its right secret."""
    other = tenants.on_the_wire(world.twin)[1]
    assert refused(ask(app, tenant=other)) == (400, "unauthorized_client", 700016)


def test_secrets_expire_and_overlap(app: NewSecret, world: World) -> None:
    """After a new one, the old secret is right for the hours that were said; then it has expired."""
    fresh = apps.rotate_secret(world.tenant, app.app.name, OWNER, days=10, hours=2)
    assert ask(app).status_code == ask(fresh).status_code == 200
    now = clock.machine_now() / 1e6
    with time_machine.travel(now + 2 * 3_600 + 1):
        assert refused(ask(app)) == (401, "invalid_client", 7000222)
        assert ask(fresh).status_code == 200
    with time_machine.travel(now + 10 * DAY + 1):
        assert refused(ask(fresh)) == (401, "invalid_client", 7000222)
    at_once = apps.rotate_secret(world.tenant, app.app.id, OWNER, hours=0)
    assert refused(ask(fresh))[2] in (7000215, 7000222)
    assert ask(at_once).status_code == 200


def test_a_program_acts_for_an_operator(app: NewSecret, anna: str) -> None:
    """The scopes asked for and lent, the roles by Microsoft's ids, and who it is."""
    body = ask_for_anna(app, scope=f"{GRAPH}/User.Read.All openid profile", client_info="1").json()
    claims = read(body["access_token"], app.app.tenant_guid)
    assert claims["scp"] == "User.Read.All"
    assert claims["upn"] == anna
    assert claims["wids"] == ["4d6ac14f-3453-41d0-bef9-a3e0c569773a"]
    assert (claims["idtyp"], "roles" in claims) == ("user", False)
    assert set(body["scope"].split()) == {f"{GRAPH}/User.Read.All", "openid", "profile"}
    said = jwt.decode(body["id_token"], options={"verify_signature": False})
    assert (said["aud"], said["preferred_username"]) == (app.app.id, anna)
    assert said["iss"] == f"http://localhost/{app.app.tenant_guid}/v2.0"
    packed = base64.urlsafe_b64decode(body["client_info"] + "==")
    assert said["oid"].encode() in packed
    every = ask_for_anna(app).json()["access_token"]
    assert read(every, app.app.tenant_guid)["scp"] == "LicenseAssignment.ReadWrite.All User.Read.All"


def test_who_the_token_of_an_operator_is(app: NewSecret, anna: str, world: World) -> None:
    """A caller of the Graph API, as the operator that it is; an id token is none."""
    body = ask_for_anna(app, scope=f"{GRAPH}/.default openid").json()

    def caller(token: str) -> access.Caller:
        return access.authenticate(RequestFactory().get("/v1.0/users", headers={"Authorization": f"Bearer {token}"}))

    found = caller(body["access_token"])
    assert (found.actor.name, found.tenant_id, found.is_app_only) == (anna, world.tenant, False)
    assert found.roles == {"license"}
    with pytest.raises(access.GraphRefused):
        caller(body["id_token"])


def test_wrong_passwords_lock_the_account_everywhere(app: NewSecret, anna: str) -> None:
    """Five tries, shared with the admin center; the right password does not help then."""
    for _ in range(4):
        assert refused(ask_for_anna(app, password=WRONG)) == (400, "invalid_grant", 50126)
    typed = urlencode({"login": ANNA, "password": WRONG})
    assert people.browser().post("/sign-in", typed, FORM).status_code == 200
    assert refused(ask_for_anna(app)) == (400, "invalid_grant", 50053)
    with time_machine.travel(clock.machine_now() / 1e6 + 16 * 60):
        assert ask_for_anna(app).status_code == 200


def test_nobody_learns_whether_an_account_exists(app: NewSecret, anna: str) -> None:
    """An unknown name, a wrong password, one that is too long: the same answer; after five, the same too."""
    for fields in ({"username": "nobody"}, {"password": WRONG}, {"password": "x" * 100_000}):
        assert refused(ask_for_anna(app, **fields)) == (400, "invalid_grant", 50126)
    for _ in range(4):
        ask_for_anna(app, username="nobody")
    assert refused(ask_for_anna(app, username="nobody")) == (400, "invalid_grant", 50053)


def test_a_second_step_cannot_be_left_out(app: NewSecret, anna: str) -> None:
    """Who has an authenticator app signs in with it, so not this way."""
    people.add_app(people.by_link(anna))
    answer = ask_for_anna(app)
    assert refused(answer) == (400, "invalid_grant", 50076)
    assert answer.json()["suberror"] == "basic_action"
    assert refused(ask_for_anna(app, password=WRONG)) == (400, "invalid_grant", 50126)


def test_who_has_no_role_in_the_tenant_gets_no_token(app: NewSecret, world: World) -> None:
    """An operator of another tenant."""
    people.add(ANNA, (world.twin, Role.GLOBAL))
    people.set_password(ANNA)
    assert refused(ask_for_anna(app)) == (400, "invalid_grant", 50034)


def test_what_was_not_lent_is_not_given(app: NewSecret, anna: str, world: World) -> None:
    """Consent is what the program was made with."""
    assert refused(ask_for_anna(app, scope=f"{GRAPH}/Group.Read.All")) == (400, "invalid_grant", 65001)
    alone = apps.create_app(world.tenant, "Alone", OWNER, application=["User.Read.All"])
    assert refused(ask_for_anna(alone)) == (400, "invalid_grant", 65001)


def test_a_public_program_has_no_secret(anna: str, world: World) -> None:
    """It acts for operators only, and shows none."""
    public = apps.create_app(world.tenant, "Tool", OWNER, delegated=["User.Read.All"], is_public=True)
    assert public.secret is None
    assert ask_for_anna(public).status_code == 200
    assert refused(ask_for_anna(public, client_secret="x")) == (401, "invalid_client", 700025)
    assert refused(ask(public)) == (401, "invalid_client", 7000218)


@pytest.mark.parametrize("version", ["v2.0/", ""])
def test_discovery_leads_to_everything(app: NewSecret, version: str) -> None:
    """Addresses on the host that was asked, the tenant by its id."""
    guid = app.app.tenant_guid
    found = client().get(f"/{guid.upper()}/{version}.well-known/openid-configuration").json()
    base = f"http://localhost/{guid}"
    assert found["token_endpoint"] == f"{base}/oauth2/{version}token"
    assert found["jwks_uri"] == f"{base}/discovery/{version}keys"
    assert found["issuer"] == f"{base}/{version.rstrip('/')}"
    assert found["authorization_endpoint"].startswith(f"{base}/")
    keys = client().get(f"/{guid}/discovery/{version}keys").json()["keys"]
    assert all("d" not in key and key["alg"] == "RS256" for key in keys)
    common = client().get(f"/common/{version}.well-known/openid-configuration").json()
    assert common["issuer"].startswith("http://localhost/{tenantid}/")
    assert refused(client().get(f"/nowhere/{version}.well-known/openid-configuration"))[2] == 90002
    assert refused(client().get(f"/nowhere/discovery/{version}keys"))[2] == 90002


def test_instance_discovery_knows_this_host_only(world: World) -> None:
    """A library that asks whether the authority is a good one."""
    where = "/common/discovery/instance?api-version=1.1&authorization_endpoint="
    found = client().get(f"{where}http://localhost/contoso.example/oauth2/v2.0/authorize").json()
    assert found["tenant_discovery_endpoint"].endswith("/contoso.example/v2.0/.well-known/openid-configuration")
    assert found["metadata"][0]["aliases"] == ["localhost"]
    assert refused(client().get(f"{where}https://evil.example/x/oauth2/v2.0/authorize"))[2] == 50049
    assert refused(client().get(where))[2] == 50049


def test_no_secret_is_logged(app: NewSecret, anna: str, caplog: pytest.LogCaptureFixture) -> None:
    """What is noted: what happened, which program, from where."""
    caplog.set_level(logging.DEBUG)
    given = [ask(app).json()["access_token"], ask_for_anna(app).json()["access_token"]]
    ask(app, client_secret="not the secret")
    ask_for_anna(app, password=WRONG)
    said = caplog.text
    assert f"token.given by=client_credentials app={app.app.id}" in said
    assert "token.wrong-password" in said
    for secret in (app.secret, PASSWORD, WRONG, "not the secret", *given, *(one.split(".")[2] for one in given)):
        assert secret is not None
        assert secret not in said
