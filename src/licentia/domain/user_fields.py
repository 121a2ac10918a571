"""What a user can be given beside licenses: the fields, what each may be, who may set it, and which are mastered elsewhere.

One table; named as the store's columns are. Whether a name is free is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from licentia.domain.countries import COUNTRIES
from licentia.domain.permissions import Capability
from licentia.domain.reasons import BadInput

Value = str | bool | tuple[str, ...] | None
"""What a field holds: text, a truth, several texts, or nothing."""

Fields = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Field:
    """What a field may be. `longest` in characters; `kind` is text, truth or list."""

    kind: str = "text"
    longest: int | None = None
    can_be_cleared: bool = True
    in_cloud: bool = False
    """Whether it is set here also of an account that Active Directory is the master of (R-177)."""


FIELDS: Mapping[str, Field] = {
    "account_enabled": Field("truth", can_be_cleared=False),
    "principal_name": Field(longest=113, can_be_cleared=False),
    "display_name": Field(longest=256, can_be_cleared=False),
    "usage_location": Field(longest=2, in_cloud=True),
    "user_type": Field(longest=6),
    "department": Field(longest=64),
    "given_name": Field(longest=64),
    "surname": Field(longest=64),
    "job_title": Field(longest=128),
    "mail": Field(longest=320),
    "mail_nickname": Field(longest=64, can_be_cleared=False),
    "mobile_phone": Field(longest=64),
    "office_location": Field(longest=128),
    "preferred_language": Field(longest=32),
    "company_name": Field(longest=64),
    "employee_id": Field(longest=16),
    "employee_type": Field(longest=64),
    "street_address": Field(longest=1_024),
    "postal_code": Field(longest=40),
    "city": Field(longest=128),
    "state": Field(longest=128),
    "country": Field(longest=128),
    "business_phones": Field("list", longest=64),
    "other_mails": Field("list", longest=320),
    "show_in_address_list": Field("truth"),
    "immutable_id": Field(longest=256),
}
"""Every field that can be set. display_name, department, company_name and job_title as Graph documents them (R-175)."""

READ_ONLY = frozenset(
    "object_id created_at deleted_at is_synced manager_id sessions_valid_from last_sign_in_at last_activity_at "
    "proxy_addresses password_changed_at last_sync_at sam_account_name distinguished_name domain_name "
    "synced_principal_name security_identifier phone_number office_devices".split()
)
"""Fields that follow from something else, or have a door of their own."""

NEEDED = ("account_enabled", "display_name", "mail_nickname", "principal_name")
"""What a new user must have."""

ALONE: Mapping[str, Capability] = {
    "usage_location": Capability.ASSIGN_LICENSES,
    "account_enabled": Capability.BLOCK_USERS,
}
"""R-176: what somebody may set without managing users, where nothing else is set with it."""

ACCOUNT_FIELDS = ("principal_name", "display_name", "account_enabled", "usage_location", "user_type", "department")
"""Fields of the account itself; the others are of its profile."""

_EMPTY_TEXT = ("usage_location", "department")
"""Texts of the account of which it is known that there is none: '', where NULL is not known."""

_NAME = re.compile(r"[A-Za-z0-9'._!#^~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_NICKNAME = re.compile(r"[!#-'*-9;<=>?^-~A-Z]+")
"""ASCII without blanks and without @ () \\ [ ] " ; : , the characters that Graph names as not allowed in an alias."""


def checked(fields: Mapping[str, object], *, is_new: bool) -> Fields:
    """The fields as the store has them (R-175); a new user's with what is known of it from the start.

    BadInput `field_missing`, `unknown_field`, `read_only_field`, `bad_field`, `field_too_long`, `field_not_cleared`,
    `bad_country`, `bad_principal_name`, each with the field's `name`.
    """
    for name in NEEDED if is_new else ():
        if fields.get(name) is None:
            raise BadInput("field_missing", name=name)
    found = {name: _value(name, value) for name, value in fields.items()}
    return {"user_type": "Member", **dict.fromkeys(_EMPTY_TEXT, ""), **found} if is_new else found


