"""Groups at the command line: what is shown before licenses follow, who can change a group, every error with its fix."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from command_line import CommandLine
from licentia.changes import record
from licentia.cli import i18n
from licentia.importing.rows import GroupRow
from licentia.store import sql
from licentia.words.said.groups import FIX
from world_store import AUDIO, E3, E5, OWNER, STAFF, SWAY_PLAN, VISIO, by_group, crowd, direct, person, tenant_rows

pytest_plugins = ["world_fixtures"]
SALES = "00000000-0000-4000-8000-00000000bbbb"
OTHERS = (
    GroupRow(SALES, "Sales", by_group(E5, group=SALES)),
    GroupRow("00000000-0000-4000-8000-00000000cccc", "Dynamic", membership_rule="user.city -eq 'Delft'"),
    GroupRow("00000000-0000-4000-8000-00000000dddd", "Synced", is_synced=True),
    GroupRow("00000000-0000-4000-8000-00000000eeee", "List", kind="distribution"),
)


def upn(n: int) -> str:
    """The user name of person number `n`."""
    return f"p{n:05d}@contoso.example"


def make(cli: CommandLine, people: list[Any], **seats: int) -> CommandLine:
    """A tenant of these people and five groups."""
    from dataclasses import replace

    rows = tenant_rows(people, {E3: seats.get("e3", 100), E5: seats.get("e5", 100), VISIO: 100})
    record.load_tenant(replace(rows, groups=rows.groups + OTHERS), OWNER, "Contoso")
    return cli


@pytest.fixture
def office(cli: CommandLine) -> CommandLine:
    """Three with E3 by group, one of them directly too; a fourth without anything."""
    return make(
        cli, [person(1, by_group(E3)), person(2, by_group(E3)), person(3, by_group(E3) + direct(E3)), person(4)]
    )


def held(cli: CommandLine, n: int) -> set[tuple[str, str, str]]:
    """(product, path, state) of person number `n`."""
    user = cli.ok("users", "show", upn(n), "--json").json
    return {(one["skuId"], one["path"], one["state"]) for one in user["licenses"]}


def members(cli: CommandLine, group: str) -> set[str]:
    """User names of the group's members."""
    return {row["userPrincipalName"] for row in cli.ok("groups", "members", group, "--json").json}


def test_taking_users_out_shows_who_loses_and_who_keeps(office: CommandLine) -> None:
    """Nothing happens with --plan; applied, membership and license are gone and a seat comes free for two of three."""
    words = ("groups", "remove", "Alle medewerkers", "--everyone")
    shown = office.ok(*words, "--plan").out
    assert "Plan 1: Remove from group Alle medewerkers (Draft)" in shown
    assert "3 assignments are removed. 2 seats come free." in shown
    assert "R-01      2" in shown
    assert len(members(office, "Alle medewerkers")) == 3
    done = office.ok(*words, "--yes")
    assert "3 users done and checked." in done.out
    assert members(office, "Alle medewerkers") == set()
    assert held(office, 1) == set()
    assert held(office, 3) == {(E3, "direct", "active")}
    office.ok("plans", "undo", "2", "--yes")
    assert len(members(office, "Alle medewerkers")) == 3
    assert held(office, 1) == {(E3, "group", "active")}


def test_users_from_a_file_enter_a_group(office: CommandLine, tmp_path: Path) -> None:
    """Once: the second time they are in it already, and nobody else is touched."""
    path = tmp_path / "users.txt"
    path.write_text(f"{upn(4)}\n", encoding="utf-8")
    office.ok("groups", "add", "Sales", "--users-from", str(path), "--yes")
    assert members(office, "Sales") == {upn(4)}
    assert held(office, 4) == {(E5, "group", "active")}
    again = office.ok("groups", "add", "Sales", "--user", upn(4), "--yes")
    assert "Nothing to apply." in again.out


def test_a_move_is_one_step(office: CommandLine) -> None:
    """E3 goes and E5 comes: the mailbox stays, and the preview says through what."""
    shown = office.ok("groups", "move", "Alle medewerkers", "Sales", "--user", upn(1), "--plan").out
    assert "Mailbox stays through Microsoft 365 E5." in shown
    assert "R-01" not in shown
    office.ok("plans", "apply", "1")
    assert held(office, 1) == {(E5, "group", "active")}
    assert members(office, "Sales") == {upn(1)}
    outsider = office.run("groups", "move", "Alle medewerkers", "Sales", "--user", upn(4), "--yes")
    assert (outsider.status, "Is not in the group. Nothing to do." in outsider.out) == (0, True)


