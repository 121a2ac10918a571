"""What Graph's assignLicense asks, on a real store: one transaction, a header and journal rows, and an exact way back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import time_machine

from licentia.changes import inline
from licentia.domain.facts import SourceKind
from licentia.domain.instants import from_iso, to_datetime
from licentia.domain.intents import ChangeLicenses, Unassign
from licentia.domain.reasons import BadInput, Outcome, Reason, Refused
from world_store import E3, E5, OWNER, SWAY_PLAN, VISIO, World, by_group, crowd, direct, person, tenant_rows

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]
SWAY = frozenset({SWAY_PLAN})
ON: frozenset[str] = frozenset()
NOW = from_iso("2030-11-25T13:05:09Z")


def held(world: World, user: int) -> set[tuple[str, int, str]]:
    """(product, kind, service plans that are off) of a user."""
    return {(sku, kind, off) for (who, sku, kind, _), (_, off) in world.sources().items() if who == user}


def test_one_request_changes_one_user_at_once_and_undo_gives_all_of_it_back(make_world: Make) -> None:
    """Two out, two in, of one a second source beside a group's: rows of the journal, seats, and back exactly."""
    people = [person(1, (*direct(E3, off=SWAY), *direct(VISIO), *by_group(E5)))]
    world = make_world(tenant_rows(people, {E3: 1, E5: 1, VISIO: 1}))
    before, pools = world.sources(), world.pools()
    done = world.inline(ChangeLicenses(((E5, SWAY), (E3, ON)), frozenset({VISIO})), 1)
    assert done.verdict.outcome is Outcome.READY
    assert done.plan_id is not None
    assert held(world, 1) == {
        (E3, int(SourceKind.DIRECT), ""),
        (E5, int(SourceKind.DIRECT), SWAY_PLAN),
        (E5, int(SourceKind.GROUP), ""),
    }
    assert (world.consumed(E3), world.consumed(E5), world.consumed(VISIO)) == (1, 1, 0)
    header = world.header(done.plan_id)
    assert (header["verb"], header["state"], header["is_inline"]) == ("change_licenses", "applied", True)
    assert header["verified"] == 1
    kinds = world.rows(
        "SELECT kind FROM journal WHERE tenant_id = %(tenant)s AND kind LIKE 'license.%%' ORDER BY seq",
        tenant=world.tenant,
    )
    assert sorted(row[0] for row in kinds) == ["license.assign", "license.change", "license.unassign"]
    assert world.header(world.undo(done.plan_id))["verified"] == 1
    assert (world.sources(), world.pools()) == (before, pools)


def test_it_is_all_or_nothing(make_world: Make) -> None:
    """One bad item: nothing happens, no plan and no row of the journal; the last seat is refused with its product."""
    world = make_world(tenant_rows([person(1, direct(E3)), person(2, direct(E5))], {E3: 2, E5: 1, VISIO: 1}))
    before, seq = world.sources(), world.rows("SELECT max(seq) FROM journal WHERE tenant_id = %(tenant)s")
    found = world.inline(ChangeLicenses(((VISIO, ON),), frozenset({E3, E5})), 1)
    assert (found.plan_id, found.verdict.reason) == (None, Reason.NOT_HELD)
    with pytest.raises(Refused) as refused:
        world.inline(ChangeLicenses(((E5, ON),), frozenset({E3})), 1)
    assert (refused.value.code, refused.value.details["sku"]) == ("no_seats", E5)
    with pytest.raises(BadInput, match="in_both"):
        world.inline(ChangeLicenses(((E3, ON),), frozenset({E3})), 1)
    with pytest.raises(BadInput, match="added_twice"):
        world.inline(ChangeLicenses(((E5, ON), (E5, SWAY))), 1)
    assert world.inline(ChangeLicenses(((E3, ON),)), 1).verdict.reason is Reason.ALREADY
    assert world.inline(ChangeLicenses(), 1).verdict.reason is Reason.ALREADY
    assert (world.sources(), world.rows("SELECT max(seq) FROM journal WHERE tenant_id = %(tenant)s")) == (before, seq)


def test_it_can_be_planned_for_many(make_world: Make) -> None:
    """R-170: those for whom a part is refused are refused whole, the others go on; undo puts them back."""
    world = make_world([*crowd(4), person(5, by_group(E3)), person(6)], seats={E5: 9})
    before = world.sources(), world.pools()
    plan = world.propose(ChangeLicenses(((E5, ON),), frozenset({E3})), *range(1, 7))
    assert world.apply(plan)["verified"] == 4
    ends = world.steps(plan)
    assert ends[world.user(5)] == ("refused", "inherited")
    assert ends[world.user(6)] == ("skipped", "not_held")
    assert (world.consumed(E3), world.consumed(E5)) == (1, 4)
    assert world.header(world.undo(plan))["verified"] == 4
    assert (world.sources(), world.pools()) == before


def test_what_would_happen_is_said_by_the_same_verdict(make_world: Make) -> None:
    """I-2: of one removal, what unassigning says."""
    world = make_world(crowd(2))
    with time_machine.travel(to_datetime(NOW), tick=False):
        asked = inline.consider(world.tenant, ChangeLicenses((), frozenset({E3})), 1, OWNER)
        single = inline.consider(world.tenant, Unassign(E3), 1, OWNER)
    assert asked == single
    assert asked.lines
