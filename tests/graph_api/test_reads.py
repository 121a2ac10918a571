"""What is read through the Graph API: property sets, pages, counts, nulls and errors, as licensing-facts 1 says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graph_calls import EVENTUAL, Graph
from licentia.domain.facts import SourceKind
from world_store import AUDIO, E3, STAFF, World, build, by_group, direct, object_id, person, tenant_rows

if TYPE_CHECKING:
    from database import Store

DEFAULTS = {
    "businessPhones",
    "displayName",
    "givenName",
    "id",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
}


@pytest.fixture
def world(store: Store) -> World:
    """Twelve people: direct, by a group, both, and none."""
    people = [
        person(1, direct(E3)),
        person(2, by_group(E3)),
        person(3, (*direct(E3, off=frozenset()), *by_group(E3))),
        *(person(n) for n in range(4, 13)),
    ]
    return build(store, tenant_rows(people))


@pytest.fixture
def graph(world: World) -> Graph:
    """A program that may everything."""
    return Graph(world)


def test_a_user_has_the_default_properties_and_no_more(graph: Graph) -> None:
    """licensing-facts 1.2; by object id in any letter case, and by user principal name, encoded or not."""
    body = graph.get(f"/users/{object_id(1).upper()}")
    assert set(body) - {"@odata.context"} == DEFAULTS
    assert body["businessPhones"] == []
    assert body["mail"] is None
    assert body["@odata.context"].endswith("/v1.0/$metadata#users/$entity")
    for key in ("p00001@contoso.example", "P00001%40CONTOSO.example"):
        assert graph.get(f"/users/{key}")["id"] == object_id(1)
    assert graph.get("/users('p00001@contoso.example')")["id"] == object_id(1)


def test_selected_properties_come_as_asked_for(graph: Graph) -> None:
    """In any letter case, `%24select` too; and the context names them."""
    body = graph.get(f"/users/{object_id(1)}?%24select=DISPLAYNAME,accountEnabled")
    assert set(body) - {"@odata.context"} == {"displayName", "accountEnabled"}
    assert body["accountEnabled"] is True
    assert "#users(DISPLAYNAME,accountEnabled)/$entity" in body["@odata.context"]


def test_licenses_are_the_union_of_their_sources(graph: Graph) -> None:
    """One entry per product, one state per product and path."""
    body = graph.get(f"/users/{object_id(3)}?$select=assignedLicenses,licenseAssignmentStates,assignedPlans")
    assert [one["skuId"] for one in body["assignedLicenses"]] == [E3]
    paths = [one["assignedByGroup"] for one in body["licenseAssignmentStates"]]
    assert sorted(paths, key=str) == sorted([None, group_id(graph)], key=str)
    assert {one["state"] for one in body["licenseAssignmentStates"]} == {"Active"}
    exchange = [one for one in body["assignedPlans"] if one["servicePlanId"] == "efb87545-963c-4e0d-99df-69c6916d9eb0"]
    assert exchange[0]["service"] == "exchange"
    assert exchange[0]["capabilityStatus"] == "Enabled"


def group_id(graph: Graph) -> str:
    """The object id of the group that gives E3."""
    found = graph.world.rows(
        "SELECT object_id FROM user_group WHERE tenant_id = %(tenant)s AND object_id = %(g)s", g=STAFF
    )
    return str(found[0][0])


def test_a_collection_is_read_by_pages(graph: Graph) -> None:
    """Every user once, whatever the size of a page; the link is absolute and followed as it is."""
    for top in (1, 5, 12, 999):
        assert len({one["id"] for one in graph.pages(f"/users?$top={top}&$select=id")}) == 12
    first = graph.get("/users?$top=5")
    assert first["@odata.nextLink"].startswith("http://localhost/v1.0/users?")
    assert "$skiptoken=" in first["@odata.nextLink"]
    assert "@odata.count" not in first


def test_counting_needs_the_header(graph: Graph) -> None:
    """licensing-facts 1.4: ignored in a collection, refused as a segment."""
    assert "@odata.count" not in graph.get("/users?$count=true&$top=2")
    page = graph.get("/users?$count=true&$top=2", **EVENTUAL)
    assert page["@odata.count"] == 12
    assert "@odata.count" not in graph.get(page["@odata.nextLink"], **EVENTUAL)
    assert graph.get("/users/$count", **EVENTUAL) == "12"
    refused = graph.get("/users/$count", status=400)["error"]
    assert (refused["code"], refused["message"]) == ("Request_BadRequest", "$count is not currently supported.")


def test_a_link_carries_the_mode_of_its_query(graph: Graph) -> None:
    """Followed without the header, the next page of an advanced query is the next page (graph-contract)."""
    page = graph.get("/users?$count=true&$top=3&$filter=not(displayName eq 'x')", **EVENTUAL)
    assert page["@odata.count"] == 12
    assert len(graph.get(page["@odata.nextLink"])["value"]) == 3


def test_holders_of_a_product_are_found_by_its_filter(graph: Graph) -> None:
    """Any variable name, colon with and without a blank, quoted or not; the empty test needs an advanced query."""
    for text in (
        f"assignedLicenses/any(x:x/skuId eq {E3})",
        f"assignedLicenses/any(license: license/skuId eq {E3.upper()})",
    ):
        found = {one["id"] for one in graph.pages(f"/users?$top=2&$filter={text}")}
        assert found == {object_id(1), object_id(2), object_id(3)}
    page = graph.get("/users?$count=true&$filter=assignedLicenses/$count eq 0", **EVENTUAL)
    assert page["@odata.count"] == 9
    refused = graph.get("/users?$filter=assignedLicenses/$count eq 0", status=400)["error"]
    assert refused["code"] == "Request_UnsupportedQuery"


def test_what_graph_refuses_in_a_query_is_refused(graph: Graph) -> None:
    """An option it has not, a property it has not, and what only one user has."""
    assert "skip" in graph.message("GET", "/users?$skip=5")
    assert "Could not find a property named 'nosuch'" in graph.message("GET", "/users?$select=nosuch")
    assert graph.get("/users?$select=aboutMe", status=501)["error"]["code"] == "NotImplemented"
    assert "aboutMe" in graph.get(f"/users/{object_id(1)}?$select=aboutMe")


def test_who_is_not_there_is_not_found(graph: Graph) -> None:
    """404 Request_ResourceNotFound, with the key in the sentence."""
    for path in ("/users/nobody@contoso.example", f"/users/{object_id(99)}/licenseDetails", f"/groups/{object_id(1)}"):
        error = graph.get(path, status=404)["error"]
        assert error["code"] == "Request_ResourceNotFound"
        assert "does not exist or one of its queried reference-property objects are not present" in error["message"]


def test_paths_that_are_not_here_say_so(graph: Graph) -> None:
    """What nobody has is no segment; what Graph has and this server has not is not implemented; a method is a method."""
    assert graph.message("GET", "/nonsense") == "Resource not found for the segment 'nonsense'."
    assert graph.get("/me", status=501)["error"]["code"] == "NotImplemented"
    assert graph.get("/users/x/messages", status=501)["error"]["code"] == "NotImplemented"
    assert "method is not allowed" in graph.message("DELETE", "/subscribedSkus", status=405)


def test_products_have_their_seats(graph: Graph) -> None:
    """One row per product; consumed is distinct users, a product by its two-part key; no filter there."""
    rows = {one["skuId"]: one for one in graph.get("/subscribedSkus")["value"]}
    assert set(rows) == {E3, AUDIO}
    assert rows[E3]["consumedUnits"] == 3
    assert rows[E3]["prepaidUnits"]["enabled"] == 100_000
    assert graph.get(f"/subscribedSkus/{rows[E3]['id']}")["skuPartNumber"] == "SPE_E3"
    graph.message("GET", "/subscribedSkus?$filter=skuPartNumber eq 'SPE_E3'")


def test_details_say_which_services_are_on(graph: Graph) -> None:
    """Those of a group too."""
    found = graph.get(f"/users/{object_id(2)}/licenseDetails")["value"]
    assert [one["skuId"] for one in found] == [E3]
    assert {plan["provisioningStatus"] for plan in found[0]["servicePlans"]} == {"Success"}


def test_groups_and_members(graph: Graph) -> None:
    """A group by name, its members with their type, their groups."""
    group = graph.get("/groups?$filter=displayName eq 'Alle medewerkers'")["value"][0]
    assert group["securityEnabled"] is True
    members = graph.pages(f"/groups/{group['id']}/members?$top=1")
    assert {one["id"] for one in members} == {object_id(2), object_id(3)}
    assert {one["@odata.type"] for one in members} == {"#microsoft.graph.user"}
    assert graph.get(f"/groups/{group['id']}/members/microsoft.graph.group")["value"] == []
    of_user = graph.get(f"/users/{object_id(2)}/memberOf")["value"]
    assert [(one["@odata.type"], one["id"]) for one in of_user] == [("#microsoft.graph.group", group["id"])]
    assert graph.get(f"/groups/{group['id']}/members/$count", **EVENTUAL) == "2"
    licensed = graph.get(f"/groups/{group['id']}?$select=assignedLicenses,licenseProcessingState")
    assert [one["skuId"] for one in licensed["assignedLicenses"]] == [E3]
    assert licensed["licenseProcessingState"] == {"state": "ProcessingComplete"}


def test_the_organization_is_the_callers(graph: Graph) -> None:
    """Its id is the one in tokens; another is not found."""
    found = graph.get("/organization")["value"]
    assert [one["displayName"] for one in found] == ["Contoso"]
    assert found[0]["verifiedDomains"][0]["name"] == "contoso.example"
    assert found[0]["verifiedDomains"][0]["isDefault"] is True
    assert graph.get(f"/organization/{found[0]['id']}")["id"] == found[0]["id"]
    graph.get(f"/organization/{object_id(5)}", status=404)


def test_an_object_says_what_it_is(graph: Graph) -> None:
    """directoryObjects of a user and of a group."""
    assert graph.get(f"/directoryObjects/{object_id(1)}")["@odata.type"] == "#microsoft.graph.user"
    assert graph.get(f"/directoryObjects/{group_id(graph)}")["@odata.type"] == "#microsoft.graph.group"
    graph.get(f"/directoryObjects/{object_id(77)}", status=404)


def test_no_metadata_still_has_the_links(graph: Graph) -> None:
    """graph-contract: odata.metadata=none keeps nextLink and count, drops the context."""
    page = graph.get("/users?$top=2&$count=true", Accept="application/json;odata.metadata=none", **EVENTUAL)
    assert "@odata.context" not in page
    assert page["@odata.count"] == 12
    assert "@odata.nextLink" in page


def test_a_manager_is_read_and_expanded(graph: Graph) -> None:
    """404 without one; $expand has it in the user."""
    graph.get(f"/users/{object_id(4)}/manager", status=404)
    reference = {"@odata.id": f"https://graph.microsoft.com/v1.0/users/{object_id(5)}"}
    graph.send("PUT", f"/users/{object_id(4)}/manager/$ref", reference, 204)
    assert graph.get(f"/users/{object_id(4)}/manager")["id"] == object_id(5)
    page = graph.get("/users?$select=id&$expand=manager($select=id,displayName)")
    found = {one["id"]: one.get("manager") for one in page["value"]}
    assert found[object_id(4)] == {
        "@odata.type": "#microsoft.graph.user",
        "id": object_id(5),
        "displayName": "Persoon 00005",
    }
    assert found[object_id(6)] is None
    graph.send("DELETE", f"/users/{object_id(4)}/manager/$ref", None, 204)
    graph.get(f"/users/{object_id(4)}/manager", status=404)


def test_sources_are_what_the_test_thinks(world: World) -> None:
    """Person 3 holds the product by two paths, and takes one seat."""
    kinds = sorted(kind for user, _, kind, _ in world.sources() if user == world.user(3))
    assert kinds == [SourceKind.DIRECT, SourceKind.GROUP]
    assert world.consumed() == 3
