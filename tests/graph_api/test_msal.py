"""Microsoft's own token library for Python, unmodified, over https: it finds everything by itself and gets its tokens."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import msal
import pytest
import requests
from django.core.wsgi import get_wsgi_application
from django.test import RequestFactory, override_settings

import signing as people
from licentia.changes import apps
from licentia.domain.permissions import Role
from licentia.graph_api import access
from signing import PASSWORD
from tls_server import HOST, Secure, served_securely
from world_store import OWNER, World, build, crowd, tenant_rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from database import Store

ANNA = "anna@contoso.example"
EVERYTHING = ["https://graph.microsoft.com/.default"]


@pytest.fixture
def world(store: Store) -> World:
    """Two tenants alike."""
    return build(store, tenant_rows(crowd(1)))


@pytest.fixture
def server(world: World, tmp_path: Path) -> Iterator[Secure]:
    """The addresses of the sign-in, over https."""
    with served_securely(get_wsgi_application(), tmp_path) as running:
        yield running


class OnTheUsualPort(requests.Session):
    """Before a password the library asks the host on port 443, whatever the authority's port is: it finds the server there."""

    def __init__(self, server: Secure) -> None:
        super().__init__()
        self.trust_env = False
        self.verify = server.certificate
        self._address = server.address

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **more: Any) -> requests.Response:
        """The answer of the server."""
        usual = f"https://{HOST}/"
        there = str(url).replace(usual, f"{self._address}/", 1) if str(url).startswith(usual) else url
        return super().request(method, there, *args, **more)


def how(server: Secure, tenant: str) -> dict[str, Any]:
    """What the library is told: where, and whom to trust."""
    session = OnTheUsualPort(server)
    return {"authority": f"{server.address}/{tenant}", "http_client": session, "instance_discovery": False}


def caller(token: str) -> access.Caller:
    """Who the token is."""
    return access.authenticate(RequestFactory().get("/v1.0/users", headers={"Authorization": f"Bearer {token}"}))


def test_client_credentials(server: Secure, world: World) -> None:
    """A token, kept by the library until it ends; with a wrong secret the refusal as it reads it."""
    made = apps.create_app(world.tenant, "Reader", OWNER, application=["User.Read.All"])
    program = msal.ConfidentialClientApplication(
        made.app.id, client_credential=made.secret, **how(server, made.app.tenant_guid)
    )
    found = program.acquire_token_for_client(EVERYTHING)
    assert caller(found["access_token"]).app_id == made.app.id
    again = program.acquire_token_for_client(EVERYTHING)
    assert (again["access_token"], again["token_source"]) == (found["access_token"], "cache")
    other = msal.ConfidentialClientApplication(made.app.id, client_credential="no", **how(server, made.app.tenant_guid))
    refused = other.acquire_token_for_client(EVERYTHING)
    assert (refused["error"], refused["error_codes"]) == ("invalid_client", [7000215])


def test_name_and_password(server: Secure, world: World) -> None:
    """On behalf of an operator, whom the library then knows as an account."""
    people.add(ANNA, (world.tenant, Role.LICENSE))
    with override_settings(ROOT_URLCONF="licentia.web.urls"):
        people.set_password(ANNA)
    public = apps.create_app(world.tenant, "Tool", OWNER, delegated=["User.Read.All"], is_public=True)
    tool = msal.PublicClientApplication(public.app.id, **how(server, public.app.tenant_guid))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the library advises against passwords, and so do we
        found = tool.acquire_token_by_username_password(ANNA, PASSWORD, EVERYTHING)
        refused = tool.acquire_token_by_username_password(ANNA, "verkeerd verkeerd", EVERYTHING)
    assert caller(found["access_token"]).actor.name == ANNA
    assert found["id_token_claims"]["preferred_username"] == ANNA
    (account,) = tool.get_accounts()
    assert account["username"] == ANNA
    assert tool.acquire_token_silent(EVERYTHING, account)["access_token"] == found["access_token"]
    assert (refused["error"], refused["error_codes"]) == ("invalid_grant", [50126])


def test_a_tenant_that_is_not_there(server: Secure) -> None:
    """The library says that it cannot get the configuration of the authority."""
    with pytest.raises(ValueError, match="double check your tenant name"):
        msal.ConfidentialClientApplication("x", client_credential="y", **how(server, "nowhere.example"))
