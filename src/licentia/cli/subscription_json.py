"""Subscriptions and money as JSON for programs: the values of the text views, by Graph's names where Graph has them.

Stable: a field is added, never changed. Sentences are not for programs; rules are named by number.
"""

from __future__ import annotations

from typing import Any

from licentia.changes.subscriptions import Change
from licentia.domain import catalog as catalog_of
from licentia.domain.instants import Instant, to_iso
from licentia.domain.money import Money
from licentia.domain.savings import Saving
from licentia.domain.seats import Verdict
from licentia.domain.subscriptions import BillingAccount, Subscription, resolve_by


def part_number(sku_id: str) -> str | None:
    """The product's part number; None when the catalog does not know it."""
    product = catalog_of.load().product_or_none(sku_id)
    return product.part_number if product else None


def _iso(at: Instant | None) -> str | None:
    return None if at is None else to_iso(at)


def money_json(value: Money | None) -> dict[str, str] | None:
    """An exact amount with its currency; null is not known."""
    return None if value is None else {"amount": str(value.amount), "currency": value.currency}


def as_json(one: Subscription) -> dict[str, Any]:
    """A subscription for programs, by Graph's names where Graph has them."""
    return {
        "number": one.id,
        "id": one.ref,
        "skuId": one.sku_id,
        "skuPartNumber": part_number(one.sku_id),
        "status": "".join(word.capitalize() for word in one.state.value.split("_")),
        "totalLicenses": one.seats,
        "isTrial": one.account is BillingAccount.TRIAL,
        "nextLifecycleDateTime": _iso(one.next_at),
        "account": one.account.value or None,
        "offer": one.offer.value or None,
        "termMonths": one.term_months,
        "termStartDateTime": _iso(one.started_at),
        "termEndDateTime": _iso(one.renews_at),
        "recurringBilling": one.recurring,
        "renewalLicenses": one.renewal_seats,
        "additions": [{"dateTime": to_iso(added.at), "licenses": added.seats} for added in one.additions],
        "creditCheckUntilDateTime": _iso(one.credit_check_until),
        "overAssignedSinceDateTime": _iso(one.over_since),
        "resolveByDateTime": _iso(resolve_by(one)),
        "pricePerLicense": money_json(one.price),
        "selfServicePurchase": one.purchase_id or None,
        "readDateTime": to_iso(one.read_at),
    }


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict for programs."""
    return {
        "when": verdict.when.value,
        "ruling": verdict.ruling.value,
        "rule": verdict.rule,
        "fromDateTime": _iso(verdict.at),
        "untilDateTime": _iso(verdict.until),
        "leastLicenses": verdict.least,
        "who": verdict.acts.value,
    }


def change_json(made: Change) -> dict[str, Any]:
    """A change for programs; `plan` null: nothing was done."""
    return {
        "plan": made.plan_id,
        "before": as_json(made.look.subscription),
        "after": None if made.after is None else as_json(made.after),
        "verdict": verdict_json(made.verdict),
        "fewerLicenses": made.fewer,
        "savesPerMonth": money_json(made.per_month) if made.after else None,
    }


def saving_json(found: Saving) -> dict[str, Any]:
    """What seats that come free are worth, for programs; `savesPerMonth` null: not known, or nothing (`never`)."""
    return {
        "skuId": found.sku_id,
        "licenses": found.seats,
        "coverOverAssigned": found.covers,
        "firstDateTime": _iso(found.first_at),
        "parts": [
            {
                "subscription": part.subscription_id,
                "licenses": part.seats,
                "when": part.when.value,
                "ruling": part.ruling.value,
                "fromDateTime": _iso(part.at),
                "untilDateTime": _iso(part.until),
                "savesPerMonth": money_json(part.per_month),
            }
            for part in found.parts
        ],
    }
