"""Graph's user objects and the values they stand for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licentia.domain.facts import AssignmentState
from licentia.domain.instants import SECOND
from licentia.wire.graph_users import (
    LICENSES_PROPERTY,
    SIGN_IN_PROPERTY,
    STATES_PROPERTY,
    USER_PROPERTIES,
    AssignedLicense,
    GraphUser,
    GraphValueError,
    LicenseAssignmentState,
    parse_assignment_states,
    parse_user,
    state_name,
    state_of,
    user_json,
)

SHOWN = [state for state in AssignmentState if state is not AssignmentState.REMEMBERED]
"""What a deleted user remembers is ours alone: Graph has no word for it."""
SKU = "05e9a617-0261-4cee-bb44-138d3ef5d965"
GROUP = "0e0bae81-bda1-4e6b-b2c6-7a0a2d9d7ef1"

guids = st.uuids().map(str)
moments = st.integers(1, 4_000_000_000).map(lambda seconds: seconds * SECOND)
words = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)
plans = st.frozensets(guids, max_size=3)
states = st.builds(
    LicenseAssignmentState,
    sku_id=guids,
    assigned_by_group=st.none() | guids,
    disabled_plans=plans,
    state=st.sampled_from(SHOWN),
    error=st.sampled_from([None, "CountViolation", "Other"]),
    since=st.none() | moments,
)
users = st.builds(
    GraphUser,
    stated=st.just(frozenset({*USER_PROPERTIES, STATES_PROPERTY, LICENSES_PROPERTY, SIGN_IN_PROPERTY})),
    user_principal_name=words,
    object_id=guids,
    display_name=st.none() | words,
    account_enabled=st.none() | st.booleans(),
    usage_location=st.sampled_from([None, "NL", "US"]),
    user_type=st.sampled_from([None, "Member", "Guest"]),
    department=st.none() | words,
    created_at=st.none() | moments,
    is_synced=st.none() | st.booleans(),
    last_sign_in_at=st.none() | moments,
    assigned_licenses=st.none() | st.lists(st.builds(AssignedLicense, guids, plans), max_size=3).map(tuple),
    assignment_states=st.none()
    | st.lists(states, max_size=4, unique_by=lambda e: (e.sku_id, e.assigned_by_group)).map(tuple),
)


@given(users)
def test_a_user_written_is_read_back_the_same(user: GraphUser) -> None:
    """Names and values survive the way to Graph's JSON and back."""
    assert parse_user(user_json(user)) == user


def test_a_user_of_graph_is_understood() -> None:
    """Tolerant where Graph is loose: GUIDs in capitals, error "None", seven digits, the year 1."""
    user = parse_user(
        {
            "@odata.type": "#microsoft.graph.user",
            "id": "6E7B768E-07E2-4810-8459-485F84F8F204",
            "userPrincipalName": "anna@contoso.com",
            "usageLocation": "nl",
            "userType": "member",
            "onPremisesSyncEnabled": None,
            "createdDateTime": "2023-04-05T08:15:00.1234567Z",
            "signInActivity": {"lastSignInDateTime": "0001-01-01T00:00:00Z"},
            "licenseAssignmentStates": [
                {
                    "skuId": SKU.upper(),
                    "assignedByGroup": GROUP.upper(),
                    "disabledPlans": [],
                    "state": "ActiveWithError",
                    "error": "None",
                    "lastUpdatedDateTime": None,
                }
            ],
        }
    )
    assert user.object_id == "6e7b768e-07e2-4810-8459-485f84f8f204"
    assert user.usage_location == "NL"
    assert user.user_type == "Member"
    assert user.is_synced is None
    assert user.created_at == 1_680_682_500_123_456
    assert user.last_sign_in_at is None
    assert user.assigned_licenses is None
    assert user.assignment_states == (
        LicenseAssignmentState(SKU, GROUP, frozenset(), AssignmentState.ACTIVE_WITH_ERROR),
    )


def test_one_path_is_one_source() -> None:
    """Of two entries for the same product and path the later dated one counts."""
    entry: dict[str, Any] = {"skuId": SKU, "assignedByGroup": None, "disabledPlans": None, "error": ""}
    found = parse_assignment_states(
        [
            {**entry, "state": "Active", "lastUpdatedDateTime": "2024-02-01T00:00:00Z"},
            {**entry, "state": "Error", "lastUpdatedDateTime": "2024-01-01T00:00:00Z"},
            {**entry, "state": "Disabled", "assignedByGroup": GROUP},
        ]
    )
    assert [e.state for e in found] == [AssignmentState.ACTIVE, AssignmentState.DISABLED]


@pytest.mark.parametrize(
    ("said", "error"),
    [("CountViolation", "CountViolation"), ("none", None), ("", None), ("it failed; see the log|7.", "Other")],
)
def test_an_error_is_one_word(said: str, error: str | None) -> None:
    """Whatever is no code of an error is Graph's own `Other`."""
    (found,) = parse_assignment_states([{"skuId": SKU, "assignedByGroup": None, "state": "Error", "error": said}])
    assert found.error == error


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "12"),
        ("id", 12),
        ("userPrincipalName", 7),
        ("displayName", "\ud800"),
        ("displayName", "a\x00b"),
        ("accountEnabled", "true"),
        ("usageLocation", "Netherlands"),
        ("userType", "Robot"),
        ("createdDateTime", "yesterday"),
        ("createdDateTime", 5),
        ("signInActivity", "yesterday"),
        ("assignedLicenses", {}),
        ("assignedLicenses", ["x"]),
        ("assignedLicenses", [{"skuId": "x"}]),
        ("licenseAssignmentStates", [{"skuId": SKU, "state": "Sleeping"}]),
        ("licenseAssignmentStates", [{"skuId": SKU, "state": "Active", "disabledPlans": "x"}]),
    ],
)
def test_a_value_graph_never_writes_is_an_error(name: str, value: object) -> None:
    """The error names a property and shows a text that any edge can print."""
    with pytest.raises(GraphValueError) as caught:
        parse_user({name: value})
    assert caught.value.text.encode()
    assert "\x00" not in caught.value.text


@pytest.mark.parametrize("state", SHOWN)
def test_every_state_has_one_word(state: AssignmentState) -> None:
    """Words and states match both ways, in any letter case."""
    assert state_of(state_name(state)) is state
    assert state_of(state_name(state).lower()) is state
