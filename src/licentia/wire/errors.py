"""The one table from a reason to Graph's answer: HTTP status, error code, message; and back from a message.

Never sends an answer and never decides a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Final

from licentia.domain import catalog as catalog_of
from licentia.domain.reasons import Reason

BAD_REQUEST: Final = "Request_BadRequest"
NOT_FOUND: Final = "Request_ResourceNotFound"
DENIED: Final = "Authorization_RequestDenied"
CONFLICT: Final = "Request_Conflict"


@dataclass(frozen=True, slots=True)
class GraphError:
    """What Graph answers: `template` is the message with {names} to fill.

    `is_ours` marks a text for which no source of Microsoft's was read.
    """

    status: int
    code: str
    template: str
    is_ours: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of the details that `message` takes, in order of appearance."""
        return tuple(name for _, name, _, _ in Formatter().parse(self.template) if name)

    def message(self, **details: str) -> str:
        """The message with its details filled in; KeyError when one that it needs is missing."""
        return self.template.format(**details)


TENANT_LEVEL_SKU: Final = GraphError(400, BAD_REQUEST, "License {name} cannot be assigned to a user.")
EXCLUSIVE_PLANS: Final = GraphError(
    400, BAD_REQUEST, "License assignment failed because service plans {plan_ids} are mutually exclusive."
)

GRAPH_ERRORS: Final[Mapping[Reason, GraphError | None]] = {
    Reason.NOT_HELD: GraphError(400, BAD_REQUEST, "User does not have a corresponding license."),
    # Graph answers success to an assignment that is there already: no error to send.
    Reason.ALREADY: None,
    Reason.STALE: GraphError(
        409,
        CONFLICT,
        "The licenses of user {user_id} changed while the request ran; read them again.",
        is_ours=True,
    ),
    Reason.NEVER: GraphError(
        403, DENIED, "User {user_id} is on the list of users that are never changed: {why}", is_ours=True
    ),
    Reason.INHERITED: GraphError(
        400,
        BAD_REQUEST,
        "User license is inherited from a group membership and it cannot be removed directly from the user.",
    ),
    Reason.SELF_SERVICE: GraphError(
        400,
        BAD_REQUEST,
        "License {sku_id} comes from a self-service purchase and it cannot be changed by an administrator.",
        is_ours=True,
    ),
    Reason.UNKNOWN_PATH: GraphError(
        400,
        BAD_REQUEST,
        "License {sku_id} was imported without its assignment path and it cannot be removed without it.",
        is_ours=True,
    ),
    Reason.SHARED_OVER: GraphError(
        400,
        BAD_REQUEST,
        "License {sku_id} is needed by a shared mailbox larger than a mailbox without a license may be.",
        is_ours=True,
    ),
    # No full stop: the message ends with the list.
    Reason.DEPENDENCY: GraphError(
        400,
        BAD_REQUEST,
        "License assignment failed because service plan {plan_id} depends on the service plan(s) {needed}",
    ),
    Reason.LOCATION_MISSING: GraphError(
        400, BAD_REQUEST, "License assignment cannot be done for user with invalid usage location."
    ),
    Reason.NO_SEATS: GraphError(
        400, BAD_REQUEST, "Subscription with SKU {sku_id} does not have any available licenses."
    ),
    # Status and code as Graph clients expect them; the wording is unconfirmed.
    Reason.USER_GONE: GraphError(
        404,
        NOT_FOUND,
        "Resource '{user_id}' does not exist or one of its queried reference-property objects are not present.",
        is_ours=True,
    ),
    Reason.CHANGED_SINCE: GraphError(
        409,
        CONFLICT,
        "The licenses of user {user_id} were changed by a later plan and stay as they are.",
        is_ours=True,
    ),
    Reason.NOT_APPLIED: GraphError(
        409,
        CONFLICT,
        "The change to user {user_id} was never applied, so there is nothing to undo.",
        is_ours=True,
    ),
    Reason.CONFLICT: EXCLUSIVE_PLANS,
    Reason.COMPANY_PRODUCT: TENANT_LEVEL_SKU,
    # Microsoft has no message for it: only the value `Other` in a state's error.
    Reason.OTHER_PRODUCT: GraphError(
        400,
        BAD_REQUEST,
        "License {sku_id} was not assigned because another license of the same group could not be assigned.",
        is_ours=True,
    ),
    Reason.NOT_MEMBER: GraphError(
        404, NOT_FOUND, "User {user_id} is not a direct member of group {group_id}.", is_ours=True
    ),
    Reason.GROUP_DYNAMIC: GraphError(
        400,
        BAD_REQUEST,
        "The members of group {group_id} follow its membership rule and cannot be changed directly.",
        is_ours=True,
    ),
    Reason.GROUP_SYNCED: GraphError(
        400,
        BAD_REQUEST,
        "Group {group_id} is mastered on-premises and cannot be changed here.",
        is_ours=True,
    ),
    Reason.GROUP_MAIL: GraphError(
        400,
        BAD_REQUEST,
        "Group {group_id} is mail-enabled or a distribution list and cannot be changed here.",
        is_ours=True,
    ),
    # Read in field reports only.
    Reason.SYNCED_ACCOUNT: GraphError(
        400,
        BAD_REQUEST,
        "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects "
        "currently undergoing migration.",
        is_ours=True,
    ),
    Reason.NAME_TAKEN: GraphError(
        409,
        CONFLICT,
        "User {user_id} cannot be restored because its user principal name belongs to another user.",
        is_ours=True,
    ),
    Reason.NOT_DELETED: GraphError(404, NOT_FOUND, "User {user_id} is not deleted.", is_ours=True),
}
"""Every reason and Graph's answer to it; None where Graph answers success."""

