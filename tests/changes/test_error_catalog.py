"""The licensing facts as tables, walked through the doors on a real store: errors and states (2.1 to 2.5), groups (3).

A case's name says which row or bullet it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
import time_machine

from command_line import CommandLine
from licentia.changes import advance, enrich_groups, groups, run
from licentia.changes.preview import preview
from licentia.changes.who import Who
from licentia.domain.facts import AssignmentState, SourceKind
from licentia.domain.instants import DAY, SECOND, from_iso, to_datetime
from licentia.domain.intents import (
    Assign,
    ChangeLicenses,
    ChangeMembers,
    DeleteUser,
    LicenseIntent,
    Replace,
    Reprocess,
    RestoreUser,
    SetGroupLicenses,
    SetPlans,
    Swap,
    Unassign,
)
from licentia.domain.reasons import BadInput, Outcome, Reason, Refused
from licentia.importing.rows import (
    FactFile,
    GroupFacts,
    GroupRow,
    LicenseRow,
    MemberKind,
    MemberRow,
    TenantRows,
    UserRow,
)
from licentia.store.lists import agenda
from licentia.store.lists import groups as group_list
from licentia.wire import errors
from licentia.wire.errors import GRAPH_ERRORS, UNKNOWN_SKU, reason_of_message
from world_store import (
    AUDIO,
    E3,
    E5,
    OWNER,
    STAFF,
    SWAY_PLAN,
    VISIO,
    World,
    by_group,
    crowd,
    direct,
    object_id,
    person,
    tenant_rows,
)

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]

NOW = from_iso("2026-11-25T13:05:09Z")
SALES = "00000000-0000-4000-8000-00000000bbbb"
PHONE = "e43b5b99-8dfb-405f-9987-dc307f34bcbd"
CALLING_1 = "0dab259f-bf13-4952-b7f8-7db8f131b28d"
CALLING_2 = "d3b4fe1f-9992-4930-8acb-ca6ec609365e"
ARCHIVING = "ee02fd1b-340e-4a4b-b355-4a514e4c8943"
FOREIGN = "00000000-dead-4bad-8bad-000000000001"
MAIL_PLAN = "efb87545-963c-4e0d-99df-69c6916d9eb0"
TEAMS_PLAN = "57ff2da0-773e-42df-b2af-ffb7a2317929"
ARCHIVE_PLAN = "176a09a6-7ec5-4039-ac02-b2791c6ba793"
PSTN_1, PSTN_2 = "4ed3ff63-69d7-4fb7-b984-5aec7f605ca8", "5a10155d-f5c1-411a-a8ec-e99aae125390"
SWAY, MAIL = frozenset({SWAY_PLAN}), frozenset({MAIL_PLAN})
ALL_ON: frozenset[str] = frozenset()
ACTIVE, TROUBLED, DISABLED, ERROR, MEMORY = 1, 2, 3, 4, 5

INVALID_LOCATION = "License assignment cannot be done for user with invalid usage location."
NO_SEAT = "Subscription with SKU {} does not have any available licenses."
EXCLUSIVE = f"License assignment failed because service plans {PSTN_1}, {PSTN_2} are mutually exclusive."
DEPENDS = "License assignment failed because service plan {} depends on the service plan(s) {}"
NEEDS_MAIL = DEPENDS.format(ARCHIVE_PLAN, MAIL_PLAN)
NEEDS_TEAMS = DEPENDS.format(
    "3e26ee1f-8a5f-4d52-aee2-b81ce45c8f40", f"{TEAMS_PLAN}, 0feaeb32-d00e-4d66-bd5a-43b5b83db82c"
)
INHERITED = "User license is inherited from a group membership and it cannot be removed directly from the user."
NOT_HELD = "User does not have a corresponding license."
FOR_THE_COMPANY = "License SPE_E5 cannot be assigned to a user."


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    """The machine's clock stands still; a tenant's own time moves only by its own clock."""
    with time_machine.travel(to_datetime(NOW), tick=False):
        yield


# ---- building and reading


def group_row(gives: tuple[str, ...] = (E3,), number: str = STAFF, **how: Any) -> GroupRow:
    """A group that gives these products."""
    return GroupRow(number, f"Groep {number[-4:]}", by_group(*gives, group=number), **how)


def rows_of(people: list[UserRow], *some: GroupRow, seats: Mapping[str, int] | None = None) -> TenantRows:
    """A tenant of these people and groups; products without stated seats have plenty."""
    given = {row.sku_id: 100_000 for group in some for row in group.licenses}
    return replace(tenant_rows(people, given | dict(seats or {})), groups=some or (group_row(),))


def by(world: World, number: str = STAFF) -> int:
    """The group's number in the store."""
    return group_list.find(world.tenant, number).id


def everybody_in(world: World, number: str = STAFF) -> Who:
    """The group's members."""
    return Who("members", str(by(world, number)))


def enter(world: World, *ids: int, number: str = STAFF) -> int:
    """A plan that put these users into the group."""
    plan = world.propose(ChangeMembers(to_group=by(world, number)), *ids)
    world.apply(plan)
    return plan


def leave(world: World, *ids: int, number: str = STAFF) -> int:
    """A plan that took these users out of the group."""
    plan = world.propose(ChangeMembers(from_group=by(world, number)), *ids)
    world.apply(plan)
    return plan


def reprocess(world: World, *ids: int) -> int:
    """A plan that looked again at these users, or at every member of the first group."""
    plan = world.propose(Reprocess(), *ids) if ids else world.propose(Reprocess(by(world)), who=everybody_in(world))
    world.apply(plan)
    return plan


def states(world: World, user: int = 1, kind: SourceKind = SourceKind.GROUP) -> dict[str, tuple[int, str | None]]:
    """By product, (state, error) of the user's licenses of this kind."""
    found = world.rows(
        "SELECT p.sku_id, s.state, s.error FROM source s JOIN product p ON p.tenant_id = s.tenant_id "
        "AND p.id = s.product_id WHERE s.tenant_id = %(tenant)s AND s.user_id = %(u)s AND s.source_kind = %(k)s",
        u=user,
        k=int(kind),
    )
    return {sku: (state, error) for sku, state, error in found}


