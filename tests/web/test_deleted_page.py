"""Deleted users: who can be restored until when, with what; restoring and deleting for good go through a plan."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from licentia.domain.intents import DeleteUser, RestoreUser
from licentia.domain.permissions import Role
from licentia.store.lists import plans
from licentia.web.views import deleted
from web_desk import Desk, words
from world_store import E3, World, crowd, direct, person

pytest_plugins = ["world_fixtures"]

Make = Callable[..., World]


def gone(world: World, *numbers: int) -> list[int]:
    """These people are deleted; their ids."""
    ids = [world.user(n) for n in numbers]
    world.apply(world.propose(DeleteUser(), *ids))
    return ids


def latest(world: World) -> dict[str, object]:
    """The newest plan."""
    return plans.latest(world.tenant, 1, None, inline=False)[0]


def test_nobody_is_deleted(make_world: Make) -> None:
    """The page says so, in both languages."""
    world = make_world(crowd(1))
    assert "No deleted users in the last 30 days." in Desk(world).text("/users/deleted")
    assert "Geen verwijderde gebruikers in de afgelopen 30 dagen." in Desk(world, language="nl").text("/users/deleted")


def test_the_list_says_until_when_and_what_comes_back(make_world: Make) -> None:
    """With days left, licenses, mailbox and source; what is in the way stands in the row."""
    world = make_world(crowd(3), seats={E3: 3})
    gone(world, 1)
    world.set_seats(2)
    found = Desk(world).text("/users/deleted")
    assert "Persoon 00001 p00001@contoso.example" in found
    assert "30 days left Microsoft 365 E3 No license of Microsoft 365 E3 10.0 GB Cloud account" in found


def test_a_synced_account_says_where_to_restore_it(make_world: Make) -> None:
    """Beside its source."""
    world = make_world(crowd(1))
    gone(world, 1)
    world.plant("UPDATE users SET is_synced = %(yes)s WHERE tenant_id = %(tenant)s", yes=True)
    assert "From Active Directory Restore in Active Directory" in Desk(world).text("/users/deleted")


def test_pages_follow_each_other(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody twice; what was selected on one page is still selected on the next."""
    world = make_world(crowd(5))
    ids = gone(world, 1, 2, 3, 4, 5)
    monkeypatch.setattr(deleted, "TOP", 2)
    desk = Desk(world)
    first = desk.source("/users/deleted")
    following = first.split('value="go:')[1].split('"')[0].replace("&amp;", "&")
    answer = desk.client.post("/users/deleted", {"shown": ids[:2], "user": ids[:1], "do": f"go:{following}"})
    page = desk.client.get(answer["Location"])
    assert "1 selected" in words(page)
    assert "3 to 4" in words(page)
    assert "Persoon 00003" in words(page)
    assert "Persoon 00002" not in words(page)


def test_restoring_is_shown_first_and_then_done(make_world: Make) -> None:
    """A draft plan; afterwards nobody is selected any more."""
    world = make_world(crowd(3))
    ids = gone(world, 1, 2)
    desk = Desk(world)
    answer = desk.post("/users/deleted", shown=ids, user=ids, do="restore")
    plan = latest(world)
    assert answer["Location"] == f"/users/deleted/restore/{plan['id']}"
    assert (plan["state"], plan["ready"]) == ("draft", 2)
    assert "Restore users" in desk.text(answer["Location"])
    done = desk.post(f"/plans/{plan['id']}/apply", back="deleted")
    assert done["Location"] == "/users/deleted"
    assert world.consumed() == 3
    assert desk.get(answer["Location"])["Location"] == f"/plans/{plan['id']}"
    assert "No deleted users" in desk.text("/users/deleted")


def test_a_taken_name_and_a_missing_seat_are_said_before(make_world: Make) -> None:
    """In the list and on the plan's page."""
    world = make_world(crowd(3), seats={E3: 3})
    [one] = gone(world, 1)
    world.plant(
        "UPDATE users SET principal_name = 'p00001@contoso.example', principal_key = 'p00001@contoso.example' "
        "WHERE tenant_id = %(tenant)s AND id = %(user)s",
        user=world.user(2),
    )
    desk = Desk(world)
    assert "The user name is taken" in desk.text("/users/deleted")
    answer = desk.post("/users/deleted", shown=[one], user=[one], do="restore")
    assert "Another user has this user name now." in desk.text(answer["Location"])
    world.plant(
        "UPDATE users SET principal_name = 'p00002@contoso.example', principal_key = 'p00002@contoso.example' "
        "WHERE tenant_id = %(tenant)s AND id = %(user)s",
        user=world.user(2),
    )


