"""Rows of programs and of their secrets' digests: global tables. Decides nothing, opens no transaction, sees no secret."""

from __future__ import annotations

import uuid

from licentia.domain.instants import Instant
from licentia.store import sql
from licentia.store.lists.apps import AppRow, SecretRow


def insert(app: AppRow) -> None:
    """The program is there."""
    scopes = [" ".join(sorted(some)) for some in (app.application, app.delegated)]
    sql.insert(
        "app_client",
        ("id", "tenant_id", "name", "application", "delegated", "is_public", "created_at"),
        [(app.id, app.tenant_id, app.name, *scopes, app.is_public, app.created_at)],
    )


def delete(app_id: str) -> None:
    """The program and its secrets are gone."""
    sql.execute("DELETE FROM app_secret WHERE app_id = %(app)s", {"app": app_id})
    sql.execute("DELETE FROM app_client WHERE id = %(app)s", {"app": app_id})


def add_secret(secret: SecretRow) -> None:
    """One more digest of the program."""
    sql.insert(
        "app_secret",
        ("id", "app_id", "digest", "hint", "created_at", "expires_at"),
        [(str(uuid.uuid4()), secret.app_id, secret.digest, secret.hint, secret.created_at, secret.expires_at)],
    )


def end_secrets(app_id: str, at: Instant, now: Instant) -> None:
    """The program's secrets are right until then at the latest; those that expired before now are gone."""
    sql.execute("DELETE FROM app_secret WHERE app_id = %(app)s AND expires_at <= %(now)s", {"app": app_id, "now": now})
    sql.execute(
        "UPDATE app_secret SET expires_at = %(at)s WHERE app_id = %(app)s AND expires_at > %(at)s",
        {"app": app_id, "at": at},
    )
