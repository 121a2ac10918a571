"""What an administrator tells in one breath comes out exact: counts, dates to the second, the key sentence in both languages.

Each test walks the whole road: a plan, its preview, its run, and what is there afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
import time_machine

from licentia.changes import advance
from licentia.changes import subscriptions as doors
from licentia.changes.preview import Preview, preview
from licentia.changes.who import Who
from licentia.cli import i18n
from licentia.cli.sentences import explain, reason
from licentia.domain import rulebook
from licentia.domain.facts import MailboxKind, SourceKind
from licentia.domain.instants import DAY, Instant, from_iso, to_datetime
from licentia.domain.intents import (
    Assign,
    ChangeMembers,
    DeleteUser,
    Intent,
    Resize,
    RestoreUser,
    Swap,
    TakeOver,
    Unassign,
    UnassignAll,
)
from licentia.domain.money import Money
from licentia.domain.permissions import ROLE_CAPABILITIES, Actor, ActorKind, Role
from licentia.domain.reasons import NotPermitted, Outcome, Reason, Refused
from licentia.domain.savings import Part
from licentia.domain.seats import Ruling, When
from licentia.domain.subscriptions import Addition, BillingAccount, Subscription, SubscriptionState, foreseen
from licentia.importing.rows import GroupRow, HoldKind, LicenseRow, MailboxRow, PurchaseRow, TenantRows
from licentia.store import clock
from licentia.store.lists import subscriptions as subscription_list
from licentia.words.formats import date
from world_store import (
    AUDIO,
    E3,
    E5,
    GIB,
    PLANNER,
    STAFF,
    VISIO,
    World,
    by_group,
    crowd,
    direct,
    person,
    tenant_rows,
)

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]

NOW = from_iso("2026-11-25T13:05:09Z")
"""Wednesday 25 November 2026, 14:05:09 in Amsterdam."""
ZONE = "Europe/Amsterdam"
EXCHANGE_1 = "4b9405b0-7788-4568-add1-99614e613b69"
EMS = "efccb6f7-5641-4e0e-bd10-b4976e1bf68e"
PROJECT_3 = "53818b1b-4a27-454b-8896-0dba576410e6"
TEAMS_ENTERPRISE = "7e31c0d9-9551-471d-836f-32ee72be4a01"
VERIFIED = ("verified", None)


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    """The machine's clock stands still; a tenant's own time moves only by its own clock."""
    with time_machine.travel(to_datetime(NOW), tick=False):
        yield


class Said(NamedTuple):
    """One line of a preview: so many users, at which instant, the sentence in English and Dutch."""

    users: int
    at: Instant | None
    en: str
    nl: str


def said(shown: Preview) -> dict[str, list[Said]]:
    """By rule, what a preview says."""
    found: dict[str, list[Said]] = {}
    for line in shown.lines:
        both = [
            line.rule.sentence(language).format(
                **dict(line.params) | {"date": "" if line.at is None else date(line.at, language, ZONE)}
            )
            for language in ("en", "nl")
        ]
        found.setdefault(line.rule.id, []).append(Said(line.users, line.at, *both))
    return found


def planned(world: World, intent: Intent, *ids: int, who: Who | None = None) -> tuple[int, Preview]:
    """A plan and its preview."""
    plan = world.propose(intent, *ids, who=who)
    return plan, preview(world.tenant, plan)


def counts(shown: Preview) -> tuple[int, ...]:
    """Users, and of them ready, to choose, skipped, refused; seats that come free."""
    return tuple(shown.plan[name] for name in ("users", "ready", "choice", "skipped", "refused", "seats_freed"))


def why(shown: Preview) -> list[tuple[str, str, int, str, str]]:
    """(outcome, reason, users, sentence in English, in Dutch) of who is left out."""
    found = []
    for one in shown.reasons:
        i18n.use("en")
        en = reason(one.reason, one.subject)
        i18n.use("nl")
        nl = reason(one.reason, one.subject)
        found.append((one.outcome.value, one.reason.value, one.users, en, nl))
    return found


def rule(number: str) -> tuple[str, str]:
    """A rule's sentence in English and in Dutch."""
    found = rulebook.load().by_id[number]
    return found.en, found.nl


def seats(world: World, sku: str = E3, purchase: int = 0) -> tuple[int | None, int]:
    """(owned, assigned)."""
    pool = subscription_list.pools(world.tenant, [world.product(sku)])[world.product(sku), purchase]
    return pool.capacity, pool.consumed


