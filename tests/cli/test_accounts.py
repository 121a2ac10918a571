"""`licentia users block … deleted`: whom, what is shown before it runs, what is asked, and what is said afterwards."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from command_line import CommandLine
from licentia.domain.facts import SourceKind
from licentia.importing.rows import LicenseRow
from world_store import AUDIO, E3, World, crowd, direct, person

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]
ANNA, BRAM = "p00001@contoso.example", "p00002@contoso.example"


class Line:
    """The command line on a world's own tenant."""

    def __init__(self, cli: CommandLine, world: World) -> None:
        self._cli = cli
        self.world = world

    def __call__(self, *words: str, lang: str = "en") -> tuple[int, str, str]:
        """(status, output, errors) of `licentia users WORDS`."""
        said = self._cli.run("users", *words, "--tenant", "Contoso", lang=lang)
        return said.status, said.out, said.err

    def done(self, *words: str) -> str:
        """The output of a command that must end well."""
        status, out, err = self(*words)
        assert status == 0, (out, err)
        return out


@pytest.fixture
def line(cli: CommandLine, make_world: Make) -> Line:
    """Five people with E3, and one without anything; five seats."""
    return Line(cli, make_world([*crowd(5), person(6)], seats={E3: 5}))


def test_one_user_is_blocked_at_once(line: Line) -> None:
    """With the receipt, the rules and how to undo it; the second time there is nothing to do."""
    out = line.done("block", "--user", ANNA, "--yes")
    assert "Sign-in status" in out
    assert "Sign-in blocked" in out
    assert [rule for rule in ("R-64", "R-65", "R-67") if rule not in out] == []
    assert "Undo: licentia plans undo 1" in out
    assert "Sign-in status" in line.done("show", ANNA)
    assert line("block", "--user", ANNA, "--yes") == (0, "Is so already. Nothing to do.\n", "")
    assert "Allowed" in line.done("unblock", "--user", ANNA, "--yes")


def test_ended_sessions_can_not_be_undone(line: Line) -> None:
    """And it is said."""
    assert "This can't be undone." in line.done("revoke-sessions", "--user", ANNA, "--yes")
    assert "This can't be undone." in line.done("revoke-sessions", "--user", ANNA, "--plan")


def test_a_manager_is_shown_by_name(line: Line) -> None:
    """In the receipt and with the user; nobody is their own, and one of the two must be said."""
    assert BRAM in line.done("set-manager", ANNA, BRAM, "--yes")
    assert f"Manager         {BRAM}" in line.done("show", ANNA)
    assert "none" in line.done("set-manager", ANNA, "--none", "--yes")
    assert line("set-manager", ANNA, ANNA, "--yes") == (2, "", f"{ANNA} can't be their own manager.\n")
    for words in (("set-manager", ANNA), ("set-manager", ANNA, BRAM, "--none")):
        assert line(*words) == (2, "", "Say who the manager is, or --none.\n")


def test_the_preview_of_a_deletion_says_everything_and_changes_nothing(line: Line) -> None:
    """Licenses, mailbox, OneDrive with both dates; how to undo each; the seats that come free."""
    out = line.done("delete", "--user", ANNA, "--user", BRAM, "--plan")
    assert [rule for rule in ("R-70", "R-71", "R-72", "R-76", "R-77", "R-79") if rule not in out] == []
    assert "2 assignments are removed. 2 seats come free." in out
    assert "Undo until" in out
    assert line.done("deleted") == "There are no deleted users.\n"
    assert line.world.consumed() == 5


def test_a_deleted_user_is_listed_found_and_restored(line: Line) -> None:
    """With days left and what comes back; under the old name or the object ID."""
    assert "remembered" in line.done("delete", "--user", ANNA, "--yes")
    listed = line.done("deleted")
    assert ANNA in listed
    assert "  30  " in listed
    assert "Microsoft 365 E3" in listed
    assert "1 deleted user." in listed
    shown = line.done("show", ANNA)
    assert "Deleted on" in shown
    assert "User is deleted for good" in shown
    assert "Remembered" in shown
    assert ANNA not in line.done("list")
    status, out, _ = line("restore", "--user", "10000000-0000-4000-8000-000000000001", "--yes")
    assert (status, "R-81" in out) == (0, True)
    assert line.done("deleted") == "There are no deleted users.\n"
    assert line.world.consumed() == 5


def test_restoring_says_first_what_is_missing(line: Line) -> None:
    """R-82: the seat went to somebody else; the list says so too, and the user comes back all the same."""
    line.done("delete", "--user", ANNA, "--yes")
    line._cli.ok("assign", "SPE_E3", "--user", "p00006@contoso.example", "--yes", "--tenant", "Contoso")
    assert "No license of Microsoft 365 E3" in line.done("deleted")
    out = line.done("restore", "--user", ANNA, "--plan")
    assert "R-82" in out
    assert "No license of Microsoft 365 E3 is available: the user comes back without it." in out
    assert "R-56" in out
    assert "No licenses." in line.done("restore", "--user", ANNA, "--yes") + line.done("show", ANNA)


