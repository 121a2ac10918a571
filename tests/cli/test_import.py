"""A copy of a real tenant from a file, and the care that a copy asks for."""

from __future__ import annotations

from pathlib import Path

from command_line import CommandLine

HEADER = "User principal name,Display name,Department,Licenses"
ANNA = "anna@contoso.example,Anna Jansen,Finance,Microsoft 365 E3"
BRAM = "bram@contoso.example,Bram de Wit,,Microsoft 365 E3+Power BI Pro"
CARLA = "carla@contoso.example,Carla Smit,Sales,Unlicensed"


def file_of(folder: Path, *rows: str, name: str = "users.csv") -> str:
    """A file with a header and these rows."""
    path = folder / name
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return str(path)


def test_a_file_becomes_a_tenant_named_by_its_domain(cli: CommandLine, tmp_path: Path) -> None:
    """What it does not say is not known; seats are not known."""
    said = cli.ok("import", "users", file_of(tmp_path, ANNA, BRAM, CARLA))
    assert said.out == "contoso.example. Users read: 3, new: 3. Changed accounts: 0, licenses: 3.\n"
    assert "Copy from a file" in cli.ok("tenants", "list").out
    line = next(row for row in cli.ok("products", "list").out.splitlines() if "SPE_E3" in row)
    assert line.split("  ")[-1].strip() == "Not known"
    view = cli.ok("users", "show", "bram@contoso.example").out
    assert "Not known: nobody has read it" in view
    assert "Not known: sign-in dates have not been read" in view
    again = cli.ok("import", "users", file_of(tmp_path, ANNA.replace("Finance", "Legal"), BRAM)).out
    assert again == "contoso.example. Users read: 2, new: 0. Changed accounts: 1, licenses: 0.\n"


def test_a_license_of_unknown_path_is_taken_only_when_named(cli: CommandLine, tmp_path: Path) -> None:
    """It is the administrator's choice: with --include-unknown for named users, never for --everyone."""
    cli.ok("import", "users", file_of(tmp_path, ANNA, BRAM))
    name = "anna@contoso.example"
    refused = cli.run("unassign", "SPE_E3", "--user", name, "--yes")
    assert (refused.status, "Add --include-unknown" in refused.out) == (1, True)
    nobody = cli.run("unassign", "SPE_E3", "--everyone", "--include-unknown")
    assert nobody.status == 0
    assert "Assignments not in this plan: 0 by group, 0 self-service, 2 by an unknown path." in nobody.out
    shown = cli.run("unassign", "SPE_E3", "--user", name, "--include-unknown", "--plan")
    assert shown.status == 0
    assert "This tenant is a copy made from a file." in shown.out
    assert "Not known: whether" in shown.out
    cli.ok("unassign", "SPE_E3", "--user", name, "--include-unknown", "--yes")
    assert "No licenses." in cli.ok("users", "show", name).out


def test_a_half_bad_file_changes_nothing(cli: CommandLine, tmp_path: Path) -> None:
    """Not even a tenant; with --skip-bad the rest comes in."""
    path = file_of(tmp_path, ANNA, "no name here,X,,", "dirk@contoso.example,Dirk,,Microsoft 366", BRAM)
    said = cli.run("import", "users", path)
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("2 rows can't be used; nothing was changed.")
    bad = (tmp_path / "users.bad-rows.csv").read_text(encoding="utf-8-sig")
    assert "no name here is not a user name." in bad
    assert "No product is called Microsoft 366." in bad
    assert cli.ok("tenants", "list", "--json").json == []
    left = cli.ok("import", "users", path, "--skip-bad", "--json")
    assert left.json["badRows"] == 2
    assert left.json["newUsers"] == 2
    assert "2 rows left out" in left.err


def test_a_file_that_is_no_list_of_users(cli: CommandLine, tmp_path: Path) -> None:
    """Each kind has its sentence and status 2."""
    cases = {
        "empty.csv": (b"", "The file is empty."),
        "book.xlsx": (b"PK\x03\x04xl/" + b"\0" * 40, "The file is not text (kind: xlsx). Save it as CSV"),
        "other.csv": (b"Colour,Size\nred,4\n", "The file has no column with user names."),
        "broken.json": (b'[{"userPrincipalName": "a@b.example",}]', "The JSON can't be read at line 1, column "),
    }
    for name, (content, sentence) in cases.items():
        path = tmp_path / name
        path.write_bytes(content)
        said = cli.run("import", "users", str(path))
        assert (said.status, said.out) == (2, ""), name
        assert said.err.startswith(sentence), said.err


def test_nothing_is_imported_into_a_tenant_that_is_no_copy(demo: CommandLine, tmp_path: Path) -> None:
    """A local tenant lives by itself."""
    said = demo.run("import", "users", file_of(tmp_path, ANNA), "--tenant", "Noordzee Logistiek")
    assert said.status == 2
    assert said.err.startswith("Noordzee Logistiek is not a copy of a real tenant")


def test_users_from_standard_input(cli: CommandLine) -> None:
    """`-` reads it; the domain names the tenant."""
    said = cli.run("import", "users", "-", stdin=f"{HEADER}\n{ANNA}\n")
    assert said.status == 0, said
    assert said.out.startswith("contoso.example.")
