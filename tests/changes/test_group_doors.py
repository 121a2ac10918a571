"""Groups themselves: made, renamed, given a rule, deleted, restored; and the lists that show them. Members stay put."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from licentia.changes import advance, groups, undo
from licentia.changes.preview import preview
from licentia.changes.who import Who
from licentia.domain.group_facts import GroupKind, Processing
from licentia.domain.instants import DAY, SECOND
from licentia.domain.intents import ChangeMembers, DeleteUser, Reprocess, SetGroupLicenses, Unassign, Undo
from licentia.domain.permissions import ROLE_CAPABILITIES, Actor, ActorKind, Capability, Role
from licentia.domain.reasons import BadInput, NotPermitted, Refused
from licentia.store.bulk import queue
from licentia.store.lists import groups as list_of
from licentia.words.titles import title
from world_store import AUDIO, E3, OWNER, STAFF, VISIO, World, by_group, crowd, direct, person

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]
COLUMNS = (
    "object_id, display_name, kind, membership_rule, is_synced, deleted_at, description, mail, mail_nickname, visibility, "
    "created_at"
)


def staff(world: World) -> int:
    """The group that gives E3."""
    return list_of.find(world.tenant, STAFF).id


def stored(world: World) -> dict[int, dict[str, Any]]:
    """Every group as it is in the store, by number."""
    found = world.rows(f"SELECT id, {COLUMNS} FROM user_group WHERE tenant_id = %(tenant)s")
    rows = {row[0]: dict(zip(COLUMNS.split(", "), row[1:], strict=True)) for row in found}
    return {
        number: row | {"is_synced": None if row["is_synced"] is None else bool(row["is_synced"])}
        for number, row in rows.items()
    }


def unlicensed(world: World) -> int:
    """The group that gave E3, once it gives nothing and everybody has followed."""
    intent = SetGroupLicenses(staff(world), remove=frozenset({E3}))
    world.apply(world.propose(intent, who=Who("members", str(staff(world)))))
    return staff(world)


def refused(act: Callable[[], object]) -> tuple[str, dict[str, Any]]:
    """The code and details of what the rules say no to."""
    with pytest.raises(Refused) as no:
        act()
    return no.value.code, no.value.details


def bad(act: Callable[[], object]) -> str:
    """The code of what can't be understood."""
    with pytest.raises(BadInput) as wrong:
        act()
    return wrong.value.code


def become(world: World, **facts: Any) -> None:
    """The group with E3 is another kind of group than it was."""
    sets = ", ".join(f"{name} = %({name})s" for name in facts)
    world.plant(f"UPDATE user_group SET {sets} WHERE tenant_id = %(tenant)s AND object_id = %(o)s", o=STAFF, **facts)


def test_a_new_group_has_a_plan_and_a_row_in_the_journal(make_world: Make) -> None:
    """The header is an inline plan without users; the row's text is the whole group."""
    world = make_world(crowd(1))
    done = groups.create_group(world.tenant, "  Sales   Europe ", OWNER, kind=GroupKind.MICROSOFT_365)
    made = stored(world)[done.group_id]
    assert made == made | {
        "display_name": "Sales Europe",
        "kind": "microsoft365",
        "membership_rule": "",
        "is_synced": False,
        "deleted_at": None,
    }
    header = world.header(done.plan_id)
    assert (header["verb"], header["state"], header["is_inline"], header["users"]) == (
        "create_group",
        "applied",
        True,
        0,
    )
    assert [(row[1], row[2], json.loads(row[3])) for row in world.journal("group.create")] == [
        (done.group_id, None, made)
    ]
    assert list_of.find(world.tenant, "Sales Europe").object_id == made["object_id"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "bad_group_name"),
        (" ", "bad_group_name"),
        ("x" * 257, "bad_group_name"),
        ("Alle medewerkers", "group_exists"),
    ],
)
def test_a_name_finds_one_group(make_world: Make, name: str, code: str) -> None:
    """Empty, too long, or taken: nothing is made, nothing is renamed."""
    world = make_world(crowd(1))
    before = stored(world)
    assert bad(lambda: groups.create_group(world.tenant, name, OWNER)) == code
    other = groups.create_group(world.tenant, "Other", OWNER).group_id
    assert bad(lambda: groups.update_group(world.tenant, other, OWNER, name=name)) == code
    assert {number: row for number, row in stored(world).items() if number != other} == before


