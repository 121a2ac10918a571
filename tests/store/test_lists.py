"""Lists as people page through them: the same order on both databases, each user once, and search by any part."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from licentia.domain.facts import MailboxKind
from licentia.domain.intents import Unassign
from licentia.domain.reasons import BadInput
from licentia.importing.rows import MailboxRow
from licentia.odata.filters import parse_filter
from licentia.store.lists import audit, groups, never, products, selecting, users
from world_store import E3, E5, FLOW, World, by_group, crowd, direct, object_id, person, unknown

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]

NAMES = [
    "Anna van der Berg",
    "anna Van Der berg",
    "Åsa Öberg",
    "Asa Oberg",
    "Zoë de Wit",
    "Élise 't Hart",
    "Björn in 't Veld",
    "Łukasz Żak",
    "Noor El-Amrani",
    "O'Neill, Sean",
    "Wit",
    "de Wit",
    "Van",
    "Jan Jansen",
    "Jan Jansen",
    "Jan Jansen",
    "Ǆ Ж",
    "李 小龙",
    "😀 Smile",
    "100% Zeker_Weten",
    'Piet "Piraat" Kaap\\tein',
    "Straße Groß",
]
ORDER = [
    'Piet "Piraat" Kaap\\tein',
    "Anna van der Berg",
    "anna Van Der berg",
    "Noor El-Amrani",
    "Straße Groß",
    "Élise 't Hart",
    "Jan Jansen",
    "Jan Jansen",
    "Jan Jansen",
    "O'Neill, Sean",
    "Åsa Öberg",
    "Asa Oberg",
    "😀 Smile",
    "Van",
    "Björn in 't Veld",
    "Wit",
    "de Wit",
    "Zoë de Wit",
    "Łukasz Żak",
    "100% Zeker_Weten",
    "Ǆ Ж",
    "李 小龙",
]


def cast(make_world: Make) -> World:
    """Everybody of NAMES, numbered in that order."""
    return make_world([person(n, direct(E3), display_name=name) for n, name in enumerate(NAMES, start=1)])


def walk(world: World, query: users.Query) -> list[users.UserRow]:
    """All pages, one after the other."""
    found: list[users.UserRow] = []
    while True:
        page = users.page(world.tenant, query)
        found += page.users
        assert len(page.users) <= query.top
        if page.next_key is None:
            return found
        query = users.Query(query.search, query.product_id, query.node, page.next_key, query.top)


def hits(world: World, words: str) -> list[str]:
    """Display names of the users a search finds, in order."""
    return [user.display_name for user in walk(world, users.Query(search=words, top=3))]


# ---- pages


def test_pages_walk_everybody_once_in_one_order(make_world: Make) -> None:
    """Whatever the size of a page; equal names follow their numbers."""
    world = cast(make_world)
    for top in (1, 2, 3, 7, 22, 23, 500):
        found = walk(world, users.Query(top=top))
        assert sorted(user.id for user in found) == list(range(1, len(NAMES) + 1))
        keys = [(user.sort_key.encode(), user.id) for user in found]
        assert keys == sorted(keys)


def test_people_are_sorted_by_surname_without_particles(make_world: Make) -> None:
    """As a Dutch list has them, whatever marks and capitals; other scripts come after."""
    assert [user.display_name for user in users.page(cast(make_world).tenant, users.Query()).users] == ORDER


def test_a_page_knows_the_total_only_when_it_shows_all(make_world: Make) -> None:
    """Nothing is counted over a tenant."""
    world = cast(make_world)
    assert users.page(world.tenant, users.Query(top=500)).total == len(NAMES)
    assert users.page(world.tenant, users.Query(top=5)).total is None


def test_holders_of_a_product_are_listed_whatever_their_path(make_world: Make) -> None:
    """Each once, also who holds it twice; an assignment in error is not held."""
    world = make_world(
        [person(1, direct(E3) + by_group(E3)), person(2, by_group(E3)), person(3), person(4, unknown(E3))]
    )
    world.plant("UPDATE source SET state = 4 WHERE tenant_id = %(tenant)s AND user_id = 2")
    world.plant("UPDATE pool SET consumed = 2 WHERE tenant_id = %(tenant)s AND purchase_id = 0 AND consumed = 3")
    query = users.Query(product_id=world.product(E3), top=1)
    assert [user.id for user in walk(world, query)] == [1, 4]
    assert users.page(world.tenant, query).total == 2


@pytest.mark.parametrize("cap", [0, 1, 2, 500])
def test_rare_and_common_products_page_alike(make_world: Make, monkeypatch: pytest.MonkeyPatch, cap: int) -> None:
    """Above the cap the name order is walked, below it the holders are sorted: the same users in the same order."""
    monkeypatch.setattr(users, "FEW_HOLDERS", cap)
    world = cast(make_world)
    found = walk(world, users.Query(product_id=world.product(E3), top=4))
    assert [user.id for user in found] == [user.id for user in walk(world, users.Query(top=500))]


# ---- search


SEARCHES: list[tuple[str, list[str]]] = [
    ("berg", ["Anna van der Berg", "anna Van Der berg", "Åsa Öberg", "Asa Oberg"]),
    ("ÖBERG", ["Åsa Öberg", "Asa Oberg"]),
    ("jan jan", ["Jan Jansen"] * 3),
    ("żak", ["Łukasz Żak"]),
    ("lukasz", ["Łukasz Żak"]),
    ("strasse", ["Straße Groß"]),
    ("o'neill", ["O'Neill, Sean"]),
    ("'t hart", ["Élise 't Hart"]),
    ('"piraat"', ['Piet "Piraat" Kaap\\tein']),
    ("kaap\\tein", ['Piet "Piraat" Kaap\\tein']),
    ("100%", ["100% Zeker_Weten"]),
    ("r_weten", ["100% Zeker_Weten"]),
    ("%%%", []),
    ("___", []),
    ("el-amrani", ["Noor El-Amrani"]),
    ("anna OR jan", []),
    ("NEAR(anna jan)", []),
    ("anna*", []),
    ("^anna", []),
    ("search_key:anna", []),
    ("NOT", []),
    ("{anna}", []),
    ("p00004@", ["Asa Oberg"]),
    ("😀 s", ["😀 Smile"]),
    ("  berg  ", ["Anna van der Berg", "anna Van Der berg", "Åsa Öberg", "Asa Oberg"]),
    ("nobody at all", []),
]
SHORT: list[tuple[str, list[str]]] = [
    ("be", ["Anna van der Berg", "anna Van Der berg"]),
    ("b", ["Anna van der Berg", "anna Van Der berg"]),
    ("Ž", ["Łukasz Żak", "100% Zeker_Weten"]),
    ("李", []),
    ("小", ["李 小龙"]),
    ("%", []),
    ("_", []),
    ("'", []),
    ("q", []),
]


@pytest.mark.parametrize("cap", [0, 500])
def test_three_letters_are_found_anywhere(make_world: Make, monkeypatch: pytest.MonkeyPatch, cap: int) -> None:
    """In the name or the user name, without marks and capitals; signs mean themselves. Above the cap as below it."""
    monkeypatch.setattr(users, "SEARCH_CAP", cap)
    world = cast(make_world)
    assert [(words, hits(world, words)) for words, _ in SEARCHES] == SEARCHES


def test_fewer_letters_are_found_at_the_start_of_the_sorted_name(make_world: Make) -> None:
    """One or two letters begin the surname."""
    world = cast(make_world)
    assert [(words, hits(world, words)) for words, _ in SHORT] == SHORT


@pytest.mark.parametrize("cap", [0, 500])
@pytest.mark.parametrize("search", ["", "persoon"])
def test_pages_backwards_are_the_pages_forwards(
    make_world: Make, monkeypatch: pytest.MonkeyPatch, cap: int, search: str
) -> None:
    """From the last page back to the first, walked or sorted: the same users, and no page before the first."""
    monkeypatch.setattr(users, "SEARCH_CAP", cap)
    world = make_world(crowd(12))
    there, after = [], None
    while not there or after is not None:
        there.append(users.page(world.tenant, users.Query(search, after=after, top=5)))
        after = there[-1].next_key
    assert [page.previous_key is None for page in there] == [True, False, False]
    back = [there[-1]]
    while back[-1].previous_key is not None:
        back.append(users.page(world.tenant, users.Query(search, before=back[-1].previous_key, top=5)))
    assert [page.users for page in reversed(back)] == [page.users for page in there]
    assert all(page.next_key is not None for page in back[1:])


def test_more_hits_than_the_cap_are_not_counted(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page says "more than"; at the cap itself the total is exact."""
    world = make_world(crowd(12))
    monkeypatch.setattr(users, "SEARCH_CAP", 12)
    page = users.page(world.tenant, users.Query(search="persoon", top=5))
    assert (page.total, page.more_than) == (12, None)
    monkeypatch.setattr(users, "SEARCH_CAP", 11)
    page = users.page(world.tenant, users.Query(search="persoon", top=5))
    assert (page.total, page.more_than) == (None, 11)
    assert len(walk(world, users.Query(search="persoon", top=5))) == 12


