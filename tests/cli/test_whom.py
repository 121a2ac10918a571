"""For whom: names, files, filters, everyone. What can't be resolved changes nothing and says how to go on."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from command_line import CommandLine


def names(cli: CommandLine, count: int, part: str = "FLOW_FREE") -> list[str]:
    """So many direct holders."""
    found = cli.ok("users", "list", "--product", part, "--top", "500", "--json").json
    return [u["userPrincipalName"] for u in found if any(one["path"] == "direct" for one in u["licenses"])][:count]


def rows_of_journal(cli: CommandLine) -> int:
    """How long the journal is."""
    return int(cli.ok("audit", "verify", "--json").json["rows"])


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ((), "Say for whom"),
        (("--everyone", "--user", "a@b.c"), "Use one of"),
        (("--filter", "accountEnabled eq", "--plan"), "at position 18. Something else is expected there."),
        (("--filter", "department eq 'Sales"), "A text has no closing quote."),
        (("--filter", "shoeSize eq 44"), "shoeSize can't be filtered on. These can: id, userPrincipalName"),
        (("--filter", "accountEnabled eq 'x'"), "'x' is not a value of accountEnabled."),
        (("--filter", ""), "It is empty."),
        (("--users-from", "no-such-file.csv"), "The file no-such-file.csv can't be read"),
        (("--user", "nobody@noordzee.example"), "No user is called nobody@noordzee.example."),
    ],
)
def test_whom_is_said_wrongly(demo: CommandLine, words: tuple[str, ...], error: str) -> None:
    """Status 2, one sentence on standard error, and no plan."""
    said = demo.run("unassign", "SPE_E3", *words)
    assert (said.status, said.out) == (2, "")
    assert error in said.err
    assert said.err.count("\n") == 1
    assert demo.ok("plans", "list", "--all").out == "No plans yet.\n"


def test_a_user_that_does_not_exist_brings_names_that_begin_alike(demo: CommandLine) -> None:
    """In every command that takes a user."""
    name = names(demo, 1)[0]
    for words in (("users", "show"), ("audit", "list", "--user"), ("unassign", "SPE_E3", "--user")):
        said = demo.run(*words, name[:3])
        assert said.status == 2
        assert f"No user is called {name[:3]}. Did you mean: " in said.err


def test_a_product_is_found_by_name_number_or_id(demo: CommandLine) -> None:
    """In any letter case; a word that means none or several brings candidates."""
    same = [
        demo.ok("products", "show", text, "--json").out for text in ("Microsoft 365 E3", "spe_e3", "MICROSOFT 365 e3")
    ]
    assert len(set(same)) == 1
    unknown = demo.run("products", "show", "Microsoft 365 E33")
    assert unknown.status == 2
    assert "No product is called Microsoft 365 E33. Did you mean: Microsoft 365 E3" in unknown.err
    missing = demo.run("products", "show", "Office 365 E3")
    assert missing.status == 2
    assert "This tenant does not have Office 365 E3." in missing.err


def test_a_display_name_of_two_products_lists_both(demo: CommandLine) -> None:
    """The part numbers tell them apart."""
    said = demo.run("products", "show", "Visio Plan 1")
    assert said.status == 2
    assert " is the name of 2 products. Use the part number or the ID. Did you mean: " in said.err
    assert said.err.count(" = ") == 2


@pytest.mark.parametrize("separator", ["\n", "\r\n"])
def test_a_list_of_users_from_standard_input(demo: CommandLine, separator: str) -> None:
    """`-` reads it; twice the same user is once."""
    three = names(demo, 3)
    said = demo.run("unassign", "FLOW_FREE", "--users-from", "-", "--plan", stdin=separator.join([*three, three[0]]))
    assert said.status == 0
    assert demo.ok("plans", "show", "1", "--json").json["plan"]["users"] == 3


def test_bad_rows_change_nothing_and_come_back_with_reasons(demo: CommandLine, tmp_path: Path) -> None:
    """Beside the file, as CSV for a spreadsheet; --skip-bad leaves them out."""
    good = names(demo, 2)
    path = tmp_path / "leavers.csv"
    path.write_text("\n".join(["UPN", good[0], "nobody", "gone@noordzee.example", good[1]]), encoding="utf-8")
    length = rows_of_journal(demo)
    said = demo.run("unassign", "FLOW_FREE", "--users-from", str(path), "--yes")
    bad = tmp_path / "leavers.bad-rows.csv"
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith(f"2 rows can't be used; nothing was changed. See {bad} for the reasons.")
    assert rows_of_journal(demo) == length
    assert bad.read_bytes().startswith(b"\xef\xbb\xbfLine,Reason")
    with bad.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert [row[:2] for row in rows[1:]] == [
        ["3", "nobody is not a user name."],
        ["4", "No user is called gone@noordzee.example."],
    ]
    dutch = demo.run("unassign", "FLOW_FREE", "--users-from", str(path), "--yes", lang="nl")
    assert dutch.err.startswith("2 rijen zijn niet bruikbaar; er is niets gewijzigd.")
    assert bad.read_text(encoding="utf-8-sig").startswith("Regel,Reden")
    assert "Er is geen gebruiker met de naam" in bad.read_text(encoding="utf-8-sig")

    left = demo.run("unassign", "FLOW_FREE", "--users-from", str(path), "--skip-bad", "--plan")
    assert left.status == 0
    assert left.err == f"2 rows left out; see {bad}.\n"
    assert demo.ok("plans", "show", "1", "--json").json["plan"]["users"] == 2


def test_bad_rows_of_standard_input_go_to_the_working_folder(
    demo: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As users.bad-rows.csv."""
    monkeypatch.chdir(tmp_path)
    said = demo.run("unassign", "FLOW_FREE", "--users-from", "-", stdin="nobody\n")
    assert said.status == 2
    assert "1 row can't be used; nothing was changed. See users.bad-rows.csv for the reasons." in said.err
    assert (tmp_path / "users.bad-rows.csv").exists()


