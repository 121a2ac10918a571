"""Delta through the Graph API: whatever is written, a first round and its changes equal a full read (licensing-facts 1.6)."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from graph_calls import Graph
from licentia.domain.intents import Block, DeleteUser, PurgeUser, RestoreUser, Unblock
from world_store import AUDIO, E3, World, build, by_group, direct, object_id, person, tenant_rows

if TYPE_CHECKING:
    from database import Store

SELECT = "$select=id,displayName,accountEnabled,assignedLicenses"


@pytest.fixture
def world(store: Store) -> World:
    """Twelve people, four of them in a group that gives E3."""
    people = [*(person(n, direct(E3)) for n in range(1, 9)), *(person(n, by_group(E3)) for n in range(9, 13))]
    return build(store, tenant_rows(people))


@pytest.fixture
def graph(world: World) -> Graph:
    """A program that may everything."""
    return Graph(world)


def applied(state: dict[str, Any], changes: list[dict[str, Any]]) -> None:
    """What a client does with a round: the last writer wins, members come and go one by one."""
    for one in changes:
        if "@removed" in one:
            state.pop(one["id"], None)
            continue
        known = state.setdefault(one["id"], {})
        known |= {name: value for name, value in one.items() if name != "members@delta"}
        members = known.setdefault("members", set())
        for member in one.get("members@delta", ()):
            (members.discard if "@removed" in member else members.add)(member["id"])


def full(graph: Graph) -> dict[str, Any]:
    """Every user as a list shows it."""
    return {one["id"]: one for one in graph.pages(f"/users?{SELECT}&$top=999")}


def without_members(state: dict[str, Any]) -> dict[str, Any]:
    return {key: {name: value for name, value in one.items() if name != "members"} for key, one in state.items()}


def test_a_first_round_is_everybody_and_then_nothing(graph: Graph) -> None:
    """No change: an empty page with a link to go on from, again and again."""
    found, link = graph.delta(f"/users/delta?{SELECT}")
    state: dict[str, Any] = {}
    applied(state, found)
    assert without_members(state) == full(graph)
    for _ in range(2):
        found, link = graph.delta(link)
        assert found == []


def test_changes_come_with_what_was_selected(graph: Graph, world: World) -> None:
    """A license that goes is a change of assignedLicenses; of a property that nobody watches nothing comes."""
    _, link = graph.delta(f"/users/delta?{SELECT}")
    _, names_only = graph.delta("/users/delta()?$select=displayName")
    world.unassign(world.user(1))
    found, link = graph.delta(link)
    assert [(one["id"], one["assignedLicenses"]) for one in found] == [(object_id(1), [])]
    assert found[0]["displayName"] == "Persoon 00001"
    assert graph.delta(names_only)[0] == []
    world.inline(Block(), world.user(2))
    page = graph.get(link, Prefer="return=minimal")
    assert page["value"] == [{"id": object_id(2), "accountEnabled": False}]


def test_who_is_deleted_is_removed_and_why(graph: Graph, world: World) -> None:
    """`changed` while it can be restored, `deleted` when it is gone for good; restored it is whole again."""
    _, link = graph.delta(f"/users/delta?{SELECT}")
    world.inline(DeleteUser(), world.user(3))
    found, link = graph.delta(link)
    assert found == [{"id": object_id(3), "@removed": {"reason": "changed"}}]
    world.inline(RestoreUser(), world.user(3))
    found, link = graph.delta(link)
    assert [(one["id"], len(one["assignedLicenses"])) for one in found] == [(object_id(3), 1)]
    user = world.user(3)
    world.inline(DeleteUser(), user)
    world.inline(PurgeUser(), user)
    found, link = graph.delta(link)
    assert found == [{"id": object_id(3), "@removed": {"reason": "deleted"}}]


def test_from_now_on(graph: Graph, world: World) -> None:
    """`latest` gives a link and nobody."""
    page = graph.get("/users/delta?$deltatoken=latest&$select=accountEnabled")
    assert page["value"] == []
    world.inline(Block(), world.user(1))
    found, _ = graph.delta(page["@odata.deltaLink"])
    assert found == [{"id": object_id(1), "accountEnabled": False}]


def test_only_some_users(graph: Graph, world: World) -> None:
    """A filter on id, and no other."""
    only = f"$filter=id eq '{object_id(1)}' or id eq '{object_id(2)}'"
    found, link = graph.delta(f"/users/delta?{SELECT}&{only}")
    assert {one["id"] for one in found} == {object_id(1), object_id(2)}
    world.unassign(world.user(2), world.user(3))
    assert [one["id"] for one in graph.delta(link)[0]] == [object_id(2)]
    graph.message("GET", f"/users/delta?{SELECT}&$filter=displayName eq 'x'")
    graph.message("GET", f"/users/delta?{SELECT}&$top=5")


def test_a_token_of_another_kind_or_age_is_refused(graph: Graph) -> None:
    """Changed: 400; too old, or a tenant loaded anew: 410, and everything is read again."""
    _, link = graph.delta(f"/users/delta?{SELECT}")
    graph.get(link[:-6] + "AAAAAA", status=400)
    graph.get(link.replace("/users/delta", "/groups/delta"), status=400)
    graph.world.plant(
        "INSERT INTO journal (tenant_id, seq, segment_id, at, kind, object_kind, object_id) SELECT tenant_id, seq + 1, "
        "segment_id, 1, 'baseline', 'tenant', 1 FROM head WHERE tenant_id = %(tenant)s"
    )
    graph.world.plant("UPDATE head SET seq = seq + 1 WHERE tenant_id = %(tenant)s")
    assert graph.get(link, status=410)["error"]["code"] == "syncStateNotFound"
    with time_machine.travel("2027-06-01T10:00:00Z", tick=False):
        late = Graph(graph.world)
        assert late.get(link, status=410)["error"]["code"] == "syncStateNotFound"


def test_members_come_and_go(graph: Graph, world: World) -> None:
    """A group's first round has its members, a change only who entered and who left."""
    group = graph.get("/groups?$select=id")["value"][0]["id"]
    found, link = graph.delta("/groups/delta?$select=displayName,members")
    state: dict[str, Any] = {}
    applied(state, found)
    assert state[group]["members"] == {object_id(n) for n in range(9, 13)}
    reference = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{object_id(1)}"}
    graph.post(f"/groups/{group}/members/$ref", reference, 204)
    graph.delete(f"/groups/{group}/members/{object_id(9)}/$ref")
    found, link = graph.delta(link)
    applied(state, found)
    assert state[group]["members"] == {object_id(n) for n in (1, 10, 11, 12)}
    assert graph.delta(link)[0] == []


