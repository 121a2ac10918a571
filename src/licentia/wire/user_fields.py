"""Which properties of a user or a group a body may set, by the store's name. What each may be is the domain's to say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

USER_FIELDS: Final[Mapping[str, str]] = {
    "accountEnabled": "account_enabled",
    "displayName": "display_name",
    "userPrincipalName": "principal_name",
    "usageLocation": "usage_location",
    "userType": "user_type",
    "department": "department",
    "givenName": "given_name",
    "surname": "surname",
    "jobTitle": "job_title",
    "mail": "mail",
    "mailNickname": "mail_nickname",
    "mobilePhone": "mobile_phone",
    "officeLocation": "office_location",
    "preferredLanguage": "preferred_language",
    "companyName": "company_name",
    "employeeId": "employee_id",
    "employeeType": "employee_type",
    "streetAddress": "street_address",
    "postalCode": "postal_code",
    "city": "city",
    "state": "state",
    "country": "country",
    "businessPhones": "business_phones",
    "otherMails": "other_mails",
    "showInAddressList": "show_in_address_list",
    "onPremisesImmutableId": "immutable_id",
}
"""licensing-facts 1.2, what is not read-only there and is kept here."""

USER_IGNORED: Final = frozenset({"passwordprofile", "passwordpolicies"})
"""Taken and not kept: nobody signs in as a user of a local tenant."""

USER_REQUIRED: Final = ("accountEnabled", "displayName", "mailNickname", "userPrincipalName", "passwordProfile")
"""What a new user must have (1.1)."""

GROUP_FIELDS: Final[Mapping[str, str]] = {
    "displayName": "name",
    "description": "description",
    "mail": "mail",
    "mailNickname": "mail_nickname",
    "visibility": "visibility",
    "membershipRule": "membership_rule",
}
"""What a body may set of a group; its kind is decided when it is made."""

PROPERTY_OF: Final[Mapping[str, str]] = {
    **{column: name for name, column in USER_FIELDS.items()},
    "proxy_addresses": "proxyAddresses",
    "password_changed_at": "lastPasswordChangeDateTime",
    "is_synced": "onPremisesSyncEnabled",
    "created_at": "createdDateTime",
    "membership_rule": "membershipRule",
    "kind": "groupTypes",
    "name": "displayName",
}
"""Graph's name of a column, for sentences and for what a row of the journal changed."""
