"""Fields of a user as a table: what each may be, who may set it, what is mastered elsewhere. Plain values."""

from __future__ import annotations

from typing import Any

import pytest

from licentia.domain import user_fields as f
from licentia.domain.countries import COUNTRIES
from licentia.domain.intents import CreateUser, UpdateUser, from_text, to_text
from licentia.domain.permissions import Capability
from licentia.domain.reasons import BadInput

NEW = {"account_enabled": True, "display_name": "Zoë", "mail_nickname": "zoe", "principal_name": "zoe@contoso.example"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"usage_location": "nl"}, {"usage_location": "NL"}),
        ({"usage_location": None}, {"usage_location": ""}),
        ({"department": None, "city": None}, {"department": "", "city": None}),
        ({"business_phones": ["1", "2"]}, {"business_phones": ("1", "2")}),
        ({"other_mails": None}, {"other_mails": ()}),
        ({"user_type": "guest"}, {"user_type": "Guest"}),
        ({"show_in_address_list": None}, {"show_in_address_list": None}),
        ({"display_name": "x" * 256}, {"display_name": "x" * 256}),
    ],
)
def test_a_field_becomes_what_the_store_has(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    """R-175, R-178, I-7: known to be empty is not unknown; what is not named is not there."""
    assert f.checked(fields, is_new=False) == expected


@pytest.mark.parametrize("name", f.FIELDS)
def test_every_field_refuses_what_is_too_long_or_of_another_kind(name: str) -> None:
    """R-175."""
    one = f.FIELDS[name]
    wrong: list[object] = [7, ["x", 7] if one.kind == "list" else ["x"]]
    if one.longest is not None:
        wrong.append(["x" * (one.longest + 1)] if one.kind == "list" else "x" * (one.longest + 1))
    for value in wrong:
        with pytest.raises(BadInput) as bad:
            f.checked({name: value}, is_new=False)
        assert bad.value.details["name"] == name
    if not one.can_be_cleared:
        with pytest.raises(BadInput, match="field_not_cleared"):
            f.checked({name: None}, is_new=False)


@pytest.mark.parametrize("name", f.NEEDED)
def test_a_new_user_needs_a_name_and_whether_it_may_sign_in(name: str) -> None:
    """Everything else may be missing; what is missing is known to be so."""
    with pytest.raises(BadInput, match="field_missing"):
        f.checked({key: value for key, value in NEW.items() if key != name}, is_new=True)
    assert f.checked(NEW, is_new=True) == NEW | {"user_type": "Member", "usage_location": "", "department": ""}


@pytest.mark.parametrize(
    ("text", "is_good"),
    [
        ("anna@contoso.com", True),
        ("o'neill.a-b_c#EXT#@contoso.onmicrosoft.com", True),
        ("zoë@contoso.com", False),
        ("anna@@contoso.com", False),
        ("an na@contoso.com", False),
        ("@contoso.com", False),
        ("anna@contoso", False),
        ("anna@contoso.com\n", False),
    ],
)
def test_user_names_have_no_accents(text: str, is_good: bool) -> None:
    """R-175."""
    if is_good:
        assert f.checked({"principal_name": text}, is_new=False) == {"principal_name": text}
    else:
        with pytest.raises(BadInput, match="bad_principal_name"):
            f.checked({"principal_name": text}, is_new=False)


def test_a_name_is_of_a_domain_of_the_tenant() -> None:
    """R-174: in any letter case; where nobody stated the domains any will do."""
    f.check_domain("a@Contoso.COM", frozenset({"contoso.com"}))
    f.check_domain("a@other.com", frozenset())
    with pytest.raises(BadInput, match="foreign_domain"):
        f.check_domain("a@sub.contoso.com", frozenset({"contoso.com"}))


@pytest.mark.parametrize(
    ("names", "enough"),
    [
        ({"usage_location"}, {Capability.MANAGE_USERS, Capability.ASSIGN_LICENSES}),
        ({"account_enabled"}, {Capability.MANAGE_USERS, Capability.BLOCK_USERS}),
        ({"usage_location", "account_enabled"}, {Capability.MANAGE_USERS}),
        ({"city"}, {Capability.MANAGE_USERS}),
        (set(), {Capability.MANAGE_USERS}),
    ],
)
def test_what_somebody_may_set_alone(names: set[str], enough: set[Capability]) -> None:
    """R-176."""
    assert set(f.needs(frozenset(names))) == enough


def test_only_the_usage_location_of_a_synced_account_is_ours() -> None:
    """R-177: and what follows from a field goes with it."""
    names = frozenset({*f.FIELDS, "proxy_addresses"})
    assert names - f.mastered_elsewhere(names) == {"usage_location"}


@pytest.mark.parametrize(
    ("mail", "present", "expected"),
    [
        ("a@x.nl", (), ("SMTP:a@x.nl",)),
        ("b@x.nl", ("SMTP:a@x.nl", "smtp:c@x.nl"), ("SMTP:b@x.nl", "smtp:a@x.nl", "smtp:c@x.nl")),
        ("A@x.nl", ("SMTP:a@x.nl",), ("SMTP:A@x.nl",)),
        (None, ("SMTP:a@x.nl",), ("smtp:a@x.nl",)),
        ("c@x.nl", ("SIP:a@x.nl", "smtp:c@x.nl"), ("SMTP:c@x.nl", "SIP:a@x.nl")),
    ],
)
def test_a_mail_address_is_the_primary_one(
    mail: str | None, present: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    """R-179."""
    assert f.addresses(mail, present) == expected


def test_what_is_wanted_is_stored_and_read_back() -> None:
    """As a plan stores it: truths, texts, lists, nothing."""
    fields = (("account_enabled", False), ("business_phones", ("1", "2")), ("city", None), ("state", "Gelderland"))
    for intent in (CreateUser(fields), UpdateUser(7, fields)):
        assert from_text(to_text(intent)) == intent


def test_countries_are_those_of_the_standard() -> None:
    """R-178: 249 codes; no United Kingdom by its other name, no reserved ones."""
    assert len(COUNTRIES) == 249
    assert {"NL", "GB", "US", "ZW"} <= COUNTRIES
    assert COUNTRIES.isdisjoint({"UK", "EU", "XX", "AN"})
    assert all(len(code) == 2 and code.isupper() for code in COUNTRIES)
