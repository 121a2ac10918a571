"""Every reason has Graph's answer, and every message finds its reason again."""

from __future__ import annotations

import pytest

from licentia.domain.reasons import Reason
from licentia.wire import errors
from licentia.wire.errors import GRAPH_ERRORS, GraphError, reason_of_message

SKU = "05e9a617-0261-4cee-bb44-138d3ef5d965"
PLAN = "efb87545-963c-4e0d-99df-69c6916d9eb0"
DETAILS = {
    "user_id": "6e7b768e-07e2-4810-8459-485f84f8f204",
    "sku_id": SKU,
    "plan_id": PLAN,
    "needed": PLAN,
    "why": "It depends on the service plan of the emergency account",
}


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_an_answer_that_is_recognized_again(reason: Reason) -> None:
    """A message made from the table leads back to the reason it was made for; success has no message."""
    error = GRAPH_ERRORS[reason]
    if error is None:
        assert reason is Reason.ALREADY
        return
    message = error.message(**{name: DETAILS[name] for name in error.needs})
    assert "{" not in message
    assert reason_of_message(message) is reason
    assert reason_of_message(message.upper()) is reason
    assert 400 <= error.status < 500
    assert error.code


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("License assignment cannot be done for user with invalid usage location.", Reason.LOCATION_MISSING),
        (f"Subscription with SKU {SKU} does not have any available licenses.", Reason.NO_SEATS),
        (f"service plan {PLAN} depends on the service plan(s) {PLAN},{PLAN}", Reason.DEPENDENCY),
        (
            "User license is inherited from a group membership and it cannot be removed directly.",
            Reason.INHERITED,
        ),
        ("User does not have a corresponding license.", Reason.NOT_HELD),
        (
            "Not enough licenses are available to complete this operation. Purchase more licenses.",
            Reason.NO_SEATS,
        ),
        (f"License {SKU} does not correspond to a valid company License.", None),
        ("Something entirely new.", None),
        ("", None),
    ],
)
def test_messages_of_microsoft_are_recognized(text: str, reason: Reason | None) -> None:
    """Microsoft's texts lead to their reason; an unknown text to none."""
    assert reason_of_message(text) is reason


def test_documented_texts_are_exact() -> None:
    """The templates that are not ours read as Microsoft's messages do."""
    seats = GRAPH_ERRORS[Reason.NO_SEATS]
    dependency = GRAPH_ERRORS[Reason.DEPENDENCY]
    assert seats is not None
    assert dependency is not None
    assert seats.message(sku_id=SKU) == f"Subscription with SKU {SKU} does not have any available licenses."
    assert dependency.message(plan_id="a", needed="b, c") == (
        "License assignment failed because service plan a depends on the service plan(s) b, c"
    )
    missing = errors.MISSING_PARAMETERS.message(names="addLicenses")
    assert missing.endswith("The missing parameters are: addLicenses.")


def test_a_missing_detail_is_an_error() -> None:
    """A message is never sent with a hole in it."""
    with pytest.raises(KeyError):
        GraphError(400, "x", "about {who}").message()


def test_requests_have_their_texts_too() -> None:
    """The refusals that no reason stands for are made from the same shape."""
    assert errors.UNKNOWN_SKU.message(sku_id=SKU).startswith(f"License {SKU} does not correspond")
    assert errors.TENANT_LEVEL_SKU.message(name="X") == "License X cannot be assigned to a user."
    assert "a, b are mutually exclusive" in errors.EXCLUSIVE_PLANS.message(plan_ids="a, b")
    assert errors.FOREIGN_PLAN.needs == ("plan_id", "sku_id")
