"""The main job, from the first command to the last, on the demo tenant; and what each step leaves for the next."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from command_line import CommandLine

SALES = "department eq 'Sales'"


def sales(cli: CommandLine) -> list[dict[str, object]]:
    """The users of Sales."""
    return list(cli.ok("users", "list", "--filter", SALES, "--top", "500", "--json").json)


def holders(cli: CommandLine, path: str = "direct", part: str = "SPE_E3") -> list[str]:
    """Names of holders of a product by that path alone."""
    sku = next(row["skuId"] for row in cli.ok("products", "list", "--json").json if row["skuPartNumber"] == part)
    found = []
    for user in cli.ok("users", "list", "--product", part, "--top", "500", "--json").json:
        if {one["path"] for one in user["licenses"] if one["skuId"] == sku} == {path}:
            found.append(str(user["userPrincipalName"]))
    return found


def seats(cli: CommandLine, part: str = "SPE_E3") -> int:
    """Assigned seats of a product."""
    return next(
        row["consumedUnits"] for row in cli.ok("products", "list", "--json").json if row["skuPartNumber"] == part
    )


def test_find_preview_apply_look_undo_verify(demo: CommandLine) -> None:
    """The whole road: what the preview says is what happens, and undo brings it back."""
    before = sales(demo)
    taken = seats(demo)
    assert "Microsoft 365 E3" in demo.ok("products", "list").out

    shown = demo.run("unassign", "Microsoft 365 E3", "--filter", SALES, "--plan")
    assert shown.status == 0
    assert "Nothing was changed. To apply: licentia plans apply 1" in shown.out
    assert sales(demo) == before
    plan = demo.ok("plans", "show", "1", "--json").json
    ready = plan["plan"]["ready"]
    assert ready > 0
    assert plan["plan"]["state"] == "draft"

    done = demo.run("plans", "apply", "1", "--confirm", str(ready), "--over-limit")
    assert done.status == (1 if plan["plan"]["refused"] else 0)
    assert f"{ready} users done and checked." in done.out
    assert seats(demo) == taken - plan["plan"]["seatsFreed"]
    bare = next(one for one in sales(demo) if not one["licenses"])
    view = demo.ok("users", "show", str(bare["userPrincipalName"])).out
    assert "No licenses." in view
    assert "Mailbox is deleted for good" in view

    undone = demo.run("plans", "undo", "1", "--yes", "--confirm", str(ready))
    assert undone.status == 0, undone
    assert seats(demo) == taken
    assert [_held(one) for one in sales(demo)] == [_held(one) for one in before]
    assert "Undone" in demo.ok("plans", "list").out

    assert "The journal is whole" in demo.ok("audit", "verify").out
    assert demo.ok("audit", "verify", "--json").json["whole"] is True
    assert "The store is sound: 1 tenant checked." in demo.ok("store", "check").out


def _held(user: dict[str, object]) -> set[tuple[str, str]]:
    licenses = user["licenses"]
    assert isinstance(licenses, list)
    return {(one["skuId"], one["path"]) for one in licenses}


def test_a_plan_is_applied_once(demo: CommandLine) -> None:
    """The second time its state says no, with status 1, and nothing happens."""
    demo.ok("unassign", "VISIOCLIENT", "--everyone", "--plan")
    demo.ok("plans", "apply", "1", "--over-limit")
    rows = demo.ok("audit", "verify", "--json").json["rows"]
    again = demo.run("plans", "apply", "1")
    assert (again.status, again.out) == (1, "")
    assert again.err == "That can't be done with this plan now; its status is: Applied. See: licentia plans list\n"
    assert demo.ok("audit", "verify", "--json").json["rows"] == rows


def test_the_clock_brings_the_end_of_a_grace_period(demo: CommandLine) -> None:
    """31 days later the mailbox is gone; the undo gives the license back and says what does not return."""
    name = next(one for one in holders(demo) if "Mailbox is deleted for good" in _after_unassign(demo, one))
    moved = demo.ok("tenants", "set-clock", "+31d")
    assert "Mailbox deleted for good" in moved.out
    assert "Deleted for good on" in demo.ok("users", "show", name).out
    assert "Mailbox deleted for good" in demo.ok("audit", "list", "--user", name).out
    back = demo.run("tenants", "set-clock", "2020-01-01")
    assert back.status == 2
    assert "only moves forward" in back.err


def _after_unassign(demo: CommandLine, name: str) -> str:
    done = demo.run("unassign", "SPE_E3", "--user", name, "--yes")
    return demo.ok("users", "show", name).out if done.status == 0 else ""


def test_one_user_with_yes_goes_at_once(demo: CommandLine) -> None:
    """A receipt, no draft in the list; the same command again has nothing to do."""
    name = holders(demo, part="FLOW_FREE")[0]
    done = demo.ok("unassign", "FLOW_FREE", "--user", name, "--yes")
    assert [line.split("  ")[0] for line in done.out.splitlines()[:2]] == ["User", name]
    assert "Undo: licentia plans undo 1" in done.out
    assert demo.ok("plans", "list").out == "No plans yet.\n"
    assert demo.ok("plans", "list", "--all", "--json").json[0]["isInline"] is True
    again = demo.run("unassign", "FLOW_FREE", "--user", name, "--yes")
    assert (again.status, again.out) == (0, "Does not have this license. Nothing to do.\n")
    assigned = demo.ok("assign", "FLOW_FREE", "--user", name, "--yes", "--json").json
    assert assigned["outcome"] == "ready"
    assert name in holders(demo, part="FLOW_FREE")


def test_a_refused_user_ends_with_one(demo: CommandLine) -> None:
    """A license from a group is refused with the group's name."""
    name = holders(demo, "group")[0]
    done = demo.run("unassign", "SPE_E3", "--user", name, "--yes")
    assert done.status == 1
    assert done.out.startswith("This license comes from group Licenties - Kantoor")
    planned = demo.run("unassign", "SPE_E3", "--user", name, "--plan")
    assert planned.status == 1
    assert "Nothing to apply." in planned.out
    assert demo.ok("plans", "list", "--json").json[0]["state"] == "discarded"


