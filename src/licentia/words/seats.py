"""Seats of a product as a sentence."""

from __future__ import annotations

from licentia.store.lists.products import ProductRow
from licentia.words.language import gettext as _
from licentia.words.text import Text


def available(text: Text, row: ProductRow) -> str:
    """How many of the organization's seats are free, of how many; that it is not known where nobody said."""
    if row.capacity is None:
        return _("Available: not known")
    free = max(0, row.capacity - row.consumed)
    return _("{free} of {total} available").format(free=text.n(free), total=text.n(row.capacity))
