"""Active users, Licenses, the Unassign box, Manage product licenses and plans, as a program without a script uses them."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from licentia.changes import advance
from licentia.domain.instants import DAY
from licentia.domain.intents import Unassign
from licentia.domain.permissions import Role, local_shell
from licentia.store import clock
from signing import signed_in
from world_store import E3, World, by_group, crowd, person, unknown

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]

OWNER = local_shell("owner")


def page(client: Client, address: str, status: int = 200) -> str:
    """The page's text."""
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()
    return unescape(answer.content.decode())


def choose(client: Client, address: str, users: list[int], act: str) -> Any:
    """What the list's form answers when these are checked and this button is pressed."""
    return client.post(address, {"shown": users, "user": users, "do": act})


# ---- lists


def test_active_users_are_listed_searched_and_paged(make_world: Make) -> None:
    """Fifty to a page, Next and Previous meet, a search counts."""
    client = signed_in(make_world(crowd(120)))
    first = page(client, "/users/active")
    assert "Persoon 00001" in first
    assert "Persoon 00051" not in first
    assert "1 to 50 of 120" in first
    answer = choose(client, "/users/active/selection", [], "go:" + link_of(first, "Next"))
    second = page(client, answer["Location"])
    assert "51 to 100 of 120" in second
    assert "Persoon 00051" in second
    back = choose(client, "/users/active/selection", [], "go:" + link_of(second, "Previous"))
    assert "1 to 50 of 120" in page(client, back["Location"])
    assert "1 to 1 of 1" in page(client, "/users/active?q=00007@")
    assert "No users match." in page(client, "/users/active?q=nobody")


def link_of(text: str, name: str) -> str:
    """The address that a button of the foot goes to."""
    return text.rpartition(f">{name}</button>")[0].rpartition('value="go:')[2].partition('"')[0]


@pytest.mark.parametrize(
    "bad",
    [
        "after=%00",
        "after=zzzz",
        "after=WyJcdWQ4MDAiLDFd",
        "after=WyJcdTAwMDAiLDFd",
        "before=W10",
        "first=9e9&after=WyJhIiwgMV0",
        "q=" + "a" * 5000,
    ],
)
def test_an_address_that_cannot_be_read_is_the_first_page(make_world: Make, bad: str) -> None:
    """Never an error."""
    client = signed_in(make_world(crowd(3)))
    assert client.get(f"/users/active?{bad}").status_code == 200


def test_what_is_not_known_says_so(make_copy: Make) -> None:
    """No sign-in date and no mailbox in a file is not Never and not none."""
    client = signed_in(make_copy([person(1, unknown(E3), mailbox=None, drive=None)]))
    row = page(client, "/users/active").partition("<tbody")[2]
    assert row.count("Not known") == 2
    assert "Never" not in row


def test_a_selection_outlives_the_page(make_world: Make) -> None:
    """Users of two pages are unassigned together."""
    world = make_world(crowd(60))
    client, address = signed_in(world), f"/billing/licenses/{E3}"
    moved = choose(client, address, [world.user(1), world.user(2)], "go:?first=51")
    assert "2 selected" in page(client, moved["Location"])
    box = choose(client, address, [world.user(60)], "unassign")
    assert "Users in plan: 3" in page(client, box["Location"])


def test_a_search_stays_while_panes_open_and_close(make_world: Make) -> None:
    """The list beside the pane is the one that was searched."""
    client = signed_in(make_world(crowd(60)))
    listed = page(client, "/users/active?q=00007%40")
    opened = page(client, listed.partition('<div><a href="')[2].partition('"')[0])
    assert "1 to 1 of 1" in opened
    assert 'href="/users/active?q=00007%40"' in opened


# ---- the article, 5.1


def test_unassign_and_undo(make_world: Make) -> None:
    """The box shows what is lost until when; Unassign does it; the banner takes it back."""
    world = make_world([*crowd(2), person(3, by_group(E3))])
    client, address = signed_in(world), f"/billing/licenses/{E3}"
    box = choose(client, address, [world.user(1), world.user(3)], "unassign")
    shown = page(client, box["Location"])
    for said in (
        "Unassign licenses",
        "kept until at least",
        "This license comes from group Alle medewerkers.",
        "Ready: 1",
    ):
        assert said in shown
    done = client.post("/plans/1/apply", {"back": "product"})
    assert done["Location"] == address
    after = page(client, address)
    assert "1 license unassigned." in after
    assert "Undo without loss until" in after
    assert world.consumed() == 2
    undo = client.post("/plans/1/undo")
    assert "The mailbox returns" in page(client, undo["Location"])
    client.post(undo["Location"] + "/apply")
    assert world.consumed() == 3


