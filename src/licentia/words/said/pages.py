"""Sentences about what a page's form says, by code. No rule is here."""

from __future__ import annotations

from collections.abc import Callable

from licentia.domain.permissions import Capability
from licentia.domain.reasons import Reason
from licentia.words.language import gettext as _
from licentia.words.parts import Sentence, Word, count

BAD_INPUT: dict[str, Sentence] = {
    "bad_user_filter": lambda d: _(
        "The filter {name} can't be {value}. Take it out of the address, or clear the filters."
    ).format(**d),
    "bad_view_name": lambda d: _("The name of a view has 1 to {n} characters.").format(**d),
    "too_many_views": lambda d: _("At most {n} views are kept. Remove one first.").format(**d),
    "too_many_selected": lambda d: _(
        "At most {n} users can be selected one by one. Select all of the list instead."
    ).format(n=count(d["n"])),
    "bad_selection": lambda d: _(
        "The form names users or products that can't be read. Reload the page and choose again."
    ),
    "bad_number": lambda d: _("{name} is a whole number from {low} to {high}.").format(
        name=d["name"], low=count(d["low"]), high=count(d["high"])
    ),
    "no_never_why": lambda d: _("Say why nothing is ever taken back here; every plan shows it."),
    "unknown_role": lambda d: _("There is no such role."),
    "no_product_chosen": lambda d: _("Choose a product first."),
    "no_choice": lambda d: _("This plan's changes know no choices."),
    "licenses_or_apps": lambda d: _("Save the change of licenses first, then that of apps."),
    "file_too_large": lambda d: _("The file is larger than {n} MB. Split it, and do one part at a time.").format(**d),
    "one_product_at_a_time": lambda d: _("Choose one product to assign at a time."),
}

REFUSED: dict[str, Sentence] = {
    "only_looking": lambda d: _("You are looking at the pages as another role. End that view to change anything."),
}

ROW: dict[str, Sentence] = {}

REASON: dict[Reason, Sentence] = {}

REASON_WORD: dict[Reason, Word] = {}

CAPABILITY: dict[Capability, Word] = {}

JOURNAL: dict[str, Callable[[str], str]] = {}
