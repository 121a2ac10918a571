"""What users lose, keep and regain: one table of situations, each with every rule that must be said and no other.

Durations in days from the removal. Unknown facts are never safe (I-7), and every sentence of the rule book is said once.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from importlib import resources
from string import Formatter

import pytest

from domain import world as w
from licentia.domain import rulebook
from licentia.domain.catalog import Catalog
from licentia.domain.facts import UNKNOWN, AssignmentState, ClockKind, SizeBand, Source, TenantFacts, UserFacts
from licentia.domain.holding import contradicted, holding
from licentia.domain.intents import KEEP, Assign, Unassign
from licentia.domain.planning import Verdict, plan
from licentia.domain.reasons import Outcome, Reason
from licentia.domain.undoing import Recorded, plan_undo

ALL = frozenset(Reason)
IN_ERROR, OFF = AssignmentState.ACTIVE_WITH_ERROR, AssignmentState.DISABLED
NOVEL = w.novel_catalog()
NO_MAIL = frozenset({w.MAILBOX_2})
MAILBOX, ARCHIVE = ClockKind.MAILBOX_PURGE, ClockKind.ARCHIVE_PURGE
READONLY, ARCHIVED = ClockKind.DRIVE_READONLY, ClockKind.DRIVE_ARCHIVE
GONE = "mail_refused not_searchable teams_chat"
DRIVE = "onedrive_kept onedrive_readonly onedrive_archived"
APPS = "teams_ends office_unlicensed"
DRIVE_CLOCKS = {READONLY: 60, ARCHIVED: 93}
LICENSE_CLOCKS = set(ClockKind) - {ClockKind.USER_PURGE}
"""No license stops the clock of a deleted account."""


@dataclass(frozen=True)
class Case:
    """A situation. `says` are the rules in any order; `undo` is in days."""

    name: str
    facts: UserFacts
    intent: Unassign | Assign
    says: str
    clocks: dict[ClockKind, int | None]
    undo: int | None = None
    tenant: TenantFacts = w.COMMERCIAL
    catalog: Catalog = w.CATALOG

    def verdict(self) -> Verdict:
        """The verdict on it."""
        return plan(self.intent, self.facts, self.tenant, self.catalog)


def take(sku: str) -> Unassign:
    return Unassign(sku, ALL)


def mail_only(*others: str, **facts: object) -> UserFacts:
    """E3 with nothing on but its mailbox, beside other direct products."""
    sources = [w.direct(w.E3, w.without(w.E3, w.MAILBOX_2)), *map(w.direct, others)]
    return w.person(*sources, **facts)


LOST = {MAILBOX: 30}
MAILBOX_CASES = [
    Case("last mailbox goes", mail_only(), take(w.E3), "mailbox_lost mail_refused not_searchable", LOST, 30),
    Case("all of it", w.ANNA, take(w.E3), f"mailbox_lost {GONE} {DRIVE} {APPS}", LOST | DRIVE_CLOCKS, 30),
    Case("on hold", mail_only(mailbox=w.HELD), take(w.E3), "kept_by_hold mail_refused", {}),
    Case(
        "forwards",
        mail_only(mailbox=w.FORWARDING),
        take(w.E3),
        "mailbox_lost mail_refused not_searchable forwarding_stops",
        LOST,
        30,
    ),
    Case(
        "on hold and forwards",
        mail_only(mailbox=replace(w.HELD, is_forwarding=True)),
        take(w.E3),
        "kept_by_hold mail_refused forwarding_stops",
        {},
    ),
    Case(
        "hold and forwarding not read",
        mail_only(mailbox=w.UNREAD),
        take(w.E3),
        "mailbox_lost mail_refused not_searchable forwarding_unknown mailbox_facts_unknown",
        LOST,
        30,
    ),
    Case(
        "nothing read of the mailbox",
        mail_only(mailbox=UNKNOWN),
        take(w.E3),
        "mailbox_lost mail_refused not_searchable forwarding_unknown mailbox_facts_unknown",
        LOST,
        30,
    ),
    Case(
        "only the size not read",
        mail_only(mailbox=replace(w.MEDIUM, size=UNKNOWN)),
        take(w.E3),
        "mailbox_lost mail_refused not_searchable",
        LOST,
        30,
    ),
    Case("known to have no mailbox", mail_only(mailbox=w.NO_MAILBOX), take(w.E3), "", {}),
    Case(
        "the purged one was replaced",
        mail_only(mailbox=w.PURGED),
        take(w.E3),
        "mailbox_lost mail_refused not_searchable forwarding_unknown mailbox_facts_unknown",
        LOST,
        30,
    ),
    Case(
        "resiliency",
        mail_only(mailbox=w.FORWARDING),
        take(w.E3),
        "mailbox_lost resiliency mail_refused_later not_searchable_later forwarding_stops",
        {MAILBOX: 60},
        60,
        w.RESILIENT,
    ),
    Case(
        "resiliency and a hold",
        mail_only(mailbox=w.HELD),
        take(w.E3),
        "kept_by_hold resiliency mail_refused_later",
        {},
        None,
        w.RESILIENT,
    ),
    Case(
        "grace runs already",
        mail_only(clocks=frozenset({MAILBOX})),
        take(w.E3),
        "grace_runs mail_refused not_searchable",
        {},
        0,
    ),
    Case(
        "the plan is switched off",
        w.ANNA,
        Assign(w.E3, NO_MAIL),
        f"mailbox_lost {GONE} plan_switched_off",
        LOST,
        30,
    ),
    Case(
        "the group's has no mailbox",
        w.person(w.direct(w.E3), w.via(w.E3, off=NO_MAIL)),
        take(w.E3),
        f"stays_with_less mailbox_lost {GONE} plan_switched_off",
        LOST,
        30,
    ),
    Case("a foundation plan carries none", w.person(w.direct(w.POWER_BI)), take(w.POWER_BI), "", {}),
    Case(
        "same plan through another product",
        mail_only(w.EXCHANGE_2),
        take(w.E3),
        "plans_stay",
        {},
    ),
    Case(
        "named where another product carries it",
        w.person(w.direct(w.E3, w.without(w.E3, w.MAILBOX_2, w.SWAY)), w.direct(w.EXCHANGE_2)),
        take(w.E3),
        "mailbox_stays",
        {},
    ),
    Case("smaller, fits", mail_only(w.EXCHANGE_1), take(w.E3), "mailbox_smaller", {}),
    Case(
        "smaller, too large",
        mail_only(w.EXCHANGE_1, mailbox=w.LARGE),
        take(w.E3),
        "mailbox_smaller mailbox_over_limit",
        {},
    ),
    Case(
        "smaller, size not read",
        mail_only(w.EXCHANGE_1, mailbox=replace(w.MEDIUM, size=UNKNOWN)),
        take(w.E3),
        "mailbox_smaller mailbox_size_unknown",
        {},
    ),
    Case(
        "smaller, hold not read",
        mail_only(w.EXCHANGE_1, mailbox=replace(w.MEDIUM, on_hold=UNKNOWN)),
        take(w.E3),
        "mailbox_smaller hold_plan_unknown",
        {},
    ),
    Case(
        "hold loses its plan",
        mail_only(w.EXCHANGE_1, mailbox=w.HELD),
        take(w.E3),
        "mailbox_smaller hold_needs_plan",
        {},
    ),
    Case(
        "hold loses its add-on",
        w.person(w.direct(w.EXCHANGE_1), w.direct(w.ARCHIVING), mailbox=w.HELD),
        take(w.ARCHIVING),
        "hold_needs_plan",
        {},
    ),
    Case(
        "archive goes with the add-on",
        w.person(w.direct(w.KIOSK), w.direct(w.ARCHIVING), mailbox=w.ARCHIVED),
        take(w.ARCHIVING),
        "archive_lost",
        {ARCHIVE: 30},
        30,
    ),
    Case(
        "archive not read",
        w.person(w.direct(w.KIOSK), w.direct(w.ARCHIVING), mailbox=replace(w.MEDIUM, has_archive=UNKNOWN)),
        take(w.ARCHIVING),
        "archive_unknown",
        {ARCHIVE: 30},
        30,
    ),
    Case("no archive", w.person(w.direct(w.KIOSK), w.direct(w.ARCHIVING)), take(w.ARCHIVING), "", {}),
    Case(
        "archive on hold",
        w.person(w.direct(w.KIOSK), w.direct(w.ARCHIVING), mailbox=replace(w.ARCHIVED, on_hold=True)),
        take(w.ARCHIVING),
        "hold_needs_plan",
        {},
    ),
    Case(
        "archive of a mailbox on a server",
        w.person(w.direct(w.ARCHIVING_SERVER), mailbox=replace(w.NO_MAILBOX, has_archive=True)),
        take(w.ARCHIVING_SERVER),
        "archive_lost",
        {ARCHIVE: 30},
        30,
    ),
    Case(
        "archive's grace runs already",
        w.person(w.direct(w.KIOSK), w.direct(w.ARCHIVING), mailbox=w.ARCHIVED, clocks=frozenset({ARCHIVE})),
        take(w.ARCHIVING),
        "grace_runs",
        {},
        0,
    ),
    Case("shared, free", mail_only(mailbox=w.SHARED), take(w.E3), "shared_stays", {}),
    Case("room, free", mail_only(mailbox=w.ROOM), take(w.E3), "shared_stays", {}),
    Case("shared, too large", mail_only(mailbox=w.SHARED_LARGE), take(w.E3), "shared_needs_license", {}),
]
MAYBE_CASES = [
    Case(
        "an unclassified plan remains",
        mail_only(w.NOVEL),
        take(w.E3),
        "mailbox_perhaps mailbox_perhaps_lost",
        {},
        30,
        catalog=NOVEL,
    ),
    Case(
        "an unclassified plan remains, with resiliency",
        mail_only(w.NOVEL),
        take(w.E3),
        "mailbox_perhaps mailbox_perhaps_lost",
        {},
        60,
        w.RESILIENT,
        NOVEL,
    ),
    Case(
        "an unclassified plan remains, on hold",
        mail_only(w.NOVEL, mailbox=w.HELD),
        take(w.E3),
        "mailbox_perhaps kept_by_hold",
        {},
        catalog=NOVEL,
    ),
    Case(
        "an unclassified plan goes",
        w.person(w.direct(w.NOVEL)),
        take(w.NOVEL),
        "mailbox_lost mail_refused not_searchable",
        LOST,
        30,
        catalog=NOVEL,
    ),
    Case(
        "an unknown product remains",
        mail_only(w.STRANGER),
        take(w.E3),
        "mailbox_perhaps mailbox_perhaps_lost",
        {},
        30,
    ),
    Case(
        "an unknown product goes",
        w.person(w.direct(w.STRANGER)),
        take(w.STRANGER),
        f"mailbox_lost mail_refused not_searchable {DRIVE} product_unknown",
        LOST | DRIVE_CLOCKS,
        30,
    ),
    Case(
        "an unknown product goes beside E3",
        w.person(w.direct(w.E3), w.direct(w.STRANGER)),
        take(w.STRANGER),
        "mailbox_stays product_unknown",
        {},
    ),
    Case(
        "what remains is disabled",
        w.person(w.direct(w.E3), w.via(w.E3, state=OFF)),
        take(w.E3),
        "mailbox_perhaps mailbox_perhaps_lost onedrive_kept onedrive_perhaps stays_in_doubt",
        {},
        30,
    ),
    Case(
        "what remains is in error",
        w.person(w.direct(w.E3, w.without(w.E3, w.MAILBOX_2)), w.via(w.EXCHANGE_2, state=IN_ERROR)),
        take(w.E3),
        "mailbox_perhaps mailbox_perhaps_lost stays_in_doubt",
        {},
        30,
    ),
    Case(
        "what a group in error gives comes for sure",
        w.person(w.via(w.EXCHANGE_2, state=IN_ERROR)),
        Assign(w.EXCHANGE_2),
        "",
        {},
    ),
    Case(
        "shared, and what remains is unclassified",
        mail_only(w.NOVEL, mailbox=w.SHARED),
        take(w.E3),
        "shared_stays",
        {},
        catalog=NOVEL,
    ),
    Case(
        "an unclassified plan comes in the grace period",
        w.person(clocks=frozenset({MAILBOX})),
        Assign(w.NOVEL),
        "mailbox_return_unknown",
        {},
        catalog=NOVEL,
    ),
    Case(
        "a known plan comes beside the unclassified one",
        w.person(w.direct(w.NOVEL), clocks=frozenset({MAILBOX})),
        Assign(w.EXCHANGE_2),
        "",
        {MAILBOX: None},
        catalog=NOVEL,
    ),
]
DRIVE_ONLY = w.person(w.direct(w.E3, w.without(w.E3, w.SHAREPOINT_2)))
DRIVE_CASES = [
    Case("drive, commercial", DRIVE_ONLY, take(w.E3), DRIVE, DRIVE_CLOCKS),
    Case("drive, education", DRIVE_ONLY, take(w.E3), "onedrive_kept onedrive_exempt", {}, None, w.EDUCATION),
    Case("drive, government", DRIVE_ONLY, take(w.E3), "onedrive_kept onedrive_exempt", {}, None, w.GOVERNMENT),
    Case(
        "drive on hold",
        replace(DRIVE_ONLY, drive_on_hold=True),
        take(w.E3),
        "onedrive_kept onedrive_on_hold",
        {},
    ),
    Case("no drive", replace(DRIVE_ONLY, has_drive=False), take(w.E3), "", {}),
    Case(
        "drive not read",
        replace(DRIVE_ONLY, has_drive=UNKNOWN, drive_on_hold=UNKNOWN),
        take(w.E3),
        f"{DRIVE} onedrive_facts_unknown",
        DRIVE_CLOCKS,
    ),
    Case(
        "drive's hold not read",
        replace(DRIVE_ONLY, drive_on_hold=UNKNOWN),
        take(w.E3),
        f"{DRIVE} onedrive_facts_unknown",
        DRIVE_CLOCKS,
    ),
    Case(
        "drive's dates run already",
        replace(DRIVE_ONLY, clocks=frozenset({ARCHIVED})),
        take(w.E3),
        "onedrive_kept onedrive_dates_run",
        {},
    ),
    Case(
        "a plan remains of which nobody knows whether it has a drive",
        replace(DRIVE_ONLY, sources=(*DRIVE_ONLY.sources, w.direct(w.CLIPCHAMP))),
        take(w.E3),
        "onedrive_kept onedrive_perhaps",
        {},
    ),
    Case(
        "another plan carries the drive",
        w.person(w.direct(w.E3, w.without(w.E3, w.SHAREPOINT_2)), w.direct(w.VISIO_2)),
        take(w.E3),
        "",
        {},
    ),
]
RETURN_CASES = [
    Case(
        "all comes back in time",
        w.person(clocks=frozenset(ClockKind)),
        Assign(w.E3),
        "mailbox_returns onedrive_returns",
        dict.fromkeys(LICENSE_CLOCKS),
    ),
    Case(
        "the archive stays away",
        w.person(clocks=frozenset({MAILBOX, ARCHIVE})),
        Assign(w.KIOSK),
        "mailbox_returns",
        {MAILBOX: None},
    ),
    Case(
        "too late",
        w.person(mailbox=w.PURGED, has_drive=False),
        Assign(w.E3),
        "mailbox_new_empty",
        {MAILBOX: None},
    ),
    Case("an archived drive comes back", w.person(), Assign(w.E3), "", {ARCHIVED: None}),
    Case(
        "the archive comes back",
        w.person(w.direct(w.KIOSK), clocks=frozenset({ARCHIVE})),
        Assign(w.ARCHIVING),
        "",
        {ARCHIVE: None},
    ),
    Case(
        "an archive does not come back for sure through a group in error",
        w.person(w.direct(w.KIOSK), w.via(w.EXCHANGE_1, state=IN_ERROR), clocks=frozenset({ARCHIVE})),
        Assign(w.POWER_BI),
        "",
        {},
    ),
    Case(
        "a mailbox plan brings nothing back where there is one already",
        w.person(w.direct(w.KIOSK)),
        Assign(w.EXCHANGE_2),
        "",
        {},
    ),
]
PHONED = w.person(w.via(w.E3), w.direct(w.PHONE), has_phone_number=True)
OTHER_CASES = [
    Case("office and teams", w.person(w.direct(w.E3, w.without(w.E3, w.OFFICE, w.TEAMS))), take(w.E3), APPS, {}),
    Case(
        "office devices not read",
        w.person(w.direct(w.E3, w.without(w.E3, w.OFFICE)), has_office_devices=UNKNOWN),
        take(w.E3),
        "office_unlicensed",
        {},
    ),
    Case("visio", w.person(w.via(w.E3), w.direct(w.VISIO_2)), take(w.VISIO_2), "app_unlicensed", {}),
    Case("project", w.person(w.via(w.E3), w.direct(w.PROJECT_3)), take(w.PROJECT_3), "app_unlicensed", {}),
    Case("phone number", PHONED, take(w.PHONE), "phone_released", {}),
    Case("phone not read", replace(PHONED, has_phone_number=UNKNOWN), take(w.PHONE), "phone_unknown", {}),
    Case("no phone number", replace(PHONED, has_phone_number=False), take(w.PHONE), "", {}),
    Case(
        "an add-on stops",
        w.person(w.direct(w.E3, w.without(w.E3, w.TEAMS)), w.direct(w.PHONE)),
        take(w.E3),
        "teams_ends addon_stops",
        {},
    ),
    Case("an add-on without what it needs", w.HUGO, Assign(w.PHONE), "addon_needs", {}),
    Case("direct and group", w.CARLA, take(w.E3), "stays_held", {}),
    Case("direct and purchase", w.ESRA, take(w.PLANNER_1), "stays_purchased", {}),
    Case(
        "direct and of an unknown path",
        w.person(w.direct(w.E3), w.somehow(w.E3)),
        take(w.E3),
        "stays_in_doubt",
        {},
    ),
    Case(
        "of an unknown path",
        w.person(w.somehow(w.POWER_BI)),
        take(w.POWER_BI),
        "unknown_path",
        {},
    ),
    Case(
        "a product whose plans another has",
        w.person(w.direct(w.E3), w.direct(w.EMS)),
        take(w.EMS),
        "plans_stay",
        {},
    ),
    Case("switched off here, on there", w.CARLA, Assign(w.E3, frozenset({w.SWAY})), "plans_stay", {}),
    Case(
        "location not read",
        w.person(has_usage_location=UNKNOWN),
        Assign(w.POWER_BI),
        "location_unknown",
        {},
    ),
]
CASES = MAILBOX_CASES + MAYBE_CASES + DRIVE_CASES + RETURN_CASES + OTHER_CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_exactly_these_rules_are_said(case: Case) -> None:
    """R-01 to R-30, R-41 to R-63: the rules that apply, each once, whatever else is said of other services."""
    verdict = case.verdict()
    assert verdict.outcome is Outcome.READY
    assert sorted(w.rules(verdict)) == sorted(case.says.split())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_clocks_and_undo_follow(case: Case) -> None:
    """Clocks start and stop with what is said, in 24-hour days; undo lasts until the first loss for good."""
    verdict = case.verdict()
    days = {c.kind: None if c.seconds is None else c.seconds // w.DAYS for c in verdict.clocks}
    assert len(days) == len(verdict.clocks)
    assert days == case.clocks
    assert verdict.undo_seconds == (None if case.undo is None else case.undo * w.DAYS)


def dates(verdict: Verdict) -> dict[str, int]:
    """Days by rule."""
    return {c.rule: c.seconds // w.DAYS for c in verdict.consequences if c.seconds is not None}


def test_mail_is_refused_at_once_and_the_mailbox_is_kept_thirty_days() -> None:
    """R-01, R-02, R-03: access and search end with the license, the data 30 x 24 hours later."""
    found = dates(plan(take(w.E3), w.ANNA, w.COMMERCIAL, w.CATALOG))
    assert (found["mail_refused"], found["not_searchable"], found["mailbox_lost"], found["teams_chat"]) == (
        0,
        0,
        30,
        30,
    )
    assert (found["onedrive_readonly"], found["onedrive_archived"]) == (60, 93)


def test_resiliency_moves_everything_about_mail_by_thirty_days() -> None:
    """R-23, R-44, R-45: mail is not refused before day 30, the mailbox works till then, its data last till day 60."""
    facts = replace(w.ANNA, mailbox=w.FORWARDING)
    found = dates(plan(take(w.E3), facts, w.RESILIENT, w.CATALOG))
    later = ("resiliency", "mail_refused_later", "not_searchable_later", "forwarding_stops")
    assert [found[rule] for rule in later] == [30] * 4
    assert found["mailbox_lost"] == found["teams_chat"] == 60
    assert found["onedrive_readonly"] == 60


@pytest.mark.parametrize(
    ("facts", "params"),
    [
        (mail_only(w.EXCHANGE_1), {"product": "Exchange Online (Plan 1)", "limit": "50"}),
        (mail_only(w.KIOSK), {"product": "Exchange Online Kiosk", "limit": "2"}),
        (mail_only(w.KIOSK, w.EXCHANGE_1), {"product": "Exchange Online (Plan 1)", "limit": "50"}),
    ],
)
def test_the_product_that_keeps_the_mailbox_is_named_with_its_limit(facts: UserFacts, params: dict[str, str]) -> None:
    """R-08: of several, the one with the largest mailbox."""
    (said,) = (c for c in plan(take(w.E3), facts, w.COMMERCIAL, w.CATALOG).consequences if c.rule == "mailbox_smaller")
    assert dict(said.params) == params


@pytest.mark.parametrize(
    ("size", "is_over"),
    [(SizeBand.UP_TO_2, False), (SizeBand.UP_TO_50, False), (SizeBand.UP_TO_100, True), (SizeBand.OVER_100, True)],
)
def test_only_a_mailbox_over_the_new_limit_is_warned_of(size: SizeBand, is_over: bool) -> None:
    """R-09: Plan 1 holds 50 GB."""
    facts = mail_only(w.EXCHANGE_1, mailbox=replace(w.MEDIUM, size=size))
    assert ("mailbox_over_limit" in w.rules(plan(take(w.E3), facts, w.COMMERCIAL, w.CATALOG))) is is_over


@pytest.mark.parametrize("mailbox", [w.SHARED_LARGE, w.SHARED_UNREAD, replace(w.SHARED, on_hold=True)])
@pytest.mark.parametrize("hole", ["", "has_archive", "on_hold", "size"])
def test_a_shared_mailbox_not_known_to_be_free_is_the_administrators_choice(mailbox: object, hole: str) -> None:
    """R-12: over 50 GB, with archive or hold, or with one of these not read; nothing happens before the choice."""
    box = replace(w.SHARED, **{hole: UNKNOWN}) if hole else mailbox
    verdict = plan(Unassign(w.E3), mail_only(mailbox=box), w.COMMERCIAL, w.CATALOG)
    assert (verdict.outcome, verdict.reason, verdict.changes) == (Outcome.CHOICE, Reason.SHARED_OVER, ())
    assert "shared_needs_license" in w.rules(verdict)


def test_unclassified_services_are_named_and_counted() -> None:
    """R-27: four names, then how many more; the foundation plan is nobody's business."""
    verdict = plan(take(w.E3), w.ANNA, w.COMMERCIAL, w.CATALOG)
    (said,) = (dict(c.params)["services"] for c in verdict.consequences if c.rule == "services_end")
    assert said.count(",") == 3
    assert "(+" in said
    alone = plan(take(w.POWER_BI), w.person(w.direct(w.POWER_BI)), w.COMMERCIAL, w.CATALOG)
    (said,) = (dict(c.params)["services"] for c in alone.consequences if c.rule == "services_end")
    assert "FOUNDATION" not in said.upper()
    assert "(+" not in said


