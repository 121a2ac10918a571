"""`licentia find`: users whose licenses may be taken back, what could not be known, saved finders, and the way into a plan."""

from __future__ import annotations

import json
from dataclasses import replace
from gettext import gettext as _
from typing import TYPE_CHECKING, Any

import click

from licentia.cli.app import App, command_options

if TYPE_CHECKING:
    from licentia.domain.finders import Search


@click.command(
    "find",
    help=_(
        "Find licenses that may be taken back. Without a name: all finders and saved ones. "
        "FINDER is blocked, never-signed-in, inactive, duplicate, overlap, addon-without-base, nothing-on, shared, "
        "or the name of a saved one."
    ),
    epilog=_('Example: licentia find inactive --days 90 --product "Microsoft 365 E3" --unassign --plan'),
)
@click.argument("finder", required=False, metavar="[FINDER]")
@click.option("--product", help=_("Only licenses of this product."))
@click.option("--days", type=click.IntRange(1, 3_650), help=_("How many days; 30 or 90 unless said."))
@click.option("--include-unknown", is_flag=True, help=_("List licenses whose assignment path is not known, too."))
@click.option("--top", type=click.IntRange(1, 100_000), default=50, show_default=True, help=_("How many."))
@click.option("--count", "counts", is_flag=True, help=_("Without a name: how many users each finds."))
@click.option("--save", metavar="NAME", help=_("Save this finder under a name."))
@click.option("--forget", metavar="NAME", help=_("Forget a saved finder."))
@click.option("--unassign", is_flag=True, help=_("Take the licenses back: make a plan, show it, ask."))
@click.option("--plan", "only_plan", is_flag=True, help=_("Only make the plan and show it."))
@click.option("--yes", is_flag=True, help=_("Apply without asking."))
@click.option("--confirm", type=int, metavar="N", help=_("How many users the plan changes; needed above 20."))
@click.option("--over-limit", is_flag=True, help=_("Go above the tenant's limits; see licentia tenants set."))
@click.option("--anyway", is_flag=True, help=_("Also shared mailboxes that need a license."))
@command_options()
def command(
    app: App,
    finder: str | None,
    *,
    product: str | None,
    days: int | None,
    include_unknown: bool,
    top: int,
    counts: bool,
    save: str | None,
    forget: str | None,
    unassign: bool,
    anyway: bool,
    **plan: Any,
) -> int:
    """Lists finders, or what one finds; saves, forgets, or goes on to a plan."""
    from licentia.domain.finders import FinderKind
    from licentia.domain.reasons import BadInput

    given = [f"--{name.replace('_', '-')}" for name, value in (plan | {"anyway": anyway}).items() if value]
    if given and not unassign:
        raise BadInput("finder_no_unassign", option=given[0].replace("--only-plan", "--plan"))
    if forget is not None:
        return _forget(app, forget)
    if finder is None:
        if save is not None or unassign or product is not None or days is not None:
            raise BadInput("finder_no_kind", known=", ".join(FinderKind))
        return _every(app, counts=counts)
    asked = _asked(app, finder, product, days, include_unknown=include_unknown)
    if save is not None:
        return _save(app, save, asked)
    if unassign:
        return _take_back(app, asked, anyway=anyway, **plan)
    return _show(app, asked, top)


def _asked(app: App, finder: str, product: str | None, days: int | None, *, include_unknown: bool) -> Search:
    """The search of a kind, or of a saved finder with what is said otherwise now."""
    from licentia.changes.finders import search_of
    from licentia.cli.licenses import resolve_product
    from licentia.domain.finders import FinderKind, search
    from licentia.domain.reasons import BadInput
    from licentia.store.lists import finders, products

    params: dict[str, Any] = {}
    kind = finder.strip().casefold()
    if kind not in set(FinderKind):
        saved = finders.find_saved(app.tenant_id, finder)
        if saved is None:
            raise BadInput("unknown_finder", text=finder, known=", ".join(FinderKind))
        base = search_of(saved)
        kind, params = base.kind.value, base.params
    if product is not None:
        sku = resolve_product(app, product).sku_id
        if sku not in {row.sku_id for row in products.every(app.tenant_id)}:
            raise BadInput("product_not_owned", sku=sku)
        params["sku_id"] = sku
    if days is not None:
        params["days"] = days
    if include_unknown:
        params["with_unknown_path"] = True
    return search(kind, params)


