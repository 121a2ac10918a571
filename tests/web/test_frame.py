"""The frame: what kind of tenant this is and how old its facts are; and looking at the pages as another role."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from licentia.changes import advance, copying, operators
from licentia.domain.instants import DAY, SECOND
from licentia.domain.permissions import ROLE_CAPABILITIES, Role
from licentia.store import clock
from licentia.web.desk import SEEN_AS
from web_desk import Desk, words
from world_store import E3, OWNER, World, build_copy, crowd, digest, direct, person, user_file

if TYPE_CHECKING:
    from database import Store

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]


def frame(desk: Desk) -> str:
    """The words between the tenant's tag and the search."""
    return desk.text("/").partition("Skip to content")[2].partition("Search users")[0]


def test_a_local_tenant_shows_its_clock(make_world: Make) -> None:
    """Its facts are always fresh; its time is its own."""
    world = make_world(crowd(1))
    advance.set_clock(world.tenant, clock.tenant_now(world.tenant) + 40 * DAY, OWNER)
    shown = frame(Desk(world))
    assert " Local Contoso " in shown
    assert re.search(r"\w{3} \d+ \w{3} \d{4} \d\d:\d\d The tenant's own clock\.", shown)


@pytest.mark.parametrize(
    ("ago", "said", "dutch"),
    [
        (0, "File of this minute", "Bestand van deze minuut"),
        (61, "File of 1 minute ago", "Bestand van 1 minuut geleden"),
        (3 * 3600, "File of 3 hours ago", "Bestand van 3 uur geleden"),
        (12 * 86_400, "File of 12 days ago", "Bestand van 12 dagen geleden"),
    ],
)
def test_a_copy_says_how_old_its_file_is(store: Store, ago: int, said: str, dutch: str) -> None:
    """I-12: by the last file with users that was read into it."""
    world = build_copy(store, user_file([person(1, direct(E3))]))
    world.plant("UPDATE journal SET at = at - %(ago)s WHERE tenant_id = %(tenant)s", ago=ago * SECOND)
    shown = frame(Desk(world))
    assert " Copy " in shown
    assert said in shown
    assert dutch in Desk(world, language="nl").text("/")


def test_a_rehearsal_copy_says_so(make_world: Make) -> None:
    """With the tenant that it is a copy of."""
    world = make_world(crowd(2))
    copy = copying.copy_tenant(world.tenant, "Trial run", OWNER)
    desk = Desk(world)
    operators.grant(desk.name, copy, Role.GLOBAL, OWNER)
    assert desk.post("/tenant", tenant=str(copy)).status_code == 302
    shown = frame(desk)
    assert " Rehearsal Trial run " in shown
    assert "A rehearsal copy of Contoso" in shown


# ---- as another role


def see(world: World, own: Role, other: Role) -> Desk:
    """A desk that looks at the pages as another role."""
    desk = Desk(world, own)
    assert desk.post("/settings/preview", role=other.value)["Location"] == "/"
    return desk


def test_the_pages_are_those_of_the_role(make_world: Make) -> None:
    """The banner says so, controls are locked as for the role, one click ends it."""
    world = make_world(crowd(2))
    desk = see(world, Role.GLOBAL, Role.HELPDESK)
    shown = desk.text("/settings")
    assert "You see what a Helpdesk Administrator sees." in shown
    assert shown.count("Needs Global Administrator") >= 3
    assert desk.get(f"/billing/licenses/{E3}/assign").status_code == 403
    assert desk.post("/settings/preview/end")["Location"] == "/settings"
    assert "Needs Global Administrator" not in desk.text("/settings")
    assert desk.get(f"/billing/licenses/{E3}/assign").status_code == 200


@pytest.mark.parametrize("own", [Role.HELPDESK, Role.BILLING])
def test_it_only_lowers(make_world: Make, own: Role) -> None:
    """Nobody sees as Global Administrator what their own roles do not give."""
    world = make_world(crowd(1))
    desk = see(world, own, Role.GLOBAL)
    assert desk.get(f"/billing/licenses/{E3}/assign").status_code == 403
    assert "Needs Global Administrator" in desk.text("/settings")
    assert ROLE_CAPABILITIES[own] < ROLE_CAPABILITIES[Role.GLOBAL]


def test_nothing_is_changed_meanwhile(make_world: Make) -> None:
    """Every form is refused with the reason, also one that both roles may send."""
    world = make_world(crowd(2))
    desk = see(world, Role.GLOBAL, Role.LICENSE)
    before = digest(world.tenant)
    forms: list[tuple[str, dict[str, Any]]] = [
        (f"/billing/licenses/{E3}", {"do": "unassign", "shown": "1", "user": "1"}),
        ("/reclaim/save", {"name": "x", "kind": "blocked"}),
        ("/settings/look", {"theme": "dark", "density": "compact"}),
        ("/tenants/new/demo", {"users": "3", "name": "Mine"}),
    ]
    for address, fields in forms:
        answer = desk.post(address, **fields)
        assert answer.status_code == 409, address
        assert "You are looking at the pages as another role." in words(answer)
    assert digest(world.tenant) == before


def test_a_role_that_is_none_gives_nothing(make_world: Make) -> None:
    """Not by the form, not by a session that names one."""
    world = make_world(crowd(1))
    desk = Desk(world, Role.HELPDESK)
    assert desk.post("/settings/preview", role="emperor").status_code == 400
    session = desk.client.session
    session[SEEN_AS] = "emperor"
    session.save()
    assert "You see what" not in desk.text("/")
