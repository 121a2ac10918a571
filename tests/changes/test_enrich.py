"""Facts from files into a copy: unknown becomes a dated fact, a newer fact stays, and bad rows change nothing."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from licentia.changes import advance, enrich, enrich_groups, enrich_subscriptions, refresh
from licentia.changes.enrich import Difference, Enriched
from licentia.domain import catalog
from licentia.domain.instants import DAY, from_iso
from licentia.domain.permissions import Actor, ActorKind, Capability
from licentia.domain.reasons import BadInput, NotPermitted
from licentia.importing.groups_file import read_groups, read_members
from licentia.importing.reports import read_usage_report
from licentia.importing.signins import read_sign_ins
from licentia.importing.subscriptions_file import read_subscriptions
from licentia.store.lists import subscriptions as subscription_list
from world_store import (
    AUDIO,
    E3,
    E5,
    FLOW,
    OWNER,
    STAFF,
    SWAY_PLAN,
    World,
    by_group,
    crowd,
    digest,
    direct,
    object_id,
    person,
    user_file,
    watched,
)

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]
NAME = "p{:05d}@contoso.example"
SALES = "00000000-0000-4000-8000-00000000bbbb"
FIRST = "665b32d1-0000-4000-8000-000000000001"
SECOND = "665b32d1-0000-4000-8000-000000000002"
ACTIVE = "Report Refresh Date,User Principal Name,Is Deleted,Exchange Last Activity Date,Teams Last Activity Date"
MAILBOX = "Report Refresh Date,User Principal Name,Is Deleted,Item Count,Storage Used (Byte),Has Archive,Recipient Type"
OLD_MAILBOX = "Report Refresh Date,User Principal Name,Is Deleted,Item Count,Storage Used (Byte)"
DRIVE = "Report Refresh Date,Owner Principal Name,Is Deleted,File Count,Storage Used (Byte)"
SIGN_INS = "User principal name,Last interactive sign-in time,Last non-interactive sign-in time"
GIB = 1_073_741_824


def text_of(header: str, *rows: str) -> Callable[[], io.BytesIO]:
    content = "\n".join([header, *rows]).encode()
    return lambda: io.BytesIO(content)


def json_of(*entries: Any) -> Callable[[], io.BytesIO]:
    content = json.dumps({"value": entries}).encode()
    return lambda: io.BytesIO(content)


def usage(world: World, header: str, *rows: str, **how: Any) -> Enriched:
    """What a usage report did."""
    return enrich.import_usage(world.tenant, read_usage_report(text_of(header, *rows)), OWNER, **how)


def sign_ins(world: World, *rows: str, **how: Any) -> Enriched:
    """What a table of sign-ins did."""
    return enrich.import_sign_ins(world.tenant, read_sign_ins(text_of(SIGN_INS, *rows)), OWNER, **how)


def groups(world: World, *entries: dict[str, Any], **how: Any) -> Enriched:
    """What Graph's groups did."""
    return enrich_groups.import_groups(world.tenant, read_groups(json_of(*entries), catalog.load()), OWNER, **how)


def members(world: World, header: str, *rows: str, **how: Any) -> Enriched:
    """What a table of members did."""
    return enrich_groups.import_members(world.tenant, read_members(text_of(header, *rows)), OWNER, **how)


def subscriptions(world: World, source: Callable[[], io.BytesIO], **how: Any) -> Enriched:
    """What a file of subscriptions did."""
    found = read_subscriptions(source, catalog.load())
    return enrich_subscriptions.import_subscriptions(world.tenant, found, OWNER, **how)


def subscription(ref: str = FIRST, seats: int = 5, sku: str = E3, **more: Any) -> dict[str, Any]:
    """Graph's subscription."""
    known = {"id": ref, "skuId": sku, "status": "Enabled", "totalLicenses": seats, "isTrial": False}
    return known | {"nextLifecycleDateTime": "2030-12-01T00:00:00Z"} | more


def facts(world: World, columns: str, table: str = "users", key: str = "id") -> list[Any]:
    """These columns of a table, by user."""
    return list(world.rows(f"SELECT {columns} FROM {table} WHERE tenant_id = %(tenant)s ORDER BY {key}"))


def told(world: World, kind: str) -> list[tuple[int, Any, Any]]:
    """(object, before, after) of the journal's rows of a kind."""
    return [
        (number, before and json.loads(before), json.loads(after)) for _at, number, before, after in world.journal(kind)
    ]


def stored(world: World) -> list[tuple[Any, ...]]:
    """Product, id, seats and state of every subscription."""
    return [
        (row.subscription.sku_id, row.subscription.ref, row.subscription.seats, row.subscription.state.value)
        for row in subscription_list.page(world.tenant)
    ]


# ---- last activity


