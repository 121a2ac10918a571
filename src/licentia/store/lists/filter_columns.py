"""What a $filter can name: each property of users and groups, the column it stands for, and how its values compare.

Tables only; nothing is compiled here. `u` is users, `p` the LEFT JOIN of user_profile, `g` user_group.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from licentia.store.bulk.accounts import NAME

_ASCII_LOWER: Final = {ord(letter): letter.lower() for letter in string.ascii_uppercase}


class Kind(Enum):
    """How values of a column compare."""

    TEXT = "text"
    """Letters A to Z without case, all others as they are: what lower() does on both databases (R-192)."""
    KEY = "key"
    """A column that holds the text as compared, without case (R-192)."""
    GUID = "guid"
    BOOL = "bool"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Column:
    """A property as SQL. `is_required`: it is never empty, so `eq null` is no question."""

    sql: str
    kind: Kind = Kind.TEXT
    is_required: bool = False
    is_indexed: bool = False
    """An index leads to what `compared` begins with or equals."""

    @property
    def compared(self) -> str:
        """The SQL that is compared with the value's key."""
        return f"lower({self.sql})" if self.kind is Kind.TEXT else self.sql


def text_key(text: str) -> str:
    """The text as both databases' lower() has it: ASCII letters only (R-192)."""
    return text.translate(_ASCII_LOWER)


def key_of(column: Column, text: str) -> str:
    """A text value as the column's compared SQL has it."""
    if column.kind is Kind.KEY:
        return text.casefold()  # as store.names.principal_key has it; blanks at the ends are the filter's own
    return text.lower() if column.kind is Kind.GUID else text_key(text)


def _text(alias: str, **names: str) -> dict[str, Column]:
    return {name.lower(): Column(f"{alias}.{column}") for name, column in names.items()}


_MANAGER = "(SELECT m.object_id FROM users m WHERE m.tenant_id = u.tenant_id AND m.id = u.manager_id)"

USERS: Final[Mapping[str, Column]] = {
    "id": Column("u.object_id", Kind.GUID, is_required=True, is_indexed=True),
    "userprincipalname": Column("u.principal_key", Kind.KEY, is_required=True, is_indexed=True),
    "displayname": Column("u.display_name", is_required=True, is_indexed=True),
    "accountenabled": Column("u.account_enabled", Kind.BOOL),
    "onpremisessyncenabled": Column("u.is_synced", Kind.BOOL),
    "createddatetime": Column("u.created_at", Kind.MOMENT),
    "deleteddatetime": Column("u.deleted_at", Kind.MOMENT),
    "signinsessionsvalidfromdatetime": Column("u.sessions_valid_from", Kind.MOMENT),
    "signinactivity/lastsignindatetime": Column("u.last_sign_in_at", Kind.MOMENT),
    "manager/id": Column(_MANAGER, Kind.GUID),
    "mail": Column("p.mail_key", Kind.KEY),
    "showinaddresslist": Column("p.show_in_address_list", Kind.BOOL),
    "lastpasswordchangedatetime": Column("p.password_changed_at", Kind.MOMENT),
    "onpremiseslastsyncdatetime": Column("p.last_sync_at", Kind.MOMENT),
    **_text("u", department="department", usageLocation="usage_location", userType="user_type"),
    **_text(
        "p",
        givenName="given_name",
        surname="surname",
        jobTitle="job_title",
        mailNickname="mail_nickname",
        mobilePhone="mobile_phone",
        officeLocation="office_location",
        preferredLanguage="preferred_language",
        companyName="company_name",
        employeeId="employee_id",
        employeeType="employee_type",
        streetAddress="street_address",
        postalCode="postal_code",
        city="city",
        state="state",
        country="country",
        onPremisesImmutableId="immutable_id",
        onPremisesSamAccountName="sam_account_name",
        onPremisesDistinguishedName="distinguished_name",
        onPremisesDomainName="domain_name",
        onPremisesUserPrincipalName="synced_principal_name",
        onPremisesSecurityIdentifier="security_identifier",
    ),
}
"""By property in lower case."""

DELETED_USERS: Final[Mapping[str, Column]] = {
    **USERS,
    "userprincipalname": Column(NAME.format("u"), Kind.KEY, is_required=True),
}
"""A deleted user's key begins with its object id: the name is behind it."""

USER_LISTS: Final[Mapping[str, str]] = {
    "proxyaddresses": "p.proxy_addresses",
    "othermails": "p.other_mails",
    "businessphones": "p.business_phones",
}
"""Collections of texts, kept as a JSON array."""

_MAIL_KINDS = "(g.kind IN ('microsoft365', 'mail_security', 'distribution'))"
_SECURITY_KINDS = "(g.kind IN ('security', 'mail_security'))"
_IN_ERROR = (
    "(EXISTS (SELECT 1 FROM source s WHERE s.tenant_id = g.tenant_id AND s.source_kind = 2 AND s.source_id = g.id "
    "AND s.state IN (2, 4)))"
)

GROUPS: Final[Mapping[str, Column]] = {
    "id": Column("g.object_id", Kind.GUID, is_required=True, is_indexed=True),
    "displayname": Column("g.display_name", is_required=True),
    "createddatetime": Column("g.created_at", Kind.MOMENT),
    "deleteddatetime": Column("g.deleted_at", Kind.MOMENT),
    "onpremisessyncenabled": Column("g.is_synced", Kind.BOOL),
    "mailenabled": Column(_MAIL_KINDS, Kind.BOOL),
    "securityenabled": Column(_SECURITY_KINDS, Kind.BOOL),
    "hasmemberswithlicenseerrors": Column(_IN_ERROR, Kind.BOOL),
    "membershipruleprocessingstate": Column("(CASE WHEN g.membership_rule <> '' THEN 'On' END)"),
    **_text(
        "g",
        description="description",
        mail="mail",
        mailNickname="mail_nickname",
        visibility="visibility",
        membershipRule="membership_rule",
    ),
}
"""By property in lower case."""

GROUP_TYPES: Final[Mapping[str, str]] = {
    "Unified": "g.kind = 'microsoft365'",
    "DynamicMembership": "g.membership_rule <> ''",
}
"""What groupTypes can hold, and when it does."""
