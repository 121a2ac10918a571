"""Who works at the demo tenant: fifty fixed cases, then a thousand-user pattern that repeats.

Never at random: how many users are what is decided here, so that seats can be counted without making users.
"""

from __future__ import annotations

from typing import Final

from licentia.importing.demo.groups import (
    ALL_STAFF,
    BOARD,
    COPILOT_PILOT,
    CUSTOMS,
    MAILBOX_ONLY,
    OFFICE,
    PHONES,
    WAREHOUSE,
)
from licentia.importing.demo.products import (
    ARCHIVING,
    AUDIO,
    COPILOT,
    DEFENDER_FOR_IDENTITY,
    EMS_E3,
    EXCHANGE_1,
    EXCHANGE_2,
    EXCHANGE_PLAN_2,
    FLOW_FREE,
    KAIZALA_E3,
    KIOSK,
    M365_E3,
    M365_E5,
    M365_F3,
    OFFICE_E1,
    PLANNER_1,
    POWER_BI,
    PROJECT_3,
    SWAY,
    TEAMS_PHONE,
    VISIO_2,
    YAMMER,
)
from licentia.importing.demo.shapes import (
    NO_GRANTS,
    Box,
    Disk,
    Grants,
    Purchase,
    Role,
    Shape,
    SignIns,
    Sync,
    bought,
    direct,
    refused,
    stuck,
    via,
)

_E3: Final = direct(M365_E3)
_E3_TRIMMED: Final = direct(M365_E3, off=frozenset((SWAY, KAIZALA_E3)))
_E3_NO_MAILBOX: Final = direct(M365_E3, off=frozenset((EXCHANGE_PLAN_2,)))
_E5_TRIMMED: Final = direct(M365_E5, off=frozenset((DEFENDER_FOR_IDENTITY,)))
_F3_TRIMMED: Final = direct(M365_F3, off=frozenset((YAMMER,)))
_MAILBOX_IN_THE_WAY: Final = stuck(MAILBOX_ONLY) + direct(ARCHIVING)
_COPILOT_REFUSED: Final = via(OFFICE) + refused(COPILOT_PILOT, COPILOT)
_STALE: Final = SignIns.STALE
_NEVER: Final = SignIns.NEVER


def _office(grants: Grants, box: Box | None = None, sync: Sync = Sync.MIXED) -> Shape:
    return Shape(Role.OFFICE, grants, box=box, sync=sync)


CAST_PURCHASES: Final = (
    Purchase(PLANNER_1, 2, 120),
    Purchase(POWER_BI, 5, 75),
    Purchase(PLANNER_1, 1, 20),
)

