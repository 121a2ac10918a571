"""The rows of every exported list, page after page, with their headers: users, plans, a plan's users, deleted users, journal.

Machine-readable where a program may read on: ids, dates as ISO 8601; everything else in the reader's words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse

from licentia.changes import run
from licentia.changes.preview import Fate, fates, preview, titled
from licentia.domain.instants import Instant, to_iso
from licentia.store.lists import audit, deleted, filtered, plan_steps
from licentia.store.lists import plans as plan_list
from licentia.store.lists import users as user_list
from licentia.store.lists.plan_steps import StepQuery
from licentia.store.lists.plans import StepRow
from licentia.store.lists.users import Query
from licentia.web import undoing
from licentia.web.desk import Desk
from licentia.web.exporting import PAGE, Cells, pages, streamed
from licentia.web.people import people
from licentia.web.views import licenses, listing
from licentia.web.views.audit import asked
from licentia.web.views.deleted import deleted_people
from licentia.web.views.plan_steps import query_of
from licentia.web.views.user_list import columns_of, wanted_of
from licentia.words import journal as journal_words
from licentia.words import rules, sentences
from licentia.words.language import gettext as _
from licentia.words.titles import title
from licentia.words.user_list import COLUMNS, USUAL
from licentia.words.users import sign_in_word


def users(request: HttpRequest, desk: Desk) -> StreamingHttpResponse:
    """Active users: those whom the list's search and filters mean, with the columns that are shown there."""
    wanted = wanted_of(desk, request.GET)
    columns = [name for name in columns_of(desk, request.GET) if name not in USUAL]

    def read(after: tuple[str, int] | None) -> tuple[list[Cells], tuple[str, int] | None]:
        page = filtered.page(desk.tenant_id, wanted, desk.now, Query(after=after, top=PAGE))
        found = zip(page.users, people(desk, page.users, columns=columns), strict=True)
        return [(*_user(row, one, with_paths=False), *one.cells.values()) for row, one in found], page.next_key

    header = [*_header(with_paths=False), *(COLUMNS[name]() for name in columns)]
    return streamed(desk, "users", header, pages(read))


def holders(request: HttpRequest, desk: Desk, sku_id: str) -> StreamingHttpResponse:
    """The users of a product, with how each has it."""
    row = licenses.find(desk, sku_id)
    search = request.GET.get("q", "")[: listing.LONGEST_SEARCH]

    def read(after: tuple[str, int] | None) -> tuple[list[Cells], tuple[str, int] | None]:
        page = user_list.page(desk.tenant_id, Query(search, row.id, after=after, top=PAGE))
        found = zip(page.users, people(desk, page.users, row.sku_id), strict=True)
        return [_user(user, one, with_paths=True) for user, one in found], page.next_key

    return streamed(desk, "product-users", _header(with_paths=True), pages(read))


def _header(*, with_paths: bool) -> list[str]:
    header = [_("Display name"), _("Username"), _("Object ID"), _("Licenses")]
    return [*header, *([_("Assignment")] if with_paths else []), _("Sign-in status"), _("Last sign-in"), _("Mailbox")]


def _user(row: user_list.UserRow, one: Any, *, with_paths: bool) -> Cells:
    return (
        one.name,
        one.user_name,
        one.object_id,
        one.licenses_all,
        *((", ".join(path.label for path in one.paths),) if with_paths else ()),
        sign_in_word(row.account_enabled),
        one.sign_in if row.last_sign_in_at is None else to_iso(row.last_sign_in_at),
        one.mailbox,
    )


def plans(request: HttpRequest, desk: Desk) -> StreamingHttpResponse:
    """All plans, newest first; changes of one user too where the list shows them."""
    inline = request.GET.get("all") == "1"

    def read(before: int | None) -> tuple[list[Cells], int | None]:
        found = plan_list.latest(desk.tenant_id, PAGE, before, inline=inline)
        return [_plan(plan) for plan in found], found[-1]["id"] if len(found) == PAGE else None

    header = [_("Plan"), _("What"), _("Users"), _("Done"), _("Status"), _("Made by"), _("Made on")]
    return streamed(desk, "plans", [*header, _("Applied on"), _("Undo until")], pages(read))