def test_deleting_one_for_good_asks_for_the_user_name(make_world: Make) -> None:
    """Consequences first; without the name nothing happens, with it the user is gone."""
    world = make_world(crowd(2))
    [one] = gone(world, 1)
    desk = Desk(world)
    box = desk.post("/users/deleted", shown=[one], user=[one], do="purge")["Location"]
    page = desk.text(box)
    assert "Delete users for good" in page
    assert "Type p00001@contoso.example to confirm" in page
    for typed in ("", "1", "p00002@contoso.example"):
        asked = desk.post(box, typed=typed, back="deleted")
        assert asked.status_code == 422
        assert "Type exactly what is asked: p00001@contoso.example" in words(asked)
    assert desk.post(f"/plans/{latest(world)['id']}/apply").status_code == 409
    assert world.rows("SELECT count(*) FROM users WHERE tenant_id = %(tenant)s")[0][0] == 2
    assert desk.post(box, typed=" P00001@contoso.example", back="deleted")["Location"] == "/users/deleted"
    assert world.rows("SELECT count(*) FROM users WHERE tenant_id = %(tenant)s")[0][0] == 1


def test_deleting_several_for_good_asks_for_their_number(make_world: Make) -> None:
    """Not for a name; a cancelled box leaves the selection."""
    world = make_world(crowd(3))
    ids = gone(world, 1, 2)
    desk = Desk(world)
    box = desk.post("/users/deleted", shown=ids, user=ids, do="purge")["Location"]
    assert "Type 2 to confirm" in desk.text(box)
    assert desk.post(f"/plans/{latest(world)['id']}/discard", back="deleted")["Location"] == "/users/deleted"
    box = desk.post("/users/deleted", do="purge")["Location"]
    assert desk.post(box, typed="1").status_code == 422
    desk.post(box, typed="2")
    assert world.rows("SELECT count(*) FROM users WHERE tenant_id = %(tenant)s")[0][0] == 1


def test_a_box_is_of_its_own_kind_of_plan(make_world: Make) -> None:
    """The address of one with the plan of another is a page that does not exist."""
    world = make_world(crowd(2))
    ids = gone(world, 1)
    desk = Desk(world)
    plan = desk.post("/users/deleted", shown=ids, user=ids, do="restore")["Location"].rpartition("/")[2]
    assert desk.get(f"/users/deleted/purge/{plan}").status_code == 404
    assert desk.get(f"/billing/licenses/{E3}/unassign/{plan}").status_code == 404


def test_who_was_restored_meanwhile_is_selected_no_longer(make_world: Make) -> None:
    """Another window did it."""
    world = make_world(crowd(2))
    ids = gone(world, 1, 2)
    desk = Desk(world)
    desk.post("/users/deleted", shown=ids, user=ids, do="mark")
    assert "2 selected" in desk.text("/users/deleted")
    world.apply(world.propose(RestoreUser(), ids[0]))
    assert "1 selected" in desk.text("/users/deleted")
    desk.post("/users/deleted", do="clear")
    assert "Select users first." in desk.text("/users/deleted")


def test_without_a_selection_nothing_is_planned(make_world: Make) -> None:
    """Nor for somebody who is not deleted."""
    world = make_world(crowd(2))
    gone(world, 1)
    desk = Desk(world)
    before = latest(world)["id"]
    for chosen in ([], [world.user(2)]):
        answer = desk.post("/users/deleted", shown=chosen, user=chosen, do="restore")
        assert answer["Location"] == "/users/deleted"
    assert desk.post("/users/deleted", user=["x"], do="restore").status_code == 400
    assert latest(world)["id"] == before


def test_who_may_not_sees_the_role_and_is_refused(make_world: Make) -> None:
    """A License Administrator restores nobody."""
    world = make_world([person(1, direct(E3))])
    ids = gone(world, 1)
    desk = Desk(world, Role.LICENSE)
    page = desk.source("/users/deleted")
    assert "Needs one of these roles: Global Administrator, User Administrator" in page
    assert page.count(' disabled aria-describedby="role"') == 2
    assert desk.post("/users/deleted", shown=ids, user=ids, do="restore").status_code == 403