CAST: Final = (
    Shape(Role.EMERGENCY, direct(M365_E5), sign_ins=_STALE, sync=Sync.CLOUD),
    Shape(Role.EMERGENCY, direct(M365_E5), sign_ins=_NEVER, sync=Sync.CLOUD),
    _office(_E3, sync=Sync.SYNCED),
    _office(_E3 + direct(AUDIO, FLOW_FREE), Box.FORWARDING),
    Shape(Role.SHARED, direct(EXCHANGE_1), Box.SHARED_MEDIUM, is_blocked=True, sign_ins=_NEVER),
    Shape(Role.OFFICE, _E3 + direct(TEAMS_PHONE, AUDIO), Box.LARGE, has_phone_number=True),
    _office(_E3 + direct(VISIO_2), sync=Sync.ONCE),
    Shape(Role.ROOM, NO_GRANTS, Box.ROOM, is_blocked=True, sign_ins=_NEVER),
    _office(_E3 + direct(POWER_BI)),
    _office(_E3_TRIMMED + direct(EMS_E3)),
    _office(_E3 + direct(PROJECT_3), Box.LITIGATION),
    _office(_E3 + direct(PROJECT_3), Box.RETENTION),
    _office(_E3 + direct(PROJECT_3), Box.ARCHIVED),
    _office(_E3 + direct(PROJECT_3, VISIO_2), Box.UNKNOWN),
    Shape(Role.OFFICE, _E3 + direct(PROJECT_3), disk=Disk.UNKNOWN),
    _office(via(OFFICE)),
    Shape(Role.OFFICE, via(OFFICE) + direct(FLOW_FREE), has_location=False),
    _office(via(OFFICE, ALL_STAFF)),
    _office(_E3 + via(OFFICE)),
    _office(_E3 + via(OFFICE, ALL_STAFF)),
    _office(_E3 + direct(EXCHANGE_2)),
    _office(_E3 + direct(EXCHANGE_1)),
    _office(_E3 + via(COPILOT_PILOT)),
    _office(_COPILOT_REFUSED),
    Shape(Role.OFFICE, _E3, is_blocked=True, sign_ins=_STALE),
    _office(_E3 + bought(PLANNER_1, 0)),
    _office(_E3 + bought(PLANNER_1, 0)),
    _office(_E3 + bought(POWER_BI, 1)),
    _office(_E3 + bought(POWER_BI, 1) + direct(POWER_BI)),
    Shape(Role.OFFICE, _E3, sign_ins=_NEVER),
    Shape(Role.EQUIPMENT, NO_GRANTS, Box.EQUIPMENT, is_blocked=True, sign_ins=_NEVER),
    _office(_E3_NO_MAILBOX + direct(EXCHANGE_1)),
    _office(_E3 + direct(M365_E5)),
    _office(direct(M365_E5) + via(PHONES) + bought(PLANNER_1, 2)),
    _office(via(BOARD)),
    Shape(Role.WAREHOUSE, via(WAREHOUSE)),
    Shape(Role.WAREHOUSE, direct(M365_F3)),
    Shape(Role.WAREHOUSE, direct(M365_F3) + via(WAREHOUSE)),
    Shape(Role.WAREHOUSE, via(WAREHOUSE), is_blocked=True, sign_ins=_STALE),
    Shape(Role.CUSTOMS, via(CUSTOMS)),
    Shape(Role.CUSTOMS, direct(OFFICE_E1, AUDIO)),
    Shape(Role.DRIVER, direct(EXCHANGE_1, ARCHIVING), Box.ARCHIVED),
    Shape(Role.DRIVER, _MAILBOX_IN_THE_WAY, Box.ARCHIVED),
    Shape(Role.DRIVER, direct(KIOSK)),
    Shape(Role.GUEST, has_location=False),
    Shape(Role.GUEST, direct(POWER_BI)),
    Shape(Role.DRIVER, NO_GRANTS, has_location=False, is_blocked=True, sign_ins=_NEVER),
    Shape(Role.SHARED, NO_GRANTS, Box.SHARED_MEDIUM, is_blocked=True, sign_ins=_NEVER),
    Shape(Role.SHARED, NO_GRANTS, Box.SHARED_LARGE, is_blocked=True, sign_ins=_NEVER),
    Shape(Role.SHARED, direct(EXCHANGE_2), Box.SHARED_LARGE, is_blocked=True, sign_ins=_NEVER),
)

BLOCK_PURCHASES: Final = (Purchase(PLANNER_1, 6, 160), Purchase(POWER_BI, 5, 45))

_OFFICE_PATTERN: Final = (
    (132, _office(_E3)),
    (90, _office(_E3 + direct(FLOW_FREE))),
    (60, _office(_E3 + direct(AUDIO))),
    (27, Shape(Role.OFFICE, _E3 + direct(TEAMS_PHONE, AUDIO), has_phone_number=True)),
    (3, _office(_E3 + direct(TEAMS_PHONE, AUDIO))),
    (4, Shape(Role.OFFICE, _E3 + via(PHONES), has_phone_number=True)),
    (12, _office(_E3 + direct(VISIO_2))),
    (12, _office(_E3 + direct(POWER_BI))),
    (25, _office(_E3_TRIMMED)),
    (60, _office(via(OFFICE))),
    (30, _office(via(OFFICE) + direct(FLOW_FREE))),
    (25, _office(via(OFFICE, ALL_STAFF))),
    (30, _office(_E3 + via(OFFICE))),
    (4, _office(_E3 + via(OFFICE, ALL_STAFF))),
    (5, _office(_E3 + direct(EXCHANGE_2))),
    (4, _office(_E3 + direct(EXCHANGE_1))),
    (3, _office(_E3_NO_MAILBOX + direct(EXCHANGE_1))),
    (14, _office(_E3 + via(COPILOT_PILOT))),
    (4, _office(_COPILOT_REFUSED)),
    (22, Shape(Role.OFFICE, _E3, is_blocked=True, sign_ins=_STALE)),
    (6, Shape(Role.OFFICE, via(OFFICE), is_blocked=True, sign_ins=_STALE)),
    (4, _office(_E3 + bought(PLANNER_1, 0))),
    (3, _office(_E3 + bought(POWER_BI, 1))),
    (2, _office(_E3 + bought(POWER_BI, 1) + direct(POWER_BI))),
    (8, Shape(Role.OFFICE, _E3, sign_ins=_NEVER)),
    (6, Shape(Role.OFFICE, via(OFFICE), has_location=False)),
    (6, _office(_E3 + direct(EMS_E3))),
    (5, _office(_E3, Box.LITIGATION)),
    (4, _office(_E3, Box.RETENTION)),
    (2, Shape(Role.OFFICE, _E3, disk=Disk.ON_HOLD)),
    (3, _office(_E3 + direct(M365_E5))),
    (25, _office(direct(M365_E5))),
    (6, _office(_E5_TRIMMED + via(COPILOT_PILOT))),
    (8, _office(via(BOARD))),
    (2, Shape(Role.OFFICE, direct(M365_E5), is_blocked=True, sign_ins=_STALE)),
)

