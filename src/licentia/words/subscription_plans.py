"""What a plan did to a subscription, in words: what it was and is, from when, what that is worth; and what a take-over takes.

Values in, text out; the subscription before and after is the journal's.
"""

from __future__ import annotations

from dataclasses import dataclass

from licentia.domain.instants import Instant
from licentia.domain.money import Money
from licentia.domain.subscriptions import Subscription
from licentia.words.amounts import money
from licentia.words.language import gettext as _
from licentia.words.language import ngettext
from licentia.words.rules import numbered
from licentia.words.said.subscriptions import state_word
from licentia.words.subscriptions import next_sentence, next_text, switch_word
from licentia.words.text import Text


@dataclass(frozen=True, slots=True)
class Became:
    """A fact of the subscription, before and after."""

    what: str
    before: str
    after: str


def changed(text: Text, before: Subscription, after: Subscription) -> list[Became]:
    """What is not as it was: seats now and from the renewal on, billing, state, and what happens next."""
    every = [
        Became(_("Total licenses"), text.n(before.seats), text.n(after.seats)),
        Became(_("From the renewal on"), text.n(before.next_seats), text.n(after.next_seats)),
        Became(_("Recurring billing"), switch_word(before.recurring), switch_word(after.recurring)),
        Became(_("Status"), state_word(before.state.value), state_word(after.state.value)),
        Became(_("Next date"), next_text(text, before), next_text(text, after)),
    ]
    return [one for one in every if one.before != one.after]


def result(text: Text, before: Subscription, after: Subscription, at: Instant, price: Money | None) -> list[str]:
    """From when it is so, what that saves or costs a month, and what happens next."""
    return [_since(text, before, after, at), *_worth(text, before, after, at, price), next_sentence(text, after)]


def _since(text: Text, before: Subscription, after: Subscription, at: Instant) -> str:
    if _is_later(before, after) and after.renews_at is not None:
        return _("It takes effect at the renewal on {date}.").format(date=text.date(after.renews_at))
    return _("It took effect on {time}.").format(time=text.time(at))


def _is_later(before: Subscription, after: Subscription) -> bool:
    """Whether only the next term is another."""
    same = (before.seats, before.state, before.recurring) == (after.seats, after.state, after.recurring)
    return same and before.next_seats != after.next_seats


def _worth(text: Text, before: Subscription, after: Subscription, at: Instant, price: Money | None) -> list[str]:
    if _is_later(before, after):
        fewer, since = before.next_seats - after.next_seats, after.renews_at or at
    else:
        fewer, since = _paid(before) - _paid(after), at
    if not fewer:
        return []
    if price is None:
        return [numbered(text, "R-124")]
    amount = money(price.times(abs(fewer)), text.language)
    said = _("Saves {amount} per month from {date}.") if fewer > 0 else _("Costs {amount} per month from {date}.")
    return [said.format(amount=amount, date=text.date(since))]


def _paid(one: Subscription) -> int:
    return one.seats if one.is_assignable else 0


def taken_over(text: Text, some: list[Subscription], users: int) -> list[str]:
    """How many licenses the purchase has or had, and how many users the plan takes along."""
    seats = sum(one.seats for one in some)
    said = ngettext("The purchase: {n} license.", "The purchase: {n} licenses.", seats).format(n=text.n(seats))
    people = ngettext("{n} user has it.", "{n} users have it.", users).format(n=text.n(users))
    return [f"{said} {people}"] if some else [people]
