"""Before a person: the preview asks, a typed number applies, Enter leaves it. In a pipe nothing asks and nothing moves."""

from __future__ import annotations

import os

import pytest

from command_line import CommandLine

pytestmark = pytest.mark.skipif(
    os.environ.get("LICENTIA_TEST_DATABASE") == "postgres", reason="what is asked is the same on both databases"
)
ALL = ("unassign", "SPE_E3", "--everyone")
FEW = ("unassign", "EXCHANGEARCHIVE_ADDON", "--everyone")


def state(cli: CommandLine, plan: int = 1) -> str:
    """The plan's state."""
    return str(cli.ok("plans", "show", str(plan), "--json").json["plan"]["state"])


def ready(cli: CommandLine, plan: int = 1) -> int:
    """How many users it would change."""
    return int(cli.ok("plans", "show", str(plan), "--json").json["plan"]["ready"])


def test_above_twenty_the_number_is_typed_and_the_share_is_asked_for(demo: CommandLine) -> None:
    """Both answered, the plan runs to its end in this process."""
    person = demo.person(*ALL)
    person.sees("to apply, or press Enter to leave it")
    number = ready(demo)
    assert f"Type {number} to apply" in person.seen
    person.types(f"{number}\n")
    person.sees("Have you checked them? [y/N]")
    person.types("y\n")
    said = person.leaves()
    assert said.status == 1  # some users of the demo are refused
    assert f"{number} users done and checked." in said.out
    assert state(demo) == "applied"


@pytest.mark.parametrize("typed", ["\n", "21\n"])
def test_enter_or_another_number_leaves_it(demo: CommandLine, typed: str) -> None:
    """The draft stays, and the words say how to apply it."""
    person = demo.person(*ALL)
    person.sees("press Enter to leave it")
    person.types(typed)
    said = person.leaves()
    assert said.status == 0
    assert "Nothing was changed. To apply: licentia plans apply 1" in said.out
    assert state(demo) == "draft"


def test_a_no_to_the_second_question_leaves_it(demo: CommandLine) -> None:
    """The number was right, the share was not meant."""
    person = demo.person(*ALL)
    person.sees("press Enter to leave it")
    person.types(f"{ready(demo)}\n")
    person.sees("Have you checked them?")
    person.types("\n")
    assert person.leaves().status == 0
    assert state(demo) == "draft"


@pytest.mark.parametrize(("typed", "after"), [("j\n", "applied"), ("n\n", "draft")])
def test_in_dutch_ja_is_yes(demo: CommandLine, typed: str, after: str) -> None:
    """With the letter that the question shows; a few users need no number."""
    person = demo.person("--lang", "nl", *FEW)
    person.sees("Dit plan uitvoeren? [j/N]")
    person.types(typed)
    said = person.leaves()
    assert said.status == 0
    assert state(demo) == after
    assert ("klaar en gecontroleerd" in said.out) is (after == "applied")


def test_ctrl_c_at_the_question_stops(demo: CommandLine) -> None:
    """Status 130; the draft stays."""
    person = demo.person(*ALL)
    person.sees("press Enter to leave it")
    person.interrupts()
    said = person.leaves()
    assert said.status == 130
    assert "Stopped. Nothing more was changed." in said.out
    assert state(demo) == "draft"


def test_on_a_screen_a_long_line_is_broken_under_its_column(demo: CommandLine) -> None:
    """No line is wider than the screen of 100 columns."""
    person = demo.person(*ALL, "--plan")
    said = person.leaves()
    assert max(map(len, said.out.splitlines())) <= 100
    assert "\n" + " " * 12 in said.out


def test_deleting_a_tenant_asks_for_its_name(demo: CommandLine) -> None:
    """Another name deletes nothing."""
    for typed, status in (("Noordzee\n", 1), ("Noordzee Logistiek\n", 0)):
        person = demo.person("tenants", "delete", "Noordzee Logistiek")
        person.sees("to delete it for good")
        person.types(typed)
        assert person.leaves().status == status
    assert demo.ok("tenants", "list", "--json").json == []


def test_in_a_pipe_nothing_is_asked_and_nothing_is_told_beside(demo: CommandLine) -> None:
    """Without --yes only the preview; with it the guards still hold; standard error stays empty."""
    shown = demo.process(*ALL)
    assert (shown.status, shown.err) == (0, "")
    assert state(demo) == "draft"
    held = demo.process(*ALL, "--yes")
    assert held.status == 1
    number = ready(demo)
    assert held.err == (
        f"This plan changes {number} users. Confirm with --confirm {number}.\n"
        f"Nothing was changed. To apply: licentia plans apply 2 --confirm {number}\n"
    )
    over = demo.process("plans", "apply", "1", "--confirm", str(ready(demo)))
    assert over.status == 1
    assert "above this tenant's limit. Confirm with --over-limit." in over.err
    done = demo.process("plans", "apply", "1", "--confirm", str(ready(demo)), "--over-limit")
    assert done.err == ""
    assert state(demo) == "applied"