def test_cancel_leaves_nothing_and_keeps_the_selection(make_world: Make) -> None:
    """The draft is discarded."""
    world = make_world(crowd(2))
    client, address = signed_in(world), f"/billing/licenses/{E3}"
    choose(client, address, [world.user(1)], "unassign")
    assert client.post("/plans/1/discard", {"back": "product"})["Location"] == address
    assert world.header(1)["state"] == "discarded"
    assert "1 selected" in page(client, address)


def test_more_than_twenty_need_their_number(make_world: Make) -> None:
    """The plan asks for it, wrong ones change nothing, the right one applies."""
    world = make_world(crowd(120))
    client, address = signed_in(world), f"/billing/licenses/{E3}"
    box = choose(client, address, [world.user(n) for n in range(1, 26)], "unassign")
    assert box["Location"].endswith("/unassign/1")
    for typed in ("", "24", "x", "²5"):
        asked = client.post("/plans/1/apply", {"confirm": typed})
        assert asked.status_code == 409
        assert "Type 25 to confirm" in asked.content.decode()
    assert world.consumed() == 120
    client.post("/plans/1/apply", {"confirm": "25"})
    assert world.consumed() == 95


def test_above_the_limit_a_second_box_must_be_checked(make_world: Make) -> None:
    """More than a quarter of the product: the box says so, and has what was typed before."""
    world = make_world(crowd(30))
    client = signed_in(world)
    choose(client, f"/billing/licenses/{E3}", [], "all")
    choose(client, f"/billing/licenses/{E3}", [], "unassign")
    asked = client.post("/plans/1/apply", {"confirm": "30", "back": "product"})
    assert asked["Location"] == "/plans/1/over-limit?confirm=30&back=product"
    box = page(client, asked["Location"])
    assert "I have checked these users" in box
    assert "100 %" in box or "100%" in box
    assert '<input type="hidden" name="confirm" value="30">' in box
    assert client.post("/plans/1/apply", {"confirm": "30"}).status_code == 302
    assert world.consumed() == 30
    done = client.post("/plans/1/apply", {"confirm": "30", "back": "product", "over_limit": "1"})
    assert done["Location"] == f"/billing/licenses/{E3}"
    assert world.consumed() == 0
    assert client.get("/plans/1/over-limit?confirm=30")["Location"] == "/plans/1"


# ---- the article, 5.2


def pane(world: World, client: Client, n: int, wanted: list[str], seen: str | None = None) -> Any:
    """What saving the pane of a user answers."""
    user = world.rows("SELECT object_id FROM users WHERE tenant_id = %(tenant)s AND id = %(user)s", user=world.user(n))
    form = {"product": wanted} | ({} if seen is None else {"seen": seen})
    return client.post(f"/users/active/{user[0][0]}", form)


def test_saving_the_pane_shows_first_and_then_saves(make_world: Make) -> None:
    """Without a script the first press shows what happens, the second does it."""
    world = make_world(crowd(2))
    client = signed_in(world)
    shown = pane(world, client, 1, [])
    assert shown.status_code == 200
    assert "kept until at least" in shown.content.decode()
    assert world.consumed() == 2
    seen = unescape(re.findall(r'name="seen" value="([^"]+)"', shown.content.decode())[0])
    saved = pane(world, client, 1, [], seen=seen)
    assert saved.status_code == 302
    assert world.consumed() == 1
    assert "1 license unassigned." in page(client, saved["Location"])


def test_a_locked_box_is_not_changed_by_a_form_that_lacks_it(make_world: Make) -> None:
    """A license of a group stays, whatever is sent."""
    world = make_world([person(1, by_group(E3))])
    client = signed_in(world)
    assert "Nothing changes." in pane(world, client, 1, [], seen="").content.decode()
    assert world.consumed() == 1


def test_apps_are_switched_off_and_back(make_world: Make) -> None:
    """The boxes of one product; together with licenses they are refused."""
    world = make_world(crowd(1))
    client = signed_in(world)
    address = page(client, "/users/active").partition('<div><a href="')[2].partition('"')[0]
    shown = page(client, f"{address}?tab=licenses&apps={E3}")
    plans = re.findall(r'name="app" value="([^"]+)" checked', shown)
    assert len(plans) > 20
    form = {"product": [E3], "apps": E3, "app": plans[1:]}
    asked = client.post(address, form).content.decode()
    seen = unescape(re.findall(r'name="seen" value="([^"]+)"', asked)[0])
    client.post(address, form | {"seen": seen})
    assert f'name="app" value="{plans[0]}" checked' not in page(client, f"{address}?tab=licenses&apps={E3}")
    assert client.post(address, {"product": [], "apps": E3, "app": plans}).status_code == 400
    assert client.post(address, {"product": [E3], "apps": E3, "app": ["x"]}).status_code == 400


# ---- the article, 5.3


