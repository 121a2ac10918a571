"""Operators, --as, approval and plans that start by themselves at the command line."""

from __future__ import annotations

import json

import pytest

from command_line import CommandLine
from licentia.cli import i18n
from licentia.domain.permissions import Capability, Role, roles_with
from licentia.domain.reasons import NotPermitted
from licentia.words.said import operators as said_of

TEAMS = "EXCHANGEARCHIVE_ADDON"
FEW = ("unassign", TEAMS, "--everyone")
ANNA, BEREND = "anna@noordzee.example", "berend@noordzee.example"


@pytest.fixture
def people(demo: CommandLine) -> CommandLine:
    """The demo tenant with Anna and Berend, both License Administrators."""
    for name in (ANNA, BEREND):
        demo.ok("operators", "add", name)
        demo.ok("operators", "grant", name, "license")
    return demo


def state(line: CommandLine, plan: int = 1) -> str:
    """The plan's state."""
    return str(line.ok("plans", "show", str(plan), "--json").json["plan"]["state"])


# ---- operators


def test_operators_are_listed_with_their_roles(demo: CommandLine) -> None:
    """All of the store; with a tenant, those with a role there."""
    assert demo.ok("operators", "list").out == "There are no operators. Add one: licentia operators add NAME\n"
    demo.ok("operators", "add", ANNA, "--display-name", "Anna de Vries")
    demo.ok("operators", "add", BEREND)
    said = demo.ok("operators", "grant", ANNA, "license").out
    assert said == f"{ANNA} is now License Administrator in Noordzee Logistiek.\n"
    assert (
        "was License Administrator in Noordzee Logistiek already" in demo.ok("operators", "grant", ANNA, "license").out
    )
    listed = demo.ok("operators", "list").out
    assert "License Administrator (Noordzee Logistiek)" in listed
    assert BEREND in listed
    assert BEREND not in demo.ok("operators", "list", "--tenant", "Noordzee Logistiek").out
    [one, _] = demo.ok("operators", "list", "--json").json
    assert one.pop("id")
    assert one == {
        "name": ANNA,
        "displayName": "Anna de Vries",
        "accountEnabled": True,
        "roles": [{"tenant": "Noordzee Logistiek", "role": "license"}],
    }


def test_roles_given_and_taken_are_in_the_audit_log(people: CommandLine) -> None:
    """Who, which role, in words."""
    people.ok("operators", "revoke", ANNA, "license")
    found = people.ok("audit", "list", "--top", "3").out
    assert "Role taken away" in found
    assert f"{ANNA} (License Administrator)" in found
    assert f"{BEREND} (License Administrator)" in found


def test_an_operator_is_disabled_and_enabled(people: CommandLine) -> None:
    """Disabled it can't do anything, not even look; its roles stay."""
    assert people.ok("operators", "disable", ANNA).out == f"{ANNA} is disabled.\n"
    assert people.ok("operators", "disable", ANNA).out == f"{ANNA} was disabled already.\n"
    refused = people.run("products", "list", "--as", ANNA)
    assert (refused.status, refused.out) == (3, "")
    assert refused.err == f"{ANNA} is disabled and can't do anything. See: licentia operators enable\n"
    assert people.ok("operators", "enable", ANNA).out == f"{ANNA} can act again.\n"
    people.ok("products", "list", "--as", ANNA)


def test_what_can_not_be_done_with_operators(people: CommandLine) -> None:
    """2 for what was given, 1 for what the rules refuse."""
    assert people.run("operators", "add", ANNA.upper()).status == 2
    assert people.run("operators", "grant", "nobody", "license").status == 2
    assert people.run("operators", "grant", ANNA, "king").status == 2
    people.ok("operators", "grant", ANNA, "global")
    refused = people.run("operators", "revoke", ANNA, "global")
    assert refused.status == 1
    assert refused.err.startswith(f"{ANNA} is the last Global Administrator")


# ---- acting as an operator


