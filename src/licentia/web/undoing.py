"""The undo banner: the last change of this administrator, until when it can be undone; kept in the session until dismissed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from licentia.changes.preview import Preview, titled
from licentia.changes.undo import NO_WAY_BACK
from licentia.store.lists import audit
from licentia.store.lists import plans as list_of
from licentia.web.desk import Desk
from licentia.words import plans as words
from licentia.words.language import gettext as _
from licentia.words.language import ngettext
from licentia.words.titles import title

KEY = "undo"
"""The session's key: (tenant, plan)."""
INLINE = 1_000
"""One user holds fewer products than this."""


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
        kept=kept(desk, until) if has_way_back(titled(plan)) else words.no_undo_line(),
        can_undo=has_way_back(titled(plan)) and (until is None or desk.now < until),
    )


def has_way_back(shown: Preview) -> bool:
    """Whether the plan has ended and something undoes what it did."""
    return shown.plan["finished_at"] is not None and not isinstance(shown.intent, NO_WAY_BACK)


def number(plan_id: int) -> str:
    """A plan's number as people write it: P-0142."""
    return f"P-{plan_id:04}"


def _what(desk: Desk, plan: dict[str, Any]) -> str:
    is_whole = plan["verified"] == plan["ready"]
    removed, added = _counts(desk, plan)
    if plan["undo_of"] is not None and plan["is_inline"] and not removed and not added:
        return _("{plan} undone.").format(plan=number(plan["undo_of"]))
    if plan["undo_of"] is not None:
        return _undone(desk, plan, is_return=added > 0 and not removed)
    if removed and not added and is_whole:
        said = ngettext("{n} license unassigned.", "{n} licenses unassigned.", removed)
        return said.format(n=desk.text.n(removed))
    if added and not removed and is_whole:
        return ngettext("{n} license assigned.", "{n} licenses assigned.", added).format(n=desk.text.n(added))
    return title(titled(plan))


def _counts(desk: Desk, plan: dict[str, Any]) -> tuple[int, int]:
    """(removed, added) assignments; those of one user, changed in one request, are counted in the journal."""
    if not plan["is_inline"]:
        return list_of.assignments(desk.tenant_id, plan["id"])
    kinds = [row.kind for row in audit.receipt(desk.tenant_id, plan["id"], 0, INLINE)]
    return kinds.count("license.unassign"), kinds.count("license.assign")


def _undone(desk: Desk, plan: dict[str, Any], *, is_return: bool) -> str:
    n = plan["verified"]
    if is_return:
        said = ngettext("Undone. {n} user has the licenses back.", "Undone. {n} users have their licenses back.", n)
        return said.format(n=desk.text.n(n))
    return _("{plan} undone for {n} users.").format(plan=number(plan["undo_of"]), n=desk.text.n(n))


def kept(desk: Desk, until: int | None) -> str:
    """Until when a plan can be undone without loss."""
    if until is None:
        return _("Undo at any time.")
    if desk.now >= until:
        return _("Can't be undone without loss since {date}.").format(date=desk.text.date(until))
    return _("Undo without loss until {date}.").format(date=desk.text.date(until))