def test_an_activity_report_makes_known_who_was_active_and_when_that_was_read(make_copy: Make) -> None:
    """The latest date of any service; nobody's report is never a date; who is not in it stays unknown."""
    world = make_copy(crowd(3))
    outcome = usage(
        world,
        ACTIVE,
        f"2024-11-20,{NAME.format(1).upper()},False,2024-11-01,2024-11-18",
        f"2024-11-20,{NAME.format(2)},False,,",
    )
    assert (outcome.is_done, outcome.rows, outcome.changed) == (True, 2, 2)
    seen, read = from_iso("2024-11-18"), from_iso("2024-11-20")
    assert facts(world, "last_activity_at, activity_read_at") == [(seen, read), (None, read), (None, None)]
    assert told(world, "user.facts") == [
        (world.user(1), None, {"last_activity_at": seen, "activity_read_at": read}),
        (world.user(2), None, {"last_activity_at": None, "activity_read_at": read}),
    ]


def test_a_newer_report_moves_an_activity_forward_and_never_back_to_none(make_copy: Make) -> None:
    """A report looks back so far and no further: what an earlier one saw has been."""
    world = make_copy(crowd(2))
    name = NAME.format(1)
    usage(world, ACTIVE, f"2024-06-01,{name},False,2024-05-01,", f"2024-06-01,{NAME.format(2)},False,2024-05-02,")
    outcome = usage(world, ACTIVE, f"2024-11-20,{name},False,,", f"2024-11-20,{NAME.format(2)},False,2024-11-02,")
    assert (outcome.rows, outcome.changed) == (2, 1)
    read = from_iso("2024-11-20")
    assert facts(world, "last_activity_at, activity_read_at") == [
        (from_iso("2024-05-01"), read),
        (from_iso("2024-11-02"), read),
    ]


def test_an_older_file_never_overwrites_a_newer_fact(make_copy: Make) -> None:
    """Of no kind; it is counted, and who was not known yet is taken from it."""
    world = make_copy(crowd(2))
    one, two = NAME.format(1), NAME.format(2)
    usage(world, ACTIVE, f"2024-11-20,{one},False,2024-11-18,")
    usage(world, MAILBOX, f"2024-11-20,{one},False,1,{3 * GIB},True,UserMailbox")
    usage(world, DRIVE, f"2024-11-20,{one},False,1,{3 * GIB}")
    before = facts(world, "*")[0], facts(world, "*", "mailbox", "user_id"), facts(world, "*", "drive", "user_id")
    for header, cells in (
        (ACTIVE, "False,2024-11-01,"),
        (MAILBOX, f"False,1,{GIB},False,SharedMailbox"),
        (DRIVE, f"False,1,{GIB}"),
    ):
        outcome = usage(world, header, f"2024-11-01,{one},{cells}", f"2024-11-01,{two},{cells}")
        assert (outcome.changed, outcome.older) == (1, 1)
    after = facts(world, "*")[0], facts(world, "*", "mailbox", "user_id")[:1], facts(world, "*", "drive", "user_id")[:1]
    assert after == before


# ---- mailboxes and drives


def test_a_mailbox_report_makes_known_kind_size_and_archive(make_copy: Make) -> None:
    """Hold and forwarding, which it does not have, stay not known."""
    world = make_copy(crowd(2))
    outcome = usage(world, MAILBOX, f"2024-11-20,{NAME.format(1)},False,9,{60 * GIB},Yes,SharedMailbox")
    assert outcome.changed == 1
    read = from_iso("2024-11-20")
    columns = "user_id, kind, size_bytes, has_archive, hold, is_forwarding, purged_at, read_at"
    [row] = facts(world, columns, "mailbox", "user_id")
    assert (row[0], row[1], row[2], bool(row[3]), *row[4:]) == (
        world.user(1), "shared", 60 * GIB, True, None, None, None, read,
    )  # fmt: skip
    [(user, before, after)] = told(world, "user.facts")
    assert (user, before) == (world.user(1), None)
    assert after == {"mailbox": {"kind": "shared", "size_bytes": 60 * GIB, "has_archive": True, "read_at": read}}


def test_a_mailbox_of_unknown_kind_is_not_taken_for_a_users_own(make_copy: Make) -> None:
    """A report without the type gives a size only to a mailbox whose kind was read before."""
    world = make_copy(crowd(2))
    usage(world, MAILBOX, f"2024-10-01,{NAME.format(1)},False,9,{GIB},No,RoomMailbox")
    outcome = usage(world, OLD_MAILBOX, *(f"2024-11-20,{NAME.format(n)},False,9,{2 * GIB}" for n in (1, 2)))
    assert (outcome.changed, outcome.kindless) == (1, 1)
    [row] = facts(world, "user_id, kind, size_bytes, has_archive", "mailbox", "user_id")
    assert (row[0], row[1], row[2], bool(row[3])) == (world.user(1), "room", 2 * GIB, False)
    _user, before, after = told(world, "user.facts")[-1]
    assert before == {"mailbox": {"size_bytes": GIB, "read_at": from_iso("2024-10-01")}}
    assert after == {"mailbox": {"size_bytes": 2 * GIB, "read_at": from_iso("2024-11-20")}}


