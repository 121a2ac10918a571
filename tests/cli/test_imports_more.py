"""Groups, members, subscriptions, usage and sign-ins into a copy: what is said, in text and in JSON, and when it fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from command_line import CommandLine, Said

USERS = """User principal name,Object Id,Display name,Licenses
anna@contoso.example,8d2ac1f1-0a0c-4a4e-9d5a-0c1f34a0a001,Anna Jansen,Microsoft 365 E3
bram@contoso.example,8d2ac1f1-0a0c-4a4e-9d5a-0c1f34a0a002,Bram de Wit,Microsoft 365 E3
"""
SALES = "0e0bae81-bda1-4e6b-b2c6-7a0a2d9d7ef1"
E3 = "05e9a617-0261-4cee-bb44-138d3ef5d965"
GROUPS = f"Object ID,Display name,Group type,Membership type\n{SALES},Sales,Security,Assigned\n"
MEMBERS = "Object ID,User principal name,Member type\n,anna@contoso.example,User\n8d2ac1f1-0a0c-4a4e-9d5a-0c1f34a0a009,,Group\n"
MAILBOX = (
    "Report Refresh Date,User Principal Name,Is Deleted,Item Count,Storage Used (Byte),Has Archive,Recipient Type\n"
)
ANNAS_BOX = "2024-10-20,anna@contoso.example,False,12,5368709120,False,SharedMailbox\n"
ACTIVE = "Report Refresh Date,User Principal Name,Is Deleted,Exchange Last Activity Date\n"
HIDDEN = "554630B7593DDE8E04F27933A965D5B2"


class Desk:
    """The command line beside a folder for files."""

    def __init__(self, cli: CommandLine, folder: Path) -> None:
        self.cli = cli
        self.folder = folder

    def take(self, what: str, text: str, *words: str, name: str = "file.csv", lang: str = "en") -> Said:
        """`licentia import WHAT` of a file with this text."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return self.cli.run("import", what, str(path), *words, lang=lang)


@pytest.fixture
def desk(cli: CommandLine, tmp_path: Path) -> Desk:
    """With a copy of two users."""
    made = Desk(cli, tmp_path)
    assert made.take("users", USERS, name="users.csv").status == 0
    return made


# ---- what each says


def test_groups(desk: Desk) -> None:
    """How many, and how many are new or changed."""
    said = desk.take("groups", GROUPS)
    assert (said.status, said.both) == (0, "contoso.example. Groups read: 1, new: 1. Changed: 0.\n")
    again = desk.take("groups", GROUPS.replace("Sales", "Verkoop"), "--json")
    assert again.json == {"tenant": "contoso.example", "rows": 1, "newGroups": 0, "changedGroups": 1, "badRows": 0}


def test_members_of_a_group_that_the_command_names(desk: Desk) -> None:
    """A group among them is said and left out."""
    desk.take("groups", GROUPS)
    said = desk.take("members", MEMBERS, "--group", "sales")
    assert said.status == 0
    assert said.out.splitlines() == [
        "contoso.example. Groups: 1, members read: 1. Joined: 1, left: 0.",
        "1 group among the members left out: a group in a group gives its members no licenses.",
    ]
    table = f"Group,User\n{SALES},bram@contoso.example\n"
    assert desk.take("members", table, "--json").json == {
        "tenant": "contoso.example",
        "rows": 1,
        "groups": 1,
        "joined": 1,
        "left": 1,
        "groupsInGroups": 0,
        "others": 0,
        "badRows": 0,
    }


def test_subscriptions(desk: Desk) -> None:
    """The seats of a product become known; where Microsoft counts others, it is said."""
    sku = {"skuId": E3, "appliesTo": "User", "consumedUnits": 3, "prepaidUnits": {"enabled": 10}}
    said = desk.take("subscriptions", json.dumps({"value": [sku]}))
    assert said.status == 0
    assert said.out.splitlines() == [
        "contoso.example. Subscriptions and products read: 1. New subscriptions: 0, changed: 0.",
        "Microsoft 365 E3: 3 assigned by Microsoft's count, 2 in this copy. Nothing was changed for that.",
    ]
    line = next(row for row in desk.cli.ok("products", "list").out.splitlines() if "SPE_E3" in row)
    assert line.split()[-1] == "8"
    table = "product,seats,account\nSPE_E3,12,mca\n"
    assert desk.take("subscriptions", table, "--json").json == {
        "tenant": "contoso.example",
        "rows": 1,
        "newSubscriptions": 1,
        "changedSubscriptions": 0,
        "differences": [],
        "badRows": 0,
    }


