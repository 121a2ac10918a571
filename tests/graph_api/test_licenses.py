"""assignLicense: every refusal of licensing-facts 2.2 letter for letter, and what 2.1 says of disabled plans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from graph_calls import Graph
from licentia import worker
from world_store import AUDIO, E3, World, build, by_group, direct, object_id, person, tenant_rows

if TYPE_CHECKING:
    from database import Store

TEAMS = "57ff2da0-773e-42df-b2af-ffb7a2317929"
EXCHANGE = "efb87545-963c-4e0d-99df-69c6916d9eb0"
NOWHERE = "11111111-2222-4333-8444-555555555555"
E5 = "06ebc4ee-1bb5-47dd-8120-11324bc54e06"


@pytest.fixture
def world(store: Store) -> World:
    """One with E3, one by a group, one with nothing, one without a location, one with an add-on."""
    people = [
        person(1, direct(E3)),
        person(2, by_group(E3)),
        person(3),
        person(4, usage_location=""),
        person(5, (*direct(E3), *by_group(E3))),
    ]
    return build(store, tenant_rows(people, {E5: 2}))


@pytest.fixture
def graph(world: World) -> Graph:
    """A program that may change licenses and read users."""
    return Graph(world, "LicenseAssignment.ReadWrite.All", "User.Read.All", "Group.Read.All")


def body(*add: Any, remove: tuple[str, ...] = ()) -> dict[str, Any]:
    """Both arrays; a product may be a text, or (text, disabled plans)."""
    entries = [{"skuId": one} if isinstance(one, str) else {"skuId": one[0], "disabledPlans": one[1]} for one in add]
    return {"addLicenses": entries, "removeLicenses": list(remove)}


def held(graph: Graph, n: int) -> dict[str, list[str]]:
    """By product held, the plans that are off."""
    found = graph.get(f"/users/{object_id(n)}?$select=assignedLicenses")["assignedLicenses"]
    return {one["skuId"]: one["disabledPlans"] for one in found}


def assign(graph: Graph, n: int, given: object, status: int = 200) -> Any:
    """The answer of an assignLicense for person `n`."""
    return graph.post(f"/users/{object_id(n)}/assignLicense", given, status)


def test_one_call_removes_and_adds(graph: Graph, world: World) -> None:
    """The only safe swap (9.1): an inline plan with its journal rows; undone by the plan's own undo."""
    answer = assign(graph, 1, body(E5, remove=(E3,)))
    assert answer["id"] == object_id(1)
    assert {one["skuId"] for one in answer["assignedLicenses"]} == {E5}
    plan = world.rows("SELECT max(id) FROM plan WHERE tenant_id = %(tenant)s")[0][0]
    assert world.header(plan)["is_inline"]
    assert world.rows("SELECT actor_kind FROM plan WHERE tenant_id = %(tenant)s AND id = %(p)s", p=plan) == [("app",)]
    world.undo(plan)
    assert held(graph, 1) == {E3: []}
    world.assert_sound()


def test_disabled_plans_replace_those_before(graph: Graph) -> None:
    """A second assignment is an update: its plans are off and no others; none named means everything on."""
    assign(graph, 1, body((E3, [TEAMS])))
    assert held(graph, 1) == {E3: [TEAMS]}
    assign(graph, 1, body((E3, [EXCHANGE.upper()])))
    assert held(graph, 1) == {E3: [EXCHANGE]}
    assign(graph, 1, body(E3))
    assert held(graph, 1) == {E3: []}


def test_a_second_path_takes_no_second_seat(graph: Graph, world: World) -> None:
    """2.1: inherited, then direct too; removing the direct one leaves the other."""
    seats = world.consumed()
    assign(graph, 2, body((E3, [TEAMS])))
    assert world.consumed() == seats
    assert held(graph, 2) == {E3: []}
    states = graph.get(f"/users/{object_id(2)}?$select=licenseAssignmentStates")["licenseAssignmentStates"]
    assert sorted((one["assignedByGroup"] is None, one["disabledPlans"]) for one in states) == [
        (False, []),
        (True, [TEAMS]),
    ]
    assign(graph, 2, body(remove=(E3,)))
    assert world.consumed() == seats
    assert held(graph, 2) == {E3: []}


