"""Filters of Active users in a store: as a person would judge each user, in every combination, in pages and as a selection."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, pairwise

import pytest

from licentia.changes import advance, record, who
from licentia.changes.who import Who
from licentia.domain.facts import MailboxKind
from licentia.domain.instants import DAY
from licentia.domain.reasons import BadInput
from licentia.domain.userfilter import Listed, UserFilter, user_filter
from licentia.importing.rows import MailboxRow
from licentia.store import clock, sql
from licentia.store.lists import filtered, users
from licentia.store.lists.users import Query
from world_store import E3, E5, FLOW, World, by_group, crowd, direct, person, unknown, watched

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]


def found(world: World, **chosen: str) -> set[int]:
    """Numbers of the cast whom the list shows."""
    page = filtered.page(world.tenant, user_filter(chosen), clock.tenant_now(world.tenant), Query())
    return {int(one.principal_name[1:6]) for one in page.users}


@pytest.fixture
def world(make_world: Make) -> World:
    """A cast of whom each filter means somebody else."""
    now = clock.machine_now()
    old, lately = {"created_at": now - 400 * DAY}, now - DAY
    world = make_world(
        [
            person(1, direct(E3), last_sign_in_at=lately, **old),
            person(2, by_group(E3), last_sign_in_at=now - 100 * DAY, **old),
            person(3, (), **old),
            person(4, direct(E5), account_enabled=False, last_sign_in_at=lately, **old),
            person(5, direct(E3, FLOW), user_type="Guest", usage_location="", last_sign_in_at=lately, **old),
            person(6, (*direct(E5), *by_group(E3)), is_synced=True, last_sign_in_at=lately, **old),
            person(7, direct(E3), **old),
        ]
    )
    sql.execute(
        "UPDATE users SET sign_in_read_at = NULL WHERE tenant_id = %(tenant)s AND id = %(user)s",
        {"tenant": world.tenant, "user": world.user(7)},
    )
    return world


def test_each_filter_means_those_of_whom_it_is_known(world: World) -> None:
    """One by one."""
    assert found(world, product=E3) == {1, 2, 5, 6, 7}
    assert found(world, path="direct") == {1, 4, 5, 6, 7}
    assert found(world, path="group") == {2, 6}
    assert found(world, blocked="1") == {4}
    assert found(world, unlicensed="1") == {3}
    assert found(world, guest="1") == {5}
    assert found(world, nolocation="1") == {5}
    assert found(world, source="synced") == {6}
    assert found(world, source="cloud") == {1, 2, 3, 4, 5, 7}
    assert found(world, signin="90") == {2, 3}
    assert found(world, signin="never") == {3}
    assert found(world, signin="unknown") == {7}
    assert found(world, grace="1") == set()
    assert found(world, error="1") == set()
    assert found(world, selfservice="1") == set()


def test_a_path_is_that_of_the_product_that_is_asked(world: World) -> None:
    """Who has E3 by group and E5 directly has not E3 directly."""
    assert found(world, product=E3, path="direct") == {1, 5, 7}
    assert found(world, product=E3, path="group") == {2, 6}


@pytest.mark.parametrize("few", [0, 5_000])
def test_filters_together_mean_who_is_in_each(world: World, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    """Every pair, whether the name order is walked or those of a license are sorted."""
    monkeypatch.setattr(filtered, "FEW", few)
    every = {"product": E3, "unlicensed": "1", "blocked": "1", "signin": "90", "source": "cloud", "guest": "1"}
    every["q"] = "persoon"
    for one, two in combinations(every, 2):
        alone = found(world, **{one: every[one]}) & found(world, **{two: every[two]})
        assert found(world, **{one: every[one], two: every[two]}) == alone, (one, two)


def test_the_grace_period_is_that_of_a_mailbox(make_world: Make) -> None:
    """Who lost the license is in it; until it has ended."""
    boxed = MailboxRow(MailboxKind.USER, 1_000)
    world = make_world([person(1, direct(E3), mailbox=boxed), person(2, direct(E3), mailbox=boxed)])
    world.unassign(world.user(1))
    assert found(world, grace="1") == {1}
    advance.set_clock(world.tenant, clock.tenant_now(world.tenant) + 31 * DAY, world.actor)
    assert found(world, grace="1") == set()


def test_a_copy_knows_what_its_file_said(make_copy: Make) -> None:
    """A source that is not stated is neither; a path that is not stated is not direct; both are never guessed (I-7)."""
    world = make_copy([person(1, unknown(E3), is_synced=None)])
    for chosen in ({"source": "cloud"}, {"source": "synced"}, {"path": "direct"}, {"signin": "1"}, {"signin": "never"}):
        assert found(world, **chosen) == set(), chosen
    assert found(world, product=E3) == {1}


@pytest.mark.parametrize("few", [0, 5_000])
def test_pages_meet(make_world: Make, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    """Forward and back, each user once, in the order of the whole list."""
    monkeypatch.setattr(filtered, "FEW", few)
    world = make_world([*crowd(30), *(person(n, by_group(E3)) for n in range(31, 61))])
    wanted, now = user_filter({"product": E3, "path": "direct"}), clock.tenant_now(world.tenant)
    seen, pages, after = [], [], None
    while True:
        page = filtered.page(world.tenant, wanted, now, Query(top=7, after=after))
        seen += [one.id for one in page.users]
        pages.append(page)
        if page.next_key is None:
            break
        after = page.next_key
    assert seen == [world.user(n) for n in range(1, 31)]
    for last, page in pairwise(pages):
        assert page.previous_key is not None
        assert filtered.page(world.tenant, wanted, now, Query(top=7, before=page.previous_key)).users == last.users


def test_a_plan_of_a_list_is_for_exactly_its_users(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunk by chunk; with who was added, without who was left out, and nobody who is deleted."""
    monkeypatch.setattr(who, "CHUNK", 4)
    world = make_world([*crowd(20, by_group(E3)), *(person(n, direct(E3)) for n in range(21, 31))])
    listed = Listed(user_filter({"path": "direct"}), also=(world.user(1),), without=(world.user(25),))
    chosen = [one for chunk in who.chunks(world.tenant, Who("listed", listed.to_text()), None) for one in chunk]
    assert chosen == sorted(world.user(n) for n in (1, *range(21, 25), *range(26, 31)))
    assert filtered.count_up_to(world.tenant, listed.wanted, clock.tenant_now(world.tenant), 100) == 10
    assert filtered.count_up_to(world.tenant, listed.wanted, clock.tenant_now(world.tenant), 4) == 5
    shown = [world.user(n) for n in (1, 2, 21, 25)]
    assert filtered.among(world.tenant, listed, clock.tenant_now(world.tenant), shown) == {shown[0], shown[2]}


