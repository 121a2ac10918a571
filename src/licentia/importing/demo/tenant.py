"""Builds the demo tenant's rows, lazily: user by user, from its index.

Never holds the users, and never lets one user depend on how many there are.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from licentia.domain.facts import SourceKind
from licentia.domain.instants import DAY, SECOND, Instant, from_iso
from licentia.domain.prices import in_currency
from licentia.domain.subscriptions import Subscription
from licentia.importing.demo.groups import GROUPS, Group
from licentia.importing.demo.hashing import guid, mixed
from licentia.importing.demo.name_lists import EQUIPMENT, MAILBOXES, PARTNERS, ROOMS
from licentia.importing.demo.names import People, thing
from licentia.importing.demo.products import PRODUCTS
from licentia.importing.demo.shapes import Role
from licentia.importing.demo.slots import (
    BUYERS_SINCE,
    SINCE_DAYS,
    Places,
    Slot,
    bought_at,
    purchase_number,
    purchase_of,
)
from licentia.importing.demo.subscriptions import subscriptions
from licentia.importing.rows import GroupRow, LicenseRow, PoolRow, PurchaseRow, TenantRows, UserRow

DEMO_NOW: Final[Instant] = from_iso("2026-09-15T08:00:00Z")
"""The moment the demo is dated at when nobody gives one."""

_DOMAIN: Final = "noordzee.example"
_EMERGENCY_ACCOUNTS: Final = 2
_NEVER_REASON: Final = "Emergency access account"
_FIRST_GROUP: Final = 1 << 40
_FIRST_PURCHASE: Final = 1 << 41
_FIRST_SUBSCRIPTION: Final = 1 << 42


def demo_tenant(users: int = 2000, seed: int = 1, now: Instant = DEMO_NOW) -> TenantRows:
    """The demo tenant with `users` users, equal for equal arguments; ValueError below no users."""
    if users < 0:
        raise ValueError("a tenant cannot have fewer than no users")
    maker = _Maker(seed, now)
    purchases = maker.purchases(users)
    return TenantRows(
        name="Noordzee Logistiek",
        domain=_DOMAIN,
        country="NL",
        time_zone="Europe/Amsterdam",
        language="nl",
        groups=maker.groups(),
        pools=maker.pools(users),
        purchases=purchases,
        never=tuple((maker.names(index)[1], _NEVER_REASON) for index in range(min(users, _EMERGENCY_ACCOUNTS))),
        users=partial(map, maker.user, range(users)),
        subscriptions=maker.subscriptions(users, purchases),
        prices=tuple(sorted(in_currency("EUR").values(), key=lambda one: one.sku_id)),
    )


def _subscription_ref(make: Callable[[int], str], number: int) -> str:
    return make(_FIRST_SUBSCRIPTION + number)


class _Maker:
    """Makes any row of one tenant from its index."""

    def __init__(self, seed: int, now: Instant) -> None:
        self._now = now
        self._salt = mixed(0, seed)
        self._people = People(seed)
        self._places = Places(seed, now, self._group_ref)

    def _guid(self, index: int) -> str:
        return guid(self._salt, index, mixed(self._salt, index))

    def _group_ref(self, group: Group) -> str:
        return self._guid(_FIRST_GROUP + group.number)

    def _purchase_ref(self, number: int) -> str:
        return self._guid(_FIRST_PURCHASE + number)

    def groups(self) -> tuple[GroupRow, ...]:
        """The groups, each license written as its members get it."""
        since = self._now - SINCE_DAYS[-1] * DAY
        return tuple(
            GroupRow(
                self._group_ref(group),
                group.display_name,
                tuple(
                    LicenseRow(product.sku_id, SourceKind.GROUP, self._group_ref(group), disabled, since=since)
                    for product, disabled in group.gives
                ),
                membership_rule=group.membership_rule,
                is_synced=group.is_synced,
            )
            for group in GROUPS
        )

    def pools(self, count: int) -> tuple[PoolRow, ...]:
        """The organization's seats, decided by how many are in use."""
        consumed = self._places.consumed(count)
        capacities = ((product, product.seats.capacity(consumed[product])) for product in PRODUCTS)
        return tuple(PoolRow(product.sku_id, capacity) for product, capacity in capacities if capacity is not None)

    def subscriptions(
        self, count: int, purchases: tuple[PurchaseRow, ...]
    ) -> tuple[tuple[str | None, Subscription], ...]:
        """How those seats were bought: each pool's subscriptions add up to it."""
        consumed = self._places.consumed(count)
        capacities = {product: product.seats.capacity(consumed[product]) for product in PRODUCTS}
        refs = partial(_subscription_ref, self._guid)
        return tuple(subscriptions(capacities, purchases, self._now, refs))

    def purchases(self, count: int) -> tuple[PurchaseRow, ...]:
        """Every self-service purchase whose buyer is among the users."""
        return tuple(
            PurchaseRow(
                self._purchase_ref(number),
                purchase.product.sku_id,
                purchase.seats,
                self.names(buyer)[1],
                bought_at(purchase, self._now),
            )
            for number, purchase, buyer in self._places.purchases(count)
        )

    def names(self, index: int) -> tuple[str, str]:
        """Display name and user principal name."""
        slot, _ = self._places.slot(index)
        display_name, local = self._people.person(index) if slot.is_person else self._thing(index)
        if slot.role is Role.GUEST:
            local = f"{local}_{PARTNERS[index % len(PARTNERS)]}.example#ext#"
        return display_name, f"{local}@{_DOMAIN}"

    def _thing(self, index: int) -> tuple[str, str]:
        place = self._places.place(index)
        match place.slot.role:
            case Role.EMERGENCY:
                return f"Noodtoegang {place.ordinal + 1}", f"noodtoegang{place.ordinal + 1}"
            case Role.SHARED:
                return thing(MAILBOXES, "", place.ordinal)
            case Role.ROOM:
                return thing(ROOMS, "zaal.", place.ordinal)
            case _:
                return thing(EQUIPMENT, "materieel.", place.ordinal)

    def _bought(self, slot: Slot, block: int) -> tuple[LicenseRow, ...]:
        rows = []
        for grant in slot.bought:
            assert grant.purchase is not None
            purchase = purchase_of(block, grant.purchase)
            ref = self._purchase_ref(purchase_number(block, grant.purchase))
            since = bought_at(purchase, self._now)
            rows.append(LicenseRow(grant.product.sku_id, SourceKind.PURCHASE, ref, since=since))
        return tuple(rows)

    def user(self, index: int) -> UserRow:
        """The user of an index. Each fact is picked by bits of its own of one 64-bit number."""
        slot, block = self._places.slot(index)
        display_name, principal_name = self.names(index)
        bits = mixed(self._salt, index)
        date = bits & 15
        licenses = slot.licenses[date]
        if slot.bought:
            date |= BUYERS_SINCE
            licenses = slot.licenses[date] + self._bought(slot, block)
        created_at = self._now - (SINCE_DAYS[date] + (bits >> 34 & 1023) * 3 + 1) * DAY - (bits >> 12 & 0x3FFF) * SECOND
        age = slot.sign_ins[bits >> 24 & 1023]
        seen_at = None if age is None else self._now - age - (bits >> 20 & 0x7FFF) * SECOND
        return UserRow(
            line=index + 1,
            user_principal_name=principal_name,
            object_id=guid(self._salt, index, bits),
            display_name=display_name,
            account_enabled=slot.is_enabled,
            usage_location=slot.locations[bits >> 55 & 31],
            user_type="Guest" if slot.role is Role.GUEST else "Member",
            department=slot.departments[bits >> 50 & 31],
            created_at=created_at,
            is_synced=slot.syncs[bits >> 60],
            last_sign_in_at=seen_at if seen_at is None else max(seen_at, created_at),
            office_devices=slot.devices[bits >> 44 & 63],
            phone_number=f"+31100{index % 1_000_000:06d}" if slot.has_phone_number else "",
            licenses=licenses,
            mailbox=slot.mailboxes[bits >> 4 & 1023],
            drive=slot.drives[bits >> 14 & 1023],
        )
