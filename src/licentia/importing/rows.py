"""The rows that the `record` door takes, whatever file or generator they come from.

Only shapes: no parsing, no rule. `None` in a fact field means the file does not state it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from licentia.domain.facts import AssignmentState, MailboxKind, SourceKind
from licentia.domain.instants import Instant
from licentia.domain.prices import ListPrice
from licentia.domain.subscriptions import Subscription


class Family(StrEnum):
    """A family of facts about a user: a file replaces the families it has and leaves the others alone (I-12)."""

    ACCOUNT = "account"
    LICENSES = "licenses"
    SIGN_IN = "sign_in"
    MAILBOX = "mailbox"
    DRIVE = "drive"


class HoldKind(StrEnum):
    """What keeps a mailbox; NONE is a fact, unlike None (not known)."""

    NONE = "none"
    LITIGATION = "litigation"
    RETENTION = "retention"
    EDISCOVERY = "ediscovery"


@dataclass(frozen=True, slots=True)
class LicenseRow:
    """One source of one product. `source_ref` is the group's object id or the purchase's id; None for direct and unknown."""

    sku_id: str
    kind: SourceKind
    source_ref: str | None = None
    disabled_plans: frozenset[str] = frozenset()
    state: AssignmentState = AssignmentState.ACTIVE
    error: str | None = None
    since: Instant | None = None


@dataclass(frozen=True, slots=True)
class MailboxRow:
    """A user's mailbox as read; sizes in bytes."""

    kind: MailboxKind
    size_bytes: int | None = None
    has_archive: bool | None = None
    hold: HoldKind | None = None
    is_forwarding: bool | None = None


@dataclass(frozen=True, slots=True)
class DriveRow:
    """A user's OneDrive as read; `exists` False is a fact: there is none."""

    exists: bool
    size_bytes: int | None = None
    on_hold: bool | None = None


@dataclass(frozen=True, slots=True)
class UserRow:
    """One user. Which of the ACCOUNT fields a file states is in `UserFile.fields`; the others keep what the store has."""

    line: int
    user_principal_name: str
    object_id: str | None = None
    display_name: str | None = None
    account_enabled: bool | None = None
    usage_location: str | None = None
    user_type: str | None = None
    """`Member` or `Guest`."""
    department: str | None = None
    created_at: Instant | None = None
    is_synced: bool | None = None
    """Graph's onPremisesSyncEnabled: True synced, False was synced once, None never or not stated."""
    last_sign_in_at: Instant | None = None
    """With the SIGN_IN family: None means never signed in."""
    office_devices: int | None = None
    phone_number: str | None = None
    """With the MAILBOX family: "" means known to have none; None not known."""
    licenses: tuple[LicenseRow, ...] = ()
    mailbox: MailboxRow | None = None
    drive: DriveRow | None = None


@dataclass(frozen=True, slots=True)
class RowError:
    """A row that could not be read: `code` and `details` make the sentence, `cells` is the row as it stood."""

    line: int
    code: str
    details: dict[str, object] = field(default_factory=dict)
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UserFile:
    """A file understood: what it states, and its rows read lazily (each call of `rows` starts again)."""

    form: str
    """`users-csv`, `graph-json` or `plain-csv`."""
    header: tuple[str, ...]
    fields: frozenset[str]
    """Names of UserRow fields the file states."""
    families: frozenset[Family]
    paths_known: bool
    """Whether licenses come with their path (direct, group)."""
    rows: Callable[[], Iterator[UserRow | RowError]]


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group that gives licenses; cloud security groups with assigned members unless told otherwise."""

    object_id: str
    display_name: str
    licenses: tuple[LicenseRow, ...] = ()
    kind: str = "security"
    membership_rule: str = ""
    """"" is none: members are assigned."""
    is_synced: bool = False


@dataclass(frozen=True, slots=True)
class PurchaseRow:
    """A self-service purchase: its seats and who bought it."""

    ref: str
    sku_id: str
    seats: int
    buyer_principal_name: str
    bought_at: Instant


@dataclass(frozen=True, slots=True)
class PoolRow:
    """The organization's seats of one product; `capacity` None is not known."""

    sku_id: str
    capacity: int | None


