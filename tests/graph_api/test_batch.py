"""$batch: twenty at most, each answered for itself, dependencies, and everything an item may be (licensing-facts 1.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from graph_calls import Graph
from world_store import E3, World, build, crowd, object_id, tenant_rows

if TYPE_CHECKING:
    from database import Store


@pytest.fixture
def world(store: Store) -> World:
    """Thirty people with E3."""
    return build(store, tenant_rows(crowd(30)))


@pytest.fixture
def graph(world: World) -> Graph:
    """A program that may everything."""
    return Graph(world)


def sent(graph: Graph, *items: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By id, the answers to these items."""
    answers = graph.post("/$batch", {"requests": list(items)})["responses"]
    found = {one["id"]: one for one in answers}
    assert len(found) == len(answers) == len(items)
    return found


def item(name: str, method: str, url: str, body: object = None, **more: Any) -> dict[str, Any]:
    """One item, with the header that a body needs."""
    made: dict[str, Any] = {"id": name, "method": method, "url": url} | more
    return made if body is None else made | {"body": body, "headers": {"CONTENT-type": "application/json"}}


def unassign(n: int) -> dict[str, Any]:
    """An item that takes E3 from person `n`."""
    given = {"addLicenses": [], "removeLicenses": [E3]}
    return item(str(n), "POST", f"/users/{object_id(n)}/assignLicense", given)


def test_twenty_at_once(graph: Graph, world: World) -> None:
    """Each its own plan, each its own answer."""
    found = sent(graph, *(unassign(n) for n in range(1, 21)))
    assert {one["status"] for one in found.values()} == {200}
    assert world.consumed() == 10
    world.assert_sound()


def test_an_item_fails_for_itself(graph: Graph) -> None:
    """The batch is 200; a refusal has Graph's envelope; an empty answer has no body; text is text."""
    found = sent(
        graph,
        item("a", "GET", "/users/nobody"),
        item("b", "get", f"users/{object_id(1)}?$select=id"),
        item("c", "DELETE", f"/users/{object_id(2)}"),
        item("d", "GET", "/users/$count", headers={"consistencyLEVEL": "eventual"}),
        item("e", "GET", "/nonsense"),
    )
    assert found["a"]["status"] == 404
    assert found["a"]["body"]["error"]["code"] == "Request_ResourceNotFound"
    assert found["b"]["body"]["id"] == object_id(1)
    assert found["c"]["status"] == 204
    assert "body" not in found["c"]
    assert found["d"]["status"] == 200
    assert found["e"]["status"] == 400


def test_what_depends_on_a_failure_fails_too(graph: Graph, world: World) -> None:
    """424, down the chain; what depends on a success goes on."""
    found = sent(
        graph,
        item("1", "GET", "/users/nobody"),
        {**unassign(1), "dependsOn": ["1"]} | {"id": "2"},
        item("3", "GET", f"/users/{object_id(3)}", dependsOn=["2"]),
        {**unassign(4), "id": "4"},
        item("5", "GET", f"/users/{object_id(4)}?$select=assignedLicenses", dependsOn=["4"]),
    )
    assert [found[n]["status"] for n in "12345"] == [404, 424, 424, 200, 200]
    assert found["5"]["body"]["assignedLicenses"] == []
    assert world.consumed() == 29


@pytest.mark.parametrize(
    "requests",
    [
        None,
        "x",
        [{"id": str(n), "method": "GET", "url": "/users"} for n in range(21)],
        [{"id": "a", "method": "GET", "url": "/users"}, {"id": "A", "method": "GET", "url": "/users"}],
        [{"id": "a", "method": "GET", "url": "https://elsewhere.example/v1.0/users"}],
        [{"id": "a", "method": "GET", "url": "/users", "dependsOn": ["nobody"]}],
        [
            {"id": "a", "method": "GET", "url": "/users", "dependsOn": ["b"]},
            {"id": "b", "method": "GET", "url": "/users", "dependsOn": ["a"]},
        ],
        [{"id": "a", "method": "POST", "url": "/users", "body": {"x": 1}}],
        [{"method": "GET", "url": "/users"}],
    ],
)
def test_a_batch_that_cannot_be_read_is_refused_whole(graph: Graph, requests: object) -> None:
    """400, and none of it is done."""
    graph.post("/$batch", {"requests": requests}, 400)


def test_a_batch_holds_no_batch(graph: Graph) -> None:
    """Nor does an item act with another's token."""
    found = sent(graph, item("a", "POST", "/$batch", {"requests": []}))
    assert found["a"]["status"] >= 400