def test_a_file_without_a_usable_user(demo: CommandLine, tmp_path: Path) -> None:
    """Also when the bad ones may be left out."""
    path = tmp_path / "none.txt"
    path.write_text("nobody\n", encoding="utf-8")
    said = demo.run("unassign", "FLOW_FREE", "--users-from", str(path), "--skip-bad")
    assert said.status == 2
    assert "The file has no user that could be read." in said.err


def test_users_are_searched_by_part_of_a_name(demo: CommandLine) -> None:
    """And said when there are none."""
    name = names(demo, 1)[0]
    assert name in demo.ok("users", "list", "--search", name.partition("@")[0]).out
    assert demo.ok("users", "list", "--search", "zzzzzz").out == "No users match.\n"
    assert "there are more" in demo.ok("users", "list", "--top", "3").out


# ---- which tenant


def test_a_store_without_a_tenant(cli: CommandLine) -> None:
    """Says how to make one; the list of tenants is no error."""
    said = cli.run("products", "list")
    assert (said.status, said.out) == (2, "")
    assert said.err == "There is no tenant yet. Make one: licentia demo, or licentia import users FILE\n"
    assert cli.ok("tenants", "list").out == said.err
    assert cli.ok("tenants", "list", "--json").json == []


def test_several_tenants_need_a_name(demo: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """By --tenant in any letter case, or LICENTIA_TENANT."""
    demo.ok("tenants", "create", "Rehearsal")
    said = demo.run("products", "list")
    assert said.status == 2
    assert said.err == "There are several tenants; say which with --tenant: Noordzee Logistiek, Rehearsal.\n"
    assert "SPE_E3" in demo.ok("products", "list", "--tenant", "noordzee logistiek").out
    unknown = demo.run("products", "list", "--tenant", "Contoso")
    assert unknown.err == "No tenant is called Contoso. There are: Noordzee Logistiek, Rehearsal.\n"
    monkeypatch.setenv("LICENTIA_TENANT", "Noordzee Logistiek")
    assert "SPE_E3" in demo.ok("products", "list").out


def test_a_tenant_is_made_set_and_deleted(cli: CommandLine) -> None:
    """Deleting asks; without a person it needs --yes."""
    assert cli.ok("tenants", "create", "Rehearsal", "--country", "be").out == "Made the tenant Rehearsal.\n"
    assert cli.run("tenants", "create", "Rehearsal").status == 2
    assert cli.run("tenants", "create", "Elsewhere", "--time-zone", "Mars/Olympus").status == 2
    assert "education" in cli.ok("tenants", "set", "--switch", "education=on", "--limit-percent", "10").out
    settings = cli.ok("tenants", "set", "--json").json
    assert (settings["country"], settings["limit_percent"], settings["switches"]) == ("BE", 10, "education")
    assert cli.run("tenants", "set", "--switch", "gravity=off").status == 2
    said = cli.run("tenants", "delete", "Rehearsal")
    assert (said.status, said.err) == (1, "Deleting Rehearsal can't be undone. Confirm with --yes.\n")
    assert cli.ok("tenants", "delete", "rehearsal", "--yes").out == "Deleted the tenant Rehearsal.\n"
    assert cli.ok("tenants", "list", "--json").json == []
