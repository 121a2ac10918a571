"""What group processing makes of a user: given, not given, kept in error, taken; and who may change a group.

Every row of the error table and every statement on group licensing that concerns one user, with plain values.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import world as w
from licentia.domain import rulebook
from licentia.domain.catalog import Catalog
from licentia.domain.facts import (
    UNKNOWN,
    AssignmentError,
    AssignmentState,
    Pool,
    Source,
    SourceKind,
    TenantFacts,
    UserFacts,
)
from licentia.domain.group_facts import (
    GroupFacts,
    GroupKind,
    elsewhere,
    may_change,
    may_change_members,
    may_delete,
    may_have_licenses,
    processing,
    refusal,
    returns_after_deletion,
)
from licentia.domain.groups import check_licenses, follow, missing_prerequisite, needed_seats
from licentia.domain.intents import ChangeMembers, Reprocess, SetGroupLicenses
from licentia.domain.planning import Verdict, seats
from licentia.domain.reasons import Outcome, Reason, Refused

ACTIVE, TROUBLED = AssignmentState.ACTIVE, AssignmentState.ACTIVE_WITH_ERROR
OFF, ERROR, REMEMBERED = AssignmentState.DISABLED, AssignmentState.ERROR, AssignmentState.REMEMBERED
ONE, TWO, THREE = 11, 12, 13
NONE: frozenset[str] = frozenset()
SWAY = frozenset({w.SWAY})
MAIL = w.MAILBOX_2
MCOEV = "4828c8ec-dc2e-4779-b502-87ac9ce28ab7"
PSTN_1, PSTN_2 = "4ed3ff63-69d7-4fb7-b984-5aec7f605ca8", "5a10155d-f5c1-411a-a8ec-e99aae125390"
ARCHIVE = "176a09a6-7ec5-4039-ac02-b2791c6ba793"


def tenant(company: frozenset[str] = NONE, **licenses: tuple[str | tuple[str, frozenset[str]], ...]) -> TenantFacts:
    """A tenant whose groups one, two, three give these products, each with everything on or (product, plans off)."""
    numbers = {"one": ONE, "two": TWO, "three": THREE}
    given = {
        numbers[name]: tuple(item if isinstance(item, tuple) else (item, NONE) for item in items)
        for name, items in licenses.items()
    }
    return replace(w.COMMERCIAL, group_licenses=given, company_products=company)


def member(*sources: Source, of: tuple[int, ...] = (ONE,), **facts: object) -> UserFacts:
    """Somebody in these groups."""
    return w.person(*sources, groups=of, **facts)


def by(
    sku: str, group: int = ONE, off: frozenset[str] = NONE, state: AssignmentState = ACTIVE, error: str | None = None
) -> Source:
    """From a group, with an error where there is one."""
    return Source(sku, SourceKind.GROUP, group, off, state, error)


def wrong(sku: str, error: str, group: int = ONE, off: frozenset[str] = NONE) -> Source:
    """The intent of a group that could not be followed."""
    return by(sku, group, off, ERROR, error)


def stale(sku: str, group: int = ONE, off: frozenset[str] = NONE, error: str = "DependencyViolation") -> Source:
    """Held although the last change failed."""
    return by(sku, group, off, TROUBLED, error)


def from_groups(facts: UserFacts, verdict: Verdict) -> tuple[Source, ...]:
    """The user's group sources once the verdict is applied."""
    return tuple(s for s in w.after(facts, verdict).sources if s.kind is SourceKind.GROUP)


def moved(verdict: Verdict) -> dict[str, int]:
    """Seats by product, where one moves."""
    return {change.key[0]: change.seat for change in verdict.changes if change.seat}


E3_ONLY = tenant(one=(w.E3,))
BOTH_E3 = tenant(one=(w.E3,), two=(w.E3,))
CALLING = tenant(one=(w.PHONE, w.CALLING_1), two=(w.PHONE, w.CALLING_2))