@dataclass(frozen=True, slots=True)
class TenantRows:
    """A whole tenant to load: the demo tenant, later a copy."""

    name: str
    domain: str
    country: str
    time_zone: str
    language: str
    groups: tuple[GroupRow, ...]
    pools: tuple[PoolRow, ...]
    purchases: tuple[PurchaseRow, ...]
    never: tuple[tuple[str, str], ...]
    """(user principal name, reason) pairs for the never list."""
    users: Callable[[], Iterator[UserRow]]
    subscriptions: tuple[tuple[str | None, Subscription], ...] = ()
    """(self-service purchase or None, subscription): numbered by whoever loads them."""
    prices: tuple[ListPrice, ...] = ()


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FactFile(Generic[T]):
    """A file of facts about a tenant that is there already, understood; each call of `rows` starts again."""

    form: str
    """What kind of file it is: `activity-report`, `groups-csv`, `subscriptions-json` and so on."""
    header: tuple[str, ...]
    fields: frozenset[str]
    """What the file can state, by the names of its rows' fields."""
    rows: Callable[[], Iterator[T | RowError]]


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """One group of a file. None: the file does not say."""

    line: int
    object_id: str
    display_name: str | None = None
    kind: str | None = None
    """security, microsoft365, mail_security or distribution."""
    membership_rule: str | None = None
    """"" is known to be assigned; wire.graph_groups.RULE_NOT_STATED is dynamic by an unknown rule."""
    is_synced: bool | None = None
    licenses: tuple[LicenseRow, ...] | None = None


class MemberKind(StrEnum):
    """What a row of a member file is about."""

    USER = "user"
    GROUP = "group"
    """A group in a group: its members get no licenses from the outer one."""
    OTHER = "other"
    """A device, a contact, a service principal."""
    NOBODY = "nobody"
    """The row names a group and no member: the group may be empty."""


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member of one group; `group` is an object id or a display name, "" where the command says which."""

    line: int
    group: str
    kind: MemberKind = MemberKind.USER
    user_principal_name: str | None = None
    object_id: str | None = None


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """Seats bought in one subscription. None: the file does not say; `ref` None: it has no id of its own."""

    line: int
    sku_id: str
    seats: int
    ref: str | None = None
    state: str | None = None
    """enabled, warning, suspended, locked_out or deleted."""
    account: str | None = None
    """mca, mosa, reseller, prepaid or trial."""
    offer: str | None = None
    """standard, enterprise, volume or open."""
    term_months: int | None = None
    started_at: Instant | None = None
    renews_at: Instant | None = None
    next_at: Instant | None = None
    recurring: bool | None = None
    price: str | None = None
    """A decimal number as text, per seat and month."""
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product's seats over all its subscriptions, as Microsoft counts them. None: not stated."""

    line: int
    sku_id: str
    applies_to: str | None = None
    capacity: int | None = None
    consumed: int | None = None


class Report(StrEnum):
    """Microsoft's usage reports that are read."""

    ACTIVITY = "activity-report"
    MAILBOX = "mailbox-report"
    DRIVE = "onedrive-report"


@dataclass(frozen=True, slots=True)
class UsageRow:
    """One user of a usage report; which of the facts it can state is in `FactFile.fields`."""

    line: int
    user_principal_name: str
    read_at: Instant
    is_deleted: bool = False
    last_activity_at: Instant | None = None
    """With the activity report: None means nothing within what the report looks back on."""
    size_bytes: int | None = None
    has_archive: bool | None = None
    mailbox_kind: MailboxKind | None = None


@dataclass(frozen=True, slots=True)
class SignInRow:
    """When a user last signed in; `last_sign_in_at` None means never."""

    line: int
    user_principal_name: str | None
    object_id: str | None
    last_sign_in_at: Instant | None