REFUSALS: list[tuple[int, dict[str, Any], str]] = [
    (
        1,
        {"removeLicenses": []},
        "One or more parameters of the operation 'assignLicense' are missing from the request payload. "
        "The missing parameters are: addLicenses.",
    ),
    (
        1,
        {"addLicenses": []},
        "One or more parameters of the operation 'assignLicense' are missing from the request payload. "
        "The missing parameters are: removeLicenses.",
    ),
    (4, body(E3), "License assignment cannot be done for user with invalid usage location."),
    (
        2,
        body(remove=(E3,)),
        "User license is inherited from a group membership and it cannot be removed directly from the user.",
    ),
    (3, body(remove=(E3,)), "User does not have a corresponding license."),
    (3, body(NOWHERE), f"License {NOWHERE} does not correspond to a valid company License."),
    (
        3,
        {"addLicenses": [{"skuId": "no-guid"}], "removeLicenses": []},
        "Cannot convert a primitive value to the expected type 'Edm.Guid'. See the inner exception for more details.",
    ),
    (
        3,
        body((E3, [TEAMS, NOWHERE])),
        f"Service plan {NOWHERE} does not belong to license {E3}.",
    ),
]


@pytest.mark.parametrize(("n", "given", "message"), REFUSALS, ids=[str(i) for i in range(len(REFUSALS))])
def test_refusals_are_letter_for_letter(
    graph: Graph, world: World, n: int, given: dict[str, Any], message: str
) -> None:
    """All are 400 Request_BadRequest, and nothing has changed."""
    before = world.sources()
    error = assign(graph, n, given, 400)["error"]
    assert error["code"] == "Request_BadRequest"
    assert error["message"] == message
    assert world.sources() == before


def test_no_seat_is_left(graph: Graph) -> None:
    """The second one finds none, and the sentence names the product."""
    assign(graph, 1, body(E5))
    assign(graph, 5, body(E5))
    error = assign(graph, 3, body(E5), 400)["error"]
    assert error["message"] == f"Subscription with SKU {E5} does not have any available licenses."


def test_all_or_nothing(graph: Graph, world: World) -> None:
    """One bad item, and nothing is applied."""
    before = world.sources()
    assign(graph, 1, body(E5, NOWHERE, remove=(E3,)), 400)
    assign(graph, 1, body(E5, remove=(AUDIO,)), 400)
    assert world.sources() == before


def test_asking_for_what_is_so_already_is_no_error(graph: Graph, world: World) -> None:
    """And with two empty arrays nothing is written."""
    plans = world.rows("SELECT count(*) FROM plan WHERE tenant_id = %(tenant)s")
    assert assign(graph, 1, body(E3))["id"] == object_id(1)
    assert assign(graph, 3, body())["id"] == object_id(3)
    assert world.rows("SELECT count(*) FROM plan WHERE tenant_id = %(tenant)s") == plans


def test_who_is_gone_has_no_licenses(graph: Graph) -> None:
    """404, by id and by name."""
    graph.post(f"/users/{object_id(50)}/assignLicense", body(E3), 404)
    graph.post("/users/nobody@contoso.example/assignLicense", body(E3), 404)


def test_a_group_is_answered_at_once_and_its_members_follow(graph: Graph, world: World) -> None:
    """202 with the group and its location; QueuedForProcessing until the queue is empty; what it has not cannot go."""
    where = f"/groups/{group_of(graph)}"
    refused = graph.post(f"{where}/assignLicense", body(AUDIO, remove=(E3,)), 400)["error"]
    assert refused["message"].startswith("License assignment failed because service plan ")
    answer = graph.post(f"{where}/assignLicense", body(E5, remove=(E3,)), 202)
    assert [one["skuId"] for one in answer["assignedLicenses"]] == [E5]
    while worker.work_once():
        pass
    assert set(held(graph, 2)) == {E5}
    state = graph.get(f"{where}?$select=licenseProcessingState")["licenseProcessingState"]
    assert state == {"state": "ProcessingComplete"}
    error = graph.post(f"{where}/assignLicense", body(remove=(E3,)), 400)["error"]
    assert error["code"] == "Request_BadRequest"


def group_of(graph: Graph) -> str:
    """The one group's object id."""
    return str(graph.get("/groups?$select=id")["value"][0]["id"])
