"""Every reason has Graph's answer, and every message finds its reason again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain import world as w
from licentia.domain.facts import TenantFacts, UserFacts
from licentia.domain.intents import Assign, LicenseIntent, Swap, TakeOver, Unassign
from licentia.domain.planning import plan
from licentia.domain.reasons import Outcome, Reason
from licentia.wire import errors
from licentia.wire.errors import GRAPH_ERRORS, GraphError, reason_of_message

SKU = "05e9a617-0261-4cee-bb44-138d3ef5d965"
PLAN = "efb87545-963c-4e0d-99df-69c6916d9eb0"
DETAILS = {
    "user_id": "6e7b768e-07e2-4810-8459-485f84f8f204",
    "sku_id": SKU,
    "plan_id": PLAN,
    "needed": PLAN,
    "plan_ids": f"{PLAN}, {PLAN}",
    "name": "EXCHANGE_S_FOUNDATION",
    "group_id": "0d9ad9ee-34ce-4cd0-a5e4-5f2c8f8a8b07",
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
        (
            f"License assignment failed because service plans {PLAN},{PLAN} are mutually exclusive.",
            Reason.CONFLICT,
        ),
        ("License WINDOWS_STORE cannot be assigned to a user.", Reason.COMPANY_PRODUCT),
        (
            "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects "
            "currently undergoing migration.",
            Reason.SYNCED_ACCOUNT,
        ),
        (f"License {SKU} does not correspond to a valid company License.", None),
        ("Something entirely new.", None),
        ("", None),
    ],
)
def test_messages_of_microsoft_are_recognized(text: str, reason: Reason | None) -> None:
    """Microsoft's texts lead to their reason; an unknown text to none."""
    assert reason_of_message(text) is reason


COMPANY = replace(w.COMMERCIAL, company_products=frozenset({w.E5}))
CALLING_1, CALLING_2 = "4ed3ff63-69d7-4fb7-b984-5aec7f605ca8", "5a10155d-f5c1-411a-a8ec-e99aae125390"


@pytest.mark.parametrize(
    ("intent", "facts", "tenant", "message"),
    [
        (
            Assign(w.E3),
            w.person(has_usage_location=False),
            w.COMMERCIAL,
            "License assignment cannot be done for user with invalid usage location.",
        ),
        (
            TakeOver(21, w.PLANNER_1, move=True),
            w.DAAN,
            TenantFacts(),
            f"Subscription with SKU {w.PLANNER_1} does not have any available licenses.",
        ),
        (
            Assign(w.CALLING_2),
            w.person(w.direct(w.PHONE), w.direct(w.CALLING_1)),
            w.COMMERCIAL,
            f"License assignment failed because service plans {CALLING_1}, {CALLING_2} are mutually exclusive.",
        ),
        (
            Swap(w.E3, w.CALLING_2),
            w.person(w.direct(w.E3), w.direct(w.PHONE), w.direct(w.CALLING_1)),
            w.COMMERCIAL,
            f"License assignment failed because service plans {CALLING_1}, {CALLING_2} are mutually exclusive.",
        ),
        (
            Unassign(w.E3),
            w.person(w.direct(w.E3), w.direct(w.AUDIO)),
            w.COMMERCIAL,
            "License assignment failed because service plan 3e26ee1f-8a5f-4d52-aee2-b81ce45c8f40 depends on the "
            f"service plan(s) {w.TEAMS}, 0feaeb32-d00e-4d66-bd5a-43b5b83db82c",
        ),
        (
            Assign(w.ARCHIVING),
            w.HUGO,
            w.COMMERCIAL,
            "License assignment failed because service plan 176a09a6-7ec5-4039-ac02-b2791c6ba793 depends on the "
            f"service plan(s) {w.MAILBOX_2}",
        ),
        (
            Unassign(w.E3),
            w.BRAM,
            w.COMMERCIAL,
            "User license is inherited from a group membership and it cannot be removed directly from the user.",
        ),
        (Unassign(w.E3), w.HUGO, w.COMMERCIAL, "User does not have a corresponding license."),
        (Assign(w.E5), w.HUGO, COMPANY, "License SPE_E5 cannot be assigned to a user."),
        (Swap(w.E3, w.E5), w.ANNA, COMPANY, "License SPE_E5 cannot be assigned to a user."),
    ],
)
def test_a_refusal_reads_as_microsofts(
    intent: LicenseIntent, facts: UserFacts, tenant: TenantFacts, message: str
) -> None:
    """Every row of Microsoft's error catalog: the rules refuse, and the message has GUIDs and no names."""
    verdict = plan(intent, facts, tenant, w.CATALOG)
    assert verdict.outcome is not Outcome.READY
    assert verdict.reason is not None
    error = GRAPH_ERRORS[verdict.reason]
    assert error is not None
    assert (error.status, error.code, error.is_ours) == (400, "Request_BadRequest", False)
    known = {"sku_id": verdict.subject} | errors.details_of(verdict.reason, verdict.subject)
    assert error.message(**{name: known[name] for name in error.needs}) == message
    assert reason_of_message(message) is verdict.reason


def test_what_a_subject_brings_to_its_message() -> None:
    """Why somebody is never changed; nothing where the request knows it all; an unknown product by its id."""
    assert errors.details_of(Reason.NEVER, "board") == {"why": "board"}
    assert errors.details_of(Reason.INHERITED, "11,12") == {}
    assert errors.details_of(Reason.COMPANY_PRODUCT, w.STRANGER) == {"name": w.STRANGER}


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