def after(world: World, days: float) -> None:
    """So many days of the tenant's time pass."""
    advance.set_clock(world.tenant, clock.tenant_now(world.tenant) + int(days * DAY), world.actor)


# ---- one product, several paths


def test_e3_direct_and_by_group(make_world: Make) -> None:
    """Three users with E3: directly, both, by group. One seat comes free, one stays, one can't be unassigned here."""
    world = make_world([person(1, direct(E3)), person(2, direct(E3) + by_group(E3)), person(3, by_group(E3))])
    plan, shown = planned(world, Unassign(E3), 1, 2, 3)
    assert counts(shown) == (3, 2, 0, 0, 1, 1)
    lines = said(shown)
    assert lines["R-28"] == [
        Said(
            1,
            None,
            "The product stays through another assignment. No seat comes free and nothing is lost.",
            "Het product blijft via een andere toewijzing. Er komt geen licentie vrij en er gaat niets verloren.",
        )
    ]
    assert lines["R-01"] == [
        Said(
            1,
            from_iso("2026-12-25T13:05:09Z"),
            "Mailbox is kept until at least Fri 25 Dec 2026, then deleted for good.",
            "Postvak blijft minstens tot vr 25 dec. 2026 bewaard en wordt daarna definitief verwijderd.",
        )
    ]
    assert [(number, one[0].at) for number, one in lines.items() if number in ("R-18", "R-19")] == [
        ("R-18", from_iso("2027-01-24T13:05:09Z")),
        ("R-19", from_iso("2027-02-26T13:05:09Z")),
    ]
    assert why(shown) == [
        (
            "refused",
            "inherited",
            1,
            "This license comes from group Alle medewerkers. You can't unassign it here.",
            "Deze licentie komt via groep Alle medewerkers. U kunt die hier niet intrekken.",
        )
    ]
    header = world.apply(plan)
    assert (header["verified"], header["undo_until"]) == (2, from_iso("2026-12-25T13:05:09Z"))
    assert world.clocks() == [
        (1, "drive_archive", from_iso("2027-02-26T13:05:09Z")),
        (1, "drive_readonly", from_iso("2027-01-24T13:05:09Z")),
        (1, "mailbox_purge", from_iso("2026-12-25T13:05:09Z")),
    ]
    assert set(world.sources()) == {(2, E3, 2, 1), (3, E3, 2, 1)}
    assert world.consumed() == 2
    world.undo(plan)
    assert (world.consumed(), world.clocks()) == (3, [])


STAYS: dict[str, tuple[str, dict[str, tuple[str, str]], list[str], int | None]] = {
    "Exchange Plan 1": (
        EXCHANGE_1,
        {
            "R-08": (
                "Mailbox stays through Exchange Online (Plan 1), with a limit of 50 GB.",
                "Postvak blijft via Exchange Online (Plan 1), met een limiet van 50 GB.",
            ),
            "R-18": (
                "OneDrive becomes read-only on Sun 24 Jan 2027, unless a license with OneDrive is assigned first.",
                "OneDrive wordt op zo 24 jan. 2027 alleen-lezen, tenzij eerder een licentie met OneDrive wordt toegewezen.",
            ),
        },
        ["drive_archive", "drive_readonly"],
        None,
    ),
    "EMS": (
        EMS,
        {
            "R-01": (
                "Mailbox is kept until at least Fri 25 Dec 2026, then deleted for good.",
                "Postvak blijft minstens tot vr 25 dec. 2026 bewaard en wordt daarna definitief verwijderd.",
            ),
            "R-60": ("Access to Teams ends.", "De toegang tot Teams stopt."),
        },
        ["drive_archive", "drive_readonly", "mailbox_purge"],
        30,
    ),
    "Project": (
        PROJECT_3,
        {
            "R-01": (
                "Mailbox is kept until at least Fri 25 Dec 2026, then deleted for good.",
                "Postvak blijft minstens tot vr 25 dec. 2026 bewaard en wordt daarna definitief verwijderd.",
            ),
        },
        ["mailbox_purge"],
        30,
    ),
    "Teams Enterprise": (
        TEAMS_ENTERPRISE,
        {
            "R-08": (
                "Mailbox stays through Microsoft Teams Enterprise, with a limit of 2 GB.",
                "Postvak blijft via Microsoft Teams Enterprise, met een limiet van 2 GB.",
            ),
            "R-09": (
                "The mailbox is larger than the limit of 2 GB: sending, then receiving, stops.",
                "Het postvak is groter dan de limiet van 2 GB: verzenden en daarna ontvangen stopt.",
            ),
        },
        [],
        None,
    ),
}
"""By what stays: the product, the key sentences, the clocks that run, days in which undo brings everything back."""


