"""Money as the reader's language writes it: an amount, or one per currency. Rounds to cents here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

from licentia.domain.money import Money

_SIGNS = {"EUR": "€"}


def money(value: Money, language: str) -> str:
    """ "€1,184.50" or "€ 1.184,50"; a currency without a sign of its own goes by its letters: "USD 5.00"."""
    amount = value.shown()
    text = f"{abs(amount):,.2f}"
    if language == "nl":
        text = text.replace(",", " ").replace(".", ",").replace(" ", ".")
    sign = _SIGNS.get(value.currency)
    blank = "\u00a0" if language == "nl" or sign is None else ""
    return f"{'-' if amount < 0 else ''}{sign or value.currency}{blank}{text}"


def amounts(values: Sequence[Money], language: str) -> str:
    """One amount per currency, never added up; empty when there is none."""
    return " + ".join(money(value, language) for value in values)
