"""Who gets an access token: a program by its secret, or one on behalf of an operator by name and password. Makes no answer.

Wrong passwords count with those of the admin center: five lock the account's password for a quarter of an hour, everywhere.
"""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

from django.contrib.auth import authenticate
from django.http import HttpRequest

from licentia.changes import apps as door
from licentia.changes import entering
from licentia.graph_api import tokens
from licentia.graph_api.oauth_errors import OAuthRefused
from licentia.store.lists import apps, operators, tenants
from licentia.store.lists.apps import AppRow
from licentia.store.lists.operators import OperatorRow

SHARED = frozenset({"common", "organizations", "consumers"})
"""Names that mean every tenant, or none."""
ABOUT_ONESELF = frozenset({"openid", "profile", "email", "offline_access"})
LONGEST_PASSWORD = 128
_log = logging.getLogger("licentia.security")


@dataclass(frozen=True, slots=True)
class Granted:
    """A token that was given. `operator` is None when the program acts by itself; `asked` are the scopes it named."""

    app: AppRow
    token: str
    seconds: int
    operator: OperatorRow | None = None
    scopes: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()


def grant(request: HttpRequest, tenant: str, form: Mapping[str, str]) -> Granted:
    """The token for this form; OAuthRefused when there is none. Fields that mean nothing here are not looked at."""
    kind = _needed(form, "grant_type")
    if kind not in ("client_credentials", "password"):
        raise OAuthRefused(70003, grant=kind)
    client_id, secret = _client(request, form)
    app = _app(tenant, client_id)
    scopes = _asked(form)
    _prove(app, secret, kind)
    if kind == "client_credentials":
        if len(scopes) != 1 or not min(scopes).endswith("/.default"):
            raise OAuthRefused(1002012, scope=" ".join(sorted(scopes)))
        found = Granted(app, *tokens.for_app(app))
    else:
        found = _for_operator(request, app, form, scopes)
    _note(request, f"token.given by={kind}", app)
    return found


def _needed(form: Mapping[str, str], name: str) -> str:
    found = form.get(name, "")
    if not found:
        raise OAuthRefused(900144, name=name)
    return found


def _client(request: HttpRequest, form: Mapping[str, str]) -> tuple[str, str]:
    """The client id and the secret, of the form or of HTTP Basic; the secret may be empty."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.casefold() == "basic":
        try:
            name, _, secret = base64.b64decode(text.strip(), validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            raise OAuthRefused(900144, name="client_id") from None
        return unquote_plus(name), unquote_plus(secret)
    return _needed(form, "client_id"), form.get("client_secret", "")


def _app(tenant: str, client_id: str) -> AppRow:
    """The program, when it is one of a tenant that the address may mean."""
    if tenant.casefold() in SHARED:
        raise OAuthRefused(50059)
    meant = tenants.named(tenant)
    if not meant:
        raise OAuthRefused(90002, tenant=tenant)
    found = apps.by_id(client_id)
    if found is None or found.tenant_id not in {one.id for one in meant}:
        raise OAuthRefused(700016, app=client_id, tenant=meant[0].name)
    return found


def _asked(form: Mapping[str, str]) -> frozenset[str]:
    """The scopes asked for; the first version's `resource` means all of them."""
    resource = form.get("resource", "")
    if resource and not form.get("scope"):
        return frozenset({f"{resource.rstrip('/')}/.default"})
    return frozenset(_needed(form, "scope").split())


def _prove(app: AppRow, secret: str, kind: str) -> None:
    """Nothing when the secret is the program's. A public one has none, so it is nobody without an operator."""
    if app.is_public and secret:
        raise OAuthRefused(700025)
    if app.is_public and kind == "password":
        return
    if not secret:
        raise OAuthRefused(7000218)
    right = door.fits(app, secret)
    if not right:
        raise OAuthRefused(7000222 if right is None else 7000215, app=app.id)


def _for_operator(request: HttpRequest, app: AppRow, form: Mapping[str, str], asked: frozenset[str]) -> Granted:
    operator = _operator(request, app, _needed(form, "username"), _needed(form, "password"))
    wanted = {scope.rpartition("/")[2].casefold() for scope in asked} - ABOUT_ONESELF
    lent = {scope for scope in app.delegated if ".default" in wanted or scope.casefold() in wanted}
    if (wanted - {".default"}) - {scope.casefold() for scope in lent} or (".default" in wanted and not lent):
        raise OAuthRefused(65001, app=app.id, name=app.name)
    return Granted(app, *tokens.for_operator(app, operator, lent), operator, frozenset(lent), asked)


def _operator(request: HttpRequest, app: AppRow, name: str, password: str) -> OperatorRow:
    """The operator whose name and password these are; refused too where a password alone is not enough."""
    taken = entering.take_try(name)
    if taken is None:
        _note(request, "token.locked", app)
        raise OAuthRefused(50053)
    right = len(password) <= LONGEST_PASSWORD and authenticate(request, username=name, password=password) is not None
    found = operators.find(name) if right else None
    if found is None:
        _note(request, "token.wrong-password", app)
        raise OAuthRefused(50126)
    entering.give_back(taken)
    if operators.has_second_step(found.id):
        _note(request, "token.second-step-needed", app)
        raise OAuthRefused(50076)
    if not found.roles_in(app.tenant_id):
        raise OAuthRefused(50034, user=found.name, tenant=app.tenant_name)
    entering.forget_tries(name)
    return found


def _note(request: HttpRequest, what: str, app: AppRow) -> None:
    """One line: what, which program, from where. Never a secret, a password, or a name that somebody only typed."""
    _log.info("%s app=%s from=%s", what, app.id, request.META.get("REMOTE_ADDR", "-"))