@pytest.mark.parametrize("kind", [GroupKind.DISTRIBUTION, GroupKind.MAIL_SECURITY])
def test_groups_of_exchange_are_not_made_here(make_world: Make, kind: GroupKind) -> None:
    """R-93: the refusal names the Exchange admin center."""
    world = make_world(crowd(1))
    assert refused(lambda: groups.create_group(world.tenant, "List", OWNER, kind=kind)) == (
        "group_mail",
        {"group": "List"},
    )


@pytest.mark.parametrize("role", list(Role))
def test_who_may_manage_groups(make_world: Make, role: Role) -> None:
    """Global and Groups Administrators; everybody else is told so, and nothing happens."""
    world = make_world(crowd(1))
    actor = Actor(ActorKind.OPERATOR, "x", "X", world.tenant, ROLE_CAPABILITIES[role])
    doors: list[Callable[[], object]] = [
        lambda: groups.create_group(world.tenant, "New", actor),
        lambda: groups.update_group(world.tenant, staff(world), actor, name="Renamed"),
        lambda: groups.delete_group(world.tenant, unlicensed(world), actor),
        lambda: groups.restore_group(world.tenant, staff(world), actor),
    ]
    if Capability.MANAGE_GROUPS in actor.capabilities:
        assert role in (Role.GLOBAL, Role.GROUPS)
        for door in doors[:2]:
            assert door() is not None
        return
    for door in doors:
        with pytest.raises(NotPermitted) as no:
            door()
        assert no.value.needs == "manage_groups"


def test_a_group_is_renamed_once(make_world: Make) -> None:
    """Both rows are whole in the journal; the same again changes nothing."""
    world = make_world(crowd(2, by_group(E3)))
    number, sources = staff(world), world.sources()
    assert groups.update_group(world.tenant, number, OWNER, name="Everybody") is not None
    assert groups.update_group(world.tenant, number, OWNER, name="Everybody") is None
    assert stored(world)[number]["display_name"] == "Everybody"
    (row,) = world.journal("group.update")
    assert [json.loads(text)["display_name"] for text in row[2:]] == ["Alle medewerkers", "Everybody"]
    assert world.sources() == sources
    assert list_of.find(world.tenant, "Everybody").id == number


def test_a_rule_empties_a_group_so_not_one_with_licenses(make_world: Make) -> None:
    """As at Microsoft: everybody would lose the licenses for a while. Without licenses its members leave, each in the journal."""
    world = make_world(crowd(2, by_group(E3)))
    number = staff(world)

    def convert() -> object:
        return groups.update_group(world.tenant, number, OWNER, membership_rule='user.city -eq "Delft"')

    assert refused(convert) == ("group_rule_empties", {"group": "Alle medewerkers"})
    assert list_of.count_members(world.tenant, number) == 2
    unlicensed(world)
    assert convert() is not None
    assert list_of.count_members(world.tenant, number) == 0
    assert [row[1] for row in world.journal("member.remove")] == [1, 2]
    assert stored(world)[number]["membership_rule"] == 'user.city -eq "Delft"'
    assert groups.update_group(world.tenant, number, OWNER, membership_rule="") is not None
    assert stored(world)[number]["membership_rule"] == ""


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"is_synced": True}, "group_synced"),
        ({"kind": "mail_security"}, "group_mail"),
        ({"kind": "distribution"}, "group_mail"),
    ],
)
def test_a_group_with_another_master_is_not_changed_here(make_world: Make, facts: dict[str, Any], code: str) -> None:
    """R-93: neither renamed nor deleted, nor are its members changed; the code names the place."""
    world = make_world(crowd(1))
    number = unlicensed(world)
    become(world, **facts)
    assert refused(lambda: groups.update_group(world.tenant, number, OWNER, name="New"))[0] == code
    assert refused(lambda: groups.delete_group(world.tenant, number, OWNER))[0] == code
    for intent in (ChangeMembers(to_group=number), ChangeMembers(from_group=number)):
        assert refused(lambda intent=intent: world.propose(intent, who=Who("users", ids=(1,))))[0] == code


