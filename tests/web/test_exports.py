"""Every list as CSV: streamed page by page, in the reader's language, for Excel, and no cell is a formula."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from licentia.domain.intents import DeleteUser, Unassign
from licentia.web import exporting
from licentia.web.views import exports
from web_desk import Desk
from world_store import E3, E5, PLANNER, VISIO, World, crowd, direct, person, watched

pytest_plugins = ["world_fixtures"]

Make = Callable[..., World]


def test_active_users_come_whole_and_in_order(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over the edges of pages nobody is lost and nobody comes twice."""
    desk = Desk(make_world(crowd(23)))
    monkeypatch.setattr(exports, "PAGE", 5)
    lines = desk.csv("/users/active/export")
    assert lines[0] == "Display name,Username,Object ID,Licenses,Sign-in status,Last sign-in,Mailbox"
    assert [line.split(",")[0] for line in lines[1:]] == [f"Persoon {n:05d}" for n in range(1, 24)]
    assert lines[1].endswith(",Microsoft 365 E3,Allowed,Never,10.0 GB")


def test_every_product_of_a_user_is_in_the_file(make_world: Make) -> None:
    """A page has room for a few; a file has room for all."""
    lines = Desk(make_world([person(1, direct(E3, E5, PLANNER, VISIO))])).csv("/users/active/export")
    assert all(title in lines[1] for title in ("Microsoft 365 E3", "Microsoft 365 E5", "Planner", "Visio"))
    assert "more" not in lines[1]


def test_the_search_of_the_list_is_the_search_of_the_file(make_world: Make) -> None:
    """What is exported is what is shown."""
    desk = Desk(make_world(crowd(12)))
    assert [line.split(",")[0] for line in desk.csv("/users/active/export", q="00007")[1:]] == ["Persoon 00007"]


def test_cells_that_a_spreadsheet_would_run_are_made_safe(make_world: Make) -> None:
    """As on the command line, with an apostrophe."""
    names = ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)"]
    desk = Desk(make_world([person(n, direct(E3), display_name=name) for n, name in enumerate(names, 1)]))
    lines = desk.csv("/users/active/export")[1:]
    assert sorted(line.lstrip('"')[:2] for line in lines) == ["'+", "'-", "'=", "'@"]


def test_the_file_is_in_the_readers_language(make_world: Make) -> None:
    """Also the part that is written after the request has been answered."""
    desk = Desk(make_world(crowd(1)), language="nl")
    lines = desk.csv("/users/active/export")
    assert lines[0].startswith("Weergavenaam,Gebruikersnaam,")
    assert lines[1].endswith(',Toegestaan,Nooit,"10,0 GB"')


def test_a_products_users_have_their_paths(make_world: Make) -> None:
    """Only its holders."""
    world = make_world([*crowd(2), person(3)])
    lines = Desk(world).csv(f"/billing/licenses/{E3}/export")
    assert len(lines) == 3
    assert ",Assignment," in lines[0]
    assert ",Direct," in lines[1]


def test_plans_and_the_users_of_one(make_world: Make) -> None:
    """Before a plan runs and after; who is left out has the reason."""
    world = make_world([*crowd(3), person(4)])
    plan = world.propose(Unassign(E3), *(world.user(n) for n in (1, 2, 4)))
    desk = Desk(world)
    before = desk.csv(f"/plans/{plan}/export")
    world.apply(plan)
    after = desk.csv(f"/plans/{plan}/export")
    assert [line.split(",")[2] for line in before[1:]] == ["Ready", "Ready", "Skipped"]
    assert [line.split(",")[2] for line in after[1:]] == ["Done", "Done", "Skipped"]
    assert "Does not have this license. Nothing to do." in after[3]
    assert "R-" not in after[1].split(",")[0]
    listed = desk.csv("/plans/export")
    assert listed[1].startswith(f"P-{plan:04},Unassign Microsoft 365 E3,3,2,Applied,owner,")
    assert desk.get("/plans/99/export").status_code == 404


def test_deleted_users_and_the_journal(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Newest first in the journal, those first who go first among deleted users; over the edges of pages."""
    world = make_world(crowd(5))
    world.apply(world.propose(DeleteUser(), *(world.user(n) for n in (1, 2, 3))))
    desk = Desk(world)
    monkeypatch.setattr(exports, "PAGE", 2)
    gone = desk.csv("/users/deleted/export")
    assert [line.split(",")[0] for line in gone[1:]] == ["Persoon 00001", "Persoon 00002", "Persoon 00003"]
    rows = desk.csv("/audit/export")[1:]
    numbers = [int(line.split(",")[0]) for line in rows]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[-1] == 1
    assert numbers[0] == len(numbers)
    mine = desk.csv("/audit/export", user="p00002@contoso.example")[1:]
    assert {line.split(",")[4] for line in mine} == {"p00002@contoso.example"}


def test_statements_grow_with_pages_and_not_with_users(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the users in twice the pages cost at most twice the statements; in one page they cost the same."""
    world = make_world(crowd(40))
    desk = Desk(world)

    def statements(size: int) -> int:
        monkeypatch.setattr(exports, "PAGE", size)
        with watched(monkeypatch) as seen:
            desk.csv("/users/active/export")
        return seen.count()

    one, four = statements(40), statements(10)
    assert one < four <= one + 3 * 3


def test_lines_are_sent_while_the_list_is_read(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first part is there before the last page was asked for."""
    world = make_world(crowd(9))
    desk = Desk(world)
    asked: list[Any] = []
    page = exports.user_list.page
    monkeypatch.setattr(exports.user_list, "page", lambda *given: asked.append(given) or page(*given))
    monkeypatch.setattr(exports, "PAGE", 3)
    monkeypatch.setattr(exporting, "PAGE", 3)
    parts = iter(desk.get("/users/active/export").streaming_content)
    next(parts)
    assert not asked
    next(parts)
    assert len(asked) == 1
    list(parts)
