"""A self-service purchase is taken over: whole or not at all, in either variant; its buyer is told, its users are ordinary."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from licentia.changes.preview import preview
from licentia.changes.propose import propose
from licentia.changes.who import Who
from licentia.domain.facts import SourceKind
from licentia.domain.instants import DAY
from licentia.domain.intents import Assign, TakeOver, Unassign, Undo
from licentia.domain.permissions import ROLE_CAPABILITIES, Actor, ActorKind, Role
from licentia.domain.reasons import NotPermitted, Refused
from licentia.domain.subscriptions import BillingAccount, Offer, Subscription, SubscriptionState
from licentia.importing.rows import LicenseRow, PurchaseRow
from world_store import E3, PLANNER, World, direct, person, tenant_rows

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]
PURCHASE = PurchaseRow(
    "20000000-0000-4000-8000-000000000001", PLANNER, 5, "p00001@contoso.example", 1_750_000_000_000_000
)


def bought() -> tuple[LicenseRow, ...]:
    """From the purchase."""
    return (LicenseRow(PLANNER, SourceKind.PURCHASE, PURCHASE.ref),)


SUBSCRIPTION = Subscription(
    id=0,
    ref=PURCHASE.ref,
    sku_id=PLANNER,
    account=BillingAccount.MCA,
    seats=5,
    state=SubscriptionState.ENABLED,
    offer=Offer.STANDARD,
    term_months=12,
    started_at=PURCHASE.bought_at,
    renews_at=PURCHASE.bought_at + 3_650 * DAY,
    recurring=True,
    read_at=PURCHASE.bought_at,
)


def world_of(make_world: Make, seats: int | None = 10, *, stated: bool = True) -> World:
    """Three users of the purchase, the second with a license of the organization too, and one stranger to it."""
    people = [person(1, bought()), person(2, bought() + direct(PLANNER)), person(3, bought()), person(4, direct(E3))]
    rows = tenant_rows(people, {PLANNER: seats}, (PURCHASE,))
    return make_world(replace(rows, subscriptions=((PURCHASE.ref, SUBSCRIPTION),) if stated else ()))


def take(world: World, *, move: bool) -> int:
    """A plan to take the purchase over."""
    number = world.rows("SELECT id FROM purchase WHERE tenant_id = %(tenant)s")[0][0]
    return world.propose(TakeOver(int(number), PLANNER, move), who=Who("purchase", str(number)))


def planner(world: World) -> set[tuple[int, int]]:
    """(user, kind) of every source of the product."""
    return {(user, kind) for user, sku, kind, _ in world.sources() if sku == PLANNER}


@pytest.mark.parametrize("stated", [True, False])
def test_users_move_and_the_purchase_ends(make_world: Make, stated: bool) -> None:
    """Who has it from the organization already takes no second seat; the subscription is deleted, its seats are gone."""
    world = world_of(make_world, stated=stated)
    plan = take(world, move=True)
    header = world.apply(plan)
    assert (header["state"], header["verified"]) == ("applied", 3)
    assert planner(world) == {(1, 1), (2, 1), (3, 1)}
    assert world.consumed(PLANNER) == 3
    states = world.rows(
        "SELECT state, seats, next_at FROM subscription WHERE tenant_id = %(tenant)s AND purchase_id > 0"
    )
    assert [row[0] for row in states] == (["deleted"] if stated else [])
    own = world.rows("SELECT capacity, consumed FROM pool WHERE tenant_id = %(tenant)s AND purchase_id > 0")
    assert own == [(0, 0)]


def test_the_buyer_is_told(make_world: Make) -> None:
    """Microsoft mails the purchaser: the tenant's journal has it on the buyer, with what became of the users."""
    world = world_of(make_world)
    world.apply(take(world, move=False))
    [(_, buyer, before, after)] = world.journal("purchase.notice")
    assert (buyer, before, json.loads(after)["move"]) == (1, None, False)
    assert len(world.journal("subscription.take_over")) == 1


def test_users_lose_it_when_the_purchase_is_canceled(make_world: Make) -> None:
    """Whom the organization gives it too keeps it."""
    world = world_of(make_world)
    world.apply(take(world, move=False))
    assert planner(world) == {(2, 1)}
    assert world.consumed(PLANNER) == 1


def test_afterwards_the_users_are_ordinary(make_world: Make) -> None:
    """Before, it can be neither unassigned nor assigned; after, both, and undone."""
    world = world_of(make_world)
    assert world.steps(world.propose(Unassign(PLANNER), 1)) == {1: ("refused", "self_service")}
    world.apply(take(world, move=True))
    taken = world.unassign(1, sku=PLANNER)
    assert planner(world) == {(2, 1), (3, 1)}
    world.undo(taken)
    assert planner(world) == {(1, 1), (2, 1), (3, 1)}


@pytest.mark.parametrize(("seats", "state"), [(2, "refused"), (3, "applied")])
def test_too_few_seats_move_nobody(make_world: Make, seats: int, state: str) -> None:
    """A free seat for each that needs one, or the purchase stays as it is."""
    world = world_of(make_world, seats)
    plan = take(world, move=True)
    if state == "applied":
        assert world.apply(plan)["state"] == "applied"
        return
    with pytest.raises(Refused, match="no_seats"):
        world.start(plan)
    assert planner(world) == {(1, 3), (2, 3), (2, 1), (3, 3)}


def test_one_user_who_is_not_ready_stops_it(make_world: Make) -> None:
    """The never list keeps a license: nobody is left behind in a purchase that ends."""
    from licentia.changes.record import add_never

    world = world_of(make_world)
    add_never(world.tenant, "user", 3, "board", world.actor)
    plan = take(world, move=False)
    assert not preview(world.tenant, plan).has_work
    with pytest.raises(Refused, match="take_over_whole"):
        world.start(plan)


def test_a_user_who_changed_meanwhile_stops_it_whole(make_world: Make) -> None:
    """The plan pauses and nothing has moved."""
    world = world_of(make_world)
    plan = take(world, move=True)
    world.start(plan)
    world.inline(Assign(PLANNER), 1)
    header = world.run(plan)
    assert (header["state"], header["pause_reason"], header["verified"]) == ("paused", "changed", 0)
    assert planner(world) == {(1, 3), (1, 1), (2, 3), (2, 1), (3, 3)}


def test_a_purchase_without_users_ends_too(make_world: Make) -> None:
    """There is nobody to move."""
    people = [person(1), person(2)]
    world = make_world(people, seats={PLANNER: 1}, purchases=(PURCHASE,))
    plan = take(world, move=True)
    assert preview(world.tenant, plan).has_work
    assert world.apply(plan)["state"] == "applied"
    assert len(world.journal("purchase.take_over")) == 1


def test_it_cannot_be_undone(make_world: Make) -> None:
    """The purchase was the buyer's; it does not come back."""
    world = world_of(make_world)
    plan = take(world, move=True)
    world.apply(plan)
    with pytest.raises(Refused, match="no_undo"):
        world.propose(Undo(plan))


@pytest.mark.parametrize("role", Role)
def test_only_billing_and_global_administrators_take_over(make_world: Make, role: Role) -> None:
    """LF 4.5: a License Administrator may not."""
    world = world_of(make_world)
    actor = Actor(ActorKind.OPERATOR, "x", "X", world.tenant, ROLE_CAPABILITIES[role])
    intent = TakeOver(1, PLANNER, move=True)
    if role in (Role.GLOBAL, Role.BILLING):
        assert propose(world.tenant, intent, Who("purchase", "1"), actor)
        return
    with pytest.raises(NotPermitted):
        propose(world.tenant, intent, Who("purchase", "1"), actor)
