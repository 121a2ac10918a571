"""Subscriptions as text: lists, one subscription with what can be done, and what a change does.

Lays out what `words.subscriptions` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from gettext import gettext as _

from licentia.changes.subscriptions import Change, Look
from licentia.cli.app import App
from licentia.cli.layout import table
from licentia.cli.sentences import ruling
from licentia.cli.ways_out import RULE
from licentia.domain.subscriptions import Subscription, SubscriptionState
from licentia.store.lists.subscriptions import PoolRow
from licentia.words import subscriptions as words
from licentia.words.parts import product_name
from licentia.words.rules import numbered
from licentia.words.said.subscriptions import state_word
from licentia.words.text import Text


def listed(
    app: App, products: Sequence[tuple[str, PoolRow | None, list[Subscription]]], *, every_purchase: bool = False
) -> str:
    """Per product its total (5 + 8 = 13) and under it each subscription; several purchases are one line, or a line each."""
    text = Text.of(app.tenant)
    lines = []
    for sku, pool, found in products:
        own = [one for one in found if not one.purchase_id]
        if own:
            lines.append(["", product_name(sku), words.total(text, own), *_pool(text, pool), "", "", "", ""])
        purchases = [one for one in found if one.purchase_id]
        lines += [_line(text, one, with_name=False) for one in own]
        if len(purchases) > 1 and not every_purchase:
            lines.append(_purchases(text, purchases, with_name=not own))
        else:
            lines += [_line(text, one, with_name=not own) for one in purchases]
    header = [
        _("No."),
        _("Product"),
        _("Total"),
        _("Assigned"),
        _("Available"),
        _("Purchase channel"),
        _("Status"),
        _("Recurring billing"),
        _("Next date"),
    ]
    return table(header, lines, frozenset({0, 2, 3, 4}))


def _purchases(text: Text, purchases: list[Subscription], *, with_name: bool) -> list[str]:
    """Several self-service purchases of a product as one line, as the admin center shows them."""
    seats = sum(one.seats for one in purchases if one.is_assignable)
    name = product_name(purchases[0].sku_id) if with_name else ""
    return ["", name, text.n(seats), "", "", words.purchases_word(text, len(purchases)), "", "", ""]


def _pool(text: Text, pool: PoolRow | None) -> list[str]:
    if pool is None:
        return ["0", _("Not known")]
    return [text.n(pool.consumed), words.free(text, pool)]


def _line(text: Text, one: Subscription, *, with_name: bool) -> list[str]:
    name = product_name(one.sku_id) if with_name else ""
    state, recurring = state_word(one.state.value), words.switch_word(one.recurring)
    seats, following = text.n(one.seats), words.next_text(text, one)
    return [str(one.id), name, seats, "", "", words.channel(one), state, recurring, following]


def shown(app: App, seen: Look) -> str:
    """Its facts, and what can be done with it: from when, until when, by whom, by which rule."""
    text, one = Text.of(app.tenant), seen.subscription
    head = words.name(one)
    facts = table(["", ""], [[name, value] for name, value in words.facts(text, seen) if value]).lstrip("\n")
    if one.state is SubscriptionState.DELETED:
        return "\n\n".join((head, facts, _("The subscription is deleted: nothing can be done with it any more.")))
    lines = [
        [
            name,
            words.when_text(text, verdict),
            words.until_text(text, verdict.until),
            words.who(verdict),
            numbered(text, verdict.rule),
        ]
        for name, verdict in words.abilities(seen)
    ]
    header = [_("What you can do"), _("When"), _("Until"), _("Who"), _("Rule")]
    return "\n\n".join((head, facts, table(header, lines)))


def change(app: App, made: Change) -> str:
    """What a change does, or why it can't be made; the same before and after it is made."""
    text, verdict = Text.of(app.tenant), made.verdict
    if made.after is None:
        details = {"least": verdict.least, "n": made.look.around.consumed}
        said = [ruling(verdict.ruling.value, details), *words.later(text, verdict)]
    else:
        said = words.effect(text, made)
        if made.fewer and made.per_month is None:
            said = [*said, RULE["R-124"]()]
    return "\n".join([words.name(made.look.subscription), "", *said, numbered(text, verdict.rule)])
