"""Swaps, replacements and service plans on a real store: one transaction per user's change, seats of both products, undo."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from licentia.changes import preview as preview_of
from licentia.changes import run
from licentia.changes.who import Who
from licentia.domain.facts import SourceKind
from licentia.domain.instants import DAY
from licentia.domain.intents import Assign, Replace, SetPlans, Swap, Unassign, UnassignAll
from licentia.domain.reasons import BadInput, Outcome, Reason, Refused
from licentia.importing.rows import LicenseRow, PurchaseRow
from world_store import (
    AUDIO,
    E3,
    E5,
    EXCHANGE_2,
    FLOW,
    PLANNER,
    SWAY_PLAN,
    VISIO,
    World,
    by_group,
    crowd,
    direct,
    person,
    tenant_rows,
    unknown,
)

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]
SWAY = frozenset({SWAY_PLAN})
MAILBOX_PLAN = "efb87545-963c-4e0d-99df-69c6916d9eb0"
VERIFIED = ("verified", None)
BOUGHT = "00000000-0000-4000-8000-00000000bbbb"


def held(world: World, user: int) -> set[tuple[str, int, str]]:
    """(product, kind, service plans that are off) of a user."""
    return {(sku, kind, off) for (who, sku, kind, _), (_, off) in world.sources().items() if who == user}


def lines(world: World, plan: int) -> dict[str, list[tuple[int, dict[str, str]]]]:
    """By rule, (users, words) of each line of a preview."""
    found: dict[str, list[tuple[int, dict[str, str]]]] = {}
    for line in preview_of.preview(world.tenant, plan).lines:
        found.setdefault(line.rule.id, []).append((line.users, dict(line.params)))
    return found


# ---- swap


def test_a_swap_gives_and_takes_in_one_transaction(make_world: Make) -> None:
    """Every user has the new product with what was off, none the old; seats of both moved; no clock ever ran."""
    people = [*crowd(20), *(person(n, direct(E3, off=SWAY)) for n in range(21, 26))]
    world = make_world(people, seats={E5: 40})
    plan = world.propose(Swap(E3, E5))
    header = world.apply(plan)
    assert (header["state"], header["verified"]) == ("applied", 25)
    assert set(world.steps(plan).values()) == {VERIFIED}
    assert {key[1:] for key in world.sources()} == {(E5, int(SourceKind.DIRECT), 0)}
    assert held(world, world.user(21)) == {(E5, 1, SWAY_PLAN)}
    assert (world.consumed(E3), world.consumed(E5)) == (0, 25)
    assert (world.clocks(), header["undo_until"]) == ([], None)
    segments = world.rows(
        "SELECT DISTINCT object_id, segment_id FROM journal WHERE tenant_id = %(tenant)s AND kind IN "
        "('license.assign', 'license.unassign')"
    )
    assert len(segments) == 25


def test_one_user_is_swapped_at_once(make_world: Make) -> None:
    """The same verdict, one request; and again there is nothing of the old product."""
    world = make_world(crowd(2), seats={E5: 1})
    done = world.inline(Swap(E3, E5), 1)
    assert (done.verdict.outcome, done.undo_until) == (Outcome.READY, None)
    assert held(world, 1) == {(E5, 1, "")}
    assert world.inline(Swap(E3, E5), 1).verdict.reason is Reason.NOT_HELD
    with pytest.raises(Refused) as refused:
        world.inline(Swap(E3, E5), 2)
    assert (refused.value.code, refused.value.details["sku"]) == ("no_seats", E5)
    assert held(world, 2) == {(E3, 1, "")}


def test_twelve_swaps_with_eleven_seats_wait_for_the_twelfth(make_world: Make) -> None:
    """Nobody is chosen silently: all or none; the refusal says what is needed and free."""
    world = make_world(crowd(12), seats={E3: 12, E5: 11})
    plan = world.propose(Swap(E3, E5))
    assert world.header(plan)["ready"] == 12
    before = world.sources(), world.pools()
    with pytest.raises(Refused) as refused:
        world.start(plan)
    assert (refused.value.code, refused.value.details) == ("no_seats", {"need": 12, "free": 11, "sku": E5})
    assert (world.sources(), world.pools()) == before
    world.set_seats(12, E5)
    assert world.apply(plan)["verified"] == 12
    assert (world.consumed(E3), world.consumed(E5)) == (0, 12)


def test_who_has_the_new_product_already_needs_no_seat(make_world: Make) -> None:
    """Eleven need one, the twelfth only loses the old product: it fits."""
    world = make_world([*crowd(11), person(12, direct(E3, E5))], seats={E5: 12})
    plan = world.propose(Swap(E3, E5))
    assert world.apply(plan)["verified"] == 12
    assert world.consumed(E5) == 12
    assert lines(world, plan)["R-129"] == [(1, {"product": "Microsoft 365 E5"})]


def test_each_user_of_a_swap_has_its_own_reason(make_world: Make) -> None:
    """By group, by an unknown path, not held, and an add-on that stands on the old product, named."""
    world = make_world(
        [
            person(1, direct(E3)),
            person(2, by_group(E3)),
            person(3, unknown(E3)),
            person(4),
            person(5, direct(E3, AUDIO)),
            person(6, direct(E3) + by_group(E3)),
        ],
        seats={VISIO: 10},
    )
    plan = world.propose(Swap(E3, VISIO), *range(1, 7))
    assert world.steps(plan) == {
        1: ("pending", None),
        2: ("refused", "inherited"),
        3: ("choice", "unknown_path"),
        4: ("skipped", "not_held"),
        5: ("refused", "dependency"),
        6: ("pending", None),
    }
    assert lines(world, plan)["R-126"] == [(1, {"product": "Microsoft 365 E3", "group": "Alle medewerkers"})]
    shown = preview_of.preview(world.tenant, plan)
    subjects = {one.reason: one.subject for one in shown.reasons}
    assert subjects[Reason.INHERITED] == "Alle medewerkers"
    assert subjects[Reason.DEPENDENCY] == "Microsoft 365 Audio Conferencing|Microsoft Teams"
    (stored,) = {row[6] for row in world.judged(plan) if row[3] == "dependency"}
    assert stored.startswith("3e26ee1f-8a5f-4d52-aee2-b81ce45c8f40|57ff2da0-773e-42df-b2af-ffb7a2317929,")
    assert world.apply(plan)["verified"] == 2
    assert (world.consumed(E3), world.consumed(VISIO)) == (4, 2)


def test_undo_of_a_swap_puts_both_back(make_world: Make) -> None:
    """Sources and seats of both products as they were, also what was off; a second undo has nothing to do."""
    world = make_world([*crowd(3), person(4, direct(E3, off=SWAY))], seats={E3: 4, E5: 4})
    before = world.sources(), world.pools()
    plan = world.propose(Swap(E3, E5))
    world.apply(plan)
    undoing = world.undo(plan)
    assert set(world.steps(undoing).values()) == {VERIFIED}
    assert (world.sources(), world.pools()) == before


def test_an_undo_leaves_what_somebody_changed_since(make_world: Make) -> None:
    """One user's new license was taken back meanwhile: the old one returns, the rest of the plan too."""
    world = make_world(crowd(2), seats={E5: 2})
    plan = world.propose(Swap(E3, E5))
    world.apply(plan)
    world.inline(Assign(E5, SWAY), 1)
    undoing = world.undo(plan)
    assert set(world.steps(undoing).values()) == {VERIFIED}
    assert held(world, 1) == {(E3, 1, ""), (E5, 1, SWAY_PLAN)}
    assert held(world, 2) == {(E3, 1, "")}
    assert lines(world, undoing)["R-54"] == [(1, {})]


