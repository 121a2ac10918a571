"""The history of a product and of a group: a line per plan, who, what undid it, and its users by name, also of who is gone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from licentia.changes import groups
from licentia.domain.intents import DeleteUser, PurgeUser, RestoreUser
from licentia.store.lists import check, product_events
from licentia.web.views import groups as group_views
from licentia.web.views import product_history
from web_desk import Desk
from world_store import E3, OWNER, World, by_group, crowd, person, watched

pytest_plugins = ["world_fixtures"]

Make = Callable[..., World]
PAGE = f"/billing/licenses/{E3}?tab=history"


def test_nothing_has_happened_yet(make_world: Make) -> None:
    """A first load is no event of a product."""
    assert "Nothing has happened here yet." in Desk(make_world(crowd(2))).text(PAGE)


def test_a_plan_is_one_line(make_world: Make) -> None:
    """With who, the plan, the first user and how many more; until when it can be undone, and that it was."""
    world = make_world(crowd(30))
    plan = world.unassign(*range(1, 4))
    desk = Desk(world)
    shown = desk.text(PAGE)
    assert "License unassigned Persoon 00001 and 2 more" in shown
    assert f"P-000{plan} Undo without loss until" in shown
    desk.post(f"/plans/{plan}/undo")
    desk.post(f"/plans/{plan + 1}/apply")
    shown = desk.text(PAGE)
    assert "License assigned Persoon 00001 and 2 more" in shown
    assert "Undoes P-0001" in shown
    assert "Undone 3 of 3" in shown
    assert shown.index("License assigned") < shown.index("License unassigned")


def test_its_users_have_an_address(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page by page, each once, with a name also when the user is gone for good."""
    world = make_world(crowd(5))
    world.unassign(*range(1, 6))
    first = product_events.newest(world.tenant, E3, 1)[0].first_seq
    gone = world.user(2)
    world.apply(world.propose(DeleteUser(), gone))
    world.apply(world.propose(PurgeUser(), gone))
    monkeypatch.setattr(product_history, "TOP", 2)
    monkeypatch.setattr(product_events, "WINDOW", 3)
    desk, names, address = Desk(world), [], f"{PAGE}&of={first}"
    while address:
        source = desk.source(address)
        names += [f"p0000{n}" for n in range(1, 6) if f"p0000{n}@contoso.example</a>" in source]
        more = source.partition('class="btn s" href="?tab=history&amp;of=')[2].partition('"')[0].replace("&amp;", "&")
        address = f"{PAGE}&of={more}" if more else ""
    assert names == [f"p0000{n}" for n in range(1, 6)]
    assert desk.get(f"{PAGE}&of=1").status_code == 404


def test_pages_go_back_in_time(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Newest first, no line twice."""
    world = make_world(crowd(3))
    for n in (1, 2, 3):
        world.unassign(n)
    monkeypatch.setattr(product_history, "TOP", 2)
    desk = Desk(world)
    first = desk.source(PAGE)
    assert first.index("Persoon 00003") < first.index("Persoon 00002")
    assert "Persoon 00001" not in first
    following = first.partition('href="?tab=history&amp;before=')[2].partition('"')[0]
    second = desk.source(f"{PAGE}&before={following}")
    assert "Persoon 00001" in second
    assert "Persoon 00002" not in second
    assert "First page" in second


def test_what_happened_has_its_name(make_world: Make) -> None:
    """Deleted, a license is remembered; restored, it is back; the log says so too, in both languages."""
    world = make_world(crowd(1))
    user = world.user(1)
    world.apply(world.propose(DeleteUser(), user))
    world.apply(world.propose(RestoreUser(), user))
    shown = Desk(world).text(PAGE)
    assert "License back after a restore Persoon 00001" in shown
    assert "License remembered for a restore Persoon 00001" in shown
    log = Desk(world).text("/audit")
    assert "License remembered for a restore: Microsoft 365 E3" in log
    assert "License changed" not in log
    assert "Licentie onthouden voor herstellen: Microsoft 365 E3" in Desk(world, language="nl").text("/audit")


def test_it_costs_the_same_for_few_and_many(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two or forty lines."""
    counts = []
    for plans in (2, 40):
        world = make_world(crowd(40), name=f"Tenant of {plans}")
        for n in range(1, plans + 1):
            world.unassign(n)
        desk = Desk(world)
        desk.get(PAGE)
        with watched(monkeypatch) as seen:
            assert desk.get(PAGE).status_code == 200
        counts.append(seen.count())
    assert counts[0] == counts[1]


def test_a_group_has_pages_of_history(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Newest first."""
    world = make_world([person(1, by_group(E3))])
    made = groups.create_group(world.tenant, "Sales", OWNER)
    for n in (1, 2, 3):
        groups.update_group(world.tenant, made.group_id, OWNER, name=f"Sales {n}")
    found = world.rows(
        "SELECT object_id FROM user_group WHERE tenant_id = %(tenant)s AND id = %(id)s", id=made.group_id
    )
    monkeypatch.setattr(group_views, "HISTORY", 3)
    desk, address = Desk(world), f"/groups/{found[0][0]}?tab=history"
    first = desk.source(address)
    following = first.partition('href="?tab=history&amp;before=')[2].partition('"')[0]
    assert first.count("<li>") == 3
    assert desk.source(f"{address}&before={following}").count("<li>") == 1


def test_the_check_counts(make_world: Make) -> None:
    """What is kept beside the journal and does not agree with it is found."""
    world = make_world(crowd(2))
    world.unassign(1)
    assert check.problems(world.tenant) == []
    world.plant("UPDATE product_event SET counted = 7 WHERE tenant_id = %(tenant)s")
    assert check.problems(world.tenant) == [("product_event_count", (7, 1))]
    world.plant("UPDATE product_event SET counted = 1 WHERE tenant_id = %(tenant)s")