@pytest.mark.parametrize(
    ("facts", "where", "after", "seat"),
    [
        pytest.param(member(), E3_ONLY, (by(w.E3),), {w.E3: 1}, id="a new member gets it and takes a seat"),
        pytest.param(member(w.direct(w.E3)), E3_ONLY, (by(w.E3),), {}, id="beside direct: two sources, one seat"),
        pytest.param(member(w.somehow(w.E3)), E3_ONLY, (by(w.E3),), {}, id="beside an unknown path: one seat"),
        pytest.param(
            member(w.bought(w.PLANNER_1)),
            tenant(one=(w.PLANNER_1,)),
            (by(w.PLANNER_1),),
            {w.PLANNER_1: 1},
            id="beside a purchase: that has a seat of its own",
        ),
        pytest.param(
            member(of=(ONE, TWO)), BOTH_E3, (by(w.E3, ONE), by(w.E3, TWO)), {w.E3: 1}, id="two groups, one seat"
        ),
        pytest.param(
            member(of=(ONE, TWO)),
            tenant(one=((w.E3, SWAY),), two=(w.E3,)),
            (by(w.E3, ONE, SWAY), by(w.E3, TWO)),
            {w.E3: 1},
            id="overlapping plans, one seat",
        ),
        pytest.param(member(by(w.E3), of=()), E3_ONLY, (), {w.E3: -1}, id="left the group: gone, seat freed"),
        pytest.param(
            member(by(w.E3), by(w.E3, TWO), of=(TWO,)), BOTH_E3, (by(w.E3, TWO),), {}, id="left one of two groups"
        ),
        pytest.param(member(by(w.E3), w.direct(w.E3), of=()), E3_ONLY, (), {}, id="left, and has it directly"),
        pytest.param(member(by(w.E3), of=(ONE,)), tenant(one=()), (), {w.E3: -1}, id="the group gives it no more"),
        pytest.param(member(wrong(w.E3, "CountViolation"), of=()), E3_ONLY, (), {}, id="left in error: no seat moves"),
        pytest.param(
            member(by(w.E3)),
            tenant(one=((w.E3, SWAY),)),
            (by(w.E3, off=SWAY),),
            {},
            id="other plans off: no seat moves",
        ),
        pytest.param(
            member(by(w.E3, off=SWAY)), E3_ONLY, (by(w.E3),), {}, id="plans on again, as after an update of the product"
        ),
        pytest.param(
            member(by(w.E3), of=(TWO,)),
            tenant(one=(w.E3,), two=(w.E5,)),
            (by(w.E5, TWO),),
            {w.E3: -1, w.E5: 1},
            id="moved to another group: one seat of each product",
        ),
        pytest.param(member(wrong(w.E3, "CountViolation")), E3_ONLY, (by(w.E3),), {w.E3: 1}, id="tried again"),
        pytest.param(member(stale(w.E3)), E3_ONLY, (by(w.E3),), {}, id="back in the group: the error goes"),
        pytest.param(member(by(w.E3, state=REMEMBERED)), E3_ONLY, (by(w.E3),), {w.E3: 1}, id="restored: given again"),
        pytest.param(
            member(by(w.E3, state=OFF)),
            tenant(one=((w.E3, SWAY),)),
            (by(w.E3, off=SWAY, state=OFF),),
            {},
            id="disabled stays disabled",
        ),
        pytest.param(
            member(w.direct(w.EMS)), tenant(one=(w.STRANGER,)), (by(w.STRANGER),), {w.STRANGER: 1}, id="unknown product"
        ),
    ],
)
def test_a_member_gets_what_its_groups_give(
    facts: UserFacts, where: TenantFacts, after: tuple[Source, ...], seat: dict[str, int]
) -> None:
    """R-37, R-91: sources follow the groups; one seat per user and product, however many paths."""
    verdict = follow(facts, where, w.CATALOG)
    assert (verdict.outcome, verdict.reason) == (Outcome.READY, None)
    assert from_groups(facts, verdict) == after
    assert moved(verdict) == seat
    assert needed_seats(verdict) == {sku for sku, n in seat.items() if n > 0}
    others = [s for s in facts.sources if s.kind is not SourceKind.GROUP]
    assert [s for s in w.after(facts, verdict).sources if s.kind is not SourceKind.GROUP] == others


