"""Rows of the keys that sign access tokens. Decides nothing and opens no transaction."""

from __future__ import annotations

from licentia.store import sql
from licentia.store.lists import signing
from licentia.store.lists.signing import KeyRow


def add(key: KeyRow, seen: str | None) -> bool:
    """Whether the key is there from now on: only when the newest is still the one that was seen (None: there was none)."""
    if sql.is_postgres():
        sql.execute("SELECT pg_advisory_xact_lock(hashtextextended('signing_key', 0))", {})
    newest = next((one.id for one in signing.every()), None)
    if newest != seen:
        return False
    sql.insert(
        "signing_key", ("id", "public", "private", "created_at"), [(key.id, key.public, key.private, key.created_at)]
    )
    return True


def drop(ids: list[str]) -> None:
    """These prove nothing any more."""
    for key_id in ids:
        sql.execute("DELETE FROM signing_key WHERE id = %(id)s", {"id": key_id})