def test_a_large_group_comes_in_parts(graph: Graph, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page has so many members at most; the group comes again with the others, each once."""
    monkeypatch.setattr("licentia.graph_api.delta_groups.MOST_MEMBERS", 3)
    found, _ = graph.delta("/groups/delta?$select=members")
    members = [member["id"] for one in found for member in one.get("members@delta", ())]
    assert sorted(members) == [object_id(n) for n in range(9, 13)]


def test_a_round_of_changes_is_read_by_pages(graph: Graph, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """More rows of the journal than a page reads: nothing is missed."""
    monkeypatch.setattr("licentia.graph_api.delta_links.ROWS", 2)
    _, link = graph.delta(f"/users/delta?{SELECT}")
    world.unassign(*(world.user(n) for n in range(1, 9)))
    found, _ = graph.delta(link)
    assert {one["id"] for one in found} == {object_id(n) for n in range(1, 9)}


@pytest.mark.parametrize("seed", range(4))
def test_any_sequence_of_writes_and_a_replay_equal_a_full_read(store: Store, seed: int) -> None:
    """A client that follows every link has what a client that reads everything has."""
    chance = random.Random(seed)
    people = [*(person(n, direct(E3, AUDIO)) for n in range(1, 9)), *(person(n, by_group(E3)) for n in range(9, 13))]
    world = build(store, tenant_rows(people))
    graph = Graph(world)
    state: dict[str, Any] = {}
    found, link = graph.delta(f"/users/delta?{SELECT}")
    applied(state, found)
    for _ in range(6):
        for _ in range(chance.randint(1, 5)):
            _write(world, graph, chance)
        found, link = graph.delta(link)
        applied(state, found)
        assert without_members(state) == full(graph)
    world.assert_sound()


def _write(world: World, graph: Graph, chance: random.Random) -> None:
    """One change of one user, through a door or through the API; refusals are fine."""
    user = chance.choice(sorted(row[0] for row in world.rows("SELECT id FROM users WHERE tenant_id = %(tenant)s")))
    intent = chance.choice([Block(), Unblock(), DeleteUser(), RestoreUser(), PurgeUser(), None])
    if intent is not None:
        world.inline(intent, user)
    elif chance.random() < 0.5:
        world.unassign(user)
    else:
        world.assign(user, sku=AUDIO)
