"""What somebody wants, as frozen values. An intent says what it sets; absent never means remove (I-8).

No rule is decided here: `planning` and `undoing` do that.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from licentia.domain.reasons import BadInput, Reason

KEEP: Literal["keep"] = "keep"
"""Leave the service plans as they are; on a new assignment: everything on."""


@dataclass(frozen=True, slots=True)
class Unassign:
    """Take one product back. `accept` names the choices the administrator made beforehand."""

    sku_id: str
    accept: frozenset[Reason] = frozenset()


@dataclass(frozen=True, slots=True)
class Assign:
    """Give one product directly, with exactly these service plans switched off, or `KEEP`."""

    sku_id: str
    disabled_plans: frozenset[str] | Literal["keep"] = KEEP


@dataclass(frozen=True, slots=True)
class Undo:
    """Put back what one plan changed, for all its users or one."""

    plan_id: int
    user_id: int | None = None
    accept: frozenset[Reason] = frozenset()


Intent = Unassign | Assign | Undo


def verb(intent: Intent) -> str:
    """The intent's verb: `unassign`, `assign` or `undo`."""
    return type(intent).__name__.lower()


def to_text(intent: Intent) -> str:
    """Canonical text of an intent, as a plan stores it."""
    if isinstance(intent, Unassign):
        fields: dict[str, object] = {"sku": intent.sku_id, "accept": sorted(intent.accept)}
    elif isinstance(intent, Assign):
        plans = intent.disabled_plans
        fields = {"sku": intent.sku_id, "plans": plans if plans == KEEP else sorted(plans)}
    else:
        fields = {"plan": intent.plan_id, "user": intent.user_id, "accept": sorted(intent.accept)}
    return json.dumps({"verb": verb(intent)} | fields, separators=(",", ":"), sort_keys=True)


def from_text(text: str) -> Intent:
    """The intent stored by `to_text`; BadInput when it is none of ours."""
    fields = json.loads(text)
    accept = frozenset(Reason(code) for code in fields.get("accept", ()))
    match fields["verb"]:
        case "unassign":
            return Unassign(fields["sku"], accept)
        case "assign":
            plans = fields["plans"]
            return Assign(fields["sku"], KEEP if plans == KEEP else frozenset(plans))
        case "undo":
            return Undo(fields["plan"], fields["user"], accept)
        case other:
            raise BadInput("unknown_intent", verb=other)
