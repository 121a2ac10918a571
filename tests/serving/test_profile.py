"""The profile of a tenant in front of and behind an operation: headers, limits, faults that come again, for one tenant only."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from licentia.changes import record
from licentia.graph_api import noting, profile
from licentia.graph_api.errors import GraphRefused
from licentia.wire import profiles
from licentia.wire.profiles import Profile
from world_store import World, crowd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from database import Store

pytest_plugins = ["world_fixtures"]


@dataclass(frozen=True)
class Program:
    """A caller."""

    tenant_id: int
    tenant_guid: str = "6f1b2b1c-0000-4000-8000-000000000001"
    app_id: str = "a0000000-0000-4000-8000-000000000001"


@pytest.fixture
def world(make_world: Callable[..., World], store: Store) -> Iterator[World]:
    """Three users, everything fresh, and a clock that stands still."""
    profile.forget()
    with time_machine.travel("2026-11-23T11:00:00Z", tick=False):
        yield make_world(crowd(3))
    profile.forget()


def set_to(world: World, **fields: Any) -> Program:
    """The tenant's profile is so."""
    record.set_tenant(world.tenant, world.actor, {"graph_profile": profiles.write(Profile(**fields))})
    profile.forget()
    return Program(world.tenant)


def refused(call: Callable[[], object]) -> GraphRefused:
    """The refusal."""
    with pytest.raises(GraphRefused) as found:
        call()
    return found.value


def outcome(caller: Program, *, is_write: bool = True) -> int:
    """Status of an operation: 200 where nothing befell it."""
    try:
        profile.after(profile.before(caller, "users.assign_license", is_write=is_write))
    except GraphRefused as error:
        return error.status
    return 200


def test_off(world: World) -> None:
    """Nothing is limited; what it costs is still said, and nothing else."""
    caller = Program(world.tenant)
    for _ in range(4_000):
        assert profile.before(caller, "users.assign_license", is_write=True).headers == {"x-ms-resource-unit": "1"}
    assert profile.before(caller, "skus.list", is_write=False).headers == {"x-ms-resource-unit": "3"}


def test_writes_are_limited(world: World) -> None:
    """The 3,001st is 429 with all that Graph says; a second later twenty go through; another program is not held up."""
    caller = set_to(world, throttle="microsoft")
    said = [profile.before(caller, "users.assign_license", is_write=True).headers for _ in range(3_000)]
    assert "x-ms-throttle-limit-percentage" not in said[2_300]
    assert said[-1]["x-ms-throttle-limit-percentage"] == "1.00"
    error = refused(lambda: profile.before(caller, "users.assign_license", is_write=True))
    assert (error.status, error.code, error.message) == (429, "TooManyRequests", "Please retry again later.")
    assert error.headers == {
        "x-ms-resource-unit": "1",
        "x-ms-throttle-limit-percentage": "1.00",
        "Retry-After": "1",
        "x-ms-throttle-scope": f"Tenant_Application/Write/{caller.app_id}/{caller.tenant_guid}",
        "x-ms-throttle-information": "WriteLimitExceeded",
    }
    assert outcome(Program(world.tenant, app_id="b")) == 200
    with time_machine.travel("2026-11-23T11:00:01Z", tick=False):
        assert [outcome(caller) for _ in range(21)] == [200] * 20 + [429]
    assert noting.current().limits[-1] == "users.assign_license"


def test_threads_share_the_buckets(world: World) -> None:
    """Eight at once let through as many as one alone."""
    caller = set_to(world, throttle="small")
    profile.before(caller, "users.get", is_write=False)
    found: list[int] = []

    def ask() -> None:
        found.extend(outcome(caller) for _ in range(400))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found.count(200) == 3_000


def test_faults_come_again(world: World) -> None:
    """The same seed, the same requests, the same answers; another seed, others; another tenant has none of it."""
    caller = set_to(world, unavailable=1_000, gateway_timeout=1_000, lost=1_000, seed=7)
    first = [outcome(caller) for _ in range(300)]
    assert {200, 503, 504} == set(first)
    profile.forget()
    assert [outcome(caller) for _ in range(300)] == first
    set_to(world, unavailable=1_000, gateway_timeout=1_000, lost=1_000, seed=8)
    assert [outcome(caller) for _ in range(300)] != first
    assert {outcome(Program(world.twin)) for _ in range(300)} == {200}


def test_a_lost_answer_is_lost_afterwards(world: World) -> None:
    """The work is let through; only then is it a 504. A read is never lost."""
    caller = set_to(world, lost=10_000)
    verdict = profile.before(caller, "users.assign_license", is_write=True)
    error = refused(lambda: profile.after(verdict))
    assert (error.status, error.code, "Retry-After" in error.headers) == (504, "GatewayTimeout", False)
    assert outcome(caller, is_write=False) == 200


def test_a_change_counts_soon(world: World) -> None:
    """After two seconds, without a restart."""
    caller = Program(world.tenant)
    assert outcome(caller) == 200
    fields = {"graph_profile": profiles.write(Profile(unavailable=10_000))}
    record.set_tenant(world.tenant, world.actor, fields)
    assert outcome(caller) == 200
    with time_machine.travel("2026-11-23T11:00:02Z", tick=False):
        assert outcome(caller) == 503