# ---- all finders, saved ones


def _every(app: App, *, counts: bool) -> int:
    from licentia.changes.finders import search_of
    from licentia.cli.findview import every_json, every_text
    from licentia.domain.finders import FinderKind, search
    from licentia.store import clock
    from licentia.store.lists import finders

    now = clock.tenant_now(app.tenant_id)
    saved = [(one.name, search_of(one)) for one in finders.saved(app.tenant_id)]
    listed = [("", search(kind, {})) for kind in FinderKind] + saved
    totals = [finders.page(app.tenant_id, one, now, top=1).total if counts else 0 for _name, one in listed]
    found = [(name, one, total) for (name, one), total in zip(listed, totals, strict=True)]
    if app.as_json:
        click.echo(json.dumps(every_json(found, counts=counts), ensure_ascii=False, indent=2))
    else:
        click.echo(every_text(found, counts=counts))
    return 0


def _save(app: App, name: str, asked: Search) -> int:
    from licentia.changes import finders

    finders.save(app.tenant_id, name, asked.for_plan(), app.actor)
    if app.as_json:
        click.echo(json.dumps({"name": name, "finder": asked.kind.value}, ensure_ascii=False))
    else:
        click.echo(_("Saved the finder {name}.").format(name=name))
    return 0


def _forget(app: App, name: str) -> int:
    from licentia.changes import finders

    gone = finders.forget(app.tenant_id, name, app.actor)
    if app.as_json:
        click.echo(json.dumps({"forgotten": gone}, ensure_ascii=False))
    else:
        click.echo(_("Forgot the finder {name}.").format(name=gone))
    return 0


# ---- what one finds


def _show(app: App, asked: Search, top: int) -> int:
    from licentia.cli.findview import found_json, found_text
    from licentia.store import clock
    from licentia.store.lists import finders, users
    from licentia.words.finders import Found

    now = clock.tenant_now(app.tenant_id)
    page = finders.page(app.tenant_id, asked, now, top=top)
    held: dict[int, list[Any]] = {}
    for row in users.sources(app.tenant_id, [user.id for user in page.users]):
        held.setdefault(row[0], []).append(row)
    found = Found(asked, page, held, finders.not_known(app.tenant_id, asked, now))
    if app.as_json:
        click.echo(json.dumps(found_json(found), ensure_ascii=False, indent=2))
    else:
        click.echo(found_text(app, found))
    return 0


def _take_back(app: App, asked: Search, *, anyway: bool, **plan: Any) -> int:
    """The same road as unassign: what is found now goes into a plan; who can't be judged is counted and left out."""
    from licentia.changes.who import Who
    from licentia.cli.findview import missing_lines
    from licentia.cli.licenses import change
    from licentia.domain.finders import intent_of
    from licentia.domain.reasons import BadInput, Reason
    from licentia.store import clock
    from licentia.store.lists import finders

    if asked.with_unknown_path:
        raise BadInput("finder_look_only")
    now = clock.tenant_now(app.tenant_id)
    asked = _with_product(app, asked, now)
    intent: Any = intent_of(asked)
    if anyway:
        intent = replace(intent, accept=frozenset({Reason.SHARED_OVER}))
    if not app.as_json:
        lines = missing_lines(finders.not_known(app.tenant_id, asked, now))
        if lines:
            click.echo("\n".join([_("Not known, so not in the plan:"), *lines, ""]))
    return change(app, intent, Who("found", asked.to_text()), **plan)


def _with_product(app: App, asked: Search, now: int) -> Search:
    """The search for one product, where only a product can go: the one it finds, or the one that is said."""
    from licentia.domain.reasons import BadInput
    from licentia.store.lists import finders
    from licentia.words.parts import product_name

    if asked.sku_id is not None or asked.finder.looks_at_account:
        return asked
    found = finders.products_found(app.tenant_id, asked, now)
    if len(found) > 1:
        names = "; ".join(sorted(map(product_name, found)))
        raise BadInput("finder_which_product", finder=asked.kind.value, n=len(found), known=names)
    return replace(asked, sku_id=found[0]) if found else asked
