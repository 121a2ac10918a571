"""What the doors ask of a tenant, whatever stands behind it.

Shapes and a protocol only; it knows no store and no network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from licentia.domain.facts import TenantFacts, UserFacts
from licentia.domain.instants import Instant
from licentia.domain.planning import AccountChange, Verdict


@dataclass(frozen=True, slots=True)
class RowChange:
    """One source from before to after, in the store's terms: state and sorted disabled plans; None is absent."""

    product_id: int
    kind: int
    source_id: int
    before: tuple[int, str] | None
    after: tuple[int, str] | None
    seat: int
    journal_kind: str
    journal_before: str | None
    journal_after: str | None
    error: str | None = None
    """Why the source is in error afterwards."""


@dataclass(frozen=True, slots=True)
class ClassWork:
    """What one class of users with equal facts has done to it."""

    id: int
    signature: str
    changes: tuple[RowChange, ...]
    clocks: tuple[tuple[str, int | None], ...] = ()
    undo_seconds: int | None = None
    accounts: tuple[AccountChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """What an intent looks at beside the facts that every intent does."""

    account: bool = False
    groups: bool = False
    deleted: bool = False
    """Deleted users too."""


@dataclass(frozen=True, slots=True)
class TenantContext:
    """A tenant's facts and the store's names for them, read once per plan."""

    facts: TenantFacts
    product_ids: Mapping[str, int]
    skus: Mapping[int, str] = field(default_factory=dict)
    never_reasons: Mapping[int, str] = field(default_factory=dict)
    never_users: Mapping[int, int] | None = field(default_factory=dict)
    """The entry of each user on the never list; None when there are too many to look at one by one."""
    never_by_group: bool = False
    look: Look = field(default_factory=Look)


class LostRows(Exception):
    """Rows did not take the change; nothing of the transaction may stay. `users` are those left as they were.

    It is empty when rows were not as planned any more: then `differing` says whose.
    """

    def __init__(self, users: set[int]) -> None:
        super().__init__(f"{len(users)} rows did not change")
        self.users = users


class SeatsGone(Exception):
    """A pool has no seats left for the chunk; nothing of the transaction may stay."""

    def __init__(self, product_id: int, needed: int) -> None:
        super().__init__("no seats")
        self.product_id = product_id
        self.needed = needed


class TenantPort(Protocol):
    """A tenant that can be read and changed. Numbers of users never grow the number of statements or calls (I-4)."""

    def context(self, look: Look) -> TenantContext:
        """What the rules need of the tenant now, for intents that look at so much."""

    def load(self, user_ids: list[int], context: TenantContext) -> list[tuple[int, str]]:
        """(user id, signature) of these users; equal facts have equal signatures."""

    def understand(self, signature: str, context: TenantContext) -> UserFacts:
        """The facts that a signature stands for."""

    def work_of(self, class_id: int, signature: str, verdict: Verdict, context: TenantContext) -> ClassWork:
        """A ready verdict in this tenant's terms."""

    def apply(self, work: Sequence[tuple[ClassWork, list[int]]], now: Instant) -> None:
        """All changes are made and counted; raises LostRows or SeatsGone, and then nothing may be kept."""

    def differing(self, work: Sequence[tuple[ClassWork, list[int]]]) -> set[int]:
        """Users of whom a source is not as the change found it when it was planned."""
