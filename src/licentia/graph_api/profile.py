"""Limits and planted faults in front of and behind an operation, by the profile of its tenant (decision 0026).

Buckets and counters are this process's: one process serves. They are in machine time, and gone when it ends.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Lock
from typing import Final, Protocol

from licentia.graph_api import noting
from licentia.graph_api.errors import GraphRefused
from licentia.store import clock
from licentia.store.lists import tenants
from licentia.wire import profiles, throttling
from licentia.wire.profiles import Fault, Profile
from licentia.wire.throttling import Buckets, Size

LOOK_SECONDS: Final = 2
"""How long a profile is believed before it is read again: a change counts after so long."""


class Asking(Protocol):
    """Of a caller: which program, in which tenant."""

    @property
    def tenant_id(self) -> int:
        """The tenant."""

    @property
    def tenant_guid(self) -> str:
        """Its name on the wire."""

    @property
    def app_id(self) -> str:
        """The program's client id."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the answer says of its cost, and whether it will be lost."""

    headers: dict[str, str]
    is_lost: bool = False


@dataclass(slots=True)
class _Tenant:
    """What this process knows of a tenant: its profile, its size class, how many requests it has answered."""

    text: str
    profile: Profile
    size: Size
    read_at: int
    count: int = 0


_turn = Lock()
_tenants: dict[int, _Tenant] = {}
_buckets: dict[tuple[int, str], Buckets] = {}


def forget() -> None:
    """All buckets are full and all counters at their beginning, as after a start."""
    with _turn:
        _tenants.clear()
        _buckets.clear()


def before(
    caller: Asking,
    operation: str,
    *,
    select: bool = False,
    top: int | None = None,
    is_write: bool,
    expand: bool = False,
) -> Verdict:
    """What to say with the answer, after the profile's latency. Once per request, and once per item of a batch.

    GraphRefused 429 where a limit is met, 503 or 504 where the profile plants it: then no work is to be done.
    """
    note = noting.current()
    note.operation, note.tenant, note.app = operation, caller.tenant_guid, caller.app_id
    units = throttling.cost(operation, is_write=is_write, select=select, top=top, expand=expand)
    headers = {"x-ms-resource-unit": str(units)}
    now = clock.machine_now()
    known = _known(caller.tenant_id, now)
    profile = known.profile
    if profile.is_off:
        return Verdict(headers)
    with _turn:
        known.count += 1
        n = known.count
        limited = _draw(caller, known, units, is_write=is_write, now=now, headers=headers)
    fate = profiles.fate(profile, n, is_write=is_write)
    if fate.latency_ms:
        time.sleep(fate.latency_ms / 1000)
    if limited is not None:
        note.limits.append(operation)
        raise _too_many(caller, limited, headers)
    if fate.fault in (Fault.UNAVAILABLE, Fault.GATEWAY_TIMEOUT):
        note.faults.append(fate.fault)
        raise _planted(fate.fault, headers, fate.retry_after)
    return Verdict(headers, fate.fault is Fault.LOST)


def after(verdict: Verdict) -> None:
    """Nothing; or GraphRefused 504 although the work is done, where the profile loses the answer."""
    if verdict.is_lost:
        noting.current().faults.append(Fault.LOST)
        raise _planted(Fault.LOST, verdict.headers, None)


def _known(tenant_id: int, now: int) -> _Tenant:
    """The tenant as last read; read again when that is too long ago. Another profile begins to count anew."""
    known = _tenants.get(tenant_id)
    if known is not None and 0 <= now - known.read_at < LOOK_SECONDS * 1_000_000:
        return known
    text, users = tenants.graph_profile(tenant_id)
    size = throttling.size_of(users)
    with _turn:
        known = _tenants.get(tenant_id)
        if known is not None and known.text == text and known.size is size:
            known.read_at = now
            return known
        made = _Tenant(text, profiles.read(text), size, now)
        _tenants[tenant_id] = made
        for key in [key for key in _buckets if key[0] == tenant_id]:
            del _buckets[key]
        return made


def _draw(
    caller: Asking, known: _Tenant, units: int, *, is_write: bool, now: int, headers: dict[str, str]
) -> throttling.Limited | None:
    """The limit that is met; else the buckets have been drawn from. The lock is held."""
    chosen = known.profile.throttle
    if chosen == profiles.OFF:
        return None
    size = known.size if chosen == profiles.MICROSOFT else Size(chosen)
    own, shared = (caller.tenant_id, caller.app_id), (caller.tenant_id, "")
    fresh = throttling.full(size, now)
    mine, everyones = _buckets.get(own, fresh), _buckets.get(shared, fresh)
    drawn, limited = throttling.draw(
        Buckets(mine.units, mine.writes, everyones.tenant_writes), units, is_write=is_write, now=now
    )
    _buckets[own] = _buckets[shared] = drawn
    said = throttling.percentage(drawn, is_write=is_write)
    if said:
        headers["x-ms-throttle-limit-percentage"] = said
    return limited


def _too_many(caller: Asking, limited: throttling.Limited, headers: dict[str, str]) -> GraphRefused:
    more = {
        "Retry-After": str(limited.retry_after),
        "x-ms-throttle-scope": f"{limited.scope}/{caller.app_id}/{caller.tenant_guid}",
        "x-ms-throttle-information": limited.information,
    }
    return GraphRefused(429, "TooManyRequests", "Please retry again later.", headers | more)


def _planted(fault: Fault, headers: dict[str, str], retry_after: int | None) -> GraphRefused:
    more = {} if retry_after is None else {"Retry-After": str(retry_after)}
    if fault is Fault.UNAVAILABLE:
        return GraphRefused(503, "ServiceUnavailable", "The service is temporarily unavailable.", headers | more)
    return GraphRefused(504, "GatewayTimeout", "The server did not answer in time.", headers | more)