def entries(world: World, user: int = 1) -> list[tuple[str, int, int, int]]:
    """(product, kind, group or 0, state) of each entry of a user."""
    return sorted((sku, *key, state) for (who, sku, *key), (state, _) in world.sources().items() if who == user)  # type: ignore[misc]


def is_member(world: World, user: int, number: str = STAFF) -> bool:
    """Whether the user is in the group."""
    return user in group_list.members_of(world.tenant, by(world, number), [user])


def trouble(world: World) -> list[tuple[str, int, int, str, int]]:
    """(error, state, group, product, users): what `groups errors` lists."""
    found = group_list.trouble(world.tenant)
    return [(one.error, one.state, one.source_id, one.sku_id, one.users) for one in found]


def rules(world: World, plan: int) -> set[str]:
    """The keys of the rules that a plan's preview cites."""
    return {line.rule.key for line in preview(world.tenant, plan).lines}


def for_the_company(world: World, sku: str) -> None:
    """The product's plans are all for the tenant."""
    world.plant(
        "UPDATE product SET applies_to = 'Company' WHERE tenant_id = %(tenant)s AND id = %(p)s", p=world.product(sku)
    )


def message(reason: Reason | None, subject: str, sku: str) -> str:
    """What Graph says for the reason of a verdict."""
    assert reason is not None
    error = GRAPH_ERRORS[reason]
    assert error is not None
    assert (error.status, error.code, error.is_ours) == (400, "Request_BadRequest", False)
    details = {"sku_id": sku} | errors.details_of(reason, subject)
    text = error.message(**{name: details[name] for name in error.needs})
    assert reason_of_message(text) is reason
    return text


# ---- 2.2: the synchronous refusals

FULL = {E3: 0, E5: 0}
HOLDS_CALLING = direct(PHONE, CALLING_1)

REFUSALS = [
    pytest.param(person(1, usage_location=""), Assign(E3), {}, Reason.LOCATION_MISSING, INVALID_LOCATION,
                 id="2.2 no usage location"),
    pytest.param(person(1, direct(VISIO), usage_location=""), Swap(VISIO, E3), {}, Reason.LOCATION_MISSING,
                 INVALID_LOCATION, id="2.2 no usage location: a swap"),
    pytest.param(person(1), Assign(E3), FULL, Reason.NO_SEATS, NO_SEAT.format(E3), id="2.2 no seat left"),
    pytest.param(person(1, direct(VISIO)), Swap(VISIO, E5), FULL, Reason.NO_SEATS, NO_SEAT.format(E5),
                 id="2.2 no seat left: a swap"),
    pytest.param(person(1, direct(VISIO)), Replace(frozenset({E5})), FULL, Reason.NO_SEATS, NO_SEAT.format(E5),
                 id="2.2 no seat left: a replacement"),
    pytest.param(person(1, HOLDS_CALLING), Assign(CALLING_2), {}, Reason.CONFLICT, EXCLUSIVE, id="2.2 conflicting plans"),
    pytest.param(person(1, HOLDS_CALLING + direct(VISIO)), Swap(VISIO, CALLING_2), {}, Reason.CONFLICT, EXCLUSIVE,
                 id="2.2 conflicting plans: a swap"),
    pytest.param(person(1), Assign(ARCHIVING), {}, Reason.DEPENDENCY, NEEDS_MAIL, id="2.2 missing prerequisite"),
    pytest.param(person(1, direct(E3, off=MAIL)), Assign(ARCHIVING), {}, Reason.DEPENDENCY, NEEDS_MAIL,
                 id="2.2 missing prerequisite: switched off"),
    pytest.param(person(1, direct(E3, AUDIO)), Unassign(E3), {}, Reason.DEPENDENCY, NEEDS_TEAMS,
                 id="2.2 removing a prerequisite"),
    pytest.param(person(1, direct(E3, ARCHIVING)), SetPlans(E3, off=MAIL), {}, Reason.DEPENDENCY, NEEDS_MAIL,
                 id="2.2 removing a prerequisite: its plan only"),
    pytest.param(person(1, direct(E3, ARCHIVING)), Assign(E3, MAIL), {}, Reason.DEPENDENCY, NEEDS_MAIL,
                 id="2.2 removing a prerequisite: by an update"),
    pytest.param(person(1, by_group(E3)), Unassign(E3), {}, Reason.INHERITED, INHERITED,
                 id="2.2 removing an inherited license"),
    pytest.param(person(1, by_group(E3)), Swap(E3, E5), {}, Reason.INHERITED, INHERITED,
                 id="2.2 removing an inherited license: a swap"),
    pytest.param(person(1), Unassign(E3), {}, Reason.NOT_HELD, NOT_HELD, id="2.2 removing what is not held"),
    pytest.param(person(1, direct(VISIO)), Swap(E3, E5), {}, Reason.NOT_HELD, NOT_HELD,
                 id="2.2 removing what is not held: a swap"),
    pytest.param(person(1), Assign(E5), {}, Reason.COMPANY_PRODUCT, FOR_THE_COMPANY, id="2.2 tenant-level SKU"),
    pytest.param(person(1, direct(E3)), Swap(E3, E5), {}, Reason.COMPANY_PRODUCT, FOR_THE_COMPANY,
                 id="2.2 tenant-level SKU: a swap"),
]  # fmt: skip


@pytest.mark.parametrize(("somebody", "intent", "seats", "reason", "text"), REFUSALS)
def test_a_refusal_is_graphs(
    make_world: Make, somebody: UserRow, intent: LicenseIntent, seats: dict[str, int], reason: Reason, text: str
) -> None:
    """LF 2.2: at once and in a plan the same reason, Graph's exact message with GUIDs, and nothing has changed."""
    skus = dict.fromkeys((E5, VISIO, PHONE, CALLING_1, CALLING_2, ARCHIVING), 100)
    world = make_world(rows_of([somebody], seats=skus | seats))
    if reason is Reason.COMPANY_PRODUCT:
        for_the_company(world, E5)
    before = world.sources(), world.pools()
    if reason is Reason.NO_SEATS:
        plan = world.propose(intent, 1)
        for act in (lambda: world.inline(intent, 1), lambda: world.start(plan)):
            with pytest.raises(Refused, match="no_seats") as refused:
                act()
            assert message(Reason.NO_SEATS, "", str(refused.value.details["sku"])) == text
    else:
        verdict = world.inline(intent, 1).verdict
        assert (verdict.reason, message(verdict.reason, verdict.subject, "")) == (reason, text)
        plan = world.propose(intent, 1)
        [(_, user, state, why, _, _, subject, _, _)] = world.judged(plan)
        assert (user, state, why) == (1, "skipped" if reason is Reason.NOT_HELD else "refused", reason)
        assert message(Reason(why), subject, "") == text
    assert (world.sources(), world.pools(), world.journal("license.assign")) == (*before, [])


