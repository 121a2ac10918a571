"""A plan's page: choices, schedule, approval, pause and resume, what failed, as forms without a script send them."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

from django.test import Client

from licentia.changes import record, run
from licentia.domain.intents import Unassign
from licentia.domain.permissions import Role, local_shell
from licentia.store import clock
from signing import signed_in
from world_store import E3, World, crowd, person, unknown

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]
OWNER = local_shell("owner")


def client_of(world: World, name: str, role: Role = Role.GLOBAL) -> Client:
    """Somebody who has signed in."""
    return signed_in(world, role, name=name)


def text(client: Client, plan: int) -> str:
    """The plan's page."""
    answer = client.get(f"/plans/{plan}")
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_a_choice_makes_another_draft(make_copy: Make) -> None:
    """Users of whom nobody knows the path wait for a decision; deciding shows the plan anew, the old one is gone."""
    world = make_copy([person(1, unknown(E3)), person(2, unknown(E3))])
    client, plan = client_of(world, "Anna"), world.propose(Unassign(E3), 1, 2)
    assert "Your choice: 2." in text(client, plan)
    made = client.post(f"/plans/{plan}/accept", {"reason": "unknown_path"})
    assert made["Location"] == "/plans/2"
    assert world.header(plan)["state"] == "discarded"
    assert world.header(2)["ready"] == 2
    assert "Your choice: 2." not in text(client, 2)


def test_a_choice_that_is_none_changes_nothing(make_world: Make) -> None:
    """Another code, or a plan that has run."""
    world = make_world(crowd(2))
    client, plan = client_of(world, "Anna"), world.propose(Unassign(E3), 1)
    assert client.post(f"/plans/{plan}/accept", {"reason": "never"}).status_code == 400
    world.apply(plan)
    assert client.post(f"/plans/{plan}/accept", {"reason": "unknown_path"}).status_code == 409


def test_a_plan_starts_on_a_date_and_not_when_taken_back(make_world: Make) -> None:
    """The moment is the tenant's; a past one is refused with a sentence; taken back it is a draft again."""
    world = make_world(crowd(2))
    client, plan = client_of(world, "Anna"), world.propose(Unassign(E3), 1)
    for bad in ("", "2020-01-01T08:00", "tomorrow"):
        answer = client.post(f"/plans/{plan}/apply", {"start": "date", "at": bad})
        assert answer.status_code == 422, bad
        assert f'value="{bad}"' in answer.content.decode(), "what was typed is shown again"
    client.post(f"/plans/{plan}/apply", {"start": "date", "at": "2099-12-31T18:00"})
    assert world.header(plan)["state"] == "scheduled"
    assert "Thu 31 Dec 2099 18:00" in text(client, plan)
    client.post(f"/plans/{plan}/unschedule")
    assert world.header(plan)["state"] == "draft"
    assert world.consumed() == 2


def test_a_second_person_approves(make_world: Make) -> None:
    """The maker can't; another can reject with a reason or approve; then the maker applies."""
    world = make_world(crowd(3))
    record.set_tenant(world.tenant, OWNER, {"approve_above": 1})
    anna, berend = client_of(world, "Anna"), client_of(world, "Berend", Role.LICENSE)
    anna.post(f"/billing/licenses/{E3}", {"shown": [1, 2], "user": [world.user(1), world.user(2)], "do": "unassign"})
    anna.post("/plans/1/apply", {})
    assert world.header(1)["state"] == "awaiting_approval"
    assert "Somebody else than its maker approves a plan." in text(anna, 1)
    assert anna.post("/plans/1/approve").status_code == 403
    assert berend.post("/plans/1/reject", {"why": " "}).status_code == 400
    berend.post("/plans/1/reject", {"why": "Not before May"})
    assert "Not before May" in text(anna, 1)
    anna.post("/plans/1/apply", {})
    berend.post("/plans/1/approve")
    anna.post("/plans/1/apply", {})
    assert world.consumed() == 1


def test_a_running_plan_shows_progress_pauses_and_goes_on(make_world: Make) -> None:
    """What a worker has not begun stays until somebody resumes it."""
    world = make_world(crowd(3))
    client, plan = client_of(world, "Anna"), world.propose(Unassign(E3), 1, 2)
    run.apply(world.tenant, plan, OWNER)
    shown = text(client, plan)
    assert 'role="progressbar"' in shown
    assert "0 of 2 users" in shown
    client.post(f"/plans/{plan}/pause")
    assert "It paused because" in text(client, plan)
    client.post(f"/plans/{plan}/resume")
    world.run(plan)
    assert "2 users done and checked." in text(client, plan)


def test_who_changed_meanwhile_is_tried_again(make_world: Make) -> None:
    """A new draft for them alone."""
    world = make_world(crowd(3))
    client, plan = client_of(world, "Anna"), world.propose(Unassign(E3), 1, 2)
    world.unassign(1)
    world.apply(plan)
    assert world.header(plan)["skipped_late"] == 1
    made = client.post(f"/plans/{plan}/retry")
    number = int(made["Location"].rpartition("/")[2])
    assert world.header(number)["users"] == 1


def test_after_the_last_day_the_button_still_says_what_does_not_return(make_world: Make) -> None:
    """The banner says since when; the undo plan shows the loss first."""
    world = make_world(crowd(2))
    client = client_of(world, "Anna")
    client.post(f"/billing/licenses/{E3}", {"shown": [1], "user": [world.user(1)], "do": "unassign"})
    client.post("/plans/1/apply", {})
    from licentia.changes import advance
    from licentia.domain.instants import DAY

    advance.set_clock(world.tenant, clock.tenant_now(world.tenant) + 31 * DAY, OWNER)
    assert "Can't be undone without loss since" in unescape(client.get("/").content.decode())
    undo = client.post("/plans/1/undo")
    assert "new, empty mailbox" in unescape(client.get(undo["Location"]).content.decode())