@pytest.mark.parametrize(
    ("facts", "sku", "service"),
    [
        (w.person(w.direct(w.PHONE), w.direct(w.CALLING_1)), w.CALLING_1, "Microsoft 365 Domestic Calling Plan"),
        (replace(PHONED, has_phone_number=False), w.PHONE, "Microsoft 365 Phone System"),
        (
            w.person(w.direct(w.E3, w.without(w.E3, w.OFFICE)), has_office_devices=False),
            w.E3,
            "Microsoft 365 Apps for enterprise",
        ),
    ],
)
def test_what_no_sentence_speaks_of_is_named(facts: UserFacts, sku: str, service: str) -> None:
    """R-27: a calling plan beside the phone system, a phone without number, Office without devices."""
    verdict = plan(take(sku), facts, w.COMMERCIAL, w.CATALOG)
    assert [dict(c.params)["services"] for c in verdict.consequences if c.rule == "services_end"] == [service]


def test_an_addon_names_what_it_needs() -> None:
    """R-26, R-62: by the names people know."""
    verdict = plan(Assign(w.PHONE, KEEP), w.HUGO, w.COMMERCIAL, w.CATALOG)
    (said,) = verdict.consequences
    assert dict(said.params) == {"addon": "Microsoft 365 Phone System", "service": "Microsoft Teams"}


