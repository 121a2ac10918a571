"""The first tenant and any other: three ways, each by its door; a bad file writes nothing; who may not, may not."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

import signing
from licentia.changes import operators
from licentia.domain.permissions import Role
from licentia.store import sql
from licentia.store.lists import operators as operator_list
from licentia.store.lists import tenants
from licentia.web import uploads
from web_desk import words
from world_store import OWNER, World, build, crowd, digest, tenant_rows

if TYPE_CHECKING:
    from django.test import Client

    from database import Store

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]
HEADER = "User principal name,Display name,Licenses\r\n"
GOOD = HEADER + "anna@new.example,Anna Smit,Microsoft 365 E3\r\nbram@new.example,Bram Vos,\r\n"
BAD = GOOD + "bram@new.example,Bram Again,\r\ncarla@new.example,Carla,No Such Product\r\n"


def anna(store: Store) -> Client:
    """An operator of a store without a tenant, signed in."""
    signing.add("anna")
    return signing.by_link("anna")


def csv_of(text: str, name: str = "users.csv") -> SimpleUploadedFile:
    """A file to send."""
    return SimpleUploadedFile(name, text.encode(), content_type="text/csv")


def send(client: Client, text: str, **fields: Any) -> Any:
    """The answer to a file."""
    return client.post("/tenants/new/copy", {"file": csv_of(text), "do": "import", **fields})


def roles(name: str) -> list[tuple[str, str]]:
    """(tenant, role) of the operator."""
    found = operator_list.find(name)
    assert found is not None
    return sorted((title, role) for _tenant, title, role in found.roles)


def test_an_empty_store_leads_to_three_ways(store: Store) -> None:
    """After sign-in, in both languages; what is not there yet says so and what to do instead."""
    client = anna(store)
    answer = client.get("/", follow=True)
    assert answer.redirect_chain == [("/tenants/new", 302)]
    shown = words(answer)
    assert "Where do you want to begin?" in shown
    for heading in ("Try with a local tenant", "Import a CSV", "Connect Microsoft 365"):
        assert heading in shown
    assert "Not available yet: this program can't read or change a live tenant." in shown
    client.cookies["licentia_language"] = "nl"
    shown = words(client.get("/tenants/new"))
    for heading in ("Proberen met een lokale tenant", "Een CSV importeren", "Microsoft 365 verbinden"):
        assert heading in shown


def test_the_demo_tenant_is_made_and_administered(store: Store) -> None:
    """Its maker is its Global Administrator, by the journal too, and is in it."""
    client = anna(store)
    assert client.post("/tenants/new/demo", {"users": "30", "name": ""})["Location"] == "/"
    assert roles("anna") == [("Noordzee Logistiek", "global")]
    assert "Needs attention" in words(client.get("/"))
    made = tenants.every()[0]
    assert tenants.count_users(made.id) >= 30
    kinds = sql.rows("SELECT kind FROM journal WHERE tenant_id = %(tenant)s ORDER BY seq", {"tenant": made.id})
    assert [kind for (kind,) in kinds][:2] == ["tenant.create", "operator.grant"]
    answer = client.post("/tenants/new/demo", {"users": "30", "name": "Noordzee Logistiek"})
    assert answer.status_code == 400
    assert "Noordzee Logistiek" in words(answer)


def test_an_empty_tenant(store: Store) -> None:
    """With its country and time zone; nonsense makes none."""
    client = anna(store)
    for wrong in ({"name": ""}, {"name": "X" * 201}, {"country": "Nederland"}, {"zone": "Mars/Olympus"}):
        fields = {"name": "Rehearsal", "country": "be", "zone": "Europe/Brussels"} | wrong
        assert client.post("/tenants/new/local", fields).status_code == 400
    assert tenants.every() == []
    fields = {"name": "Rehearsal", "country": "be", "zone": "Europe/Brussels"}
    assert client.post("/tenants/new/local", fields).status_code == 302
    made = tenants.every()[0]
    assert (made.name, made.country, made.time_zone, made.origin) == ("Rehearsal", "BE", "Europe/Brussels", "empty")
    assert client.get("/users/active").status_code == 200


def test_a_copy_from_a_file(store: Store) -> None:
    """By the same code as the command line; named after its users' domain unless told otherwise."""
    client = anna(store)
    assert send(client, GOOD)["Location"] == "/"
    made = tenants.every()[0]
    assert (made.name, made.origin, tenants.count_users(made.id)) == ("new.example", "imported", 2)
    assert roles("anna") == [("new.example", "global")]
    assert "Anna Smit" in words(client.get("/users/active"))