def test_nobody_on_the_never_list_loses_anything(demo: CommandLine) -> None:
    """Added, shown, blocked with the reason, removed, free again."""
    name = holders(demo, part="FLOW_FREE")[0]
    assert demo.ok("never", "add", "--user", name, "--reason", "Director").out == f"{name} is on the never list.\n"
    assert "already" in demo.ok("never", "add", "--user", name, "--reason", "Director").out
    assert "Director" in demo.ok("never", "list").out
    done = demo.run("unassign", "FLOW_FREE", "--user", name, "--yes")
    assert (done.status, done.out) == (1, "On the never list: Director.\n")
    assert "Never list" in demo.ok("users", "show", name).out
    assert "no longer" in demo.ok("never", "remove", "--user", name).out
    assert "was not" in demo.ok("never", "remove", "--user", name).out
    demo.ok("unassign", "FLOW_FREE", "--user", name, "--yes")
    assert demo.run("never", "add", "--reason", "x").status == 2
    assert demo.run("never", "add", "--group", "No such group", "--reason", "x").status == 2


def test_a_group_on_the_never_list_guards_its_members(demo: CommandLine) -> None:
    """By name; the members are blocked in the plan."""
    demo.ok("never", "add", "--group", "All Staff E3", "--reason", "Everybody")
    shown = demo.run("unassign", "SPE_E3", "--everyone", "--plan")
    assert "On the never list: Everybody." in shown.out


def test_what_a_plan_did_can_be_exported(demo: CommandLine, tmp_path: Path) -> None:
    """Its users before and after, and its receipt; CSV and JSON lines, to a file and to a pipe."""
    demo.run("unassign", "SPE_E3", "--filter", SALES, "--plan")
    users = demo.ok("plans", "show", "1", "--json").json["plan"]["users"]
    rows = list(csv.DictReader(io.StringIO(demo.ok("plans", "export", "1").out)))
    assert len(rows) == users
    assert {row["state"] for row in rows} <= {"pending", "skipped", "refused", "choice"}
    assert all(row["why"] for row in rows if row["reason"])
    ready = [row for row in rows if row["state"] == "pending"]
    assert all(row["consequences"].startswith("R-") for row in ready)

    demo.run("plans", "apply", "1", "--confirm", str(len(ready)), "--over-limit")
    path = tmp_path / "receipt.csv"
    demo.ok("plans", "export", "1", "--receipt", "--to", str(path))
    receipt = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    assert {(row["before"], row["after"]) for row in receipt} >= {("assigned", "not assigned")}
    assert {row["userPrincipalName"] for row in receipt} == {row["userPrincipalName"] for row in ready}
    lines = [json.loads(line) for line in demo.ok("plans", "export", "1", "--format", "json").out.splitlines()]
    assert [line["state"] for line in lines].count("verified") == len(ready)
    missing = demo.run("plans", "export", "1", "--to", str(tmp_path / "no" / "where.csv"))
    assert missing.status == 2
    assert "can't be written" in missing.err


def test_retry_takes_who_failed_or_changed(demo: CommandLine) -> None:
    """A user that changed between preview and apply is skipped, status 1, and offered again."""
    name = holders(demo, part="FLOW_FREE")[0]
    nobody = demo.run("plans", "retry", "1")
    assert (nobody.status, "There is no plan 1" in nobody.err) == (2, True)
    demo.ok("unassign", "FLOW_FREE", "--user", name, "--plan")
    demo.ok("unassign", "FLOW_FREE", "--user", name, "--yes")
    demo.ok("assign", "FLOW_FREE", "--user", name, "--without", "Common Data Service", "--yes")
    stale = demo.run("plans", "apply", "1")
    assert stale.status == 1
    assert "changed since the plan was made" in stale.out
    again = demo.run("plans", "retry", "1", "--yes")
    assert again.status == 0, again
    assert "assigned without" in again.out
    assert demo.run("plans", "retry", "4").status == 2