@pytest.mark.parametrize(
    "intent",
    [
        pytest.param(Assign(FOREIGN), id="2.2 unknown SKU: add"),
        pytest.param(Unassign(FOREIGN), id="2.2 unknown SKU: remove"),
        pytest.param(Swap(E3, FOREIGN), id="2.2 unknown SKU: the new one of a swap"),
        pytest.param(Swap(FOREIGN, E3), id="2.2 unknown SKU: the old one of a swap"),
        pytest.param(Replace(frozenset({E3, FOREIGN})), id="2.2 unknown SKU: one of a replacement"),
        pytest.param(SetPlans(FOREIGN, off=SWAY), id="2.2 unknown SKU: its plans"),
        pytest.param(ChangeLicenses(((FOREIGN, ALL_ON),), frozenset({E3})), id="2.2 unknown SKU: addLicenses"),
        pytest.param(ChangeLicenses(((E5, ALL_ON),), frozenset({FOREIGN})), id="2.2 unknown SKU: removeLicenses"),
    ],
)
def test_a_product_that_the_tenant_has_not_is_no_valid_license(make_world: Make, intent: LicenseIntent) -> None:
    """LF 2.2: bad input at both doors, before anything is written; Graph's message names the SKU."""
    world = make_world(crowd(1))
    for act in (lambda: world.inline(intent, 1), lambda: world.propose(intent, 1)):
        with pytest.raises(BadInput, match="product_not_owned") as wrong:
            act()
        text = UNKNOWN_SKU.message(sku_id=str(wrong.value.details["sku"]))
        assert text == f"License {FOREIGN} does not correspond to a valid company License."
    assert world.journal("plan.propose") == []


def test_a_group_cannot_be_given_a_product_that_the_tenant_has_not(make_world: Make) -> None:
    """LF 2.2, unknown SKU: at the group's door too."""
    world = make_world(crowd(1))
    intent = SetGroupLicenses(by(world), add=((E3, ALL_ON), (FOREIGN, ALL_ON)))
    with pytest.raises(BadInput, match="product_not_owned"):
        world.propose(intent, who=everybody_in(world))


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("assign SPE_E3 --user p00002@contoso.example --without", id="2.2 plan not in the SKU: add"),
        pytest.param(
            "swap --from SPE_E3 --to SPE_E5 --user p00001@contoso.example --without",
            id="2.2 plan not in the SKU: a swap",
        ),
        pytest.param(
            "service-plans set SPE_E3 --user p00001@contoso.example --off", id="2.2 plan not in the SKU: update"
        ),
        pytest.param(f"groups licenses {STAFF} --add SPE_E3 --off", id="2.2 plan not in the SKU: a group"),
    ],
)
@pytest.mark.parametrize("plan", [FOREIGN, PSTN_1], ids=["of no product", "of another product"])
def test_a_plan_that_the_product_has_not(
    make_world: Make, monkeypatch: pytest.MonkeyPatch, words: str, plan: str
) -> None:
    """LF 2.2: rejected where it is asked for, by GUID too, and nothing has changed."""
    world = make_world(rows_of([person(1, direct(E3)), person(2)], seats={E5: 5}))
    before = world.sources(), world.journal("plan.propose")
    said = CommandLine(world.store, monkeypatch).run(*words.split(), plan, "--tenant", "Contoso", "--yes")
    assert (said.status, plan in said.err) == (2, True)
    assert (world.sources(), world.journal("plan.propose"), group_list.licenses(world.tenant, [1])) == (
        *before,
        {1: [(E3, "")]},
    )


FOREIGN_PLANS = frozenset({"00000000-dead-4bad-8bad-000000000002"})


@pytest.mark.parametrize(
    "intent",
    [
        Assign(E3, FOREIGN_PLANS),
        Swap(E3, E5, FOREIGN_PLANS),
        SetPlans(E3, off=FOREIGN_PLANS),
        SetPlans(E3, on=FOREIGN_PLANS),
        ChangeLicenses(((E5, FOREIGN_PLANS),)),
    ],
)
def test_a_plan_that_is_not_in_the_product_is_refused_by_the_doors(make_world: Make, intent: LicenseIntent) -> None:
    """LF 2.2, the last row: nothing is guessed and nothing is stored."""
    world = make_world([person(1, direct(E3))], seats={E5: 5})
    for ask in (lambda: world.inline(intent, 1), lambda: world.propose(intent, 1)):
        with pytest.raises(BadInput, match="unknown_plan"):
            ask()
    licenses = SetGroupLicenses(1, add=((E5, FOREIGN_PLANS),))
    with pytest.raises(BadInput, match="unknown_plan"):
        world.propose(licenses, who=Who("members", "1"))


# ---- 2.2: the same conditions through a group

GROUPED = [
    pytest.param(person(1, usage_location=""), (E3,), {}, {E3: (ACTIVE, None)}, None, "",
                 id="2.2 no usage location: the tenant's country instead"),
    pytest.param(person(1), (E3,), {E3: 0}, {E3: (ERROR, "CountViolation")}, Reason.NO_SEATS, NO_SEAT.format(E3),
                 id="2.2 CountViolation"),
    pytest.param(person(1, HOLDS_CALLING), (CALLING_2, PHONE), {},
                 {CALLING_2: (ERROR, "MutuallyExclusiveViolation"), PHONE: (ERROR, "Other")}, Reason.CONFLICT, EXCLUSIVE,
                 id="2.2 MutuallyExclusiveViolation"),
    pytest.param(person(1), (ARCHIVING,), {}, {ARCHIVING: (ERROR, "DependencyViolation")}, Reason.DEPENDENCY, NEEDS_MAIL,
                 id="2.2 DependencyViolation: missing prerequisite"),
    pytest.param(person(1), (E3, VISIO), {VISIO: 0}, {E3: (ERROR, "Other"), VISIO: (ERROR, "CountViolation")},
                 Reason.NO_SEATS, NO_SEAT.format(VISIO), id="2.2 Other: a sibling failed"),
    pytest.param(person(1), (E3, E5), {}, {E3: (ERROR, "Other"), E5: (ERROR, "Other")}, Reason.COMPANY_PRODUCT,
                 FOR_THE_COMPANY, id="2.2 tenant-level SKU in a group"),
]  # fmt: skip


