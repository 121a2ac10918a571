"""Active users: filters in the address, a selection made of them, columns and views of an operator, as forms without a script."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from html import unescape
from urllib.parse import quote, urlencode

import pytest

from licentia.domain.intents import Block, to_text
from licentia.domain.permissions import Role
from licentia.web import selection
from licentia.words.user_list import COLUMNS, USUAL
from web_desk import Desk
from world_store import E3, E5, World, by_group, crowd, direct, person, watched

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]
LIST = "/users/active"


@pytest.fixture
def world(make_world: Make) -> World:
    """Sixty with E3 directly, of whom the last two are blocked; twelve through the group, ten of them guests."""
    people = crowd(58) + [person(n, direct(E3), account_enabled=False) for n in (59, 60)]
    return make_world(
        [*people, *(person(n, by_group(E3), user_type="Guest" if n > 62 else "Member") for n in range(61, 73))]
    )


def names(page: str) -> list[str]:
    """Who is listed."""
    return re.findall(r'<span class="sm">(p\d+)@', page)


def chosen(page: str) -> list[str]:
    """Whose box is checked."""
    return re.findall(r'aria-label="Select Persoon (\d+)" checked', page)


def press(desk: Desk, act: str, place: str = "", shown: tuple[int, ...] = (), users: tuple[int, ...] = ()) -> str:
    """Where a button of the list's form leads."""
    answer = desk.client.post(f"{LIST}/selection", {"do": act, "place": place, "shown": shown, "user": users})
    assert answer.status_code == 302, answer.content
    return str(answer["Location"])


# ---- filters


def test_filters_are_chips_that_can_be_taken_away(world: World) -> None:
    """One by one, or all; with the search too."""
    desk = Desk(world)
    page = desk.source(f"{LIST}?guest=1&path=group&q=persoon")
    assert len(names(page)) == 10
    assert 'aria-label="Remove filter Guest"' in page
    rest = re.search(r'href="([^"]*)" aria-label="Remove filter Guest"', page)
    assert rest
    assert rest[1] == f"{LIST}?q=persoon&amp;path=group"
    assert len(names(desk.source(rest[1].replace("&amp;", "&")))) == 12
    assert f'<a class="btn q s" href="{LIST}">Clear filters</a>' in page


@pytest.mark.parametrize(
    ("language", "said"), [("en", "No users match. Clear filters"), ("nl", "Geen gebruikers gevonden. Filters wissen")]
)
def test_nobody_matches(world: World, language: str, said: str) -> None:
    """The way out is beside it."""
    assert said in Desk(world, language=language).text(LIST, blocked="1", guest="1")


def test_pages_keep_the_filters(world: World) -> None:
    """Fifty of sixty, then the other ten."""
    desk = Desk(world)
    first = desk.source(f"{LIST}?path=direct&product={E3}")
    assert "1 to 50 of 60" in first
    further = re.findall(r'value="go:([^"]*)"', first)[-1].replace("&amp;", "&")
    second = desk.source(LIST + further)
    assert "51 to 60 of 60" in second
    assert len(names(second)) == 10


BAD = ["product=x", "product=%00", "signin=" + "9" * 500, "signin=0", "path=both", "blocked=2", "source=%27%3B--"]


@pytest.mark.parametrize("bad", [*BAD, f"product={E5}", "guest=1&guest=%00", "signin=%C2%B2", "guest=%ff"])
def test_a_filter_that_cannot_be_is_a_sentence(world: World, bad: str) -> None:
    """Never a list of everybody, never an error of ours; the export says the same."""
    desk = Desk(world)
    for address in (f"{LIST}?{bad}", f"{LIST}/export?{bad}"):
        answer = desk.get(address)
        assert answer.status_code == (404 if E5 in bad else 400)
        assert re.search("can't be|does not have", unescape(answer.content.decode()))


@pytest.mark.parametrize(
    "odd", ["guest=0&guest=1", "guest=1&guest=1", "q=%00&guest=1", "nothing=1&guest=1", "view=%00&guest=1"]
)
def test_an_address_with_too_much_in_it_is_read(world: World, odd: str) -> None:
    """The last of a name counts, and names that are none say nothing."""
    assert len(names(Desk(world).source(f"{LIST}?{odd}"))) == 10