def test_a_mailbox_known_to_be_gone_is_there_again_when_a_report_has_it(make_copy: Make) -> None:
    """With the kind that the report says; without one nothing is said."""
    world = make_copy(crowd(1))
    world.plant(
        "INSERT INTO mailbox (tenant_id, user_id, kind, purged_at, read_at) VALUES (%(tenant)s, %(user)s, 'none', 5, 5)",
        user=world.user(1),
    )
    assert usage(world, OLD_MAILBOX, f"2024-11-19,{NAME.format(1)},False,9,{GIB}").kindless == 1
    assert facts(world, "kind, purged_at", "mailbox", "user_id") == [("none", 5)]
    usage(world, MAILBOX, f"2024-11-20,{NAME.format(1)},False,9,{GIB},No,User")
    assert facts(world, "kind, purged_at, size_bytes", "mailbox", "user_id") == [("user", None, GIB)]


def test_a_onedrive_report_makes_known_that_there_is_one(make_copy: Make) -> None:
    """Who is not in it may have one all the same."""
    world = make_copy(crowd(2))
    usage(world, DRIVE, f"2024-11-20,{NAME.format(2)},False,3,{GIB}", f"2024-11-20,{NAME.format(1)},True,3,9")
    [row] = facts(world, "user_id, is_present, size_bytes, on_hold, read_at", "drive", "user_id")
    assert (row[0], bool(row[1]), *row[2:]) == (world.user(2), True, GIB, None, from_iso("2024-11-20"))
    [(_user, _before, after)] = told(world, "user.facts")
    assert after == {"drive": {"is_present": True, "size_bytes": GIB, "read_at": from_iso("2024-11-20")}}


def test_deleted_accounts_are_counted_and_left_out(make_copy: Make) -> None:
    """Their names may be those of nobody any more."""
    world = make_copy(crowd(1))
    outcome = usage(world, ACTIVE, f"2024-11-20,{NAME.format(1)},False,2024-11-01,", "2024-11-20,gone@x.nl,True,,")
    assert (outcome.rows, outcome.changed, outcome.deleted, outcome.bad) == (2, 1, 1, [])


def test_the_same_file_again_changes_nothing(make_copy: Make) -> None:
    """It leaves its marker and no row of a user."""
    world = make_copy(crowd(1))
    row = f"2024-11-20,{NAME.format(1)},False,2024-11-18,"
    usage(world, ACTIVE, row)
    assert usage(world, ACTIVE, row).changed == 0
    assert len(world.journal("user.facts")) == 1
    assert len(world.journal("import")) == 2


def test_a_report_of_tomorrow_is_refused(make_copy: Make) -> None:
    """Its facts could never be replaced."""
    world = make_copy(crowd(1))
    before = digest(world.tenant)
    with pytest.raises(BadInput, match="report_in_future") as caught:
        usage(world, ACTIVE, f"2099-01-01,{NAME.format(1)},False,,")
    assert caught.value.details == {"date": "2099-01-01"}
    assert digest(world.tenant) == before


def test_concealed_names_change_nothing(make_copy: Make) -> None:
    """Not even with bad rows left out."""
    world = make_copy(crowd(1))
    before = digest(world.tenant)
    rows = (f"2024-11-20,{NAME.format(1)},False,,", "2024-11-20,554630B7593DDE8E04F27933A965D5B2,False,,")
    with pytest.raises(BadInput, match="concealed_names"):
        usage(world, ACTIVE, *rows, skip_bad=True)
    assert digest(world.tenant) == before


# ---- sign-ins


def test_sign_ins_become_known_and_never_is_known_too(make_copy: Make) -> None:
    """As old as the import; by name or by object id; who is not in the file stays unknown."""
    world = make_copy(crowd(3))
    outcome = sign_ins(world, f"{NAME.format(1)},2024-10-01T08:00:00Z,2024-11-02T09:30:00Z", f"{NAME.format(2)},,")
    assert (outcome.rows, outcome.changed) == (2, 2)
    found = facts(world, "last_sign_in_at, sign_in_read_at IS NULL")
    assert [(at, bool(unread)) for at, unread in found] == [
        (from_iso("2024-11-02T09:30:00Z"), False),
        (None, False),
        (None, True),
    ]
    source = text_of("id,lastSignInDateTime", f"{object_id(3)},2024-11-03T00:00:00Z")
    enrich.import_sign_ins(world.tenant, read_sign_ins(source), OWNER)
    assert facts(world, "last_sign_in_at")[2] == (from_iso("2024-11-03"),)


