"""Who calls, and whether they may: a token becomes a Caller, and a Caller may an operation or is refused. Holds no rule.

What a program and an operator may is read as it is now, not as it was when the token was made.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.http import HttpRequest

from licentia.domain.instants import SECOND, Instant
from licentia.domain.permissions import ROLE_CAPABILITIES, SCOPE_CAPABILITIES, Actor, ActorKind, Capability, Role
from licentia.graph_api.errors import GraphRefused
from licentia.graph_api.operations import OPERATIONS, Operation
from licentia.graph_api.tokens import Claims, TokenError, prove
from licentia.store import clock
from licentia.store.lists import apps, operators
from licentia.store.lists.apps import AppRow

__all__ = ["OPERATIONS", "Caller", "Operation", "authenticate", "forget", "require"]

KEPT = 2 * SECOND
"""How long it is remembered what a token opens: a program that is deleted is out after as long at the latest."""
KEPT_TOKENS = 1_000

CHALLENGE = (
    'Bearer realm="", authorization_uri="/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"'
)
EMPTY = "Access token is empty."
FAILED = "Access token validation failure."
DENIED = "Insufficient privileges to complete the operation."


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: `actor` for the doors, `scopes` what opens operations now, `roles` the operator's in this tenant.

    `is_app_only`: the program acts by itself and has no roles; else on behalf of the operator that `actor` is.
    """

    actor: Actor
    tenant_id: int
    tenant_guid: str
    app_id: str
    scopes: frozenset[str]
    is_app_only: bool
    roles: frozenset[str]


_known: dict[bytes, tuple[Instant, Caller]] = {}


def authenticate(request: HttpRequest) -> Caller:
    """The caller of a request; GraphRefused 401 without a token that proves one."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    text = text.strip()
    if scheme.casefold() != "bearer" or not text:
        raise _refused(EMPTY)
    now = clock.machine_now()
    digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
    until, found = _known.get(digest, (0, None))
    if found is not None and now < until:
        return found
    try:
        claims = prove(text)
    except TokenError as error:
        raise _refused(error.message) from None
    caller = _caller(claims)
    if len(_known) >= KEPT_TOKENS:
        _known.clear()
    _known[digest] = (min(now + KEPT, claims.ends * SECOND), caller)
    return caller


def forget() -> None:
    """Nothing is remembered of any token: the store is another."""
    _known.clear()


def require(caller: Caller, operation: str) -> None:
    """Returns when the caller may; GraphRefused 403 when no scope opens the operation, or the operator's roles don't."""
    needed = OPERATIONS[operation]
    if caller.scopes.isdisjoint(needed.scopes) or needed.capability not in caller.actor.capabilities:
        raise GraphRefused(403, "Authorization_RequestDenied", DENIED)


def _caller(claims: Claims) -> Caller:
    app = apps.by_id(claims.app_id)
    if app is None or app.tenant_guid != claims.tenant_guid:
        raise _refused(FAILED)
    if claims.operator_id is not None:
        return _on_behalf(claims, app, claims.operator_id)
    scopes = claims.scopes & app.application
    actor = Actor(ActorKind.APP, app.id, app.name, app.tenant_id, _capabilities(scopes))
    return Caller(actor, app.tenant_id, app.tenant_guid, app.id, scopes, True, frozenset())


def _on_behalf(claims: Claims, app: AppRow, operator_id: str) -> Caller:
    """The operator through the program: what both may. Nobody who is gone, disabled, without a role or signed out since."""
    one = operators.by_id(operator_id)
    roles = frozenset[str]() if one is None else one.roles_in(app.tenant_id)
    if one is None or not one.is_active or not roles or claims.issued * SECOND < operators.sessions_from(one.id):
        raise _refused(FAILED)
    scopes = claims.scopes & app.delegated
    own = frozenset[Capability]().union(*(ROLE_CAPABILITIES[Role(role)] for role in roles))
    actor = Actor(ActorKind.OPERATOR, one.id, one.name, app.tenant_id, _capabilities(scopes) & own)
    return Caller(actor, app.tenant_id, app.tenant_guid, app.id, scopes, False, roles)


def _capabilities(scopes: frozenset[str]) -> frozenset[Capability]:
    return frozenset[Capability]().union(*(SCOPE_CAPABILITIES.get(scope, frozenset()) for scope in scopes))


def _refused(message: str) -> GraphRefused:
    return GraphRefused(401, "InvalidAuthenticationToken", message, {"WWW-Authenticate": CHALLENGE})
