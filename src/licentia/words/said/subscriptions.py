"""Sentences about subscriptions, purchases and money, by code. No rule is here."""

from __future__ import annotations

from collections.abc import Callable

from licentia.domain.permissions import Capability
from licentia.domain.reasons import Reason
from licentia.domain.seats import Acts
from licentia.words.language import gettext as _
from licentia.words.language import ngettext
from licentia.words.parts import Details, Sentence, Word, count, joined

RULING: dict[str, Sentence] = {
    "partner": lambda d: _("This subscription was bought from a partner."),
    "new_key": lambda d: _("Seats of a prepaid key are added with a new key or a card, not here."),
    "smaller_key": lambda d: _("Seats of a prepaid key can't be removed. Renew with a smaller key."),
    "buy_first": lambda d: _("The seats of a trial can't be changed. Buy the subscription first."),
    "assigned": lambda d: joined(
        ngettext("{n} license is assigned.", "{n} licenses are assigned.", int(d["n"])).format(n=count(d["n"])),
        ngettext(
            "This subscription needs at least {least} seat. Unassign licenses first.",
            "This subscription needs at least {least} seats. Unassign licenses first.",
            int(d["least"]),
        ).format(least=count(d["least"])),
    ),
    "credit_check": lambda d: _("A credit check is pending. Try again when it is done, within two working days."),
    "self_service": lambda d: _("A user bought this subscription. Only the buyer changes it; or take it over."),
    "recurring_off": lambda d: _("Recurring billing is off, so the subscription is not renewed."),
    "recurring_unknown": lambda d: _("Not known: whether recurring billing is on. Import the subscription, or set it."),
    "renewal_unknown": lambda d: _(
        "Not known: when the subscription is renewed. Import the subscription with its date."
    ),
    "account_unknown": lambda d: _(
        "Not known: how the subscription was bought, and so what can be done. Import it with its account type."
    ),
    "not_active": lambda d: _("The subscription is not active."),
    "too_many_seats": lambda d: _(
        "A subscription of more than {least} seats can't be canceled online. Remove seats first."
    ).format(least=count(d["least"])),
    "already": lambda d: _("It is so already. Nothing to do."),
}
"""Why something can't be done with a subscription, by ruling (domain.seats)."""


def ruling(code: str, details: Details) -> str:
    """The sentence for a ruling that says no."""
    said = RULING.get(code)
    return _("The rules for this subscription say no.") if said is None else said(details)


BAD_INPUT: dict[str, Sentence] = {
    "unknown_subscription": lambda d: _("There is no subscription {text}.").format(**d),
    "undo_no_subscription": lambda d: _("Plan {plan} changed no subscription.").format(**d),
    "bad_seats": lambda d: _("{text} is no number of seats.").format(**d),
    "bad_amount": lambda d: _("{text} is not an amount that can be read in one way. Example: 37.78").format(**d),
    "bad_currency": lambda d: _("{text} is not a currency of three letters. Example: EUR").format(**d),
    "no_price_column": lambda d: _(
        "The file has no products with their prices. It needs columns such as Product and Price; it has: {columns}."
    ).format(columns=", ".join(map(str, d["columns"]))),
    "no_prices_in_file": lambda d: _("The file has no price that could be read. Nothing was changed."),
}

REFUSED: dict[str, Sentence] = {
    "subscription_rule": lambda d: ruling(str(d["ruling"]), d),
    "subscription_changed_since": lambda d: _(
        "The subscription was changed after plan {plan}. Undo the later change first, or set it as you want it."
    ).format(**d),
    "undo_subscription": lambda d: _("Plan {plan} changed a subscription and no user.").format(**d),
}

ROW: dict[str, Sentence] = {
    "duplicate_price": lambda d: _("The same product as in line {first_line}.").format(**d),
}

REASON: dict[Reason, Sentence] = {}

REASON_WORD: dict[Reason, Word] = {}

CAPABILITY: dict[Capability, Word] = {}

JOURNAL: dict[str, Callable[[str], str]] = {
    "price.set": lambda product: _("Price set: {product}").format(product=product),
    "subscription.cancel": lambda product: _("Subscription canceled: {product}").format(product=product),
    "subscription.convert": lambda product: _("Trial became a subscription: {product}").format(product=product),
    "subscription.delete": lambda product: _("Subscription deleted: {product}").format(product=product),
    "subscription.expire": lambda product: _("Subscription expired: {product}").format(product=product),
    "subscription.lock": lambda product: _("Subscription locked: {product}").format(product=product),
    "subscription.reactivate": lambda product: _("Subscription reactivated: {product}").format(product=product),
    "subscription.recurring": lambda product: _("Recurring billing switched: {product}").format(product=product),
    "subscription.renew": lambda product: _("Subscription renewed: {product}").format(product=product),
    "subscription.resize": lambda product: _("Seats changed: {product}").format(product=product),
    "subscription.schedule": lambda product: _("Seats chosen for the renewal: {product}").format(product=product),
    "subscription.suspend": lambda product: _("Subscription disabled: {product}").format(product=product),
}


def state_word(state: str) -> str:
    """Where a subscription is, as the admin center says it."""
    return {
        "enabled": _("Active"),
        "warning": _("Expired"),
        "suspended": _("Disabled"),
        "locked_out": _("Locked"),
        "deleted": _("Deleted"),
    }[state]


def account_word(account: str) -> str:
    """How a subscription was bought."""
    return {
        "mca": _("Customer Agreement"),
        "mosa": _("Online Subscription Agreement"),
        "reseller": _("Reseller"),
        "prepaid": _("Prepaid"),
        "trial": _("Trial"),
        "": _("Not known"),
    }[account]


def offer_word(offer: str) -> str:
    """Under which program."""
    return {
        "standard": _("Standard"),
        "enterprise": _("Enterprise"),
        "volume": _("Volume licensing"),
        "open": _("Open"),
        "": _("Not known"),
    }[offer]


def acts_word(acts: Acts) -> str:
    """Who can do it."""
    return {
        Acts.BILLING: _("Billing or Global Administrator"),
        Acts.PARTNER: _("the partner"),
        Acts.BUYER: _("the buyer"),
        Acts.NOBODY: "-",
    }[acts]
