"""Swap, replace, unassign --all and service plans at the command line: what they say, and how they end."""

from __future__ import annotations

from typing import Any

import pytest

from command_line import CommandLine
from world_store import E3, E5, SWAY_PLAN, by_group, crowd, direct, person, tenant_rows

pytest_plugins = ["world_fixtures"]
TWELVE = "department eq 'Kantoor'"


@pytest.fixture
def office(cli: CommandLine) -> CommandLine:
    """Twelve people with E3 directly, and eleven seats of E5."""
    return _made(cli, crowd(12))


def _made(cli: CommandLine, people: list[Any]) -> CommandLine:
    from licentia.changes import record
    from world_store import OWNER

    record.load_tenant(tenant_rows(people, {E3: 12, E5: 11}), OWNER, "Contoso")
    return cli


def held(cli: CommandLine, n: int) -> set[tuple[str, str]]:
    """(product, path) of person number `n`."""
    user = cli.ok("users", "show", f"p{n:05d}@contoso.example", "--json").json
    return {(one["skuId"], one["path"]) for one in user["licenses"]}


def test_one_user_is_swapped_at_once(office: CommandLine) -> None:
    """A receipt of both products, what is said, and how to undo it; the second time there is nothing to do."""
    done = office.ok("swap", "--from", "SPE_E3", "--to", "SPE_E5", "--user", "p00001@contoso.example", "--yes")
    rows = [line for line in done.out.splitlines() if line.startswith("p00001@contoso.example")]
    assert len(rows) == 2
    assert "R-07  Mailbox stays through Microsoft 365 E5." in done.out
    assert "Undo: licentia plans undo 1" in done.out
    assert held(office, 1) == {(E5, "direct")}
    again = office.run("swap", "--from", "SPE_E3", "--to", "SPE_E5", "--user", "p00001@contoso.example", "--yes")
    assert (again.status, again.out) == (0, "Does not have this license. Nothing to do.\n")


def test_twelve_swaps_with_eleven_seats_say_how_many_are_missing(office: CommandLine) -> None:
    """The plan is shown and stays a draft; applying it is refused whole, with the sum; nobody was chosen."""
    words = ("swap", "--from", "SPE_E3", "--to", "SPE_E5", "--everyone")
    shown = office.ok(*words, "--plan")
    assert "Microsoft 365 E5: 12 seats needed, 11 available." in shown.out
    assert "1 seat is missing." in shown.out
    assert "12 assignments are removed. 12 seats come free." in shown.out
    done = office.run("plans", "apply", "1", "--over-limit")
    assert done.status == 1
    assert done.err.startswith("Not enough licenses for Microsoft 365 E5: 12 needed, 11 available, 1 missing.")
    assert {row["state"] for row in office.ok("plans", "list", "--json").json} == {"draft"}
    assert [held(office, n) for n in (1, 12)] == [{(E3, "direct")}] * 2
    applied = office.run(*words, "--yes", "--over-limit")
    assert (applied.status, applied.err) == (1, done.err)


def test_a_swap_keeps_what_was_off_unless_told(cli: CommandLine) -> None:
    """Carried over without a word; with --without exactly that."""
    _made(cli, [person(1, direct(E3, off=frozenset({SWAY_PLAN}))), person(2, direct(E3))])
    carried = cli.ok("swap", "--from", "SPE_E3", "--to", "SPE_E5", "--user", "p00001@contoso.example", "--yes")
    assert "assigned without Sway" in carried.out
    assert "R-130  These service plans stay off, as before: Sway." in carried.out
    told = cli.ok(
        *("swap", "--from", "SPE_E3", "--to", "SPE_E5", "--without", "Sway"),
        *("--user", "p00002@contoso.example", "--yes"),
    )
    assert "assigned without Sway" in told.out


def test_everything_direct_goes_and_the_rest_is_named(cli: CommandLine) -> None:
    """With the group's name; who has nothing direct is skipped, and reads why what it has stays."""
    _made(cli, [person(1, direct(E5) + by_group(E3)), person(2, by_group(E3))])
    shown = cli.ok("unassign", "--all", "--filter", TWELVE, "--plan")
    assert "Plan 1: " in shown.out
    assert "Microsoft 365 E3 stays: it comes from group Alle medewerkers. No seat of it comes free." in shown.out
    assert "Has no license assigned directly. Nothing to do." in shown.out
    done = cli.ok("unassign", "--all", "--user", "p00002@contoso.example", "--yes")
    assert done.out.splitlines() == [
        "Has no license assigned directly. Nothing to do.",
        "R-126  Microsoft 365 E3 stays: it comes from group Alle medewerkers. No seat of it comes free.",
    ]
    as_json = cli.ok("unassign", "--all", "--user", "p00001@contoso.example", "--yes", "--json").json
    words = [one["parameters"] for one in as_json["consequences"] if one["rule"] == "R-126"]
    assert words == [{"product": "Microsoft 365 E3", "group": "Alle medewerkers"}]
    assert held(cli, 1) == {(E3, "group")}