@pytest.mark.parametrize(("somebody", "gives", "seats", "after", "reason", "text"), GROUPED)
def test_through_a_group_the_condition_is_stored(
    make_world: Make,
    somebody: UserRow,
    gives: tuple[str, ...],
    seats: dict[str, int],
    after: dict[str, tuple[int, str | None]],
    reason: Reason | None,
    text: str,
) -> None:
    """LF 2.2: the caller hears of nothing, the state has the table's error, and the step fails with what was previewed."""
    world = make_world(rows_of([somebody], group_row(gives), seats=dict.fromkeys((PHONE, CALLING_1), 9) | seats))
    if reason is Reason.COMPANY_PRODUCT:
        for_the_company(world, E5)
    used = world.pools()
    plan = world.propose(ChangeMembers(to_group=by(world)), 1)
    foreseen_reasons = [one.reason for one in preview(world.tenant, plan).reasons]
    assert foreseen_reasons == ([] if reason is None else [reason])
    world.apply(plan)
    assert states(world) == after
    assert is_member(world, 1)
    assert trouble(world) == sorted(
        (error, state, by(world), sku, 1) for sku, (state, error) in after.items() if error is not None
    )
    if reason is None:
        assert world.steps(plan) == {1: ("verified", None)}
        return
    assert world.steps(plan) == {1: ("failed", reason)}
    [(_, _, _, _, _, _, subject, _, _)] = world.judged(plan)
    product = subject if reason in (Reason.NO_SEATS, Reason.COMPANY_PRODUCT) else ""
    assert message(reason, subject, product) == text
    assert world.pools() == used


@pytest.mark.parametrize(
    ("addon", "remove", "text"),
    [
        pytest.param(AUDIO, True, NEEDS_TEAMS, id="2.2 DependencyViolation on removal: left the group"),
        pytest.param(ARCHIVING, True, NEEDS_MAIL, id="2.2 DependencyViolation on removal: another add-on"),
        pytest.param(ARCHIVING, False, NEEDS_MAIL, id="2.2 DependencyViolation on removal: a plan switched off"),
    ],
)
def test_a_removal_through_a_group_can_fail_too(make_world: Make, addon: str, remove: bool, text: str) -> None:
    """LF 2.2: held still, in error; the same text with GUIDs; both can go together."""
    world = make_world(rows_of([person(1, by_group(E3) + direct(addon))]))
    if remove:
        plan = leave(world, 1)
    else:
        plan = world.propose(SetGroupLicenses(by(world), add=((E3, MAIL),)), who=everybody_in(world))
        world.apply(plan)
    assert states(world) == {E3: (TROUBLED, "DependencyViolation")}
    assert world.steps(plan) == {1: ("failed", "dependency")}
    assert message(Reason.DEPENDENCY, world.judged(plan)[0][6], "") == text
    assert world.consumed() == 1
    world.unassign(1, sku=addon)
    reprocess(world, 1)
    assert states(world) == ({} if remove else {E3: (ACTIVE, None)})
    assert world.consumed() == (0 if remove else 1)


@pytest.mark.parametrize("error", ["ProhibitedInUsageLocationViolation", "UniquenessViolation"])
@pytest.mark.parametrize("state", [AssignmentState.ERROR, AssignmentState.ACTIVE_WITH_ERROR])
def test_an_error_of_which_the_cause_is_out_of_sight(make_world: Make, error: str, state: AssignmentState) -> None:
    """LF 2.2, not offered in the country and address clash: kept as read, listed, tried again only on reprocess."""
    licenses = (LicenseRow(E3, SourceKind.GROUP, STAFF, state=state, error=error),)
    world = make_world(rows_of([person(1, licenses)], seats={VISIO: 5}))
    held = int(state.holds)
    world.inline(Assign(VISIO), 1)
    advance.set_clock(world.tenant, NOW + 40 * DAY, world.actor)
    assert states(world) == {E3: (int(state), error)}
    assert trouble(world) == [(error, int(state), by(world), E3, 1)]
    assert [one.error for one in group_list.troubled(world.tenant)] == [error]
    assert world.consumed() == held
    plan = reprocess(world)
    assert "group_unchecked" in rules(world, plan)
    assert states(world) == {E3: (ACTIVE, None)}
    assert (trouble(world), world.consumed()) == ([], 1)


# ---- 2.1: one request


@pytest.mark.parametrize(
    ("plans", "off"),
    [
        pytest.param(MAIL, MAIL, id="2.1 an update replaces the list"),
        pytest.param(ALL_ON, ALL_ON, id="2.1 omitted means everything on"),
        pytest.param(SWAY | MAIL, SWAY | MAIL, id="2.1 to add one, send the union"),
    ],
)
def test_an_update_replaces_the_disabled_plans(make_world: Make, plans: frozenset[str], off: frozenset[str]) -> None:
    """LF 2.1: there is no merge; no seat moves."""
    world = make_world(rows_of([person(1, direct(E3, off=SWAY))]))
    world.inline(Assign(E3, plans), 1)
    assert list(world.sources().values()) == [(ACTIVE, ",".join(sorted(off)))]
    assert world.consumed() == 1


def test_inherited_and_added_are_two_entries_and_one_seat(make_world: Make) -> None:
    """LF 2.1: the second is direct, also when no seat is left; a removal takes only that one and changes nothing else."""
    world = make_world(rows_of([person(1, by_group(E3))], seats={E3: 1}))
    world.inline(Assign(E3), 1)
    assert [kind for _, kind, _, _ in entries(world)] == [SourceKind.DIRECT, SourceKind.GROUP]
    assert world.consumed() == 1
    removed = world.inline(Unassign(E3), 1)
    assert [kind for _, kind, _, _ in entries(world)] == [SourceKind.GROUP]
    assert (world.consumed(), removed.undo_until, world.clocks()) == (1, None, [])
    assert {said.rule for said in removed.verdict.consequences} == {"stays_held"}


