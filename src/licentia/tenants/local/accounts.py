"""Accounts as a plan changes them: which write stands behind which fact, and who is not as planned.

The writes are store.bulk.accounts'; nothing is decided here.
"""

from __future__ import annotations

from licentia.domain.instants import Instant
from licentia.domain.planning import AccountChange
from licentia.store.bulk import accounts


def change(tenant_id: int, one: AccountChange, users: list[int], now: Instant) -> int:
    """Of how many of these users the account took the change."""
    match one.name:
        case "enabled":
            assert one.after is not None
            return accounts.set_enabled(tenant_id, users, one.before, one.after)
        case "sessions":
            return accounts.revoke_sessions(tenant_id, users, now)
        case "manager":
            return accounts.set_manager(tenant_id, users, one.before, one.after)
        case "deleted" if one.after == "now":
            return accounts.delete(tenant_id, users, now)
        case "deleted" if one.after is None:
            return accounts.restore(tenant_id, users)
        case "deleted":
            return accounts.purge(tenant_id, users)
        case other:
            raise AssertionError(other)


def differing(tenant_id: int, one: AccountChange, users: list[int]) -> set[int]:
    """Those of these users whose account is not as the change found it when it was planned."""
    present = accounts.present(tenant_id, one.name, users)
    if one.name == "sessions":
        return set(users) - set(present)
    if one.name == "deleted":
        return {user for user in users if present.get(user) is not (one.before is not None)}
    return {user for user in users if user not in present or present[user] != one.before}


def untouched(tenant_id: int, one: AccountChange, users: list[int]) -> set[int]:
    """Those of these users whose account did not take the change, asked in its transaction."""
    present = accounts.present(tenant_id, one.name, users)
    if one.name == "sessions":
        return set(users) - set(present)
    if one.name == "deleted":
        wanted = {"now": True, "purged": None}.get(one.after or "", False)
        return {user for user in users if present.get(user) is not wanted}
    return {user for user in users if user not in present or present[user] != one.after}
