"""Sentences about programs that sign in to the Graph API, by code. No rule is here."""

from __future__ import annotations

from collections.abc import Callable

from licentia.domain.permissions import Capability
from licentia.domain.reasons import Reason
from licentia.words.language import gettext as _
from licentia.words.parts import Sentence, Word

BAD_INPUT: dict[str, Sentence] = {
    "bad_app_name": lambda d: _("{text} is not a name for a program. Example: Leavers script").format(**d),
    "app_exists": lambda d: _("There is a program called {name} already.").format(**d),
    "unknown_app": lambda d: _("No program is called {name}.").format(**d),
    "unknown_scope": lambda d: _("{text} is not a permission that is known here. These are: {known}.").format(**d),
    "app_without_scopes": lambda d: _("Say what the program may: at least one permission."),
    "app_public_alone": lambda d: _("A public program has no secret, so it may do nothing by itself."),
    "app_public_secret": lambda d: _("{name} is a public program and has no secret.").format(**d),
    "bad_secret_days": lambda d: _("A secret is valid for {low} to {high} days.").format(**d),
    "bad_secret_hours": lambda d: _("Earlier secrets stay valid for {low} to {high} hours.").format(**d),
}

REFUSED: dict[str, Sentence] = {}

ROW: dict[str, Sentence] = {}

REASON: dict[Reason, Sentence] = {}

REASON_WORD: dict[Reason, Word] = {}

CAPABILITY: dict[Capability, Word] = {
    Capability.MANAGE_APPS: lambda: _("add programs that sign in, and give them secrets"),
}

JOURNAL: dict[str, Callable[[str], str]] = {
    "app.create": lambda _p: _("Program added"),
    "app.rotate": lambda _p: _("New secret of a program"),
    "app.delete": lambda _p: _("Program deleted"),
}