def test_one_request_removes_one_product_and_adds_another(make_world: Make) -> None:
    """LF 2.1: the only safe swap: one transaction, no clock; when one half fails nothing of it has happened."""
    world = make_world(rows_of(crowd(2), seats={E5: 1}))
    world.inline(Swap(E3, E5), 1)
    assert [sku for sku, *_ in entries(world)] == [E5]
    segments = world.rows(
        "SELECT kind, segment_id FROM journal WHERE tenant_id = %(tenant)s AND object_kind = 'user' ORDER BY kind"
    )
    assert [kind for kind, _ in segments] == ["license.assign", "license.unassign"]
    assert len({segment for _, segment in segments}) == 1
    assert world.clocks() == []
    with pytest.raises(Refused, match="no_seats"):
        world.inline(Swap(E3, E5), 2)
    assert [sku for sku, *_ in entries(world, 2)] == [E3]
    assert (world.consumed(), world.consumed(E5), world.clocks()) == (1, 1, [])


# ---- 2.3: states


def test_a_new_membership_that_is_applied_is_active(make_world: Make) -> None:
    """LF 2.3, Active: held, with a seat, no error."""
    world = make_world(rows_of([person(1)]))
    enter(world, 1)
    assert states(world) == {E3: (ACTIVE, None)}
    assert (world.consumed(), trouble(world)) == (1, [])


@pytest.mark.parametrize("whom", [(1,), ()], ids=["2.3 Error: reprocess a user", "2.3 Error: reprocess a group"])
def test_one_that_could_not_be_applied_keeps_its_intent(make_world: Make, whom: tuple[int, ...]) -> None:
    """LF 2.3, Error: not held, no seat; neither a free seat nor time nor a direct change tries again, a reprocess does."""
    world = make_world(rows_of([person(1), person(2, direct(E3))], seats={E3: 1, VISIO: 5}))
    enter(world, 1)
    error = {E3: (ERROR, "CountViolation")}
    assert (states(world), world.consumed()) == (error, 1)
    assert world.inline(SetPlans(E3, off=SWAY), 1).verdict.reason is Reason.NOT_HELD
    world.unassign(2)
    world.inline(Assign(VISIO), 1)
    advance.set_clock(world.tenant, NOW + 400 * DAY, world.actor)
    assert (states(world), world.consumed()) == (error, 0)
    plan = reprocess(world, *whom)
    assert world.steps(plan) == {1: ("verified", None)}
    assert (states(world), world.consumed()) == ({E3: (ACTIVE, None)}, 1)


def test_one_that_is_held_after_a_failed_removal(make_world: Make) -> None:
    """LF 2.3, ActiveWithError: the entry names the old group although the user has left; its seat is in use."""
    world = make_world(rows_of([person(1, by_group(E3) + direct(AUDIO)), person(2)], seats={E3: 1}))
    leave(world, 1)
    assert entries(world) == [(E3, SourceKind.GROUP, by(world), TROUBLED), (AUDIO, SourceKind.DIRECT, 0, ACTIVE)]
    assert not is_member(world, 1)
    assert trouble(world) == [("DependencyViolation", TROUBLED, by(world), E3, 1)]
    with pytest.raises(Refused, match="no_seats"):
        world.inline(Assign(E3), 2)
    assert world.inline(Unassign(E3), 1).verdict.reason is Reason.INHERITED
    enter(world, 1)
    assert states(world) == {E3: (ACTIVE, None)}


def test_a_disabled_one_stays_disabled(make_world: Make) -> None:
    """LF 2.3, Disabled: read from outside, its seat in use; what triggers it is not known, so nothing here ends it."""
    licenses = (LicenseRow(E3, SourceKind.GROUP, STAFF, state=AssignmentState.DISABLED),)
    world = make_world(rows_of([person(1, licenses)]))
    assert world.consumed() == 1
    assert world.steps(reprocess(world)) == {1: ("skipped", "already")}
    assert states(world) == {E3: (DISABLED, None)}
    leave(world, 1)
    assert (states(world), world.consumed()) == ({}, 0)


def test_direct_and_two_groups_are_three_entries_and_one_seat(make_world: Make) -> None:
    """LF 2.3: each goes by itself and is gone without a trace in the entries; the journal has the instant of removal."""
    some = group_row(), group_row(number=SALES)
    world = make_world(rows_of([person(1, direct(E3) + by_group(E3) + by_group(E3, group=SALES))], *some))
    assert (len(entries(world)), world.consumed()) == (3, 1)
    leave(world, 1)
    assert (len(entries(world)), world.consumed()) == (2, 1)
    world.inline(Unassign(E3), 1)
    assert (len(entries(world)), world.consumed(), world.clocks()) == (1, 1, [])
    advance.set_clock(world.tenant, NOW + 3 * DAY, world.actor)
    leave(world, 1, number=SALES)
    assert (entries(world), world.consumed()) == ([], 0)
    assert [(at, json.loads(before)["id"]) for at, _, before, _ in world.journal("license.unassign")] == [
        (NOW, by(world)),
        (NOW, 0),
        (NOW + 3 * DAY, by(world, SALES)),
    ]
    assert {at for _, kind, at in world.clocks() if kind == "mailbox_purge"} == {NOW + 33 * DAY}


OFF_DIRECTLY = direct(E3, off=MAIL)
OFF_BY_GROUP = (LicenseRow(E3, SourceKind.GROUP, STAFF, MAIL),)
IN_ERROR = (LicenseRow(E3, SourceKind.GROUP, STAFF, state=AssignmentState.ERROR, error="UniquenessViolation"),)


