"""Statements of a page do not grow with the users, rows or groups that it shows (I-4)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from licentia.changes import groups
from licentia.domain.intents import DeleteUser
from web_desk import Desk
from world_store import E3, OWNER, World, by_group, direct, person, watched

pytest_plugins = ["world_fixtures"]

Make = Callable[..., World]
PAGES = (
    "/reclaim?kind=blocked",
    "/reclaim?kind=duplicate",
    "/users/deleted",
    "/users/deleted/export",
    "/audit",
    "/audit/export",
    "/settings",
    "/help",
)


def filled(make_world: Make, users: int) -> Desk:
    """So many are blocked and hold E3 twice, and as many are deleted; a few groups were made."""
    twice = (*direct(E3), *by_group(E3))
    people = [person(n, twice, account_enabled=False) for n in range(1, 2 * users + 1)]
    world = make_world(people, name=f"Tenant of {users}")
    world.apply(world.propose(DeleteUser(), *(world.user(n) for n in range(1, users + 1))))
    for n in range(users):
        groups.create_group(world.tenant, f"Group {n}", OWNER)
    return Desk(world)


@pytest.mark.parametrize("page", PAGES)
def test_few_and_many_cost_the_same(make_world: Make, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    """Two or twenty on the page."""
    counts = []
    for users in (2, 20):
        desk = filled(make_world, users)
        desk.get(page)  # what a tenant does by itself is done
        with watched(monkeypatch) as seen:
            answer = desk.get(page)
            list(answer.streaming_content if answer.streaming else ())
        assert answer.status_code == 200
        counts.append(seen.count())
    assert counts[0] == counts[1]
