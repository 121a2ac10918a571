"""The door for programs that sign in to a tenant's Graph API: what they may, and their secrets.

A secret is shown once; the store keeps a digest (Argon2id), the journal neither. Machine time: tokens are not the tenant's.
"""

from __future__ import annotations

import secrets
import string
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from licentia.changes import journal
from licentia.changes.journal import Entry
from licentia.domain.instants import DAY, SECOND, Instant, to_iso
from licentia.domain.permissions import SCOPE_CAPABILITIES, Actor, Capability
from licentia.domain.reasons import BadInput
from licentia.store import clock
from licentia.store.bulk import apps as rows_of
from licentia.store.lists import apps as list_of
from licentia.store.lists import tenants
from licentia.store.lists.apps import AppRow, SecretRow
from licentia.store.writing import writing

LONGEST_NAME = 120
LONGEST_DAYS = 730
DAYS = 180
LONGEST_HOURS = 24 * 30
HOURS = 24
HINT = 3
_LENGTH = 43
_LETTERS = string.ascii_letters + string.digits
_digests = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""Little memory for a hash: what is hashed is 256 random bits, which nobody guesses, and it is asked for at every token."""


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A program and its fresh secret, which is nowhere else; `secret` is None for a public program, which has none."""

    app: AppRow
    secret: str | None
    expires_at: Instant | None
    earlier_until: Instant | None = None
    """Until when secrets from before are right too."""


def create_app(
    tenant_id: int,
    name: str,
    actor: Actor,
    *,
    application: Collection[str] = (),
    delegated: Collection[str] = (),
    is_public: bool = False,
    days: int = DAYS,
) -> NewSecret:
    """A new program of the tenant, with its first secret. BadInput: the name is taken or is none, a scope is unknown."""
    actor.require(Capability.MANAGE_APPS, tenant_id)
    name = _name(name)
    own, lent = _scopes(application), _scopes(delegated)
    _may_last(days)
    if not own and not lent:
        raise BadInput("app_without_scopes")
    if is_public and own:
        raise BadInput("app_public_alone")
    now, tenant_now = clock.machine_now(), clock.tenant_now(tenant_id)
    with writing(tenant_id):
        if list_of.find(tenant_id, name) is not None:
            raise BadInput("app_exists", name=name)
        title, guid = tenants.on_the_wire(tenant_id)
        app = AppRow(str(uuid.uuid4()), name, own, lent, is_public, now, tenant_id, title, guid)
        rows_of.insert(app)
        made = NewSecret(app, None, None) if is_public else _new_secret(app, now, days)
        _write(app, actor, tenant_now, Entry("app.create", "app", 0, None, _text(app, made.expires_at)))
    return made


def rotate_secret(tenant_id: int, name: str, actor: Actor, *, days: int = DAYS, hours: int = HOURS) -> NewSecret:
    """A new secret of the program; those from before are right for so many hours more at most (0: no longer).

    BadInput: no such program, or a public one, which has no secret.
    """
    actor.require(Capability.MANAGE_APPS, tenant_id)
    _may_last(days)
    if not 0 <= hours <= LONGEST_HOURS:
        raise BadInput("bad_secret_hours", low=0, high=LONGEST_HOURS)
    now, tenant_now = clock.machine_now(), clock.tenant_now(tenant_id)
    with writing(tenant_id):
        app = known(tenant_id, name)
        if app.is_public:
            raise BadInput("app_public_secret", name=app.name)
        until = now + hours * 3_600 * SECOND
        rows_of.end_secrets(app.id, until, now)
        made = _new_secret(app, now, days)
        _write(app, actor, tenant_now, Entry("app.rotate", "app", 0, None, _text(app, made.expires_at)))
    return NewSecret(app, made.secret, made.expires_at, until if hours else None)


def delete_app(tenant_id: int, name: str, actor: Actor) -> AppRow:
    """The program that is gone, with its secrets; its tokens open nothing any more. BadInput `unknown_app`."""
    actor.require(Capability.MANAGE_APPS, tenant_id)
    tenant_now = clock.tenant_now(tenant_id)
    with writing(tenant_id):
        app = known(tenant_id, name)
        rows_of.delete(app.id)
        _write(app, actor, tenant_now, Entry("app.delete", "app", 0, _text(app, None), None))
    return app


def known(tenant_id: int, name: str) -> AppRow:
    """The tenant's program of this name or client id; BadInput `unknown_app`."""
    found = list_of.find(tenant_id, name)
    if found is None:
        raise BadInput("unknown_app", name=name)
    return found


def fits(app: AppRow, secret: str) -> bool | None:
    """Whether this is a secret of the program that is right now; None when it was one and has expired."""
    now = clock.machine_now()
    for one in list_of.secrets_of(app.id):
        if one.hint == secret[:HINT] and _is(one.digest, secret):
            return True if now < one.expires_at else None
    return False


def _is(digest: str, secret: str) -> bool:
    try:
        return _digests.verify(digest, secret)
    except (VerificationError, InvalidHashError, UnicodeError):
        return False


def _new_secret(app: AppRow, now: Instant, days: int) -> NewSecret:
    secret = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    expires_at = now + days * DAY
    rows_of.add_secret(SecretRow(app.id, _digests.hash(secret), secret[:HINT], now, expires_at))
    return NewSecret(app, secret, expires_at)


def _name(text: str) -> str:
    name = text.strip()
    if not name or len(name) > LONGEST_NAME or any(not letter.isprintable() for letter in name):
        raise BadInput("bad_app_name", text=name)
    return name


def _scopes(given: Collection[str]) -> frozenset[str]:
    """The scopes as Microsoft spells them; BadInput names the first that nobody knows, and all that are known."""
    spelled = {scope.casefold(): scope for scope in SCOPE_CAPABILITIES}
    unknown = [scope for scope in given if scope.strip().casefold() not in spelled]
    if unknown:
        raise BadInput("unknown_scope", text=unknown[0], known=", ".join(sorted(SCOPE_CAPABILITIES)))
    return frozenset(spelled[scope.strip().casefold()] for scope in given)


def _may_last(days: int) -> None:
    if not 1 <= days <= LONGEST_DAYS:
        raise BadInput("bad_secret_days", low=1, high=LONGEST_DAYS)


def _text(app: AppRow, expires_at: Instant | None) -> str:
    """What the journal says of it: never a secret or a digest."""
    fields: dict[str, object] = {
        "app": app.name,
        "id": app.id,
        "application": sorted(app.application),
        "delegated": sorted(app.delegated),
        "public": app.is_public,
    }
    if expires_at is not None:
        fields["expires"] = to_iso(expires_at)
    return journal.canonical(fields)


def _write(app: AppRow, actor: Actor, now: Instant, entry: Entry) -> None:
    journal.write(app.tenant_id, door="record", actor=actor, now=now, entries=[entry])
