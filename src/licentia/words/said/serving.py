"""Sentences about serving, by code: certificates, and how a tenant's Graph API is to behave. No rule is here."""

from __future__ import annotations

from collections.abc import Callable

from licentia.domain.permissions import Capability
from licentia.domain.reasons import Reason
from licentia.words.language import gettext as _
from licentia.words.parts import Sentence, Word

BAD_INPUT: dict[str, Sentence] = {
    "bad_certificate": lambda d: _("{certificate} and {key} can't be used as a certificate and its key: {why}").format(
        **d
    ),
    "certificate_without_key": lambda d: _("A certificate needs its key: the one is given with the other."),
    "bad_throttle": lambda d: _("{text} is not a throttling: microsoft, small, medium, large or off.").format(**d),
    "bad_latency": lambda d: _("{text} is not a latency. Examples: 50ms, 20-200ms, off").format(**d),
    "bad_share": lambda d: _("{text} is not a share of requests, 0% to 100%. Example: 1%").format(**d),
    "bad_shares": lambda d: _("The faults together are more than 100% of the requests."),
}

REFUSED: dict[str, Sentence] = {}

ROW: dict[str, Sentence] = {}

REASON: dict[Reason, Sentence] = {}

REASON_WORD: dict[Reason, Word] = {}

CAPABILITY: dict[Capability, Word] = {}

JOURNAL: dict[str, Callable[[str], str]] = {}
