"""The audit log: who changed what, newest first, of one user or one plan when asked; and the check of its chain."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from licentia.changes.verify import verify_chain
from licentia.domain.reasons import BadInput
from licentia.store.lists import audit as list_of
from licentia.web import named, undoing
from licentia.web.desk import Desk
from licentia.words import journal as words
from licentia.words import sentences
from licentia.words.language import gettext as _

TOP = 50
CHECKED = "checked"
"""The session's key for the last check: (tenant, when, rows, parts, checksum, broken part, why)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows are asked for."""

    user: str = ""
    user_id: int | None = None
    plan: str = ""
    plan_id: int | None = None


def asked(request: HttpRequest, desk: Desk) -> Asked:
    """What the address asks for; BadInput `unknown_user`, `several_deleted`, or `unknown_plan_number`."""
    user, plan = request.GET.get("user", "").strip(), request.GET.get("plan", "").strip()
    number = plan.casefold().removeprefix("p-").lstrip("0")
    if plan and not (number.isascii() and number.isdigit() and len(number) < 16):
        raise BadInput("unknown_plan_number", plan=plan)
    return Asked(user, named.any_user(desk, user) if user else None, plan, int(number) if plan else None)


def every(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The newest rows; `before` goes on from a number."""
    said, rows, more = "", list[list_of.AuditRow](), None
    try:
        wanted = asked(request, desk)
        given = request.GET.get("before", "")
        before = int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None
        rows = list_of.newest(desk.tenant_id, TOP + 1, before=before, user_id=wanted.user_id, plan_id=wanted.plan_id)
        more = rows[TOP - 1].seq if len(rows) > TOP else None
    except BadInput as error:
        wanted = Asked(request.GET.get("user", "").strip()[:300], None, request.GET.get("plan", "").strip()[:20])
        said = sentences.cause(error) or ""
    shown = zip(rows[:TOP], words.objects(desk.tenant, rows[:TOP]), strict=True)
    found = {"asked": wanted, "rows": [_row(desk, *one) for one in shown], "more": more, "said": said}
    return render(request, "web/audit.html", found | {"chain": _chain(request, desk)}, status=400 if said else 200)


def _row(desk: Desk, row: list_of.AuditRow, about: str) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "time": desk.text.time(row.at),
        "who": row.actor_name,
        "what": words.what(row),
        "object": about,
        "user": row.object_name if row.object_kind == "user" else "",
        "plan": row.plan_id,
        "number": undoing.number(row.plan_id) if row.plan_id is not None else "",
        "before": _facts(row.before),
        "after": _facts(row.after),
    }


def _facts(text: str | None) -> list[tuple[str, str]]:
    """What was written of the object, as the journal has it: fields with their values, or one value without a field."""
    if text is None:
        return []
    value = _value(text)
    pairs = value.items() if isinstance(value, dict) else (("", value),)
    return [(str(name), one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)) for name, one in pairs]


def _value(text: str) -> Any:
    """What the text says; a plan's state stands there as it is."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def check(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Reads the whole journal and recomputes its chain; the result is kept in the session."""
    report = verify_chain(desk.tenant_id)
    result = [desk.tenant_id, desk.now, report.rows, report.segments, report.head, report.broken, report.why]
    request.session[CHECKED] = result
    return HttpResponseRedirect(reverse("audit"))


def _chain(request: HttpRequest, desk: Desk) -> dict[str, Any] | None:
    """The last check of this tenant in this session, in words; None: there was none."""
    tenant_id, at, rows, parts, head, broken, why = request.session.get(CHECKED) or (0, 0, 0, 0, "", None, "")
    if tenant_id != desk.tenant_id:
        return None
    n, time = desk.text.n, desk.text.time(at)
    if broken is not None:
        said = _("Not complete, checked {time}: part {part}, {why}.")
        return {"ok": False, "said": said.format(time=time, part=n(broken), why=words.why_word(why))}
    said = _("Complete, checked {time}: {rows} rows in {parts} parts.").format(time=time, rows=n(rows), parts=n(parts))
    return {"ok": True, "said": said, "head": head}
