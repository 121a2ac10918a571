"""What finders mean: which license of a user is found, beside what, and when nobody can say.

Values in, values out; how a whole tenant is asked is tested with the store.
"""

from __future__ import annotations

import json

import pytest

from domain.world import (
    ARCHIVING,
    AUDIO,
    CATALOG,
    E1,
    E3,
    E5,
    EMS,
    EXCHANGE_1,
    EXCHANGE_2,
    KIOSK,
    MAILBOX_2,
    NOVEL,
    OFFICE_GROUP,
    PHONE,
    PROJECT_3,
    STAFF_GROUP,
    STRANGER,
    SWAY,
    TEAMS,
    VISIO_2,
    bought,
    direct,
    novel_catalog,
    somehow,
    via,
    without,
)
from licentia.domain import rulebook
from licentia.domain.catalog import Catalog
from licentia.domain.facts import AssignmentState, Source
from licentia.domain.finders import (
    FINDERS,
    FinderKind,
    Finding,
    NotKnown,
    addons,
    findings,
    intent_of,
    overlaps,
    search,
)
from licentia.domain.intents import Unassign, UnassignAll
from licentia.domain.reasons import BadInput

POWER_BI_PRO = "f8a1db68-be16-40ed-86d5-cb42ce701560"
SKYPE = "0feaeb32-d00e-4d66-bd5a-43b5b83db82c"
NO_CALLS = frozenset({TEAMS, SKYPE})
ERROR = AssignmentState.ACTIVE_WITH_ERROR
ALL_OFF = frozenset(CATALOG.products[VISIO_2].plan_ids)


def found(kind: FinderKind, *sources: Source, sku: str | None = None, catalog: Catalog = CATALOG) -> set[Finding]:
    """What a finder says of a user."""
    return set(findings(search(kind, {} if sku is None else {"sku_id": sku}), sources, catalog))


# ---- the finders and their rules


@pytest.mark.parametrize(
    ("kind", "rule", "key"),
    [
        (FinderKind.BLOCKED, "R-145", "find_blocked"),
        (FinderKind.NEVER_SIGNED_IN, "R-146", "find_never_signed_in"),
        (FinderKind.INACTIVE, "R-147", "find_inactive"),
        (FinderKind.DUPLICATE, "R-148", "find_duplicate"),
        (FinderKind.OVERLAP, "R-149", "find_overlap"),
        (FinderKind.ADDON_WITHOUT_BASE, "R-150", "find_addon_without_base"),
        (FinderKind.NOTHING_ON, "R-151", "find_nothing_on"),
        (FinderKind.SHARED, "R-152", "find_shared"),
    ],
)
def test_a_finder_cites_its_rule(kind: FinderKind, rule: str, key: str) -> None:
    """I-10: each finder is a numbered sentence, in which only the days are filled in."""
    assert FINDERS[kind].rule == rule
    said = rulebook.load().by_id[rule]
    assert said.key == key
    for language in ("en", "nl"):
        assert "{" not in said.sentence(language).format(days=30)


def test_every_finder_is_in_the_table_and_can_miss_a_path() -> None:
    """R-155: a license of unknown path is never chosen by itself, so every finder counts it."""
    assert set(FINDERS) == set(FinderKind)
    assert all(NotKnown.PATH in finder.not_known for finder in FINDERS.values())
    assert rulebook.load().by_key["find_never_unknown"].id == "R-155"


# ---- searches


def test_a_search_has_the_usual_days_unless_told_otherwise() -> None:
    """30 for who never came, 90 for who stays away; others count none."""
    assert [search(kind, {}).days for kind in FinderKind] == [None, 30, 90, None, None, None, None, None]
    assert search("inactive", {"days": 7}).days == 7


@pytest.mark.parametrize("kind", list(FinderKind))
def test_a_search_survives_its_text(kind: FinderKind) -> None:
    """A plan keeps the text; read back it asks the same."""
    asked = search(kind, {"sku_id": E3})
    kept = json.loads(asked.to_text())
    assert search(kept["kind"], kept["params"]) == asked


def test_a_plan_leaves_unknown_paths_out() -> None:
    """R-155: asked to look at them, a search still puts nobody of unknown path into a plan."""
    asked = search("blocked", {"with_unknown_path": True})
    assert asked.with_unknown_path
    assert not asked.for_plan().with_unknown_path
    assert "with_unknown_path" not in asked.for_plan().params


