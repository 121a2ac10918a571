"""Tables of mailboxes, drives and dates to draw from: one frozen row serves many users.

Never a user: a table is drawn once per seed and picked from by bits.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

from licentia.domain.facts import MailboxKind
from licentia.domain.instants import DAY
from licentia.importing.demo.hashing import stream
from licentia.importing.demo.shapes import Box, Disk, Role, SignIns, Sync
from licentia.importing.rows import DriveRow, HoldKind, MailboxRow

ROWS: Final = 1024
"""Length of the tables of mailboxes, drives and sign-ins: ten bits pick one."""

_GIB: Final = 1 << 30
_NO_MAILBOX: Final = MailboxRow(MailboxKind.NONE)
_NO_DRIVE: Final = DriveRow(exists=False)
_UNKNOWN_SHARE: Final = 0.035

_OFFICE: Final = (
    "Transport Planning", "Finance", "HR", "IT", "Sales", "Legal", "Customer Service", "Procurement",
    "Quality and Safety", "Marketing", "Contract Logistics",
)  # fmt: skip
_WAREHOUSE: Final = ("Warehouse Rotterdam", "Warehouse Venlo", "Warehouse Tilburg", "Warehouse Moerdijk")
_DEPARTMENTS: Final[dict[Role, tuple[str | None, ...]]] = {
    Role.OFFICE: _OFFICE,
    Role.WAREHOUSE: _WAREHOUSE,
    Role.CUSTOMS: ("Customs",),
    Role.DRIVER: ("Fleet", "Terminal Operations"),
    Role.EMERGENCY: ("IT",),
}

Mailboxes = tuple[MailboxRow | None, ...]
Drives = tuple[DriveRow | None, ...]


def mailbox_tables(seed: int) -> dict[Box, Mailboxes]:
    """For every box a table of rows; None stands for a mailbox that nobody has read."""
    random = stream(seed, "mailboxes")
    tables: dict[Box, Mailboxes] = {Box.NONE: (_NO_MAILBOX,) * ROWS, Box.UNKNOWN: (None,) * ROWS}
    for box, (kind, smallest, typical, largest) in _BOXES.items():
        tables[box] = tuple(_mailbox(random, box, kind, _size(random, smallest, typical, largest)) for _ in range(ROWS))
    return tables


_BOXES: Final[dict[Box, tuple[MailboxKind, float, float, float]]] = {
    Box.SMALL: (MailboxKind.USER, 0.1, 0.5, 1.9),
    Box.MEDIUM: (MailboxKind.USER, 0.1, 4.0, 48.0),
    Box.LARGE: (MailboxKind.USER, 0.1, 9.0, 98.0),
    Box.ARCHIVED: (MailboxKind.USER, 2.0, 20.0, 48.0),
    Box.LITIGATION: (MailboxKind.USER, 0.5, 15.0, 98.0),
    Box.RETENTION: (MailboxKind.USER, 0.5, 15.0, 98.0),
    Box.FORWARDING: (MailboxKind.USER, 0.1, 5.0, 98.0),
    Box.SHARED_MEDIUM: (MailboxKind.SHARED, 0.1, 8.0, 49.0),
    Box.SHARED_LARGE: (MailboxKind.SHARED, 51.0, 65.0, 98.0),
    Box.ROOM: (MailboxKind.ROOM, 0.1, 0.3, 2.0),
    Box.EQUIPMENT: (MailboxKind.EQUIPMENT, 0.1, 0.2, 1.0),
}
"""Kind, and in GiB the smallest, the typical and the largest size."""

_SURE: Final = frozenset(_BOXES) - {Box.SMALL, Box.MEDIUM, Box.LARGE}
"""Boxes that stand for a case of their own: they are always known."""


def _mailbox(random: Random, box: Box, kind: MailboxKind, size: int) -> MailboxRow | None:
    if box not in _SURE and random.random() < _UNKNOWN_SHARE:
        return None
    is_large = box is Box.LARGE
    hold = {Box.LITIGATION: HoldKind.LITIGATION, Box.RETENTION: HoldKind.RETENTION}.get(box, HoldKind.NONE)
    if is_large and random.random() < 0.01:
        hold = HoldKind.EDISCOVERY
    return MailboxRow(
        kind,
        size_bytes=size,
        has_archive=box is Box.ARCHIVED or (is_large and random.random() < 0.12),
        hold=hold,
        is_forwarding=box is Box.FORWARDING or (box not in _SURE and random.random() < 0.015),
    )


def drive_tables(seed: int) -> dict[Disk, Drives]:
    """For every disk a table of rows; None stands for a OneDrive that nobody has read."""
    random = stream(seed, "drives")

    def table(largest: float, typical: float, on_hold: Callable[[], bool], none: float) -> Drives:
        rows: list[DriveRow | None] = []
        for _ in range(ROWS):
            row = DriveRow(True, _size(random, 0.01, typical, largest), on_hold())
            draw = random.random()
            rows.append(_NO_DRIVE if draw < none else None if draw > 1 - _UNKNOWN_SHARE else row)
        return tuple(rows)

    return {
        Disk.NONE: (_NO_DRIVE,) * ROWS,
        Disk.UNKNOWN: (None,) * ROWS,
        Disk.SMALL: table(1.9, 0.2, lambda: False, 0.30),
        Disk.LARGE: table(900.0, 12.0, lambda: random.random() < 0.01, 0.04),
        Disk.ON_HOLD: tuple(DriveRow(True, _size(random, 0.1, 20.0, 900.0), True) for _ in range(ROWS)),
    }


def _size(random: Random, smallest: float, typical: float, largest: float) -> int:
    """Log-normal around `typical` GiB; what falls outside is drawn again."""
    while True:
        size = typical * random.lognormvariate(0.0, 1.1)
        if smallest <= size <= largest:
            return int(size * _GIB)


def sign_in_tables(seed: int) -> dict[SignIns, tuple[int | None, ...]]:
    """For every habit a table of how long ago the last sign-in was, in microseconds; None for never."""
    random = stream(seed, "sign-ins")

    def usual() -> int | None:
        return None if random.random() < 0.02 else int(399 * random.random() ** 14) * DAY

    return {
        SignIns.USUAL: tuple(usual() for _ in range(ROWS)),
        SignIns.STALE: tuple(random.randint(95, 399) * DAY for _ in range(ROWS)),
        SignIns.NEVER: (None,) * ROWS,
    }


def departments(role: Role) -> tuple[str | None, ...]:
    """Thirty-two departments to pick from; None where the account has none."""
    names = _DEPARTMENTS.get(role, (None,))
    return tuple(names[place % len(names)] for place in range(32))


LOCATIONS: Final[tuple[str | None, ...]] = ("NL",) * 28 + ("BE", "BE", "DE", "PL")
NO_LOCATIONS: Final[tuple[str | None, ...]] = (None,) * 32
OFFICE_DEVICES: Final = (0,) * 5 + (1,) * 24 + (2,) * 20 + (3,) * 9 + (4,) * 4 + (5,) * 2
NO_DEVICES: Final = (0,) * 64
SYNCS: Final[dict[Sync, tuple[bool | None, ...]]] = {
    Sync.MIXED: (True,) * 11 + (False,) + (None,) * 4,
    Sync.SYNCED: (True,) * 16,
    Sync.ONCE: (False,) * 16,
    Sync.CLOUD: (None,) * 16,
}
