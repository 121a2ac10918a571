"""Rows of operators and of their roles per tenant: the global tables of who may act. No password is made here.

Decides nothing and opens no transaction.
"""

from __future__ import annotations

import secrets
import uuid

from django.contrib.auth.hashers import make_password

from licentia.domain.instants import Instant
from licentia.store import clock, sql
from licentia.store.lists.operators import stored


def insert(name: str, display_name: str) -> str:
    """The id of a new operator, who cannot sign in with a password."""
    operator_id = str(uuid.uuid4())
    sql.execute(
        "INSERT INTO operator (id, password, last_login, is_superuser, name, display_name, is_active) "
        "VALUES (%(id)s, %(password)s, NULL, false, %(name)s, %(display)s, true)",
        {"id": stored(operator_id), "password": make_password(None), "name": name, "display": display_name},
    )
    return operator_id


def set_active(operator_id: str, *, active: bool) -> bool:
    """Whether the operator was otherwise before."""
    return bool(
        sql.execute(
            "UPDATE operator SET is_active = %(active)s WHERE id = %(id)s AND is_active <> %(active)s",
            {"id": stored(operator_id), "active": active},
        )
    )


def add_role(operator_id: str, tenant_id: int, role: str) -> int | None:
    """The number of the new membership; None when there was one."""
    found = sql.value(
        "INSERT INTO membership (operator_id, tenant_id, role) VALUES (%(id)s, %(tenant)s, %(role)s) "
        "ON CONFLICT DO NOTHING RETURNING id",
        {"id": stored(operator_id), "tenant": tenant_id, "role": role},
    )
    return None if found is None else int(found)


def drop_role(operator_id: str, tenant_id: int, role: str) -> int | None:
    """The number of the membership that is gone; None when there was none."""
    found = sql.value(
        "DELETE FROM membership WHERE operator_id = %(id)s AND tenant_id = %(tenant)s AND role = %(role)s RETURNING id",
        {"id": stored(operator_id), "tenant": tenant_id, "role": role},
    )
    return None if found is None else int(found)


def add_link(digest: str, operator_id: str, expires_at: Instant) -> None:
    """A link that signs the operator in until then; those that ended are swept away."""
    sql.execute("DELETE FROM sign_in_link WHERE expires_at < %(now)s", {"now": clock.machine_now()})
    sql.execute(
        "INSERT INTO sign_in_link (digest, operator_id, expires_at) VALUES (%(digest)s, %(id)s, %(until)s)",
        {"digest": digest, "id": stored(operator_id), "until": expires_at},
    )


def take_link(digest: str, now: Instant) -> str | None:
    """The operator whom the link signs in, once; None when there is no such link, or it has ended."""
    found = sql.value(
        "DELETE FROM sign_in_link WHERE digest = %(digest)s AND expires_at > %(now)s RETURNING operator_id",
        {"digest": digest, "now": now},
    )
    return None if found is None else str(uuid.UUID(str(found)))


def end_sessions(operator_id: str, now: Instant) -> None:
    """Every session of the operator that began until now is over."""
    sql.execute(
        "UPDATE operator SET sessions_from = %(now)s WHERE id = %(id)s", {"id": stored(operator_id), "now": now}
    )


def add_try(account: str, now: Instant, since: Instant, limit: int) -> str | None:
    """The id of one more try of the account; None when it had so many since then. Older ones are swept away."""
    if sql.is_postgres():
        sql.execute("SELECT pg_advisory_xact_lock(hashtextextended(%(account)s, 0))", {"account": account})
    sql.execute("DELETE FROM sign_in_try WHERE at < %(since)s", {"since": since})
    had = sql.value("SELECT count(*) FROM sign_in_try WHERE account = %(account)s", {"account": account})
    if int(had or 0) >= limit:
        return None
    try_id = secrets.token_hex(16)
    sql.execute(
        "INSERT INTO sign_in_try (id, account, at) VALUES (%(id)s, %(account)s, %(now)s)",
        {"id": try_id, "account": account, "now": now},
    )
    return try_id


def drop_try(try_id: str) -> None:
    """The try did not count."""
    sql.execute("DELETE FROM sign_in_try WHERE id = %(id)s", {"id": try_id})


def drop_tries(account: str) -> None:
    """The account has all its tries again."""
    sql.execute("DELETE FROM sign_in_try WHERE account = %(account)s", {"account": account})
