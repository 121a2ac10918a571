"""`licentia products`: the tenant's products with their seats, and one product with its service plans."""

from __future__ import annotations

import json
from gettext import gettext as _
from typing import Any

import click

from licentia.cli.app import App, command_options


@click.group("products", help=_("Show products and their seats."))
def command() -> None:
    """A noun; its verbs are below."""


@command.command(
    "list",
    help=_("List the tenant's products with total, assigned and available seats."),
    epilog=_("Example: licentia products list --json"),
)
@command_options()
def list_(app: App) -> int:
    """All products, by name."""
    from licentia.cli.layout import table
    from licentia.domain import catalog as catalog_of
    from licentia.store.lists import products
    from licentia.words.formats import number
    from licentia.words.parts import product_name

    every = sorted(products.every(app.tenant_id), key=lambda row: product_name(row.sku_id).casefold())
    if app.as_json:
        click.echo(json.dumps([as_json(row) for row in every], ensure_ascii=False, indent=2))
        return 0
    if not every:
        click.echo(_("No products are known. Import users or subscriptions: licentia import"))
        return 0
    lines = []
    for row in every:
        product = catalog_of.load().product_or_none(row.sku_id)
        part = product.part_number if product else row.sku_id
        kind = _("Organization") if row.has_pool else _("Self-service")
        if row.has_pool:
            lines.append([product_name(row.sku_id), part, kind, *_seats(app, row.capacity, row.consumed)])
        if row.purchases:
            seats = [number(n, app.language) for n in (row.purchased_seats, row.purchased_consumed)]
            free = number(row.purchased_seats - row.purchased_consumed, app.language)
            lines.append([product_name(row.sku_id), part, _("Self-service"), *seats, free])
    header = [_("Product"), _("Part number"), _("Account type"), _("Total"), _("Assigned"), _("Available")]
    click.echo(table(header, lines, frozenset({3, 4, 5})))
    return 0


def _seats(app: App, capacity: int | None, consumed: int) -> list[str]:
    from licentia.words.formats import number

    if capacity is None:
        return [_("Not known"), number(consumed, app.language), _("Not known")]
    return [number(n, app.language) for n in (capacity, consumed, capacity - consumed)]


def as_json(row: Any) -> dict[str, Any]:
    """A product for programs."""
    from licentia.domain import catalog as catalog_of

    product = catalog_of.load().product_or_none(row.sku_id)
    return {
        "skuId": row.sku_id,
        "skuPartNumber": product.part_number if product else None,
        "displayName": product.display_name if product else None,
        "total": row.capacity,
        "consumedUnits": row.consumed,
        "available": None if row.capacity is None else row.capacity - row.consumed,
        "selfService": {"purchases": row.purchases, "seats": row.purchased_seats, "assigned": row.purchased_consumed},
    }


@command.command(
    "show",
    help=_("Show one product: seats, how it is assigned, and what its service plans carry."),
    epilog=_("Example: licentia products show SPE_E3"),
)
@click.argument("product")
@command_options()
def show(app: App, product: str) -> int:
    """One product."""
    from licentia.cli.layout import table
    from licentia.cli.licenses import resolve_product
    from licentia.domain import catalog as catalog_of
    from licentia.domain.reasons import BadInput
    from licentia.store.lists import products
    from licentia.words.formats import number
    from licentia.words.sentences import source_kind

    found = resolve_product(app, product)
    row = next((r for r in products.every(app.tenant_id) if r.sku_id == found.sku_id), None)
    if row is None:
        raise BadInput("product_not_owned", sku=found.display_name)
    paths = products.paths(app.tenant_id, row.id)
    catalog = catalog_of.load()
    if app.as_json:
        plans = [{"servicePlanId": p, "servicePlanName": catalog.plans[p].name} for p in found.plan_ids]
        fields = as_json(row) | {"paths": {str(k): n for k, n in paths.items()}, "servicePlans": plans}
        click.echo(json.dumps(fields, ensure_ascii=False, indent=2))
        return 0
    click.echo(f"{found.display_name}  ({found.part_number}, {found.sku_id})\n")
    total, assigned, free = _seats(app, row.capacity, row.consumed)
    click.echo(table([_("Total"), _("Assigned"), _("Available")], [[total, assigned, free]], frozenset({0, 1, 2})))
    names = {1: source_kind(1), 2: _("From group"), 3: source_kind(3), 4: source_kind(4)}
    rows = [[names[kind], number(n, app.language)] for kind, n in sorted(paths.items())]
    click.echo("\n" + table([_("Assignment"), _("Assignments")], rows, frozenset({1})) + "\n")
    lines = [
        [catalog.plans[p].friendly_name or catalog.plans[p].name, catalog.plans[p].name, carries(p)]
        for p in found.plan_ids
    ]
    click.echo(table([_("Service plan"), _("Name"), _("Carries")], sorted(lines)))
    return 0


def carries(plan_id: str) -> str:
    """What a service plan carries, in words; empty when nothing that the rules speak of."""
    from licentia.domain import catalog as catalog_of
    from licentia.domain.facts import UNKNOWN

    found = catalog_of.load().carries(plan_id)
    words = []
    if found.mailbox_gb is UNKNOWN:
        words.append(_("mailbox: not known"))
    elif found.mailbox_gb is not None:
        words.append(_("mailbox of {n} GB").format(n=found.mailbox_gb))
    names = (
        ("archive", _("archive")),
        ("holds", _("holds")),
        ("office", _("desktop Office")),
        ("teams", "Teams"),
        ("phone", _("phone")),
    )
    words += [word for name, word in names if getattr(found, name) is True]
    if found.onedrive is not False:
        words.append("OneDrive" if found.onedrive is True else _("OneDrive: not known"))
    return ", ".join(words)
