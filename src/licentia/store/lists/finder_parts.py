"""What a finder's SQL is made of: which rows, which users, and what every kind is made from. Builds no statement by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from licentia.domain.catalog import Catalog
from licentia.domain.finders import NEW_DAYS, Search
from licentia.domain.instants import DAY, Instant
from licentia.domain.mailboxes import SHARED_FREE_GB

_FREE_BYTES = SHARED_FREE_GB * 1_073_741_824
HELD = "s.tenant_id = u.tenant_id AND s.user_id = u.id AND s.state < 4"


@dataclass(frozen=True, slots=True)
class Part:
    """Users who might be found: what to read, which rows, and the expression that says which fact is missing."""

    source: str
    where: str
    key: str
    why: str


@dataclass(frozen=True, slots=True)
class Question:
    """One search as SQL. `of_user` is the same condition over the alias `u` of users (`b`: its mailbox).

    `quick` reads the same users by the index of the fact: for some of them, not for an order.
    """

    source: str
    where: str
    key: str
    of_user: str
    missing: tuple[Part, ...]
    params: dict[str, Any]
    products: Mapping[str, int]
    """Numbers of the tenant's products by SKU id."""
    looked: str = ""
    """A table `u` of some who would be found but for what is left out; of more than LOOKED nothing is said."""
    quick: tuple[str, str] | None = None
    """What is read, and which rows."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What every kind's SQL is made from."""

    wanted: Search
    products: Mapping[str, int]
    catalog: Catalog
    is_copy: bool
    now: Instant
    is_rare: bool = False
    """So few hold the product that they are looked at, and not the users to whom the rest applies."""
    apart: str = ""
    """Behind a column: keeps the planner from the index of it, where the order is another's."""

    @property
    def path(self) -> str:
        """The paths that count."""
        return "" if self.wanted.with_unknown_path else " AND s.source_kind <> 4"

    @property
    def product(self) -> str:
        """The product that counts."""
        return "" if self.wanted.sku_id is None else " AND s.product_id = %(product)s"

    def params(self) -> dict[str, Any]:
        """The parameters that any part may name."""
        span = (self.wanted.days or 0) * DAY
        product = self.products.get(self.wanted.sku_id or "", 0)
        new = self.now - NEW_DAYS * DAY
        return {"product": product, "before": self.now - span, "span": span, "free": _FREE_BYTES, "new": new}