def test_a_later_file_of_sign_ins_replaces_an_earlier_one(make_copy: Make) -> None:
    """It says what Entra says now; only what differs is in the journal."""
    world = make_copy(crowd(2))
    sign_ins(world, f"{NAME.format(1)},2024-10-01T08:00:00Z,", f"{NAME.format(2)},2024-10-02T08:00:00Z,")
    advance.set_clock(world.tenant, world.journal("import")[0][0] + DAY, world.actor)
    assert (
        sign_ins(world, f"{NAME.format(1)},2024-11-01T08:00:00Z,", f"{NAME.format(2)},2024-10-02T08:00:00Z,").changed
        == 1
    )
    [read] = {row[0] for row in facts(world, "sign_in_read_at")}
    user, before, after = told(world, "user.facts")[-1]
    assert (user, before["last_sign_in_at"]) == (world.user(1), from_iso("2024-10-01T08:00:00Z"))
    assert after == {"last_sign_in_at": from_iso("2024-11-01T08:00:00Z"), "sign_in_read_at": read}


# ---- bad rows


@pytest.mark.parametrize("skip_bad", [False, True])
def test_unknown_users_are_bad_rows(make_copy: Make, skip_bad: bool) -> None:
    """Without leave to skip them nothing is written."""
    world = make_copy(crowd(2))
    world.plant("UPDATE users SET deleted_at = 5 WHERE tenant_id = %(tenant)s AND id = %(user)s", user=world.user(2))
    before = digest(world.tenant)
    rows = [f"2024-11-20,{name},False,," for name in ("who@x.nl", NAME.format(1), NAME.format(2))]
    outcome = usage(world, ACTIVE, *rows, skip_bad=skip_bad)
    assert [(row.line, row.code, row.details) for row in outcome.bad] == [
        (2, "unknown_user", {"text": "who@x.nl"}),
        (4, "unknown_user", {"text": NAME.format(2)}),
    ]
    assert (outcome.is_done, outcome.rows) == (skip_bad, 1)
    assert (digest(world.tenant) == before) is not skip_bad
    world.plant("UPDATE users SET deleted_at = NULL WHERE tenant_id = %(tenant)s")


def test_one_user_by_name_and_by_id_is_a_bad_row(make_copy: Make) -> None:
    """The second says where the first is."""
    world = make_copy(crowd(1))
    source = text_of("id,UPN,lastSignInDateTime", f"{object_id(1)},,", f"{object_id(9)},{NAME.format(1)},")
    outcome = enrich.import_sign_ins(world.tenant, read_sign_ins(source), OWNER, skip_bad=True)
    assert [(row.line, row.code, row.details) for row in outcome.bad] == [(3, "duplicate_user", {"first_line": 2})]
    assert outcome.rows == 1


def test_a_file_without_a_usable_row_changes_nothing(make_copy: Make) -> None:
    """Each kind says so."""
    world = make_copy(crowd(1))
    before = digest(world.tenant)
    with pytest.raises(BadInput, match="no_users_in_file"):
        usage(world, ACTIVE)
    with pytest.raises(BadInput, match="no_users_in_file"):
        sign_ins(world, "who@x.nl,,", skip_bad=True)
    with pytest.raises(BadInput, match="no_groups_in_file"):
        groups(world)
    with pytest.raises(BadInput, match="no_users_in_file"):
        members(world, "Group,User")
    with pytest.raises(BadInput, match="no_subscriptions_in_file"):
        subscriptions(world, text_of("product,seats"))
    assert digest(world.tenant) == before


def test_only_a_copy_takes_files(make_world: Make) -> None:
    """A local tenant lives by itself."""
    world = make_world(crowd(1))
    for take in (
        lambda: usage(world, ACTIVE, f"2024-11-20,{NAME.format(1)},False,,"),
        lambda: sign_ins(world, f"{NAME.format(1)},,"),
        lambda: groups(world, {"id": SALES, "displayName": "Sales"}),
        lambda: members(world, "Group,User", f"{STAFF},{NAME.format(1)}"),
        lambda: subscriptions(world, json_of(subscription())),
    ):
        with pytest.raises(BadInput, match="not_a_copy"):
            take()


def test_only_who_may_import_facts_may_import(make_copy: Make) -> None:
    """Assigning licenses is another right."""
    world = make_copy(crowd(1))
    actor = Actor(ActorKind.OPERATOR, "x", "x", world.tenant, frozenset({Capability.ASSIGN_LICENSES}))
    file = read_usage_report(text_of(ACTIVE, f"2024-11-20,{NAME.format(1)},False,,"))
    with pytest.raises(NotPermitted):
        enrich.import_usage(world.tenant, file, actor)