@pytest.mark.parametrize("name", STAYS)
def test_e3_goes_and_another_product_stays(make_world: Make, name: str) -> None:
    """A mailbox of 10 GB and a OneDrive: each is kept by what carries one, and only by that."""
    other, key, clocks, days = STAYS[name]
    world = make_world([person(1, direct(E3, other))])
    plan, shown = planned(world, Unassign(E3), 1)
    assert counts(shown) == (1, 1, 0, 0, 0, 1)
    lines = said(shown)
    assert {number: (one[0].en, one[0].nl) for number, one in lines.items() if number in key} == key
    assert ("R-01" in lines, "R-18" in lines, "R-60" in lines) == (
        "mailbox_purge" in clocks,
        "drive_readonly" in clocks,
        other != TEAMS_ENTERPRISE,
    )
    assert shown.undo_until == (None if days is None else NOW + days * DAY)
    assert world.apply(plan)["undo_until"] == shown.undo_until
    assert [kind for _, kind, _ in world.clocks()] == clocks
    assert {sku for _, sku, _, _ in world.sources()} == {other}
    assert (world.consumed(), world.consumed(other)) == (0, 1)


def test_an_add_on_standing_on_it(make_world: Make) -> None:
    """Audio Conferencing needs Teams: E3 stays with both names in the sentence; both together can go."""
    world = make_world([person(1, direct(E3, AUDIO)), person(2, direct(E3))])
    plan, shown = planned(world, Unassign(E3), 1, 2)
    assert counts(shown) == (2, 1, 0, 0, 1, 1)
    assert why(shown) == [
        (
            "refused",
            "dependency",
            1,
            "Microsoft 365 Audio Conferencing needs Microsoft Teams. "
            "Remove Microsoft 365 Audio Conferencing first or keep this license.",
            "Microsoft 365 Audio Conferencing heeft Microsoft Teams nodig. "
            "Verwijder eerst Microsoft 365 Audio Conferencing of behoud deze licentie.",
        )
    ]
    assert rule("R-35") == (
        "A plan that others depend on can't go while they stay.",
        "Een serviceplan waarvan andere afhangen, kan niet weg zolang die blijven.",
    )
    world.apply(plan)
    assert world.steps(plan) == {1: ("refused", "dependency"), 2: VERIFIED}
    both, shown = planned(world, UnassignAll(), 1)
    assert counts(shown) == (1, 1, 0, 0, 0, 2)
    world.apply(both)
    assert (world.sources(), world.consumed(), world.consumed(AUDIO)) == ({}, 0, 0)


# ---- seats


def test_twelve_swaps_with_eleven_seats(make_world: Make) -> None:
    """All or none: nobody is chosen silently. With the twelfth seat it is one step, and no mailbox was ever without a plan."""
    world = make_world(crowd(12), seats={E3: 12, E5: 11})
    plan, shown = planned(world, Swap(E3, E5))
    assert counts(shown) == (12, 12, 0, 0, 0, 12)
    assert [(one.sku_id, one.needed, one.free) for one in shown.seats] == [(E3, -12, 0), (E5, 12, 11)]
    assert "R-01" not in said(shown)
    with pytest.raises(Refused) as refused:
        world.start(plan)
    told = []
    for language in ("en", "nl"):
        i18n.use(language)
        explained = explain(refused.value)
        assert explained is not None
        told.append((explained.text, explained.status))
    assert told == [
        (
            "Not enough licenses for Microsoft 365 E5: 12 needed, 11 available, 1 missing. "
            "Take some back first, or choose fewer users.",
            1,
        ),
        (
            "Niet genoeg licenties voor Microsoft 365 E5: 12 nodig, 11 beschikbaar, 1 te weinig. "
            "Trek er eerst enkele in, of kies minder gebruikers.",
            1,
        ),
    ]
    assert (seats(world), seats(world, E5)) == ((12, 12), (11, 0))
    world.set_seats(12, E5)
    header = world.apply(plan)
    assert (header["state"], header["verified"], world.clocks()) == ("applied", 12, [])
    assert (seats(world), seats(world, E5)) == ((12, 0), (12, 12))