def test_a_dynamic_group_keeps_its_members_but_not_its_name(make_world: Make) -> None:
    """R-93: a rule decides on members; the group itself can be renamed and deleted."""
    world = make_world(crowd(1, by_group(E3)))
    become(world, membership_rule="user.accountEnabled -eq true")
    number = staff(world)
    for intent in (ChangeMembers(to_group=number), ChangeMembers(from_group=number)):
        found = refused(lambda intent=intent: world.propose(intent, who=Who("users", ids=(1,))))
        assert found == ("group_dynamic", {"group": "Alle medewerkers"})
    assert groups.update_group(world.tenant, number, OWNER, name="Everybody") is not None
    unlicensed(world)
    assert groups.delete_group(world.tenant, number, OWNER).restorable_until is None


def test_a_group_with_licenses_is_not_deleted(make_world: Make) -> None:
    """R-94: remove them first; then a security group is gone at once, and no undo brings it back (R-96)."""
    world = make_world(crowd(2, by_group(E3)))
    number = staff(world)
    assert refused(lambda: groups.delete_group(world.tenant, number, OWNER)) == (
        "group_has_licenses",
        {"group": "Alle medewerkers"},
    )
    unlicensed(world)
    before = stored(world)[number]
    done = groups.delete_group(world.tenant, number, OWNER)
    assert number not in stored(world)
    assert world.rows("SELECT 1 FROM group_member WHERE tenant_id = %(tenant)s") == []
    assert [row[1] for row in world.journal("member.remove")] == [1, 2]
    assert [(row[1], json.loads(row[2]), row[3]) for row in world.journal("group.delete")] == [(number, before, None)]
    assert refused(lambda: undo.meant(world.tenant, Undo(done.plan_id))) == ("no_undo", {"plan": done.plan_id})
    assert bad(lambda: groups.restore_group(world.tenant, number, OWNER)) == "unknown_group"
    assert bad(lambda: groups.delete_group(world.tenant, number, OWNER)) == "unknown_group"


def test_a_microsoft_365_group_can_be_restored_for_thirty_days(make_world: Make) -> None:
    """R-95: with its members; it is not listed meanwhile; on the thirtieth day it is too late."""
    world = make_world(crowd(2, by_group(E3)))
    number = unlicensed(world)
    become(world, kind="microsoft365")
    done = groups.delete_group(world.tenant, number, OWNER)
    deleted_at = stored(world)[number]["deleted_at"]
    assert done.restorable_until == deleted_at + 30 * DAY
    assert bad(lambda: list_of.find(world.tenant, STAFF)) == "unknown_group"
    assert list_of.page(world.tenant)[0] == []
    assert [group.id for group in list_of.deleted(world.tenant)] == [number]
    groups.restore_group(world.tenant, number, OWNER)
    assert list_of.count_members(world.tenant, number) == 2
    assert [json.loads(text)["deleted_at"] for text in world.journal("group.restore")[0][2:]] == [deleted_at, None]
    again = groups.delete_group(world.tenant, number, OWNER)
    assert again.restorable_until is not None
    advance.set_clock(world.tenant, again.restorable_until - 60 * SECOND, OWNER)
    groups.restore_group(world.tenant, number, OWNER)
    last = groups.delete_group(world.tenant, number, OWNER)
    assert last.restorable_until is not None
    advance.set_clock(world.tenant, last.restorable_until, OWNER)
    assert bad(lambda: groups.restore_group(world.tenant, number, OWNER)) == "unknown_group"
    assert number not in stored(world)
    at, _, before, after = world.journal("group.delete")[-1]
    assert (at, json.loads(before)["display_name"], after) == (last.restorable_until, "Alle medewerkers", None)
    assert len(world.journal("member.remove")) == 2


