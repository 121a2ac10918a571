"""Subscriptions in words: what is known of one, what happens next, what can be done and when, and what a change does.

Values in, text out; which answer is given is the domain's.
"""

from __future__ import annotations

from typing import Any

from licentia.changes.subscriptions import Change, Look
from licentia.domain.instants import Instant
from licentia.domain.intents import Resize, SetRecurring
from licentia.domain.money import Money
from licentia.domain.seats import Acts, Ruling, Verdict, When, may_cancel, may_resize, may_set_recurring
from licentia.domain.subscriptions import Subscription, SubscriptionState, life_of, next_event, resolve_by
from licentia.store.lists.subscriptions import PoolRow
from licentia.words.amounts import money
from licentia.words.language import gettext as _
from licentia.words.language import ngettext
from licentia.words.money import months_text
from licentia.words.parts import product_name
from licentia.words.rules import numbered
from licentia.words.said.subscriptions import account_word, acts_word, offer_word, ruling, state_word
from licentia.words.text import Text

MOST_ADDED = 5
"""Subscriptions of a product whose seats are shown as a sum; of more, only the total."""
SEAT_STEP = 1
"""How many seats the rules are asked about when nobody said a number."""

# ---- what it is


def name(one: Subscription) -> str:
    """Its number and product."""
    return _("Subscription {n}: {product}").format(n=one.id, product=product_name(one.sku_id))


def total(text: Text, own: list[Subscription]) -> str:
    """The seats of a product; of a few subscriptions as a sum (5 + 8 = 13)."""
    seats = [one.seats for one in own if one.is_assignable]
    whole = text.n(sum(seats))
    return f"{' + '.join(map(text.n, seats))} = {whole}" if 1 < len(seats) <= MOST_ADDED else whole


def free(text: Text, pool: PoolRow) -> str:
    """How many seats of a product can be assigned."""
    return _("Not known") if pool.capacity is None else text.n(pool.capacity - pool.consumed)


def purchases_word(text: Text, n: int) -> str:
    """So many self-service purchases, as the channel of a product."""
    return ngettext("{n} self-service purchase", "{n} self-service purchases", n).format(n=text.n(n))


def channel(one: Subscription) -> str:
    """How it was bought."""
    return _("Self-service") if one.purchase_id else account_word(one.account.value)


def switch_word(on: bool | None) -> str:
    """On, off, or not known."""
    return _("Not known") if on is None else _("On") if on else _("Off")


def next_text(text: Text, one: Subscription) -> str:
    """What happens next by itself, and when; where nobody knows, that."""
    event = next_event(one)
    if event is None:
        return "-" if one.state is SubscriptionState.DELETED else _("Not known")
    said = {
        "renew": _("Renews on {date}"),
        "convert": _("Becomes paid on {date}"),
        "expire": _("Expires on {date}"),
        "suspend": _("Is disabled on {date}"),
        "lock": _("Is locked on {date}"),
        "delete": _("Is deleted on {date}"),
    }[event.kind.value].format(date=text.date(event.at))
    if event.kind.value == "renew" and one.renewal_seats is not None:
        seats = ngettext("with {n} seat", "with {n} seats", one.renewal_seats).format(n=text.n(one.renewal_seats))
        return f"{said}, {seats}"
    return said


def next_sentence(text: Text, one: Subscription) -> str:
    """The same as a sentence of its own."""
    event = next_event(one)
    if event is None:
        return _("Not known: what happens to it next, and when.")
    seats = one.renewal_seats
    if event.kind.value == "renew" and seats is not None:
        said = ngettext("It renews on {date}, with {n} seat.", "It renews on {date}, with {n} seats.", seats)
        return said.format(date=text.date(event.at), n=text.n(seats))
    return {
        "renew": _("It renews on {date}."),
        "convert": _("It becomes paid on {date}."),
        "expire": _("It expires on {date}."),
        "suspend": _("It is disabled on {date}."),
        "lock": _("It is locked on {date}."),
        "delete": _("It is deleted on {date}."),
    }[event.kind.value].format(date=text.date(event.at))