@pytest.mark.parametrize(
    ("licenses", "acts", "is_lost"),
    [
        pytest.param(OFF_DIRECTLY + by_group(E3), leave, True, id="2.3 on by the group only: it goes with the group"),
        pytest.param(direct(E3) + OFF_BY_GROUP, leave, False, id="2.3 on directly: it stays without the group"),
        pytest.param(OFF_DIRECTLY + OFF_BY_GROUP, leave, False, id="2.3 off in both: it was never on"),
        pytest.param(
            direct(E3) + OFF_BY_GROUP, World.unassign, True, id="2.3 on directly only: it goes with the direct one"
        ),
        pytest.param(direct(E3) + by_group(E3), World.unassign, False, id="2.3 on in both: it stays by the group"),
        pytest.param(direct(E3) + IN_ERROR, World.unassign, True, id="2.3 an entry in error is no active source"),
    ],
)
def test_a_plan_is_on_where_any_active_source_has_it_on(
    make_world: Make, licenses: tuple[LicenseRow, ...], acts: Callable[[World, int], int], is_lost: bool
) -> None:
    """LF 2.3: effective disabledPlans are the intersection over the active sources, seen in what becomes of the mailbox."""
    gives = GroupRow(STAFF, "Staff", tuple(one for one in licenses if one.source_ref))
    world = make_world(rows_of([person(1, licenses)], gives))
    acts(world, 1)
    assert ("mailbox_purge" in {kind for _, kind, _ in world.clocks()}) is is_lost


# ---- 2.4: seats

TWO_GROUPS = by_group(E3) + by_group(E3, group=SALES)


@pytest.mark.parametrize(
    ("licenses", "seats"),
    [
        pytest.param(direct(E3) + TWO_GROUPS, (1, 0), id="2.4 one per user and SKU, however many sources"),
        pytest.param(OFF_DIRECTLY + TWO_GROUPS, (1, 0), id="2.4 other plans on: still one"),
        pytest.param(IN_ERROR, (0, 0), id="2.4 Error takes none"),
        pytest.param(
            (replace(IN_ERROR[0], state=AssignmentState.ACTIVE_WITH_ERROR),), (1, 0), id="2.4 ActiveWithError takes one"
        ),
        pytest.param(direct(E3, E5), (1, 1), id="2.4 E3 and E5: one of each"),
    ],
)
def test_seats_in_use(make_world: Make, licenses: tuple[LicenseRow, ...], seats: tuple[int, int]) -> None:
    """LF 2.4: counted so, given back so when the user is deleted, and taken so again on restore."""
    world = make_world(rows_of([person(1, licenses)], group_row(), group_row(number=SALES), seats={E5: 5}))
    assert (world.consumed(), world.consumed(E5)) == seats
    world.apply(world.propose(DeleteUser(), 1))
    assert (world.consumed(), world.consumed(E5)) == (0, 0)
    world.apply(world.propose(RestoreUser(), 1))
    after = (1, 0) if licenses is IN_ERROR else seats  # a restored user's groups are followed anew
    assert (world.consumed(), world.consumed(E5)) == after


# ---- 2.5: deletes and restores


def test_a_deletion_frees_seats_at_once_and_remembers(make_world: Make) -> None:
    """LF 2.5: the seat goes to another in the same second; what was held is remembered; in time all of it returns."""
    world = make_world(rows_of([person(1, direct(E3) + by_group(E3)), person(2)], seats={E3: 1}))
    world.inline(DeleteUser(), 1)
    assert {state for *_, state in entries(world)} == {MEMORY}
    world.inline(Assign(E3), 2)
    world.inline(Unassign(E3), 2)
    advance.set_clock(world.tenant, NOW + 30 * DAY - SECOND, world.actor)
    world.inline(RestoreUser(), 1)
    assert [(kind, state) for _, kind, _, state in entries(world)] == [(1, ACTIVE), (2, ACTIVE)]
    assert is_member(world, 1)
    assert (world.consumed(), [one for one in world.clocks() if one[0] == 1]) == (1, [])


@pytest.mark.parametrize(
    ("licenses", "rule", "after"),
    [
        pytest.param(direct(E3), "license_not_back", [], id="2.5 restored without a seat: direct"),
        pytest.param(
            by_group(E3), "group_no_seat", [(E3, 2, 1, ERROR)], id="2.5 restored without a seat: by group, in error"
        ),
    ],
)
def test_restored_without_a_seat(
    make_world: Make, licenses: tuple[LicenseRow, ...], rule: str, after: list[tuple[str, int, int, int]]
) -> None:
    """LF 2.5: the user is back and the license is not; the preview said so; a group keeps its intent."""
    world = make_world(rows_of([person(1, licenses), person(2)], seats={E3: 1}))
    world.inline(DeleteUser(), 1)
    world.inline(Assign(E3), 2)
    plan = world.propose(RestoreUser(), 1)
    assert rule in rules(world, plan)
    world.apply(plan)
    assert world.steps(plan) == {1: ("verified", None)}
    assert (entries(world), world.consumed()) == (after, 1)


@pytest.mark.parametrize(
    ("kind", "days"),
    [
        pytest.param("microsoft365", 30, id="2.5 Microsoft 365 group: thirty days"),
        pytest.param("security", 0, id="2.5 security group: gone at once"),
    ],
)
def test_a_deleted_group(make_world: Make, kind: str, days: int) -> None:
    """LF 2.5, 3: refused while it gives licenses; then soft until the second before thirty days, or hard."""
    world = make_world(rows_of([person(1, by_group(E3))], group_row(kind=kind)))
    number = by(world)
    with pytest.raises(Refused, match="group_has_licenses"):
        groups.delete_group(world.tenant, number, world.actor)
    world.apply(world.propose(SetGroupLicenses(number, frozenset({E3})), who=everybody_in(world)))
    groups.delete_group(world.tenant, number, world.actor)
    if not days:
        with pytest.raises(BadInput, match="unknown_group"):
            groups.restore_group(world.tenant, number, world.actor)
        return
    advance.set_clock(world.tenant, NOW + days * DAY - SECOND, world.actor)
    groups.restore_group(world.tenant, number, world.actor)
    assert is_member(world, 1)
    again = groups.delete_group(world.tenant, number, world.actor)
    assert again.restorable_until == NOW + 2 * days * DAY - SECOND
    advance.set_clock(world.tenant, again.restorable_until, world.actor)
    with pytest.raises(BadInput, match="unknown_group"):
        groups.restore_group(world.tenant, number, world.actor)