def test_a_group_on_the_never_list_is_not_deleted(make_world: Make) -> None:
    """R-34: its members would no longer be protected."""
    from licentia.changes import record

    world = make_world(crowd(1))
    number = unlicensed(world)
    record.add_never(world.tenant, "group", number, "Board", OWNER)
    assert refused(lambda: groups.delete_group(world.tenant, number, OWNER)) == (
        "group_never",
        {"group": "Alle medewerkers", "reason": "Board"},
    )


def test_a_stale_entry_keeps_its_group_until_it_is_solved(make_world: Make) -> None:
    """R-89: the add-on stands on it; unassign that, reprocess, and the seat is free and the group can go."""
    world = make_world([person(1, by_group(E3) + direct(AUDIO)), person(2, by_group(E3))])
    number = unlicensed(world)
    assert world.consumed() == 1
    (row,) = list_of.trouble(world.tenant)
    assert (row.error, row.state, row.source_id, row.sku_id, row.users) == ("DependencyViolation", 2, number, E3, 1)
    assert [(one.user_id, one.error) for one in list_of.troubled(world.tenant, number)] == [(1, "DependencyViolation")]
    assert refused(lambda: groups.delete_group(world.tenant, number, OWNER)) == (
        "group_in_use",
        {"group": "Alle medewerkers"},
    )
    world.inline(Unassign(AUDIO), 1)
    assert world.consumed() == 1
    world.apply(world.propose(Reprocess(), who=Who("users", ids=(1,))))
    assert (world.consumed(), world.sources()) == (0, {})
    groups.delete_group(world.tenant, number, OWNER)
    assert stored(world) == {}


def test_what_a_deleted_user_remembered_of_a_group_goes_with_it(make_world: Make) -> None:
    """R-70: it holds no seat and can't come back; the user's history says so."""
    world = make_world(crowd(2, by_group(E3)))
    world.inline(DeleteUser(), 1)
    number = unlicensed(world)
    remembered = [key for key, (state, _plans) in world.sources().items() if state == 5]
    assert remembered == [(1, E3, 2, number)]
    groups.delete_group(world.tenant, number, OWNER)
    assert world.sources() == {}
    assert world.journal("license.unassign")[-1][1] == 1


def test_the_journal_makes_every_group_anew(make_world: Make) -> None:
    """Replayed from the rows of the journal, the groups that the doors made are as they are in the store."""
    world = make_world(crowd(2, by_group(E3)))
    first = groups.create_group(world.tenant, "Sales", OWNER).group_id
    second = groups.create_group(world.tenant, "Team", OWNER, kind=GroupKind.MICROSOFT_365).group_id
    third = groups.create_group(world.tenant, "Gone", OWNER).group_id
    groups.update_group(world.tenant, first, OWNER, name="Sales Europe", membership_rule="user.city -eq 'Delft'")
    groups.delete_group(world.tenant, second, OWNER)
    groups.delete_group(world.tenant, third, OWNER)
    replayed: dict[int, dict[str, Any]] = {}
    rows = world.rows(
        "SELECT object_id, before, after FROM journal WHERE tenant_id = %(tenant)s AND object_kind = 'group' ORDER BY seq"
    )
    for number, before, after in rows:
        assert replayed.get(number) == (None if before is None else json.loads(before))
        replayed.pop(number, None)
        if after is not None:
            replayed[number] = json.loads(after)
    assert replayed == {number: row for number, row in stored(world).items() if number != staff(world)}
    assert set(replayed) == {first, second}


# Lists


