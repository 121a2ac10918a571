"""The groups of the demo tenant that give licenses, and what each gives.

Never who is a member: the shapes say that, and take a group's licenses whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from licentia.importing.demo.products import (
    COPILOT,
    EMS_E3,
    EXCHANGE_1,
    FLOW_F3,
    KAIZALA_E3,
    M365_E3,
    M365_E5,
    M365_F3,
    OFFICE_E1,
    POWER_BI,
    STREAM_E1,
    SWAY,
    TEAMS_PHONE,
    YAMMER,
    Product,
)


@dataclass(frozen=True, slots=True)
class Group:
    """A group and the products it gives, each with the plans it turns off."""

    number: int
    display_name: str
    gives: tuple[tuple[Product, frozenset[str]], ...]
    membership_rule: str = ""
    is_synced: bool = False


_ALL_ON: Final[frozenset[str]] = frozenset()

OFFICE: Final = Group(0, "Licenties - Kantoor", ((M365_E3, frozenset((SWAY, KAIZALA_E3))),))
ALL_STAFF: Final = Group(1, "All Staff E3", ((M365_E3, _ALL_ON),), is_synced=True)
WAREHOUSE: Final = Group(
    2,
    "Licenties - Magazijn",
    ((M365_F3, frozenset((YAMMER, FLOW_F3))),),
    membership_rule='user.department -eq "Magazijn"',
)
BOARD: Final = Group(3, "Licenties - Directie", ((M365_E5, _ALL_ON),))
CUSTOMS: Final = Group(4, "Licenties - Douane", ((OFFICE_E1, frozenset((STREAM_E1,))), (EMS_E3, _ALL_ON)))
COPILOT_PILOT: Final = Group(5, "Licenties - Copilot en BI", ((COPILOT, _ALL_ON), (POWER_BI, _ALL_ON)))
MAILBOX_ONLY: Final = Group(6, "Licenties - Postvakken", ((EXCHANGE_1, _ALL_ON),))
PHONES: Final = Group(7, "Licenties - Telefonie", ((TEAMS_PHONE, _ALL_ON),))

GROUPS: Final = (OFFICE, ALL_STAFF, WAREHOUSE, BOARD, CUSTOMS, COPILOT_PILOT, MAILBOX_ONLY, PHONES)
