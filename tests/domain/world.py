"""The named cast of the domain's tests: real products, and people whose licenses come from everywhere they can.

Plain values only. Anna holds directly, Bram through two groups, Daan bought his own; the rest says what is special.
"""

from __future__ import annotations

from dataclasses import replace

from licentia.domain.catalog import Catalog, Product, ServicePlan, load
from licentia.domain.facts import (
    AssignmentState,
    Mailbox,
    MailboxKind,
    Pool,
    SizeBand,
    Source,
    SourceKind,
    Switch,
    TenantFacts,
    UserFacts,
)
from licentia.domain.instants import DAY, SECOND
from licentia.domain.planning import Verdict, apply_to

CATALOG = load()
DAYS = DAY // SECOND
"""Seconds of a day."""

# Products

E3 = "05e9a617-0261-4cee-bb44-138d3ef5d965"
E5 = "06ebc4ee-1bb5-47dd-8120-11324bc54e06"
E1 = "18181a46-0d4e-45cd-891e-60aabd171b4e"
EXCHANGE_1 = "4b9405b0-7788-4568-add1-99614e613b69"
EXCHANGE_2 = "19ec0d23-8335-4cbd-94ac-6050e30712fa"
KIOSK = "80b2d799-d2ba-4d2a-8842-fb0d0f3a4b82"
ARCHIVING = "ee02fd1b-340e-4a4b-b355-4a514e4c8943"
ARCHIVING_SERVER = "90b5e015-709a-4b8b-b08e-3200f994494c"
EMS = "efccb6f7-5641-4e0e-bd10-b4976e1bf68e"
VISIO_2 = "c5928f49-12ba-48f7-ada3-0d743a3601d5"
PROJECT_3 = "53818b1b-4a27-454b-8896-0dba576410e6"
PLANNER_1 = "beb6439c-caad-48d3-bf46-0c82871e12be"
POWER_BI = "a403ebcc-fae0-4ca2-8c8c-7a907fd6c235"
CLIPCHAMP = "481f3bc2-5756-4b28-9375-5c8c86b99e6b"
AUDIO = "0c266dff-15dd-4b49-8397-2bb16070ed52"
PHONE = "e43b5b99-8dfb-405f-9987-dc307f34bcbd"
CALLING_1 = "0dab259f-bf13-4952-b7f8-7db8f131b28d"
CALLING_2 = "d3b4fe1f-9992-4930-8acb-ca6ec609365e"
ANALYTICS = "3d957427-ecdc-4df2-aacd-01cc9d519da8"
STRANGER = "00000000-dead-4bad-8bad-000000000001"
"""A product that the catalog does not have."""

# Service plans

MAILBOX_2 = "efb87545-963c-4e0d-99df-69c6916d9eb0"
SHAREPOINT_2 = "5dbe027f-2339-4123-9542-606e4d348a72"
TEAMS = "57ff2da0-773e-42df-b2af-ffb7a2317929"
SWAY = "a23b959c-7ce8-4e57-9140-b90eb88a9e97"
OFFICE = "43de0ff5-c92c-492b-9116-175376d08c38"

# A plan named like a mailbox plan that nobody classified, and a product of nothing else

NOVEL_PLAN = "00000000-0000-4000-8000-0000000000e1"
NOVEL = "00000000-0000-4000-8000-0000000000e2"

# Groups and purchases

OFFICE_GROUP, STAFF_GROUP = 11, 12
DAANS_PURCHASE = 21


def novel_catalog() -> Catalog:
    """The shipped catalog with `NOVEL` beside it, as after an update in which Microsoft added a mailbox plan."""
    return Catalog(
        version="novel",
        products=(*CATALOG.products.values(), Product(NOVEL, "NOVEL", "Novel Mail", (NOVEL_PLAN,))),
        plans=(*CATALOG.plans.values(), ServicePlan(NOVEL_PLAN, "EXCHANGE_S_NOVEL", "Novel Mail")),
        carries={plan: CATALOG.carries(plan) for plan in CATALOG.plans if CATALOG.is_classified(plan)},
        dependencies=CATALOG.dependencies,
        exclusions=CATALOG.exclusions,
    )


# Sources


def direct(sku: str, off: frozenset[str] = frozenset(), state: AssignmentState = AssignmentState.ACTIVE) -> Source:
    """Assigned to the user."""
    return Source(sku, SourceKind.DIRECT, 0, off, state)


