"""Users by days since their last sign-in, as bars: where each stands in a drawing of SVG attributes only, and as rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from licentia.store.lists.found import NEVER, NOT_KNOWN
from licentia.words.language import gettext as _
from licentia.words.parts import count

BOUNDS = (30, 60, 90, 180, 365)
"""The last day of each bar but the one without an end."""
STEP, GAP, TALL, FLOOR = 50, 10, 110, 132
"""Of a bar: how far from the one before, what is left free, how tall at most, and where it stands."""


@dataclass(frozen=True, slots=True)
class Bar:
    """So many users. `color`: the class of its kind; places are in the drawing's own units."""

    label: str
    short: str
    users: str
    color: str
    x: int
    y: int
    height: int
    middle: int


def bars(days: Mapping[int, int], limit: int | None) -> list[Bar]:
    """The bars, from lately to long ago, then never and not known; those that reach the limit are marked."""
    edges = zip((0, *(bound + 1 for bound in BOUNDS)), (*BOUNDS, None), strict=True)
    found = []
    for low, high in edges:
        users = sum(n for day, n in days.items() if day >= low and (high is None or day <= high))
        color = "past" if limit is not None and (high is None or high >= limit) else "within"
        found.append((_span(low, high), _short(low, high), users, color))
    never = "within" if limit is None else "past"
    found.append((_("Never signed in"), _("Never"), days.get(NEVER, 0), never))
    found.append((_("Not known"), "?", days.get(NOT_KNOWN, 0), "unsure"))
    most = max((users for _label, _short_label, users, _color in found), default=0)
    return [_bar(n, most, *one) for n, one in enumerate(found)]


def _bar(number: int, most: int, label: str, short: str, users: int, color: str) -> Bar:
    height = max(1 if users else 0, round(TALL * users / most)) if most else 0
    x = number * STEP + GAP // 2
    return Bar(label, short, count(users), color, x, FLOOR - height, height, x + (STEP - GAP) // 2)


def _span(low: int, high: int | None) -> str:
    if high is None:
        return _("More than {n} days ago").format(n=count(low - 1))
    return _("{low} to {high} days ago").format(low=count(low), high=count(high))


def _short(low: int, high: int | None) -> str:
    return f"> {low - 1}" if high is None else f"{low}–{high}"
