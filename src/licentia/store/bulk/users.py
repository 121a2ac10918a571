"""Writes of one user's account and profile: made, and given other values. The keys of names move with the names.

It decides nothing and opens no transaction.
"""

from __future__ import annotations

import json
from typing import Any

from licentia.domain.instants import Instant
from licentia.domain.user_fields import ACCOUNT_FIELDS
from licentia.store import sql
from licentia.store.bulk.accounts import PREFIX
from licentia.store.bulk.tenants import forget_search, index_users
from licentia.store.names import principal_key, search_key, sort_key

LISTS = ("business_phones", "other_mails", "proxy_addresses")
"""Fields of a profile with several values; stored as JSON arrays."""


def create(tenant_id: int, user_id: int, object_id: str, fields: dict[str, Any], now: Instant) -> None:
    """There is a new user with these fields, made now; its licenses are known: none."""
    account = {name: value for name, value in fields.items() if name in ACCOUNT_FIELDS}
    row = {"tenant_id": tenant_id, "id": user_id, "object_id": object_id} | account
    row |= _keys(account["display_name"], account["principal_name"])
    row |= {"is_synced": False, "created_at": now, "account_read_at": now, "licenses_read_at": now}
    sql.insert("users", tuple(row), [tuple(row.values())])
    index_users(tenant_id, [user_id])
    set_profile(tenant_id, user_id, {name: value for name, value in fields.items() if name not in ACCOUNT_FIELDS})


def update(tenant_id: int, user_id: int, fields: dict[str, Any], names: tuple[str, str], now: Instant) -> None:
    """The user has these fields; `names` are its display name and user principal name after that."""
    account = {name: value for name, value in fields.items() if name in ACCOUNT_FIELDS}
    if account:
        is_renamed = not {"display_name", "principal_name"}.isdisjoint(account)
        account |= {"account_read_at": now} | (_keys(*names) if is_renamed else {})
        if is_renamed:
            forget_search(tenant_id, [user_id])
        sets = ", ".join(f"{name} = %({name})s" for name in account)
        sql.execute(
            f"UPDATE users SET {sets} WHERE tenant_id = %(tenant)s AND id = %(user)s",
            account | {"tenant": tenant_id, "user": user_id},
        )
        if is_renamed:
            index_users(tenant_id, [user_id])
    set_profile(tenant_id, user_id, {name: value for name, value in fields.items() if name not in ACCOUNT_FIELDS})


def rename_deleted(tenant_id: int, user_id: int, principal_name: str) -> str:
    """The user name that the deleted user had; it has this one now, with a key that leaves the name free until then."""
    params = {"tenant": tenant_id, "user": user_id, "name": principal_name}
    which = "users.tenant_id = %(tenant)s AND users.id = %(user)s AND users.deleted_at IS NOT NULL"
    found = sql.row(f"SELECT principal_name, display_name FROM users WHERE {which}", params)
    assert found is not None
    keys = _keys(found[1], principal_name)
    sql.execute(
        f"UPDATE users SET principal_name = %(name)s, search_key = %(search)s, "
        f"principal_key = {PREFIX.format('users')} || CAST(%(key)s AS text) WHERE {which}",
        params | {"search": keys["search_key"], "key": keys["principal_key"]},
    )
    return str(found[0])


def set_profile(tenant_id: int, user_id: int, fields: dict[str, Any]) -> None:
    """The user's profile says this; it has a row from then on."""
    if not fields:
        return
    row = {name: json.dumps(value, ensure_ascii=False) if name in LISTS else value for name, value in fields.items()}
    if "mail" in row:
        row["mail_key"] = principal_key(row["mail"]) if row["mail"] else None
    names, marks = ", ".join(row), ", ".join(f"%({name})s" for name in row)
    sets = ", ".join(f"{name} = %({name})s" for name in row)
    sql.execute(
        f"INSERT INTO user_profile (tenant_id, user_id, {names}) VALUES (%(tenant)s, %(user)s, {marks}) "
        f"ON CONFLICT (tenant_id, user_id) DO UPDATE SET {sets}",
        row | {"tenant": tenant_id, "user": user_id},
    )


def _keys(display_name: str, principal_name: str) -> dict[str, str]:
    return {
        "principal_key": principal_key(principal_name),
        "sort_key": sort_key(display_name),
        "search_key": search_key(display_name, principal_name),
    }
