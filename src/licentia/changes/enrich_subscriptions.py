"""Subscriptions and products' totals from files into a copy of a tenant: seats, states, dates, accounts, prices.

Part of `record`: no rule is evaluated; where Microsoft counts other holders than the copy has, it is said, never mended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from licentia.changes import enrich, journal
from licentia.changes.enrich import Difference, Enriched, Progress, check_copy
from licentia.changes.journal import Row
from licentia.domain.instants import Instant
from licentia.domain.money import Money
from licentia.domain.permissions import Actor
from licentia.domain.reasons import BadInput
from licentia.domain.subscription_fields import fields_of
from licentia.domain.subscriptions import BillingAccount, Offer, Subscription, SubscriptionState, foreseen
from licentia.importing.rows import FactFile, ProductRow, RowError, SubscriptionRow
from licentia.store import clock, ids
from licentia.store.bulk import enriching_products as products_of
from licentia.store.bulk import subscriptions as rows_of
from licentia.store.bulk import tenants as tenant_rows
from licentia.store.lists import subscriptions as list_of
from licentia.store.writing import writing

MOST_ROWS = 50_000
"""Subscriptions of one file: the largest tenants have hundreds, and they are matched in memory."""
OWN = "#"
"""In the id of a subscription that Microsoft's id is not known of: the product's id, this, a number."""

Stored = list_of.Row


@dataclass
class _Match:
    """One subscription as the file has it (None: not any more) beside the store's (None: new)."""

    row: SubscriptionRow | None
    before: Stored | None


@dataclass
class _Work:
    """What a file comes to."""

    subscriptions: list[SubscriptionRow] = field(default_factory=list)
    totals: list[ProductRow] = field(default_factory=list)
    matches: list[_Match] = field(default_factory=list)

    @property
    def skus(self) -> list[str]:
        """The products that the file names, in its order."""
        return list(dict.fromkeys([row.sku_id for row in self.subscriptions] + [row.sku_id for row in self.totals]))


