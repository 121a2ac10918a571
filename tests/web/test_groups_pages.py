"""The pages of groups: each is there, each change is a plan that does what it says, each refusal says who can do it instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from center_desk import Admin
from licentia.changes import groups
from licentia.domain.group_facts import GroupKind
from licentia.domain.permissions import Role
from licentia.store.lists import group_pages
from licentia.store.lists import groups as list_of
from licentia.store.lists.group_pages import GroupQuery
from world_store import AUDIO, E3, OWNER, STAFF, SWAY_PLAN, World, by_group, crowd, direct, person, watched

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]
PAGE = f"/groups/{STAFF}"
TABS = ("members", "licenses", "errors", "history")


def members(world: World) -> set[int]:
    """Numbers of the members of the group that gives E3."""
    rows = world.rows(
        "SELECT user_id FROM group_member WHERE tenant_id = %(tenant)s AND group_id = %(g)s", g=number(world)
    )
    return {row[0] for row in rows}


def number(world: World) -> int:
    """The number of the group that gives E3."""
    return list_of.find(world.tenant, STAFF).id


def become(world: World, **facts: Any) -> None:
    """The group with E3 is another kind of group than it was."""
    sets = ", ".join(f"{name} = %({name})s" for name in facts)
    world.plant(f"UPDATE user_group SET {sets} WHERE tenant_id = %(tenant)s AND object_id = %(o)s", o=STAFF, **facts)


def given(world: World) -> dict[str, str]:
    """What the group gives, with the plans that are off."""
    return dict(list_of.licenses(world.tenant, [number(world)])[number(world)])


@pytest.mark.parametrize(("language", "said"), [("en", "All licenses assigned"), ("nl", "Alle licenties toegewezen")])
def test_every_page_is_there(make_world: Make, language: str, said: str) -> None:
    """The list, each tab and each box, in both languages; a group that is not there is 404."""
    world = make_world(crowd(3, by_group(E3)))
    admin = Admin(world, language=language)
    assert said in admin.get("/groups")
    for tab in TABS:
        assert "Alle medewerkers" in admin.get(f"{PAGE}?tab={tab}")
    assert said in admin.get(PAGE)
    for box in ("assign", f"assign?product={E3}", "unassign", "members", "rename", "delete"):
        admin.get(f"{PAGE}/{box}")
    admin.get("/groups/new")
    admin.get("/groups?kind=deleted")
    admin.get("/groups?kind=licensed")
    admin.get("/groups/00000000-0000-4000-8000-00000000ffff", 404)
    admin.get(f"/billing/licenses/{E3}?tab=groups")


def test_groups_are_found_and_paged_in_both_directions(make_world: Make) -> None:
    """A word anywhere in the name; a page goes on where the other ended, and back again."""
    world = make_world(crowd(1))
    for name in ("Sales Europe", "Sales Asia", "100% Remote"):
        groups.create_group(world.tenant, name, OWNER)

    def names(**query: Any) -> list[str]:
        return [one.name for one in group_pages.page(world.tenant, GroupQuery(**query)).groups]

    assert names(search="sale") == ["Sales Asia", "Sales Europe"]
    assert names(search="0% r") == ["100% Remote"]
    assert names(search="_") == []
    assert names(product_id=world.product(E3)) == names(licensed=True) == ["Alle medewerkers"]
    first = group_pages.page(world.tenant, GroupQuery(top=2))
    assert (first.previous_key, names(top=2, after=first.next_key)) == (None, ["Sales Asia", "Sales Europe"])
    second = group_pages.page(world.tenant, GroupQuery(top=2, after=first.next_key))
    assert names(top=2, before=second.previous_key) == [one.name for one in first.groups]
    page = Admin(world).get("/groups?q=europe")
    assert "Sales Europe" in page
    assert "Sales Asia" not in page


def test_members_are_counted_up_to_a_cap(make_world: Make) -> None:
    """One more than is counted says that there are more; a deleted user is no member."""
    world = make_world(crowd(4, by_group(E3)))
    group = number(world)
    assert group_pages.standings(world.tenant, [group])[group].members == 4
    assert group_pages.standings(world.tenant, [group], counted=2)[group].members == 3
    world.plant("UPDATE users SET deleted_at = 1 WHERE tenant_id = %(tenant)s AND id = %(u)s", u=world.user(1))
    assert group_pages.standings(world.tenant, [group])[group].members == 3
    world.plant("UPDATE users SET deleted_at = NULL WHERE tenant_id = %(tenant)s AND id = %(u)s", u=world.user(1))


def test_licenses_are_unassigned_over_all_members_and_undone(make_world: Make) -> None:
    """The plan names who keeps the product by another path; Undo gives the group its product back."""
    people = [person(1, by_group(E3)), person(2, by_group(E3) + direct(E3)), person(3, by_group(E3))]
    world = make_world(people)
    admin = Admin(world)
    plan = admin.plan(f"{PAGE}/unassign", {"product": E3})
    assert world.header(plan)["users"] == 3
    admin.apply(plan)
    assert given(world) == {}
    assert {key[:2] for key in world.sources()} == {(world.user(2), E3)}
    admin.undo(plan)
    assert given(world) == {E3: ""}
    assert world.consumed() == 3


def test_licenses_are_assigned_with_services_off_and_undone(make_world: Make) -> None:
    """Boxes that are off stay off for every member; a form without boxes leaves services as they are (I-8)."""
    world = make_world(crowd(2, by_group(E3)))
    admin = Admin(world)
    page = admin.get(f"{PAGE}/assign?product={E3}")
    on = [part.split('"')[0] for part in page.split('name="on" value="')[1:]]
    assert SWAY_PLAN in on
    kept = [one for one in on if one != SWAY_PLAN]
    plan = admin.plan(f"{PAGE}/assign", {"product": E3, "services": "1", "on": kept})
    admin.apply(plan)
    assert given(world) == {E3: SWAY_PLAN}
    assert {value[1] for value in world.sources().values()} == {SWAY_PLAN}
    more = admin.plan(f"{PAGE}/assign", {"product": AUDIO})
    admin.apply(more)
    assert given(world) == {E3: SWAY_PLAN, AUDIO: ""}
    admin.undo(more)
    assert given(world) == {E3: SWAY_PLAN}


def test_members_are_removed_and_undone(make_world: Make) -> None:
    """The selection, or everybody, leaves by a plan; Undo puts them back."""
    world = make_world(crowd(3, by_group(E3)))
    admin = Admin(world)
    first = world.user(1)
    shown = [world.user(n) for n in (1, 2, 3)]
    assert admin.post(PAGE, {"shown": shown, "user": [first], "do": "mark"}) == PAGE
    assert "1 selected" in admin.get(PAGE)
    plan = admin.plan(PAGE, {"shown": shown, "user": [first], "do": "remove"})
    admin.apply(plan)
    assert first not in members(world)
    assert world.consumed() == 2
    admin.undo(plan)
    assert len(members(world)) == 3
    admin.post(PAGE, {"do": "all"})
    admin.apply(admin.plan(PAGE, {"shown": shown, "user": shown, "do": "remove"}))
    assert members(world) == set()


def test_members_are_added_from_a_search_a_paste_and_a_file(make_world: Make) -> None:
    """All three at once, each user once; Undo takes them out again."""
    world = make_world([person(n) for n in (1, 2, 3)])
    admin = Admin(world)
    found = admin.post(f"{PAGE}/members", {"q": "persoon", "do": "find", "names": "kept"}, 200)
    assert "Persoon 00001" in found
    assert "kept" in found
    file = SimpleUploadedFile("users.csv", b"User principal name\np00003@contoso.example\np00001@contoso.example\n")
    fields = {"user": world.user(1), "names": "P00002@contoso.example", "file": file, "do": "go"}
    plan = admin.plan(f"{PAGE}/members", fields)
    admin.apply(plan)
    assert members(world) == {world.user(n) for n in (1, 2, 3)}
    admin.undo(plan)
    assert members(world) == set()


@pytest.mark.parametrize(
    ("language", "bad", "nobody"),
    [
        ("en", "No user is called nobody@contoso.example.", "Choose users first"),
        ("nl", "Er is geen gebruiker met de naam nobody@contoso.example.", "Kies eerst gebruikers"),
    ],
)
def test_a_line_that_is_nobody_changes_nothing_and_loses_nothing(
    make_world: Make, language: str, bad: str, nobody: str
) -> None:
    """Its line and reason are shown, the text is there again, and leaving it out is a choice."""
    world = make_world([person(1)])
    admin = Admin(world, language=language)
    text = "p00001@contoso.example\nnobody@contoso.example"
    page = admin.post(f"{PAGE}/members", {"names": text, "do": "go"}, 422)
    assert bad in page
    assert text in page.replace("\r\n", "\n")
    assert nobody in admin.post(f"{PAGE}/members", {"names": " ", "do": "go"}, 422)
    admin.apply(admin.plan(f"{PAGE}/members", {"names": text, "skip_bad": "1", "do": "go"}))
    assert members(world) == {world.user(1)}


def test_a_group_is_made_renamed_and_deleted(make_world: Make) -> None:
    """A Microsoft 365 group can be restored where it is listed; any other asks for its name, and is gone."""
    world = make_world(crowd(1))
    admin = Admin(world)
    where = admin.post("/groups/new", {"name": "Sales", "kind": "microsoft365", "rule": ""})
    assert "Sales" in admin.get(where)
    assert admin.post(f"{where}/rename", {"name": "Sales Europe", "rule": ""}) == where
    assert "Sales Europe" in admin.get(where)
    assert admin.post(f"{where}/delete") == "/groups?kind=deleted"
    assert "Sales Europe" in admin.get("/groups?kind=deleted")
    admin.get(where, 404)
    admin.post(f"{where}/restore")
    assert "Group restored" in admin.get(f"{where}?tab=history")
    other = admin.post("/groups/new", {"name": "Short", "kind": "security"})
    admin.post(f"{other}/delete", {"name": "Shorter"}, 422)
    assert admin.post(f"{other}/delete", {"name": "Short"}) == "/groups"
    admin.get(other, 404)


@pytest.mark.parametrize(
    ("language", "taken", "gives"),
    [
        ("en", "There is a group called Alle medewerkers already.", "gives licenses, so it can't be deleted"),
        (
            "nl",
            "Er is al een groep met de naam Alle medewerkers.",
            "geeft licenties en kan daarom niet worden verwijderd",
        ),
    ],
)
def test_a_taken_name_and_a_group_with_licenses_are_refused(
    make_world: Make, language: str, taken: str, gives: str
) -> None:
    """With the doors' own sentence, on the form."""
    world = make_world(crowd(1, by_group(E3)))
    admin = Admin(world, language=language)
    assert taken in admin.post("/groups/new", {"name": "Alle medewerkers", "kind": "security"}, 422)
    assert gives in admin.post(f"{PAGE}/delete", {"name": "Alle medewerkers"}, 409)
    admin.post("/groups/new", {"name": "", "kind": "security"}, 422)
    admin.post("/groups/new", {"name": "X", "kind": "distribution"}, 422)


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"membership_rule": "x"}, {"en": "A rule decides who is in", "nl": "Een regel bepaalt wie"}),
        (
            {"is_synced": True},
            {"en": "comes from your own Active Directory", "nl": "komt uit uw eigen Active Directory"},
        ),
        (
            {"kind": GroupKind.MAIL_SECURITY.value},
            {"en": "is a mail group of Exchange", "nl": "is een e-mailgroep van Exchange"},
        ),
    ],
)
def test_who_else_changes_the_group_is_said(
    make_world: Make, language: str, facts: dict[str, Any], said: dict[str, str]
) -> None:
    """On the page, beside controls that are locked; and by the doors when a form comes all the same."""
    world = make_world(crowd(2, by_group(E3)))
    become(world, **facts)
    admin = Admin(world, language=language)
    assert said[language] in admin.get(PAGE)
    user = world.user(1)
    assert said[language] in admin.post(PAGE, {"shown": user, "user": user, "do": "remove"}, 409)
    assert said[language] in admin.post(f"{PAGE}/members", {"user": user, "do": "go"}, 409)
    assert user in members(world)


