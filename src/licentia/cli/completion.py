"""`licentia completion SHELL`: prints the script with which Tab completes commands, options and names of the store.

The script is click's; the names come from the store as it is. Tab never makes a store and never prints an error.
"""

from __future__ import annotations

from gettext import gettext as _

import click
from click.shell_completion import get_completion_class

VARIABLE = "_LICENTIA_COMPLETE"


@click.command(
    "completion",
    help=_("Print a script that completes commands, options, tenants, products and groups with Tab."),
    epilog=_('Example, in ~/.bashrc: eval "$(licentia completion bash)"'),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> int:
    """The script for the shell."""
    found = get_completion_class(shell)
    assert found is not None
    root = context.find_root().command
    click.echo(found(root, {}, "licentia", VARIABLE).source())
    return 0