def via(
    sku: str,
    group: int = OFFICE_GROUP,
    off: frozenset[str] = frozenset(),
    state: AssignmentState = AssignmentState.ACTIVE,
) -> Source:
    """Inherited from a group."""
    return Source(sku, SourceKind.GROUP, group, off, state)


def bought(sku: str, purchase: int = DAANS_PURCHASE) -> Source:
    """From a self-service purchase."""
    return Source(sku, SourceKind.PURCHASE, purchase)


def somehow(sku: str, off: frozenset[str] = frozenset()) -> Source:
    """By a path that nobody stated."""
    return Source(sku, SourceKind.UNKNOWN, 0, off)


def without(sku: str, *kept: str) -> frozenset[str]:
    """The plans to switch off so that of the product only `kept` stay on."""
    return frozenset(CATALOG.products[sku].plan_ids) - set(kept)


# Mailboxes

SMALL = Mailbox(MailboxKind.USER, SizeBand.UP_TO_2, has_archive=False, on_hold=False, is_forwarding=False)
MEDIUM = replace(SMALL, size=SizeBand.UP_TO_50)
LARGE = replace(SMALL, size=SizeBand.UP_TO_100)
HELD = replace(MEDIUM, on_hold=True)
ARCHIVED = replace(MEDIUM, has_archive=True)
FORWARDING = replace(MEDIUM, is_forwarding=True)
UNREAD = Mailbox(MailboxKind.USER)
NO_MAILBOX = Mailbox(MailboxKind.NONE, has_archive=False, on_hold=False, is_forwarding=False)
PURGED = replace(NO_MAILBOX, was_purged=True)
SHARED = replace(MEDIUM, kind=MailboxKind.SHARED)
SHARED_LARGE = replace(LARGE, kind=MailboxKind.SHARED)
SHARED_UNREAD = Mailbox(MailboxKind.SHARED)
ROOM = replace(SMALL, kind=MailboxKind.ROOM)


# People


def person(*sources: Source, **facts: object) -> UserFacts:
    """Somebody of whom everything is known: a mailbox of 50 GB, a drive, no phone, one Office device, no hold."""
    known = UserFacts(
        sources=tuple(sorted(sources, key=lambda s: (s.sku_id, s.kind, s.source_id))),
        has_usage_location=True,
        mailbox=MEDIUM,
        has_drive=True,
        drive_on_hold=False,
        has_phone_number=False,
        has_office_devices=True,
    )
    return replace(known, **facts)  # type: ignore[arg-type]


ANNA = person(direct(E3))
BRAM = person(via(E3, OFFICE_GROUP), via(E3, STAFF_GROUP))
CARLA = person(direct(E3), via(E3))
DAAN = person(bought(PLANNER_1))
ESRA = person(direct(PLANNER_1), bought(PLANNER_1))
FLORIS = UserFacts(sources=(somehow(E3),))
"""Floris comes from a file that says no more than what he has."""
GRETA = person(direct(E3), never="emergency account")
HUGO = person()
IRIS = replace(UserFacts(sources=(direct(POWER_BI),)), is_guest=True)

# Tenants

COMMERCIAL = TenantFacts(pools={sku: Pool(100, 10) for sku in (*CATALOG.products, NOVEL, STRANGER)})
EDUCATION = replace(COMMERCIAL, switches=frozenset({Switch.EDUCATION}))
GOVERNMENT = replace(COMMERCIAL, switches=frozenset({Switch.US_GOVERNMENT}))
RESILIENT = replace(COMMERCIAL, switches=frozenset({Switch.DELICENSING_RESILIENCY}))


def rules(verdict: Verdict) -> list[str]:
    """The keys of the consequences, in order, without the list of other services."""
    return [c.rule for c in verdict.consequences if c.rule != "services_end"]


def after(facts: UserFacts, verdict: Verdict) -> UserFacts:
    """The facts once the verdict is applied: its sources, its clocks."""
    sources = apply_to(facts.sources, [(c.before, c.after) for c in verdict.changes])
    stopped = {clock.kind for clock in verdict.clocks if clock.seconds is None}
    started = {clock.kind for clock in verdict.clocks if clock.seconds is not None}
    return replace(facts, sources=sources, clocks=(facts.clocks - stopped) | started)
