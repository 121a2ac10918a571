"""The root command: names every command, imports each only when it is used, turns errors into a sentence and a status."""

from __future__ import annotations

import importlib
import traceback
from gettext import gettext as _

import click

from licentia import __version__
from licentia.cli.tabbing import NAMES

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("licentia.cli.demo", _("Make the demo tenant Noordzee Logistiek.")),
    "tenants": ("licentia.cli.tenants", _("List, make, change and delete tenants; move their clock.")),
    "import": ("licentia.cli.imports", _("Make or refresh a copy of a real tenant from a file.")),
    "products": ("licentia.cli.products", _("Show products and their seats.")),
    "users": ("licentia.cli.users", _("Find and show users; block, delete and restore them.")),
    "find": ("licentia.cli.find", _("Find licenses that may be taken back; save finders.")),
    "unassign": ("licentia.cli.unassign", _("Take a product back from users.")),
    "assign": ("licentia.cli.assign", _("Give a product to users.")),
    "swap": ("licentia.cli.swap", _("Give users one product instead of another.")),
    "replace": ("licentia.cli.replace", _("Give users these products instead of all that they have.")),
    "service-plans": ("licentia.cli.service_plans", _("Switch service plans of a product on and off.")),
    "plans": ("licentia.cli.plans", _("Show, apply, schedule, approve, pause, resume, undo, retry and export plans.")),
    "operators": ("licentia.cli.operators", _("People who act in this store, and their roles per tenant.")),
    "apps": (
        "licentia.cli.apps",
        _("Programs that sign in to a tenant's Graph API: what they may, and their secrets."),
    ),
    "groups": ("licentia.cli.groups", _("Groups, their members and licenses; license errors.")),
    "subscriptions": (
        "licentia.cli.subscriptions",
        _("Show subscriptions and their seats; change seats, recurring billing and orders."),
    ),
    "prices": ("licentia.cli.prices", _("What a seat of each product costs a month: list prices, or your own.")),
    "never": ("licentia.cli.never", _("Users and groups whose licenses are never taken back.")),
    "audit": ("licentia.cli.audit", _("Show and verify the journal.")),
    "serve": ("licentia.cli.serve", _("Serve the admin center in a browser.")),
    "worker": ("licentia.cli.worker", _("Work on running plans and due clocks until stopped.")),
    "store": ("licentia.cli.store", _("Check the store.")),
    "completion": (
        "licentia.cli.completion",
        _("Print a script that completes commands, options, tenants, products and groups with Tab."),
    ),
}
"""Each module has a click command named `command`."""

PLACEHOLDERS = {
    "[OPTIONS]": _("[OPTIONS]"),
    "AMOUNT": _("AMOUNT"),
    "COMMAND [ARGS]...": _("COMMAND [ARGS]..."),
    "FILE": _("FILE"),
    "[FILE]": _("[FILE]"),
    "[FINDER]": _("[FINDER]"),
    "FROM": _("FROM"),
    "GROUP": _("GROUP"),
    "[GROUP]": _("[GROUP]"),
    "MOMENT": _("MOMENT"),
    "NAME": _("NAME"),
    "NEW": _("NEW"),
    "NAME=on|off": _("NAME=on|off"),
    "PRODUCT": _("PRODUCT"),
    "ROLE": _("ROLE"),
    "SCOPE": _("SCOPE"),
    "SEATS": _("SEATS"),
    "SUBSCRIPTION": _("SUBSCRIPTION"),
    "TEXT": _("TEXT"),
    "TO": _("TO"),
    "USER": _("USER"),
}
"""What stands for a value in a usage line, in the reader's language; what is not here is the same in both."""


def in_readers_language(command: click.Command) -> click.Command:
    """The command, with the placeholders and type names that click leaves in English in the reader's language."""
    command.options_metavar = PLACEHOLDERS["[OPTIONS]"]
    for param in command.params:
        if param.name in NAMES:
            param.shell_complete = NAMES[param.name]  # type: ignore[method-assign, assignment]
        if isinstance(param.type, click.types.IntParamType):
            param.type.name = _("number")
        shown = param.metavar
        if shown is None and isinstance(param, click.Argument):
            shown = (param.name or "").upper()
        elif shown is None and param.type is click.STRING:
            shown = "TEXT"
        if shown is not None:
            param.metavar = PLACEHOLDERS.get(shown, shown)
    if isinstance(command, click.Group):
        command.subcommand_metavar = PLACEHOLDERS["COMMAND [ARGS]..."]
        for child in command.commands.values():
            in_readers_language(child)
    return command


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        return in_readers_language(importlib.import_module(COMMANDS[cmd_name][0]).command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS:
            self.commands = {name: click.Command(name) for name in COMMANDS}  # only for "Did you mean …?"
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, text) for name, (_module, text) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=_(
        "Take Microsoft 365 licenses back safely: see first what everybody loses and until when, apply, verify, undo."
    ),
    epilog=_("First steps: licentia demo, then licentia products list."),
)
@click.version_option(__version__, prog_name="licentia")
@click.option("--lang", type=click.Choice(["en", "nl"]), help=_("Language of all text."))
def root(lang: str | None) -> None:
    """The help is given above, through gettext; the language was chosen before this module was imported."""


in_readers_language(root)


BUG = 70
"""Exit status of an error nobody expected (sysexits: EX_SOFTWARE), so that 1 keeps its meaning."""


def run() -> int:
    """The exit status of the command that was asked for."""
    try:
        status = root.main(standalone_mode=False, prog_name="licentia")
    except click.exceptions.Abort:
        click.echo(_("Stopped. Nothing more was changed."), err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except KeyboardInterrupt:
        click.echo(_("Stopped. Nothing more was changed."), err=True)
        return 130
    except SystemExit:  # click's answer to a reader of our output that went away, as `head` does
        return 0
    except Exception as error:  # noqa: BLE001 - the outermost edge: every error ends as a sentence and a status
        from licentia.cli.sentences import explain

        known = explain(error)
        if known is None:
            traceback.print_exc()
            click.echo(
                _("This is a mistake in Licentia itself; what was being done was taken back. Please report it."),
                err=True,
            )
            return BUG
        click.echo(known.text, err=True)
        return known.status
    return status if isinstance(status, int) else 0
