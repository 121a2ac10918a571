"""A plan's users on its page: chips with how many stand so, a search for names, both at once, on the page and in the file."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from licentia.domain.intents import Unassign
from licentia.store.lists import plan_steps, users
from licentia.store.lists.plan_steps import StepQuery
from web_desk import Desk
from world_store import E3, World, by_group, crowd, person, watched

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]


def planned(make_world: Make) -> tuple[World, Desk, str]:
    """Four who lose E3 and two who have it by a group; the plan's address."""
    world = make_world([*crowd(4), person(5, by_group(E3)), person(6, by_group(E3))])
    plan = world.propose(Unassign(E3), *(world.user(n) for n in range(1, 7)))
    return world, Desk(world), f"/plans/{plan}"


def rows(desk: Desk, address: str) -> list[str]:
    """Who stands in the table of the page."""
    table = desk.source(address).partition('id="them"')[2].partition("<tbody")[2].partition("</tbody>")[0]
    return [f"p0000{n}" for n in range(1, 10) if f"p0000{n}@" in table]


def test_chips_say_how_many(make_world: Make) -> None:
    """Ready, Your choice, Skipped and Blocked, each a page of its own; after the run, what became of them."""
    _world, desk, plan = planned(make_world)
    page = desk.text(plan)
    for said in ("All", "Ready: 4", "Your choice: 0", "Skipped: 0", "Blocked: 2"):
        assert said in page
    assert rows(desk, f"{plan}?state=pending") == ["p00001", "p00002", "p00003", "p00004"]
    assert rows(desk, f"{plan}?state=refused") == ["p00005", "p00006"]
    assert rows(desk, f"{plan}?state=nonsense") == [f"p0000{n}" for n in range(1, 7)]
    assert "No users match." in desk.text(f"{plan}?state=choice")
    desk.post(f"{plan}/apply")
    page = desk.text(plan)
    assert "Unassigned: 4" in page
    assert "Ready: 0" not in page.partition("Search this list")[0].partition("Export")[2]
    assert rows(desk, f"{plan}?state=verified") == ["p00001", "p00002", "p00003", "p00004"]


@pytest.mark.parametrize("words", ["00005", "Persoon 00005", "p00005@contoso"])
def test_a_name_is_found(make_world: Make, words: str) -> None:
    """By name or user name, within a state too."""
    _world, desk, plan = planned(make_world)
    assert rows(desk, f"{plan}?q={words}") == ["p00005"]
    assert rows(desk, f"{plan}?q={words}&state=refused") == ["p00005"]
    assert rows(desk, f"{plan}?q={words}&state=pending") == []
    assert rows(desk, f"{plan}?q=nobody") == []


def test_a_short_word_begins_a_name(make_world: Make) -> None:
    """Two letters are looked for at the beginning."""
    _world, desk, plan = planned(make_world)
    assert len(rows(desk, f"{plan}?q=00")) == 6
    assert rows(desk, f"{plan}?q=zz") == []


def test_a_common_word_is_looked_for_in_the_plan(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """More hits in the tenant than are sorted: the same users."""
    world, desk, plan = planned(make_world)
    monkeypatch.setattr(users, "SEARCH_CAP", 2)
    assert rows(desk, f"{plan}?q=persoon&state=refused") == ["p00005", "p00006"]
    world.plant("UPDATE users SET search_key = 'x_y' WHERE tenant_id = %(tenant)s AND id < 5")
    assert plan_steps.page(world.tenant, 1, StepQuery(words="persoon"))[0][0].user_id == 5


def test_pages_keep_the_filter(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each user once, however small a page or a look is."""
    world, _desk, _plan = planned(make_world)
    monkeypatch.setattr(plan_steps, "WINDOW", 2)
    found, after, looks = [], 0, 0
    while after is not None:
        steps, after = plan_steps.page(world.tenant, 1, StepQuery("refused", "persoon", after, 1))
        found += [step.principal_name for step in steps]
        looks += 1
    assert found == ["p00005@contoso.example", "p00006@contoso.example"]
    assert looks == 4


def test_the_file_is_filtered_alike(make_world: Make) -> None:
    """The link of the page carries what the page shows."""
    _world, desk, plan = planned(make_world)
    assert f'href="{plan}/export?state=refused&amp;q=00006"' in desk.source(f"{plan}?state=refused&q=00006")
    answer = desk.get(f"{plan}/export?state=refused&q=00006")
    text = b"".join(answer.streaming_content).decode()
    assert "p00006@" in text
    assert "p00005@" not in text
    assert text.count("\n") == 2


def test_dutch(make_world: Make) -> None:
    """Its words."""
    world, _desk, plan = planned(make_world)
    page = Desk(world, language="nl").text(plan)
    for said in ("Uitvoerbaar: 4", "Uw keuze: 0", "Overgeslagen: 0", "Geblokkeerd: 2"):
        assert said in page


def test_it_costs_the_same_for_few_and_many(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three or forty users."""
    counts = []
    for number in (3, 40):
        world = make_world(crowd(number), name=f"Tenant of {number}")
        plan = world.propose(Unassign(E3), *(world.user(n) for n in range(1, number + 1)))
        desk = Desk(world)
        address = f"/plans/{plan}?q=persoon&state=pending"
        desk.get(address)
        with watched(monkeypatch) as seen:
            assert desk.get(address).status_code == 200
        counts.append(seen.count())
    assert counts[0] == counts[1]
