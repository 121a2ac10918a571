"""One user's fields as a door reads them before it sets some, and whether a name or an address is free.

Keys only; no list is read here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from licentia.domain.user_fields import ACCOUNT_FIELDS, FIELDS
from licentia.store import sql
from licentia.store.names import principal_key

PROFILE = tuple(sorted(set(FIELDS) - set(ACCOUNT_FIELDS) | {"proxy_addresses", "password_changed_at"}))
"""The fields of a profile that a door sets."""

_LISTS = ("business_phones", "other_mails", "proxy_addresses")
_TRUTHS = ("account_enabled", "show_in_address_list")


@dataclass(frozen=True, slots=True)
class UserFields:
    """A live user, and every field that a door sets, by name. None is not stated."""

    object_id: str
    is_synced: bool | None
    values: dict[str, Any]


def get(tenant_id: int, user_id: int) -> UserFields | None:
    """The user; None for one who is deleted, or not there."""
    names = (*ACCOUNT_FIELDS, *PROFILE)
    columns = ", ".join([f"u.{name}" for name in ACCOUNT_FIELDS] + [f"p.{name}" for name in PROFILE])
    found = sql.row(
        f"SELECT u.object_id, u.is_synced, {columns} FROM users u "
        "LEFT JOIN user_profile p ON p.tenant_id = u.tenant_id AND p.user_id = u.id "
        "WHERE u.tenant_id = %(tenant)s AND u.id = %(user)s AND u.deleted_at IS NULL",
        {"tenant": tenant_id, "user": user_id},
    )
    if found is None:
        return None
    object_id, is_synced, *values = found
    known = {name: _plain(name, value) for name, value in zip(names, values, strict=True)}
    return UserFields(object_id, None if is_synced is None else bool(is_synced), known)


def _plain(name: str, value: Any) -> Any:
    if name in _LISTS:
        return tuple(json.loads(value or "[]"))
    return bool(value) if name in _TRUTHS and value is not None else value


def owner_of_name(tenant_id: int, principal_name: str) -> int | None:
    """The live user of this name; a deleted one's name is free."""
    return _number(
        "SELECT u.id FROM users u WHERE u.tenant_id = %(tenant)s AND u.principal_key = %(key)s",
        {"tenant": tenant_id, "key": principal_key(principal_name)},
    )


def owner_of_mail(tenant_id: int, mail: str, user_id: int) -> int | None:
    """A live user other than this one with the mail address."""
    return _number(
        "SELECT u.id FROM user_profile p JOIN users u ON u.tenant_id = p.tenant_id AND u.id = p.user_id "
        "WHERE p.tenant_id = %(tenant)s AND p.mail_key = %(key)s AND u.deleted_at IS NULL AND u.id <> %(user)s LIMIT 1",
        {"tenant": tenant_id, "key": principal_key(mail), "user": user_id},
    )


def has_object(tenant_id: int, object_id: str) -> bool:
    """Whether a user, deleted ones too, or a group has this object id."""
    found = sql.row(
        "SELECT 1 FROM users u WHERE u.tenant_id = %(tenant)s AND u.object_id = %(object)s UNION ALL "
        "SELECT 1 FROM user_group g WHERE g.tenant_id = %(tenant)s AND g.object_id = %(object)s LIMIT 1",
        {"tenant": tenant_id, "object": object_id},
    )
    return found is not None


def domains(tenant_id: int) -> frozenset[str]:
    """The tenant's domains, as compared."""
    found = sql.rows("SELECT domain FROM tenant_domain WHERE tenant_id = %(tenant)s", {"tenant": tenant_id})
    return frozenset(str(row[0]).casefold() for row in found)


def updated(tenant_id: int, plan_id: int) -> tuple[int, dict[str, Any], dict[str, Any]] | None:
    """(user, before, after) of the fields that this plan set, sign-in too; None when it set none."""
    found = sql.rows(
        "SELECT j.object_id, j.kind, j.before, j.after FROM journal j "
        "JOIN segment s ON s.tenant_id = j.tenant_id AND s.id = j.segment_id WHERE j.tenant_id = %(tenant)s "
        "AND s.plan_id = %(plan)s AND j.object_kind = 'user' "
        "AND j.kind IN ('user.update', 'account.enabled') ORDER BY j.seq",
        {"tenant": tenant_id, "plan": plan_id},
    )
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for _, kind, *texts in found:
        for side, text in zip((before, after), texts, strict=True):
            side.update(_fields(kind, text))
    return (int(found[0][0]), before, after) if found else None


def _fields(kind: str, text: str | None) -> dict[str, Any]:
    """A row's fields by name, lists as a door reads them; who was not known to be blocked may sign in again."""
    value = json.loads(text or "null")
    if kind == "account.enabled":
        return {"account_enabled": value != "false"}
    return {name: tuple(one) if isinstance(one, list) else one for name, one in value.items()}


def _number(statement: str, params: dict[str, Any]) -> int | None:
    found = sql.row(statement, params)
    return None if found is None else int(found[0])
