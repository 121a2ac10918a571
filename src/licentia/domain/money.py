"""Money: an exact amount in one currency, what a person types read as one, sums that keep currencies apart.

Never rounds before it is shown, never converts one currency into another, never guesses a price.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from licentia.domain.reasons import BadInput

CENT = Decimal("0.01")
LARGEST = Decimal("1000000000")
_ENGLISH = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?|\d+(\.\d+)?")
_DUTCH = re.compile(r"\d{1,3}(\.\d{3})+(,\d+)?|\d+(,\d+)?")


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in a currency of three letters."""

    amount: Decimal
    currency: str

    def times(self, count: int) -> Money:
        """So many of it."""
        return Money(self.amount * count, self.currency)

    def shown(self) -> Decimal:
        """The amount in cents, half a cent up: for showing only."""
        return self.amount.quantize(CENT, ROUND_HALF_UP)


def amount_of(text: str) -> Decimal:
    """The amount of `37.78` or `37,78`, also `1,184.50` or `1.184,50`; BadInput `bad_amount` for anything else.

    One separator before exactly three digits could be either: it is refused, not guessed.
    """
    found = text.strip()
    if re.fullmatch(r"\d{1,3}[.,]\d{3}", found):
        raise BadInput("bad_amount", text=text)
    if _ENGLISH.fullmatch(found):
        amount = Decimal(found.replace(",", ""))
    elif _DUTCH.fullmatch(found):
        amount = Decimal(found.replace(".", "").replace(",", "."))
    else:
        raise BadInput("bad_amount", text=text)
    if amount >= LARGEST:
        raise BadInput("bad_amount", text=text)
    return amount


def currency_of(text: str) -> str:
    """The currency of three letters, in capitals; BadInput `bad_currency`."""
    found = text.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", found):
        raise BadInput("bad_currency", text=text)
    return found


def total(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """One sum per currency, by currency."""
    sums: dict[str, Decimal] = {}
    for one in amounts:
        sums[one.currency] = sums.get(one.currency, Decimal(0)) + one.amount
    return tuple(Money(amount, currency) for currency, amount in sorted(sums.items()))
