"""A group's kind as the three properties Graph tells it by, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class KindShape:
    """groupTypes without a rule, mailEnabled, securityEnabled; None: nobody knows."""

    types: tuple[str, ...]
    mail: bool | None
    security: bool | None


SHAPES: Final[dict[str | None, KindShape]] = {
    "security": KindShape((), False, True),
    "microsoft365": KindShape(("Unified",), True, True),
    "mail_security": KindShape((), True, True),
    "distribution": KindShape((), True, False),
    None: KindShape((), None, None),
}
"""By kind. A Microsoft 365 group here can give licenses, so it is security-enabled (licensing-facts 3)."""


def types_of(kind: str | None, rule: str) -> list[str]:
    """groupTypes: Unified, and DynamicMembership where a rule decides who is in it."""
    return [*SHAPES[kind].types, *(("DynamicMembership",) if rule else ())]