def test_who_changed_since_the_plan_is_left(make_world: Make) -> None:
    """Stale: the plan was made for other facts."""
    world = make_world(crowd(3), seats={E5: 3})
    plan = world.propose(Swap(E3, E5))
    world.inline(Unassign(E3), 2)
    world.apply(plan)
    assert world.steps(plan) == {1: VERIFIED, 2: ("skipped", "stale"), 3: VERIFIED}
    assert held(world, 2) == set()


def test_a_lost_row_fails_the_whole_of_one_users_swap(make_world: Make) -> None:
    """The new license of one user does not take: the old one stays, the others are done."""
    world = make_world(crowd(3), seats={E5: 3})
    plan = world.propose(Swap(E3, E5))
    where = f"NEW.tenant_id = {world.tenant} AND NEW.user_id = 2"
    if world.store.vendor == "sqlite":
        world.plant(f"CREATE TRIGGER lose BEFORE INSERT ON source WHEN {where} BEGIN SELECT RAISE(IGNORE); END")
    else:
        world.plant("CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
        world.plant(f"CREATE TRIGGER lose BEFORE INSERT ON source FOR EACH ROW WHEN ({where}) EXECUTE FUNCTION lose()")
    world.apply(plan)
    assert world.steps(plan) == {1: VERIFIED, 2: ("failed", "not_applied"), 3: VERIFIED}
    assert [held(world, user) for user in (1, 2, 3)] == [{(E5, 1, "")}, {(E3, 1, "")}, {(E5, 1, "")}]
    assert (world.consumed(E3), world.consumed(E5)) == (1, 2)
    world.plant("DROP TRIGGER lose" + ("" if world.store.vendor == "sqlite" else " ON source"))


def test_a_product_for_the_whole_organization_goes_to_nobody(make_world: Make) -> None:
    """Microsoft says so of the product, and the tenant's file did."""
    world = make_world(crowd(1), seats={FLOW: 10})
    world.plant(
        "UPDATE product SET applies_to = 'Company' WHERE tenant_id = %(tenant)s AND id = %(p)s", p=world.product(FLOW)
    )
    plan = world.propose(Swap(E3, FLOW))
    (reason,) = preview_of.preview(world.tenant, plan).reasons
    assert (reason.reason, reason.subject) == (Reason.COMPANY_PRODUCT, "Microsoft Power Automate Free")
    assert world.inline(Assign(FLOW), 1).verdict.reason is Reason.COMPANY_PRODUCT


@pytest.mark.parametrize("intent", [Swap(E3, E5), Swap(E5, E3), Replace(frozenset({E3, E5})), SetPlans(E5, off=SWAY)])
def test_a_product_the_tenant_does_not_know_is_refused(make_world: Make, intent: Swap) -> None:
    """On either side; no plan is made of it."""
    world = make_world(crowd(1))
    with pytest.raises(BadInput) as refused:
        world.propose(intent, 1)
    assert (refused.value.code, refused.value.details) == ("product_not_owned", {"sku": E5})
    assert world.rows("SELECT id FROM plan WHERE tenant_id = %(tenant)s") == []


# ---- everything


def mixed() -> list[LicenseRow]:
    """Licenses by every path."""
    bought = LicenseRow(PLANNER, SourceKind.PURCHASE, BOUGHT)
    return [*direct(E3, FLOW), *by_group(E3), bought, *unknown(VISIO)]


def make_mixed(make_world: Make) -> World:
    """One with everything, one with a group's alone, one with nothing, one with a direct license."""
    people = [person(1, tuple(mixed())), person(2, by_group(E3)), person(3), person(4, direct(FLOW))]
    purchase = PurchaseRow(BOUGHT, PLANNER, 5, "p00004@contoso.example", 1_600_000_000_000_000)
    return make_world(tenant_rows(people, {E5: 10}, (purchase,)))


def test_unassigning_everything_takes_the_direct_and_names_the_rest(make_world: Make) -> None:
    """Groups, buyers and unknown paths by name, also for who has nothing else; they are skipped, which is no error."""
    world = make_mixed(make_world)
    plan = world.propose(UnassignAll(), 1, 2, 3, 4)
    assert world.steps(plan) == {
        1: ("pending", None),
        2: ("skipped", "not_held"),
        3: ("skipped", "not_held"),
        4: ("pending", None),
    }
    said = lines(world, plan)
    assert said["R-126"] == [(2, {"product": "Microsoft 365 E3", "group": "Alle medewerkers"})]
    assert said["R-127"] == [(1, {"product": "Planner Plan 1", "buyer": "Persoon 00004"})]
    assert said["R-128"] == [(1, {"product": "Visio Plan 2"})]
    world.apply(plan)
    assert held(world, 1) == {(E3, 2, ""), (PLANNER, 3, ""), (VISIO, 4, "")}
    assert (held(world, 4), world.consumed(E3), world.consumed(FLOW)) == (set(), 2, 0)


def test_a_replacement_leaves_what_was_wanted_and_undo_brings_the_rest_back(make_world: Make) -> None:
    """Direct products are those asked for; who has them already is skipped."""
    world = make_mixed(make_world)
    before = world.sources(), world.pools()
    plan = world.propose(Replace(frozenset({FLOW, E5})), 1, 4)
    world.apply(plan)
    assert held(world, 1) == {(E5, 1, ""), (FLOW, 1, ""), (E3, 2, ""), (PLANNER, 3, ""), (VISIO, 4, "")}
    assert held(world, 4) == {(E5, 1, ""), (FLOW, 1, "")}
    again = world.propose(Replace(frozenset({FLOW, E5})), 1, 4)
    assert set(world.steps(again).values()) == {("skipped", "already")}
    world.undo(plan)
    assert (world.sources(), world.pools()) == before


# ---- service plans


def test_service_plans_go_off_and_on_and_the_mailbox_with_them(make_world: Make) -> None:
    """The mailbox plan off starts its grace period, on again ends it; no seat moves, what else is off stays off."""
    world = make_world([person(1, direct(E3, off=SWAY)), person(2, by_group(E3))])
    plan = world.propose(SetPlans(E3, off=frozenset({MAILBOX_PLAN})), 1, 2)
    header = world.apply(plan)
    assert world.steps(plan) == {1: VERIFIED, 2: ("refused", "inherited")}
    assert held(world, 1) == {(E3, 1, ",".join(sorted({SWAY_PLAN, MAILBOX_PLAN})))}
    assert (world.consumed(), header["seats_freed"]) == (2, 0)
    assert [kind for _, kind, _ in world.clocks()] == ["mailbox_purge"]
    assert header["undo_until"] == header["finished_at"] + 30 * DAY
    done = world.inline(SetPlans(E3, on=frozenset({MAILBOX_PLAN})), 1)
    assert done.verdict.outcome is Outcome.READY
    assert (held(world, 1), world.clocks()) == ({(E3, 1, SWAY_PLAN)}, [])


def test_everyone_means_who_holds_the_old_product_directly(make_world: Make) -> None:
    """A swap of everyone chooses by the product that goes, not by the one that comes."""
    world = make_world([person(1, direct(E3)), person(2, direct(E5)), person(3, by_group(E3))], seats={E5: 10})
    plan = world.propose(Swap(E3, E5), who=Who("everyone", E3))
    assert set(world.steps(plan)) == {1}


def test_a_mailbox_plan_of_another_product_keeps_the_mailbox(make_world: Make) -> None:
    """A swap to a product without mailbox, beside one with: nothing of the mailbox is lost."""
    world = make_world([person(1, direct(E3, EXCHANGE_2)), person(2, direct(E3))], seats={VISIO: 5})
    plan = world.propose(Swap(E3, VISIO), 1, 2)
    said = lines(world, plan)
    assert said["R-01"] == [(1, {})]
    assert said["R-07"] == [(1, {"product": "Exchange Online (Plan 2)"})]
    run.discard(world.tenant, plan, world.actor)
    assert world.clocks() == []