def test_a_taken_name_is_said_before_and_refused(line: Line) -> None:
    """With the way out; exit 1, and the list marks it."""
    line.done("delete", "--user", ANNA, "--yes")
    line.world.plant(
        "UPDATE users SET principal_name = %(n)s, principal_key = %(n)s WHERE tenant_id = %(tenant)s AND id = 6", n=ANNA
    )
    assert "The user name is taken" in line.done("deleted")
    # The new user has the name now, so the deleted one is meant by its object ID.
    status, out, _ = line("restore", "--user", "10000000-0000-4000-8000-000000000001", "--yes")
    assert (status, "Rename that user in Microsoft Entra first" in out) == (1, True)


@pytest.mark.parametrize("verb", ["restore", "purge"])
def test_which_deleted_users_must_be_said(line: Line, verb: str) -> None:
    """Somebody who is not deleted is skipped with that reason; an unknown name brings those that begin alike."""
    line.done("delete", "--user", ANNA, "--yes")
    assert line(verb) == (2, "", "Say which deleted users: --user or --users-from.\n")
    assert line(verb, "--user", ANNA, "--users-from", "x")[2] == "Use one of --user and --users-from.\n"
    assert "Is not deleted. Nothing to do." in line(verb, "--user", BRAM, "--yes")[1]
    status, _, err = line(verb, "--user", "p0000")
    assert (status, f"No deleted user is called p0000. Did you mean: {ANNA}?" in err) == (2, True)


def test_two_deleted_users_of_one_name_are_told_apart(line: Line) -> None:
    """By object ID, which are listed."""
    line.done("delete", "--user", ANNA, "--yes")
    line.world.plant(
        "UPDATE users SET principal_name = %(n)s, principal_key = %(n)s WHERE tenant_id = %(tenant)s AND id = 2", n=ANNA
    )
    line.done("delete", "--user", ANNA, "--yes")
    status, _, err = line("restore", "--user", ANNA, "--yes")
    assert status == 2
    assert err.startswith(
        f"2 deleted users were called {ANNA}. Use the object ID. Did you mean: 10000000-0000-4000-8000-"
    )
    looked = line._cli.run("audit", "list", "--user", ANNA, "--tenant", "Contoso")
    assert (looked.status, looked.err) == (2, err)
    second = ("audit", "list", "--user", "10000000-0000-4000-8000-000000000002", "--tenant", "Contoso")
    assert "User deleted" in line._cli.ok(*second).out
    line.done("restore", "--user", "10000000-0000-4000-8000-000000000002", "--yes")


def test_a_deleted_users_history_and_undo_are_found_by_name(line: Line) -> None:
    """Until somebody else has the name: then that user is meant. A name that nobody ever had is refused."""
    line.done("delete", "--user", ANNA, "--user", BRAM, "--yes")
    here = ("--tenant", "Contoso")
    assert "User deleted" in line._cli.ok("audit", "list", "--user", ANNA.upper(), *here).out
    assert line._cli.ok("plans", "undo", "1", "--user", ANNA, "--yes", "--json", *here).json["plan"]["verified"] == 1
    assert ANNA in line.done("show", ANNA)
    line.world.plant(
        "UPDATE users SET principal_name = %(n)s, principal_key = %(n)s WHERE tenant_id = %(tenant)s AND id = 3", n=BRAM
    )
    assert "User deleted" not in line._cli.ok("audit", "list", "--user", BRAM, *here).out
    unknown = line._cli.run("audit", "list", "--user", "p0000@contoso.example", *here)
    assert (unknown.status, unknown.err.startswith("No user is called p0000@contoso.example.")) == (2, True)