def test_errors_are_by_cause_with_the_fix_and_reprocessed(make_world: Make) -> None:
    """One seat for two members: the second is in error; with a seat more, reprocessing solves it."""
    world = make_world(crowd(2, ()), seats={E3: 1})
    admin = Admin(world)
    names = "p00001@contoso.example\np00002@contoso.example"
    admin.apply(admin.plan(f"{PAGE}/members", {"names": names, "do": "go"}))
    assert "Errors: 1 user" in admin.get("/groups")
    page = admin.get(f"{PAGE}?tab=errors")
    assert "CountViolation" in page
    assert "Buy licenses or take some back" in page
    assert "p00002@contoso.example" in page
    assert "no licenses available" in admin.get(PAGE)
    world.set_seats(2)
    admin.apply(admin.plan(f"{PAGE}/reprocess"))
    assert "No license is in error." in admin.get(f"{PAGE}?tab=errors")


@pytest.mark.parametrize(
    ("language", "needs"), [("en", "Needs one of these roles: "), ("nl", "Vereist een van deze rollen: ")]
)
def test_a_reader_sees_everything_and_changes_nothing(make_world: Make, language: str, needs: str) -> None:
    """Controls are locked with the roles that may; an address typed all the same is 403."""
    world = make_world(crowd(2, by_group(E3)))
    reader = Admin(world, Role.GLOBAL_READER, language)
    assert needs in reader.get("/groups")
    for tab in TABS:
        reader.get(f"{PAGE}?tab={tab}")
    assert needs in reader.get(f"{PAGE}?tab=licenses")
    for box in ("assign", "unassign", "members", "rename", "delete"):
        reader.get(f"{PAGE}/{box}", 403)
        reader.post(f"{PAGE}/{box}", {}, 403)
    reader.post(f"{PAGE}/reprocess", {}, 403)
    reader.post(PAGE, {"shown": world.user(1), "user": world.user(1), "do": "remove"}, 403)
    reader.post("/groups/new", {"name": "X"}, 403)


