"""What every command shares: the open store, the tenant meant, who acts, the options --tenant, --json and --lang.

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

from licentia.cli import i18n
from licentia.domain.permissions import Actor, local_shell
from licentia.domain.reasons import BadInput


@dataclass(frozen=True, slots=True)
class App:
    """A command's surroundings. `tenant` is None only where a command needs none."""

    actor: Actor
    as_json: bool
    language: str
    tenant: Any = None

    @property
    def tenant_id(self) -> int:
        """The id of the tenant meant."""
        return int(self.tenant.id)


def command_options(*, tenant: bool = True) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds the shared options and gives the function an App as its first argument."""

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            kwargs.pop("lang", None)
            name = kwargs.pop("tenant_name", None) if tenant else None
            app = open_app(as_json=kwargs.pop("as_json", False), tenant_name=name, need_tenant=tenant)
            return function(app, *args, **kwargs)

        call = click.option("--lang", type=click.Choice(list(i18n.LANGUAGES)), help=_("Language of all text."))(call)
        call = click.option("--json", "as_json", is_flag=True, help=_("Print JSON for programs."))(call)
        if tenant:
            text = _("The tenant; needed when there are several. Also LICENTIA_TENANT.")
            call = click.option("--tenant", "tenant_name", envvar="LICENTIA_TENANT", help=text)(call)
        return call

    return wrap


def open_app(*, as_json: bool, tenant_name: str | None, need_tenant: bool) -> App:
    """The App for a command; opens the store, makes it when it is not there."""
    from licentia.store.opening import open_store, say_when_waiting

    open_store()
    say_when_waiting(lambda: click.echo(_("Waiting for another process to finish writing …"), err=True))
    actor = local_shell(_system_user())
    tenant = _tenant(tenant_name) if need_tenant else None
    if tenant is not None:
        from licentia.changes.advance import catch_up

        catch_up(tenant.id)
    return App(actor, as_json, i18n.current(), tenant)


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _tenant(name: str | None) -> Any:
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