def test_a_search_stays_in_its_tenant(make_world: Make) -> None:
    """The twin has the same names."""
    world = cast(make_world)
    assert len(hits(world, "p000")) == len(NAMES)


def test_a_search_and_a_product_together(make_world: Make) -> None:
    """Both hold."""
    world = make_world([person(1, direct(E3)), person(2, direct(FLOW)), person(3, direct(E3))])
    query = users.Query(search="persoon", product_id=world.product(E3))
    assert [user.id for user in users.page(world.tenant, query).users] == [1, 3]


# ---- filters


def people(make_world: Make) -> World:
    """Users of whom different things are known."""
    return make_world(
        [
            person(1, direct(E3), department="Élan", usage_location="NL"),
            person(2, by_group(E3), department="Sales_1", usage_location="BE", account_enabled=False),
            person(3, direct(E5), department="", usage_location="", user_type="Guest"),
            person(4, (), department="100%", display_name="Élise O'Hara", upn="Élise@contoso.example"),
            person(5, unknown(E3) + direct(FLOW), department="sales", is_synced=True, account_enabled=None),
        ]
    )


FILTERS = [
    ("department eq 'Élan'", [1]),
    ("department eq 'SALES'", [5]),
    ("department eq null", [3]),
    ("not (department eq null)", [1, 2, 4, 5]),
    ("usageLocation eq null", [3]),
    ("usageLocation in ('NL', 'be')", [1, 2, 4, 5]),
    ("userType eq 'Guest'", [3]),
    ("accountEnabled eq true", [1, 3, 4]),
    ("accountEnabled eq false", [2]),
    ("not (accountEnabled eq true)", [2]),
    ("onPremisesSyncEnabled eq true", [5]),
    ("onPremisesSyncEnabled eq false", []),
    ("onPremisesSyncEnabled eq null", [1, 2, 3, 4]),
    ("not (onPremisesSyncEnabled eq null)", [5]),
    ("accountEnabled eq null", [5]),
    ("accountEnabled in (null, false)", [2, 5]),
    ("createdDateTime eq null", []),
    ("startsWith(department, 'Sales')", [2, 5]),
    ("startsWith(department, 'sales_')", [2]),
    ("startsWith(department, '100%')", [4]),
    ("startsWith(department, '%')", []),
    ("startsWith(displayName, 'Élise O''')", [4]),
    ("displayName eq 'Élise O''Hara'", [4]),
    ("startsWith(userPrincipalName, 'ÉLISE')", [4]),
    ("userPrincipalName eq 'élise@CONTOSO.example'", [4]),
    (f"id eq '{object_id(2).upper()}'", [2]),
    ("createdDateTime eq 2020-09-13T12:26:40Z", [1, 2, 3, 4, 5]),
    ("assignedLicenses/any()", [1, 2, 3, 5]),
    ("not assignedLicenses/any()", [4]),
    (f"assignedLicenses/any(x:x/skuId eq {E3})", [1, 2, 5]),
    (f"assignedLicenses/any(x:x/skuId in ({E5}, {FLOW}))", [3, 5]),
    (f"assignedLicenses/any(x:x/skuId eq {E3}) and not assignedLicenses/any(x:x/skuId eq {FLOW})", [1, 2]),
    ("department eq null or accountEnabled eq false", [2, 3]),
    ("(department eq null or accountEnabled eq false) and userType eq 'Guest'", [3]),
]


