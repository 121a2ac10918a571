"""What a user holds: the enabled plans, which of them are sure to stay, and which products give a mailbox or a drive.

Computed over enabled *plans*, never per product. What is lost is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from licentia.domain.catalog import Catalog, Product
from licentia.domain.facts import UNKNOWN, AssignmentState, ClockKind, Maybe, Source


@dataclass(frozen=True, slots=True)
class Holding:
    """The enabled plans of a user and, per plan, the products that give it."""

    catalog: Catalog
    plans: frozenset[str]
    products: tuple[tuple[str, frozenset[str]], ...]
    sure: frozenset[str] = frozenset()
    """Plans given by an assignment without trouble; one in error or disabled may end at any time (R-41)."""
    strangers: frozenset[str] = frozenset()
    """Products held that the catalog does not know (R-63): they may carry anything."""

    def mailbox(self) -> bool | Maybe:
        """Whether a mailbox is carried; UNKNOWN when only a plan or product that nobody classified may carry it."""
        if not self.sure.isdisjoint(self.catalog.carriers("mailbox_gb")):
            return True
        return UNKNOWN if self.strangers or self.mailbox_carriers() else False

    def drive(self) -> bool | Maybe:
        """Whether a OneDrive is carried; UNKNOWN as for the mailbox."""
        if not self.sure.isdisjoint(self.catalog.carriers("onedrive")):
            return True
        return UNKNOWN if self.drive_products() else False

    def mailbox_carriers(self) -> frozenset[tuple[str, str]]:
        """(product, plan) for every enabled plan that carries a mailbox, or of which that is not known."""
        possible = self.catalog.possible_carriers("mailbox_gb")
        return frozenset((sku, p) for sku, plans in self.products for p in plans & possible)

    def mailbox_limit(self) -> int | None:
        """The largest mailbox limit in GB among enabled plans; None when none is known."""
        limits = [self.catalog.carries(p).mailbox_gb for p in self.plans & self.catalog.carriers("mailbox_gb")]
        return max((gb for gb in limits if isinstance(gb, int)), default=None)

    def mailbox_product(self) -> str:
        """Display name of the product that carries the largest mailbox, or of one that may carry one."""
        limit = self.mailbox_limit()
        carriers = self.mailbox_carriers()
        largest = {sku for sku, p in carriers if self.catalog.carries(p).mailbox_gb == limit}
        return self._first_name(largest or {sku for sku, _ in carriers} or self.strangers)

    def drive_product(self) -> str:
        """Display name of a product that carries, or may carry, a OneDrive."""
        return self._first_name(self.drive_products())

    def drive_products(self) -> frozenset[str]:
        """Products that carry a OneDrive, or of which that is not known."""
        possible = self.catalog.possible_carriers("onedrive")
        return self.strangers | {sku for sku, plans in self.products if not plans.isdisjoint(possible)}

    def _first_name(self, skus: Iterable[str]) -> str:
        return min(map(self.name, skus), default="")

    def name(self, sku_id: str) -> str:
        """The product's display name, or its id when the catalog does not know it."""
        product = self.catalog.product_or_none(sku_id)
        return product.display_name if product else sku_id

    def any(self, what: str) -> bool:
        """Whether an enabled plan carries `what` (archive, holds, office, visio, project, teams, phone)."""
        return not self.plans.isdisjoint(self.catalog.carriers(what))

    def surely(self, what: str) -> bool:
        """Whether a plan that is sure to stay carries `what`."""
        return not self.sure.isdisjoint(self.catalog.carriers(what))

    def holds(self, sku_id: str) -> bool:
        """Whether any source gives the product."""
        return sku_id in self.strangers or any(sku == sku_id for sku, _ in self.products)


@lru_cache(maxsize=1024)
def _enabled(product: Product, disabled: frozenset[str]) -> frozenset[str]:
    return frozenset(product.plan_ids) - disabled


def holding(catalog: Catalog, sources: Iterable[Source]) -> Holding:
    """Enabled plans = union over sources of (plans of the product minus that source's disabled plans)."""
    given = tuple((s.sku_id, s.disabled_plans, s.state is AssignmentState.ACTIVE) for s in sources if s.state.holds)
    return _held(catalog, given)


@lru_cache(maxsize=256)
def _held(catalog: Catalog, given: tuple[tuple[str, frozenset[str], bool], ...]) -> Holding:
    """From product, disabled plans and whether it is sure: thousands of classes differ in other things only."""
    by_product: dict[str, frozenset[str]] = {}
    sure = strangers = frozenset[str]()
    for sku_id, disabled, is_sure in given:
        product = catalog.product_or_none(sku_id)
        if product is None:
            strangers |= {sku_id}
            continue
        enabled = _enabled(product, disabled)
        by_product[sku_id] = by_product.get(sku_id, enabled) | enabled
        if is_sure:
            sure |= enabled
    plans = frozenset[str]().union(*by_product.values())
    return Holding(catalog, plans, tuple(sorted(by_product.items())), sure, strangers)


def contradicted(held: Holding, clocks: Iterable[ClockKind]) -> tuple[ClockKind, ...]:
    """Those of the running clocks that cannot run for a user who surely holds what they would end (R-29)."""
    sure = {
        ClockKind.MAILBOX_PURGE: held.mailbox() is True,
        ClockKind.ARCHIVE_PURGE: held.surely("archive"),
        ClockKind.DRIVE_READONLY: held.drive() is True,
        ClockKind.DRIVE_ARCHIVE: held.drive() is True,
    }
    return tuple(sorted(kind for kind in clocks if sure.get(kind, False)))