def bought(number: int, count: int, started: Instant = NOW - 100 * DAY, **how: Any) -> Subscription:
    """A yearly subscription on a Customer Agreement, of E3 at 33.50 a month."""
    known: dict[str, Any] = {
        "sku_id": E3,
        "account": BillingAccount.MCA,
        "term_months": 12,
        "started_at": started,
        "renews_at": started + 365 * DAY,
        "recurring": True,
        "price": Money(Decimal("33.50"), "EUR"),
        "read_at": NOW,
    }
    return foreseen(Subscription(0, f"ref-{number}", seats=count, **(known | how)), NOW)


def owning(rows: TenantRows, *some: Subscription) -> TenantRows:
    """The tenant with these subscriptions."""
    return replace(rows, subscriptions=tuple((None, one) for one in some))


def test_five_and_eight_seats_are_thirteen(make_world: Make) -> None:
    """Two subscriptions, one pool: the thirteenth is assigned, the fourteenth refused; of an ended one none is left."""
    ends = NOW + 10 * DAY
    some = [bought(1, 5), bought(2, 8, renews_at=ends, next_at=ends, recurring=False)]
    world = make_world(owning(tenant_rows([*crowd(12), person(13), person(14)]), *some))
    assert seats(world) == (13, 12)
    world.assign(13)
    _, shown = planned(world, Assign(E3), 14)
    assert [(one.needed, one.free) for one in shown.seats] == [(1, 0)]
    with pytest.raises(Refused) as refused:
        world.start(shown.plan["id"])
    assert refused.value.details == {"need": 1, "free": 0, "sku": E3}
    assert rule("R-37") == (
        "One seat per user and product, however many assignments. Assigning needs a free seat.",
        "Eén licentie per gebruiker en product, hoeveel toewijzingen er ook zijn. Toewijzen vraagt een vrije licentie.",
    )
    after(world, 10)
    assert (seats(world), world.rows("SELECT state FROM subscription WHERE tenant_id = %(tenant)s ORDER BY id")) == (
        (13, 13),
        [("enabled",), ("warning",)],
    )
    after(world, 30)
    assert seats(world) == (5, 13)
    assert [(row[0], row[1]) for row in world.journal("subscription.suspend")] == [(ends + 30 * DAY, 2)]
    assert len(world.sources()) == 13


# ---- money


def test_money_within_the_seven_days_and_after_them(make_world: Make) -> None:
    """Four of ten seats come free: within the window they save from now, after it from the renewal date on."""
    started = NOW - 3 * DAY
    renews = started + 365 * DAY
    world = make_world(owning(tenant_rows(crowd(10)), bought(1, 10, started)))
    plan, shown = planned(world, Unassign(E3), 1, 2, 3, 4)
    (saving,) = shown.savings
    window = Part(When.NOW, Ruling.WINDOW, 4, 1, NOW, started + 7 * DAY, Money(Decimal("134.00"), "EUR"))
    assert (saving.seats, saving.covers, saving.parts, saving.first_at) == (4, 0, (window,), NOW)
    world.apply(plan)
    assert rule("R-38") == ("Unassigning alone saves nothing.", "Alleen intrekken bespaart nog niets.")
    assert seats(world) == (10, 6)
    with pytest.raises(Refused) as refused:
        doors.resize(world.tenant, 1, 5, world.actor)
    assert (refused.value.details["ruling"], refused.value.details["least"]) == ("assigned", 6)
    after(world, 4)
    (late,) = doors.savings(world.tenant, {E3: 4}, clock.tenant_now(world.tenant), done=True)
    renewal = Part(When.AT_RENEWAL, Ruling.AT_RENEWAL, 4, 1, renews, None, Money(Decimal("134.00"), "EUR"))
    assert (late.parts, late.first_at) == ((renewal,), from_iso("2027-11-22T13:05:09Z"))
    done = doors.resize(world.tenant, 1, 6, world.actor, at_renewal=True)
    assert (done.verdict.rule, done.verdict.at, done.fewer) == ("R-113", renews, 4)
    assert done.per_month == Money(Decimal("134.00"), "EUR")
    assert [rule(number) for number in ("R-111", "R-113", "R-123")] == [
        (
            "Seats can be removed within 7 days of purchase or renewal, with recurring billing on.",
            "Licenties kunnen binnen 7 dagen na aankoop of verlenging worden verwijderd, "
            "als de terugkerende facturering aan is.",
        ),
        (
            "Outside those 7 days, fewer seats can be chosen for the renewal, with recurring billing on.",
            "Buiten die 7 dagen kan voor de verlenging een kleiner aantal licenties worden gekozen, "
            "als de terugkerende facturering aan is.",
        ),
        (
            "A saving begins on the first date on which the subscription can have fewer seats, not today.",
            "Een besparing begint op de eerste datum waarop het abonnement minder licenties kan hebben, niet vandaag.",
        ),
    ]
    assert seats(world) == (10, 6)
    advance.set_clock(world.tenant, renews, world.actor)
    assert seats(world) == (6, 6)
    assert [row[0] for row in world.journal("subscription.renew")] == [renews]