@pytest.mark.parametrize(
    ("facts", "where", "full", "after", "reason", "subject"),
    [
        pytest.param(
            member(), tenant(one=(w.E3, w.EMS)), {w.E3},
            (wrong(w.E3, "CountViolation"), wrong(w.EMS, "Other")), Reason.NO_SEATS, w.E3,
            id="no seat of one: the other is not given either",
        ),
        pytest.param(
            member(), tenant(one=(w.E3, w.EMS)), {w.E3, w.EMS},
            (wrong(w.E3, "CountViolation"), wrong(w.EMS, "CountViolation")), Reason.NO_SEATS, w.E3, id="no seat of either",
        ),
        pytest.param(
            member(), replace(E3_ONLY, pools={}), NONE, (wrong(w.E3, "CountViolation"),), Reason.NO_SEATS, w.E3,
            id="the subscription vanished",
        ),
        pytest.param(
            member(w.direct(w.CALLING_1), w.direct(w.PHONE), of=(TWO,)), CALLING, NONE,
            (wrong(w.CALLING_2, "MutuallyExclusiveViolation", TWO), wrong(w.PHONE, "Other", TWO)),
            Reason.CONFLICT, f"{PSTN_1}|{PSTN_2}", id="plans that exclude each other",
        ),
        pytest.param(
            member(), tenant(one=(w.PHONE, w.CALLING_1, w.CALLING_2)), NONE,
            (
                wrong(w.CALLING_1, "MutuallyExclusiveViolation"),
                wrong(w.CALLING_2, "MutuallyExclusiveViolation"),
                wrong(w.PHONE, "Other"),
            ),
            Reason.CONFLICT, f"{PSTN_1}|{PSTN_2}", id="exclusive plans in one group",
        ),
        pytest.param(
            member(w.direct(w.E3)), tenant(one=(w.ARCHIVING,)), NONE, (wrong(w.ARCHIVING, "DependencyViolation"),),
            Reason.DEPENDENCY, f"{ARCHIVE}|{MAIL}", id="the prerequisite is not in the same group",
        ),
        pytest.param(
            member(), tenant(one=((w.E3, frozenset({MAIL})), w.ARCHIVING)), NONE,
            (wrong(w.E3, "Other", off=frozenset({MAIL})), wrong(w.ARCHIVING, "DependencyViolation")),
            Reason.DEPENDENCY, f"{ARCHIVE}|{MAIL}", id="the prerequisite is switched off in the group",
        ),
        pytest.param(
            member(), tenant(company=frozenset({w.EMS}), one=(w.E3, w.EMS)), NONE,
            (wrong(w.E3, "Other"), wrong(w.EMS, "Other")), Reason.COMPANY_PRODUCT, w.EMS, id="a product for the company",
        ),
        pytest.param(
            member(of=(ONE, TWO)), tenant(one=(w.E3, w.EMS), two=(w.E3,)), {w.EMS},
            (wrong(w.E3, "Other"), by(w.E3, TWO), wrong(w.EMS, "CountViolation")), Reason.NO_SEATS, w.EMS,
            id="another group gives what it can",
        ),
        pytest.param(
            member(by(w.E3)), tenant(one=(w.E3, w.EMS)), {w.EMS}, (by(w.E3), wrong(w.EMS, "CountViolation")),
            Reason.NO_SEATS, w.EMS, id="what the group gave before is not taken for an error beside it",
        ),
        pytest.param(
            member(by(w.E3)), tenant(one=((w.E3, SWAY), w.EMS)), {w.EMS},
            (stale(w.E3, error="Other"), wrong(w.EMS, "CountViolation")), Reason.NO_SEATS, w.EMS,
            id="nor are its plans changed",
        ),
        pytest.param(
            member(wrong(w.E3, "CountViolation"), of=()), E3_ONLY, {w.E3}, (), None, "", id="an error ends with membership"
        ),
        pytest.param(
            member(wrong(w.E3, "UniquenessViolation")), tenant(one=(w.E3,)), {w.E3}, (wrong(w.E3, "CountViolation"),),
            Reason.NO_SEATS, w.E3, id="another error than before",
        ),
        pytest.param(
            member(by(w.E3), of=(TWO,)), BOTH_E3, {w.E3}, (by(w.E3, TWO),), None, "",
            id="the last seat is the user's own: a move between groups keeps it",
        ),
        pytest.param(
            member(w.direct(w.E3)), E3_ONLY, {w.E3}, (by(w.E3),), None, "", id="the last seat is the user's own: direct"
        ),
        pytest.param(
            member(by(w.E3, state=OFF)), tenant(one=((w.E3, SWAY), w.EMS)), {w.EMS},
            (by(w.E3, state=OFF, error="Other"), wrong(w.EMS, "CountViolation")), Reason.NO_SEATS, w.EMS,
            id="disabled keeps its plans",
        ),
    ],
)  # fmt: skip
def test_a_group_gives_all_or_nothing(
    facts: UserFacts,
    where: TenantFacts,
    full: set[str],
    after: tuple[Source, ...],
    reason: Reason | None,
    subject: str,
) -> None:
    """R-85, R-86, R-87, R-88, R-98: the one that fails says why, the others say Other, and no seat is taken."""
    verdict = follow(facts, where, w.CATALOG, frozenset(full))
    assert verdict.outcome is Outcome.READY
    assert sorted(from_groups(facts, verdict), key=repr) == sorted(after, key=repr)
    assert (verdict.reason, verdict.subject) == (reason, subject)
    taken = seats(w.after(facts, verdict).sources) - seats(facts.sources)
    assert {sku for sku, n in moved(verdict).items() if n > 0} == {sku for sku, _ in taken}
    assert not taken & {(sku, 0) for sku in full}


