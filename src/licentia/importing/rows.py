"""The rows that the `record` door takes, whatever file or generator they come from.

Only shapes: no parsing, no rule. `None` in a fact field means the file does not state it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from licentia.domain.facts import AssignmentState, MailboxKind, SourceKind
from licentia.domain.instants import Instant


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
    """A group that gives licenses."""

    object_id: str
    display_name: str
    licenses: tuple[LicenseRow, ...] = ()


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