@pytest.mark.parametrize(
    ("group", "says"),
    [
        (
            "Dynamic",
            "A rule decides who is in Dynamic. Whoever edits the group's rule in Microsoft Entra can change it.\n",
        ),
        ("Synced", "Synced comes from your own Active Directory. Change it there; it follows with the next sync.\n"),
        ("List", "List is a mail group of Exchange. Change it in the Exchange admin center; "),
    ],
)
def test_a_refusal_says_who_can_change_the_group(office: CommandLine, group: str, says: str) -> None:
    """R-93: as the way in, as the way out, and where the group is shown."""
    for words in (
        ("add", group, "--user", upn(4)),
        ("remove", group, "--user", upn(1)),
        ("move", "Alle medewerkers", group, "--user", upn(1)),
    ):
        said = office.run("groups", *words, "--yes")
        assert (said.status, said.out) == (1, "")
        assert said.err.startswith(says)
    assert says.rstrip("\n") in office.ok("groups", "show", group).out


def test_licenses_of_a_group_change_and_plans_stay_off(office: CommandLine) -> None:
    """I-8: --off switches off, a second change without it leaves it off, --on switches it on again."""
    words = ("groups", "licenses", "Alle medewerkers", "--add", "SPE_E3")
    office.ok(*words, "--off", "Sway", "--yes")

    def off() -> list[str]:
        shown = office.ok("groups", "show", "Alle medewerkers", "--json").json
        return next(one["disabledPlans"] for one in shown["assignedLicenses"] if one["skuId"] == E3)

    assert off() == [SWAY_PLAN]
    assert office.ok("groups", "show", "Alle medewerkers").out.count("Sway") == 1
    office.ok(*words, "--add", "VISIOCLIENT", "--yes")
    assert off() == [SWAY_PLAN]
    assert (VISIO, "group", "active") in held(office, 2)
    office.ok(*words, "--on", "Sway", "--yes")
    assert off() == []
    office.ok("groups", "licenses", "Alle medewerkers", "--remove", "VISIOCLIENT", "--yes")
    assert held(office, 2) == {(E3, "group", "active")}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("licenses", "Sales"), "Say what changes: --add PRODUCT or --remove PRODUCT.\n"),
        (("licenses", "Sales", "--remove", "SPE_E5", "--off", "Sway"), "--off and --on need --add PRODUCT"),
        (("licenses", "Sales", "--remove", "SPE_E5", "--add", "SPE_E5"), "Microsoft 365 E5 can't be added and removed"),
        (
            ("licenses", "Sales", "--add", "SPE_E5", "--off", "Swag"),
            "Microsoft 365 E5 has no service plan called Swag.",
        ),
        (("move", "Sales", "Sales", "--user", upn(1)), "Give two groups: Sales is both.\n"),
        (("remove", "Sales", "--everyone", "--user", upn(1)), "Use one of --user"),
        (("remove", "Sales"), "Say for whom"),
        (("reprocess",), "Say what to reprocess"),
        (("reprocess", "Sales", "--user", upn(1)), "Say what to reprocess"),
        (("update", "Sales"), "Say what changes: --name, --rule or --no-rule.\n"),
        (("update", "Sales", "--rule", "x", "--no-rule"), "Say what changes"),
        (("update", "Sales", "--name", "List"), "There is a group called List already. Choose another name.\n"),
        (("create", " "), "- is not a name for a group"),
        (("show", "Nobody"), "No group is called Nobody"),
        (("restore", "Sales"), "No group is called Sales"),
    ],
)
def test_what_cannot_be_understood_is_one_sentence(office: CommandLine, words: tuple[str, ...], says: str) -> None:
    """Status 2, nothing on standard output, no plan."""
    said = office.run("groups", *words)
    assert (said.status, said.out) == (2, "")
    assert says in said.err
    assert office.ok("plans", "list", "--json").json == []


