"""What seat changes save: only those that took effect, net per subscription, per currency, and what has no price said apart."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from licentia.domain.money import Money
from licentia.domain.realized import realized
from licentia.domain.subscriptions import BillingAccount, Subscription, SubscriptionState

EUROS, DOLLARS = Money(Decimal("10.50"), "EUR"), Money(Decimal(4), "USD")
TEN = Subscription(1, "one", "sku-a", BillingAccount.MCA, 10, price=EUROS)
OTHER = Subscription(2, "two", "sku-b", BillingAccount.MCA, 5, price=DOLLARS)


def test_seats_that_went_are_counted_with_their_price() -> None:
    """Per currency, never added up."""
    found = realized([(TEN, replace(TEN, seats=7)), (OTHER, replace(OTHER, seats=4))], {})
    assert (found.seats, found.unpriced) == (4, 0)
    assert set(found.per_month) == {EUROS.times(3), DOLLARS}


def test_a_number_for_the_renewal_saves_nothing_yet() -> None:
    """R-38: it is a plan until it takes effect."""
    assert realized([(TEN, replace(TEN, renewal_seats=2))], {}).seats == 0


def test_what_came_back_is_not_saved() -> None:
    """Undone, or bought again: before the first and after the last change. Others' savings stay."""
    fewer = replace(TEN, seats=6)
    assert realized([(TEN, fewer), (fewer, TEN)], {}).seats == 0
    assert realized([(TEN, fewer), (fewer, replace(TEN, seats=8))], {}).seats == 2
    assert realized([(TEN, replace(TEN, seats=90)), (OTHER, replace(OTHER, seats=4))], {}).seats == 1


def test_an_end_saves_all_and_a_trial_nothing() -> None:
    """A subscription that expired is no longer paid for; a trial never was."""
    ended = replace(TEN, state=SubscriptionState.WARNING)
    assert realized([(TEN, ended)], {}).seats == 10
    assert realized([(TEN, ended), (ended, replace(TEN, state=SubscriptionState.DELETED))], {}).seats == 10
    trial = replace(TEN, account=BillingAccount.TRIAL)
    assert realized([(trial, replace(trial, state=SubscriptionState.DELETED))], {}).seats == 0


def test_a_price_that_nobody_knows_is_said() -> None:
    """The product's own price where the subscription has none; else the seats are counted apart (R-124)."""
    bare = replace(TEN, price=None)
    gone = [(bare, replace(bare, seats=8))]
    assert realized(gone, {"sku-a": DOLLARS}).per_month == (DOLLARS.times(2),)
    found = realized(gone, {})
    assert (found.seats, found.per_month, found.unpriced) == (2, (), 2)
