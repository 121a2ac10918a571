"""How a tenant's Graph API is to behave: limits and planted faults, as text kept with the tenant, and the fate of a request.

Pure and deterministic: the n-th request under one seed always has the same fate.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final

from licentia.domain.reasons import BadInput
from licentia.wire.throttling import Size

SCALE: Final = 10_000
"""Shares of requests are whole numbers of this: hundredths of a percent."""
LONGEST_MS: Final = 60_000
MICROSOFT, OFF = "microsoft", "off"
THROTTLES: Final = (MICROSOFT, *Size, OFF)


class Fault(StrEnum):
    """What befalls a request: refused before any work, or answered for nothing after the work was done."""

    NONE = ""
    UNAVAILABLE = "unavailable"
    GATEWAY_TIMEOUT = "gateway_timeout"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Profile:
    """Limits by `throttle` (`microsoft`: by the tenant's size), latency in milliseconds, shares of faults in 1/10,000."""

    throttle: str = OFF
    latency_low: int = 0
    latency_high: int = 0
    unavailable: int = 0
    gateway_timeout: int = 0
    lost: int = 0
    seed: int = 1

    @property
    def is_off(self) -> bool:
        """Whether nothing is planted and nothing limited."""
        faults = self.unavailable + self.gateway_timeout + self.lost
        return self.throttle == OFF and not self.latency_high and not faults


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one request: a fault, after how many milliseconds, and what Retry-After says, if anything."""

    fault: Fault
    latency_ms: int
    retry_after: int | None


def fate(profile: Profile, n: int, *, is_write: bool) -> Fate:
    """That of the n-th request, counted from 1. Only a write's answer is lost: losing a read's shows nothing."""
    digest = hashlib.sha256(f"{profile.seed}/{n}".encode()).digest()
    chance = int.from_bytes(digest[:8]) % SCALE
    spread = profile.latency_high - profile.latency_low + 1
    latency = profile.latency_low + int.from_bytes(digest[8:16]) % spread
    retry_after = 1 + digest[16] % 10 if digest[17] % 2 else None
    fault = Fault.NONE
    if chance < profile.unavailable:
        fault = Fault.UNAVAILABLE
    elif chance < profile.unavailable + profile.gateway_timeout:
        fault = Fault.GATEWAY_TIMEOUT
    elif chance < profile.unavailable + profile.gateway_timeout + profile.lost and is_write:
        fault = Fault.LOST
    refuses = fault in (Fault.UNAVAILABLE, Fault.GATEWAY_TIMEOUT)
    return Fate(fault, latency, retry_after if refuses else None)


def read(text: str) -> Profile:
    """The profile kept as this text; nothing kept means all off."""
    return Profile(**json.loads(text)) if text else Profile()


def write(profile: Profile) -> str:
    """The text to keep."""
    return json.dumps(asdict(profile), separators=(",", ":"), sort_keys=True)


def throttle_of(text: str) -> str:
    """A throttling by its name; BadInput where there is none."""
    if text not in THROTTLES:
        raise BadInput("bad_throttle", text=text)
    return text


def latency_of(text: str) -> tuple[int, int]:
    """`20-200ms`, `50ms` or `off` as least and most; BadInput."""
    if text == OFF:
        return 0, 0
    found = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?ms", text, re.ASCII)
    if found is None:
        raise BadInput("bad_latency", text=text)
    low = int(found[1])
    high = int(found[2] or low)
    if not low <= high <= LONGEST_MS:
        raise BadInput("bad_latency", text=text)
    return low, high


def share_of(text: str) -> int:
    """`0.5%` as 50 of 10,000; BadInput."""
    found = re.fullmatch(r"(\d{1,3})(?:\.(\d{1,2}))?%", text, re.ASCII)
    share = int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0")) if found else SCALE + 1
    if share > SCALE:
        raise BadInput("bad_share", text=text)
    return share


def checked(profile: Profile) -> Profile:
    """The profile, when its faults fit together; BadInput."""
    if profile.unavailable + profile.gateway_timeout + profile.lost > SCALE:
        raise BadInput("bad_shares")
    return profile


def share_text(share: int) -> str:
    """50 as `0.5%`."""
    return f"{share / 100:.2f}".rstrip("0").rstrip(".") + "%"


def latency_text(profile: Profile) -> str:
    """As it is given."""
    if not profile.latency_high:
        return OFF
    if profile.latency_low == profile.latency_high:
        return f"{profile.latency_low}ms"
    return f"{profile.latency_low}-{profile.latency_high}ms"
