"""What changes under a take-over between its preview and its end: whole or not at all, and nobody is left behind."""

from __future__ import annotations

from collections.abc import Callable

from licentia.changes.who import Who
from licentia.domain.facts import SourceKind
from licentia.domain.intents import DeleteUser, RestoreUser, TakeOver
from licentia.importing.rows import LicenseRow, PurchaseRow
from world_store import FLOW, World, crowd, tenant_rows

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]
BOUGHT = "00000000-0000-4000-8000-00000000bbbb"


def bought(world: World) -> int:
    """The self-service purchase's number."""
    return int(world.rows("SELECT id FROM purchase WHERE tenant_id = %(tenant)s")[0][0])


def buyers(make_world: Make, count: int) -> World:
    """A tenant in which so many people have Power Automate through the purchase of the first."""
    license_ = (LicenseRow(FLOW, SourceKind.PURCHASE, BOUGHT),)
    people = crowd(count, license_)
    one = PurchaseRow(BOUGHT, FLOW, count, people[0].user_principal_name, people[0].created_at or 0)
    return make_world(tenant_rows(people, {FLOW: 50}, purchases=(one,)))


def taking_over(world: World) -> int:
    """A draft that takes the purchase over and moves its users."""
    intent = TakeOver(bought(world), FLOW, move=True)
    return world.propose(intent, who=Who("purchase", str(bought(world))))


def test_a_purchase_does_not_end_under_a_user_who_came_back(make_world: Make) -> None:
    """Whom the plan does not know: it pauses as changed, nobody is moved, and the next plan takes all."""
    world = buyers(make_world, 3)
    world.inline(DeleteUser(), 3)
    plan = taking_over(world)
    world.start(plan)
    world.inline(RestoreUser(), 3)
    before = world.sources()
    assert len(before) == 3
    done = world.run(plan)
    assert (done["state"], done["pause_reason"], done["verified"]) == ("paused", "changed", 0)
    assert world.sources() == before
    assert world.apply(taking_over(world))["verified"] == 3
    assert {kind for _, _, kind, _ in world.sources()} == {SourceKind.DIRECT}


def test_a_take_over_stops_at_a_user_who_left(make_world: Make) -> None:
    """Whole or not at all: somebody deleted meanwhile pauses it."""
    world = buyers(make_world, 3)
    plan = taking_over(world)
    world.start(plan)
    world.inline(DeleteUser(), 2)
    done = world.run(plan)
    assert (done["pause_reason"], done["verified"]) == ("changed", 0)
    assert {kind for user, _, kind, _ in world.sources() if user != 2} == {SourceKind.PURCHASE}
    assert world.apply(taking_over(world))["verified"] == 2
    world.inline(RestoreUser(), 2)
    assert {user for user, *_ in world.sources()} == {1, 3}, "the purchase has no seat any more"
