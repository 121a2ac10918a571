"""What every table of sentences uses: numbers, product names and lists of candidates in the reader's language.

No code and no rule is here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from licentia.domain import catalog as catalog_of
from licentia.words.formats import number
from licentia.words.language import current
from licentia.words.language import gettext as _

Details = Mapping[str, Any]
Sentence = Callable[[Details], str]
Word = Callable[[], str]


def count(value: object) -> str:
    """A number as the reader writes it."""
    return number(int(str(value)), current())


def product_name(sku_id: str) -> str:
    """The product's display name, or its id when the catalog does not know it."""
    product = catalog_of.load().product_or_none(sku_id)
    return product.display_name if product else sku_id


def plan_name(plan_id: str) -> str:
    """A service plan's friendly name, or its id."""
    plan = catalog_of.load().plans.get(plan_id)
    return (plan.friendly_name or plan.name) if plan else plan_id


def or_list(details: Details) -> str:
    """The candidates that may have been meant; empty when there are none."""
    found = [item if isinstance(item, str) else " = ".join(item) for item in details.get("candidates", ())]
    return " ".join([_("Did you mean: {names}?").format(names="; ".join(found))] if found else [])


def joined(*parts: str) -> str:
    """The parts that are not empty, as one line."""
    return " ".join(part for part in parts if part)