@pytest.mark.parametrize(
    ("facts", "where", "after", "reason"),
    [
        pytest.param(
            member(by(w.E3), w.direct(w.ARCHIVING), of=()), E3_ONLY, (stale(w.E3),), Reason.DEPENDENCY,
            id="left, and a direct add-on stands on it",
        ),
        pytest.param(
            member(by(w.E3), w.direct(w.ARCHIVING)), tenant(one=()), (stale(w.E3),), Reason.DEPENDENCY,
            id="the group gives it no more",
        ),
        pytest.param(
            member(by(w.E3), w.direct(w.ARCHIVING)), tenant(one=((w.E3, frozenset({MAIL})),)), (stale(w.E3),),
            Reason.DEPENDENCY, id="the plan that the add-on needs is switched off",
        ),
        pytest.param(
            member(by(w.E3), w.direct(w.ARCHIVING), of=(TWO,)), tenant(one=(w.E3,), two=(w.E5,)), (by(w.E5, TWO),), None,
            id="the new group brings what it needs",
        ),
        pytest.param(
            member(by(w.E3), by(w.ARCHIVING), of=()), tenant(one=(w.E3, w.ARCHIVING)), (), None, id="the add-on goes too"
        ),
        pytest.param(
            member(by(w.E3), by(w.E3, TWO), w.direct(w.ARCHIVING), of=()), BOTH_E3, (stale(w.E3, TWO),),
            Reason.DEPENDENCY, id="left two groups: one entry is enough",
        ),
        pytest.param(
            member(by(w.E3), by(w.EMS), w.direct(w.ARCHIVING), of=()), tenant(one=(w.E3, w.EMS)), (stale(w.E3),),
            Reason.DEPENDENCY, id="only what the add-on needs stays",
        ),
        pytest.param(
            member(by(w.E3), by(w.ARCHIVING, TWO), of=(TWO,)), tenant(one=(w.E3,), two=(w.ARCHIVING,)),
            (stale(w.E3), by(w.ARCHIVING, TWO)), Reason.DEPENDENCY, id="an add-on of another group stands on it",
        ),
        pytest.param(
            member(by(w.PHONE), by(w.CALLING_1), w.direct(w.CALLING_1), of=(TWO,)), CALLING,
            (
                stale(w.PHONE),
                wrong(w.CALLING_2, "MutuallyExclusiveViolation", TWO),
                wrong(w.PHONE, "Other", TWO),
            ),
            Reason.DEPENDENCY, id="the new group fails, so the old one's license is still needed",
        ),
    ],
)  # fmt: skip
def test_what_something_else_stands_on_stays_with_an_error(
    facts: UserFacts, where: TenantFacts, after: tuple[Source, ...], reason: Reason | None
) -> None:
    """R-89: the entry names a group the user has left, its seat stays in use; it goes when the add-on is gone."""
    verdict = follow(facts, where, w.CATALOG)
    assert sorted(from_groups(facts, verdict), key=repr) == sorted(after, key=repr)
    assert verdict.reason is reason
    if reason is not None:
        assert verdict.subject == f"{ARCHIVE}|{MAIL}" or verdict.subject.startswith(f"{PSTN_1}|{MCOEV}")
        assert "group_stale" in w.rules(verdict)
    held = {(s.sku_id, 0) for s in after if s.state.holds}
    assert held <= seats(w.after(facts, verdict).sources)


def test_a_stale_entry_goes_once_the_add_on_is_gone() -> None:
    """R-89, R-92: unassign the add-on, reprocess, and the seat is free."""
    facts = member(stale(w.E3), of=())
    verdict = follow(facts, E3_ONLY, w.CATALOG)
    assert from_groups(facts, verdict) == ()
    assert moved(verdict) == {w.E3: -1}


def test_exclusive_products_of_two_groups_swap_in_one_go() -> None:
    """R-87: both memberships changed before the user is looked at; the new state is judged whole."""
    facts = member(by(w.PHONE), by(w.CALLING_1), of=(TWO,))
    verdict = follow(facts, CALLING, w.CATALOG)
    assert verdict.reason is None
    assert from_groups(facts, verdict) == (by(w.CALLING_2, TWO), by(w.PHONE, TWO))
    assert moved(verdict) == {w.CALLING_1: -1, w.CALLING_2: 1}


def test_exclusive_products_do_not_come_beside_each_other() -> None:
    """R-87: a member of both groups keeps what it has; the new group sits in error until the old one is gone."""
    facts = member(by(w.PHONE), by(w.CALLING_1), of=(ONE, TWO))
    verdict = follow(facts, CALLING, w.CATALOG)
    wanted = {
        by(w.CALLING_1),
        by(w.PHONE),
        wrong(w.CALLING_2, "MutuallyExclusiveViolation", TWO),
        wrong(w.PHONE, "Other", TWO),
    }
    assert set(from_groups(facts, verdict)) == wanted
    freed = replace(w.after(facts, verdict), groups=(TWO,))
    assert follow(freed, CALLING, w.CATALOG).reason is None


@pytest.mark.parametrize(
    ("facts", "where"),
    [
        (member(), tenant()),
        (member(of=()), E3_ONLY),
        (member(by(w.E3)), E3_ONLY),
        (member(by(w.E3, state=OFF)), E3_ONLY),
        (member(w.direct(w.E3), w.bought(w.PLANNER_1), of=()), E3_ONLY),
        (member(w.somehow(w.E3), of=()), E3_ONLY),
        (member(w.direct(w.E3, state=REMEMBERED), of=()), E3_ONLY),
        (member(stale(w.E3), w.direct(w.ARCHIVING), of=()), E3_ONLY),
        (member(wrong(w.ARCHIVING, "DependencyViolation")), tenant(one=(w.ARCHIVING,))),
        (member(by(w.ARCHIVING), w.direct(w.E3)), tenant(one=(w.ARCHIVING,))),
    ],
)
def test_nothing_to_change_is_already_so(facts: UserFacts, where: TenantFacts) -> None:
    """R-92: also when an error simply stays; other paths are never touched; what is held is not judged again."""
    verdict = follow(facts, where, w.CATALOG)
    assert (verdict.outcome, verdict.reason, verdict.changes) == (Outcome.SKIPPED, Reason.ALREADY, ())


