"""Deleted users: until when each can be restored and with what, and the plans that restore them or delete them for good."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from licentia.changes import propose
from licentia.changes.who import Who
from licentia.domain.instants import DAY
from licentia.domain.intents import PurgeUser, RestoreUser
from licentia.domain.permissions import Capability
from licentia.store.lists import deleted as list_of
from licentia.store.lists import users as user_list
from licentia.store.lists.deleted import DeletedRow, Key, Remembered
from licentia.web import paging, selection
from licentia.web.desk import Desk
from licentia.web.people import mail_tag, mail_word
from licentia.web.selection import Selection
from licentia.words.language import gettext as _
from licentia.words.parts import product_name
from licentia.words.users import source_word

LIST = "deleted"
TOP = 50
SOON = 7
"""With so few days left a row says so in red."""


@dataclass(frozen=True, slots=True)
class DeletedPerson:
    """A deleted user in the list. `in_the_way` says what a restore would run into."""

    id: int
    name: str
    user_name: str
    label: str
    deleted: str
    gone: str
    days: int
    is_soon: bool
    licenses: str
    in_the_way: tuple[str, ...]
    mailbox: str
    mailbox_tag: str
    source: str
    is_synced: bool


def deleted_people(desk: Desk, rows: list[DeletedRow]) -> list[DeletedPerson]:
    """These deleted users in words; two reads for all of them."""
    ids = [row.id for row in rows]
    kept: dict[int, list[Remembered]] = defaultdict(list)
    for one in list_of.remembered(desk.tenant_id, ids) if ids else ():
        kept[one.user_id].append(one)
    mails = user_list.mail_cells(desk.tenant_id, ids) if ids else {}
    return [_person(desk, row, kept[row.id], mails.get(row.id)) for row in rows]


def _person(desk: Desk, row: DeletedRow, kept: list[Remembered], mail: user_list.MailCell | None) -> DeletedPerson:
    held = sorted({product_name(one.sku_id) for one in kept})
    days = max(0, -((desk.now - row.gone_at) // DAY))
    return DeletedPerson(
        id=row.id,
        name=row.display_name,
        user_name=row.principal_name,
        label=f"{row.display_name}, {row.principal_name}",
        deleted=desk.text.date(row.deleted_at),
        gone=desk.text.date(row.gone_at),
        days=days,
        is_soon=days <= SOON,
        licenses=", ".join(held) or _("none"),
        in_the_way=_in_the_way(row, kept),
        mailbox=mail_word(desk, mail),
        mailbox_tag=mail_tag(mail),
        source=source_word(row.is_synced, is_copy=desk.is_imported),
        is_synced=bool(row.is_synced),
    )


def _in_the_way(row: DeletedRow, kept: list[Remembered]) -> tuple[str, ...]:
    free = {one.sku_id for one in kept if one.has_seat is not False}
    missing = sorted({product_name(one.sku_id) for one in kept if one.sku_id not in free})
    taken = (_("The user name is taken"),) if row.taken_by is not None else ()
    return (*taken, *(_("No license of {product}").format(product=name) for name in missing))


def every(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Deleted users, those first who go first. A POST keeps the selection, or does what its button says."""
    if request.method == "POST":
        return _chosen(request, desk)
    place = paging.place_of(request.GET)
    after = _key(place.after)
    rows, following = list_of.page(desk.tenant_id, after, TOP)
    first = max(1, place.first) if after else 1
    where = {"first": desk.text.n(first), "last": desk.text.n(first + len(rows) - 1)}
    next_page = following and paging.link(
        request.GET, after=paging.written((str(following[0]), following[1])), first=first + len(rows)
    )
    found = _bar(desk, still_deleted(request, desk)) | {
        "list": {"where": _("{first} to {last}").format(**where) if rows else "", "next": next_page or ""},
        "rows": deleted_people(desk, rows),
        "is_first": after is None,
    }
    return render(request, "web/deleted.html", found)


def _bar(desk: Desk, chosen: Selection) -> dict[str, Any]:
    return {"selected": chosen, "may_manage": desk.can(Capability.MANAGE_USERS)}


def _key(key: paging.Key | None) -> Key | None:
    if key is None or not key[0].isascii() or not key[0].isdigit() or len(key[0]) > 18:
        return None
    return int(key[0]), key[1]


def still_deleted(request: HttpRequest, desk: Desk) -> Selection:
    """The selection without who was restored or is gone for good meanwhile."""
    chosen = selection.load(request, desk, LIST).users
    if not chosen:
        return Selection()
    return Selection(frozenset(row.id for row in list_of.of_ids(desk.tenant_id, sorted(chosen))))


def _chosen(request: HttpRequest, desk: Desk) -> HttpResponse:
    selection.mark(request, desk, LIST)
    chosen = still_deleted(request, desk)
    act = request.POST.get("do", "")
    if act == "clear":
        selection.save(request, desk, LIST, Selection())
    elif act.startswith("go:?"):
        return HttpResponseRedirect(reverse("deleted_users") + act.removeprefix("go:"))
    elif act in ("restore", "purge") and chosen:
        intent = RestoreUser() if act == "restore" else PurgeUser()
        who = Who("users", "", tuple(sorted(chosen.users)))
        plan = propose.propose(desk.tenant_id, intent, who, desk.actor)
        return HttpResponseRedirect(reverse(act, args=[plan]))
    elif request.htmx:  # type: ignore[attr-defined]
        return render(request, "web/deleted_bar.html", _bar(desk, chosen))
    return HttpResponseRedirect(request.get_full_path())