def test_usage(desk: Desk) -> None:
    """What nobody had read is read; a newer fact is left as it is."""
    said = desk.take("usage", MAILBOX + ANNAS_BOX + "2024-10-20,gone@contoso.example,True,1,1,,\n")
    assert said.status == 0
    assert said.out.splitlines() == [
        "contoso.example, mailbox usage. Users read: 2, changed: 1.",
        "1 deleted account left out.",
    ]
    assert "5.0 GB" in desk.cli.ok("users", "show", "anna@contoso.example").out
    older = desk.take("usage", MAILBOX + ANNAS_BOX.replace("2024-10-20", "2024-10-01"))
    assert "1 user left as is: a newer file was read before." in older.out
    kindless = desk.take("usage", MAILBOX + "2024-10-20,bram@contoso.example,False,12,5,,\n")
    assert "1 mailbox left out: the report does not say whether it is a user's or a shared one." in kindless.out
    active = desk.take("usage", ACTIVE + "2024-10-20,anna@contoso.example,False,2024-10-18\n", "--json")
    assert active.json == {
        "tenant": "contoso.example",
        "report": "activity-report",
        "rows": 1,
        "changedUsers": 1,
        "older": 0,
        "deletedAccounts": 0,
        "withoutType": 0,
        "badRows": 0,
    }


def test_sign_ins(desk: Desk) -> None:
    """A file with only the users' own sign-ins says so."""
    said = desk.take("sign-ins", "UPN,Last interactive sign-in time\nanna@contoso.example,2024-10-18T08:00:00Z\n")
    assert said.status == 0
    assert said.out.startswith("contoso.example. Users read: 1, changed: 1.\nThe file has only sign-ins by the users")
    both = "UPN,lastSignInDateTime,lastNonInteractiveSignInDateTime\nbram@contoso.example,,\n"
    assert desk.take("sign-ins", both).out == "contoso.example. Users read: 1, changed: 1.\n"
    shown = desk.cli.ok("users", "show", "bram@contoso.example", "--json").json
    assert (shown["lastSignInDateTime"], shown["signInKnown"]) == (None, True)
    fields = desk.take("sign-ins", both, "--json").json
    assert fields["states"] == ["interactive", "non_interactive"]


def test_the_journal_names_what_was_imported(desk: Desk) -> None:
    """In words."""
    desk.take("groups", GROUPS)
    desk.take("usage", MAILBOX + ANNAS_BOX)
    desk.take("subscriptions", "product,seats\nSPE_E3,12\n")
    found = desk.cli.ok("audit", "list").out
    for words in ("Group imported", "Facts imported", "Subscription imported: Microsoft 365 E3"):
        assert words in found


# ---- what goes wrong


@pytest.mark.parametrize(
    ("what", "text", "words", "sentence"),
    [
        ("usage", "User principal name,Licenses\n", (), "The file is none of the usage reports that can be read"),
        ("usage", f"{ACTIVE}2024-10-20,{HIDDEN},False,\n", (), "The names in this report are concealed (line 2: 5546"),
        ("usage", f"{ACTIVE}2099-10-20,anna@contoso.example,False,\n", (), "The report is of 2099-10-20, which is yet"),
        ("usage", ACTIVE, (), "The file has no user that could be read."),
        ("sign-ins", "User principal name\n", (), "The file does not say when anybody signed in."),
        ("sign-ins", "Colour,Last sign-in\n", (), "The file has no column with user names."),
        ("groups", "Display name\nSales\n", (), "The file has no column with the groups' object IDs."),
        ("groups", "Object ID,Display name\n", (), "The file has no group that could be read."),
        ("members", "User\nanna@contoso.example\n", (), "The file does not say of which group these are members."),
        ("members", "Group,User\nx,a@b.nl\n", ("--group", "x"), "The file says itself which groups it is about."),
        ("members", "User\nanna@contoso.example\n", ("--group", "x"), "No group is called x"),
        ("members", '{"@odata.nextLink": "x", "value": []}', ("--group", "x"), "The file is a part of an answer"),
        ("subscriptions", "Product,Status\n", (), "The file has no products with their seats."),
        ("subscriptions", "Product,Seats\n", (), "The file has no subscription that could be read."),
        ("subscriptions", "", (), "The file is empty."),
        ("groups", "PK\x03\x04xl/", (), "The file is not text (kind: xlsx)."),
        ("groups", '[{"id": ', (), "The JSON can't be read at line 1, column "),
    ],
)
def test_a_file_that_is_something_else(desk: Desk, what: str, text: str, words: tuple[str, ...], sentence: str) -> None:
    """Status 2, one sentence, nothing changed."""
    before = desk.cli.ok("audit", "verify", "--json").json["rows"]
    said = desk.take(what, text, *words)
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith(sentence), said.err
    assert desk.cli.ok("audit", "verify", "--json").json["rows"] == before