def test_an_error_that_stays_is_said_again() -> None:
    """R-86, R-92: nothing changes for who is still without a seat, and the preview of reprocessing says why."""
    facts = member(wrong(w.E3, "CountViolation"))
    verdict = follow(facts, E3_ONLY, w.CATALOG, frozenset({w.E3}))
    assert (verdict.outcome, verdict.reason) == (Outcome.SKIPPED, Reason.ALREADY)
    assert w.rules(verdict) == ["group_no_seat", "group_retry"]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (member(has_usage_location=False), ["group_location"]),
        (member(has_usage_location=UNKNOWN), []),
        (member(has_usage_location=True), []),
        (member(by(w.E3, off=SWAY), has_usage_location=False), []),
        (member(wrong(w.E3, "UniquenessViolation")), ["group_unchecked"]),
        (member(wrong(w.E3, "ProhibitedInUsageLocationViolation")), ["group_unchecked"]),
        (member(wrong(w.E3, "CountViolation")), []),
    ],
)
def test_a_missing_location_is_no_error_and_an_unread_cause_is_said(facts: UserFacts, said: list[str]) -> None:
    """R-90, R-97: the tenant's country is used; an address or a country is not looked at, so it is not known."""
    verdict = follow(facts, E3_ONLY, w.CATALOG)
    assert from_groups(facts, verdict) == (by(w.E3),)
    assert [key for key in w.rules(verdict) if key.startswith("group_")] == said


def test_a_copy_says_that_microsoft_takes_its_time() -> None:
    """R-91: a local tenant follows at once; nothing is said where nothing changes."""
    copy = replace(E3_ONLY, is_copy=True)
    assert w.rules(follow(member(), copy, w.CATALOG)) == ["group_follows"]
    assert w.rules(follow(member(), E3_ONLY, w.CATALOG)) == []
    assert w.rules(follow(member(by(w.E3)), copy, w.CATALOG)) == []


def test_errors_cite_their_rules() -> None:
    """R-85, R-86, R-92: the cause by product, the others by Other, and that freeing seats does not try again."""
    verdict = follow(member(), tenant(one=(w.E3, w.EMS)), w.CATALOG, frozenset({w.E3}))
    assert [(c.rule, dict(c.params)) for c in verdict.consequences] == [
        ("group_no_seat", {"product": "Microsoft 365 E3"}),
        ("group_retry", {}),
        ("group_all_or_nothing", {}),
    ]


@pytest.mark.parametrize(
    ("facts", "where", "rule", "params"),
    [
        (member(w.direct(w.E3)), tenant(one=(w.ARCHIVING,)), "group_prerequisite", {"addon", "service"}),
        (member(by(w.E3), w.direct(w.ARCHIVING), of=()), E3_ONLY, "group_stale", {"addon", "service"}),
        (
            member(w.direct(w.CALLING_1), w.direct(w.PHONE), of=(TWO,)),
            CALLING,
            "group_conflict",
            {"a", "b"},
        ),
        (member(), tenant(company=frozenset({w.E3}), one=(w.E3,)), "group_company_product", {"product"}),
    ],
)
def test_a_cause_names_what_its_sentence_needs(
    facts: UserFacts, where: TenantFacts, rule: str, params: set[str]
) -> None:
    """I-10: R-87, R-88, R-89, R-98 with names on screen, never GUIDs."""
    said = {c.rule: dict(c.params) for c in follow(facts, where, w.CATALOG).consequences}
    assert set(said[rule]) == params
    assert not set(said[rule].values()) & ({*w.CATALOG.products, *w.CATALOG.plans} | {""})
    rulebook.load().by_key[rule].en.format(**said[rule])


def test_leaving_says_what_is_lost_and_what_stays() -> None:
    """R-01, R-28: the same effects as any other change of plans, also through another path."""
    lost = follow(member(by(w.E3), of=()), E3_ONLY, w.CATALOG)
    assert "mailbox_lost" in w.rules(lost)
    assert lost.undo_seconds == 30 * w.DAYS
    kept = follow(member(by(w.E3), w.direct(w.E3), of=()), E3_ONLY, w.CATALOG)
    assert w.rules(kept) == ["stays_held"]
    assert kept.undo_seconds is None


def test_a_shared_mailbox_is_no_question_to_a_tenant() -> None:
    """R-12: who leaves a group loses its license without anybody being asked; the preview says what follows."""
    verdict = follow(member(by(w.E3), of=(), mailbox=w.SHARED_LARGE), E3_ONLY, w.CATALOG)
    assert verdict.outcome is Outcome.READY
    assert "shared_needs_license" in w.rules(verdict)


