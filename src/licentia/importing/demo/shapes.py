"""What a user of the demo tenant can be: role, why it holds which product, and what its mailbox is like.

Never a user: a shape has no name, number or date, and many users share one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from licentia.domain.facts import AssignmentState, SourceKind
from licentia.importing.demo.groups import Group
from licentia.importing.demo.products import Product


class Role(Enum):
    """What kind of account it is; decides its name, department and sign-ins."""

    OFFICE = "office"
    WAREHOUSE = "warehouse"
    CUSTOMS = "customs"
    DRIVER = "driver"
    GUEST = "guest"
    SHARED = "shared"
    ROOM = "room"
    EQUIPMENT = "equipment"
    EMERGENCY = "emergency"

    @property
    def is_person(self) -> bool:
        """Whether somebody with a name of their own is behind it."""
        return self in (Role.OFFICE, Role.WAREHOUSE, Role.CUSTOMS, Role.DRIVER, Role.GUEST)


class Box(Enum):
    """What a mailbox is like; a shape without one gets the box its products allow."""

    NONE = "none"
    UNKNOWN = "unknown"
    SMALL = "small"
    """At most 2 GB."""
    MEDIUM = "medium"
    """At most 50 GB."""
    LARGE = "large"
    """At most 100 GB, archives and holds among them."""
    ARCHIVED = "archived"
    LITIGATION = "litigation"
    RETENTION = "retention"
    FORWARDING = "forwarding"
    SHARED_MEDIUM = "shared_medium"
    SHARED_LARGE = "shared_large"
    """Over 50 GB."""
    ROOM = "room"
    EQUIPMENT = "equipment"


class Disk(Enum):
    """What a OneDrive is like; a shape without one gets the disk its products allow."""

    NONE = "none"
    UNKNOWN = "unknown"
    SMALL = "small"
    LARGE = "large"
    ON_HOLD = "on_hold"


class SignIns(Enum):
    """How lately somebody signed in."""

    USUAL = "usual"
    """Between today and 400 days ago, most of them this week; a few never."""
    STALE = "stale"
    NEVER = "never"


class Sync(Enum):
    """Where the account is kept; MIXED is most of them synced."""

    MIXED = "mixed"
    SYNCED = "synced"
    ONCE = "once"
    CLOUD = "cloud"


@dataclass(frozen=True, slots=True)
class Grant:
    """One source of one product; `purchase` is the number of a purchase within its list."""

    product: Product
    kind: SourceKind
    group: Group | None = None
    purchase: int | None = None
    disabled: frozenset[str] = frozenset()
    state: AssignmentState = AssignmentState.ACTIVE
    error: str | None = None

    @property
    def takes_own_seat(self) -> bool:
        """Whether the organization's pool counts it."""
        return self.kind.draws_on_organization and self.state.holds


@dataclass(frozen=True, slots=True)
class Purchase:
    """A self-service purchase to be made: by whoever holds its number first."""

    product: Product
    seats: int
    bought_days_ago: int


@dataclass(frozen=True, slots=True)
class Shape:
    """Everything about a user that decides which case of the rules it is."""

    role: Role
    grants: tuple[Grant, ...] = ()
    box: Box | None = None
    disk: Disk | None = None
    is_blocked: bool = False
    has_location: bool = True
    has_phone_number: bool = False
    sign_ins: SignIns = SignIns.USUAL
    sync: Sync = Sync.MIXED

    @property
    def pooled_products(self) -> frozenset[Product]:
        """Products of which it takes one of the organization's seats."""
        return frozenset(grant.product for grant in self.grants if grant.takes_own_seat)

    @property
    def has_office_apps(self) -> bool:
        """Whether a held product brings the desktop apps."""
        return any(grant.product.has_office_apps and grant.state.holds for grant in self.grants)

    @property
    def mailbox_box(self) -> Box:
        """Its own box, else the largest that its products allow."""
        if self.box is not None:
            return self.box
        limit = max(
            (
                grant.product.mailbox_gb
                for grant in self.grants
                if grant.state.holds and grant.product.mailbox_plan not in grant.disabled
            ),
            default=0,
        )
        return {0: Box.NONE, 2: Box.SMALL, 50: Box.MEDIUM, 100: Box.LARGE}[limit]

    @property
    def drive_disk(self) -> Disk:
        """Its own disk, else the largest that its products allow."""
        if self.disk is not None:
            return self.disk
        limit = max((grant.product.drive_gb for grant in self.grants if grant.state.holds), default=0)
        return {0: Disk.NONE, 2: Disk.SMALL, 1024: Disk.LARGE}[limit]


Grants = tuple[Grant, ...]


def direct(*products: Product, off: frozenset[str] = frozenset()) -> Grants:
    """Each product assigned directly, with the plans `off` turned off."""
    return tuple(Grant(product, SourceKind.DIRECT, disabled=off) for product in products)


def via(*groups: Group) -> Grants:
    """Every product of every group: a group gives all it has or nothing."""
    return tuple(
        Grant(product, SourceKind.GROUP, group, disabled=disabled)
        for group in groups
        for product, disabled in group.gives
    )


def refused(group: Group, product: Product) -> Grants:
    """A group whose `product` had no seat left: nothing is held, the other products wait with it."""
    return tuple(
        Grant(
            given,
            SourceKind.GROUP,
            group,
            disabled=disabled,
            state=AssignmentState.ERROR,
            error="CountViolation" if given is product else "Other",
        )
        for given, disabled in group.gives
    )


def stuck(group: Group) -> Grants:
    """A group the user has left: its products are still held, since something else depends on them."""
    return tuple(
        Grant(
            product,
            SourceKind.GROUP,
            group,
            disabled=disabled,
            state=AssignmentState.ACTIVE_WITH_ERROR,
            error="DependencyViolation",
        )
        for product, disabled in group.gives
    )


def bought(product: Product, purchase: int) -> Grants:
    """A seat of a self-service purchase."""
    return (Grant(product, SourceKind.PURCHASE, purchase=purchase),)


NO_GRANTS: Final[Grants] = ()
