"""What is known of a user and a tenant at one moment, as frozen values.

A fact nobody has read is `UNKNOWN` (I-7): it is never 0, "never" or safe. No rule is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum, StrEnum
from typing import Final, Literal


class Unknown(Enum):
    """The one value of a fact that nobody has read."""

    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        raise TypeError("an unknown fact is neither true nor false; compare it with `is UNKNOWN`")


UNKNOWN: Final = Unknown.UNKNOWN
Maybe = Literal[Unknown.UNKNOWN]


class SourceKind(IntEnum):
    """Why a user holds a product (architecture: Source). Stored as this number."""

    DIRECT = 1
    GROUP = 2
    PURCHASE = 3
    UNKNOWN = 4

    @property
    def draws_on_organization(self) -> bool:
        """Whether it takes its seat from the organization's pool; a purchase has its own."""
        return self is not SourceKind.PURCHASE


class AssignmentState(IntEnum):
    """Graph's licenseAssignmentStates.state. Stored as this number."""

    ACTIVE = 1
    ACTIVE_WITH_ERROR = 2
    DISABLED = 3
    ERROR = 4
    REMEMBERED = 5
    """Ours: what a deleted user held. It takes no seat and comes back with the user (R-70)."""

    @property
    def holds(self) -> bool:
        """Whether the product is held: an `Error` entry keeps the intent but takes no seat."""
        return self < AssignmentState.ERROR


class AssignmentError(StrEnum):
    """Graph's licenseAssignmentStates.error: why a group's license could not be given or taken."""

    COUNT = "CountViolation"
    EXCLUSIVE = "MutuallyExclusiveViolation"
    DEPENDENCY = "DependencyViolation"
    LOCATION = "ProhibitedInUsageLocationViolation"
    UNIQUENESS = "UniquenessViolation"
    OTHER = "Other"


@dataclass(frozen=True, slots=True)
class Source:
    """One reason why a user holds one product; `source_id` is 0 for direct and unknown sources."""

    sku_id: str
    kind: SourceKind
    source_id: int = 0
    disabled_plans: frozenset[str] = frozenset()
    state: AssignmentState = AssignmentState.ACTIVE
    error: str | None = None
    """An AssignmentError, or what a file said; None without trouble."""


class MailboxKind(StrEnum):
    """What Exchange calls the recipient type, as far as the rules look at it."""

    NONE = "none"
    USER = "user"
    SHARED = "shared"
    ROOM = "room"
    EQUIPMENT = "equipment"


class SizeBand(IntEnum):
    """A mailbox size as the rules see it: which plan's limit it still fits (GB = 10^9 bytes is never used; GiB)."""

    UP_TO_2 = 2
    UP_TO_50 = 50
    UP_TO_100 = 100
    OVER_100 = 101

    def fits(self, limit_gb: int) -> bool:
        """Whether every size of this band is within `limit_gb`."""
        return self is not SizeBand.OVER_100 and int(self) <= limit_gb


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What is known of the user's mailbox."""

    kind: MailboxKind
    size: SizeBand | Maybe = UNKNOWN
    has_archive: bool | Maybe = UNKNOWN
    on_hold: bool | Maybe = UNKNOWN
    is_forwarding: bool | Maybe = UNKNOWN
    was_purged: bool = False


class ClockKind(StrEnum):
    """A retention clock: what happens when it runs out."""

    MAILBOX_PURGE = "mailbox_purge"
    ARCHIVE_PURGE = "archive_purge"
    DRIVE_READONLY = "drive_readonly"
    DRIVE_ARCHIVE = "drive_archive"
    USER_PURGE = "user_purge"


@dataclass(frozen=True, slots=True)
class Account:
    """What is known of the account itself, read only for intents that look at it."""

    is_enabled: bool | Maybe = UNKNOWN
    is_deleted: bool = False
    is_synced: bool | Maybe = UNKNOWN
    """True: its master data is on-premises (Graph's onPremisesSyncEnabled)."""
    manager_id: int | None = None
    is_name_taken: bool = False
    """A deleted account whose user name another account has taken meanwhile."""


@dataclass(frozen=True, slots=True)
class UserFacts:
    """Everything the rules look at for one user. Two users with equal facts have equal verdicts."""

    sources: tuple[Source, ...] = ()
    has_usage_location: bool | Maybe = UNKNOWN
    is_guest: bool = False
    never: str | None = None
    """Why this user is on the tenant's never list; None when it is not."""
    mailbox: Mailbox | Maybe = UNKNOWN
    has_drive: bool | Maybe = UNKNOWN
    drive_on_hold: bool | Maybe = UNKNOWN
    has_phone_number: bool | Maybe = UNKNOWN
    has_office_devices: bool | Maybe = UNKNOWN
    clocks: frozenset[ClockKind] = frozenset()
    account: Account | None = None
    """The account itself; None where the intent does not look at it."""
    groups: tuple[int, ...] = ()
    """Groups with licenses of which the user is a member; () where the intent does not look at them."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Seats of one product owned by the organization: every subscription of it added up."""

    capacity: int | None
    """Enabled plus warning units; None when nobody stated it (it refuses nothing and promises nothing)."""
    consumed: int

    @property
    def free(self) -> int | None:
        """Seats left to assign (negative when over-assigned); None when the size is not known."""
        return None if self.capacity is None else self.capacity - self.consumed


class Switch(StrEnum):
    """Settings of a tenant that change which rules hold (rule book: tenant switches)."""

    EDUCATION = "education"
    US_GOVERNMENT = "us_government"
    DELICENSING_RESILIENCY = "delicensing_resiliency"


@dataclass(frozen=True, slots=True)
class TenantFacts:
    """What the rules need of the tenant. Only names for messages, numbers for seats, switches for rules."""

    pools: Mapping[str, Pool] = field(default_factory=dict)
    """By sku_id: the organization's pools."""
    switches: frozenset[Switch] = frozenset()
    group_licenses: Mapping[int, tuple[tuple[str, frozenset[str]], ...]] = field(default_factory=dict)
    """By group: (product, disabled plans) of what it gives its members."""
    company_products: frozenset[str] = frozenset()
    """Products for the whole tenant, which can't go to a user (Graph's appliesTo `Company`)."""
    purchase_seats: Mapping[int, int] = field(default_factory=dict)
    """By self-service purchase: seats left in it; read only for intents that look at groups. Not there: not known."""
    is_copy: bool = False
    """True for an imported tenant: facts are as old as their file and a receipt says so (I-12)."""