def _plan(plan: dict[str, Any]) -> Cells:
    return (
        undoing.number(plan["id"]),
        title(titled(plan)),
        plan["users"],
        plan["verified"],
        sentences.plan_state(plan["state"]),
        plan["actor_name"],
        to_iso(plan["created_at"]),
        _iso(plan["finished_at"]),
        _iso(plan["undo_until"]),
    )


def plan(request: HttpRequest, desk: Desk, plan_id: int) -> StreamingHttpResponse:
    """The users of a plan, as its page filters them: what becomes of each, or became, and why not."""
    run.load(desk.tenant_id, plan_id)
    header = [_("Display name"), _("Username"), _("Status"), _("Reason"), _("What is lost"), _("Kept until"), _("Time")]
    return streamed(desk, f"plan-{plan_id}", header, _steps(desk, plan_id, query_of(request.GET, PAGE)))


def _steps(desk: Desk, plan_id: int, query: StepQuery) -> Iterator[Cells]:
    start = preview(desk.tenant_id, plan_id).start
    known = {
        number: (fate, " | ".join(rules.consequence(desk.text, x.rule, x.params, x.at) for x in fate.lines))
        for number, fate in fates(desk.tenant_id, plan_id, start).items()
    }

    def read(after: int | None) -> tuple[list[Cells], int | None]:
        found, following = plan_steps.page(desk.tenant_id, plan_id, replace(query, after=after or 0))
        return [_step(one, *known[one.class_id]) for one in found], following

    return pages(read)


def _step(step: StepRow, fate: Fate, lost: str) -> Cells:
    is_out = step.state in ("choice", "refused", "skipped", "failed")
    why = _why(step, fate) if is_out else ""
    until = None if is_out else step.undo_until or fate.undo_until
    name = step.display_name or _("A user who is gone")
    state = sentences.step_state(step.state)
    return name, step.principal_name, state, why, "" if is_out else lost, _iso(until), _iso(step.at)


def _why(step: StepRow, fate: Fate) -> str:
    return sentences.reason(fate.reason, fate.subject) if fate.reason else sentences.reason_word(step.reason)


def deleted_users(request: HttpRequest, desk: Desk) -> StreamingHttpResponse:
    """Deleted users, those first who go first."""

    def read(after: deleted.Key | None) -> tuple[list[Cells], deleted.Key | None]:
        rows, following = deleted.page(desk.tenant_id, after, PAGE)
        shown = deleted_people(desk, rows)
        cells: list[Cells] = [
            (
                one.name,
                one.user_name,
                row.object_id,
                to_iso(row.deleted_at),
                to_iso(row.gone_at),
                one.days,
                one.licenses,
                one.mailbox,
                one.source,
            )
            for row, one in zip(rows, shown, strict=True)
        ]
        return cells, following

    header = [_("Display name"), _("Username"), _("Object ID"), _("Deleted on"), _("Permanently deleted on")]
    header += [_("Days left"), _("Licenses when deleted"), _("Mailbox"), _("Source")]
    return streamed(desk, "deleted-users", header, pages(read))


def journal(request: HttpRequest, desk: Desk) -> StreamingHttpResponse:
    """The audit log, newest first, as the page's filter means it; BadInput `unknown_user` for a name that nobody has."""
    wanted = asked(request, desk)

    def read(before: int | None) -> tuple[list[Cells], int | None]:
        found = audit.newest(desk.tenant_id, PAGE, before=before, user_id=wanted.user_id, plan_id=wanted.plan_id)
        shown = zip(found, journal_words.objects(desk.tenant, found), strict=True)
        return [_event(*one) for one in shown], found[-1].seq if len(found) == PAGE else None

    header = [_("No."), _("Time"), _("Who"), _("What"), _("Object"), _("Plan"), _("Before"), _("After")]
    return streamed(desk, "audit-log", header, pages(read))


def _event(row: audit.AuditRow, about: str) -> Cells:
    return (
        row.seq,
        to_iso(row.at),
        row.actor_name,
        journal_words.what(row),
        about,
        "" if row.plan_id is None else undoing.number(row.plan_id),
        row.before or "",
        row.after or "",
    )


def _iso(at: Instant | None) -> str:
    return "" if at is None else to_iso(at)
