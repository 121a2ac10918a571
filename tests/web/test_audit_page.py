"""The audit log: newest first, of one user or plan, with before and after; and whether it is complete."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from licentia.domain.intents import DeleteUser, PurgeUser
from licentia.domain.permissions import Role
from licentia.web.views import audit
from web_desk import Desk, words
from world_store import World, crowd

pytest_plugins = ["world_fixtures"]

Make = Callable[..., World]


def test_the_newest_comes_first_with_who_did_what(make_world: Make) -> None:
    """To whom, in which plan, and what was there before and after."""
    world = make_world(crowd(2))
    plan = world.unassign(world.user(1))
    found = Desk(world).text("/audit")
    assert found.index("Plan ended") < found.index("p00001@contoso.example") < found.index("Tenant made")
    assert f"P-{plan:04}" in found
    assert "Before kind: 1" in found or "Before disabled: []" in found
    assert "After nothing" in found


def test_it_can_be_asked_of_one_user_or_one_plan(make_world: Make) -> None:
    """Also of somebody who is deleted; a plan with or without its letter."""
    world = make_world(crowd(3))
    first = world.unassign(world.user(1))
    second = world.unassign(world.user(2))
    world.apply(world.propose(DeleteUser(), world.user(1)))
    desk = Desk(world)
    mine = desk.text("/audit", user="P00001@contoso.example")
    assert "User deleted" in mine
    assert "p00002@contoso.example" not in mine
    for text in (str(second), f"P-{second:04}", f"p-{second}"):
        found = desk.text("/audit", plan=text)
        assert "p00002@contoso.example" in found
        assert "p00001@contoso.example" not in found
        assert f"P-{first:04}" not in found
    assert "Nothing of this is in the log." in desk.text("/audit", user="p00003@contoso.example")


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ({"user": "nobody@contoso.example"}, 400, "No user is called nobody@contoso.example."),
        ({"user": "p0"}, 400, "Did you mean"),
        ({"plan": "seven"}, 400, "plan seven"),
        ({"plan": "999999"}, 200, "Nothing of this is in the log."),
        ({"before": "x"}, 200, "Tenant made"),
        ({"user": "a\x00b"}, 400, "No user is called"),
    ],
)
def test_what_cannot_be_found_is_said_on_the_page(
    make_world: Make, query: dict[str, str], status: int, said: str
) -> None:
    """With what was typed kept."""
    answer = Desk(make_world(crowd(3))).get("/audit", **query)
    assert answer.status_code == status
    assert said in words(answer)


def test_pages_follow_each_other(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """By number, the filter kept."""
    monkeypatch.setattr(audit, "TOP", 2)
    world = make_world(crowd(2))
    plan = world.unassign()
    desk = Desk(world)
    first = desk.source("/audit", plan=str(plan))
    following = first.split('<a class="btn s" href="?')[1].split('"')[0].replace("&amp;", "&")
    assert f"plan={plan}&before=" in following
    assert "p0000" in words(desk.get(f"/audit?{following}"))


def test_the_chain_is_checked_on_request_and_the_result_kept(make_world: Make) -> None:
    """With the time; a change past the doors is found and named."""
    world = make_world(crowd(2))
    world.unassign()
    desk = Desk(world)
    assert "Not checked in this session." in desk.text("/audit")
    assert desk.post("/audit/check")["Location"] == "/audit"
    assert "Complete, checked " in desk.text("/audit")
    assert "Checksum, to keep elsewhere:" in desk.text("/audit")
    world.plant("UPDATE journal SET after = '\"x\"' WHERE tenant_id = %(tenant)s AND seq = 1")
    desk.post("/audit/check")
    assert "its rows are not as they were written" in desk.text("/audit")
    world.plant(
        "UPDATE journal SET after = %(text)s WHERE tenant_id = %(tenant)s AND seq = 1", text='{"name":"Contoso"}'
    )


def test_who_is_gone_for_good_still_has_a_name(make_world: Make) -> None:
    """The journal keeps it."""
    world = make_world(crowd(2))
    user = world.user(1)
    world.apply(world.propose(DeleteUser(), user))
    world.apply(world.propose(PurgeUser(), user))
    assert "p00001@contoso.example" in Desk(world).text("/audit")


def test_every_role_may_read_it(make_world: Make) -> None:
    """And check it."""
    desk = Desk(make_world(crowd(1)), Role.GLOBAL_READER)
    assert desk.get("/audit").status_code == 200
    assert desk.post("/audit/check").status_code == 302
