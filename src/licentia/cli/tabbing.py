"""What Tab offers for a name: tenants, products, groups and operators of the store, permissions, as far as typed.

Imports the store only when Tab is pressed; a store that can't be read offers nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

MOST = 50


def offered(names: Callable[[click.Context], Iterable[str]]) -> Callable[[click.Context, str], list[CompletionItem]]:
    """Completes from these names, in any letter case."""

    def complete(context: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        from licentia.domain.reasons import BadInput
        from licentia.store.writing import StoreError

        found: list[CompletionItem] = []
        with suppress(StoreError, BadInput, OSError):
            begun = incomplete.casefold()
            found = [CompletionItem(name) for name in names(context) if name.casefold().startswith(begun)][:MOST]
        return found

    return complete


def _opened() -> bool:
    """Whether there is a store, now open; none is made."""
    from licentia.store import locations
    from licentia.store.opening import open_store

    if not locations.exists():
        return False
    open_store()
    return True


def _tenants(context: click.Context) -> Iterable[str]:
    from licentia.store.lists import tenants

    return [one.name for one in tenants.every()] if _opened() else []


def _tenant_id(context: click.Context) -> int | None:
    from licentia.cli.app import the_tenant

    return int(the_tenant(context.params.get("tenant_name")).id) if _opened() else None


def _products(context: click.Context) -> Iterable[str]:
    from licentia.store.lists import products
    from licentia.words.parts import product_name

    tenant = _tenant_id(context)
    return [] if tenant is None else sorted(product_name(one.sku_id) for one in products.every(tenant))


def _groups(context: click.Context) -> Iterable[str]:
    from licentia.store.lists import groups

    tenant = _tenant_id(context)
    return [] if tenant is None else [one.name for one in groups.page(tenant, top=1_000)[0]]


def _scopes(_context: click.Context) -> Iterable[str]:
    from licentia.domain.permissions import SCOPE_CAPABILITIES

    return sorted(SCOPE_CAPABILITIES)


def _operators(context: click.Context) -> Iterable[str]:
    from licentia.store.lists import operators

    return [one.name for one in operators.every()] if _opened() else []


NAMES = {
    "tenant_name": offered(_tenants),
    "product": offered(_products),
    "old": offered(_products),
    "new": offered(_products),
    "group": offered(_groups),
    "acting": offered(_operators),
    "application": offered(_scopes),
    "delegated": offered(_scopes),
}
"""By parameter, what Tab offers."""