# ---- groups


def test_a_group_known_only_by_id_gets_its_name(make_copy: Make) -> None:
    """With kind, rule, source and licenses; nobody's licenses change."""
    world = make_copy([person(1, by_group(E3))])
    before = world.sources()
    outcome = groups(
        world,
        {
            "id": STAFF,
            "displayName": "Alle medewerkers",
            "groupTypes": ["DynamicMembership"],
            "membershipRule": 'user.country -eq "NL"',
            "mailEnabled": False,
            "securityEnabled": True,
            "onPremisesSyncEnabled": None,
            "assignedLicenses": [{"skuId": E3, "disabledPlans": [SWAY_PLAN]}, {"skuId": AUDIO, "disabledPlans": []}],
        },
        {"id": SALES, "displayName": "Sales"},
    )
    assert (outcome.rows, outcome.new, outcome.changed) == (2, 1, 1)
    found = world.rows(
        "SELECT object_id, display_name, kind, membership_rule, is_synced FROM user_group WHERE tenant_id = %(tenant)s "
        "ORDER BY id"
    )
    assert found == [
        (STAFF, "Alle medewerkers", "security", 'user.country -eq "NL"', False),
        (SALES, "Sales", None, None, None),
    ]
    gives = world.rows(
        "SELECT p.sku_id, l.disabled_plans FROM group_license l JOIN product p ON p.tenant_id = l.tenant_id "
        "AND p.id = l.product_id WHERE l.tenant_id = %(tenant)s ORDER BY p.sku_id"
    )
    assert gives == [(E3, SWAY_PLAN), (AUDIO, "")]
    assert world.sources() == before
    first, second = told(world, "group.import")
    assert first[1]["display_name"] == STAFF
    assert first[2]["licenses"] == {E3: SWAY_PLAN, AUDIO: ""}
    known = {"display_name": "Sales", "kind": None, "membership_rule": None, "is_synced": None}
    assert second[1:] == (None, {"object_id": SALES} | known)


def test_what_a_file_of_groups_leaves_out_is_kept(make_copy: Make) -> None:
    """Absent never means remove; a rule is not replaced by the word "dynamic", nor licenses by silence."""
    world = make_copy([person(1)])
    whole = {"id": SALES, "displayName": "Sales", "groupTypes": ["DynamicMembership"], "membershipRule": "x"}
    groups(world, whole | {"assignedLicenses": [{"skuId": E3}], "onPremisesSyncEnabled": True})
    before = digest(world.tenant)["user_group"], digest(world.tenant)["group_license"]
    source = text_of("Object ID,Display name,Membership type", f"{SALES},Sales,Dynamic")
    outcome = enrich_groups.import_groups(world.tenant, read_groups(source, catalog.load()), OWNER)
    assert (outcome.new, outcome.changed) == (0, 0)
    assert (digest(world.tenant)["user_group"], digest(world.tenant)["group_license"]) == before
    assert groups(world, {"id": SALES, "displayName": "Sales", "groupTypes": [], "assignedLicenses": []}).changed == 1
    assert world.rows("SELECT membership_rule FROM user_group WHERE tenant_id = %(tenant)s") == [("",)]
    assert world.rows("SELECT 1 FROM group_license WHERE tenant_id = %(tenant)s") == []


def test_a_deleted_group_that_a_file_has_is_there_again(make_copy: Make) -> None:
    """A deletion rehearsed in the copy was never done in the tenant."""
    world = make_copy([person(1)])
    groups(world, {"id": SALES, "displayName": "Sales"})
    world.plant("UPDATE user_group SET deleted_at = 5 WHERE tenant_id = %(tenant)s")
    assert groups(world, {"id": SALES, "displayName": "Sales"}).changed == 1
    assert world.rows("SELECT deleted_at FROM user_group WHERE tenant_id = %(tenant)s") == [(None,)]


def test_a_bad_group_stops_all_of_them(make_copy: Make) -> None:
    """Unless it may be left out."""
    world = make_copy([person(1)])
    before = digest(world.tenant)
    entries = ({"id": SALES, "displayName": "Sales"}, {"id": "x", "displayName": "X"})
    assert groups(world, *entries).is_done is False
    assert digest(world.tenant) == before
    assert groups(world, *entries, skip_bad=True).new == 1


# ---- members