# ---- 3: groups


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({}, id="3 works on cloud security groups"),
        pytest.param({"is_synced": True}, id="3 works on synced groups"),
        pytest.param({"membership_rule": "user.city -eq 'Delft'"}, id="3 works on dynamic groups"),
        pytest.param({"kind": "microsoft365"}, id="3 works on Microsoft 365 groups"),
    ],
)
def test_groups_that_give_licenses(make_world: Make, how: dict[str, Any]) -> None:
    """LF 3: their licenses are changed here whoever decides on the members."""
    world = make_world(rows_of([person(1, by_group(E3))], group_row(**how), seats={VISIO: 5}))
    world.apply(
        world.propose(SetGroupLicenses(by(world), frozenset({E3}), ((VISIO, ALL_ON),)), who=everybody_in(world))
    )
    assert states(world) == {VISIO: (ACTIVE, None)}


def test_a_distribution_list_gives_no_licenses(make_world: Make) -> None:
    """LF 3: it is not security enabled."""
    world = make_world(rows_of([person(1)], group_row((), kind="distribution")))
    with pytest.raises(Refused, match="group_mail"):
        world.propose(SetGroupLicenses(by(world), add=((E3, ALL_ON),)), who=everybody_in(world))


def test_members_of_a_group_in_a_group_get_nothing(make_copy: Make) -> None:
    """LF 3, nested groups are not supported: the plan and what follows are about direct members only."""
    world = make_copy([person(1), person(2), person(3, direct(E3, VISIO))])
    every = frozenset({"group", "display_name", "licenses"})
    known = [
        GroupFacts(2, STAFF, "Outer", "security", "", False, ()),
        GroupFacts(3, SALES, "Inner", "security", "", False),
    ]
    enrich_groups.import_groups(world.tenant, FactFile("groups-json", (), every, lambda: iter(known)), OWNER)
    found = [
        MemberRow(2, STAFF, MemberKind.USER, object_id=object_id(1)),
        MemberRow(3, STAFF, MemberKind.GROUP, object_id=SALES),
        MemberRow(4, SALES, MemberKind.USER, object_id=object_id(2)),
    ]
    done = enrich_groups.import_members(world.tenant, FactFile("members-json", (), every, lambda: iter(found)), OWNER)
    assert (done.rows, done.nested) == (2, 1)
    plan = world.propose(SetGroupLicenses(by(world), add=((VISIO, ALL_ON),)), who=everybody_in(world))
    world.apply(plan)
    one, two = world.user(1), world.user(2)
    assert set(world.steps(plan)) == {one}
    assert (states(world, one), states(world, two)) == ({VISIO: (ACTIVE, None)}, {})


def test_licenses_follow_later(make_world: Make) -> None:
    """LF 3, asynchronous: first the membership is there, and then, when the tenant's own time passes, the license."""
    world = make_world(rows_of(crowd(2, ())))
    plan = world.propose(ChangeMembers(to_group=by(world)), 1, 2)
    world.start(plan)
    stops = iter([False, True])
    run.run(world.tenant, plan, world.actor, should_stop=lambda: next(stops))
    assert (is_member(world, 1), states(world), world.consumed()) == (True, {}, 0)
    assert list(agenda.moments(world.tenant)) == ["group"]
    advance.advance(world.tenant)
    assert (states(world), world.consumed()) == ({E3: (ACTIVE, None)}, 2)
    assert agenda.moments(world.tenant) == {}


def test_all_or_nothing_per_user_and_group(make_world: Make) -> None:
    """LF 3: one seat of Visio for two: the first has all of the group, the second nothing of it; another group gives on."""
    world = make_world(rows_of(crowd(2, ()), group_row((E3, VISIO)), group_row((E5,), SALES), seats={VISIO: 1}))
    enter(world, 1, 2, number=SALES)
    enter(world, 1, 2)
    assert states(world, 1) == {E3: (ACTIVE, None), VISIO: (ACTIVE, None), E5: (ACTIVE, None)}
    assert states(world, 2) == {E3: (ERROR, "Other"), VISIO: (ERROR, "CountViolation"), E5: (ACTIVE, None)}
    assert (world.consumed(), world.consumed(VISIO), world.consumed(E5)) == (1, 1, 2)


@pytest.mark.parametrize("location", ["", "CL"])
def test_the_tenants_country_where_there_is_no_location(make_world: Make, location: str) -> None:
    """LF 3: given all the same, said so, and the user's own value is never overwritten."""
    world = make_world(rows_of([person(1, usage_location=location)]))
    plan = enter(world, 1)
    assert states(world) == {E3: (ACTIVE, None)}
    assert ("group_location" in rules(world, plan)) is (location == "")
    assert world.rows("SELECT usage_location FROM users WHERE tenant_id = %(tenant)s") == [(location,)]
    assert world.inline(Assign(E3), 1).verdict.reason is (Reason.LOCATION_MISSING if not location else None)


def test_freeing_seats_does_not_try_again(make_world: Make) -> None:
    """LF 3, failures are stored on the user and never reported to the caller; intent is kept; reprocess tries again."""
    world = make_world(rows_of([person(1), person(2, direct(E3))], seats={E3: 1}))
    plan = enter(world, 1)
    assert world.header(plan)["state"] == "applied_with_errors"
    world.unassign(2)
    advance.advance(world.tenant)
    assert states(world) == {E3: (ERROR, "CountViolation")}
    assert world.rows("SELECT 1 FROM group_queue WHERE tenant_id = %(tenant)s") == []
    reprocess(world)
    assert states(world) == {E3: (ACTIVE, None)}


@pytest.mark.parametrize(
    "intent",
    [
        pytest.param(Unassign(E3), id="3 inherited: not removed on the user"),
        pytest.param(SetPlans(E3, off=SWAY), id="3 inherited: not edited on the user"),
        pytest.param(Swap(E3, E5), id="3 inherited: not swapped on the user"),
    ],
)
def test_inherited_ones_are_the_groups(make_world: Make, intent: LicenseIntent) -> None:
    """LF 3: refused beside the group's; with a direct one it is that which changes, and the inherited one is as it was."""
    world = make_world(rows_of([person(1, by_group(E3)), person(2, by_group(E3) + direct(E3))], seats={E5: 5}))
    verdict = world.inline(intent, 1).verdict
    assert (verdict.reason, verdict.subject) == (Reason.INHERITED, str(by(world)))
    kept = {key: value for key, value in world.sources().items() if key[2] == SourceKind.GROUP}
    assert world.inline(intent, 2).verdict.outcome is Outcome.READY
    assert {key: value for key, value in world.sources().items() if key[2] == SourceKind.GROUP} == kept


