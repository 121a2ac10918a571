"""`licentia find`: what it lists, what it says it can't know, saved finders, and the way into a plan; `tenants copy`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from command_line import CommandLine
from licentia.changes import record
from licentia.domain.finders import FinderKind
from world_store import (
    E3,
    EXCHANGE_2,
    OWNER,
    World,
    by_group,
    crowd,
    direct,
    person,
    unknown,
)

if TYPE_CHECKING:
    from database import Store

pytest_plugins = ["world_fixtures"]


@pytest.fixture
def world(make_world: Callable[..., World], store: Store) -> World:
    """One tenant of a few cases; its twin stands under another name."""
    return make_world(
        [
            person(1, direct(E3), account_enabled=False),
            person(2, direct(E3) + by_group(E3)),
            person(3, direct(EXCHANGE_2) + direct(E3)),
            person(4, unknown(E3), account_enabled=False),
            person(5, by_group(E3), account_enabled=False),
            person(6, direct(EXCHANGE_2) + by_group(EXCHANGE_2)),
            person(7, direct(E3), account_enabled=None),
        ]
    )


@pytest.fixture
def line(store: Store, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line on the tenant Contoso."""
    monkeypatch.setenv("LICENTIA_TENANT", "Contoso")
    return CommandLine(store, monkeypatch)


def found(line: CommandLine, *words: str) -> list[str]:
    """User names that a finder lists."""
    return [user["userPrincipalName"].split("@")[0] for user in line.ok("find", *words, "--json").json["value"]]


# ---- looking


def test_without_a_name_all_finders_are_named(world: World, line: CommandLine) -> None:
    """Each with its rule, and on request how many it finds."""
    said = line.ok("find").out
    assert all(kind.value in said for kind in FinderKind)
    assert "R-145" in said
    counted = line.ok("find", "--count", "--json").json["finders"]
    assert {one["finder"]: one["count"] for one in counted} == {
        "blocked": 2,
        "never-signed-in": 7 - 1,
        "inactive": 7 - 1,
        "duplicate": 2,
        "overlap": 1,
        "addon-without-base": 0,
        "nothing-on": 0,
        "shared": 0,
    }


def test_blocked_says_whom_it_finds_and_whom_it_can_not_judge(world: World, line: CommandLine) -> None:
    """I-7: who is counted is not in the table; the rule stands above, the next command below."""
    said = line.ok("find", "blocked").out
    assert "R-145" in said
    assert "p00001@contoso.example" in said
    assert "p00004@contoso.example" not in said
    assert "p00007@contoso.example" not in said
    assert "2 users." in said
    assert "1 user: nobody has read whether sign-in is blocked." in said
    assert "1 user: nobody has read how the license was assigned." in said
    assert "licentia find blocked --unassign --plan" in said


def test_for_a_program_there_is_json(world: World, line: CommandLine) -> None:
    """With Graph's names; what is not known is a number of its own."""
    said = line.ok("find", "blocked", "--json").json
    assert (said["finder"], said["rule"], said["count"], said["moreThan"]) == ("blocked", "R-145", 2, None)
    assert said["notKnown"] == {"signInStatus": 1, "path": 1}
    assert said["value"][0]["licenses"][0]["skuId"] == E3
    pair = line.ok("find", "overlap", "--json").json["value"]
    assert [one["found"] for one in pair] == [
        [{"skuId": EXCHANGE_2, "groupId": None, "otherSkuId": E3, "servicePlanId": None}]
    ]


def test_a_product_narrows_it(world: World, line: CommandLine) -> None:
    """By any of its names; one that the tenant has not is bad input."""
    assert found(line, "duplicate") == ["p00002", "p00006"]
    assert found(line, "duplicate", "--product", "SPE_E3") == ["p00002"]
    assert line.run("find", "duplicate", "--product", "Visio Plan 9").status == 2
    assert line.run("find", "duplicate", "--product", "ENTERPRISEPACK").status == 2


def test_unknown_paths_are_listed_where_asked(world: World, line: CommandLine) -> None:
    """For looking only."""
    assert found(line, "blocked", "--include-unknown") == ["p00001", "p00004", "p00005"]
    said = line.run("find", "blocked", "--include-unknown", "--unassign", "--plan")
    assert said.status == 2
    assert "licentia unassign PRODUCT --user NAME --include-unknown" in said.err


def test_the_never_list_is_a_column(world: World, line: CommandLine) -> None:
    """Only where somebody is on it."""
    assert "Never list" not in line.ok("find", "blocked").out
    record.add_never(world.tenant, "user", world.user(1), "Emergency access", OWNER)
    assert "Emergency access" in line.ok("find", "blocked").out


def test_nobody_found_is_a_sentence(world: World, line: CommandLine) -> None:
    """And no command to go on with."""
    said = line.ok("find", "nothing-on").out
    assert "No unused licenses found with these limits." in said
    assert "--unassign" not in said


@pytest.mark.parametrize("kind", list(FinderKind))
def test_every_finder_speaks_dutch(world: World, line: CommandLine, kind: FinderKind) -> None:
    """Heading, rule and columns."""
    english, dutch = (line.ok("find", kind.value, lang=lang).out for lang in ("en", "nl"))
    assert english.splitlines()[1] != dutch.splitlines()[1]


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("leavers",), "blocked, never-signed-in"),
        (("blocked", "--days", "3"), "--days"),
        (("blocked", "--plan"), "--unassign"),
        (("blocked", "--yes"), "--unassign"),
        (("--unassign",), "blocked, never-signed-in"),
        (("--save", "X"), "blocked, never-signed-in"),
        (("--forget", "X"), "X"),
        (("blocked", "--save", "shared"), "shared"),
        (("duplicate", "--unassign", "--plan"), "Exchange Online (Plan 2); Microsoft 365 E3"),
        (("nothing-on", "--unassign", "--plan"), "--product"),
    ],
)
def test_bad_input_is_a_sentence_with_a_way_out(
    world: World, line: CommandLine, words: tuple[str, ...], part: str
) -> None:
    """Exit status 2, and nothing is changed."""
    said = line.run("find", *words)
    assert said.status == 2
    assert part in said.err
    assert world.rows("SELECT id FROM plan WHERE tenant_id = %(tenant)s") == []