def test_a_file_of_deleted_users(line: Line, tmp_path: Path) -> None:
    """All rows are read first; bad ones come back with reasons, or are left out."""
    line.done("delete", "--user", ANNA, "--user", BRAM, "--yes")
    path = tmp_path / "back.txt"
    path.write_text(f"{ANNA}\np00003@contoso.example\n{BRAM}\n", encoding="utf-8")
    status, _, err = line("restore", "--users-from", str(path), "--yes")
    assert (status, "1 row can't be used" in err) == (2, True)
    with (tmp_path / "back.bad-rows.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert list(csv.reader(stream))[1][1] == "No deleted user is called p00003@contoso.example."
    assert "2 users done and checked." in line.done("restore", "--users-from", str(path), "--skip-bad", "--yes")


def test_deleting_for_good_always_asks_for_the_number(line: Line) -> None:
    """Without it nothing is changed, and the command says how."""
    line.done("delete", "--user", ANNA, "--yes")
    status, out, err = line("purge", "--user", ANNA, "--yes")
    assert (status, "R-84" in out, "This can't be undone." in out) == (1, True, True)
    assert "This plan changes 1 user. Confirm with --confirm 1." in err
    assert ANNA in line.done("deleted")
    out = line.done("purge", "--user", ANNA, "--yes", "--confirm", "1")
    assert "1 user done and checked." in out
    assert "deleted for good" in out
    assert f"\n{ANNA} " in out
    assert "How to undo" not in out
    assert line.done("deleted") == "There are no deleted users.\n"


def test_a_person_types_the_number_to_delete_for_good(demo: CommandLine) -> None:
    """Anything else leaves it as a plan."""
    user = next(
        one["userPrincipalName"]
        for one in demo.ok("users", "list", "--top", "100", "--json").json
        if demo.run("users", "delete", "--user", one["userPrincipalName"], "--yes").out.startswith("User ")
    )
    person = demo.person("users", "purge", "--user", user)
    person.sees("Type 1 to apply")
    person.types("y\n")
    assert "Nothing was changed." in person.leaves().out
    again = demo.person("users", "purge", "--user", user)
    again.sees("Type 1 to apply")
    again.types("1\n")
    assert "1 user done and checked." in again.leaves().out


def test_programs_get_json(line: Line) -> None:
    """The list of deleted users, one user, and a change of one."""
    line.done("delete", "--user", ANNA, "--yes")
    (row,) = line._cli.ok("users", "deleted", "--json", "--tenant", "Contoso").json
    assert set(row) == {
        "id",
        "userPrincipalName",
        "displayName",
        "deletedDateTime",
        "purgeDateTime",
        "isNameTaken",
        "skuIds",
        "missingSkuIds",
    }
    assert (row["skuIds"], row["missingSkuIds"], row["isNameTaken"]) == ([E3], [], False)
    shown = line._cli.ok("users", "show", ANNA, "--json", "--tenant", "Contoso").json
    assert shown["deletedDateTime"] == row["deletedDateTime"]
    assert shown["licenses"][0]["state"] == "remembered"
    done = line._cli.ok("users", "restore", "--user", ANNA, "--yes", "--json", "--tenant", "Contoso").json
    assert (done["outcome"], done["undoUntilDateTime"]) == ("ready", None)
    exported = line._cli.ok("plans", "export", "1", "--receipt", "--tenant", "Contoso").out
    first, second = csv.DictReader(io.StringIO(exported))
    assert (first["product"], first["before"], first["after"]) == ("Account", "active", "deleted")
    assert (second["product"], second["before"], second["after"]) == ("Microsoft 365 E3", "assigned", "remembered")


def test_the_journal_says_what_became_of_an_account(line: Line) -> None:
    """By what it is afterwards."""
    line.done("block", "--user", ANNA, "--yes")
    line.done("unblock", "--user", ANNA, "--yes")
    line.done("delete", "--user", ANNA, "--yes")
    line.done("restore", "--user", ANNA, "--yes")
    said = line._cli.ok("audit", "list", "--tenant", "Contoso").out
    words = ("Sign-in blocked", "Sessions ended", "Sign-in allowed", "User deleted", "User restored")
    assert [word for word in words if word not in said] == []


def test_a_synced_account_is_sent_to_active_directory(line: Line) -> None:
    """Each verb says what to do there; exit 1."""
    line.world.plant("UPDATE users SET is_synced = true WHERE tenant_id = %(tenant)s AND id = 1")
    for words, there in (
        (("block", "--user", ANNA), "Disable it there."),
        (("set-manager", ANNA, BRAM), "Set the manager there."),
        (("delete", "--user", ANNA), "Delete it there or take it out of the sync scope; both delete it here."),
    ):
        status, out, _ = line(*words, "--yes")
        assert (status, there in out) == (1, True)


def test_a_guest_can_be_blocked_and_deleted(cli: CommandLine, make_world: Make) -> None:
    """R-66, and what a guest has not is not spoken of."""
    licenses = (LicenseRow(AUDIO, SourceKind.DIRECT),)
    line = Line(
        cli, make_world([person(1, licenses, user_type="Guest", mailbox=None, drive=None), person(2, direct(E3))])
    )
    assert "R-66" in line.done("block", "--user", ANNA, "--yes")
    out = line.done("delete", "--user", ANNA, "--plan")
    assert [rule for rule in ("R-72", "R-75", "R-76") if rule in out] == []
    assert "R-71" in out
