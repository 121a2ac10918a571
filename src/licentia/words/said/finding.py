"""Sentences about finders and copies of tenants, by code. No rule is here."""

from __future__ import annotations

from collections.abc import Callable

from licentia.domain.finders import FinderKind, LeaveOut, NotKnown
from licentia.domain.permissions import Capability
from licentia.domain.reasons import Reason
from licentia.words.language import gettext as _
from licentia.words.language import ngettext
from licentia.words.parts import Sentence, Word, count, joined

BAD_INPUT: dict[str, Sentence] = {
    "unknown_finder": lambda d: _("No finder is called {text}. There are: {known}.").format(**d),
    "finder_no_days": lambda d: _("The finder {finder} does not count days.").format(**d),
    "finder_no_leave": lambda d: _("The finder {finder} can't leave out {text}.").format(**d),
    "finder_needs_product": lambda d: _("What the finder {finder} finds is taken back one product at a time.").format(
        **d
    ),
    "finder_which_product": lambda d: _("The finder {finder} finds {n} products; each is a plan of its own.").format(
        finder=d["finder"], n=count(d["n"])
    ),
    "finder_no_kind": lambda d: _("Say what to find: {known}.").format(**d),
    "bad_finder_name": lambda d: _(
        "{name} can't be the name of a finder: a name has 1 to {n} characters and is no finder of Licentia itself."
    ).format(**d),
    "finder_exists": lambda d: _("There is a saved finder called {name} already.").format(**d),
    "unknown_saved_finder": lambda d: joined(
        _("No saved finder is called {name}.").format(name=d["name"]),
        _("There are: {known}.").format(known=d["known"]) if d["known"] else "",
    ),
}

REFUSED: dict[str, Sentence] = {
    "tenant_busy": lambda d: _(
        "{name} was changed while it was copied, so the copy was given up. Try again when nothing is imported."
    ).format(**d),
}

ROW: dict[str, Sentence] = {}

REASON: dict[Reason, Sentence] = {}

REASON_WORD: dict[Reason, Word] = {}

CAPABILITY: dict[Capability, Word] = {
    Capability.SAVE_FINDERS: lambda: _("save and forget finders"),
}

JOURNAL: dict[str, Callable[[str], str]] = {
    "finder.forget": lambda _p: _("Finder forgotten"),
    "finder.save": lambda _p: _("Finder saved"),
}

FINDER: dict[FinderKind, Word] = {
    FinderKind.BLOCKED: lambda: _("Sign-in blocked"),
    FinderKind.NEVER_SIGNED_IN: lambda: _("Never signed in"),
    FinderKind.INACTIVE: lambda: _("Not signed in, nothing used"),
    FinderKind.DUPLICATE: lambda: _("Direct and from group"),
    FinderKind.OVERLAP: lambda: _("Also in another product"),
    FinderKind.ADDON_WITHOUT_BASE: lambda: _("Add-on without its base"),
    FinderKind.NOTHING_ON: lambda: _("Nothing switched on"),
    FinderKind.SHARED: lambda: _("Shared mailbox that needs no license"),
}
"""What a finder is called."""

LEFT_OUT: dict[LeaveOut, Word] = {
    LeaveOut.NEW: lambda: _("Created in the last 30 days"),
    LeaveOut.HOLD: lambda: _("Mailbox on hold"),
    LeaveOut.SHARED: lambda: _("Shared mailbox, room or equipment"),
    LeaveOut.BLOCKED: lambda: _("Sign-in blocked"),
}
"""Whom a search leaves out."""

MISSING: dict[NotKnown, Callable[[int], str]] = {
    NotKnown.SIGN_IN_STATUS: lambda n: ngettext(
        "{n} user: nobody has read whether sign-in is blocked.",
        "{n} users: nobody has read whether sign-in is blocked.",
        n,
    ),
    NotKnown.SIGN_IN: lambda n: ngettext(
        "{n} user: nobody has read the last sign-in.", "{n} users: nobody has read the last sign-in.", n
    ),
    NotKnown.CREATED: lambda n: ngettext(
        "{n} user: never signed in, and nobody has read when the account was created.",
        "{n} users: never signed in, and nobody has read when the account was created.",
        n,
    ),
    NotKnown.ACTIVITY: lambda n: ngettext(
        "{n} user: not signed in, but nobody has read whether anything was used.",
        "{n} users: not signed in, but nobody has read whether anything was used.",
        n,
    ),
    NotKnown.MAILBOX: lambda n: ngettext(
        "{n} user: nobody has read the mailbox, or its size, archive or hold.",
        "{n} users: nobody has read the mailbox, or its size, archive or hold.",
        n,
    ),
    NotKnown.PATH: lambda n: ngettext(
        "{n} user: nobody has read how the license was assigned.",
        "{n} users: nobody has read how the license was assigned.",
        n,
    ),
    NotKnown.AGE: lambda n: ngettext(
        "{n} user: nobody has read when the account was created, so it may be new.",
        "{n} users: nobody has read when the account was created, so it may be new.",
        n,
    ),
    NotKnown.HOLD: lambda n: ngettext(
        "{n} user: nobody has read whether the mailbox is on hold.",
        "{n} users: nobody has read whether the mailbox is on hold.",
        n,
    ),
    NotKnown.MAILBOX_KIND: lambda n: ngettext(
        "{n} user: nobody has read what kind of mailbox it is.",
        "{n} users: nobody has read what kind of mailbox it is.",
        n,
    ),
    NotKnown.PRODUCT: lambda n: ngettext(
        "{n} user: a product that Licentia does not know is held, and it may make the difference.",
        "{n} users: a product that Licentia does not know is held, and it may make the difference.",
        n,
    ),
}
"""Why a finder can't say yes or no of so many users."""


def missing(why: NotKnown, n: int) -> str:
    """How many users a finder can't judge, and for want of what."""
    return MISSING[why](n).format(n=count(n))