def test_a_filter_means_these_users(make_world: Make) -> None:
    """What is not known matches neither a value nor its negation; `eq null` is known to be empty, or, of a switch or a
    date, not stated."""
    world = people(make_world)
    nodes = {text: parse_filter(text) for text, _ in FILTERS}
    assert [(text, selecting.matching(world.tenant, node, 0, 100)) for text, node in nodes.items()] == FILTERS
    pages = [(text, walk(world, users.Query(node=node, top=2))) for text, node in nodes.items()]
    assert [(text, sorted(user.id for user in found)) for text, found in pages] == FILTERS


BAD_FILTERS = [
    ("shoeSize eq 1", "unknown_property"),
    ("startsWith(id, 'x')", "unknown_property"),
    ("accountEnabled eq 'yes'", "wrong_filter_value"),
    ("department eq 1", "wrong_filter_value"),
    ("userPrincipalName eq null", "wrong_filter_value"),
    ("createdDateTime eq 'now'", "wrong_filter_value"),
    ("provisionedPlans/any()", "unknown_property"),
    (f"assignedLicenses/any(x:x/disabledPlans eq {E3})", "unknown_property"),
    ("assignedLicenses/any(x:not x/skuId eq 'a')", "wrong_filter_value"),
]


def test_a_filter_on_what_nobody_keeps_is_refused(make_world: Make) -> None:
    """By name, before the database is asked."""
    world = people(make_world)
    for text, code in BAD_FILTERS:
        with pytest.raises(BadInput) as refused:
            selecting.matching(world.tenant, parse_filter(text), 0, 100)
        assert (text, refused.value.code) == (text, code)