@pytest.mark.parametrize(
    ("source", "clocks"),
    [
        (w.direct(w.E3), LICENSE_CLOCKS),
        (w.via(w.E3, state=IN_ERROR), set[ClockKind]()),
        (w.direct(w.E3, NO_MAIL), {READONLY, ARCHIVED}),
        (w.direct(w.KIOSK), {MAILBOX}),
        (w.direct(w.STRANGER), set[ClockKind]()),
        (w.direct(w.CLIPCHAMP), set[ClockKind]()),
    ],
)
def test_a_clock_is_contradicted_only_by_what_is_surely_held(source: Source, clocks: set[ClockKind]) -> None:
    """R-29, I-7: an assignment in error, an unknown product and an unclassified plan stop nothing."""
    assert set(contradicted(holding(w.CATALOG, [source]), ClockKind)) == clocks


def undo_cases() -> list[Verdict]:
    """Undo says one thing that a plan does not."""
    left, changed = w.direct(w.E3), w.direct(w.EXCHANGE_1, frozenset({w.SWAY}))
    record = (
        Recorded((w.E3, left.kind, 0), left, None),
        Recorded((w.EXCHANGE_1, changed.kind, 0), w.direct(w.EXCHANGE_1), None),
    )
    return [plan_undo(record, w.person(changed), w.COMMERCIAL, w.CATALOG, ALL)]