def test_the_never_list_does_not_stop_a_tenant() -> None:
    """R-34: it binds plans; who changed the group elsewhere has decided already."""
    verdict = follow(member(by(w.E3), of=(), never="board"), E3_ONLY, w.CATALOG)
    assert verdict.outcome is Outcome.READY


# Groups themselves

SECURITY = GroupFacts(ONE, "Sales", GroupKind.SECURITY, "", False)
OFFICE = replace(SECURITY, kind=GroupKind.MICROSOFT_365)
DYNAMIC = replace(SECURITY, membership_rule='user.department -eq "Sales"')
SYNCED = replace(SECURITY, is_synced=True)
MAIL_ENABLED = replace(SECURITY, kind=GroupKind.MAIL_SECURITY)
LIST = replace(SECURITY, kind=GroupKind.DISTRIBUTION)
UNREAD = GroupFacts(ONE, "Sales")


@pytest.mark.parametrize(
    ("group", "members", "licenses", "itself"),
    [
        (SECURITY, None, None, None),
        (OFFICE, None, None, None),
        (DYNAMIC, Reason.GROUP_DYNAMIC, None, None),
        (replace(OFFICE, membership_rule="user.accountEnabled -eq true"), Reason.GROUP_DYNAMIC, None, None),
        (SYNCED, Reason.GROUP_SYNCED, None, Reason.GROUP_SYNCED),
        (replace(MAIL_ENABLED, is_synced=True), Reason.GROUP_SYNCED, None, Reason.GROUP_SYNCED),
        (MAIL_ENABLED, Reason.GROUP_MAIL, None, Reason.GROUP_MAIL),
        (LIST, Reason.GROUP_MAIL, Reason.GROUP_MAIL, Reason.GROUP_MAIL),
        (UNREAD, None, None, None),
    ],
)
def test_who_may_change_a_group(
    group: GroupFacts, members: Reason | None, licenses: Reason | None, itself: Reason | None
) -> None:
    """R-93, R-99: members where the group has its master; licenses on every security group; not known forbids nothing."""
    assert may_change_members(group) is members
    assert may_have_licenses(group) is licenses
    assert may_change(group) is itself


@pytest.mark.parametrize(
    ("group", "intent", "reason"),
    [
        (DYNAMIC, ChangeMembers(to_group=ONE), Reason.GROUP_DYNAMIC),
        (SYNCED, ChangeMembers(from_group=ONE), Reason.GROUP_SYNCED),
        (LIST, ChangeMembers(from_group=ONE), Reason.GROUP_MAIL),
        (SECURITY, ChangeMembers(from_group=ONE), None),
        (DYNAMIC, SetGroupLicenses(ONE, add=((w.E3, NONE),)), None),
        (SYNCED, SetGroupLicenses(ONE, remove=frozenset({w.E3})), None),
        (LIST, SetGroupLicenses(ONE, add=((w.E3, NONE),)), Reason.GROUP_MAIL),
        (LIST, SetGroupLicenses(ONE, remove=frozenset({w.E3})), None),
        (DYNAMIC, Reprocess(ONE), None),
    ],
)
def test_what_can_be_wanted_of_a_group(
    group: GroupFacts, intent: ChangeMembers | SetGroupLicenses | Reprocess, reason: Reason | None
) -> None:
    """R-93, R-99: a rule decides on members, not on licenses; licenses can always be taken from a group."""
    assert refusal(group, intent) is reason


def test_a_group_with_licenses_is_not_deleted() -> None:
    """R-94, R-95, R-96: remove its licenses first; a security group is gone at once, a Microsoft 365 group is kept."""
    with pytest.raises(Refused) as refused:
        may_delete(SECURITY, has_licenses=True)
    assert (refused.value.code, refused.value.details) == ("group_has_licenses", {"group": "Sales"})
    with pytest.raises(Refused) as synced:
        may_delete(SYNCED, has_licenses=False)
    assert (synced.value.code, synced.value.details) == ("group_synced", {"group": "Sales"})
    for group in (SECURITY, OFFICE, DYNAMIC, UNREAD):
        may_delete(group, has_licenses=False)
    assert [returns_after_deletion(group) for group in (OFFICE, SECURITY, UNREAD)] == [True, False, False]