def test_groups_are_paged_by_name(make_world: Make) -> None:
    """Each once, in order, whatever the page's size; only those that give licenses where asked."""
    world = make_world(crowd(1))
    for name in ("Delta", "alfa", "Écho", "Bravo", "charlie"):
        groups.create_group(world.tenant, name, OWNER)
    whole, end = list_of.page(world.tenant)
    assert end is None
    assert [group.name for group in whole if " " not in group.name] == ["alfa", "Bravo", "charlie", "Delta", "Écho"]
    walked: list[int] = []
    key = None
    while True:
        some, key = list_of.page(world.tenant, after=key, top=2)
        walked += [group.id for group in some]
        if key is None:
            break
    assert walked == [group.id for group in whole]
    assert [group.id for group in list_of.page(world.tenant, licensed=True)[0]] == [staff(world)]


def test_a_name_of_two_groups_offers_both(make_world: Make) -> None:
    """Files bring such groups; the object id finds one of them, in any letter case."""
    world = make_world(crowd(1))
    other = groups.create_group(world.tenant, "Other", OWNER).group_id
    world.plant(
        "UPDATE user_group SET display_name = 'Alle medewerkers' WHERE tenant_id = %(tenant)s AND id = %(g)s", g=other
    )
    with pytest.raises(BadInput) as wrong:
        list_of.find(world.tenant, "Alle medewerkers")
    assert (wrong.value.code, wrong.value.details["n"], len(wrong.value.details["candidates"])) == (
        "ambiguous_group",
        2,
        2,
    )
    assert list_of.find(world.tenant, STAFF.upper()).object_id == STAFF
    assert bad(lambda: list_of.find(world.tenant, "nobody")) == "unknown_group"


@pytest.mark.parametrize("few", [2_000, 3])
def test_members_are_paged_by_name(make_world: Make, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    """A small group is sorted, a large one walked in name order: the same pages. Deleted users are left out."""
    monkeypatch.setattr(list_of, "FEW", few)
    world = make_world([*(person(n, by_group(E3)) for n in range(1, 8)), person(8, direct(E3))])
    world.inline(DeleteUser(), 3)
    number, walked, key = staff(world), list[int](), None
    while True:
        some, key = list_of.members(world.tenant, number, after=key, top=2)
        walked += [row.id for row in some]
        if key is None:
            break
    assert walked == [1, 2, 4, 5, 6, 7]
    assert list_of.count_members(world.tenant, number) == 6
    assert list_of.members_of(world.tenant, number, [1, 3, 8]) == {1, 3}


def test_errors_are_counted_by_cause(make_world: Make) -> None:
    """One seat for three: two are in error, their other product says Other; held and not held are told apart."""
    world = make_world(crowd(3, ()), seats={E3: 1, VISIO: 5})
    intent = SetGroupLicenses(staff(world), add=((VISIO, frozenset()),))
    world.apply(world.propose(intent, who=Who("members", str(staff(world)))))
    world.apply(world.propose(ChangeMembers(to_group=staff(world)), who=Who("users", ids=(1, 2, 3))))
    found = [(row.error, row.state, row.sku_id, row.users) for row in list_of.trouble(world.tenant)]
    assert found == [("CountViolation", 4, E3, 2), ("Other", 4, VISIO, 2)]
    assert list_of.trouble(world.tenant, 99) == []
    assert set(list_of.states(world.tenant, staff(world))) == {
        (E3, 1, "", 1),
        (E3, 4, "CountViolation", 2),
        (VISIO, 1, "", 1),
        (VISIO, 4, "Other", 2),
    }
    first = list_of.troubled(world.tenant, top=1)
    assert {(one.user_id, one.sku_id) for one in first} == {(2, E3), (2, VISIO)}
    assert {one.user_id for one in list_of.troubled(world.tenant, after=2)} == {3}


# ---- what Microsoft Graph says of a group besides


def test_a_group_is_described_and_the_journal_has_all_of_it(make_world: Make) -> None:
    """R-182: further fields at creation and later; None clears; a second one of the name only where it may."""
    world = make_world(crowd(1))
    more = {
        "description": "Iedereen",
        "mail": "sales@contoso.example",
        "mail_nickname": "sales",
        "visibility": "private",
    }
    done = groups.create_group(world.tenant, "Sales", OWNER, kind=GroupKind.MICROSOFT_365, more=more)
    made = stored(world)[done.group_id]
    assert made == made | more | {"visibility": "Private"}
    assert made["created_at"] is not None
    assert json.loads(world.journal("group.create")[0][3]) == made
    changed = groups.update_group(
        world.tenant, done.group_id, OWNER, more={"description": None, "mail_nickname": "sales"}
    )
    assert changed is not None
    assert stored(world)[done.group_id] == made | {"description": None}
    assert groups.update_group(world.tenant, done.group_id, OWNER, more={"description": ""}) is None
    assert bad(lambda: groups.create_group(world.tenant, "Sales", OWNER)) == "group_exists"
    second = groups.create_group(world.tenant, "Sales", OWNER, may_share_name=True)
    with pytest.raises(BadInput, match="ambiguous_group") as several:
        list_of.find(world.tenant, "Sales")
    assert {one[1] for one in several.value.details["candidates"]} == {
        stored(world)[number]["object_id"] for number in (done.group_id, second.group_id)
    }


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"description": "x" * 1_025}, "field_too_long"),
        ({"visibility": "Secret"}, "bad_field"),
        ({"mail": 7}, "bad_field"),
        ({"object_id": "x"}, "unknown_field"),
    ],
)
def test_a_field_of_a_group_that_will_not_do(make_world: Make, more: dict[str, object], code: str) -> None:
    """Nothing is made, nothing changed."""
    world = make_world(crowd(1))
    before = stored(world)
    assert bad(lambda: groups.create_group(world.tenant, "Sales", OWNER, more=more)) == code
    assert bad(lambda: groups.update_group(world.tenant, staff(world), OWNER, more=more)) == code
    assert stored(world) == before


