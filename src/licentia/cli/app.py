"""What every command shares: the open store, the tenant meant, who acts, the options --tenant, --as, --json and --lang.

Opens the store once, late; never decides anything about licenses.
"""

from __future__ import annotations

import functools
import getpass
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from gettext import gettext as _
from typing import Any

import click

from licentia.domain.permissions import Actor, Capability, local_shell
from licentia.domain.reasons import BadInput
from licentia.words import language


@dataclass(frozen=True, slots=True)
class App:
    """A command's surroundings. `tenant` is None only where a command needs none."""

    actor: Actor
    as_json: bool
    language: str
    tenant: Any = None
    operator: str | None = None
    """The name given with --as."""

    @property
    def tenant_id(self) -> int:
        """The id of the tenant meant."""
        return int(self.tenant.id)

    def acting_in(self, tenant_id: int) -> Actor:
        """Who acts in this tenant, which the command found by itself; NotPermitted as `changes.operators` says."""
        return self.actor if not self.operator else _operator(self.operator, tenant_id)


def command_options(
    *, tenant: bool = True, whole_store: bool | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds the shared options and gives the function an App as its first argument.

    A command without a tenant is about the whole store, which is its owner's only; with `whole_store=False` it finds a
    tenant by itself, and asks `App.acting_in`.
    """
    owners_only = not tenant if whole_store is None else whole_store

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            kwargs.pop("lang", None)
            name = kwargs.pop("tenant_name", None) if tenant else None
            app = open_app(
                as_json=kwargs.pop("as_json", False),
                tenant_name=name,
                need_tenant=tenant,
                operator=kwargs.pop("acting", None),
            )
            if owners_only:
                app.actor.require(Capability.READ, 0)
            return function(app, *args, **kwargs)

        call = click.option("--lang", type=click.Choice(list(language.LANGUAGES)), help=_("Language of all text."))(
            call
        )
        call = click.option("--json", "as_json", is_flag=True, help=_("Print JSON for programs."))(call)
        text = _("Act as this operator, with the roles it has in the tenant. Also LICENTIA_AS.")
        call = click.option("--as", "acting", metavar="OPERATOR", envvar="LICENTIA_AS", help=text)(call)
        if tenant:
            text = _("The tenant; needed when there are several. Also LICENTIA_TENANT.")
            call = click.option("--tenant", "tenant_name", envvar="LICENTIA_TENANT", help=text)(call)
        return call

    return wrap


def open_app(*, as_json: bool, tenant_name: str | None, need_tenant: bool, operator: str | None = None) -> App:
    """The App for a command; opens the store, makes it when it is not there. NotPermitted for who may not even look."""
    from licentia.store.opening import open_store, say_when_waiting

    open_store()
    say_when_waiting(lambda: click.echo(_("Waiting for another process to finish writing …"), err=True))
    tenant = the_tenant(tenant_name) if need_tenant else None
    actor = _operator(operator, tenant.id if tenant else None) if operator else local_shell(system_user())
    if tenant is not None:
        from licentia.changes import keeping
        from licentia.changes.advance import catch_up

        actor.require(Capability.READ, tenant.id)
        catch_up(tenant.id)
        keeping.expire(tenant.id)
    return App(actor, as_json, language.current(), tenant, operator)


def _operator(name: str, tenant_id: int | None) -> Actor:
    from licentia.changes import operators

    return operators.actor_anywhere(name) if tenant_id is None else operators.actor_for(name, tenant_id)


def system_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def the_tenant(name: str | None) -> Any:
    """The tenant of this name, or the only one; BadInput when there is none or it is not clear which."""
    from licentia.store.lists import tenants

    if name is not None:
        return find_tenant(name)
    every = tenants.every()
    if not every:
        raise BadInput("no_tenant")
    if len(every) > 1:
        raise BadInput("which_tenant", known=", ".join(one.name for one in every))
    return every[0]


def find_tenant(name: str) -> Any:
    """The tenant of this name in any letter case; BadInput `unknown_tenant`."""
    from licentia.store.lists import tenants

    every = tenants.every()
    found = [one for one in every if one.name.casefold() == name.casefold()]
    if not found:
        raise BadInput("unknown_tenant", name=name, known=", ".join(one.name for one in every))
    return found[0]


def says_yes(question: str) -> bool:
    """Whether the person answers yes; anything else is no."""
    answer = click.prompt(f"{question} [{_('y/N')}]", default="", show_default=False)
    return answer.strip().casefold() in {"y", "yes", _("y"), _("yes")}


def is_interactive() -> bool:
    """Whether a person is there to answer a question."""
    return sys.stdin.isatty() and sys.stderr.isatty()