_OTHER_PATTERN: Final = (
    (110, Shape(Role.WAREHOUSE, via(WAREHOUSE))),
    (50, Shape(Role.WAREHOUSE, direct(M365_F3))),
    (10, Shape(Role.WAREHOUSE, _F3_TRIMMED)),
    (8, Shape(Role.WAREHOUSE, direct(M365_F3) + via(WAREHOUSE))),
    (8, Shape(Role.WAREHOUSE, via(WAREHOUSE), is_blocked=True, sign_ins=_STALE)),
    (5, Shape(Role.WAREHOUSE, via(WAREHOUSE), has_location=False)),
    (4, Shape(Role.WAREHOUSE, direct(M365_F3), sign_ins=_NEVER)),
    (20, Shape(Role.CUSTOMS, via(CUSTOMS))),
    (22, Shape(Role.CUSTOMS, direct(OFFICE_E1))),
    (8, Shape(Role.CUSTOMS, direct(OFFICE_E1, AUDIO))),
    (14, Shape(Role.DRIVER, direct(EXCHANGE_1))),
    (5, Shape(Role.DRIVER, direct(EXCHANGE_1, ARCHIVING), Box.ARCHIVED)),
    (1, Shape(Role.DRIVER, _MAILBOX_IN_THE_WAY, Box.ARCHIVED)),
    (6, Shape(Role.DRIVER, via(MAILBOX_ONLY))),
    (11, Shape(Role.DRIVER, direct(KIOSK))),
    (4, Shape(Role.DRIVER)),
    (4, Shape(Role.DRIVER, has_location=False, sign_ins=_NEVER)),
    (4, Shape(Role.OFFICE, is_blocked=True, sign_ins=_STALE)),
    (18, Shape(Role.GUEST, has_location=False)),
    (2, Shape(Role.GUEST, direct(POWER_BI))),
    (13, Shape(Role.SHARED, NO_GRANTS, Box.SHARED_MEDIUM, is_blocked=True, sign_ins=_NEVER)),
    (2, Shape(Role.SHARED, NO_GRANTS, Box.SHARED_LARGE, is_blocked=True, sign_ins=_NEVER)),
    (3, Shape(Role.SHARED, direct(EXCHANGE_2), Box.SHARED_LARGE, is_blocked=True, sign_ins=_NEVER)),
    (4, Shape(Role.SHARED, direct(EXCHANGE_1), Box.SHARED_MEDIUM, is_blocked=True, sign_ins=_NEVER)),
    (6, Shape(Role.ROOM, NO_GRANTS, Box.ROOM, is_blocked=True, sign_ins=_NEVER)),
    (2, Shape(Role.EQUIPMENT, NO_GRANTS, Box.EQUIPMENT, is_blocked=True, sign_ins=_NEVER)),
)

PATTERN: Final = tuple(shape for times, shape in _OFFICE_PATTERN + _OTHER_PATTERN for _ in range(times))
"""A thousand shapes, in the order of the tables above."""
