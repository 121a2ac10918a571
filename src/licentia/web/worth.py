"""What could still be saved, and what was: money per currency, seats whose price nobody knows said beside it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from licentia.changes.subscriptions import savings
from licentia.domain.finders import FinderKind, Search, search
from licentia.domain.instants import from_datetime, to_datetime
from licentia.domain.money import total
from licentia.domain.realized import Realized, realized
from licentia.domain.savings import Saving
from licentia.domain.seats import When
from licentia.domain.subscription_fields import from_fields
from licentia.store.lists import finders, subscriptions
from licentia.store.lists import found as measure
from licentia.store.lists.finders import CAP
from licentia.store.lists.products import ProductRow
from licentia.web.desk import Desk
from licentia.words.amounts import amounts
from licentia.words.language import ngettext
from licentia.words.parts import count


@dataclass(frozen=True, slots=True)
class Cost:
    """Money per month in words; `unknown` says of how many seats nobody knows the price."""

    known: str
    unknown: str


def unpriced(seats: int) -> str:
    """Of how many seats nobody knows the price; empty for none."""
    if not seats:
        return ""
    return ngettext("price of {n} seat not known", "price of {n} seats not known", seats).format(n=count(seats))


def per_month(desk: Desk, worth: Iterable[Saving]) -> Cost:
    """What the seats cost a month that could go."""
    found = list(worth)
    known = total(amount for one in found for amount in one.per_month())
    unknown = sum(
        part.seats for one in found for part in one.parts if part.per_month is None and part.when is not When.NEVER
    )
    return Cost(amounts(known, desk.text.language), unpriced(unknown))


@dataclass(frozen=True, slots=True)
class Unused:
    """Who has not signed in for long. `seats` that would come free, by product; None where too many were found."""

    wanted: Search
    users: int
    seats: dict[str, int] | None


def unused(desk: Desk) -> Unused:
    """Who has not signed in for as many days as the tenant's setting says; unknown facts leave a user out."""
    wanted = search(FinderKind.INACTIVE, {"days": desk.tenant.inactive_days})
    hits = finders.hits(desk.tenant_id, wanted, desk.now)
    if len(hits) > CAP:
        return Unused(wanted, CAP, None)
    rows = measure.takeable(desk.tenant_id, wanted, desk.now, hits) if hits else []
    return Unused(wanted, len(hits), {row.sku_id: row.seats for row in rows if row.seats})


def can_be_saved(desk: Desk, rows: Iterable[ProductRow], idle: Unused) -> tuple[Cost, Cost]:
    """What the seats cost that come free of the unused, and those together with the seats that nobody has."""
    free = {row.sku_id: row.capacity - row.consumed for row in rows if row.capacity and row.capacity > row.consumed}
    seats = idle.seats or {}
    both = dict(Counter(free) + Counter(seats))
    all_of_it = per_month(desk, savings(desk.tenant_id, both, desk.now, free=free)) if both else Cost("", "")
    of_unused = per_month(desk, savings(desk.tenant_id, seats, desk.now)) if seats else Cost("", "")
    return of_unused, all_of_it


def saved(desk: Desk) -> Realized:
    """What seat changes since the tenant's first of January save a month."""
    zone = ZoneInfo(desk.text.zone)
    since = from_datetime(datetime(to_datetime(desk.now).astimezone(zone).year, 1, 1, tzinfo=zone))
    changes = [
        (from_fields(number, json.loads(before)), from_fields(number, json.loads(after)))
        for number, before, after in subscriptions.happened(desk.tenant_id, since)
    ]
    if not changes:
        return Realized(0, (), 0)
    stated = subscriptions.prices(desk.tenant_id)
    return realized(changes, {sku: row.price for sku, row in stated.items()})
