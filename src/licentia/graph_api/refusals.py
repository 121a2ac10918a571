"""What the doors refuse, as Graph answers it: a verdict's reason by the one table, a door's code by this one."""

from __future__ import annotations

from typing import Final

from licentia.domain.planning import Verdict
from licentia.domain.reasons import BadInput, Outcome, Reason, Refused
from licentia.graph_api.errors import GraphRefused
from licentia.wire.errors import (
    BAD_REQUEST,
    FOREIGN_PLAN,
    GRAPH_ERRORS,
    UNKNOWN_SKU,
    details_of,
)
from licentia.wire.user_fields import PROPERTY_OF

INSUFFICIENT: Final = "Insufficient privileges to complete the operation."


def check(verdict: Verdict, user: str, sku: str = "") -> None:
    """Returns when the change was made, or was so already; GraphRefused with the letter of licensing-facts 2.2."""
    if verdict.outcome is Outcome.READY or verdict.reason is None:
        return
    raise_for(verdict.reason, verdict.subject, user, sku)


def raise_for(reason: Reason, subject: str, user: str, sku: str = "") -> None:
    """Returns where Graph answers success; else GraphRefused."""
    if GRAPH_ERRORS[reason] is not None:
        raise _of_reason(reason, subject, sku, user)


def _of_reason(reason: Reason, subject: str, sku: str = "", user: str = "") -> GraphRefused:
    error = GRAPH_ERRORS[reason]
    assert error is not None
    details = {"user_id": user, "sku_id": subject if reason is Reason.NO_SEATS and subject else sku, "group_id": ""}
    return GraphRefused(error.status, error.code, error.message(**(details | details_of(reason, subject))))


def of_door(said: BadInput | Refused) -> GraphRefused:
    """The answer to what a door could not understand or refused as a whole."""
    details = said.details
    match said.code:
        case "product_not_owned":
            return GraphRefused(400, BAD_REQUEST, UNKNOWN_SKU.message(sku_id=str(details.get("sku", ""))))
        case "unknown_plan":
            plan = str(details.get("text", ""))
            return GraphRefused(
                400, BAD_REQUEST, FOREIGN_PLAN.message(plan_id=plan, sku_id=str(details.get("sku", "")))
            )
        case "no_seats":
            return _of_reason(Reason.NO_SEATS, "", str(details.get("sku", "")))
        case "group_prerequisite":
            return _of_reason(Reason.DEPENDENCY, str(details["subject"]))
        case "group_company_product":
            return _of_reason(Reason.COMPANY_PRODUCT, str(details["sku"]))
        case "unknown_group" | "unknown_user":
            return _of_reason(Reason.USER_GONE, "", user=str(details.get("text", "")))
    if said.code in set(Reason) and said.code not in _OURS:
        return _of_reason(Reason(said.code), "", user=str(details.get("user", "")))
    if "name" in details and said.code in _OF_PROPERTY:
        name = PROPERTY_OF.get(str(details["name"]), str(details["name"]))
        return GraphRefused(400, BAD_REQUEST, _OF_PROPERTY[said.code].format(name=name))
    return GraphRefused(400, BAD_REQUEST, _OURS.get(said.code, f"The request was refused: {said.code}."))


_INVALID: Final = "Invalid value specified for property '{name}' of the resource."
_OF_PROPERTY: Final = {
    "field_missing": "A value is required for property '{name}' of the resource.",
    "unknown_field": "Property '{name}' does not exist on the resource.",
    "read_only_field": "Property '{name}' is read-only and cannot be set.",
    "bad_field": _INVALID,
    "field_too_long": _INVALID,
    "field_not_cleared": _INVALID,
    "bad_country": _INVALID,
    "bad_principal_name": _INVALID,
}
"""What a door says of a property, by code."""

_OURS: Final = {
    "in_both": "A license cannot be in both addLicenses and removeLicenses.",
    "group_has_licenses": "The group has licenses assigned. Remove them before the group is deleted.",
    "group_in_use": "Licenses of the group's members have not been processed yet. Try again later.",
    "group_exists": "Another object with the same value for property displayName already exists.",
    "mail_taken": "Another object with the same value for property proxyAddresses already exists.",
    "bad_group_name": "Invalid value specified for property 'displayName' of resource 'Group'.",
    "group_mail": "A mail-enabled security group or distribution list is made and changed in Exchange.",
    "name_taken": "Another object with the same value for property userPrincipalName already exists.",
    "group_rule_empties": "A group that gives licenses cannot get a membership rule: that would empty it.",
    "tenant_gone": "The tenant is being deleted.",
}
"""Sentences of ours for what no source of Microsoft's says."""