def test_manage_shows_first_saves_and_is_done(make_world: Make) -> None:
    """Unassign all for two users."""
    world = make_world(crowd(3))
    client = signed_in(world)
    choose(client, "/users/active/selection", [world.user(1), world.user(2)], "manage")
    assert "2 of 2 have this" in page(client, "/users/active/manage")
    shown = client.post("/users/active/manage", {"how": "all"}).content.decode()
    assert "kept until at least" in shown
    assert world.consumed() == 3
    saved = client.post("/users/active/manage", {"how": "all", "plan": "1"})
    assert saved["Location"] == "/users/active/managed/1"
    assert "Done" in page(client, saved["Location"])
    assert world.consumed() == 1


def test_another_choice_is_shown_again_before_it_is_saved(make_world: Make) -> None:
    """The draft of the first choice is never applied for the second."""
    world = make_world(crowd(3))
    client = signed_in(world)
    choose(client, "/users/active/selection", [world.user(1)], "manage")
    client.post("/users/active/manage", {"how": "all"})
    client.post("/users/active/manage", {"how": "replace", "product": [E3], "plan": "1"})
    assert world.consumed() == 3
    assert world.header(1)["state"] == "discarded"


# ---- who may, and what goes wrong


def test_a_reader_sees_everything_and_changes_nothing(make_world: Make) -> None:
    """The button is there, disabled, with the role; sending it is refused."""
    world = make_world(crowd(2))
    client = signed_in(world, Role.GLOBAL_READER)
    shown = page(client, f"/billing/licenses/{E3}")
    assert "Needs one of these roles: Global Administrator, License Administrator, User Administrator" in shown
    refused = choose(client, f"/billing/licenses/{E3}", [world.user(1)], "unassign")
    assert refused.status_code == 403
    assert pane(world, client, 1, [], seen="").status_code == 403
    assert world.consumed() == 2


def test_another_tenants_things_are_not_there(make_world: Make) -> None:
    """By number and by id: 404, as if they did not exist."""
    world = make_world(crowd(2))
    client = signed_in(world)
    plan = make_world(crowd(1), name="Fabrikam").propose(Unassign(E3), 1)
    assert client.get(f"/plans/{plan}").status_code == 404
    assert client.post(f"/plans/{plan}/apply").status_code == 404
    assert client.get("/users/active/00000000-0000-4000-8000-000000000000").status_code == 404
    assert client.post("/tenant", {"tenant": str(world.twin)}).status_code == 403


def test_a_plan_applied_twice_is_applied_once(make_world: Make) -> None:
    """Two tabs, or Back and again: a sentence, and nothing more changes."""
    world = make_world(crowd(2))
    client = signed_in(world)
    choose(client, f"/billing/licenses/{E3}", [world.user(1)], "unassign")
    client.post("/plans/1/apply", {})
    again = client.post("/plans/1/apply", {})
    assert again.status_code == 409
    assert world.consumed() == 1


def test_dutch_pages_are_dutch(make_world: Make) -> None:
    """The frame, the list and the box."""
    world = make_world(crowd(2))
    client = signed_in(world, language="nl")
    assert "Actieve gebruikers" in page(client, "/users/active")
    box = choose(client, f"/billing/licenses/{E3}", [world.user(1)], "unassign")
    shown = page(client, box["Location"])
    for said in ("Licenties intrekken", "Wat verloren gaat", "Bewaard tot", "Uitvoerbaar", "Annuleren"):
        assert said in shown
    assert '<html lang="nl"' in shown


def test_without_a_session_there_is_only_the_sign_in(make_world: Make) -> None:
    """Every page leads there."""
    make_world(crowd(1))
    answer = Client(HTTP_HOST="localhost").get("/users/active")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in?next=")


# ---- Home


def test_home_names_what_needs_a_decision(make_world: Make) -> None:
    """Mailboxes that go this week with the first of them, seats that are not owned; nothing when there is nothing."""
    world = make_world(crowd(3, last_sign_in_at=clock.machine_now()), seats={E3: 2})
    world.plant("UPDATE pool SET capacity = 3 WHERE tenant_id = %(tenant)s")
    client = signed_in(world)
    assert "Nothing needs attention." in page(client, "/")
    world.unassign(1, 2)
    assert "Nothing needs attention." in page(client, "/")
    advance.set_clock(world.tenant, clock.tenant_now(world.tenant) + 25 * DAY, OWNER)
    shown = page(client, "/")
    assert "2 mailboxes are deleted for good this week" in shown
    assert "First: Persoon 00001" in shown
    world.set_seats(0)
    assert "1 more assigned than owned" in page(client, "/")


@pytest.mark.parametrize("words", ["Licenties niet toewijzen", "inleveren", "Alle wijzigingen opslaan niet toewijzen"])
def test_the_words_of_older_texts_lead_to_unassign(make_world: Make, words: str) -> None:
    """Machine-made Dutch is understood and never written."""
    client = signed_in(make_world(crowd(1)), language="nl")
    answer = client.get("/search", {"q": words})
    assert "In deze app heet dit Licenties intrekken" in unescape(answer.content.decode())
