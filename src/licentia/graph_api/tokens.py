"""Access tokens: signed, and read back only when signed by a key of this store. Never logs one; knows no request.

Their claims are those of Microsoft Graph's own tokens (version 1.0).
"""

from __future__ import annotations

import functools
import json
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm

from licentia.changes import signing
from licentia.domain.instants import SECOND
from licentia.domain.permissions import Role
from licentia.store import clock
from licentia.store.lists import signing as keys
from licentia.store.lists.apps import AppRow
from licentia.store.lists.operators import OperatorRow

AUDIENCE = "https://graph.microsoft.com"
SHORTEST, LONGEST = 3_600, keys.LONGEST_LIFE // SECOND
"""Seconds: a token lives an hour to an hour and a half, as Microsoft's do."""
SKEW = 300
"""Seconds that a machine which asks may be behind; an end is an end."""
LONGEST_TEXT = 16_384
"""Characters; longer texts are not looked at."""
UNREADABLE = "CompactToken parsing failed with error code: 80049217"

WIDS: dict[str, str] = {
    Role.GLOBAL: "62e90394-69f5-4237-9190-012177145e10",
    Role.LICENSE: "4d6ac14f-3453-41d0-bef9-a3e0c569773a",
    Role.USER: "fe930be7-5e62-47db-91af-98c3a49a38b1",
    Role.BILLING: "b0f54661-2d74-4c50-afa3-1ec803f12efe",
    Role.GROUPS: "fdd7a751-b60b-444a-984c-02652fe8fa1c",
    Role.HELPDESK: "729827e3-9c14-49f7-bb1b-9608f156bbb8",
    Role.EXCHANGE: "29232cdf-9323-42fd-ade2-1d097af3e4de",
    Role.GLOBAL_READER: "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
}
"""Microsoft's ids of the roles. eDiscovery Manager is no role of the directory and has none."""


class TokenError(Exception):
    """The text proves nothing: `message` says why, in Graph's words where they are known."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Claims:
    """What a proven token says. `operator_id` is None when a program acts by itself; instants are seconds."""

    tenant_guid: str
    app_id: str
    operator_id: str | None
    scopes: frozenset[str]
    issued: int
    ends: int


def issuer(tenant_guid: str) -> str:
    """Who issued the tokens of a tenant, in the tokens' own words; the address that served it may change, this may not."""
    return f"https://sts.windows.net/{tenant_guid}/"


def object_id(app: AppRow) -> str:
    """The program as an object of its tenant: its service principal."""
    return str(uuid.uuid5(uuid.UUID(app.tenant_guid), app.id))


def for_app(app: AppRow) -> tuple[str, int]:
    """A token with which the program acts by itself, and how many seconds it lives."""
    who = object_id(app)
    return _signed(app, {"idtyp": "app", "oid": who, "sub": who, "roles": sorted(app.application), "appidacr": "1"})


def for_operator(app: AppRow, operator: OperatorRow, scopes: Iterable[str]) -> tuple[str, int]:
    """A token with which the program acts on behalf of the operator, and how many seconds it lives."""
    roles = sorted(operator.roles_in(app.tenant_id))
    claims = {
        "idtyp": "user",
        "oid": operator.id,
        "sub": operator.id,
        "scp": " ".join(sorted(scopes)),
        "upn": operator.name,
        "unique_name": operator.name,
        "name": operator.display_name or operator.name,
        "wids": [WIDS[role] for role in roles if role in WIDS],
        "appidacr": "0" if app.is_public else "1",
    }
    return _signed(app, claims)


def id_token(app: AppRow, operator: OperatorRow, issued_by: str) -> str:
    """Who signed in, for the program itself: no key to anything."""
    now = clock.machine_now() // SECOND
    claims = {
        "aud": app.id,
        "iss": issued_by,
        "iat": now,
        "nbf": now,
        "exp": now + SHORTEST,
        "tid": app.tenant_guid,
        "oid": operator.id,
        "sub": operator.id,
        "name": operator.display_name or operator.name,
        "preferred_username": operator.name,
        "ver": "2.0",
    }
    return _encoded(claims)


def _signed(app: AppRow, claims: dict[str, Any]) -> tuple[str, int]:
    now = clock.machine_now() // SECOND
    lives = SHORTEST + secrets.randbelow(LONGEST - SHORTEST)
    base = {
        "aud": AUDIENCE,
        "iss": issuer(app.tenant_guid),
        "iat": now,
        "nbf": now,
        "exp": now + lives,
        "tid": app.tenant_guid,
        "appid": app.id,
        "azp": app.id,
        "app_displayname": app.name,
        "idp": issuer(app.tenant_guid),
        "uti": secrets.token_urlsafe(16),
        "ver": "1.0",
    }
    return _encoded(base | claims), lives


def _encoded(claims: dict[str, Any]) -> str:
    key_id, key = signing.current()
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": key_id})


def public_keys() -> list[dict[str, str]]:
    """The keys that prove tokens now, as JWK."""
    return [json.loads(key.public) for key in keys.proving(clock.machine_now())]


def prove(text: str) -> Claims:
    """What the token says; TokenError unless a key of this store signed it for Microsoft Graph and it is in its time."""
    now = clock.machine_now()
    if "." not in text:
        raise TokenError("IDX14100: JWT is not well formed, there are no dots (.).")
    if len(text) > LONGEST_TEXT:
        raise TokenError(UNREADABLE)
    try:
        header = jwt.get_unverified_header(text)
        key_id = header.get("kid")
        known = {key.id: key.public for key in keys.proving(now)}
        if header.get("alg") != "RS256" or not isinstance(key_id, str) or key_id not in known:
            raise TokenError("Signing key is invalid.")
        claims = jwt.decode(text, _loaded(known[key_id]), algorithms=["RS256"], audience=AUDIENCE, options=_CHECKS)
    except jwt.InvalidSignatureError:
        raise TokenError("Access token validation failure. Invalid signature.") from None
    except (jwt.InvalidAudienceError, jwt.MissingRequiredClaimError):
        raise TokenError("Access token validation failure. Invalid audience.") from None
    except (jwt.PyJWTError, ValueError):
        raise TokenError(UNREADABLE) from None
    return _in_time(claims, now // SECOND)


_CHECKS: Any = {
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "require": ["aud", "iss", "exp", "nbf", "iat"],
}
"""Times are compared here, with the one clock of the house."""


def _in_time(claims: dict[str, Any], now: int) -> Claims:
    try:
        issued, starts, ends = int(claims["iat"]), int(claims["nbf"]), int(claims["exp"])
        tenant, app, who = str(claims["tid"]), str(claims["appid"]), str(claims["oid"])
        is_app = claims["idtyp"] == "app"
        scopes = frozenset(claims["roles"] if is_app else str(claims["scp"]).split())
    except (KeyError, TypeError, ValueError):
        raise TokenError("Access token validation failure.") from None
    if claims["iss"] != issuer(tenant):
        raise TokenError("Access token validation failure. Invalid issuer.")
    if now >= ends or now + SKEW < starts:
        raise TokenError("Lifetime validation failed, the token is expired.")
    return Claims(tenant, app, None if is_app else who, scopes, issued, ends)


@functools.lru_cache(maxsize=8)
def _loaded(public: str) -> RSAPublicKey:
    found = RSAAlgorithm.from_jwk(public)
    assert isinstance(found, RSAPublicKey)
    return found
