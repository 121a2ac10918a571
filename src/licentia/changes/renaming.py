"""A deleted user who comes back under another name: the name as the verdict sees it, and the row as it is then.

Part of a door's transaction; it decides nothing that `accounts` does not.
"""

from __future__ import annotations

from dataclasses import replace

from licentia.changes import journal
from licentia.changes.journal import Row
from licentia.domain import user_fields
from licentia.domain.facts import UserFacts
from licentia.domain.intents import Intent, RestoreUser
from licentia.domain.reasons import Refused
from licentia.store.bulk import users as rows_of
from licentia.store.lists import user_fields as list_of


def new_name(intent: Intent) -> str | None:
    """The user name under which somebody is to come back; None: under the one before."""
    return intent.principal_name if isinstance(intent, RestoreUser) else None


def seen(tenant_id: int, intent: Intent, facts: UserFacts) -> UserFacts:
    """The facts as if the account had the new name (R-183).

    BadInput `bad_principal_name`, `foreign_domain`; Refused `synced_account`: Active Directory is the master of names.
    """
    name = new_name(intent)
    if name is None or facts.account is None:
        return facts
    user_fields.checked({"principal_name": name}, is_new=False)
    user_fields.check_domain(name, list_of.domains(tenant_id))
    if facts.account.is_synced is True:
        raise Refused("synced_account")
    is_taken = list_of.owner_of_name(tenant_id, name) is not None
    return replace(facts, account=replace(facts.account, is_name_taken=is_taken))


def rename(tenant_id: int, intent: Intent, user_id: int) -> list[Row]:
    """The deleted user has the new name; the journal's row of it, or none."""
    name = new_name(intent)
    if name is None:
        return []
    before = rows_of.rename_deleted(tenant_id, user_id, name)
    if before == name:
        return []
    old, new = (journal.canonical({"principal_name": one}) for one in (before, name))
    return [("user.update", "user", user_id, old, new)]
