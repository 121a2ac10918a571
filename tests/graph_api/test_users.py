"""Users and groups written through the Graph API: made, changed, deleted, restored, gone, and every write a plan (1.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from graph_calls import EVENTUAL, Graph
from world_store import E3, World, build, by_group, crowd, object_id, person, tenant_rows

if TYPE_CHECKING:
    from database import Store

FEMKE: dict[str, Any] = {
    "accountEnabled": True,
    "displayName": "Femke Visser",
    "mailNickname": "femke",
    "userPrincipalName": "femke@contoso.example",
    "passwordProfile": {"password": "Proef!2026-geheim", "forceChangePasswordNextSignIn": True},
}


@pytest.fixture
def world(store: Store) -> World:
    """Six people, two of them in a group."""
    return build(store, tenant_rows([*crowd(4), person(5, by_group(E3)), person(6)]))


@pytest.fixture
def graph(world: World) -> Graph:
    """A program that may everything."""
    return Graph(world)


def plans(world: World) -> int:
    """How many plans there are."""
    return int(world.rows("SELECT count(*) FROM plan WHERE tenant_id = %(tenant)s")[0][0])


def test_a_user_is_made_and_changed(graph: Graph, world: World) -> None:
    """201 with the user, 204 without a body; nothing else changes; names of properties in any letter case."""
    made = graph.post(
        "/users", FEMKE | {"USAGELOCATION": "nl", "otherMails": ["f@x.example"], "mail": "femke@contoso.example"}, 201
    )
    assert made["displayName"] == "Femke Visser"
    assert made["usageLocation"] == "NL"
    assert made["@odata.context"].endswith("#users/$entity")
    before = plans(world)
    graph.patch(
        f"/users/{made['id']}",
        {"department": "Verkoop", "JobTitle": "Adviseur", "@odata.type": "#microsoft.graph.user"},
    )
    assert plans(world) == before + 1
    select = "$select=department,jobTitle,displayName,otherMails,proxyAddresses,accountEnabled,createdDateTime"
    found = graph.get(f"/users/femke@contoso.example?{select}")
    assert (found["department"], found["jobTitle"], found["displayName"]) == ("Verkoop", "Adviseur", "Femke Visser")
    assert found["otherMails"] == ["f@x.example"]
    assert found["proxyAddresses"] == ["SMTP:femke@contoso.example"]
    assert found["createdDateTime"] is not None
    graph.patch(f"/users/{made['id']}", {"department": None})
    assert graph.get(f"/users/{made['id']}?$select=department")["department"] is None
    graph.post(f"/users/{made['id']}/assignLicense", {"addLicenses": [{"skuId": E3}], "removeLicenses": []})
    world.assert_sound()


@pytest.mark.parametrize("missing", sorted(FEMKE))
def test_what_a_new_user_must_have(graph: Graph, missing: str) -> None:
    """400, and nobody is made."""
    body = {name: value for name, value in FEMKE.items() if name != missing}
    assert missing in graph.message("POST", "/users", body)
    graph.get("/users/femke@contoso.example", status=404)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"displayName": None}, "displayName"),
        ({"displayName": "x" * 257}, "displayName"),
        ({"accountEnabled": "true"}, "accountEnabled"),
        ({"usageLocation": "Nederland"}, "usageLocation"),
        ({"usageLocation": "XX"}, "usageLocation"),
        ({"createdDateTime": "2026-01-01T00:00:00Z"}, "createdDateTime"),
        ({"assignedLicenses": []}, "assignedLicenses"),
        ({"nosuch": 1}, "nosuch"),
        ({"userPrincipalName": "p00002@contoso.example"}, "userPrincipalName"),
    ],
)
def test_what_cannot_be_set_is_refused(graph: Graph, world: World, body: dict[str, Any], word: str) -> None:
    """400 with the property's name, and nothing has changed."""
    before = plans(world)
    assert word in graph.message("PATCH", f"/users/{object_id(1)}", body)
    assert plans(world) == before


def test_a_user_is_blocked_and_its_sessions_end(graph: Graph) -> None:
    """accountEnabled alone; revokeSignInSessions answers true."""
    graph.patch(f"/users/{object_id(1)}", {"accountEnabled": False})
    assert graph.get(f"/users/{object_id(1)}?$select=accountEnabled")["accountEnabled"] is False
    answer = graph.post(f"/users/{object_id(2)}/revokeSignInSessions")
    assert answer["value"] is True
    assert answer["@odata.context"].endswith("$metadata#Edm.Boolean")


