"""Every code a verdict, a step or a refusal can carry, and whose fault it is.

The one table of codes. Sentences, Graph errors and exit statuses are mapped at the edges; a test walks every code through them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What a verdict says of one user."""

    READY = "ready"
    CHOICE = "choice"
    SKIPPED = "skipped"
    REFUSED = "refused"


class Reason(StrEnum):
    """Why nothing, or something else than asked, happens to one user."""

    NOT_HELD = "not_held"
    ALREADY = "already"
    STALE = "stale"
    NEVER = "never"
    INHERITED = "inherited"
    SELF_SERVICE = "self_service"
    UNKNOWN_PATH = "unknown_path"
    SHARED_OVER = "shared_over"
    DEPENDENCY = "dependency"
    LOCATION_MISSING = "location_missing"
    NO_SEATS = "no_seats"
    USER_GONE = "user_gone"
    CHANGED_SINCE = "changed_since"
    NOT_APPLIED = "not_applied"
    CONFLICT = "conflict"
    COMPANY_PRODUCT = "company_product"
    OTHER_PRODUCT = "other_product"
    NOT_MEMBER = "not_member"
    GROUP_DYNAMIC = "group_dynamic"
    GROUP_SYNCED = "group_synced"
    GROUP_MAIL = "group_mail"
    SYNCED_ACCOUNT = "synced_account"
    NAME_TAKEN = "name_taken"
    NOT_DELETED = "not_deleted"


@dataclass(frozen=True, slots=True)
class ReasonRule:
    """How a reason counts: `outcome` at propose time, `is_error` for the exit status (0 or 1)."""

    outcome: Outcome
    is_error: bool


REASONS: dict[Reason, ReasonRule] = {
    Reason.NOT_HELD: ReasonRule(Outcome.SKIPPED, False),
    Reason.ALREADY: ReasonRule(Outcome.SKIPPED, False),
    Reason.STALE: ReasonRule(Outcome.SKIPPED, True),
    Reason.NEVER: ReasonRule(Outcome.REFUSED, True),
    Reason.INHERITED: ReasonRule(Outcome.REFUSED, True),
    Reason.SELF_SERVICE: ReasonRule(Outcome.REFUSED, True),
    Reason.UNKNOWN_PATH: ReasonRule(Outcome.CHOICE, True),
    Reason.SHARED_OVER: ReasonRule(Outcome.CHOICE, True),
    Reason.DEPENDENCY: ReasonRule(Outcome.REFUSED, True),
    Reason.LOCATION_MISSING: ReasonRule(Outcome.REFUSED, True),
    Reason.NO_SEATS: ReasonRule(Outcome.REFUSED, True),
    Reason.USER_GONE: ReasonRule(Outcome.REFUSED, True),
    Reason.CHANGED_SINCE: ReasonRule(Outcome.REFUSED, True),
    Reason.NOT_APPLIED: ReasonRule(Outcome.REFUSED, True),
    Reason.CONFLICT: ReasonRule(Outcome.REFUSED, True),
    Reason.COMPANY_PRODUCT: ReasonRule(Outcome.REFUSED, True),
    Reason.OTHER_PRODUCT: ReasonRule(Outcome.REFUSED, True),
    Reason.NOT_MEMBER: ReasonRule(Outcome.SKIPPED, False),
    Reason.GROUP_DYNAMIC: ReasonRule(Outcome.REFUSED, True),
    Reason.GROUP_SYNCED: ReasonRule(Outcome.REFUSED, True),
    Reason.GROUP_MAIL: ReasonRule(Outcome.REFUSED, True),
    Reason.SYNCED_ACCOUNT: ReasonRule(Outcome.REFUSED, True),
    Reason.NAME_TAKEN: ReasonRule(Outcome.REFUSED, True),
    Reason.NOT_DELETED: ReasonRule(Outcome.SKIPPED, False),
}


class Refused(Exception):
    """The rules say no to a whole request: `code` names why, `details` carries what the sentence needs."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


class BadInput(Exception):
    """What was given cannot be understood: `code` names why, `details` carries what the sentence needs."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


class NotPermitted(Exception):
    """The actor may not: `needs` names the capability it lacks, or another code; `details` as of the others."""

    def __init__(self, needs: str, **details: object) -> None:
        super().__init__(needs)
        self.needs = needs
        self.details = details