def refused_cases() -> list[Verdict]:
    """Two plans that exclude one another are refused, with the rule that says why (R-51)."""
    facts = w.person(w.direct(w.PHONE), w.direct(w.CALLING_1))
    return [plan(Assign(w.CALLING_2), facts, w.COMMERCIAL, w.CATALOG)]


def test_every_consequence_of_the_rule_book_is_said_somewhere() -> None:
    """I-10: a rule that no situation brings would be a sentence nobody ever sees."""
    folder = resources.files("licentia.domain") / "rules"
    book = tomllib.loads((folder / "1-consequences.toml").read_text(encoding="utf-8"))
    verdicts = [case.verdict() for case in CASES] + undo_cases() + refused_cases()
    said = {c.rule for verdict in verdicts for c in verdict.consequences}
    assert said >= {rule["key"] for rule in book["rule"]}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_sentence_gets_its_words_and_its_date(case: Case) -> None:
    """A {date} has a duration, every other {word} a parameter, and no parameter is left over."""
    for said in case.verdict().consequences:
        rule = rulebook.load().by_key[said.rule]
        wanted = {name for _, name, _, _ in Formatter().parse(rule.en) if name}
        assert wanted - {"date"} == {name for name, _ in said.params}
        assert "date" not in wanted or said.seconds is not None
