"""Sentences about swaps, replacements and service plans, by code. No rule is here."""

from __future__ import annotations

from collections.abc import Callable

from licentia.domain.permissions import Capability
from licentia.domain.reasons import Reason
from licentia.words.language import gettext as _
from licentia.words.parts import Sentence, Word, product_name

BAD_INPUT: dict[str, Sentence] = {
    "same_product": lambda d: _("{product} can't be swapped with itself. Give two products.").format(**d),
    "in_both": lambda d: _("{product} can't be added and removed at once.").format(product=product_name(d["sku"])),
    "added_twice": lambda d: _("{product} is given twice. Give it once.").format(product=product_name(d["sku"])),
    "on_and_off": lambda d: _("{plan} can't be switched on and off at once.").format(**d),
}

REFUSED: dict[str, Sentence] = {}

ROW: dict[str, Sentence] = {}

REASON: dict[Reason, Sentence] = {
    Reason.CONFLICT: lambda d: _("{a} and {b} can't be used together. Turn one of them off.").format(
        **dict(zip("ab", str(d["subject"]).split("|"), strict=True))
    ),
    Reason.COMPANY_PRODUCT: lambda d: _(
        "{subject} applies to the whole organization and can't be assigned to a user."
    ).format(**d),
    Reason.OTHER_PRODUCT: lambda d: _(
        "Another product of the same group can't be assigned, so this one is not either. Solve that first."
    ),
}

REASON_WORD: dict[Reason, Word] = {
    Reason.CONFLICT: lambda: _("service plans that exclude one another"),
    Reason.COMPANY_PRODUCT: lambda: _("product for the whole organization"),
    Reason.OTHER_PRODUCT: lambda: _("another product of the group failed"),
}

CAPABILITY: dict[Capability, Word] = {}

JOURNAL: dict[str, Callable[[str], str]] = {}
