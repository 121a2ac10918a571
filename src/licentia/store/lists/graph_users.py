"""Users as Microsoft Graph shows them: chosen columns of given numbers, and what hangs on them, once for a whole page.

Which users, and in which order, is `matching`'s.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from licentia.store import sql
from licentia.store.bulk.accounts import PREFIX
from licentia.store.lists.filters import PROFILE
from licentia.wire.bodies import HeldSource

COLUMNS: Final[Mapping[str, str]] = {
    "id": "u.object_id",
    "userPrincipalName": (
        f"CASE WHEN u.deleted_at IS NULL THEN u.principal_name ELSE {PREFIX.format('u')} || u.principal_name END"
    ),
    "displayName": "u.display_name",
    "accountEnabled": "u.account_enabled",
    "usageLocation": "nullif(u.usage_location, '')",
    "userType": "nullif(u.user_type, '')",
    "department": "nullif(u.department, '')",
    "createdDateTime": "u.created_at",
    "deletedDateTime": "u.deleted_at",
    "onPremisesSyncEnabled": "u.is_synced",
    "signInSessionsValidFromDateTime": "coalesce(u.sessions_valid_from, u.created_at)",
    "signInActivity": "u.last_sign_in_at",
    "givenName": "p.given_name",
    "surname": "p.surname",
    "jobTitle": "p.job_title",
    "mail": "p.mail",
    "mailNickname": "p.mail_nickname",
    "mobilePhone": "p.mobile_phone",
    "officeLocation": "p.office_location",
    "preferredLanguage": "p.preferred_language",
    "companyName": "p.company_name",
    "employeeId": "p.employee_id",
    "employeeType": "p.employee_type",
    "streetAddress": "p.street_address",
    "postalCode": "p.postal_code",
    "city": "p.city",
    "state": "p.state",
    "country": "p.country",
    "businessPhones": "coalesce(p.business_phones, '[]')",
    "otherMails": "coalesce(p.other_mails, '[]')",
    "proxyAddresses": "coalesce(p.proxy_addresses, '[]')",
    "showInAddressList": "p.show_in_address_list",
    "lastPasswordChangeDateTime": "p.password_changed_at",
    "onPremisesImmutableId": "p.immutable_id",
    "onPremisesLastSyncDateTime": "p.last_sync_at",
    "onPremisesSamAccountName": "p.sam_account_name",
    "onPremisesDistinguishedName": "p.distinguished_name",
    "onPremisesDomainName": "p.domain_name",
    "onPremisesUserPrincipalName": "p.synced_principal_name",
    "onPremisesSecurityIdentifier": "p.security_identifier",
}
"""By Graph's name, where a property of a user lives. What is not here is computed, or not kept."""


@dataclass(frozen=True, slots=True)
class Found:
    """A user's or group's number, and its columns by name."""

    id: int
    values: dict[str, object]


def rows(tenant_id: int, names: Sequence[str], users: Sequence[int], *, is_deleted: bool = False) -> list[Found]:
    """These users with the columns that the properties need, in the order given; those who are not so are left out."""
    if not users:
        return []
    columns = [(name, COLUMNS[name]) for name in names if name in COLUMNS]
    selected = ", ".join(("u.id", *(text for _, text in columns)))
    found = sql.rows(
        f"SELECT {selected} FROM users u {PROFILE if 'p.' in selected else ''} WHERE u.tenant_id = %(tenant)s "
        f"AND u.deleted_at IS {'NOT NULL' if is_deleted else 'NULL'} AND u.id {sql.among('users')}",
        {"tenant": tenant_id, "users": sql.listed(users)},
    )
    known = {row[0]: Found(row[0], dict(zip((name for name, _ in columns), row[1:], strict=True))) for row in found}
    return [known[user] for user in users if user in known]


def number(tenant_id: int, key: str, *, is_deleted: bool = False) -> int | None:
    """The number of the user of this object id or principal key (case folded)."""
    state = "IS NOT NULL" if is_deleted else "IS NULL"
    for column in ("object_id", "principal_key"):
        found = sql.value(
            f"SELECT u.id FROM users u WHERE u.tenant_id = %(tenant)s AND u.{column} = %(key)s AND u.deleted_at {state}",
            {"tenant": tenant_id, "key": key},
        )
        if found is not None:
            return int(found)
    return None


def numbers(tenant_id: int, keys: Sequence[str], *, is_deleted: bool = False) -> dict[str, int]:
    """By object id (lower case), the users' numbers, of those who are there."""
    state = "IS NOT NULL" if is_deleted else "IS NULL"
    return dict(
        sql.rows(
            f"SELECT u.object_id, u.id FROM users u WHERE u.tenant_id = %(tenant)s AND u.deleted_at {state} "
            f"AND u.object_id {sql.among_texts('keys')}",
            {"tenant": tenant_id, "keys": sql.listed_texts(list(keys))},
        )
    )


def sources(tenant_id: int, users: Sequence[int]) -> dict[int, list[HeldSource]]:
    """By user, why it holds what; groups by their object ids. Users without any are not there."""
    found: dict[int, list[HeldSource]] = defaultdict(list)
    rows = sql.rows(
        "SELECT s.user_id, p.sku_id, s.source_kind, g.object_id, s.state, s.disabled_plans, s.error, s.since_at "
        "FROM source s JOIN product p ON p.tenant_id = s.tenant_id AND p.id = s.product_id "
        "LEFT JOIN user_group g ON s.source_kind = 2 AND g.tenant_id = s.tenant_id AND g.id = s.source_id "
        f"WHERE s.tenant_id = %(tenant)s AND s.user_id {sql.among('users')} "
        "ORDER BY s.user_id, s.product_id, s.source_kind, s.source_id",
        {"tenant": tenant_id, "users": sql.listed(users)},
    )
    for user, sku, kind, group, state, plans, error, since in rows:
        off = frozenset(plans.split(",")) if plans else frozenset()
        found[user].append(HeldSource(sku, kind, group, state, off, error, since))
    return found


def managers(tenant_id: int, users: Sequence[int]) -> dict[int, int]:
    """By user, the number of its manager, where it has one who is not deleted."""
    return dict(
        sql.rows(
            "SELECT u.id, m.id FROM users u JOIN users m ON m.tenant_id = u.tenant_id AND m.id = u.manager_id "
            f"AND m.deleted_at IS NULL WHERE u.tenant_id = %(tenant)s AND u.id {sql.among('users')}",
            {"tenant": tenant_id, "users": sql.listed(users)},
        )
    )


def mailbox_kinds(tenant_id: int, users: Sequence[int]) -> dict[int, str]:
    """By user, what kind its mailbox is, where somebody has read it."""
    return dict(
        sql.rows(
            f"SELECT b.user_id, b.kind FROM mailbox b WHERE b.tenant_id = %(tenant)s AND b.user_id {sql.among('users')}",
            {"tenant": tenant_id, "users": sql.listed(users)},
        )
    )
