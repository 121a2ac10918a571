"""`licentia tenants profile`: how the Graph API of a tenant behaves: limits and planted faults."""

from __future__ import annotations

import json
from gettext import gettext as _
from typing import Any

import click

from licentia.cli.app import App, command_options


@click.command(
    "profile",
    help=_(
        "Show or set how a tenant's Graph API behaves: limits, latency and faults, to try out what a program does with "
        "them. Only what is given changes; it counts within two seconds."
    ),
    epilog=_("Example: licentia tenants profile Rehearsal --throttle microsoft --unavailable 1% --seed 7"),
)
@click.argument("name")
@click.option("--throttle", metavar="NAME", help=_("microsoft (by size), small, medium, large or off."))
@click.option("--latency", metavar="MS", help=_("Time before an answer: 50ms, 20-200ms, off."))
@click.option("--unavailable", metavar="SHARE", help=_("Share of requests answered 503 before any work: 1%."))
@click.option("--gateway-timeout", metavar="SHARE", help=_("Share of requests answered 504 before any work: 1%."))
@click.option("--lost", metavar="SHARE", help=_("Share of requests: of a write among them the answer is lost: 0.5%."))
@click.option("--seed", type=click.IntRange(0, 2**53), help=_("The same seed gives the same faults again."))
@click.option("--off", is_flag=True, help=_("No limit and no fault."))
@command_options(tenant=False, whole_store=False)
def command(app: App, name: str, *, off: bool, **given: Any) -> int:
    """Sets what was given; shows the profile."""
    from licentia.changes import record
    from licentia.cli.app import find_tenant
    from licentia.store.lists import tenants
    from licentia.wire import profiles

    tenant = find_tenant(name)
    actor = app.acting_in(tenant.id)
    kept, _users = tenants.graph_profile(tenant.id)
    profile = profiles.read(kept)
    if off or any(value is not None for value in given.values()):
        profile = profiles.checked(_changed(profiles.Profile() if off else profile, given))
        record.set_tenant(tenant.id, actor, {"graph_profile": "" if profile.is_off else profiles.write(profile)})
    shown = {
        "throttle": profile.throttle,
        "latency": profiles.latency_text(profile),
        "unavailable": profiles.share_text(profile.unavailable),
        "gatewayTimeout": profiles.share_text(profile.gateway_timeout),
        "lost": profiles.share_text(profile.lost),
        "seed": profile.seed,
    }
    if app.as_json:
        click.echo(json.dumps({"tenant": tenant.name} | shown, ensure_ascii=False, indent=2))
        return 0
    words = [
        _("Throttling"),
        _("Latency"),
        _("503, unavailable"),
        _("504, no work done"),
        _("504, answer lost"),
        _("Seed"),
    ]
    width = max(map(len, words))
    for word, value in zip(words, shown.values(), strict=True):
        click.echo(f"{word.ljust(width)}  {value}")
    return 0


def _changed(profile: Any, given: dict[str, Any]) -> Any:
    """The profile with what was given in its place."""
    from dataclasses import replace

    from licentia.wire import profiles

    fields: dict[str, Any] = {}
    if given["throttle"] is not None:
        fields["throttle"] = profiles.throttle_of(given["throttle"])
    if given["latency"] is not None:
        fields["latency_low"], fields["latency_high"] = profiles.latency_of(given["latency"])
    for name in ("unavailable", "gateway_timeout", "lost"):
        if given[name] is not None:
            fields[name] = profiles.share_of(given[name])
    if given["seed"] is not None:
        fields["seed"] = given["seed"]
    return replace(profile, **fields)
