"""The undo banner: the last change of this administrator, until when it can be undone; kept in the session until dismissed."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from licentia.changes.preview import Preview, titled
from licentia.changes.undo import NO_WAY_BACK
from licentia.store.lists import plans as list_of
from licentia.web.desk import Desk
from licentia.words import plans as words
from licentia.words.language import gettext as _
from licentia.words.language import ngettext
from licentia.words.titles import title

KEY = "undo"
"""The session's key: (tenant, plan)."""


@dataclass(frozen=True, slots=True)
class Banner:
    """What was done, when, what is kept until when."""

    plan: int
    what: str
    when: str
    kept: str
    can_undo: bool


def remember(request: HttpRequest, desk: Desk, plan_id: int) -> None:
    """From here on the banner speaks of this plan."""
    request.session[KEY] = [desk.tenant_id, plan_id]


def forget(request: HttpRequest) -> None:
    """No banner until the next change."""
    request.session.pop(KEY, None)


def banner(request: HttpRequest, desk: Desk) -> Banner | None:
    """What the banner says; None where there is nothing to say in this tenant."""
    tenant_id, plan_id = request.session.get(KEY) or (0, 0)
    if tenant_id != desk.tenant_id:
        return None
    plan = list_of.header(desk.tenant_id, plan_id)
    if plan is None or plan["finished_at"] is None:
        return None
    until = plan["undo_until"]
    return Banner(
        plan=plan_id,
        what=_what(desk, plan),
        when=_("Plan {plan}, {time}.").format(plan=number(plan_id), time=desk.text.time(plan["finished_at"])),
        kept=_kept(desk, until) if has_way_back(titled(plan)) else words.no_undo_line(),
        can_undo=has_way_back(titled(plan)) and (until is None or desk.now < until),
    )


def has_way_back(shown: Preview) -> bool:
    """Whether the plan has ended and something undoes what it did."""
    return shown.plan["finished_at"] is not None and not isinstance(shown.intent, NO_WAY_BACK)


def number(plan_id: int) -> str:
    """A plan's number as people write it: P-0142."""
    return f"P-{plan_id:04}"


def _what(desk: Desk, plan: dict[str, int]) -> str:
    if plan["undo_of"] is not None and plan["is_inline"]:
        return _("{plan} undone.").format(plan=number(plan["undo_of"]))
    if plan["undo_of"] is not None:
        return _("{plan} undone for {n} users.").format(plan=number(plan["undo_of"]), n=desk.text.n(plan["verified"]))
    removed, added = list_of.assignments(desk.tenant_id, plan["id"])
    if removed and not added and plan["verified"] == plan["ready"]:
        said = ngettext("{n} license unassigned.", "{n} licenses unassigned.", removed)
        return said.format(n=desk.text.n(removed))
    if added and not removed and plan["verified"] == plan["ready"]:
        return ngettext("{n} license assigned.", "{n} licenses assigned.", added).format(n=desk.text.n(added))
    return title(titled(plan))


def _kept(desk: Desk, until: int | None) -> str:
    if until is None:
        return _("Undo at any time.")
    if desk.now >= until:
        return _("Can't be undone without loss since {date}.").format(date=desk.text.date(until))
    return _("Undo without loss until {date}.").format(date=desk.text.date(until))