@pytest.mark.parametrize(
    ("what", "good", "bad", "reason"),
    [
        ("groups", GROUPS, "x,X,Security,Assigned\n", "x is not an object ID."),
        ("groups", GROUPS, f"{SALES},Sales,Security,Assigned\n", "The same group as in line 2."),
        ("groups", GROUPS, ",Sales,Security,Assigned\n", "No object ID of a group."),
        ("usage", MAILBOX + ANNAS_BOX, "2024-10-20,who@x.nl,False,1,1,,\n", "No user is called who@x.nl."),
        (
            "sign-ins",
            "UPN,Last sign-in\nanna@contoso.example,\n",
            "bram@contoso.example,soon\n",
            "soon is not a value of",
        ),
        ("subscriptions", "product,seats\nSPE_E3,5\n", "Microsoft 366,5\n", "No product is called Microsoft 366."),
    ],
)
def test_a_bad_row_stops_the_file_unless_it_may_be_left_out(
    desk: Desk, what: str, good: str, bad: str, reason: str
) -> None:
    """The reasons stand beside the file."""
    said = desk.take(what, good + bad)
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("1 row can't be used; nothing was changed.")
    assert reason in (desk.folder / "file.bad-rows.csv").read_text(encoding="utf-8-sig")
    left = desk.take(what, good + bad, "--skip-bad", "--json")
    assert (left.status, left.json["badRows"]) == (0, 1)
    assert "1 row left out" in left.err


def test_members_of_groups_that_are_not_there(desk: Desk) -> None:
    """Each with its reason."""
    desk.take("groups", GROUPS + "0e0bae81-bda1-4e6b-b2c6-7a0a2d9d7ef2,Sales,Security,Assigned\n")
    rows = "Group,User\nSales,anna@contoso.example\nLegal,anna@contoso.example\n,anna@contoso.example\n"
    assert desk.take("members", rows).status == 2
    reasons = (desk.folder / "file.bad-rows.csv").read_text(encoding="utf-8-sig")
    for reason in ("2 groups are called Sales.", "No group is called Legal.", "No group name."):
        assert reason in reasons


def test_graph_objects_that_are_something_else(desk: Desk) -> None:
    """Each with its reason."""
    groups = [
        {"id": SALES, "displayName": "S", "deletedDateTime": "2024-01-01T00:00:00Z"},
        {"id": SALES, "displayName": "S", "userPrincipalName": "s@x.nl"},
    ]
    desk.take("groups", json.dumps(groups))
    reasons = (desk.folder / "file.bad-rows.csv").read_text(encoding="utf-8-sig")
    assert "The group is deleted." in reasons
    assert "This is a user, s@x.nl, not a group." in reasons
    members = [{"id": SALES, "members": [], "members@odata.nextLink": "x"}]
    desk.take("members", json.dumps(members))
    assert "Not all members of group" in (desk.folder / "file.bad-rows.csv").read_text(encoding="utf-8-sig")
    one = {"id": SALES, "skuId": E3, "status": "Enabled", "totalLicenses": 5}
    desk.take("subscriptions", json.dumps([one, one, {"displayName": "S"}]))
    reasons = (desk.folder / "file.bad-rows.csv").read_text(encoding="utf-8-sig")
    assert "The same subscription or product as in line 1." in reasons
    assert "This is neither a subscription nor a product with seats" in reasons


def test_only_a_copy_takes_files(demo: CommandLine, tmp_path: Path) -> None:
    """The demo tenant lives by itself."""
    said = Desk(demo, tmp_path).take("usage", MAILBOX + ANNAS_BOX)
    assert said.status == 2
    assert said.err.startswith("Noordzee Logistiek is not a copy of a real tenant")


def test_a_file_from_standard_input(desk: Desk) -> None:
    """`-` reads it."""
    said = desk.cli.run("import", "usage", "-", stdin=MAILBOX + ANNAS_BOX)
    assert said.out == "contoso.example, mailbox usage. Users read: 1, changed: 1.\n"


@pytest.mark.parametrize("size", [0, 1])
def test_hostile_bytes_are_rows_or_a_sentence(desk: Desk, size: int) -> None:
    """Zero characters, a quote that never ends, half a file: no traceback, nothing lost."""
    for text in (
        MAILBOX + ANNAS_BOX[: -20 * size] + '"',
        MAILBOX + ANNAS_BOX.replace("anna", "an\x00na"),
        MAILBOX + "2024-10-20," + "x" * (1 << 20) + "\n",
        MAILBOX[:30],
    ):
        said = desk.take("usage", text)
        assert said.status == 2, said
        assert "Traceback" not in said.err