def test_members_are_those_of_the_file_and_no_others(make_copy: Make) -> None:
    """Of the groups named, and of no other group; the journal says who joined and who left."""
    world = make_copy([person(1, by_group(E3)), person(2, by_group(E3)), person(3)])
    groups(world, {"id": STAFF, "displayName": "Staff"}, {"id": SALES, "displayName": "Sales"})
    members(world, "Group,User", f"Sales,{NAME.format(1)}")
    before = world.sources()
    outcome = members(world, "Group,User", f"staff,{NAME.format(2).upper()}", f"{STAFF},{object_id(3)}")
    assert (outcome.rows, outcome.groups, outcome.joined, outcome.left) == (2, 1, 1, 1)
    found = world.rows(
        "SELECT g.object_id, m.user_id FROM group_member m JOIN user_group g ON g.tenant_id = m.tenant_id "
        "AND g.id = m.group_id WHERE m.tenant_id = %(tenant)s ORDER BY g.object_id, m.user_id"
    )
    assert found == [(STAFF, world.user(2)), (STAFF, world.user(3)), (SALES, world.user(1))]
    assert world.sources() == before
    assert told(world, "group.import")[-1][1:] == (None, {"joined": 1, "left": 1})
    assert told(world, "user.facts")[-2:] == [
        (world.user(1), {"groups": [STAFF]}, {"groups": []}),
        (world.user(3), {"groups": []}, {"groups": [STAFF]}),
    ]


def test_a_group_in_a_group_is_counted_and_left_out(make_copy: Make) -> None:
    """Its members get no licenses from the outer one; nor is a device a user."""
    world = make_copy(crowd(1))
    groups(world, {"id": SALES, "displayName": "Sales"})
    header = "Object ID,User principal name,Member type"
    rows = (f"{object_id(1)},{NAME.format(1)},User", f"{STAFF},,Group", f"{E5},,Device")
    outcome = members(world, header, *rows, group="SALES")
    assert (outcome.rows, outcome.joined, outcome.nested, outcome.others) == (1, 1, 1, 1)


def test_a_group_named_without_members_is_emptied(make_copy: Make) -> None:
    """Graph says so with an empty list."""
    world = make_copy([person(1, by_group(E3))])
    file = read_members(lambda: io.BytesIO(json.dumps([{"id": STAFF, "members": []}]).encode()))
    outcome = enrich_groups.import_members(world.tenant, file, OWNER)
    assert (outcome.rows, outcome.groups, outcome.left) == (0, 1, 1)
    assert world.rows("SELECT 1 FROM group_member WHERE tenant_id = %(tenant)s") == []


def test_groups_and_users_that_are_not_there_are_bad_rows(make_copy: Make) -> None:
    """As are two groups of one name."""
    world = make_copy(crowd(1))
    groups(
        world,
        {"id": SALES, "displayName": "Sales"},
        {"id": STAFF, "displayName": "sales"},
        {"id": E5, "displayName": "Legal"},
    )
    before = digest(world.tenant)
    rows = (f"Sales,{NAME.format(1)}", f"Nobody,{NAME.format(1)}", "Legal,who@x.nl", f"Legal,{NAME.format(1)}")
    outcome = members(world, "Group,User", *rows)
    assert sorted((row.line, row.code, row.details["text"]) for row in outcome.bad) == [
        (2, "ambiguous_group", "Sales"),
        (3, "no_such_group", "Nobody"),
        (4, "unknown_user", "who@x.nl"),
    ]
    assert digest(world.tenant) == before
    assert members(world, "Group,User", *rows, skip_bad=True).joined == 1


def test_every_stranger_among_graphs_members_is_named(make_copy: Make) -> None:
    """Also when one object holds them all."""
    world = make_copy([person(1, by_group(E3))])
    entries = [
        {"id": STAFF, "members": [{"id": object_id(n)} for n in (1, 8, 9)]},
        {"id": SALES, "members": [{"id": object_id(1)}]},
    ]
    file = read_members(lambda: io.BytesIO(json.dumps(entries).encode()))
    outcome = enrich_groups.import_members(world.tenant, file, OWNER)
    assert sorted((row.line, row.code, row.details["text"]) for row in outcome.bad) == [
        (1, "unknown_user", object_id(8)),
        (1, "unknown_user", object_id(9)),
        (2, "no_such_group", SALES),
        (2, "no_such_group", SALES),
    ]
    assert (outcome.is_done, outcome.rows) == (False, 1)


def test_a_file_of_strangers_empties_no_group(make_copy: Make) -> None:
    """Not even with bad rows left out: it is another tenant's."""
    world = make_copy([person(1, by_group(E3))])
    before = digest(world.tenant)
    with pytest.raises(BadInput, match="no_users_in_file"):
        members(world, "User", "who@x.nl", group=STAFF, skip_bad=True)
    assert digest(world.tenant) == before


def test_the_group_is_said_once(make_copy: Make) -> None:
    """By the file or by the command."""
    world = make_copy([person(1, by_group(E3))])
    with pytest.raises(BadInput, match="which_group"):
        members(world, "User", NAME.format(1))
    with pytest.raises(BadInput, match="group_twice"):
        members(world, "Group,User", f"{STAFF},{NAME.format(1)}", group=STAFF)
    with pytest.raises(BadInput, match="unknown_group"):
        members(world, "User", NAME.format(1), group="Nobody")