def import_subscriptions(
    tenant_id: int,
    file: FactFile[SubscriptionRow | ProductRow],
    actor: Actor,
    *,
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> Enriched:
    """What the file did. It is whole for the products it names: a subscription of those that it lacks is deleted.

    Nothing is written while a row is bad, unless `skip_bad` leaves those out. BadInput `not_a_copy`,
    `no_subscriptions_in_file`, `too_many_rows` (`n`: the most).
    """
    check_copy(tenant_id, actor)
    outcome, work = Enriched(), _Work()
    for batch in enrich.read(file, outcome, progress):
        work.subscriptions += [row for row in batch if isinstance(row, SubscriptionRow)]
        work.totals += [row for row in batch if isinstance(row, ProductRow)]
        if outcome.rows > MOST_ROWS:
            raise BadInput("too_many_rows", n=MOST_ROWS)
    with writing(tenant_id):
        known = list_of.product_ids(tenant_id, work.skus)
        _match(tenant_id, work, known, outcome)
        if outcome.bad and not skip_bad:
            return outcome
        if outcome.rows == 0:
            raise BadInput("no_subscriptions_in_file")
        _merge(tenant_id, file, work, known, outcome, actor)
    outcome.is_done = True
    return outcome


# ---- which is which


def _match(tenant_id: int, work: _Work, known: dict[str, int], outcome: Enriched) -> None:
    """Each row has its stored subscription; what can't be told is a bad row, and its whole product is left alone."""
    refs = [row.ref for row in work.subscriptions if row.ref]
    elsewhere = products_of.refs_elsewhere(tenant_id, refs)
    stored: dict[str, list[Stored]] = defaultdict(list)
    for one in list_of.of_products(tenant_id, list(known.values())):
        if one.subscription.purchase_id == 0:
            stored[one.subscription.sku_id].append(one)
    rows: dict[str, list[SubscriptionRow]] = defaultdict(list)
    bad: list[RowError] = []
    for row in work.subscriptions:
        if row.ref in elsewhere and elsewhere[row.ref] != (known.get(row.sku_id), 0):
            bad.append(RowError(row.line, "subscription_elsewhere", {"text": row.ref}))
        else:
            rows[row.sku_id].append(row)
    for sku, some in rows.items():
        found = _pair(some, stored[sku])
        if found is None:
            bad += [RowError(row.line, "subscription_unclear", {"sku": sku}) for row in some if row.ref is None]
            rows[sku] = []
        else:
            work.matches += found
    outcome.bad += bad
    outcome.rows -= len(bad)


def _pair(rows: Sequence[SubscriptionRow], stored: Sequence[Stored]) -> list[_Match] | None:
    """Rows and stored subscriptions of one product, by id; None when rows without an id could be several of them."""
    by_ref = {one.subscription.ref: one for one in stored}
    found = [_Match(row, by_ref.pop(row.ref, None)) for row in rows if row.ref is not None]
    bare = [row for row in rows if row.ref is None]
    rest = [one for one in by_ref.values() if one.subscription.state is not SubscriptionState.DELETED]
    if not bare:
        new = [match for match in found if match.before is None]
        own = [one for one in rest if OWN in one.subscription.ref]
        if len(new) == len(own) == 1:  # now its id at Microsoft is known
            new[0].before = own[0]
            rest.remove(own[0])
        return found + [_Match(None, one) for one in rest]
    if len(bare) == len(rest) == 1:
        return [*found, _Match(bare[0], rest[0])]
    if any(OWN not in one.subscription.ref for one in rest):
        return None
    ordered = [*sorted(rest, key=lambda one: one.subscription.id), *[None] * len(bare)]
    found += [_Match(row, one) for row, one in zip(bare, ordered, strict=False)]
    return found + [_Match(None, one) for one in ordered[len(bare) :] if one is not None]


# ---- what becomes of them


def _merge(
    tenant_id: int,
    file: FactFile[SubscriptionRow | ProductRow],
    work: _Work,
    known: dict[str, int],
    outcome: Enriched,
    actor: Actor,
) -> None:
    now = clock.tenant_now(tenant_id)
    new = [sku for sku in work.skus if sku not in known]
    first = ids.take_within(tenant_id, "product", max(len(new), 1))
    tenant_rows.add_products(tenant_id, new, first)
    products = known | {sku: first + i for i, sku in enumerate(new)}
    before = products_of.totals(tenant_id, list(products.values()))
    written = _after(tenant_id, work.matches, products, now)
    rows_of.put(tenant_id, [(products[one.sku_id], one) for _, one in written])
    rows_of.recount_seats(tenant_id, {products[one.sku_id] for _, one in written})
    summed = products_of.with_subscriptions(tenant_id, list(products.values()))
    _set_totals(tenant_id, work.totals, products, summed)
    rows_of.settle_agenda(tenant_id)
    after = products_of.totals(tenant_id, list(products.values()))
    entries = [*_entries(written, outcome), *_product_entries(products, before, after)]
    marker = enrich.import_marker(tenant_id, file.form, outcome.rows)
    outcome.differences = [one for row in work.totals for one in _differences(row, after[products[row.sku_id]])]
    enrich.write_journal(tenant_id, actor, now, marker, entries)


def _after(
    tenant_id: int, matches: Sequence[_Match], products: dict[str, int], now: Instant
) -> list[tuple[Subscription | None, Subscription]]:
    """(before, after) of every subscription that the file speaks of, or no longer does."""
    currency = list_of.place(tenant_id)[0]
    number = ids.take_within(tenant_id, "subscription", max(sum(match.before is None for match in matches), 1))
    found: list[tuple[Subscription | None, Subscription]] = []
    for match in matches:
        before = match.before.subscription if match.before else None
        if match.row is None:
            assert before is not None
            gone = replace(before, state=SubscriptionState.DELETED, next_at=None, renewal_seats=None, read_at=now)
            found.append((before, gone))
            continue
        if before is None:
            found.append((None, _stated(match.row, _unknown(number, match.row), currency, now)))
            number += 1
        else:
            found.append((before, _stated(match.row, before, currency, now)))
    return found


def _unknown(number: int, row: SubscriptionRow) -> Subscription:
    """A subscription of which nothing is known yet but what it is of."""
    ref = row.ref or f"{row.sku_id}{OWN}{number}"
    return Subscription(number, ref, row.sku_id, BillingAccount.UNKNOWN, row.seats, offer=Offer.UNKNOWN)


def _stated(row: SubscriptionRow, known: Subscription, currency: str, now: Instant) -> Subscription:
    """The subscription with what the row states, as read now; what it leaves out stays. One without a state is active."""
    price = None if row.price is None else Money(Decimal(row.price), row.currency or currency)
    changed = replace(
        known,
        ref=row.ref or known.ref,
        seats=row.seats,
        additions=known.additions if row.seats == known.seats else (),
        state=known.state if row.state is None else SubscriptionState(row.state),
        account=known.account if row.account is None else BillingAccount(row.account),
        offer=known.offer if row.offer is None else Offer(row.offer),
        term_months=row.term_months or known.term_months,
        started_at=known.started_at if row.started_at is None else row.started_at,
        renews_at=known.renews_at if row.renews_at is None else row.renews_at,
        next_at=known.next_at if row.next_at is None else row.next_at,
        recurring=known.recurring if row.recurring is None else row.recurring,
        price=price or known.price,
        read_at=now,
    )
    return foreseen(changed, now)


def _differences(row: ProductRow, total: products_of.Total) -> list[Difference]:
    """Where Microsoft's count is another than the copy's. Users that a file left out, or a purchase, may be why."""
    found = []
    if row.consumed is not None and row.consumed != total.consumed:
        found.append(Difference(row.sku_id, False, row.consumed, total.consumed))
    if row.capacity is not None and total.capacity is not None and row.capacity != total.capacity:
        found.append(Difference(row.sku_id, True, row.capacity, total.capacity))
    return found


def _set_totals(tenant_id: int, totals: Sequence[ProductRow], products: dict[str, int], summed: set[int]) -> None:
    """The seats of a product without any known subscription are what Microsoft states for it as a whole."""
    stated = [(products[row.sku_id], row.capacity) for row in totals if row.capacity is not None]
    products_of.set_capacity(tenant_id, [one for one in stated if one[0] not in summed])
    for applies_to in ("User", "Company"):
        some = [products[row.sku_id] for row in totals if row.applies_to == applies_to]
        products_of.set_applies_to(tenant_id, applies_to, some)


def _entries(written: Sequence[tuple[Subscription | None, Subscription]], outcome: Enriched) -> list[Row]:
    """One row per new or changed subscription; that it was read again is no change."""
    rows: list[Row] = []
    for before, after in written:
        if before is not None and replace(before, read_at=after.read_at) == after:
            continue
        outcome.new += before is None
        outcome.changed += before is not None
        told = None if before is None else journal.canonical(fields_of(before))
        rows.append(("subscription.import", "subscription", after.id, told, journal.canonical(fields_of(after))))
    return rows


def _product_entries(
    products: dict[str, int], before: dict[int, products_of.Total], after: dict[int, products_of.Total]
) -> list[Row]:
    """One row per product with other totals: many users' facts rest on them."""
    rows: list[Row] = []
    for sku, product in products.items():
        was, now = before[product], after[product]
        if (was.capacity, was.applies_to) != (now.capacity, now.applies_to):
            told = [_told(sku, total) for total in (was, now)]
            rows.append(("subscription.import", "product", product, told[0], told[1]))
    return rows


def _told(sku: str, total: products_of.Total) -> str:
    return journal.canonical({"sku": sku, "capacity": total.capacity, "applies_to": total.applies_to})