# ---- into a plan


def test_a_result_goes_straight_into_a_plan(world: World, line: CommandLine) -> None:
    """The road of unassign: the preview names everybody found, with the reasons of who can't; apply takes it back."""
    said = line.run("find", "blocked", "--product", "SPE_E3", "--unassign", "--plan")
    assert "nobody has read whether sign-in is blocked" in said.out
    plan = world.rows("SELECT id, who, users, ready, refused FROM plan WHERE tenant_id = %(tenant)s")
    assert [row[2:] for row in plan] == [(2, 1, 1)]
    assert '"found"' in plan[0][1]
    done = line.run("plans", "apply", str(plan[0][0]))
    assert done.status == 1
    assert (world.user(1), E3, 1, 0) not in world.sources()
    assert (world.user(4), E3, 4, 0) in world.sources()
    assert found(line, "blocked", "--product", "SPE_E3") == ["p00005"]


def test_without_a_product_every_direct_license_goes(world: World, line: CommandLine) -> None:
    """For finders about the account: unassign all."""
    line.run("find", "blocked", "--unassign", "--yes")
    assert [key for key in world.sources() if key[0] == world.user(1)] == []
    assert (world.user(5), E3, 2) in {key[:3] for key in world.sources()}


def test_duplicates_go_product_by_product(world: World, line: CommandLine) -> None:
    """With the product named; the seat stays in use, and the other product's pair stays found."""
    before = world.consumed()
    assert line.ok("find", "duplicate", "--product", "SPE_E3", "--unassign", "--yes")
    assert world.consumed() == before
    assert found(line, "duplicate") == ["p00006"]
    assert line.ok("find", "duplicate", "--unassign", "--yes")
    assert found(line, "duplicate") == []


def test_the_selection_is_looked_up_again_when_a_plan_is_applied(world: World, line: CommandLine) -> None:
    """Who is found since is told, and not in the plan."""
    line.run("find", "blocked", "--product", "SPE_E3", "--unassign", "--plan")
    world.plant(
        "UPDATE users SET account_enabled = %(no)s WHERE tenant_id = %(tenant)s AND id = %(user)s",
        no=False,
        user=world.user(3),
    )
    said = line.run("plans", "apply", "1")
    assert "New, and not in the plan: 1" in said.err
    assert (world.user(3), E3, 1, 0) in world.sources()


# ---- saved finders


def test_a_finder_is_saved_used_and_forgotten(world: World, line: CommandLine) -> None:
    """Under any name, with its product and days; both moments are in the journal."""
    line.ok("find", "duplicate", "--product", "SPE_E3", "--save", "Dubbele E3")
    assert "Dubbele E3" in line.ok("find").out
    assert found(line, "dubbele e3") == ["p00002"]
    assert found(line, "dubbele e3", "--product", "EXCHANGEENTERPRISE") == ["p00006"]
    again = line.run("find", "blocked", "--save", "DUBBELE E3")
    assert again.status == 2
    assert line.ok("find", "--json").json["saved"] == [
        {"name": "Dubbele E3", "finder": "duplicate", "rule": "R-148", "skuId": E3, "days": None}
    ]
    assert line.ok("find", "--forget", "DUBBELE e3").out.strip() == "Forgot the finder Dubbele E3."
    assert line.ok("find", "--json").json["saved"] == []
    kinds = [world.journal(kind)[0][1:] for kind in ("finder.save", "finder.forget")]
    assert kinds[0][2] == kinds[1][1]
    assert '"name":"Dubbele E3"' in str(kinds[0][2])


# ---- copies


def test_a_tenant_is_copied_and_listed_as_a_rehearsal(world: World, line: CommandLine) -> None:
    """`tenants copy`: the list says of what; a taken name and an unknown tenant are bad input."""
    said = line.ok("tenants", "copy", "Contoso", "Proef").out
    assert said.strip() == "Made Proef, a rehearsal copy of Contoso with 7 users."
    assert "rehearsal of Contoso" in line.ok("tenants", "list").out
    rows: list[dict[str, Any]] = line.ok("tenants", "list", "--json").json
    assert {row["name"]: row["copyOf"] for row in rows}["Proef"] == "Contoso"
    assert line.run("tenants", "copy", "Contoso", "Proef").status == 2
    assert line.run("tenants", "copy", "Nobody", "Elsewhere").status == 2
    assert found(line, "duplicate", "--tenant", "Proef") == ["p00002", "p00006"]


def test_a_receipt_in_a_copy_of_a_file_still_says_so(make_copy: Callable[..., World], line: CommandLine) -> None:
    """I-12: rehearsed or not, it is as old as its file."""
    make_copy(crowd(3))
    line.ok("tenants", "copy", "Copy", "Proef")
    words = ("unassign", "SPE_E3", "--user", "p00001@contoso.example", "--yes")
    last = [line.ok(*words, "--tenant", name).out.splitlines()[-1] for name in ("Copy", "Proef")]
    assert last[0] == last[1]
    assert "copy" in last[0]