# ---- what can be done


def abilities(seen: Look) -> list[tuple[str, Verdict]]:
    """What could be done with the subscription, and the verdict on each."""
    one, now, land = seen.subscription, seen.now, seen.country
    how: dict[str, Any] = {"other_next": seen.other_next, "country": land}
    found = [
        (_("Add seats"), may_resize(one, one.seats + SEAT_STEP, seen.around, now, **how)),
        (_("Remove seats"), may_resize(one, one.seats - SEAT_STEP, seen.around, now, **how)),
        (_("Cancel subscription"), may_cancel(one, now, country=land)),
    ]
    if one.state is not SubscriptionState.ENABLED:
        return [*found, (_("Reactivate"), may_set_recurring(one, True, now, country=land))]
    on = not one.recurring
    name = _("Turn on recurring billing") if on else _("Turn off recurring billing")
    return [*found, (name, may_set_recurring(one, on, now, country=land))]


def facts(text: Text, seen: Look) -> list[tuple[str, str]]:
    """Everything known of it, by name; an empty value where it does not apply."""
    one, over = seen.subscription, seen.around.consumed - seen.around.other_seats - seen.subscription.seats
    found, is_over = life_of(one), one.state is SubscriptionState.DELETED
    price = (
        _("Not known")
        if seen.price is None
        else _("{amount} per month").format(amount=money(seen.price, text.language))
    )
    by = resolve_by(one)
    return [
        (_("ID"), one.ref),
        (_("Total"), text.n(one.seats)),
        (_("Added since the term began"), _added(text, one)),
        (_("Status"), state_word(one.state.value)),
        (_("Purchase channel"), channel(one)),
        (_("Offer"), offer_word(one.offer.value)),
        (_("Term"), months_text(text, one.term_months)),
        (_("Term began on"), _("Not known") if one.started_at is None else text.time(one.started_at)),
        (_("Term ends on"), _("Not known") if one.renews_at is None else text.time(one.renews_at)),
        (_("Recurring billing"), switch_word(one.recurring)),
        (_("Next date"), next_text(text, one)),
        (_("After its term"), "" if is_over else numbered(text, found.rule if found else "R-105")),
        (_("Credit check"), text.time(one.credit_check_until) if _pending(seen) else ""),
        (_("Over-assigned"), _over(text, over, by) if over > 0 and not one.purchase_id else ""),
        (_("Price per license"), price),
    ]


def _pending(seen: Look) -> bool:
    return seen.subscription.credit_check_until is not None and seen.subscription.credit_check_until > seen.now


def _added(text: Text, one: Subscription) -> str:
    return "; ".join(f"{text.n(added.seats)} ({text.time(added.at)})" for added in one.additions)


def _over(text: Text, over: int, by: Instant | None) -> str:
    said = _("{n} more assigned than owned").format(n=text.n(over))
    return said if by is None else f"{said}; " + _("resolve by {date}").format(date=text.date(by))


def when_text(text: Text, verdict: Verdict) -> str:
    """From when something can be done."""
    at = verdict.at
    if verdict.when is When.NOW:
        return _("Now")
    if verdict.when is When.LATER and at is not None:
        return _("From {time}").format(time=text.time(at))
    if verdict.when is When.AT_RENEWAL:
        return _("Not known") if at is None else _("At the end of the term, {date}").format(date=text.date(at))
    if verdict.when is When.ASK:
        return _("Ask the partner") if verdict.acts is Acts.PARTNER else _("Ask the buyer")
    return _("Not known") if verdict.when is When.UNKNOWN else _("No")


def until_text(text: Text, until: Instant | None) -> str:
    """Until when something can be done."""
    return "-" if until is None else text.time(until)


def who(verdict: Verdict) -> str:
    """Who can do it."""
    return "-" if verdict.when in (When.NEVER, When.UNKNOWN) else acts_word(verdict.acts)


# ---- a change