@pytest.mark.parametrize(("later", "when"), [(-1, When.NOW), (0, When.AT_RENEWAL)])
def test_the_window_ends_to_the_second(make_world: Make, later: int, when: When) -> None:
    """One second before seven days have passed seats can go; at seven days they can't."""
    world = make_world(owning(tenant_rows(crowd(6)), bought(1, 10, NOW)))
    advance.set_clock(world.tenant, NOW + 7 * DAY + later * 1_000_000, world.actor)
    verdict = doors.consider(world.tenant, Resize(1, E3, 6)).verdict
    assert verdict.when is when


def test_seats_added_in_the_term_have_a_window_of_their_own(make_world: Make) -> None:
    """Of five seats that came free, the two added two days ago save from now, the rest from the renewal."""
    started = NOW - 100 * DAY
    world = make_world(owning(tenant_rows(crowd(12)), bought(1, 12, started, additions=(Addition(NOW - 2 * DAY, 2),))))
    _, shown = planned(world, Unassign(E3), 1, 2, 3, 4, 5)
    (saving,) = shown.savings
    assert [(one.when, one.seats, one.at, one.until) for one in saving.parts] == [
        (When.NOW, 2, NOW, NOW + 5 * DAY),
        (When.AT_RENEWAL, 3, started + 365 * DAY, None),
    ]
    assert saving.per_month(When.NOW) == (Money(Decimal("67.00"), "EUR"),)


# ---- a self-service purchase

BOUGHT = PurchaseRow("20000000-0000-4000-8000-000000000001", PLANNER, 5, "p00001@contoso.example", NOW - 30 * DAY)


def with_purchase(make_world: Make) -> World:
    """Two users of a purchase that Persoon 00001 made, one without; three seats of the organization's own."""
    held = (LicenseRow(PLANNER, SourceKind.PURCHASE, BOUGHT.ref),)
    rows = tenant_rows([person(1, held), person(2, held), person(3)], {PLANNER: 3}, (BOUGHT,))
    term = bought(1, 5, BOUGHT.bought_at, sku_id=PLANNER)
    return make_world(replace(rows, subscriptions=((BOUGHT.ref, term),)))


def test_a_self_service_product_is_refused(make_world: Make) -> None:
    """Its licenses can be neither unassigned nor changed: the buyer is named, and what can be done."""
    world = with_purchase(make_world)
    _, shown = planned(world, Unassign(PLANNER), 1, 2, 3)
    assert counts(shown) == (3, 0, 0, 1, 2, 0)
    assert why(shown)[0] == (
        "refused",
        "self_service",
        2,
        "Bought by Persoon 00001. Take over the subscription first.",
        "Gekocht door Persoon 00001. Neem eerst het abonnement over.",
    )
    assert rule("R-32") == (
        "A self-service purchase can't be assigned or unassigned by an administrator until it is taken over.",
        "Een selfserviceaankoop kan pas na overname door een beheerder worden toegewezen of ingetrokken.",
    )