def test_a_license_administrator_changes_licenses_and_not_the_group(make_world: Make) -> None:
    """And a Groups Administrator the group and its licenses."""
    world = make_world(crowd(2, by_group(E3)))
    one = Admin(world, Role.LICENSE)
    one.get(f"{PAGE}/assign")
    one.get(f"{PAGE}/members", 403)
    one.get(f"{PAGE}/rename", 403)
    other = Admin(world, Role.GROUPS)
    other.get(f"{PAGE}/assign")
    other.get(f"{PAGE}/members")
    other.post(f"{PAGE}/reprocess", {}, 403)


def test_hostile_input_is_a_sentence(make_world: Make) -> None:
    """NUL, huge numbers, keys that are none, a file that is no text: never 500, and nothing is changed."""
    world = make_world(crowd(2, by_group(E3)))
    admin = Admin(world)
    admin.get("/groups?q=%00&after=x&before=%00")
    admin.get(f"{PAGE}?tab=nothing&after=zzz&user=99999999999999999999")
    admin.post("/groups/new", {"name": "a\x00b", "kind": "security"}, 422)
    admin.post(f"{PAGE}/assign", {"product": "x\x00"}, 404)
    admin.post(f"{PAGE}/unassign", {"product": "x"}, 400)
    admin.post(f"{PAGE}/members", {"user": "9" * 40, "do": "go"}, 422)
    for names in ("\x00", "a\x00b@contoso.example", "x" * 200_000, "=cmd()\n<script>"):
        page = admin.post(f"{PAGE}/members", {"names": names, "do": "go"}, 422)
        assert "<script>\n" not in page
    zipped = SimpleUploadedFile("x.csv", b"PK\x03\x04" + b"\x00" * 50)
    assert "not text" in admin.post(f"{PAGE}/members", {"file": zipped, "do": "go"}, 422)
    assert members(world) == {world.user(1), world.user(2)}


def test_a_page_costs_the_same_for_few_and_for_many(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of statements grows neither with groups nor with members."""
    world = make_world(crowd(60, by_group(E3)))
    admin = Admin(world)

    def statements(address: str) -> int:
        with watched(monkeypatch) as seen:
            admin.get(address)
        return seen.count()

    admin.get("/groups")
    few = statements("/groups"), statements(f"{PAGE}?q=00001"), statements(f"{PAGE}?tab=errors")
    for n in range(30):
        groups.create_group(world.tenant, f"Group {n}", OWNER)
    many = statements("/groups"), statements(f"{PAGE}?q=persoon"), statements(f"{PAGE}?tab=errors")
    assert few == many