def test_a_command_names_one_group(make_copy: Make) -> None:
    """Of two with that name the object id must be given."""
    world = make_copy([person(1, by_group(E3))])
    groups(world, {"id": SALES, "displayName": "Twins"}, {"id": STAFF, "displayName": "twins"})
    with pytest.raises(BadInput, match="ambiguous_group"):
        members(world, "User", NAME.format(1), group="Twins")
    assert members(world, "User", NAME.format(1), group=STAFF).bad == []


def test_a_deleted_users_memberships_stay(make_copy: Make) -> None:
    """They come back with the user."""
    world = make_copy([person(1, by_group(E3)), person(2, by_group(E3))])
    world.plant("UPDATE users SET deleted_at = 5 WHERE tenant_id = %(tenant)s AND id = %(u)s", u=world.user(2))
    assert members(world, "User", NAME.format(1), group=STAFF).left == 0
    assert len(world.rows("SELECT 1 FROM group_member WHERE tenant_id = %(tenant)s")) == 2
    world.plant("UPDATE users SET deleted_at = NULL WHERE tenant_id = %(tenant)s")


# ---- subscriptions


def test_subscriptions_add_up_to_the_seats_of_a_product(make_copy: Make) -> None:
    """5 + 8 = 13; a suspended one does not count; what Graph does not say is not known."""
    world = make_copy(crowd(2))
    third = "665b32d1-0000-4000-8000-000000000003"
    outcome = subscriptions(
        world, json_of(subscription(), subscription(SECOND, 8), subscription(third, 4, status="Suspended"))
    )
    assert (outcome.rows, outcome.new, outcome.changed) == (3, 3, 0)
    assert [row[2:] for row in world.pools()] == [(13, 2)]
    [one, *_] = [row.subscription for row in subscription_list.page(world.tenant)]
    assert (one.account.value, one.term_months, one.recurring, one.price, one.next_at) == ("", None, None, None, None)
    assert one.renews_at == from_iso("2030-12-01")
    assert len(told(world, "subscription.import")) == 4  # three subscriptions and the product's seats


def test_a_products_totals_are_its_seats_while_no_subscription_of_it_is_known(make_copy: Make) -> None:
    """And where Microsoft counts other holders, or other seats than the subscriptions have, that is said, not mended."""
    world = make_copy(crowd(2))
    sku = {"skuId": E3, "appliesTo": "User", "consumedUnits": 4, "prepaidUnits": {"enabled": 20, "warning": 1}}
    company = {"skuId": FLOW, "appliesTo": "Company", "consumedUnits": 0, "prepaidUnits": {"enabled": 1}}
    outcome = subscriptions(world, json_of(sku, company))
    assert [row[2:] for row in world.pools()] == [(21, 2), (1, 0)]
    assert outcome.differences == [Difference(E3, False, 4, 2)]
    assert subscriptions(world, json_of(subscription(), sku)).differences == [
        Difference(E3, False, 4, 2),
        Difference(E3, True, 21, 5),
    ]
    assert [row[2:] for row in world.pools()] == [(5, 2), (1, 0)]
    applies = world.rows("SELECT sku_id, applies_to FROM product WHERE tenant_id = %(tenant)s ORDER BY id")
    assert applies == [(E3, "User"), (FLOW, "Company")]
    assert world.sources().keys() == {(1, E3, 1, 0), (2, E3, 1, 0)}


def test_a_file_is_whole_for_the_products_it_names(make_copy: Make) -> None:
    """A subscription of those that it lacks is deleted; other products are left alone."""
    world = make_copy(crowd(1))
    subscriptions(world, json_of(subscription(), subscription(SECOND, 8), subscription(E5, 3, sku=E5)))
    outcome = subscriptions(world, json_of(subscription(SECOND, 9)))
    assert (outcome.new, outcome.changed) == (0, 2)
    assert stored(world) == [(E3, FIRST, 5, "deleted"), (E3, SECOND, 9, "enabled"), (E5, E5, 3, "enabled")]
    assert sorted(row[2] for row in world.pools()) == [3, 9]


def test_the_same_subscriptions_again_change_nothing(make_copy: Make) -> None:
    """Only when they were read."""
    world = make_copy(crowd(1))
    subscriptions(world, json_of(subscription()))
    rows = len(world.journal("subscription.import"))
    assert subscriptions(world, json_of(subscription())).changed == 0
    assert len(world.journal("subscription.import")) == rows


