"""What happened to a license, from what its journal row was and is: a change of state has a name of its own.

Pure: it reads the two texts of a row and knows no table.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from licentia.domain.facts import AssignmentState

OF_PRODUCTS = ("license.", "subscription.", "purchase.", "price.")
"""Kinds of rows that are about a product: their texts say which."""


def happening(kind: str, before: str | None, after: str | None) -> str:
    """The row's kind; of a license that is remembered, returns, goes into error or out of it, what happened to it."""
    return _license(kind, _state(before), _state(after)) if kind.startswith("license.") else kind


def _license(kind: str, before: int | None, after: int | None) -> str:
    if after is None:
        return "license.forget" if before == AssignmentState.REMEMBERED else kind
    if after == AssignmentState.REMEMBERED:
        return "license.remember"
    if after == AssignmentState.ERROR:
        return "license.error"
    if before == AssignmentState.REMEMBERED:
        return "license.return"
    return "license.recover" if before == AssignmentState.ERROR else kind


@lru_cache(maxsize=4096)
def of_product(kind: str, before: str | None, after: str | None) -> tuple[str, str] | None:
    """(product, what happened) of a row; None where the row is about no product. Equal texts are read once."""
    sku = _fields(after or before).get("sku") if kind.startswith(OF_PRODUCTS) else None
    return (str(sku), happening(kind, before, after)) if sku else None


def _state(text: str | None) -> int | None:
    return None if text is None else _fields(text).get("state")


def _fields(text: str | None) -> dict[str, Any]:
    found = json.loads(text or "{}")
    return found if isinstance(found, dict) else {}