def test_who_is_not_known_is_said(world: World) -> None:
    """The list of those who did not sign in leaves them out."""
    said = "Users whose last sign-in is not known are not in this list."
    desk = Desk(world)
    assert said in desk.text(LIST, signin="90")
    assert said not in desk.text(LIST, blocked="1")


def test_the_export_is_the_filtered_list(world: World) -> None:
    """With the columns that are shown."""
    desk = Desk(world)
    desk.post(f"{LIST}/columns", column=["licenses", "department", "cost"])
    lines = list(csv.reader(desk.csv(f"{LIST}/export", guest="1", q="persoon")))
    assert len(lines) == 11
    assert lines[0][-2:] == ["Department", "Cost per month"]
    assert lines[1][-2:] == ["Kantoor", "Not known"]


# ---- a selection made of a filter


def test_select_all_selects_who_is_found(world: World) -> None:
    """Each of them, over pages, searches and other filters."""
    desk = Desk(world)
    assert "Select all 10" in desk.source(LIST, guest="1")
    assert press(desk, "all", "guest=1") == f"{LIST}?guest=1"
    assert chosen(desk.source(f"{LIST}?path=group")) == [f"{n:05d}" for n in range(63, 73)]
    assert "10 selected" in desk.source(LIST)
    assert "10 users: Persoon 00063" in desk.text(f"{LIST}/manage")


