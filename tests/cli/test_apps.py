"""Programs at the command line: made, listed, given a new secret, deleted; a secret is seen once, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from command_line import CommandLine, Said
from licentia.changes import apps
from licentia.domain.permissions import SCOPE_CAPABILITIES
from licentia.store import sql
from licentia.store.lists import apps as list_of

SCRIPT = "Leavers script"
ALONE = ("--application", "LicenseAssignment.ReadWrite.All")
ANNA = "anna@noordzee.example"


def create(line: CommandLine, name: str = SCRIPT, *more: str) -> Said:
    """A program that assigns licenses by itself."""
    return line.ok("apps", "create", name, *ALONE, *more)


def value(said: Said, word: str) -> str:
    """What stands behind a word."""
    return next(line.split(word, 1)[1].strip() for line in said.out.splitlines() if line.strip().startswith(word))


def test_a_program_is_made_and_its_secret_shown_once(demo: CommandLine) -> None:
    """The store has a digest, Argon2id; the list has the first letters."""
    said = create(demo)
    assert said.out.startswith("Added the program Leavers script to Noordzee Logistiek.\n")
    assert said.out.endswith("Keep the secret now: it is not shown again.\n")
    secret = value(said, "Secret")
    assert len(secret) == 43
    found = list_of.by_id(value(said, "Client ID"))
    assert found is not None
    assert found.tenant_guid == value(said, "Tenant ID")
    assert apps.fits(found, secret) is True
    (digest,) = sql.row("SELECT digest FROM app_secret", {}) or ()
    assert digest.startswith("$argon2id$")
    listed = demo.ok("apps", "list").out
    assert f"{secret[:3]}… until " in listed
    assert "LicenseAssignment.ReadWrite.All" in listed
    assert secret not in listed + demo.ok("apps", "list", "--json").out


def test_json_has_all_that_a_program_needs(demo: CommandLine) -> None:
    """Names as in Microsoft's own tools, instants with a zone."""
    made = create(demo, SCRIPT, "--delegated", "user.read.all", "--days", "30", "--json").json
    assert made["application"] == ["LicenseAssignment.ReadWrite.All"]
    assert made["delegated"] == ["User.Read.All"]
    assert (made["name"], made["tenant"], made["public"]) == (SCRIPT, "Noordzee Logistiek", False)
    assert made["secretExpires"].endswith("Z")
    [one] = demo.ok("apps", "list", "--json").json
    assert one["clientId"] == made["clientId"]
    assert one["secrets"] == [
        {"hint": made["secret"][:3], "created": one["secrets"][0]["created"], "expires": made["secretExpires"]}
    ]
    gone = demo.ok("apps", "delete", made["clientId"], "--json").json
    assert gone["clientId"] == made["clientId"]
    assert demo.ok("apps", "list", "--json").json == []
    assert "There are no programs." in demo.ok("apps", "list").out


def test_a_new_secret_and_the_old_one(demo: CommandLine) -> None:
    """Both are right for the hours that were said; with none, only the new one is."""
    first = create(demo, SCRIPT, "--json").json
    second = demo.ok("apps", "rotate", "leavers SCRIPT", "--overlap", "48", "--json").json
    app = list_of.by_id(first["clientId"])
    assert app is not None
    assert apps.fits(app, first["secret"]) is apps.fits(app, second["secret"]) is True
    assert second["earlierUntil"] < second["secretExpires"]
    said = demo.ok("apps", "rotate", SCRIPT, "--overlap", "0")
    assert "Earlier secrets until" not in said.out
    assert apps.fits(app, first["secret"]) is apps.fits(app, second["secret"]) is None
    assert apps.fits(app, value(said, "Secret")) is True
    assert "expired" in demo.ok("apps", "list").out
    assert "Earlier secrets until" in demo.ok("apps", "rotate", SCRIPT).out
    assert len(list_of.secrets_of(app.id)) == 2, "those that expired before are gone"


