"""The demo tenant: equal arguments give equal rows, and every case the rules know is in it.

Never reads a file: what belongs to which product is stated here a second time.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from itertools import islice

import pytest

from licentia.domain.facts import AssignmentState, MailboxKind, SourceKind
from licentia.domain.instants import DAY
from licentia.importing.demo import DEMO_NOW, demo_tenant
from licentia.importing.demo.names import folded
from licentia.importing.rows import HoldKind, LicenseRow, TenantRows, UserRow

E3 = "05e9a617-0261-4cee-bb44-138d3ef5d965"
E5 = "06ebc4ee-1bb5-47dd-8120-11324bc54e06"
F3 = "66b55226-6b4f-492c-910c-a3b7a3c9d993"
E1 = "18181a46-0d4e-45cd-891e-60aabd171b4e"
EXCHANGE_1 = "4b9405b0-7788-4568-add1-99614e613b69"
EXCHANGE_2 = "19ec0d23-8335-4cbd-94ac-6050e30712fa"
KIOSK = "80b2d799-d2ba-4d2a-8842-fb0d0f3a4b82"
ARCHIVING = "ee02fd1b-340e-4a4b-b355-4a514e4c8943"
PROJECT_3 = "53818b1b-4a27-454b-8896-0dba576410e6"
PLANNER_1 = "beb6439c-caad-48d3-bf46-0c82871e12be"
VISIO_2 = "c5928f49-12ba-48f7-ada3-0d743a3601d5"
PHONE = "e43b5b99-8dfb-405f-9987-dc307f34bcbd"
AUDIO = "0c266dff-15dd-4b49-8397-2bb16070ed52"
COPILOT = "639dec6b-bb19-468b-871c-c5c441c4b0cb"
EMS = "efccb6f7-5641-4e0e-bd10-b4976e1bf68e"
FLOW_FREE = "f30db892-07e9-47e9-837c-80727f46fd3d"

SWAY, KAIZALA = "a23b959c-7ce8-4e57-9140-b90eb88a9e97", "aebd3021-9f8f-4bf8-bbe3-0ed2f4f047a1"
YAMMER, FLOW_F3 = "7547a3fe-08ee-4ccb-b430-5077c5041653", "bd91b1a4-9f94-4ecf-b45b-3a65e5c8128a"
EXCHANGE_PLAN_2, STREAM_E1 = "efb87545-963c-4e0d-99df-69c6916d9eb0", "743dd19e-1ce3-4c62-a3ad-49ba8f63a2f6"
DEFENDER = "14ab5db5-e6c4-4b20-b4bc-13e36fd2227f"
PLANS = {E3: {SWAY, KAIZALA, EXCHANGE_PLAN_2}, E5: {DEFENDER}, F3: {YAMMER, FLOW_F3}, E1: {STREAM_E1}}
"""Plans that may be off, by product."""

GIB = 1 << 30
Case = Callable[[UserRow], bool]


def held(user: UserRow) -> dict[str, list[LicenseRow]]:
    """The held sources of a user, by product."""
    found: dict[str, list[LicenseRow]] = defaultdict(list)
    for row in user.licenses:
        if row.state.holds:
            found[row.sku_id].append(row)
    return found


def some(*wanted: tuple[SourceKind, int]) -> Case:
    """Whether a product of the user is held from exactly these sources."""
    counts = Counter(dict(wanted))
    return lambda user: counts in [Counter(row.kind for row in rows) for rows in held(user).values()]


def plans_off(rows: Iterable[LicenseRow]) -> dict[str, frozenset[str]]:
    """By product the plans that are off."""
    return {row.sku_id: row.disabled_plans for row in rows}


def holds(*products: str) -> Case:
    """Whether the user holds all these products."""
    return lambda user: set(products) <= set(held(user))


def box(kind: MailboxKind, licensed: bool | None = None, *, over: int = 0, up_to: int = 100) -> Case:
    """Whether the mailbox is of this kind and between these sizes in GiB."""
    return lambda user: (
        user.mailbox is not None
        and user.mailbox.kind is kind
        and licensed in (None, bool(user.licenses))
        and over * GIB < (user.mailbox.size_bytes or 0) <= up_to * GIB
    )


def errors(state: AssignmentState, error: str) -> Case:
    """Whether a source stands in this state for this reason."""
    return lambda user: any(row.state is state and row.error == error for row in user.licenses)


def on_hold(hold: HoldKind) -> Case:
    """Whether this keeps the mailbox."""
    return lambda user: user.mailbox is not None and user.mailbox.hold is hold


DIRECT, GROUP, PURCHASE = SourceKind.DIRECT, SourceKind.GROUP, SourceKind.PURCHASE

CASES: dict[str, Case] = {
    "direct only": some((DIRECT, 1)),
    "by one group": some((GROUP, 1)),
    "by two groups": some((GROUP, 2)),
    "direct and by one group": some((DIRECT, 1), (GROUP, 1)),
    "direct and by two groups": some((DIRECT, 1), (GROUP, 2)),
    "self-service purchase only": some((PURCHASE, 1)),
    "purchase and direct": some((PURCHASE, 1), (DIRECT, 1)),
    "group had no seat (CountViolation)": errors(AssignmentState.ERROR, "CountViolation"),
    "sibling of a failed product (Other)": errors(AssignmentState.ERROR, "Other"),
    "left the group, still held": errors(AssignmentState.ACTIVE_WITH_ERROR, "DependencyViolation"),
    "some plans off": lambda user: any(row.disabled_plans for row in user.licenses),
    "E3 and Exchange Plan 2": holds(E3, EXCHANGE_2),
    "E3 and Exchange Plan 1": holds(E3, EXCHANGE_1),
    "E3 and E5": holds(E3, E5),
    "Exchange Plan 1 and archiving": holds(EXCHANGE_1, ARCHIVING),
    "E1 and EMS by one group": holds(E1, EMS),
    "Exchange Online Kiosk": holds(KIOSK),
    "Microsoft 365 F3": holds(F3),
    "Teams Phone with a number": lambda user: PHONE in held(user) and bool(user.phone_number),
    "Teams Phone without a number": lambda user: PHONE in held(user) and user.phone_number == "",
    "Copilot": holds(COPILOT),
    "Visio Plan 2": holds(VISIO_2),
    "Project Plan 3": holds(PROJECT_3),
    "Power Automate Free": holds(FLOW_FREE),
    "no license": lambda user: not user.licenses,
    "no usage location": lambda user: user.usage_location is None,
    "no usage location, licensed": lambda user: user.usage_location is None and bool(user.licenses),
    "guest without license": lambda user: user.user_type == "Guest" and not user.licenses,
    "guest with license": lambda user: user.user_type == "Guest" and bool(user.licenses),
    "blocked, licensed": lambda user: not user.account_enabled and bool(user.licenses),
    "blocked, no license": lambda user: not user.account_enabled and not user.licenses,
    "synced": lambda user: user.is_synced is True,
    "once synced": lambda user: user.is_synced is False,
    "cloud only": lambda user: user.is_synced is None,
    "shared, licensed, up to 50 GB": box(MailboxKind.SHARED, licensed=True, up_to=50),
    "shared, licensed, over 50 GB": box(MailboxKind.SHARED, licensed=True, over=50),
    "shared, no license, up to 50 GB": box(MailboxKind.SHARED, licensed=False, up_to=50),
    "shared, no license, over 50 GB": box(MailboxKind.SHARED, licensed=False, over=50),
    "room mailbox": box(MailboxKind.ROOM),
    "equipment mailbox": box(MailboxKind.EQUIPMENT),
    "no mailbox": lambda user: user.mailbox is not None and user.mailbox.kind is MailboxKind.NONE,
    "mailbox not known": lambda user: user.mailbox is None,
    "litigation hold": on_hold(HoldKind.LITIGATION),
    "retention hold": on_hold(HoldKind.RETENTION),
    "archive mailbox": lambda user: user.mailbox is not None and user.mailbox.has_archive is True,
    "forwarding": lambda user: user.mailbox is not None and user.mailbox.is_forwarding is True,
    "OneDrive": lambda user: user.drive is not None and user.drive.exists,
    "no OneDrive": lambda user: user.drive is not None and not user.drive.exists,
    "OneDrive not known": lambda user: user.drive is None,
    "never signed in, licensed": lambda user: user.last_sign_in_at is None and bool(user.licenses),
    "not signed in for 90 days, licensed": lambda user: (
        bool(user.licenses) and (user.last_sign_in_at or DEMO_NOW) < DEMO_NOW - 90 * DAY
    ),
    "Office on a device": lambda user: bool(user.office_devices),
    "Office on no device, licensed": lambda user: user.office_devices == 0 and bool(user.licenses),
}


def counted(users: Iterable[UserRow]) -> Counter[str]:
    """How many users each case has."""
    found: Counter[str] = Counter()
    for user in users:
        found.update(name for name, is_case in CASES.items() if is_case(user))
    return found


def consumed(users: Iterable[UserRow]) -> Counter[str]:
    """Seats of the organization in use, counted the long way: distinct users by product."""
    return Counter(
        sku_id
        for user in users
        for sku_id, rows in held(user).items()
        if any(row.kind.draws_on_organization for row in rows)
    )


def digest(tenant: TenantRows) -> str:
    """One number for every row of a tenant, whatever the order inside sets."""
    total = hashlib.sha256()
    for row in (*tenant.groups, *tenant.pools, *tenant.purchases, *tenant.never, *tenant.users()):
        text = re.sub(r"frozenset\(\{(.*?)\}\)", lambda m: str(sorted(m[1].split(", "))), repr(row))
        total.update(text.encode())
    return total.hexdigest()


def test_equal_arguments_give_equal_rows() -> None:
    """Number, seed and moment decide the tenant, each of them does, and its users can be read twice."""
    tenant = demo_tenant(200, seed=7)
    assert digest(tenant) == digest(tenant) == digest(demo_tenant(200, seed=7))
    others = (demo_tenant(200), demo_tenant(200, seed=7, now=DEMO_NOW + DAY), demo_tenant(201, seed=7))
    assert len({digest(tenant), *map(digest, others)}) == 4


def test_rows_do_not_depend_on_the_order_of_sets() -> None:
    """Two interpreters that order sets differently give the same tenant."""
    program = "import test_demo as demo; print(demo.digest(demo.demo_tenant(300)))"
    command, folder = [sys.executable, "-c", program], os.path.dirname(__file__)
    environments = ({**os.environ, "PYTHONHASHSEED": seed} for seed in ("1", "2"))
    answers = {subprocess.check_output(command, env=env, cwd=folder, text=True) for env in environments}
    assert answers == {digest(demo_tenant(300)) + "\n"}


def test_a_user_is_the_same_in_a_larger_tenant() -> None:
    """Adding users changes none of those before."""
    assert list(demo_tenant(120).users()) == list(islice(demo_tenant(5_000).users(), 120))


@pytest.mark.parametrize("users", [50, 51, 2_000, 20_000])
@pytest.mark.parametrize("seed", [1, 2])
def test_every_case_occurs(users: int, seed: int) -> None:
    """Each case occurs at every size from fifty users up."""
    found = counted(demo_tenant(users, seed).users())
    assert [name for name in CASES if not found[name]] == []


def test_cases_grow_with_the_tenant() -> None:
    """Ten times the users give about ten times of each case, except the fixed five of Project Plan 3."""
    small, large = (counted(demo_tenant(users).users()) for users in (2_000, 20_000))
    grown = {name: large[name] / small[name] for name in CASES}
    assert [name for name, times in grown.items() if not 3 < times < 13] == ["Project Plan 3"]


def test_the_main_product_is_held_by_over_half() -> None:
    """Microsoft 365 E3 goes to more than half the users, most of them directly."""
    holders = [rows for user in demo_tenant(2_000).users() if (rows := held(user).get(E3))]
    only_direct = [rows for rows in holders if {row.kind for row in rows} == {DIRECT}]
    assert len(holders) > 1_000
    assert len(only_direct) > len(holders) / 2


@pytest.mark.parametrize("users", [50, 2_000, 20_000])
def test_products_that_acceptance_checks_look_for(users: int) -> None:
    """One with 21 direct holders on its first page, one with five, a self-service one, an ordinary one."""
    rows = sorted(demo_tenant(users).users(), key=lambda user: user.display_name or "")
    first_page = [rows_of for user in rows if (rows_of := held(user).get(E3))][:50]
    assert sum(any(row.kind is DIRECT for row in rows_of) for rows_of in first_page) >= 21
    project = [rows_of for user in rows if (rows_of := held(user).get(PROJECT_3))]
    assert [[row.kind for row in rows_of] for rows_of in project] == [[DIRECT]] * 5
    assert min(sum(sku_id in held(user) for user in rows) for sku_id in (PLANNER_1, AUDIO)) >= 3


@pytest.mark.parametrize("users", [0, 1, 49, 50, 777, 1_050, 2_000, 12_345])
def test_pools_fit_what_is_in_use(users: int) -> None:
    """Capacities follow from the seats in use: one too small, one full (and refused), the rest with room."""
    tenant = demo_tenant(users)
    used = consumed(tenant.users())
    rows = (row for user in tenant.users() for row in user.licenses)
    assert {row.sku_id for row in rows if row.error == "CountViolation"} <= {COPILOT}
    pools = {pool.sku_id: pool.capacity or 0 for pool in tenant.pools}
    assert set(used) <= set(pools)
    assert PLANNER_1 not in pools
    assert pools[COPILOT] == used[COPILOT]
    assert users < 50 or pools[VISIO_2] < used[VISIO_2]
    assert all(used[sku_id] < pools[sku_id] for sku_id in set(pools) - {COPILOT, VISIO_2})
    assert pools[FLOW_FREE] == 10_000


def test_a_million_users_are_counted_without_making_them() -> None:
    """Pools and purchases of a large tenant need no pass over its users."""
    tenant = demo_tenant(1_000_000)
    pools = {pool.sku_id: pool.capacity or 0 for pool in tenant.pools}
    assert min(pools[E3] / 500_000, pools[FLOW_FREE] / 100_000, len(tenant.purchases) / 2_000) > 1


def test_a_group_gives_all_it_has_or_nothing() -> None:
    """A user's rows of a group are the group's rows: all held or all failed, with the same plans off."""
    tenant = demo_tenant(5_000)
    gives = {group.object_id: plans_off(group.licenses) for group in tenant.groups}
    members: Counter[str] = Counter()
    for user in tenant.users():
        by_group: dict[str, list[LicenseRow]] = defaultdict(list)
        for row in user.licenses:
            if row.kind is GROUP:
                by_group[row.source_ref or ""].append(row)
        for ref, rows in by_group.items():
            assert plans_off(rows) == gives[ref]
            assert len({row.state.holds for row in rows}) == 1
            members[ref] += 1
    assert set(members) == set(gives)


def test_a_user_holds_no_source_twice() -> None:
    """Product, kind and reference name one row of a user."""
    for user in demo_tenant(3_000).users():
        sources = [(row.sku_id, row.kind, row.source_ref) for row in user.licenses]
        assert len(set(sources)) == len(sources)
        assert all((row.source_ref is None) == (row.kind is DIRECT) for row in user.licenses)


@pytest.mark.parametrize("users", [26, 50, 700, 5_000])
def test_purchases_have_a_buyer_and_seats_enough(users: int) -> None:
    """The buyer is a user with one of the seats, who joined before buying; seats in use are seats bought."""
    tenant = demo_tenant(users)
    purchases = {purchase.ref: purchase for purchase in tenant.purchases}
    seats: Counter[str] = Counter()
    buyers = set()
    for user in tenant.users():
        for row in (row for row in user.licenses if row.kind is PURCHASE):
            purchase = purchases[row.source_ref or ""]
            seats[purchase.ref] += 1
            assert purchase.sku_id == row.sku_id
            assert (user.created_at or 0) < purchase.bought_at == row.since
            if purchase.buyer_principal_name == user.user_principal_name:
                buyers.add(purchase.ref)
    assert buyers == set(purchases)
    assert all(0 < seats[ref] <= purchase.seats for ref, purchase in purchases.items())


def test_plans_that_are_off_belong_to_their_product() -> None:
    """No source turns off a plan of another product, and every listed plan is off somewhere."""
    off: dict[str, set[str]] = defaultdict(set)
    for user in demo_tenant().users():
        for row in user.licenses:
            off[row.sku_id] |= row.disabled_plans
    assert {sku_id: plans for sku_id, plans in off.items() if plans} == PLANS


def test_names_and_ids_are_unique() -> None:
    """User names are plain lower-case ASCII; no two users, groups or purchases share a name or an id."""
    local = re.compile(r"[a-z0-9.]+(_[a-z]+\.example#ext#)?@noordzee\.example")
    guid = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}")
    tenant = demo_tenant(200_000)
    names = set()
    others = [group.object_id for group in tenant.groups] + [purchase.ref for purchase in tenant.purchases]
    ids = set(others)
    for user in tenant.users():
        assert local.fullmatch(user.user_principal_name)
        assert guid.fullmatch(user.object_id or "")
        names.add(user.user_principal_name)
        ids.add(user.object_id or "")
    assert (len(names), len(ids)) == (200_000, 200_000 + len(others))


def test_names_are_dutch_and_others() -> None:
    """Particles, accents, letters outside Latin-1, and two people with one name."""
    users = list(demo_tenant().users())
    names = [user.display_name or "" for user in users]
    for particle in (" van der ", " van den ", " de ", " 't ", " ter ", " van 't "):
        assert any(particle in name for name in names), particle
    for letter in "éëüşğłßễ":
        assert any(letter in name for name in names), letter
    same = [name for name, times in Counter(names).items() if times > 1]
    assert 5 <= len(same) <= 60
    assert len({user.user_principal_name for user in users if user.display_name in same}) > len(same)


def test_names_fold_to_ascii() -> None:
    """A user name keeps the letters and loses everything else."""
    names = "van den Berg, 't Hart, Wróbel, Łuczak, Weiß, Yılmaz, İbrahim, Nguyễn, Đặng, Le-Roy"
    plain = "vandenberg, thart, wrobel, luczak, weiss, yilmaz, ibrahim, nguyen, dang, leroy"
    assert [folded(name) for name in names.split(", ")] == plain.split(", ")


def test_dates_follow_one_another() -> None:
    """Sign-ins and licenses come after an account's creation and before now; sign-ins go back 400 days."""
    ages = set()
    for user in demo_tenant(10_000).users():
        assert user.created_at is not None
        for moment in (user.last_sign_in_at, *(row.since for row in user.licenses)):
            assert moment is None or user.created_at <= moment <= DEMO_NOW
        if user.last_sign_in_at is not None:
            ages.add((DEMO_NOW - user.last_sign_in_at) // DAY)
    assert min(ages) == 0
    assert 380 < max(ages) <= 400


def test_facts_stay_within_what_a_product_allows() -> None:
    """Sizes are 0.1 to 98 GiB, three in a hundred mailboxes and drives unknown, devices 0 to 5."""
    users = list(demo_tenant(10_000).users())
    sizes = [user.mailbox.size_bytes for user in users if user.mailbox and user.mailbox.size_bytes]
    assert 0.1 * GIB <= min(sizes) < 0.2 * GIB
    assert 80 * GIB < max(sizes) <= 98 * GIB
    assert 200 < sum(user.mailbox is None for user in users) < 400
    assert 200 < sum(user.drive is None for user in users) < 400
    assert {user.office_devices for user in users} == {0, 1, 2, 3, 4, 5}
    phones = [user.phone_number for user in users if user.phone_number]
    assert len(set(phones)) == len(phones)


@pytest.mark.parametrize("users", [0, 1, 2, 2_000])
def test_emergency_accounts_are_never_touched(users: int) -> None:
    """Two accounts that hold E5 directly are on the never list, as far as they exist."""
    tenant = demo_tenant(users)
    first = list(islice(tenant.users(), 2))
    assert tenant.never == tuple((user.user_principal_name, "Emergency access account") for user in first)
    assert all([(row.sku_id, row.kind) for row in user.licenses] == [(E5, DIRECT)] for user in first)


def test_the_tenant_is_dutch() -> None:
    """Name, domain, country, time zone and language."""
    it = demo_tenant(1)
    assert (it.name, it.domain) == ("Noordzee Logistiek", "noordzee.example")
    assert (it.country, it.time_zone, it.language) == ("NL", "Europe/Amsterdam", "nl")


def test_fewer_than_no_users_is_refused() -> None:
    """A negative number of users is a mistake of the caller."""
    with pytest.raises(ValueError, match="fewer than no users"):
        demo_tenant(-1)