@pytest.mark.parametrize(
    ("kind", "params", "code"),
    [("leavers", {}, "unknown_finder"), ("blocked", {"days": 3}, "finder_no_days")],
)
def test_what_is_no_search_is_refused(kind: str, params: dict[str, int], code: str) -> None:
    """A name that is none, and days where they say nothing."""
    with pytest.raises(BadInput) as bad:
        search(kind, params)
    assert bad.value.code == code


@pytest.mark.parametrize("kind", list(FinderKind))
def test_what_is_taken_back(kind: FinderKind) -> None:
    """A product that is named; else every direct license of an account nobody uses; else a product must be named."""
    assert intent_of(search(kind, {"sku_id": E3})) == Unassign(E3)
    if kind in (FinderKind.BLOCKED, FinderKind.NEVER_SIGNED_IN, FinderKind.INACTIVE, FinderKind.SHARED):
        assert intent_of(search(kind, {})) == UnassignAll()
    else:
        with pytest.raises(BadInput) as bad:
            intent_of(search(kind, {}))
        assert bad.value.code == "finder_needs_product"


# ---- duplicate


@pytest.mark.parametrize(
    ("sources", "groups"),
    [
        ((direct(E3),), set()),
        ((via(E3),), set()),
        ((direct(E3), via(E3)), {OFFICE_GROUP}),
        ((direct(E3), via(E3), via(E3, STAFF_GROUP)), {OFFICE_GROUP, STAFF_GROUP}),
        ((direct(E3), via(E5)), set()),
        ((direct(E3), via(E3, state=ERROR)), set()),
        ((direct(E3, state=ERROR), via(E3)), {OFFICE_GROUP}),
        ((direct(E3, state=AssignmentState.ERROR), via(E3)), set()),
        ((somehow(E3), via(E3)), set()),
        ((bought(E3), via(E3)), set()),
    ],
)
def test_duplicate(sources: tuple[Source, ...], groups: set[int]) -> None:
    """R-148: direct, and by a group whose license is without trouble."""
    assert found(FinderKind.DUPLICATE, *sources) == {Finding(E3, group_id=group) for group in groups}


# ---- overlap


@pytest.mark.parametrize(
    ("small", "large"),
    [
        (EXCHANGE_1, E3),
        (EXCHANGE_2, E3),
        (KIOSK, EXCHANGE_1),
        (EMS, E3),
        (EMS, E5),
        (POWER_BI_PRO, E5),
        (AUDIO, E5),
        (ARCHIVING, E3),
        (EXCHANGE_1, E1),
    ],
)
def test_a_product_is_wholly_in_another(small: str, large: str) -> None:
    """R-149: by the same plans, or a larger mailbox, drive or To Do plan; never the other way round."""
    pairs = {(pair.small, pair.large) for pair in overlaps(CATALOG, (small, large))}
    assert pairs == {(small, large)}


@pytest.mark.parametrize(
    ("small", "large"),
    [(EXCHANGE_2, E1), (E3, E5), (POWER_BI_PRO, E3), (VISIO_2, E5), (AUDIO, E3), (EXCHANGE_2, KIOSK)],
)
def test_a_product_that_has_something_of_its_own(small: str, large: str) -> None:
    """A larger mailbox than the other's, or a plan that nobody compared: no pair."""
    assert (small, large) not in {(pair.small, pair.large) for pair in overlaps(CATALOG, (small, large))}


def test_a_plan_that_nobody_classified_is_in_no_other() -> None:
    """I-7: a mailbox of unknown size is not said to be in a large one."""
    catalog = novel_catalog()
    assert overlaps(catalog, (NOVEL, E5)) == ()
    assert overlaps(catalog, (NOVEL, EXCHANGE_1)) == ()


def test_products_the_catalog_does_not_know_overlap_nothing() -> None:
    """They may hold anything."""
    assert overlaps(CATALOG, (STRANGER, E3)) == ()


@pytest.mark.parametrize(
    ("sources", "is_found"),
    [
        ((direct(EXCHANGE_1), direct(E3)), True),
        ((direct(EXCHANGE_1), via(E3)), True),
        ((direct(EXCHANGE_1), somehow(E3)), True),
        ((direct(EXCHANGE_1), via(E3, state=ERROR)), False),
        ((somehow(EXCHANGE_1), direct(E3)), False),
        ((direct(EXCHANGE_1), direct(E3, off=frozenset({SWAY}))), True),
        ((direct(EXCHANGE_1), direct(E3, off=frozenset({MAILBOX_2}))), False),
        ((direct(EXCHANGE_1), direct(E3, off=frozenset({MAILBOX_2})), via(E3)), True),
        ((direct(E3),), False),
    ],
)
def test_overlap(sources: tuple[Source, ...], is_found: bool) -> None:
    """R-149: the larger one held without trouble, with everything on that counts."""
    assert found(FinderKind.OVERLAP, *sources) == ({Finding(EXCHANGE_1, other_sku=E3)} if is_found else set())