@pytest.mark.parametrize(
    ("before", "licenses", "missing"),
    [
        ((), ((w.ARCHIVING, NONE),), f"{ARCHIVE}|{MAIL}"),
        ((), ((w.ARCHIVING, NONE), (w.E3, NONE)), None),
        ((), ((w.ARCHIVING, NONE), (w.E3, frozenset({MAIL}))), f"{ARCHIVE}|{MAIL}"),
        (((w.ARCHIVING, NONE), (w.E3, NONE)), ((w.ARCHIVING, NONE),), f"{ARCHIVE}|{MAIL}"),
        (((w.ARCHIVING, NONE),), ((w.ARCHIVING, NONE), (w.EMS, NONE)), None),
        ((), ((w.PHONE, NONE),), None),
    ],
)
def test_an_add_on_needs_its_prerequisite_in_the_same_group(
    before: tuple[tuple[str, frozenset[str]], ...],
    licenses: tuple[tuple[str, frozenset[str]], ...],
    missing: str | None,
) -> None:
    """R-88: of pairs with a public source; what was missing before is nobody's change; what is reported refuses nothing."""
    assert missing_prerequisite(licenses, w.CATALOG, before) == missing


@pytest.mark.parametrize("reason", [Reason.GROUP_DYNAMIC, Reason.GROUP_SYNCED, Reason.GROUP_MAIL])
def test_a_refusal_says_where_the_group_is_changed(reason: Reason) -> None:
    """R-93: one sentence per place, with the group's name."""
    refused = elsewhere(SECURITY, reason)
    assert (refused.code, refused.details) == (reason.value, {"group": "Sales"})


def test_licenses_that_no_member_could_get_are_not_given_to_a_group() -> None:
    """R-88, R-98: the change of the group is refused whole, with names; nothing is asked of its members."""
    where = tenant(company=frozenset({w.EMS}))
    with pytest.raises(Refused) as lacking:
        check_licenses(SECURITY, (), ((w.ARCHIVING, NONE),), where, w.CATALOG)
    assert lacking.value.code == "group_prerequisite"
    assert lacking.value.details["group"] == "Sales"
    assert lacking.value.details["service"] == "Exchange Online (Plan 2)"
    with pytest.raises(Refused) as company:
        check_licenses(SECURITY, (), ((w.EMS, NONE),), where, w.CATALOG)
    assert (company.value.code, company.value.details["sku"]) == ("group_company_product", w.EMS)
    check_licenses(SECURITY, ((w.EMS, NONE),), ((w.EMS, NONE), (w.E3, NONE)), where, w.CATALOG)


# What holds for whatever a user has

SKUS = (w.E3, w.E5, w.EMS, w.ARCHIVING, w.PHONE, w.CALLING_1, w.CALLING_2, w.STRANGER)
FEW = (w.PHONE, w.CALLING_1, w.CALLING_2, w.ARCHIVING, w.E3)
GROUPS = (ONE, TWO, THREE)
pure = settings(max_examples=300, deadline=None, database=None, derandomize=True)
skus = st.one_of(st.sampled_from(FEW), st.sampled_from(SKUS))
off = st.frozensets(st.sampled_from((w.SWAY, MAIL, MCOEV)), max_size=1)


def plans_off(sku: str, plans: frozenset[str]) -> frozenset[str]:
    """Those of the plans that the product has."""
    product = w.CATALOG.products.get(sku)
    return plans & frozenset(product.plan_ids if product else ())


@st.composite
def sources(draw: st.DrawFn) -> tuple[Source, ...]:
    """Up to six assignments: direct, bought, by a path nobody stated, or from a group, in any state."""
    found: dict[tuple[str, SourceKind, int], Source] = {}
    for sku in draw(st.lists(skus, max_size=6)):
        kind = draw(st.sampled_from((SourceKind.GROUP, SourceKind.GROUP, *SourceKind)))
        number = {SourceKind.GROUP: draw(st.sampled_from(GROUPS)), SourceKind.PURCHASE: w.DAANS_PURCHASE}.get(kind, 0)
        state = draw(st.sampled_from((ACTIVE, ACTIVE, ACTIVE, *AssignmentState)))
        error = draw(st.sampled_from(AssignmentError)).value if state in (TROUBLED, ERROR) else None
        found[sku, kind, number] = Source(sku, kind, number, plans_off(sku, draw(off)), state, error)
    return tuple(found[key] for key in sorted(found))


@st.composite
def tenants(draw: st.DrawFn) -> TenantFacts:
    """Three groups that give up to three products each."""
    given = {
        group: tuple((sku, plans_off(sku, draw(off))) for sku in draw(st.lists(skus, max_size=3, unique=True)))
        for group in GROUPS
    }
    company = draw(st.sampled_from((NONE, NONE, frozenset({w.EMS}))))
    pools = {sku: Pool(100, 10) for sku in SKUS}
    return TenantFacts(pools=pools, group_licenses=given, company_products=company)


members = st.builds(
    lambda held, of, place: replace(w.person(*held), groups=tuple(of), has_usage_location=place),
    sources(),
    st.lists(st.sampled_from(GROUPS), unique=True),
    st.sampled_from((True, False, UNKNOWN)),
)
fulls = st.frozensets(st.sampled_from(SKUS), max_size=3)