def test_an_operator_acts_under_its_own_name(people: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --as or LICENTIA_AS; the name in any letter case."""
    people.ok(*FEW, "--yes", "--as", ANNA.upper())
    assert people.ok("plans", "show", "1", "--json").json["plan"]["madeBy"] == ANNA
    monkeypatch.setenv("LICENTIA_AS", BEREND)
    people.ok("plans", "undo", "1", "--yes")
    assert people.ok("plans", "show", "2", "--json").json["plan"]["madeBy"] == BEREND


def test_what_is_not_permitted_says_what_and_who_may(people: CommandLine) -> None:
    """Exit 3: the capability in words, and the roles that have it."""
    people.ok("operators", "grant", ANNA, "billing")
    people.ok("operators", "revoke", ANNA, "license")
    refused = people.run(*FEW, "--yes", "--as", ANNA)
    assert (refused.status, refused.out) == (3, "")
    assert refused.err == (
        "You need a role that may do this: assign and unassign licenses. "
        "These may: Global Administrator, License Administrator, User Administrator.\n"
    )
    refused = people.run("tenants", "set", "--approve-above", "off", "--as", ANNA)
    assert refused.status == 3
    assert "These may: Global Administrator." in refused.err
    people.ok("products", "list", "--as", ANNA)


def test_dutch_names_the_roles_in_dutch(people: CommandLine) -> None:
    """Microsoft's Dutch names."""
    said = people.run("tenants", "set-clock", "+1d", "--as", ANNA, lang="nl")
    assert said.status == 3
    assert "Globale beheerder" in said.err


def test_who_has_no_role_in_a_tenant_does_not_look_at_it(people: CommandLine) -> None:
    """Reading is a capability too; `tenants list` shows only the tenants in which one has a role."""
    people.ok("tenants", "create", "Elders")
    people.ok("operators", "add", "carla")
    for words in (("products", "list"), ("plans", "list"), ("audit", "list"), ("operators", "list")):
        refused = people.run(*words, "--tenant", "Elders", "--as", ANNA)
        assert (refused.status, refused.err) == (
            3,
            f"{ANNA} has no role in this tenant. See: licentia operators grant\n",
        )
    assert [one["name"] for one in people.ok("tenants", "list", "--json", "--as", ANNA).json] == ["Noordzee Logistiek"]
    assert people.ok("tenants", "list", "--json", "--as", "carla").json == []
    assert people.run("products", "list", "--as", "nobody", "--tenant", "Elders").status == 2


@pytest.mark.parametrize(
    "words",
    [
        ("operators", "add", "carla"),
        ("operators", "disable", BEREND),
        ("tenants", "create", "Elders"),
        ("store", "check"),
        ("worker", "--once"),
        ("demo", "--name", "Twee"),
    ],
)
def test_the_whole_store_is_its_owners(people: CommandLine, words: tuple[str, ...]) -> None:
    """No role of a tenant opens it, not even Global Administrator."""
    people.ok("operators", "grant", ANNA, "global")
    refused = people.run(*words, "--as", ANNA)
    assert (refused.status, refused.out) == (3, "")
    assert refused.err.endswith("For the whole store that is its owner only: leave out --as.\n")


def test_a_global_administrator_deletes_its_own_tenant_only(people: CommandLine) -> None:
    """The tenant is found by its name, and the roles are those there."""
    people.ok("operators", "grant", ANNA, "global")
    people.ok("tenants", "create", "Elders")
    assert people.run("tenants", "delete", "Elders", "--yes", "--as", ANNA).status == 3
    assert people.run("tenants", "delete", "Noordzee Logistiek", "--yes", "--as", BEREND).status == 3
    people.ok("tenants", "delete", "Noordzee Logistiek", "--yes", "--as", ANNA)
    assert [one["name"] for one in people.ok("tenants", "list", "--json").json] == ["Elders"]


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_every_refusal_of_permission_has_a_sentence(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes that are no capability, and each capability with the roles that have it."""
    monkeypatch.setenv("LANGUAGE", "en")
    i18n.use(lang)
    for code in said_of.NOT_PERMITTED:
        text = said_of.not_permitted(NotPermitted(code, name="Anna", plan=3), str)
        assert "{" not in text
    for capability in Capability:
        text = said_of.not_permitted(NotPermitted(capability.value, tenant_id=4), str)
        assert all(said_of.role_word(role) in text for role in roles_with(capability))
    assert len({said_of.role_word(role) for role in Role}) == len(Role)


# ---- approval


def test_a_second_person_approves(people: CommandLine) -> None:
    """Asked by applying; shown; approved under another name; then applied by its maker."""
    people.ok("tenants", "set", "--approve-above", "1")
    asked = people.run(*FEW, "--yes", "--as", ANNA)
    assert asked.status == 1
    assert "Nothing was changed. Plan 1 waits for approval." in asked.out
    assert "(R-136)" in asked.out
    assert state(people) == "awaiting_approval"
    assert "(R-136)" in people.ok("plans", "show", "1").out
    own = people.run("plans", "approve", "1", "--as", ANNA)
    assert (own.status, own.err) == (
        3,
        "Nobody approves a plan of one's own. Somebody else must: licentia plans approve 1\n",
    )
    assert people.ok("plans", "approve", "1", "--as", BEREND).out == (
        "Plan 1 is approved. To apply: licentia plans apply 1\n"
    )
    assert f"Approved by {BEREND}." in people.ok("plans", "show", "1").out
    assert people.ok("plans", "show", "1", "--json").json["plan"]["approvedBy"] == BEREND
    assert "Plan 1: Applied" in people.ok("plans", "apply", "1", "--as", ANNA).out


def test_a_rejection_says_who_and_why(people: CommandLine) -> None:
    """The plan is a draft that shows it; JSON says nothing that is no code."""
    people.ok("tenants", "set", "--approve-above", "1")
    people.run(*FEW, "--yes", "--as", ANNA)
    assert people.run("plans", "reject", "1", "--as", BEREND).status == 2
    assert people.ok("plans", "reject", "1", "--why", "Tot maart niet", "--as", BEREND).out == "Plan 1 is rejected.\n"
    shown = people.ok("plans", "show", "1").out
    assert f"Rejected by {BEREND} on " in shown
    assert ": Tot maart niet" in shown
    assert state(people) == "draft"


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5", ""])
def test_approval_is_above_a_number_or_off(demo: CommandLine, text: str) -> None:
    """Anything else changes nothing."""
    said = demo.run("tenants", "set", f"--approve-above={text}")
    assert said.status == 2
    assert demo.ok("tenants", "set", "--json").json["approve_above"] is None
    demo.ok("tenants", "set", "--approve-above", "25")
    assert demo.ok("tenants", "set", "--json").json["approve_above"] == 25
    assert "Users above which a plan needs approval" in demo.ok("tenants", "set").out
    demo.ok("tenants", "set", "--approve-above", "off")
    assert demo.ok("tenants", "set", "--json").json["approve_above"] is None


# ---- scheduled plans


def test_a_plan_starts_at_its_moment(demo: CommandLine) -> None:
    """Scheduled, shown, due, started by a worker."""
    demo.ok(*FEW, "--plan")
    said = demo.ok("plans", "apply", "1", "--at", "+12h").out
    assert said.startswith("Plan 1 starts on ")
    assert said.endswith("(R-137)\n")
    assert state(demo) == "scheduled"
    assert "Starts on " in demo.ok("plans", "show", "1").out
    demo.ok("worker", "--once")
    assert state(demo) == "scheduled"
    demo.ok("tenants", "set-clock", "+13h")
    assert "Its moment has come. It starts when a worker runs: licentia worker" in demo.ok("plans", "show", "1").out
    assert demo.ok("worker", "--once", "--json").json["done"] == 1
    plan = demo.ok("plans", "show", "1", "--json").json["plan"]
    assert (plan["state"], plan["isUnattended"]) == ("applied", True)
    assert plan["startDateTime"].endswith("Z")


def test_a_moment_is_taken_back(demo: CommandLine) -> None:
    """And one that has been is none."""
    demo.ok(*FEW, "--plan")
    assert demo.run("plans", "apply", "1", "--at", "2020-01-01T08:00").status == 2
    assert demo.run("plans", "apply", "1", "--at", "soon").status == 2
    demo.ok("plans", "apply", "1", "--at", "+12h", "--json")
    assert demo.ok("plans", "unschedule", "1").out == "Plan 1 is no longer scheduled.\n"
    assert state(demo) == "draft"
    assert demo.run("plans", "unschedule", "1").status == 1


def test_a_plan_that_did_not_start_says_why(demo: CommandLine) -> None:
    """It is a draft; nobody's licenses changed."""
    demo.ok(*FEW, "--plan")
    ready = demo.ok("plans", "show", "1", "--json").json["plan"]["ready"]
    demo.ok("plans", "apply", "1", "--at", "+12h")
    demo.ok("tenants", "set", "--confirm-above", "0")
    demo.ok("tenants", "set-clock", "+13h")
    demo.ok("worker", "--once")
    shown = demo.ok("plans", "show", "1").out
    assert "Did not start on " in shown
    assert f"Confirm with --confirm {ready}." in shown
    assert state(demo) == "draft"


# ---- old plans


def test_an_old_draft_is_expired_at_the_next_command(demo: CommandLine) -> None:
    """No worker needed: R-138 with its date."""
    demo.ok(*FEW, "--plan")
    demo.ok("tenants", "set-clock", "+31d")
    assert demo.run("plans", "apply", "1").status == 1
    shown = demo.ok("plans", "show", "1").out
    assert "(R-138)" in shown
    assert state(demo) == "expired"


def test_a_plan_without_its_list_says_so(demo: CommandLine) -> None:
    """Totals stay; what needs the list is refused with a sentence; undo goes on."""
    demo.ok(*FEW, "--yes")
    demo.ok("tenants", "set-clock", "+200d")
    demo.ok("worker", "--once")
    shown = demo.ok("plans", "show", "1").out
    assert "The list of its users is no longer kept. (R-139)" in shown
    for words in (("plans", "export", "1"), ("plans", "retry", "1")):
        refused = demo.run(*words)
        assert (refused.status, refused.err) == (
            2,
            "The list of users of plan 1 is no longer kept. Totals and journal are.\n",
        )
    assert demo.ok("plans", "export", "1", "--receipt").out
    assert demo.ok("plans", "undo", "1", "--yes").out
    demo.ok("store", "check")


def test_a_copys_plan_is_carried_out_elsewhere(cli: CommandLine, tmp_path: object) -> None:
    """Handed over, and compared with the next import."""
    from pathlib import Path

    path = Path(str(tmp_path)) / "users.csv"
    head = "User principal name,Licenses\n"
    path.write_text(head + "a@x.example,Microsoft 365 E3\nb@x.example,Microsoft 365 E3\n")
    cli.ok("import", "users", str(path), "--tenant", "Copy")
    cli.run("unassign", "SPE_E3", "--user", "a@x.example", "--user", "b@x.example", "--include-unknown", "--plan")
    plan = cli.ok("plans", "list", "--json").json[0]["id"]
    assert "is carried out elsewhere" in cli.ok("plans", "hand-over", str(plan)).out
    assert "0 of 2 users are as planned now" in cli.ok("plans", "show", str(plan)).out
    path.write_text(head + "a@x.example,Unlicensed\nb@x.example,Microsoft 365 E3\n")
    cli.ok("import", "users", str(path), "--tenant", "Copy")
    assert "1 of 2 users are as planned now" in cli.ok("plans", "show", str(plan)).out
    assert json.loads(cli.ok("plans", "show", str(plan), "--json").out)["plan"]["state"] == "handed_over"


def test_a_local_tenants_plan_is_not(demo: CommandLine) -> None:
    """It is applied here."""
    demo.ok(*FEW, "--plan")
    refused = demo.run("plans", "hand-over", "1")
    assert (refused.status, refused.err) == (
        1,
        "Only the plan of a copy is carried out elsewhere. Apply this one: licentia plans apply 1\n",
    )