def _value(name: str, value: object) -> Value:
    if name in READ_ONLY:
        raise BadInput("read_only_field", name=name)
    field = FIELDS.get(name)
    if field is None:
        raise BadInput("unknown_field", name=name)
    if value is None:
        if not field.can_be_cleared:
            raise BadInput("field_not_cleared", name=name)
        return () if field.kind == "list" else "" if name in _EMPTY_TEXT else None
    if field.kind == "truth":
        if not isinstance(value, bool):
            raise BadInput("bad_field", name=name)
        return value
    if field.kind == "list":
        if not isinstance(value, list | tuple):
            raise BadInput("bad_field", name=name)
        return tuple(_text(name, one, field) for one in value)
    return _FORM.get(name, _any)(_text(name, value, field))


def _text(name: str, value: object, field: Field) -> str:
    if not isinstance(value, str) or "\x00" in value or (not value.strip() and not field.can_be_cleared):
        raise BadInput("bad_field", name=name)
    if field.longest is not None and len(value) > field.longest:
        raise BadInput("field_too_long", name=name, n=field.longest)
    return value


def _any(text: str) -> str:
    return text


def _country(text: str) -> str:
    """R-178: a country that there is, in capitals; an empty text is none."""
    if text and text.upper() not in COUNTRIES:
        raise BadInput("bad_country", text=text, name="usage_location")
    return text.upper()


def _type(text: str) -> str:
    found = {"member": "Member", "guest": "Guest"}.get(text.casefold())
    if found is None:
        raise BadInput("bad_field", name="user_type")
    return found


def _principal(text: str) -> str:
    if _NAME.fullmatch(text) is None:
        raise BadInput("bad_principal_name", text=text[:60], name="principal_name")
    return text


def _nickname(text: str) -> str:
    if _NICKNAME.fullmatch(text) is None:
        raise BadInput("bad_field", name="mail_nickname")
    return text


def _mail(text: str) -> str | None:
    if text and (text.count("@") != 1 or any(part == "" for part in text.split("@")) or " " in text):
        raise BadInput("bad_field", name="mail")
    return text


_FORM: Mapping[str, Callable[[str], Value]] = {
    "usage_location": _country,
    "user_type": _type,
    "principal_name": _principal,
    "mail_nickname": _nickname,
    "mail": _mail,
}


def domain_of(principal_name: str) -> str:
    """The domain of a user principal name, as compared."""
    return principal_name.rpartition("@")[2].casefold()


def check_domain(principal_name: str, domains: frozenset[str]) -> None:
    """Returns when the name is of a domain of the tenant, or nobody stated its domains; BadInput `foreign_domain`."""
    if domains and domain_of(principal_name) not in domains:
        raise BadInput(
            "foreign_domain", text=domain_of(principal_name), known=", ".join(sorted(domains)), name="principal_name"
        )


def mastered_elsewhere(names: frozenset[str]) -> frozenset[str]:
    """Of these fields, and what follows from them, those that only Active Directory sets of a synced account (R-177)."""
    return frozenset(name for name in names if name not in FIELDS or not FIELDS[name].in_cloud)


def needs(names: frozenset[str]) -> tuple[Capability, ...]:
    """The capabilities of which one is enough to set exactly these fields (R-176)."""
    only = next(iter(names)) if len(names) == 1 else ""
    return (Capability.MANAGE_USERS, *((ALONE[only],) if only in ALONE else ()))


def addresses(mail: str | None, present: tuple[str, ...]) -> tuple[str, ...]:
    """The proxy addresses with this one as the primary; the one before stays as an alias (R-179)."""
    aliases = tuple(_alias(one) for one in present)
    if not mail:
        return aliases
    return (f"SMTP:{mail}", *(one for one in aliases if one.casefold() != f"smtp:{mail}".casefold()))


def _alias(address: str) -> str:
    return f"smtp:{address[5:]}" if address.startswith("SMTP:") else address