@pure
@given(members, tenants(), fulls)
def test_following_twice_changes_nothing(facts: UserFacts, where: TenantFacts, full: frozenset[str]) -> None:
    """R-92: an error that stays is no new event, and what was done is done."""
    once = w.after(facts, follow(facts, where, w.CATALOG, full))
    again = follow(once, where, w.CATALOG, full)
    assert (again.outcome, again.reason) == (Outcome.SKIPPED, Reason.ALREADY)


@pure
@given(members, tenants(), fulls, st.randoms())
def test_the_order_of_groups_plays_no_part(
    facts: UserFacts, where: TenantFacts, full: frozenset[str], chance: object
) -> None:
    """Two members with the same groups end alike, whichever they entered first."""
    groups, licenses = list(facts.groups), list(where.group_licenses.items())
    chance.shuffle(groups)  # type: ignore[attr-defined]
    chance.shuffle(licenses)  # type: ignore[attr-defined]
    turned = replace(where, group_licenses={group: tuple(reversed(given)) for group, given in licenses})
    assert follow(replace(facts, groups=tuple(groups)), turned, w.CATALOG, full) == follow(
        facts, where, w.CATALOG, full
    )


@pure
@given(members, tenants(), fulls)
def test_a_seat_is_counted_once(facts: UserFacts, where: TenantFacts, full: frozenset[str]) -> None:
    """R-37: the changes' seats are the difference of the seats; none is taken of a product that has none left."""
    verdict = follow(facts, where, w.CATALOG, full)
    before, after = seats(facts.sources), seats(w.after(facts, verdict).sources)
    assert sum(change.seat for change in verdict.changes) == len(after) - len(before)
    assert needed_seats(verdict) == {sku for sku, _ in after - before}
    assert not needed_seats(verdict) & full


@pure
@given(members, tenants(), fulls)
def test_no_error_takes_anything(facts: UserFacts, where: TenantFacts, full: frozenset[str]) -> None:
    """R-85: held stays held while the group gives it; only groups' sources change; an error names a cause."""
    verdict = follow(facts, where, w.CATALOG, full)
    end = w.after(facts, verdict)
    given = {(sku, group) for group in facts.groups for sku, _ in where.group_licenses[group]}
    for source in facts.sources:
        if source.kind is not SourceKind.GROUP:
            assert source in end.sources
        elif source.state.holds and (source.sku_id, source.source_id) in given:
            assert any(
                s.state.holds and s.sku_id == source.sku_id and s.source_id == source.source_id for s in end.sources
            )
    kept = {(s.sku_id, s.source_id) for s in end.sources if s.kind is SourceKind.GROUP}
    assert given <= kept
    assert all(
        s.state is TROUBLED for s in end.sources if s.kind is SourceKind.GROUP and (s.sku_id, s.source_id) not in given
    )
    if any(change.after is not None and change.after.error for change in verdict.changes):
        assert verdict.reason in (Reason.NO_SEATS, Reason.CONFLICT, Reason.DEPENDENCY, Reason.COMPANY_PRODUCT)
        assert verdict.subject
    else:
        assert verdict.reason in (None, Reason.ALREADY)


@pure
@given(members, tenants())
def test_out_and_in_again_returns(facts: UserFacts, where: TenantFacts) -> None:
    """R-40: a member that follows without error, leaves all groups and comes back holds the same again."""
    own = tuple(s for s in facts.sources if s.kind is not SourceKind.GROUP)
    outside = replace(facts, sources=own)
    at_rest = w.after(outside, follow(outside, where, w.CATALOG))
    away = w.after(at_rest, follow(replace(at_rest, groups=()), where, w.CATALOG))
    if any(s.error or s.state is OFF for s in (*at_rest.sources, *away.sources)):
        return
    back = w.after(away, follow(replace(away, groups=facts.groups), where, w.CATALOG))
    assert back.sources == at_rest.sources


@pure
@given(members, tenants(), fulls)
def test_every_sentence_can_be_said(facts: UserFacts, where: TenantFacts, full: frozenset[str]) -> None:
    """I-10: each consequence cites a rule of the book and brings the words it needs."""
    book = rulebook.load().by_key
    for said in follow(facts, where, w.CATALOG, full).consequences:
        words = dict(said.params) | {"date": "2026-12-31"}
        assert "{" not in book[said.rule].nl.format(**words)


def test_the_catalog_is_an_argument() -> None:
    """I-3: with an empty catalog nothing is known of the plans, and the groups are followed all the same."""
    bare = Catalog(version="bare", products=(), plans=())
    assert from_groups(member(), follow(member(), E3_ONLY, bare)) == (by(w.E3),)


@pytest.mark.parametrize(
    ("waiting", "done", "state"),
    [
        (0, 0, "ProcessingComplete"),
        (0, 9, "ProcessingComplete"),
        (9, 0, "QueuedForProcessing"),
        (1, 8, "ProcessingInProgress"),
    ],
)
def test_a_groups_processing_is_read_from_who_waits(waiting: int, done: int, state: str) -> None:
    """R-181: from counts alone."""
    assert processing(waiting, done) == state
