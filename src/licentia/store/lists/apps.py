"""Reads of programs that sign in to a tenant's Graph API: by name, by client id, digests of their secrets. No secret is here."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from licentia.domain.instants import Instant
from licentia.store import sql


@dataclass(frozen=True, slots=True)
class SecretRow:
    """A secret by its digest; `hint` is what it begins with. It is right until `expires_at`, machine time."""

    app_id: str
    digest: str
    hint: str
    created_at: Instant
    expires_at: Instant


@dataclass(frozen=True, slots=True)
class AppRow:
    """A program of a tenant. `application` is what it may by itself, `delegated` what on behalf of an operator."""

    id: str
    name: str
    application: frozenset[str]
    delegated: frozenset[str]
    is_public: bool
    created_at: Instant
    tenant_id: int
    tenant_name: str
    tenant_guid: str


_COLUMNS = (
    "SELECT a.id, a.name, a.application, a.delegated, a.is_public, a.created_at, t.id, t.name, t.object_id "
    "FROM app_client a JOIN tenant t ON t.id = a.tenant_id AND t.origin <> 'loading' "
)
_SECRETS = "SELECT s.app_id, s.digest, s.hint, s.created_at, s.expires_at FROM app_secret s "


def of_tenant(tenant_id: int) -> list[AppRow]:
    """The tenant's programs, by name."""
    found = sql.rows(f"{_COLUMNS} WHERE a.tenant_id = %(tenant)s ORDER BY a.name, a.id", {"tenant": tenant_id})
    return [_app(row) for row in found]


def find(tenant_id: int, text: str) -> AppRow | None:
    """The tenant's program of this client id, or of this name in any letter case."""
    wanted = text.strip().casefold()
    return next((one for one in of_tenant(tenant_id) if wanted in (one.id, one.name.casefold())), None)


def by_id(client_id: str) -> AppRow | None:
    """The program of this client id in any spelling, in whichever tenant; None also when it is no id."""
    try:
        wanted = str(uuid.UUID(client_id))
    except ValueError:
        return None
    found = sql.row(f"{_COLUMNS} WHERE a.id = %(app)s", {"app": wanted})
    return None if found is None else _app(found)


def secrets_of(app_id: str) -> list[SecretRow]:
    """The program's secrets, the newest first; those that expired too."""
    found = sql.rows(
        f"{_SECRETS} WHERE s.app_id = %(app)s ORDER BY s.created_at DESC, s.expires_at DESC, s.id", {"app": app_id}
    )
    return [SecretRow(*row) for row in found]


def secrets_in(tenant_id: int) -> list[SecretRow]:
    """The secrets of all programs of the tenant, the newest first."""
    found = sql.rows(
        f"{_SECRETS} JOIN app_client a ON a.id = s.app_id WHERE a.tenant_id = %(tenant)s "
        "ORDER BY s.created_at DESC, s.expires_at DESC, s.id",
        {"tenant": tenant_id},
    )
    return [SecretRow(*row) for row in found]


def _app(row: sql.Row) -> AppRow:
    return AppRow(
        str(row[0]),
        str(row[1]),
        frozenset(str(row[2]).split()),
        frozenset(str(row[3]).split()),
        bool(row[4]),
        *row[5:],
    )