def test_a_selection_goes_chunk_by_chunk(make_world: Make) -> None:
    """Each user once, in order of number."""
    world = people(make_world)
    node = parse_filter("assignedLicenses/any()")
    assert selecting.matching(world.tenant, node, 0, 2) == [1, 2]
    assert selecting.matching(world.tenant, node, 2, 2) == [3, 5]
    assert selecting.direct_holders(world.tenant, world.product(E3), 0, 9) == [1]
    assert selecting.count_holders_otherwise(world.tenant, world.product(E3)) == {2: 1, 4: 1}


def test_users_are_found_by_their_names_and_ids(make_world: Make) -> None:
    """Case folded; those that do not exist are not in the answer."""
    world = people(make_world)
    keys = ["élise@contoso.example", object_id(2), "nobody@contoso.example"]
    assert selecting.by_names(world.tenant, keys) == {"élise@contoso.example": 4, object_id(2): 2}
    found = users.find(world.tenant, object_id(2))
    assert found is not None
    assert found.id == 2
    assert users.find(world.tenant, "nobody") is None
    assert users.close_names(world.tenant, "p0000x") == [f"p0000{n}@contoso.example" for n in (1, 2, 3)]


# ---- one user, products, audit


def test_a_user_whole(make_world: Make) -> None:
    """Facts, sources in order, and why nothing may be taken; a mailbox nobody read is not there."""
    world = make_world(
        [person(1, direct(E3) + by_group(E3), mailbox=None), person(2, mailbox=MailboxRow(MailboxKind.SHARED))]
    )
    detail = users.detail(world.tenant, 1)
    assert (detail.mailbox, detail.clocks, detail.never_reason) == (None, (), None)
    shared = users.detail(world.tenant, 2).mailbox
    assert shared is not None
    assert shared[:4] == ("shared", None, None, None)
    assert [(row[1], row[2]) for row in users.sources(world.tenant, [1, 2])] == [(E3, 1), (E3, 2)]


def test_products_with_their_seats(make_world: Make) -> None:
    """Kept counters; an unknown size is None."""
    world = make_world([person(1, direct(E3)), person(2, by_group(E3))], seats={E3: 5, FLOW: None})
    found = {row.sku_id: (row.capacity, row.consumed) for row in products.every(world.tenant)}
    assert (found[E3], found[FLOW]) == ((5, 2), (None, 0))
    assert products.paths(world.tenant, world.product(E3)) == {1: 1, 2: 1}


def test_the_audit_list_goes_back_in_time(make_world: Make) -> None:
    """Newest first, by user or by plan, a page at a time; each row says who, when, by which door."""
    world = make_world(crowd(5))
    plan = world.unassign()
    world.undo(plan, 2)
    rows = audit.newest(world.tenant, 100)
    assert [row.seq for row in rows] == list(range(rows[0].seq, 0, -1))
    assert audit.newest(world.tenant, 3, before=rows[2].seq) == rows[3:6]
    mine = audit.newest(world.tenant, 9, user_id=2)
    assert [row.kind for row in mine] == ["license.assign", "license.unassign"]
    assert {(row.actor_name, row.door, row.object_name) for row in mine} == {
        ("owner", "apply", "p00002@contoso.example")
    }
    kinds = [row.kind for row in audit.newest(world.tenant, 9, plan_id=plan)]
    assert kinds == ["plan.finish", *["license.unassign"] * 5, "plan.apply", "plan.propose"]
    receipt = audit.receipt(world.tenant, plan, 0, 3)
    rest = audit.receipt(world.tenant, plan, receipt[-1].seq, 3)
    assert [row.object_id for row in receipt + rest] == [1, 2, 3, 4, 5]


def test_the_never_list_names_users_and_groups(make_world: Make) -> None:
    """Users first; a group is found by its name."""
    from licentia.changes import record

    world = make_world([person(1, by_group(E3))])
    group = groups.find(world.tenant, "Alle medewerkers").id
    record.add_never(world.tenant, "group", group, "Board", world.actor)
    record.add_never(world.tenant, "user", 1, "Emergency", world.actor)
    assert [(row.object_kind, row.name) for row in never.every(world.tenant)] == [
        ("user", "p00001@contoso.example"),
        ("group", "Alle medewerkers"),
    ]
    assert users.detail(world.tenant, 1).never_reason == "Board"
    assert world.steps(world.propose(Unassign(E3), 1)) == {1: ("refused", "inherited")}