def test_errors_come_by_cause_with_the_fix(cli: CommandLine) -> None:
    """A seat for one of two, an add-on that stands on what its user left: counted, explained, and gone once solved."""
    make(cli, [person(1, by_group(E3) + direct(AUDIO)), person(2), person(3)], e5=1)
    assert cli.ok("groups", "errors").out == "No license is in error.\n"
    assert cli.run("groups", "add", "Sales", "--user", upn(2), "--user", upn(3), "--yes").status == 1
    assert cli.run("groups", "remove", "Alle medewerkers", "--user", upn(1), "--yes").status == 1
    shown = cli.ok("groups", "errors").out
    assert "CountViolation           1  Microsoft 365 E5  Sales" in shown
    assert "DependencyViolation      1  Microsoft 365 E3  Alle medewerkers" in shown
    assert "Unassign the product that still needs this one first; then reprocess." in shown
    assert "Buy licenses or take some back; then reprocess" in shown
    rows = cli.ok("groups", "errors", "--json").json
    assert [(row["error"], row["state"], row["group"], row["users"]) for row in rows] == [
        ("CountViolation", "error", "Sales", 1),
        ("DependencyViolation", "active_with_error", "Alle medewerkers", 1),
    ]
    assert [row["fix"] for row in rows] == ["free_seats", "unassign_dependent"]
    staff = cli.ok("groups", "show", "Alle medewerkers").out
    assert "Security group with 0 assigned members" in staff
    assert [line.split()[-3:] for line in staff.splitlines() if line.startswith("Microsoft 365 E3")] == [
        ["1", "1", "-"]
    ]
    people = cli.ok("groups", "errors", "--group", "Sales", "--users", "--json").json
    assert [(row["userPrincipalName"], row["skuId"]) for row in people] == [(upn(3), E5)]
    assert upn(1) in cli.ok("groups", "errors", "--users").out
    assert "Errors" in cli.ok("groups", "show", "Sales").out
    cli.ok("unassign", "MCOMEETADV", "--user", upn(1), "--yes")
    cli.ok("groups", "reprocess", "--user", upn(1), "--yes")
    cli.ok("groups", "remove", "Sales", "--user", upn(2), "--yes")
    cli.ok("groups", "reprocess", "Sales", "--yes")
    assert held(cli, 1) == set()
    assert held(cli, 3) == {(E5, "group", "active")}
    assert cli.ok("groups", "errors", "--users", "--json").json == []


def test_reprocessing_in_vain_says_why(cli: CommandLine) -> None:
    """R-86: nothing to apply, and the preview names the product without seats."""
    make(cli, [person(1)], e5=0)
    cli.run("groups", "add", "Sales", "--user", upn(1), "--yes")
    shown = cli.ok("groups", "reprocess", "Sales", "--plan").out
    assert "No license of Microsoft 365 E5 is available, so the group can't give it (error: CountViolation)." in shown
    assert "Nothing to apply." in shown