@pytest.mark.parametrize("move", [True, False])
def test_a_self_service_purchase_is_taken_over(make_world: Make, move: bool) -> None:
    """Users move or lose it, the purchase ends, its buyer is told; afterwards they are ordinary. By Billing, not License."""
    world = with_purchase(make_world)
    take = TakeOver(1, PLANNER, move)
    license_admin = Actor(ActorKind.OPERATOR, "x", "X", world.tenant, ROLE_CAPABILITIES[Role.LICENSE])
    world.actor = license_admin
    with pytest.raises(NotPermitted):
        world.propose(take, who=Who("purchase", "1"))
    world.actor = replace(license_admin, capabilities=ROLE_CAPABILITIES[Role.BILLING])
    plan, shown = planned(world, take, who=Who("purchase", "1"))
    assert counts(shown) == (2, 2, 0, 0, 0, 2)
    lines = said(shown)
    if move:
        assert lines == {
            "R-133": [
                Said(
                    2,
                    None,
                    "Planner Plan 1 is assigned by the organization from now on, "
                    "no longer through the purchase of Persoon 00001.",
                    "Planner Plan 1 wordt vanaf nu door de organisatie toegewezen, "
                    "niet meer via de aankoop van Persoon 00001.",
                )
            ]
        }
    else:
        assert [(one.users, one.at) for one in lines["R-18"]] == [(2, NOW + 60 * DAY)]
    assert world.apply(plan)["verified"] == 2
    assert seats(world, PLANNER) == (3, 2 if move else 0)
    assert seats(world, PLANNER, 1) == (0, 0)
    (ended,) = (row.subscription for row in subscription_list.page(world.tenant))
    assert (ended.state, ended.next_at) == (SubscriptionState.DELETED, None)
    ((at, buyer, _, told),) = world.journal("purchase.notice")
    assert (at, buyer, json.loads(told)) == (NOW, 1, {"purchase": 1, "sku": PLANNER, "move": move})
    world.actor = license_admin
    ordinary, shown = planned(world, Unassign(PLANNER), 1, 2, 3)
    assert counts(shown) == ((3, 2, 0, 1, 0, 2) if move else (3, 0, 0, 3, 0, 0))
    if move:
        world.apply(ordinary)
        world.undo(ordinary)
        assert seats(world, PLANNER) == (3, 2)


# ---- leavers


def test_640_leavers_of_whom_612_are_in_a_dynamic_group(make_world: Make) -> None:
    """28 can be unassigned; 612 have E3 from a group that a rule fills, named; leaving it is refused with who can do it."""
    name = "Medewerkers (regel)"
    group = GroupRow(STAFF, name, by_group(E3), membership_rule='user.companyName -eq "Contoso"')
    people = [person(n, direct(E3) if n <= 28 else by_group(E3)) for n in range(1, 641)]
    world = make_world(replace(tenant_rows(people), groups=(group,)))
    everybody = tuple(range(1, 641))
    plan, shown = planned(world, Unassign(E3), *everybody)
    assert counts(shown) == (640, 28, 0, 0, 612, 28)
    assert why(shown) == [
        (
            "refused",
            "inherited",
            612,
            "This license comes from group Medewerkers (regel). You can't unassign it here.",
            "Deze licentie komt via groep Medewerkers (regel). U kunt die hier niet intrekken.",
        )
    ]
    assert [(one.users, one.at) for one in said(shown)["R-01"]] == [(28, from_iso("2026-12-25T13:05:09Z"))]
    header = world.apply(plan)
    assert (header["verified"], world.consumed(), len(world.sources())) == (28, 612, 612)
    with pytest.raises(Refused) as refused:
        world.propose(ChangeMembers(from_group=1), *everybody[28:])
    assert (refused.value.code, refused.value.details) == ("group_dynamic", {"group": name})
    assert rule("R-93") == (
        "Members are changed where the group has its master: a rule in Entra, Active Directory on-premises, "
        "or the Exchange admin center.",
        "Leden wijzigt u waar de groep wordt beheerd: een regel in Entra, Active Directory on-premises "
        "of het Exchange-beheercentrum.",
    )
    assert world.consumed() == 612