def test_a_replacement_leaves_exactly_what_was_asked_for(office: CommandLine) -> None:
    """Both products, whatever was there; again is nothing to do."""
    words = ("replace", "--with", "SPE_E5", "--with", "MCOMEETADV", "--user", "p00001@contoso.example", "--yes")
    office.ok(*words)
    assert {sku for sku, _ in held(office, 1)} == {E5, "0c266dff-15dd-4b49-8397-2bb16070ed52"}
    assert office.ok(*words).out == "Is so already. Nothing to do.\n"


def test_service_plans_are_set_one_by_one(office: CommandLine) -> None:
    """Off and on by the names people know; the others stay as they are."""
    words = ("service-plans", "set", "SPE_E3", "--user", "p00001@contoso.example", "--yes")
    assert "assigned without Sway" in office.ok(*words, "--off", "Sway").out
    both = office.ok(*words, "--off", "EXCHANGE_S_ENTERPRISE", "--on", "Sway").out
    assert "assigned without Exchange Online (Plan 2)" in both
    assert office.ok(*words, "--on", "Sway").out == "Is so already. Nothing to do.\n"


def test_an_add_on_is_named_by_what_people_call_it(office: CommandLine) -> None:
    """GUIDs are kept; nobody reads them."""
    office.ok("assign", "MCOMEETADV", "--user", "p00001@contoso.example", "--yes")
    refused = office.run("unassign", "SPE_E3", "--user", "p00001@contoso.example", "--yes")
    said = "Microsoft 365 Audio Conferencing needs Microsoft Teams. "
    assert refused.status == 1
    assert refused.out.startswith(said)
    planned = office.run("unassign", "SPE_E3", "--user", "p00001@contoso.example", "--plan")
    assert said in planned.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("swap", "--from", "SPE_E3", "--to", "Microsoft 365 E3"), "can't be swapped with itself"),
        (("unassign",), "Say what goes: a product, or --all"),
        (("unassign", "SPE_E3", "--all"), "Say what goes: a product, or --all"),
        (("unassign", "--all", "--everyone"), "not --everyone"),
        (("unassign", "--all", "--include-unknown"), "name the product"),
        (("service-plans", "set", "SPE_E3"), "--on PLAN, --off PLAN"),
        (("service-plans", "set", "SPE_E3", "--on", "Sway", "--off", "Sway"), "Sway can't be switched on and off"),
        (("service-plans", "set", "SPE_E3", "--off", "MCOMEETADV_X"), "has no service plan called MCOMEETADV_X"),
        (("swap", "--from", "SPE_E3", "--to", "nothing"), "No product is called nothing."),
        (("replace", "--with", "SPE_E5", "--with", "nothing"), "No product is called nothing."),
        (("swap", "--from", "SPE_E3", "--to", "VISIOCLIENT"), "This tenant does not have Visio Plan 2."),
    ],
)
def test_what_can_not_be_understood_is_one_sentence(office: CommandLine, words: tuple[str, ...], says: str) -> None:
    """Status 2, on standard error, before anything is written."""
    who = () if "--everyone" in words else ("--user", "p00001@contoso.example")
    said = office.run(*words, *who)
    assert (said.status, said.out) == (2, "")
    assert says in said.err
    assert office.ok("plans", "list", "--all").out == "No plans yet.\n"


def test_switching_the_mailbox_off_asks_for_a_shared_one(cli: CommandLine) -> None:
    """A choice, also when plans are assigned; with --anyway it is made."""
    from dataclasses import replace as changed

    from licentia.domain.facts import MailboxKind
    from world_store import BOX, GIB

    large = changed(BOX, kind=MailboxKind.SHARED, size_bytes=80 * GIB)
    _made(cli, [person(1, direct(E3), mailbox=large)])
    words = ("--user", "p00001@contoso.example", "--yes")
    off = ("assign", "SPE_E3", "--without", "EXCHANGE_S_ENTERPRISE")
    for command in (off, ("service-plans", "set", "SPE_E3", "--off", "EXCHANGE_S_ENTERPRISE"), ("unassign", "--all")):
        asked = cli.run(*command, *words)
        assert (asked.status, asked.out[:37]) == (1, "Shared mailbox that needs a license, ")
    assert cli.ok(*off, *words, "--anyway").status == 0