def test_a_public_program(demo: CommandLine) -> None:
    """It has no secret and gets none."""
    said = demo.ok("apps", "create", "Tool", "--delegated", "User.Read.All", "--public")
    assert "Secret" not in said.out
    assert "None, public" in demo.ok("apps", "list").out
    refused = demo.run("apps", "rotate", "Tool")
    assert (refused.status, refused.err) == (2, "Tool is a public program and has no secret.\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((SCRIPT, "--application", "Licence.All"), "Licence.All is not a permission that is known here. These are: "),
        ((SCRIPT,), "Say what the program may: at least one permission."),
        (("\t", *ALONE), " is not a name for a program."),
        (("leavers script 2", *ALONE), "There is a program called leavers script 2 already. See: licentia apps list"),
        ((SCRIPT, *ALONE, "--public"), "A public program has no secret, so it may do nothing by itself."),
        ((SCRIPT, *ALONE, "--days", "731"), "A secret is valid for 1 to 730 days."),
    ],
)
def test_what_is_refused(demo: CommandLine, words: tuple[str, ...], said: str) -> None:
    """In one sentence, with what is known; nothing is made."""
    create(demo, "Leavers Script 2")
    refused = demo.run("apps", "create", *words)
    assert refused.status == 2
    assert said in refused.err
    if "known here" in said:
        assert all(scope in refused.err for scope in SCOPE_CAPABILITIES)
    assert len(demo.ok("apps", "list", "--json").json) == 1


def test_a_program_that_is_not_there(demo: CommandLine) -> None:
    """By name or id; also one of another tenant."""
    made = create(demo, SCRIPT, "--json").json
    demo.ok("tenants", "create", "Contoso")
    for name in ("nothing", made["clientId"], SCRIPT):
        for verb in ("rotate", "delete"):
            refused = demo.run("apps", verb, name, "--tenant", "Contoso")
            assert (refused.status, refused.err) == (2, f"No program is called {name}. See: licentia apps list\n")
    assert demo.run("apps", "rotate", SCRIPT, "--overlap", "721", "--tenant", "Noordzee Logistiek").status == 2


def test_the_journal_says_who_gave_a_program_what(demo: CommandLine) -> None:
    """Added, given a secret, deleted: by its name and permissions, never with a secret or its digest."""
    secrets = [create(demo, SCRIPT, "--json").json["secret"]]
    secrets.append(demo.ok("apps", "rotate", SCRIPT, "--json").json["secret"])
    demo.ok("apps", "delete", SCRIPT)
    shown = demo.ok("audit", "list", "--top", "3").out
    for word in ("Program added", "New secret of a program", "Program deleted", f"Program {SCRIPT}"):
        assert word in shown
    rows = sql.rows(
        "SELECT before, after FROM journal WHERE tenant_id = %(tenant)s AND object_kind = 'app'", {"tenant": 1}
    )
    assert len(rows) == 3
    text = str(rows)
    assert "LicenseAssignment.ReadWrite.All" in text
    assert "argon2" not in text
    assert all(secret not in text for secret in secrets)
    assert "Programma toegevoegd" in demo.ok("audit", "list", "--top", "3", lang="nl").out
    demo.ok("audit", "verify")


def test_who_may(demo: CommandLine) -> None:
    """A Global Administrator; the keys are the whole store's, so its owner's."""
    demo.ok("operators", "add", ANNA)
    demo.ok("operators", "grant", ANNA, "license")
    refused = demo.run("apps", "create", SCRIPT, *ALONE, "--as", ANNA)
    assert refused.status == 3
    assert "add programs that sign in, and give them secrets" in refused.err
    assert demo.run("apps", "list", "--as", ANNA).status == 3
    demo.ok("operators", "grant", ANNA, "global")
    demo.ok("apps", "create", SCRIPT, *ALONE, "--as", ANNA)
    assert demo.run("apps", "keys", "rotate", "--as", ANNA).status == 3


def test_keys_are_rotated(demo: CommandLine) -> None:
    """The newest signs."""
    first = demo.ok("apps", "keys", "rotate", "--json").json["keyId"]
    said = demo.ok("apps", "keys", "rotate").out
    assert said.startswith("A new key signs from now on: ")
    kept = [row[0] for row in sql.rows("SELECT id FROM signing_key ORDER BY created_at", {})]
    assert kept[0] == first
    assert kept[1] in said


def test_a_tenant_that_is_deleted_takes_its_programs_along(demo: CommandLine) -> None:
    """No secret is left."""
    demo.ok("tenants", "create", "Contoso")
    create(demo, SCRIPT, "--tenant", "Contoso")
    create(demo, SCRIPT, "--tenant", "Noordzee Logistiek")
    demo.ok("tenants", "delete", "Contoso", "--yes")
    left = sql.rows("SELECT tenant_id FROM app_client", {})
    assert left == [(1,)]
    assert sql.value("SELECT count(*) FROM app_secret", {}) == 1


def test_no_secret_in_the_data_folder(demo: CommandLine) -> None:
    """Not in the database, not in its log."""
    secret = create(demo, SCRIPT, "--json").json["secret"]
    for path in Path(demo.store.home).rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path