def test_deleted_restored_gone(graph: Graph, world: World) -> None:
    """The seat is free at once; the type is compulsory in the list; restored it is whole; purged it is nobody."""
    seats = world.consumed()
    graph.delete(f"/users/{object_id(1)}")
    assert world.consumed() == seats - 1
    graph.get(f"/users/{object_id(1)}", status=404)
    for cast in ("microsoft.graph.user", "graph.user"):
        rows = graph.get(f"/directory/deletedItems/{cast}?$select=id,userPrincipalName,deletedDateTime")["value"]
        assert [one["id"] for one in rows] == [object_id(1)]
    assert rows[0]["userPrincipalName"] == object_id(1).replace("-", "") + "p00001@contoso.example"
    assert rows[0]["deletedDateTime"]
    assert graph.get("/directory/deletedItems", status=501)["error"]["code"] == "NotImplemented"
    back = graph.post(f"/directory/deletedItems/{object_id(1)}/restore", {})
    assert (back["@odata.type"], back["id"]) == ("#microsoft.graph.user", object_id(1))
    assert world.consumed() == seats
    graph.delete(f"/users/{object_id(1)}")
    graph.delete(f"/directory/deletedItems/{object_id(1)}")
    graph.post(f"/directory/deletedItems/{object_id(1)}/restore", None, 404)
    world.assert_sound()


def test_a_group_is_made_filled_and_deleted(graph: Graph, world: World) -> None:
    """Members bound at the beginning and later, twenty at most; one that is in already; licenses stand in the way of deleting."""
    refs = [f"https://elsewhere.example/v1.0/directoryObjects/{object_id(n)}" for n in (1, 2)]
    body = {
        "displayName": "Nieuw",
        "mailEnabled": False,
        "mailNickname": "nieuw",
        "securityEnabled": True,
        "groupTypes": [],
    }
    made = graph.post("/groups", body | {"members@odata.bind": refs, "description": "Voor de proef"}, 201)
    where = f"/groups/{made['id']}"
    assert made["description"] == "Voor de proef"
    assert {one["id"] for one in graph.get(f"{where}/members")["value"]} == {object_id(1), object_id(2)}
    graph.patch(where, {"members@odata.bind": [f"x/{object_id(3)}"]})
    assert graph.get(f"{where}/members/$count", **EVENTUAL) == "3"
    again = {"@odata.id": refs[0]}
    assert graph.message("POST", f"{where}/members/$ref", again) == (
        "One or more added object references already exist for the following modified properties: 'members'."
    )
    graph.delete(f"{where}/members/{object_id(1)}/$ref")
    graph.delete(f"{where}/members/{object_id(1)}/$ref", status=404)
    graph.patch(where, {"displayName": "Anders", "description": None})
    assert graph.get(f"{where}?$select=displayName,description") | {"@odata.context": ""} == {
        "@odata.context": "",
        "displayName": "Anders",
        "description": None,
    }
    graph.post(f"{where}/assignLicense", {"addLicenses": [{"skuId": E3}], "removeLicenses": []}, 202)
    assert "licenses" in graph.message("DELETE", where)
    world.assert_sound()


def test_a_microsoft_365_group_can_be_restored(graph: Graph) -> None:
    """A security group is gone at once; a Microsoft 365 group waits 30 days."""
    body = {"displayName": "Samen", "mailEnabled": True, "mailNickname": "samen", "securityEnabled": True}
    made = graph.post("/groups", body | {"groupTypes": ["Unified"]}, 201)
    assert made["groupTypes"] == ["Unified"]
    graph.delete(f"/groups/{made['id']}")
    assert [one["id"] for one in graph.get("/directory/deletedItems/microsoft.graph.group")["value"]] == [made["id"]]
    assert graph.post(f"/directory/deletedItems/{made['id']}/restore")["@odata.type"] == "#microsoft.graph.group"
    graph.delete(f"/groups/{made['id']}")
    graph.delete(f"/directory/deletedItems/{made['id']}")
    graph.get(f"/groups/{made['id']}", status=404)


def test_reprocessing_answers_with_the_user(graph: Graph) -> None:
    """200 with the user, no body asked for."""
    assert graph.post(f"/users/{object_id(5)}/reprocessLicenseAssignment")["id"] == object_id(5)
