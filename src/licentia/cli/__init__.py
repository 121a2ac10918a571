"""The command line: parse, call a door, render. Starts fast: Django and the rules are imported inside commands.

No rule, no SQL; every sentence for people goes through gettext.
"""

from __future__ import annotations

import sys

from licentia.cli import i18n


def main() -> None:
    """Runs the command line and exits with its status (0, 1, 2, 3 or 130)."""
    i18n.choose(sys.argv[1:])
    from licentia.cli.root import run

    sys.exit(run())
