"""`store check` at rest: each thing that must not be is planted once, and named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from licentia.store.lists import check
from world_store import E3, World, by_group, crowd, direct, person

pytest_plugins = ["world_fixtures"]

USER = "(SELECT min(u.id) FROM users u WHERE u.tenant_id = %(tenant)s)"
SUBSCRIPTION = (
    "INSERT INTO subscription (tenant_id, id, ref, product_id, purchase_id, account, offer, seats, state, read_at) "
    "VALUES (%(tenant)s, {id}, 'S-{id}', {product}, 0, 'mca', 'standard', {seats}, '{state}', 1)"
)


def subscription(number: int, seats: int, state: str = "enabled", product: str = "%(product)s") -> str:
    """A subscription of E3 unless told otherwise."""
    return SUBSCRIPTION.format(id=number, seats=seats, state=state, product=product)


FAULTS: dict[str, tuple[str, ...]] = {
    "pool_count": (
        "UPDATE pool SET consumed = consumed + 1 WHERE tenant_id = %(tenant)s AND product_id = %(product)s",
    ),
    "held_by_deleted_user": (f"UPDATE users SET deleted_at = 1 WHERE tenant_id = %(tenant)s AND id = {USER}",),
    "remembered_by_living_user": (
        f"UPDATE source SET state = 5 WHERE tenant_id = %(tenant)s AND user_id = {USER} AND source_kind = 1",
    ),
    "group_source_without_member": ("DELETE FROM group_member WHERE tenant_id = %(tenant)s",),
    "pool_capacity": (subscription(1, 99_999),),
    "subscription_without_product": (subscription(1, 5, product="999"),),
    "addition_without_subscription": (
        "INSERT INTO subscription_addition (tenant_id, subscription_id, at, seats) VALUES (%(tenant)s, 7, 1, 2)",
    ),
    "queue_without_user": ("INSERT INTO group_queue (tenant_id, user_id, plan_id) VALUES (%(tenant)s, 999999, 0)",),
    "member_without_user": (
        "INSERT INTO group_member (tenant_id, group_id, user_id) SELECT %(tenant)s, min(g.id), 999999 "
        "FROM user_group g WHERE g.tenant_id = %(tenant)s",
    ),
}
SOUND: dict[str, tuple[str, ...]] = {
    "seats of two subscriptions add up, those that ended do not count": (
        subscription(1, 60_000),
        subscription(2, 40_000, "warning"),
        subscription(3, 7, "suspended"),
        subscription(4, 7, "deleted"),
    ),
    "who waits in the queue may have left the group already": (
        "INSERT INTO group_queue (tenant_id, user_id, plan_id) SELECT %(tenant)s, m.user_id, 0 FROM group_member m "
        "WHERE m.tenant_id = %(tenant)s",
        "DELETE FROM group_member WHERE tenant_id = %(tenant)s",
    ),
    "a license that outlived its group is in error": (
        "UPDATE source SET state = 2 WHERE tenant_id = %(tenant)s AND source_kind = 2",
        "DELETE FROM group_member WHERE tenant_id = %(tenant)s",
    ),
}


def planted(world: World, statements: tuple[str, ...]) -> set[str]:
    """What the check names after these statements."""
    for statement in statements:
        world.plant(statement, product=world.product(E3))
    return {name for name, _row in check.problems(world.tenant)}


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """A local tenant that no fixture looks at again."""
    found = make_world([*crowd(3), person(4, by_group(E3)), person(5, direct(E3) + by_group(E3))])
    found.assert_sound()
    found.assert_sound = lambda: None  # type: ignore[method-assign]
    return found


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named(world: World, name: str) -> None:
    """Alone, or with what follows from it."""
    assert name in planted(world, FAULTS[name])


@pytest.mark.parametrize("name", SOUND)
def test_what_may_be_is_no_fault(world: World, name: str) -> None:
    """On the way, or by the rules."""
    assert planted(world, SOUND[name]) == set()


def test_a_copy_of_files_may_have_members_of_another_day(make_copy: Callable[..., World]) -> None:
    """Licenses of one file, members of another: both are facts, each with its date."""
    world = make_copy([person(1, by_group(E3))])
    assert planted(world, ("DELETE FROM group_member WHERE tenant_id = %(tenant)s",)) == set()


def test_every_check_has_a_name_of_its_own() -> None:
    """The manuals explain each."""
    assert len(set(check.CHECK_NAMES)) == len(check.CHECK_NAMES)
    assert set(FAULTS) <= set(check.CHECK_NAMES)