def test_more_than_are_kept_one_by_one_are_selected_as_the_filter(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With who was added and left out since; the plan is for exactly these."""
    monkeypatch.setattr(selection, "MOST", 5)
    desk = Desk(world)
    press(desk, "all", "guest=1")
    out, extra = world.user(63), world.user(1)
    press(desk, "mark", shown=(out, extra), users=(extra,))
    page = desk.source(LIST)
    assert "10 selected" in page
    assert chosen(page) == ["00001"]
    assert chosen(desk.source(LIST, guest="1")) == [f"{n:05d}" for n in range(64, 73)]
    assert "10 users: Persoon 00001, Persoon 00064" in desk.text(f"{LIST}/manage")
    made = desk.post(f"{LIST}/manage", how="all")["Location"]
    assert made == "/plans/1"
    assert world.header(1)["users"] == 10
    assert "Unassign all products" in desk.text(made)
    assert press(desk, "clear") == LIST
    assert "selected" not in desk.text(LIST).partition("Keep selection")[0]


def test_a_filter_needs_a_choice_before_it_is_a_plan(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pane says what is missing."""
    monkeypatch.setattr(selection, "MOST", 5)
    desk = Desk(world)
    press(desk, "all", "guest=1")
    assert "Choose a product first." in desk.post(f"{LIST}/manage", how="more").content.decode()
    assert "Open as plan" in desk.source(f"{LIST}/manage")


def test_select_all_of_an_address_that_cannot_be_selects_nobody(world: World) -> None:
    """Not everybody."""
    desk = Desk(world)
    assert desk.post(f"{LIST}/selection", do="all", place="path=both").status_code == 400
    assert "selected" not in desk.text(LIST).partition("Keep selection")[0]


def test_sign_in_is_blocked_by_a_plan(world: World) -> None:
    """More options: the draft shows it first; who may not, gets no plan."""
    desk = Desk(world)
    press(desk, "all", "guest=1")
    assert press(desk, "block") == "/plans/1"
    assert world.header(1)["intent"] == to_text(Block())
    assert world.header(1)["ready"] == 10
    assert press(desk, "unblock") == "/plans/2"
    reader = Desk(world, Role.GLOBAL_READER)
    press(reader, "all", "guest=1")
    assert reader.post(f"{LIST}/selection", do="block").status_code == 403
    assert "Delete user" not in desk.text(LIST)


# ---- columns and views


def test_columns_are_chosen_and_kept(world: World) -> None:
    """By operator and tenant; the usual ones come back."""
    desk = Desk(world)
    assert headings(desk) == ["Display name", "Licenses", "Last sign-in", "Mailbox"]
    desk.post(f"{LIST}/columns", column=["cost", "department", "nonsense", "licenses"])
    assert headings(desk) == ["Display name", "Licenses", "Department", "Cost per month"]
    assert headings(Desk(world, Role.GLOBAL_READER)) == ["Display name", "Licenses", "Last sign-in", "Mailbox"]
    desk.post(f"{LIST}/columns", do="usual")
    assert headings(desk) == ["Display name", "Licenses", "Last sign-in", "Mailbox"]
    desk.post(f"{LIST}/columns")
    assert headings(desk) == ["Display name"]


def headings(desk: Desk, **query: str) -> list[str]:
    """Names of the columns."""
    return re.findall(r'<th role="columnheader"[^>]*>([^<]*)</th>', desk.source(LIST, **query))


def test_what_nobody_has_read_says_so(make_copy: Make) -> None:
    """In every column: not none, not never, not nothing."""
    desk = Desk(
        make_copy(
            [person(1, direct(E3), mailbox=None, drive=None, usage_location=None, department=None, created_at=None)]
        )
    )
    desk.post(f"{LIST}/columns", column=[*COLUMNS])
    row = desk.source(LIST).partition("<tbody")[2].partition("</tbody")[0]
    cells = dict(re.findall(r'data-l="([^"]*)">(?:<span class="mb">)?([^<]*)', row))
    unknown = ("Mailbox", "OneDrive", "Usage location", "Department", "Manager", "Synced", "Created", "Used in 30 days")
    assert {cells[name] for name in (*unknown, "Cost per month")} == {"Not known"}
    assert cells["Assignment"] == "Direct"


def test_all_columns_cost_the_statements_of_the_usual_ones(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is chosen, and filtered by one or all."""
    desk, counts = Desk(world), []
    for columns in ([*USUAL], [*COLUMNS]):
        desk.post(f"{LIST}/columns", column=columns)
        with watched(monkeypatch) as seen:
            desk.source(f"{LIST}?path=direct")
        counts.append(seen.count())
    assert counts[0] == counts[1]


def test_a_view_is_saved_opened_and_removed(world: World) -> None:
    """Its filters are in its address, its columns come with it; others don't see it."""
    desk = Desk(world)
    desk.post(f"{LIST}/columns", column=["department"])
    saved = desk.post(f"{LIST}/views", name="  Guests of  us ", place="guest=1&first=51")["Location"]
    assert saved == f"{LIST}?{urlencode({'guest': '1', 'first': '51', 'view': 'Guests of us'})}"
    desk.post(f"{LIST}/columns", do="usual")
    page = desk.source(LIST)
    link = re.search(r'<a class="chip" href="([^"]*)">Guests of us</a>', page)
    assert link
    assert link[1] == f"{LIST}?view=Guests+of+us&amp;guest=1"
    opened = desk.source(link[1].replace("&amp;", "&"))
    assert len(names(opened)) == 10
    assert 'aria-current="true">Guests of us</a>' in opened
    assert headings(desk, view="Guests of us") == ["Display name", "Department"]
    assert "Guests of us" not in Desk(world, Role.GLOBAL_READER).source(LIST)
    assert 'aria-label="Remove view Guests of us"' in page
    desk.post(f"{LIST}/views/forget", name="Guests of us")
    assert "Guests of us" not in desk.source(LIST)


@pytest.mark.parametrize("name", ["", " \x00 ", "n" * 61])
def test_a_view_needs_a_name(world: World, name: str) -> None:
    """Of 1 to 60 characters."""
    answer = Desk(world).post(f"{LIST}/views", name=name)
    assert answer.status_code == 400
    assert "1 to 60 characters" in answer.content.decode()


def test_the_pane_keeps_the_list(world: World) -> None:
    """Filters stay while panes open and close."""
    desk = Desk(world)
    listed = desk.source(LIST, guest="1", q="persoon")
    opened = re.search(r'<a href="(/users/active/[^"]*)"', listed)
    assert opened
    pane = desk.source(opened[1].replace("&amp;", "&"))
    assert len(names(pane)) == 10
    assert f'href="{LIST}?guest=1&amp;q=persoon"' in pane or f'href="{LIST}?q=persoon&amp;guest=1"' in pane
    assert quote("persoon") in opened[1]
