"""A token of one tenant never reads or writes another: by id, link, delta, batch or reference. And who may not, does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graph_calls import Graph
from licentia.store import sql
from world_store import E3, World, build, crowd, digest, object_id, tenant_rows

if TYPE_CHECKING:
    from database import Store


@pytest.fixture
def world(store: Store) -> World:
    """Two tenants alike."""
    return build(store, tenant_rows(crowd(8)))


def foreign(world: World) -> str:
    """The object id of a user whom only the other tenant has."""
    name = "20000000-0000-4000-8000-000000000001"
    with world.store.planting():
        sql.execute(
            "UPDATE users SET object_id = %(o)s WHERE tenant_id = %(tenant)s AND object_id = %(was)s",
            {"tenant": world.twin, "o": name, "was": object_id(8)},
        )
    return name


def test_nothing_of_another_tenant_is_found(world: World) -> None:
    """By id, by name, as a member, a manager, in a batch: not found, as if there were nobody."""
    other = foreign(world)
    graph = Graph(world)
    before = digest(world.twin)
    for path in (
        f"/users/{other}",
        f"/directoryObjects/{other}",
        f"/users/{other}/licenseDetails",
        f"/users/{other}/memberOf",
    ):
        graph.get(path, status=404)
    graph.post(f"/users/{other}/assignLicense", {"addLicenses": [], "removeLicenses": [E3]}, 404)
    graph.delete(f"/users/{other}", status=404)
    graph.patch(f"/users/{other}", {"department": "x"}, 404)
    group = graph.get("/groups?$select=id")["value"][0]["id"]
    reference = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{other}"}
    graph.post(f"/groups/{group}/members/$ref", reference, 404)
    graph.send("PUT", f"/users/{object_id(1)}/manager/$ref", reference, 404)
    items = {"requests": [{"id": "1", "method": "GET", "url": f"/users/{other}"}]}
    assert graph.post("/$batch", items)["responses"][0]["status"] == 404
    assert other not in str(graph.pages("/users?$select=id"))
    assert digest(world.twin) == before


def test_a_link_is_of_its_tenant(world: World) -> None:
    """nextLink and deltaLink of one tenant say nothing to a token of the other."""
    mine, other = Graph(world), Graph(world, tenant=world.twin)
    link = mine.get("/users?$top=2")["@odata.nextLink"]
    mine.get(link)
    assert other.get(link, status=400)["error"]["code"] == "Request_BadRequest"
    _, delta = mine.delta("/users/delta")
    mine.get(delta)
    assert other.get(delta, status=400)["error"]["code"] == "Request_BadRequest"


@pytest.mark.parametrize(
    ("scopes", "method", "path", "body"),
    [
        (("User.Read.All",), "POST", "/users/{u}/assignLicense", {"addLicenses": [], "removeLicenses": []}),
        (("LicenseAssignment.ReadWrite.All",), "DELETE", "/users/{u}", None),
        (("User.Read.All",), "PATCH", "/users/{u}", {"department": "x"}),
        (("User.EnableDisableAccount.All",), "PATCH", "/users/{u}", {"accountEnabled": False, "department": "x"}),
        (("Organization.Read.All",), "GET", "/users", None),
        (("User.Read.All",), "GET", "/users?$select=signInActivity", None),
        (("User.Read.All",), "GET", "/groups", None),
        (("User.Read.All",), "GET", "/directory/deletedItems/microsoft.graph.group", None),
        (("User.ReadWrite.All",), "POST", "/groups", {"displayName": "x"}),
    ],
)
def test_who_may_not_does_not(world: World, scopes: tuple[str, ...], method: str, path: str, body: object) -> None:
    """403 Authorization_RequestDenied, and nothing has changed."""
    graph = Graph(world, *scopes)
    before = digest(world.tenant)
    error = graph.send(method, path.format(u=object_id(1)), body, 403)["error"]
    assert error["code"] == "Authorization_RequestDenied"
    assert error["message"] == "Insufficient privileges to complete the operation."
    assert digest(world.tenant) == before


def test_without_a_token_nothing_is_said(world: World) -> None:
    """401 in Graph's envelope, whatever is asked."""
    graph = Graph(world)
    graph.client.defaults.clear()
    for path in ("/users", "/nonsense", "/$batch"):
        answer = graph.client.get(f"/v1.0{path}", headers={"Host": "localhost"})
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "InvalidAuthenticationToken"
