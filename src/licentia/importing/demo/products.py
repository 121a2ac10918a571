"""The products of the demo tenant, with what its rows need to know of them, and how many seats it owns.

Never the catalog: names of apps and the full plan lists live elsewhere; no rule is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

EXCHANGE_PLAN_1: Final = "9aaf7827-d63c-4b61-89c3-182f06f82e5c"
EXCHANGE_PLAN_2: Final = "efb87545-963c-4e0d-99df-69c6916d9eb0"
EXCHANGE_KIOSK: Final = "4a82b400-a79f-41a4-b4e2-e94f5787b113"
SWAY: Final = "a23b959c-7ce8-4e57-9140-b90eb88a9e97"
KAIZALA_E3: Final = "aebd3021-9f8f-4bf8-bbe3-0ed2f4f047a1"
YAMMER: Final = "7547a3fe-08ee-4ccb-b430-5077c5041653"
FLOW_F3: Final = "bd91b1a4-9f94-4ecf-b45b-3a65e5c8128a"
STREAM_E1: Final = "743dd19e-1ce3-4c62-a3ad-49ba8f63a2f6"
DEFENDER_FOR_IDENTITY: Final = "14ab5db5-e6c4-4b20-b4bc-13e36fd2227f"


class Seats(Enum):
    """How many seats the organization owns, seen from the seats in use."""

    COMFORTABLE = "comfortable"
    FULL = "full"
    SHORT = "short"
    """Fewer than in use: renewed with too few seats."""
    PLENTY = "plenty"
    NONE = "none"
    """The organization owns none: people bought it themselves."""

    def capacity(self, consumed: int) -> int | None:
        """The seats owned when `consumed` are in use; None when the organization has no pool of it."""
        match self:
            case Seats.NONE:
                return None
            case Seats.FULL:
                return consumed
            case Seats.SHORT:
                return max(0, consumed - max(1, consumed // 12))
            case Seats.PLENTY:
                return _round_up(max(10_000, consumed + consumed // 10), 10_000)
            case Seats.COMFORTABLE:
                return _round_up(consumed + max(2, consumed // 14), 5 if consumed < 200 else 25)


def _round_up(number: int, step: int) -> int:
    return -(-number // step) * step


@dataclass(frozen=True, slots=True)
class Product:
    """One product; `mailbox_gb` and `drive_gb` are what mailbox and OneDrive may grow to, 0 for none."""

    part_number: str
    sku_id: str
    seats: Seats = Seats.COMFORTABLE
    mailbox_plan: str | None = None
    mailbox_gb: int = 0
    drive_gb: int = 0
    has_office_apps: bool = False


M365_E3: Final = Product(
    "SPE_E3",
    "05e9a617-0261-4cee-bb44-138d3ef5d965",
    mailbox_plan=EXCHANGE_PLAN_2,
    mailbox_gb=100,
    drive_gb=1024,
    has_office_apps=True,
)
M365_E5: Final = Product(
    "SPE_E5",
    "06ebc4ee-1bb5-47dd-8120-11324bc54e06",
    mailbox_plan=EXCHANGE_PLAN_2,
    mailbox_gb=100,
    drive_gb=1024,
    has_office_apps=True,
)
M365_F3: Final = Product(
    "SPE_F1",
    "66b55226-6b4f-492c-910c-a3b7a3c9d993",
    mailbox_plan=EXCHANGE_KIOSK,
    mailbox_gb=2,
    drive_gb=2,
)
OFFICE_E1: Final = Product(
    "STANDARDPACK",
    "18181a46-0d4e-45cd-891e-60aabd171b4e",
    mailbox_plan=EXCHANGE_PLAN_1,
    mailbox_gb=50,
    drive_gb=1024,
)
EXCHANGE_1: Final = Product(
    "EXCHANGESTANDARD",
    "4b9405b0-7788-4568-add1-99614e613b69",
    mailbox_plan=EXCHANGE_PLAN_1,
    mailbox_gb=50,
)
EXCHANGE_2: Final = Product(
    "EXCHANGEENTERPRISE",
    "19ec0d23-8335-4cbd-94ac-6050e30712fa",
    mailbox_plan=EXCHANGE_PLAN_2,
    mailbox_gb=100,
)
KIOSK: Final = Product(
    "EXCHANGEDESKLESS",
    "80b2d799-d2ba-4d2a-8842-fb0d0f3a4b82",
    mailbox_plan=EXCHANGE_KIOSK,
    mailbox_gb=2,
)
ARCHIVING: Final = Product(
    "EXCHANGEARCHIVE_ADDON",
    "ee02fd1b-340e-4a4b-b355-4a514e4c8943",
)
PROJECT_3: Final = Product(
    "PROJECTPROFESSIONAL",
    "53818b1b-4a27-454b-8896-0dba576410e6",
    drive_gb=1024,
)
PLANNER_1: Final = Product("PROJECT_P1", "beb6439c-caad-48d3-bf46-0c82871e12be", Seats.NONE, drive_gb=1024)
VISIO_2: Final = Product("VISIOCLIENT", "c5928f49-12ba-48f7-ada3-0d743a3601d5", Seats.SHORT, drive_gb=2)
POWER_BI: Final = Product("POWER_BI_PRO", "f8a1db68-be16-40ed-86d5-cb42ce701560")
TEAMS_PHONE: Final = Product("MCOEV", "e43b5b99-8dfb-405f-9987-dc307f34bcbd")
AUDIO: Final = Product("MCOMEETADV", "0c266dff-15dd-4b49-8397-2bb16070ed52")
COPILOT: Final = Product(
    "Microsoft_365_Copilot",
    "639dec6b-bb19-468b-871c-c5c441c4b0cb",
    Seats.FULL,
)
EMS_E3: Final = Product("EMS", "efccb6f7-5641-4e0e-bd10-b4976e1bf68e")
FLOW_FREE: Final = Product(
    "FLOW_FREE",
    "f30db892-07e9-47e9-837c-80727f46fd3d",
    Seats.PLENTY,
)

PRODUCTS: Final = (
    M365_E3, M365_E5, M365_F3, OFFICE_E1, EXCHANGE_1, EXCHANGE_2, KIOSK, ARCHIVING, PROJECT_3,
    PLANNER_1, VISIO_2, POWER_BI, TEAMS_PHONE, AUDIO, COPILOT, EMS_E3, FLOW_FREE,
)  # fmt: skip