def later(text: Text, verdict: Verdict) -> list[str]:
    """When what can't be done now can be, or could be asked for."""
    said = []
    if verdict.at is not None:
        since = _("It can be done from {time}.") if verdict.when is When.LATER else _("Its term ends on {time}.")
        said.append(since.format(time=text.time(verdict.at)))
    if verdict.until is not None:
        said.append(_("It can be asked for now until {time}.").format(time=text.time(verdict.until)))
    return said


def refused(text: Text, made: Change) -> list[str]:
    """Why a change can't be made, and when or until when it can."""
    verdict = made.verdict
    details = {"least": verdict.least, "n": made.look.around.consumed}
    return [ruling(verdict.ruling.value, details), *later(text, verdict)]


def cost(text: Text, price: Money | None, seats: int) -> str:
    """What so many seats cost a month; why that is not known."""
    if price is None:
        return _("Not known: nobody has stated a price")
    return _("{amount} per month").format(amount=money(price.times(seats), text.language))


def effect(text: Text, made: Change) -> list[str]:
    """What a change does to the subscription, the bill and the product; the same before and after it is made."""
    return [_does(text, made), *_money(text, made), *_product(text, made)]


def _does(text: Text, made: Change) -> str:
    """What becomes of it, and from when."""
    one, after, verdict = made.look.subscription, made.after, made.verdict
    assert after is not None
    if isinstance(made.intent, Resize):
        if verdict.ruling is Ruling.KEEP:
            said = ngettext("{n} seat, also after the renewal.", "{n} seats, also after the renewal.", one.seats)
            return said.format(n=text.n(one.seats))
        if verdict.when is When.NOW:
            said = ngettext(
                "From {before} to {after} seat, now.", "From {before} to {after} seats, now.", after.seats
            ).format(before=text.n(one.seats), after=text.n(after.seats))
            if verdict.until is None:
                return said
            return said + " " + _("It can be done now until {time}.").format(time=text.time(verdict.until))
        said = ngettext(
            "From {before} to {after} seat, at the renewal on {date}.",
            "From {before} to {after} seats, at the renewal on {date}.",
            after.next_seats,
        ).format(before=text.n(one.seats), after=text.n(after.next_seats), date=text.date(verdict.at or 0))
        if verdict.least is None:
            return said
        return f"{said} " + ngettext(
            "Down to {n} seat it can be done now, until {time}.",
            "Down to {n} seats it can be done now, until {time}.",
            verdict.least,
        ).format(n=text.n(verdict.least), time=until_text(text, verdict.until))
    if verdict.ruling is Ruling.REACTIVATE:
        return _("Active again, with a term that begins now.")
    if isinstance(made.intent, SetRecurring) and made.intent.on:
        said = _("Recurring billing is on.")
    elif after.state is not one.state:
        said = _("Canceled: it is disabled now, and its users lose access.")
    else:
        said = _("Recurring billing is off: the subscription works until the end of its term.")
    return f"{said} {next_sentence(text, after)}"


def _money(text: Text, made: Change) -> list[str]:
    if not made.fewer:
        return []
    if made.per_month is None:
        return [numbered(text, "R-124")]
    amount = money(Money(abs(made.per_month.amount), made.per_month.currency), text.language)
    later = made.verdict.when is When.AT_RENEWAL and made.verdict.at is not None
    since = text.date(made.verdict.at or 0) if later else _("now")
    if made.fewer > 0:
        return [_("Saves {amount} per month from {date}.").format(amount=amount, date=since)]
    return [_("Costs {amount} per month from {date}.").format(amount=amount, date=since)]


def _product(text: Text, made: Change) -> list[str]:
    one, around = made.look.subscription, made.look.around
    if made.after is None or one.purchase_id:
        return []
    later = made.verdict.when is When.AT_RENEWAL
    seats = made.after.next_seats if later else made.after.seats if made.after.is_assignable else 0
    owned = (made.look.other_next if later else around.other_seats) + seats
    return [
        ngettext(
            "The product then has {owned} seat; assigned now: {assigned}.",
            "The product then has {owned} seats; assigned now: {assigned}.",
            owned,
        ).format(owned=text.n(owned), assigned=text.n(around.consumed))
    ]