def test_a_bad_file_writes_nothing(store: Store) -> None:
    """I-11: every bad row with its line and reason; the rest only when asked."""
    client = anna(store)
    answer = send(client, BAD)
    shown = words(answer)
    assert answer.status_code == 422
    assert "2 rows can't be used; nothing was changed." in shown
    assert re.search(r" 4 .*bram@new\.example.* 5 .*No Such Product", shown)
    assert tenants.every() == []
    answer = send(client, BAD, skip="on")
    assert answer.status_code == 200
    assert "new.example has 2 users from the file. 2 rows were left out." in words(answer)
    assert tenants.count_users(tenants.every()[0].id) == 2


def test_only_check_gives_the_bad_rows_back(store: Store) -> None:
    """As a file, with reasons; nothing is imported, also when every row is good."""
    client = anna(store)
    answer = send(client, BAD + '"=cmd",X,\r\n', do="check")
    assert answer["Content-Disposition"] == 'attachment; filename="bad-rows.csv"'
    lines = answer.content.decode().removeprefix("\ufeff").splitlines()
    assert lines[0].startswith("Line,Reason,")
    assert [line.partition(",")[0] for line in lines[1:]] == ["4", "5", "6"]
    assert "'=cmd" in lines[3]
    assert "Every row can be used: 2 users." in words(send(client, GOOD, do="check"))
    assert tenants.every() == []


@pytest.mark.parametrize("content", ["", "Name,City\r\nAnna,Utrecht\r\n", "PK\x03\x04zip", HEADER])
def test_what_is_no_file_of_users(store: Store, content: str) -> None:
    """Said, with nothing written."""
    client = anna(store)
    answer = client.post("/tenants/new/copy", {"file": csv_of(content), "do": "import"})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert client.post("/tenants/new/copy", {"do": "import"}).status_code == 400
    assert tenants.every() == []


def test_a_file_has_a_largest_size(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused before it is read."""
    client = anna(store)
    monkeypatch.setattr(uploads, "LARGEST_MB", 0)
    answer = send(client, GOOD)
    assert answer.status_code == 400
    assert "The file is larger than" in words(answer)
    assert tenants.every() == []


def test_nothing_is_read_of_who_is_not_signed_in(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that a stranger sends to any address never reaches the disk."""
    seen: list[str] = []
    monkeypatch.setattr(uploads.Uploads, "new_file", lambda *_a, **_k: seen.append("read"))
    answer = signing.browser().post("/tenants/new/copy", {"file": csv_of(GOOD)})
    assert (answer.status_code, seen) == (302, [])


def test_another_tenant_is_never_touched(store: Store) -> None:
    """A name that a tenant has is refused, also of a tenant that the operator can't see."""
    world = build(store, tenant_rows(crowd(2)))
    signing.add("anna", (world.twin, Role.GLOBAL))
    client = signing.by_link("anna")
    send(client, GOOD, name="Copy")
    signing.add("bob", (world.tenant, Role.GLOBAL))
    other = signing.by_link("bob")
    copy = tenants.find("Copy")
    assert copy is not None
    before = digest(copy.id), digest(world.tenant)
    for name in ("Copy", "Contoso"):
        assert send(other, GOOD, name=name).status_code == 400
        assert other.post("/tenants/new/demo", {"users": "3", "name": name}).status_code == 400
    assert (digest(copy.id), digest(world.tenant)) == before


def test_who_may_not(make_world: Make) -> None:
    """Anybody but a Global Administrator sees the ways locked with the reason, and no link; the doors refuse too."""
    world = make_world(crowd(1))
    for name, role in (("anna", Role.LICENSE), ("bob", Role.GLOBAL)):
        signing.add(name, (world.tenant, role))
    client = signing.by_link("anna")
    source = client.get("/tenants/new").content.decode()
    assert "Needs Global Administrator" in source
    assert source.count(" disabled") >= 8
    assert 'href="/tenants/new"' not in client.get("/").content.decode()
    assert client.post("/tenants/new/demo", {"users": "3", "name": "Mine"}).status_code == 403
    assert send(client, GOOD).status_code == 403
    assert 'href="/tenants/new"' in signing.by_link("bob").get("/").content.decode()
    operators.disable_operator("anna", OWNER)
    assert client.post("/tenants/new/demo", {"users": "3", "name": "Mine"}).status_code in (302, 403)
    assert tenants.find("Mine") is None