def test_a_user_deleted_and_restored_when_the_seat_is_gone(make_world: Make) -> None:
    """The seat went to a colleague: the user comes back without E3, with Visio, and the mailbox keeps its date."""
    world = make_world([person(1, direct(E3, VISIO)), person(2)], seats={E3: 1, VISIO: 1})
    deleted, shown = planned(world, DeleteUser(), 1)
    assert counts(shown) == (1, 1, 0, 0, 0, 2)
    lines = said(shown)
    assert lines["R-71"] == [
        Said(
            1,
            from_iso("2026-12-25T13:05:09Z"),
            "The user can be restored until Fri 25 Dec 2026, and is then deleted for good.",
            "De gebruiker kan tot vr 25 dec. 2026 worden hersteld en wordt daarna definitief verwijderd.",
        )
    ]
    assert lines["R-77"][0].at == from_iso("2027-03-28T13:05:09Z")
    world.apply(deleted)
    assert (world.consumed(), world.consumed(VISIO)) == (0, 0)
    world.assign(2)
    after(world, 10)
    restored, shown = planned(world, RestoreUser(), 1)
    assert counts(shown) == (1, 1, 0, 0, 0, 0)
    lines = said(shown)
    assert lines["R-82"] == [
        Said(
            1,
            None,
            "No license of Microsoft 365 E3 is available: the user comes back without it.",
            "Er is geen licentie van Microsoft 365 E3 beschikbaar: de gebruiker komt zonder terug.",
        )
    ]
    assert lines["R-56"] == [
        Said(
            1,
            None,
            "The grace period of the mailbox or archive runs already: it is deleted for good on the date that stands.",
            "De respijtperiode van het postvak of archief loopt al: definitieve verwijdering volgt op de datum die al "
            "vaststaat.",
        )
    ]
    assert "R-01" not in lines
    assert lines["R-04"][0].at is None
    world.apply(restored)
    assert world.steps(restored) == {1: VERIFIED}
    assert set(world.sources()) == {(1, VISIO, 1, 0), (2, E3, 1, 0)}
    assert world.clocks() == [(1, "mailbox_purge", from_iso("2026-12-25T13:05:09Z"))]
    after(world, 20)
    assert [row[:2] for row in world.journal("clock.mailbox_purge")] == [(from_iso("2026-12-25T13:05:09Z"), 1)]
    assert world.rows("SELECT deleted_at FROM users WHERE tenant_id = %(tenant)s AND id = 1") == [(None,)]


def test_a_restored_user_has_all_back_while_there_are_seats(make_world: Make) -> None:
    """In time, everything returns and no date stands; after 30 days to the second the account is gone for good."""
    world = make_world([person(n, direct(E3)) for n in (1, 2)], seats={E3: 2})
    world.apply(world.propose(DeleteUser(), 1, 2))
    after(world, 29)
    _, shown = planned(world, RestoreUser(), 1)
    assert said(shown)["R-29"][0][2:] == (
        "The mailbox returns: its grace period has not ended.",
        "Het postvak komt terug: de respijtperiode is nog niet voorbij.",
    )
    world.apply(shown.plan["id"])
    assert (world.consumed(), {row[0] for row in world.clocks()}) == (1, {2})
    after(world, 1)
    assert [row[:2] for row in world.journal("clock.user_purge")] == [(NOW + 30 * DAY, 2)]
    assert list(world.ids()) == ["p00001@contoso.example"]


def test_a_leaver_with_a_hold_and_a_shared_mailbox(make_world: Make) -> None:
    """A mailbox on hold stays, a small shared one needs no license, a large one is the administrator's choice."""
    held = MailboxRow(MailboxKind.USER, 10 * GIB, False, HoldKind.LITIGATION, False)
    small, large = (MailboxRow(MailboxKind.SHARED, size * GIB, False, HoldKind.NONE, False) for size in (40, 60))
    world = make_world([person(n, direct(E3), mailbox=box) for n, box in enumerate((held, small, large), start=1)])
    plan, shown = planned(world, Unassign(E3), 1, 2, 3)
    assert counts(shown) == (3, 2, 1, 0, 0, 2)
    assert [(one.outcome, one.reason, one.users) for one in shown.reasons] == [(Outcome.CHOICE, Reason.SHARED_OVER, 1)]
    lines = said(shown)
    assert lines["R-06"][0] == Said(
        1,
        None,
        "Mailbox kept by hold or retention policy.",
        "Postvak behouden door bewaring of bewaarbeleid.",
    )
    assert lines["R-11"][0] == Said(
        1,
        None,
        "Shared mailbox up to 50 GB, without archive or hold, stays without a license.",
        "Gedeeld postvak tot 50 GB, zonder archief of bewaring, blijft bestaan zonder licentie.",
    )
    assert "R-01" not in lines
    world.apply(plan)
    assert [kind for _, kind, _ in world.clocks() if kind.startswith("mailbox")] == []
