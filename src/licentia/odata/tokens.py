"""Opaque tokens of paging and delta: what a link must carry, signed, so that nobody changes it or brings it elsewhere.

The key is the caller's. Never encrypted: nothing secret is put in one. Never knows what a position means.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Final

from licentia.odata.errors import BAD_REQUEST, QueryError

MAX_LENGTH: Final = 32_768
_TAG: Final = 16
"""Bytes of the signature that are kept: half of SHA-256, which nobody guesses."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a link carries from one page to the next, or from one delta to the next."""

    kind: str
    """`skip` or `delta`."""
    tenant: str
    """The tenant's GUID: a token of one tenant is none in another."""
    resource: str
    """What is listed, such as `users`: a token of one list is none of another."""
    position: tuple[str | int, ...] = ()
    """Where to go on, as the list's order or the journal has it."""
    is_eventual: bool = False
    """The mode of the first request: some clients follow links without the header (graph contract)."""
    options: tuple[tuple[str, str], ...] = field(default=())
    """Further query options of the first request that hold on later pages, by name."""


def seal(token: Token, key: bytes) -> str:
    """The token's text: base64url of canonical JSON and its signature; equal tokens have equal texts."""
    body = json.dumps(
        {
            "k": token.kind,
            "t": token.tenant,
            "r": token.resource,
            "p": token.position,
            "e": token.is_eventual,
            "o": token.options,
        },
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    ).encode()
    return base64.urlsafe_b64encode(_sign(body, key) + body).decode().rstrip("=")


def unseal(text: str, key: bytes, *, kind: str, tenant: str, resource: str) -> Token:
    """The token of a text; QueryError for one that was changed, is of another kind, tenant or list, or is none."""
    body = _body(text, key)
    fields = json.loads(body)  # our own: its signature holds
    token = Token(
        kind=fields["k"],
        tenant=fields["t"],
        resource=fields["r"],
        position=tuple(fields["p"]),
        is_eventual=fields["e"],
        options=tuple((name, value) for name, value in fields["o"]),
    )
    if (token.kind, token.tenant, token.resource) != (kind, tenant, resource):
        raise _invalid()
    return token


def _body(text: str, key: bytes) -> bytes:
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise _invalid() from None
    tag, body = raw[:_TAG], raw[_TAG:]
    if len(text) > MAX_LENGTH or not body or not hmac.compare_digest(tag, _sign(body, key)):
        raise _invalid()
    return body


def _sign(body: bytes, key: bytes) -> bytes:
    return hmac.new(key, b"licentia.odata.token\x00" + body, hashlib.sha256).digest()[:_TAG]


def _invalid() -> QueryError:
    """Ours, for every fault alike: a guesser learns nothing."""
    return QueryError(BAD_REQUEST, "The skip token or delta token is not valid for this request.")