def test_a_plain_table_adds_what_graph_does_not_know(make_copy: Make) -> None:
    """The one subscription of a product is meant without its id; account, term, renewal and price come with it."""
    world = make_copy(crowd(1))
    subscriptions(world, json_of(subscription()))
    header = "product,seats,account,term,renews,recurring,price,currency"
    subscriptions(world, text_of(header, "SPE_E3,5,mca,12,2030-12-01,yes,36.20,"))
    [row] = subscription_list.page(world.tenant)
    one = row.subscription
    assert (one.ref, one.account.value, one.term_months, one.recurring) == (FIRST, "mca", 12, True)
    assert (str(one.price.amount), one.price.currency) == ("36.20", "EUR") if one.price else False
    assert one.next_at == from_iso("2030-12-01")  # now it is known that it renews
    subscriptions(world, json_of(subscription()))
    assert subscription_list.page(world.tenant)[0].subscription.price == one.price


def test_rows_without_an_id_are_not_guessed_among_several(make_copy: Make) -> None:
    """Two subscriptions of a product with ids of Microsoft's, and a table without: the rows are bad."""
    world = make_copy(crowd(1))
    subscriptions(world, json_of(subscription(), subscription(SECOND, 8)))
    before = stored(world)
    outcome = subscriptions(world, text_of("product,seats", "SPE_E3,6", "SPE_E3,9"))
    assert [(row.line, row.code) for row in outcome.bad] == [(2, "subscription_unclear"), (3, "subscription_unclear")]
    assert stored(world) == before


def test_a_table_without_ids_is_matched_in_its_order(make_copy: Make) -> None:
    """Again with other seats, with one less, and then with Microsoft's ids."""
    world = make_copy(crowd(1))
    subscriptions(world, text_of("product,seats", "SPE_E3,5", "SPE_E3,8"))
    assert [row[2:] for row in stored(world)] == [(5, "enabled"), (8, "enabled")]
    assert subscriptions(world, text_of("product,seats", "SPE_E3,6", "SPE_E3,8")).changed == 1
    subscriptions(world, text_of("product,seats", "SPE_E3,6"))
    assert [row[2:] for row in stored(world)] == [(6, "enabled"), (8, "deleted")]
    subscriptions(world, json_of(subscription(seats=7)))
    assert stored(world)[0] == (E3, FIRST, 7, "enabled")
    assert [row[2] for row in world.pools()] == [7]


def test_a_subscription_of_another_product_is_a_bad_row(make_copy: Make) -> None:
    """An id names one subscription."""
    world = make_copy(crowd(1))
    subscriptions(world, json_of(subscription()))
    outcome = subscriptions(world, json_of(subscription(sku=E5)))
    assert [(row.line, row.code) for row in outcome.bad] == [(1, "subscription_elsewhere")]


# ---- many rows


def works(world: World, some: int, day: str) -> dict[str, Callable[[], Enriched]]:
    """Each kind of import, of so many users, read on this day."""
    names = [NAME.format(n) for n in range(1, some + 1)]
    return {
        "activity": lambda: usage(world, ACTIVE, *(f"{day},{name},False,{day}," for name in names)),
        "mailbox": lambda: usage(world, MAILBOX, *(f"{day},{name},False,1,{some},No,User" for name in names)),
        "drive": lambda: usage(world, DRIVE, *(f"{day},{name},False,1,{some}" for name in names)),
        "sign-ins": lambda: sign_ins(world, *(f"{name},{day}," for name in names)),
        "members": lambda: members(world, "Group,User", *(f"Sales,{name}" for name in names)),
    }


def test_statements_grow_with_batches_not_with_users(make_copy: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten users cost as many statements as three hundred."""
    world = make_copy([person(n, direct(E3)) for n in range(1, 301)])
    groups(world, {"id": SALES, "displayName": "Sales"})
    counted: dict[str, list[int]] = {}
    for some, day in ((10, "2024-11-10"), (300, "2024-11-13")):
        for name, work in works(world, some, day).items():
            with watched(monkeypatch) as seen:
                assert work().is_done
            counted.setdefault(name, []).append(seen.count())
    assert {name: few == many for name, (few, many) in counted.items()} == dict.fromkeys(counted, True)


def test_an_import_of_users_after_the_others_keeps_what_they_said(make_copy: Make) -> None:
    """Families of facts do not touch each other."""
    world = make_copy([person(1, by_group(E3))])
    groups(world, {"id": STAFF, "displayName": "Staff"})
    usage(world, MAILBOX, f"2024-11-20,{NAME.format(1)},False,9,{GIB},No,UserMailbox")
    subscriptions(world, json_of(subscription()))
    before = {
        t: rows for t, rows in digest(world.tenant).items() if t in ("mailbox", "user_group", "subscription", "pool")
    }
    refresh.refresh("Copy", user_file([person(1, by_group(E3))]), OWNER)
    assert {t: rows for t, rows in digest(world.tenant).items() if t in before} == before