# ---- add-on without its base


def test_an_addon_is_a_product_that_has_not_its_own_base() -> None:
    """R-150: E5 has Audio Conferencing and Teams, so it needs nothing else."""
    assert {addon.sku_id for addon in addons(CATALOG, (AUDIO, E5, E3, ARCHIVING, PHONE))} == {AUDIO, ARCHIVING, PHONE}


@pytest.mark.parametrize(
    ("sources", "is_found"),
    [
        ((direct(AUDIO),), True),
        ((direct(AUDIO), direct(E3)), False),
        ((direct(AUDIO), via(E1)), False),
        ((direct(AUDIO), somehow(E3)), False),
        ((direct(AUDIO), direct(E3, off=NO_CALLS)), True),
        ((direct(AUDIO), direct(E3, off=frozenset({TEAMS}))), False),
        ((direct(AUDIO), direct(E3, off=NO_CALLS), via(E3)), False),
        ((direct(AUDIO), direct(PROJECT_3)), True),
        ((direct(AUDIO), direct(STRANGER)), False),
        ((direct(AUDIO, off=frozenset(CATALOG.products[AUDIO].plan_ids)),), False),
        ((somehow(AUDIO),), False),
        ((via(AUDIO),), True),
    ],
)
def test_addon_without_base(sources: tuple[Source, ...], is_found: bool) -> None:
    """R-150: no plan that it needs is on; a product that nobody knows may have it."""
    skus = {finding.sku_id for finding in found(FinderKind.ADDON_WITHOUT_BASE, *sources)}
    assert skus == ({AUDIO} if is_found else set())


def test_a_plan_that_may_be_the_base_counts_as_one() -> None:
    """I-7: archiving beside a mailbox plan that nobody classified is not said to be without a mailbox."""
    sources = (direct(ARCHIVING), direct(NOVEL))
    assert found(FinderKind.ADDON_WITHOUT_BASE, *sources, catalog=novel_catalog()) == set()
    assert found(FinderKind.ADDON_WITHOUT_BASE, direct(ARCHIVING)) != set()


# ---- nothing switched on


@pytest.mark.parametrize(
    ("sources", "is_found"),
    [
        ((direct(VISIO_2),), False),
        ((direct(VISIO_2, off=ALL_OFF),), True),
        ((direct(VISIO_2, off=ALL_OFF - {min(ALL_OFF)}),), False),
        ((direct(VISIO_2, off=ALL_OFF | {SWAY}),), True),
        ((direct(VISIO_2, off=ALL_OFF), via(VISIO_2)), False),
        ((direct(VISIO_2, off=ALL_OFF), via(VISIO_2, off=ALL_OFF)), True),
        ((somehow(VISIO_2, off=ALL_OFF),), False),
        ((direct(STRANGER, off=ALL_OFF),), False),
    ],
)
def test_nothing_on(sources: tuple[Source, ...], is_found: bool) -> None:
    """R-151: over all its ways; of a product that nobody knows nobody can say."""
    assert found(FinderKind.NOTHING_ON, *sources) == ({Finding(VISIO_2)} if is_found else set())


def test_one_plan_on_is_something() -> None:
    """R-151: an E3 with only the mailbox on is in use."""
    assert found(FinderKind.NOTHING_ON, direct(E3, off=without(E3, MAILBOX_2))) == set()


# ---- for one product


@pytest.mark.parametrize("kind", [FinderKind.DUPLICATE, FinderKind.OVERLAP])
def test_a_search_for_one_product_sees_no_other(kind: FinderKind) -> None:
    """What is found is what would be taken back."""
    sources = (direct(E3), via(E3), direct(EXCHANGE_1), via(EXCHANGE_1))
    whole, one = found(kind, *sources), found(kind, *sources, sku=EXCHANGE_1)
    assert one == {finding for finding in whole if finding.sku_id == EXCHANGE_1} != set()


@pytest.mark.parametrize(
    "kind", [FinderKind.BLOCKED, FinderKind.NEVER_SIGNED_IN, FinderKind.INACTIVE, FinderKind.SHARED]
)
def test_a_finder_about_the_account_says_nothing_of_licenses(kind: FinderKind) -> None:
    """Every license of the user is meant."""
    assert found(kind, direct(E3), via(E3)) == set()
