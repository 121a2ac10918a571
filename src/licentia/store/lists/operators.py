"""Reads of operators and their roles, and of who said what about a plan."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from licentia.domain.instants import Instant
from licentia.store import sql


@dataclass(frozen=True, slots=True)
class OperatorRow:
    """A person who can act; `roles` are (tenant id, tenant name, role)."""

    id: str
    name: str
    display_name: str
    is_active: bool
    roles: tuple[tuple[int, str, str], ...] = field(default=())

    def roles_in(self, tenant_id: int) -> frozenset[str]:
        """The operator's roles in one tenant."""
        return frozenset(role for tenant, _name, role in self.roles if tenant == tenant_id)


_COLUMNS = "o.id, o.name, o.display_name, o.is_active"


def every() -> list[OperatorRow]:
    """All operators by name, each with the roles it has in usable tenants."""
    found = sql.rows(
        f"SELECT {_COLUMNS}, t.id, t.name, m.role FROM operator o LEFT JOIN membership m ON m.operator_id = o.id "
        "LEFT JOIN tenant t ON t.id = m.tenant_id AND t.origin <> 'loading' ORDER BY o.name, t.name, m.role",
        {},
    )
    operators: dict[str, OperatorRow] = {}
    for row in found:
        one = _operator(row[:4])
        known = operators.get(one.id, one)
        more = () if row[4] is None else ((int(row[4]), str(row[5]), str(row[6])),)
        operators[one.id] = OperatorRow(one.id, one.name, one.display_name, one.is_active, known.roles + more)
    return list(operators.values())


def members(tenant_id: int) -> list[OperatorRow]:
    """The operators with a role in the tenant, with the roles they have there."""
    found = []
    for one in every():
        here = tuple(role for role in one.roles if role[0] == tenant_id)
        if here:
            found.append(OperatorRow(one.id, one.name, one.display_name, one.is_active, here))
    return found


def find(name: str) -> OperatorRow | None:
    """The operator of this name in any letter case, with its roles; None when there is none."""
    wanted = name.strip().casefold()
    return next((one for one in every() if one.name.casefold() == wanted), None)


def by_id(operator_id: str) -> OperatorRow | None:
    """The operator with this id, with its roles."""
    return next((one for one in every() if one.id == operator_id), None)


def stored(operator_id: str) -> object:
    """The id as the database keeps it: SQLite has no type for it."""
    found = uuid.UUID(operator_id)
    return found if sql.is_postgres() else found.hex


def sessions_from(operator_id: str) -> Instant:
    """What the operator began until then is over."""
    found = sql.value("SELECT sessions_from FROM operator WHERE id = %(id)s", {"id": stored(operator_id)})
    return int(found or 0)


def has_second_step(operator_id: str) -> bool:
    """Whether a password alone does not sign the operator in: there is an authenticator app, or a passkey."""
    found = sql.value(
        "SELECT 1 FROM mfa_authenticator WHERE user_id = %(id)s AND type IN ('totp', 'webauthn') LIMIT 1",
        {"id": stored(operator_id)},
    )
    return found is not None


def _operator(row: sql.Row) -> OperatorRow:
    return OperatorRow(str(uuid.UUID(str(row[0]))), str(row[1]), str(row[2]), bool(row[3]))


@dataclass(frozen=True, slots=True)
class Maker:
    """Who made a plan."""

    kind: str
    id: str
    name: str


def maker(tenant_id: int, plan_id: int) -> Maker | None:
    """Who made the plan; None when there is no such plan."""
    found = sql.row(
        "SELECT actor_kind, actor_id, actor_name FROM plan WHERE tenant_id = %(tenant)s AND id = %(plan)s",
        {"tenant": tenant_id, "plan": plan_id},
    )
    return None if found is None else Maker(*found)


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody said about a plan, from the journal: `after` is the row's text."""

    kind: str
    at: int
    after: str
    actor_kind: str
    actor_id: str
    actor_name: str


def last_word(tenant_id: int, plan_id: int, kinds: tuple[str, ...]) -> Word | None:
    """The last of the plan's rows of these kinds in the journal."""
    found = sql.row(
        "SELECT j.kind, j.at, coalesce(j.after, ''), s.actor_kind, s.actor_id, s.actor_name FROM journal j "
        "JOIN segment s ON s.tenant_id = j.tenant_id AND s.id = j.segment_id "
        "WHERE j.tenant_id = %(tenant)s AND j.object_kind = 'plan' AND j.object_id = %(plan)s "
        f"AND j.kind {sql.among_texts('kinds')} ORDER BY j.seq DESC LIMIT 1",
        {"tenant": tenant_id, "plan": plan_id, "kinds": sql.listed_texts(list(kinds))},
    )
    return None if found is None else Word(*found)