UNKNOWN_SKU: Final = GraphError(400, BAD_REQUEST, "License {sku_id} does not correspond to a valid company License.")
MISSING_PARAMETERS: Final = GraphError(
    400,
    BAD_REQUEST,
    "One or more parameters of the operation 'assignLicense' are missing from the request payload. "
    "The missing parameters are: {names}.",
)
FOREIGN_PLAN: Final = GraphError(
    400, BAD_REQUEST, "Service plan {plan_id} does not belong to license {sku_id}.", is_ours=True
)

# Ours come first: the `why` of a never list is free text and may hold any of the later phrases.
_MATCHERS: Final[tuple[tuple[str, Reason], ...]] = (
    ("is on the list of users that are never changed", Reason.NEVER),
    ("changed while the request ran", Reason.STALE),
    ("comes from a self-service purchase", Reason.SELF_SERVICE),
    ("was imported without its assignment path", Reason.UNKNOWN_PATH),
    ("is needed by a shared mailbox larger", Reason.SHARED_OVER),
    ("were changed by a later plan", Reason.CHANGED_SINCE),
    ("was never applied, so there is nothing to undo", Reason.NOT_APPLIED),
    ("because another license of the same group", Reason.OTHER_PRODUCT),
    ("is not a direct member of group", Reason.NOT_MEMBER),
    ("follow its membership rule", Reason.GROUP_DYNAMIC),
    ("is mail-enabled or a distribution list", Reason.GROUP_MAIL),
    ("its user principal name belongs to another user", Reason.NAME_TAKEN),
    ("is mastered on-premises and cannot be changed here", Reason.GROUP_SYNCED),
    ("on-premises mastered directory sync objects", Reason.SYNCED_ACCOUNT),
    ("is not deleted", Reason.NOT_DELETED),
    ("does not have a corresponding license", Reason.NOT_HELD),
    ("inherited from a group membership", Reason.INHERITED),
    ("depends on the service plan", Reason.DEPENDENCY),
    ("are mutually exclusive", Reason.CONFLICT),
    ("cannot be assigned to a user", Reason.COMPANY_PRODUCT),
    ("invalid usage location", Reason.LOCATION_MISSING),
    ("does not have any available licenses", Reason.NO_SEATS),
    ("not enough licenses are available", Reason.NO_SEATS),
    ("queried reference-property objects", Reason.USER_GONE),
)


def details_of(reason: Reason, subject: str) -> dict[str, str]:
    """What a verdict's subject brings to the message of its reason: GUIDs, never names. The request knows the rest."""
    if reason is Reason.DEPENDENCY:
        plan_id, _, needed = subject.partition("|")
        return {"plan_id": plan_id, "needed": ", ".join(needed.split(","))}
    if reason is Reason.CONFLICT:
        return {"plan_ids": ", ".join(subject.split("|"))}
    if reason is Reason.COMPANY_PRODUCT:
        product = catalog_of.load().product_or_none(subject)
        return {"name": product.part_number if product else subject}
    return {"why": subject} if reason is Reason.NEVER else {}


def reason_of_message(text: str) -> Reason | None:
    """The reason behind an error message of Graph's or ours, by its telling words; None when it is not known.

    Keep the raw text whatever comes back: messages may change without notice.
    """
    folded = text.casefold()
    return next((reason for words, reason in _MATCHERS if words in folded), None)