def test_a_deleted_group_can_be_gone_at_once(make_world: Make) -> None:
    """Only one that is deleted; nothing brings it back, and its 30 days are not waited for any more."""
    world = make_world(crowd(1))
    made = groups.create_group(world.tenant, "Sales", OWNER, kind=GroupKind.MICROSOFT_365).group_id
    assert bad(lambda: groups.purge_group(world.tenant, made, OWNER)) == "unknown_group"
    groups.delete_group(world.tenant, made, OWNER)
    done = groups.purge_group(world.tenant, made, OWNER)
    assert made not in stored(world)
    assert bad(lambda: groups.restore_group(world.tenant, made, OWNER)) == "unknown_group"
    assert world.rows("SELECT 1 FROM agenda WHERE tenant_id = %(tenant)s AND kind = 'deleted_group'") == []
    assert refused(lambda: world.propose(Undo(done.plan_id)))[0] == "no_undo"
    assert title(preview(world.tenant, done.plan_id)).startswith("Delete group")


def test_how_far_members_have_followed_is_known(make_world: Make) -> None:
    """R-181: queued when the group changed, in progress between chunks, complete when nobody waits; leavers too."""
    world = make_world([*crowd(4, by_group(E3)), person(5)])
    group = staff(world)
    other = groups.create_group(world.tenant, "Other", OWNER).group_id
    assert list_of.processing(world.tenant, [group, other]) == {}
    queue.put_members(world.tenant, 0, group, 0)
    assert list_of.processing(world.tenant, [group, other]) == {group: Processing.QUEUED}
    queue.remove(world.tenant, 0, 1, 2)
    assert list_of.processing(world.tenant, [group, other]) == {group: Processing.IN_PROGRESS}
    advance.advance(world.tenant)
    assert list_of.processing(world.tenant, [group, other]) == {}
    world.plant("DELETE FROM group_member WHERE tenant_id = %(tenant)s AND user_id = 4")
    queue.put_users(world.tenant, 0, [4], 0)
    assert list_of.processing(world.tenant, [group]) == {group: Processing.IN_PROGRESS}
    advance.advance(world.tenant)
    assert list_of.processing(world.tenant, [group]) == {}