def test_two_groups_that_give_the_same_at_once(make_world: Make) -> None:
    """LF 3: both changed before anybody follows: no error, two entries, one seat."""
    world = make_world(rows_of(crowd(1, ()), group_row(()), group_row((), SALES), seats={E3: 1}))
    for number in (STAFF, SALES):
        enter(world, 1, number=number)
    for number in (STAFF, SALES):
        intent = SetGroupLicenses(by(world, number), add=((E3, ALL_ON),))
        plan = world.propose(intent, who=everybody_in(world, number))
        world.start(plan)
        stops = iter([False, True])
        run.run(world.tenant, plan, world.actor, should_stop=lambda stops=stops: next(stops))  # type: ignore[misc]
    assert entries(world) == []
    advance.advance(world.tenant)
    assert [(sku, state) for sku, _, _, state in entries(world)] == [(E3, ACTIVE)] * 2
    assert (world.consumed(), trouble(world)) == (1, [])


def test_leaving_the_group_removes_the_license(make_world: Make) -> None:
    """LF 3: at once and for the services' own days: there is no number of days for the removal itself."""
    world = make_world(rows_of([person(1, by_group(E3))]))
    plan = leave(world, 1)
    assert (entries(world), world.consumed()) == ([], 0)
    assert {kind: (at - NOW) // DAY for _, kind, at in world.clocks()} == {
        "mailbox_purge": 30,
        "drive_readonly": 60,
        "drive_archive": 93,
    }
    assert world.header(plan)["undo_until"] == NOW + 30 * DAY


def test_moving_gives_the_new_one_first_or_both_at_once(make_world: Make) -> None:
    """LF 3: enter, be active, leave: no mailbox is ever without a plan; in one plan too."""
    world = make_world(rows_of(crowd(2, by_group(E3)), group_row(), group_row((E5,), SALES)))
    enter(world, 1, number=SALES)
    assert states(world) == {E3: (ACTIVE, None), E5: (ACTIVE, None)}
    leave(world, 1)
    world.apply(world.propose(ChangeMembers(by(world), by(world, SALES)), 2))
    assert (states(world), states(world, 2), world.clocks()) == ({E5: (ACTIVE, None)}, {E5: (ACTIVE, None)}, [])


def test_moving_between_groups_that_exclude_each_other(make_world: Make) -> None:
    """LF 3: the new one is in error until the old one is gone and somebody reprocesses; both at once it is active."""
    held = by_group(PHONE, CALLING_1)
    some = group_row((PHONE, CALLING_1)), group_row((PHONE, CALLING_2), SALES)
    world = make_world(rows_of(crowd(2, held), *some))
    enter(world, 1, number=SALES)
    assert states(world)[CALLING_2] == (ERROR, "MutuallyExclusiveViolation")
    leave(world, 1)
    reprocess(world, 1)
    world.apply(world.propose(ChangeMembers(by(world), by(world, SALES)), 2))
    for user in (1, 2):
        assert states(world, user) == {PHONE: (ACTIVE, None), CALLING_2: (ACTIVE, None)}


def test_an_add_on_needs_its_prerequisite_in_the_same_group(make_world: Make) -> None:
    """LF 3: that the user has it directly does not help; no group is made so here; beside it, both are given."""
    world = make_world(rows_of([person(1, direct(E3))], group_row((ARCHIVING,)), group_row((), SALES)))
    enter(world, 1)
    assert states(world) == {ARCHIVING: (ERROR, "DependencyViolation")}
    alone = SetGroupLicenses(by(world, SALES), add=((ARCHIVING, ALL_ON),))
    with pytest.raises(Refused, match="group_prerequisite"):
        world.propose(alone, who=everybody_in(world, SALES))
    world.apply(world.propose(SetGroupLicenses(by(world), add=((E3, ALL_ON),)), who=everybody_in(world)))
    assert states(world) == {E3: (ACTIVE, None), ARCHIVING: (ACTIVE, None)}


def test_deleting_a_licensed_group_with_dependent_direct_licenses(make_world: Make) -> None:
    """LF 3: in error until the dependency is solved and reprocessed; only then the group can go."""
    world = make_world(rows_of([person(1, by_group(E3) + direct(AUDIO))]))
    number = by(world)
    world.apply(world.propose(SetGroupLicenses(number, frozenset({E3})), who=everybody_in(world)))
    assert states(world) == {E3: (TROUBLED, "DependencyViolation")}
    with pytest.raises(Refused, match="group_in_use"):
        groups.delete_group(world.tenant, number, world.actor)
    world.unassign(1, sku=AUDIO)
    reprocess(world)
    groups.delete_group(world.tenant, number, world.actor)
    assert (entries(world), world.consumed()) == ([], 0)


def test_a_rule_for_a_group_that_gives_licenses(make_world: Make) -> None:
    """LF 3, converting a static group empties it: refused while somebody would lose a license by it."""
    world = make_world(rows_of([person(1, by_group(E3))]))
    for rule in ("user.city -eq 'Delft'", "user.city -eq 'Leiden'"):
        with pytest.raises(Refused, match="group_rule_empties"):
            groups.update_group(world.tenant, by(world), world.actor, membership_rule=rule)
        world.plant("UPDATE user_group SET membership_rule = 'user.city -eq 1' WHERE tenant_id = %(tenant)s")
    assert is_member(world, 1)


def test_the_audit_says_who_set_and_who_followed(make_world: Make) -> None:
    """LF 3, audit: the group's license by whoever set it, each user's by the tenant itself, of one plan."""
    world = make_world(rows_of([person(1, by_group(E3))], seats={VISIO: 1}))
    plan = world.propose(SetGroupLicenses(by(world), add=((VISIO, ALL_ON),)), who=everybody_in(world))
    world.apply(plan)
    found = world.rows(
        "SELECT j.kind, s.door, s.actor_kind, s.plan_id FROM journal j JOIN segment s ON s.tenant_id = j.tenant_id "
        "AND s.id = j.segment_id WHERE j.tenant_id = %(tenant)s AND j.kind IN ('group.licenses', 'license.assign') "
        "ORDER BY j.seq"
    )
    assert found == [("group.licenses", "apply", world.actor.kind, plan), ("license.assign", "advance", "system", plan)]