def test_a_search_selects_whom_it_lists(make_world: Make) -> None:
    """A word of any length, also of one letter."""
    world = make_world(crowd(30))
    now = clock.tenant_now(world.tenant)
    for words in ("0001", "p", "00007@", "nobody"):
        wanted = UserFilter(words)
        listed = {one.id for one in filtered.page(world.tenant, wanted, now, Query()).users}
        assert set(filtered.ids(world.tenant, Listed(wanted), now, 0, 100)) == listed, words
        assert filtered.count_up_to(world.tenant, wanted, now, 100) == len(listed)


def test_a_product_that_the_tenant_has_not_means_nobody(world: World) -> None:
    """Not everybody: neither in the list, nor in a selection."""
    wanted = UserFilter("", (("product", "00000000-0000-0000-0000-000000000000"),))
    now = clock.tenant_now(world.tenant)
    assert filtered.page(world.tenant, wanted, now, Query()).users == ()
    assert filtered.ids(world.tenant, Listed(wanted), now, 0, 10) == []
    assert filtered.count_up_to(world.tenant, wanted, now, 10) == 0


BAD = [
    ("product", "x"),
    ("product", "\x00"),
    ("signin", "0"),
    ("signin", "9" * 400),
    ("signin", "-1"),
    ("path", "both"),
]


@pytest.mark.parametrize(("name", "value"), [*BAD, ("signin", "²"), ("blocked", "yes"), ("source", "'; --")])
def test_a_value_that_a_filter_cannot_have_is_refused(name: str, value: str) -> None:
    """A list of everybody would be taken for the answer."""
    with pytest.raises(BadInput, match="bad_user_filter"):
        user_filter({name: value})


def test_a_selection_is_kept_as_text() -> None:
    """And is the same when it is read again."""
    listed = Listed(user_filter({"q": "a\x00b ", "signin": "007", "product": E3.upper()}), (1, 2), (3,))
    assert Listed.from_text(listed.to_text()) == listed
    assert listed.wanted == UserFilter("ab", (("product", E3), ("signin", "7")))


def test_rows_are_read_of_who_is_shown_only(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time, the product, who has it, the order, the rows: five statements at most, whatever is asked."""
    record.add_never(world.tenant, "user", world.user(1), "Emergency access", world.actor)
    for chosen in ({"blocked": "1"}, {"product": E3, "signin": "90", "q": "persoon"}, {"grace": "1", "error": "1"}):
        with watched(monkeypatch) as seen:
            found(world, **chosen)
        assert seen.count() <= 5, chosen


def test_rows_of_numbers_leave_out_who_is_deleted(world: World) -> None:
    """By name."""
    assert [one.id for one in users.of_ids(world.tenant, [world.user(2), world.user(1)])] == [
        world.user(1),
        world.user(2),
    ]