@pytest.mark.parametrize(
    ("code", "fix"),
    [
        ("ProhibitedInUsageLocationViolation", "correct_location"),
        ("UniquenessViolation", "correct_mail_address"),
        ("MutuallyExclusiveViolation", "separate_plans"),
        ("NewViolation", "look_in_entra"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "nl"])
def test_an_error_from_a_file_has_a_fix_too(
    cli: CommandLine, code: str, fix: str, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sentence for people, a code for programs; also of an error that nobody knows yet: shown as it is."""
    make(cli, [person(1, by_group(E3))])
    tenant = cli.ok("tenants", "list", "--json").json[0]
    with cli.store.planting():
        sql.execute("UPDATE source SET state = 4, error = %(code)s WHERE tenant_id = %(t)s", {"code": code, "t": 1})
        sql.execute("UPDATE pool SET consumed = 0 WHERE tenant_id = %(t)s", {"t": 1})
    assert tenant["name"] == "Contoso"
    shown = cli.ok("groups", "errors", lang=lang).out
    assert code in shown
    monkeypatch.setenv("LANGUAGE", lang)
    i18n.use(lang)
    assert FIX[fix]() in shown
    (row,) = cli.ok("groups", "errors", "--json", lang=lang).json
    assert row["fix"] == fix


def test_a_group_whose_members_all_fail_can_be_put_back(cli: CommandLine) -> None:
    """The group gives the product: that is undone, though nobody got it; then there is nothing left to undo."""
    make(cli, [person(1, by_group(E3))], e5=0)
    failed = cli.run("groups", "licenses", "Alle medewerkers", "--add", "SPE_E5", "--yes")
    assert (failed.status, "Undo: licentia plans undo 1" in failed.out) == (1, True)
    cli.ok("plans", "undo", "1", "--yes")
    assert "Microsoft 365 E5" not in cli.ok("groups", "show", "Alle medewerkers").out
    shown = cli.ok("plans", "show", "1").out
    assert ("Undone 1 of 1" in shown, "licentia plans undo" in shown) == (True, False)


def test_a_group_is_made_renamed_deleted_and_restored(office: CommandLine) -> None:
    """A security group only after a yes; a Microsoft 365 group says until when it can come back."""
    assert office.ok("groups", "create", "Team", "--kind", "microsoft365").out == "Made group Team.\n"
    assert office.ok("groups", "update", "Team", "--name", "The Team").out == "Group The Team is changed.\n"
    assert (
        office.ok("groups", "update", "The Team", "--name", "The Team").out == "Nothing to change: it is so already.\n"
    )
    deleted = office.ok("groups", "delete", "The Team").out
    assert deleted.startswith("Group The Team is deleted. It can be restored until ")
    assert "The Team" not in office.ok("groups", "list").out
    assert "The Team" in office.ok("groups", "list", "--deleted").out
    assert office.ok("groups", "restore", "The Team").out == "Group The Team is back with its members.\n"
    office.ok("groups", "create", "Temporary")
    asked = office.run("groups", "delete", "Temporary")
    assert (asked.status, asked.err) == (1, "Deleting Temporary can't be undone. Confirm with --yes.\n")
    done = office.ok("groups", "delete", "Temporary", "--yes", "--json").json
    assert (done["displayName"], done["restorableUntil"]) == ("Temporary", None)
    licensed = office.run("groups", "delete", "Sales", "--yes")
    assert licensed.status == 1
    assert licensed.err.startswith("Sales gives licenses, so it can't be deleted.")
    history = office.ok("audit", "list").out
    for text in ("Group created", "Group changed", "Group deleted", "Group restored"):
        assert text in history


def test_lists_say_what_a_group_is(office: CommandLine) -> None:
    """Kind, how users become members, and what it gives; Graph's names in JSON, null where nothing is known."""
    shown = office.ok("groups", "list").out
    assert "Dynamic           Security group     Dynamic   -" in shown
    assert "5 groups." in shown
    assert "The first 2 groups; there are more. See --top." in office.ok("groups", "list", "--top", "2").out
    licensed = office.ok("groups", "list", "--licensed", "--json").json
    assert {row["displayName"] for row in licensed} == {"Alle medewerkers", "Sales"}
    row = next(row for row in office.ok("groups", "list", "--json").json if row["displayName"] == "Dynamic")
    assert (row["groupTypes"], row["securityEnabled"], row["mailEnabled"]) == (["DynamicMembership"], True, False)
    with office.store.planting():
        sql.execute(
            "UPDATE user_group SET kind = NULL, membership_rule = NULL, is_synced = NULL "
            "WHERE tenant_id = %(t)s AND object_id = %(o)s",
            {"t": 1, "o": STAFF},
        )
    unread = office.ok("groups", "show", STAFF, "--json").json
    assert [unread[name] for name in ("groupTypes", "mailEnabled", "membershipRule", "onPremisesSyncEnabled")] == [
        None
    ] * 4
    said = office.ok("groups", "show", STAFF).out
    assert "Group of unknown kind with 3 members; not known how members come in" in said
    assert "The first 2 members; there are more." in office.ok("groups", "members", STAFF, "--top", "2").out
    assert "The group has no members." in office.ok("groups", "members", "Sales").out
    assert "The group gives no licenses." in office.ok("groups", "show", "Dynamic").out


def test_a_group_of_more_than_twenty_asks_for_its_number(cli: CommandLine) -> None:
    """The guards are those of every plan; --confirm answers them."""
    make(cli, crowd(25, by_group(E3)))
    words = ("groups", "licenses", "Alle medewerkers", "--remove", "SPE_E3", "--yes")
    refused = cli.run(*words)
    assert (refused.status, "--confirm 25" in refused.err) == (1, True)
    done = cli.run(*words, "--confirm", "25", "--over-limit")
    assert done.status == 0
    assert "25 users done and checked." in done.out
