"""Rows of users as a page shows them: names, licenses with their paths, sign-in, mailbox; a fixed number of reads per page."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from licentia.domain.instants import DAY
from licentia.store.lists import products
from licentia.store.lists import users as list_of
from licentia.store.lists.users import MailCell, UserRow
from licentia.web.desk import Desk
from licentia.words import users as words
from licentia.words.language import gettext as _
from licentia.words.language import ngettext


@dataclass(frozen=True, slots=True)
class Path:
    """One way in which a user holds a product; `kind` as stored: 1 direct, 2 group, 3 purchase, 4 not known."""

    kind: int
    label: str


@dataclass(frozen=True, slots=True)
class Person:
    """A user in a list."""

    id: int
    object_id: str
    name: str
    user_name: str
    label: str
    """For `Select {name}`: with the user name where two on the page share a name."""
    licenses: str
    """In short; `licenses_all` names every one."""
    licenses_all: str
    paths: tuple[Path, ...]
    sign_in: str
    ago: str
    is_long_ago: bool
    blocked: bool
    mailbox: str
    mailbox_tag: str


def people(desk: Desk, rows: tuple[UserRow, ...], sku_id: str | None = None) -> list[Person]:
    """These users, with their licenses; `sku_id`: with the paths of this product."""
    ids = [row.id for row in rows]
    sources: dict[int, list[Any]] = defaultdict(list)
    for source in list_of.sources(desk.tenant_id, ids) if ids else ():
        sources[source[0]].append(source)
    mails = list_of.mail_cells(desk.tenant_id, ids) if ids else {}
    shown = [s for held in sources.values() for s in held if s[1] == sku_id]
    groups = _names(desk, shown, 2)
    buyers = _names(desk, shown, 3)
    names = Counter(row.display_name for row in rows)
    return [
        _person(
            desk,
            row,
            sources[row.id],
            tuple(
                Path(s[2], words.path(s[2], s[3], groups, buyers))
                for s in sources[row.id]
                if s[1] == sku_id and s[4] < 5
            ),
            mails.get(row.id),
            is_twin=names[row.display_name] > 1,
        )
        for row in rows
    ]


def _names(desk: Desk, sources: list[Any], kind: int) -> dict[int, str]:
    wanted = sorted({source[3] for source in sources if source[2] == kind})
    if not wanted:
        return {}
    return (products.group_names if kind == 2 else products.purchase_buyers)(desk.tenant_id, wanted)


def _person(
    desk: Desk, row: UserRow, sources: list[Any], paths: tuple[Path, ...], mail: MailCell | None, *, is_twin: bool
) -> Person:
    days = None if row.last_sign_in_at is None else (desk.now - row.last_sign_in_at) // DAY
    tag = mail_tag(mail)
    return Person(
        id=row.id,
        object_id=row.object_id,
        name=row.display_name,
        user_name=row.principal_name,
        label=f"{row.display_name}, {row.principal_name}" if is_twin else row.display_name,
        licenses=words.licenses_in_short(sources),
        licenses_all=words.licenses(sources),
        paths=paths,
        sign_in=_sign_in(desk, row),
        ago="" if days is None else _ago(desk, days),
        is_long_ago=days is not None and days >= desk.tenant.inactive_days,
        blocked=row.account_enabled is not None and not row.account_enabled,
        mailbox=mail_word(desk, mail),
        mailbox_tag=tag,
    )


def _sign_in(desk: Desk, row: UserRow) -> str:
    if row.sign_in_read_at is None:
        return _("Not known")
    return _("Never") if row.last_sign_in_at is None else desk.text.date(row.last_sign_in_at)


def _ago(desk: Desk, days: int) -> str:
    if days <= 0:
        return _("today")
    return ngettext("{n} day ago", "{n} days ago", days).format(n=desk.text.n(days))


def mail_word(desk: Desk, mail: MailCell | None) -> str:
    """The size of a mailbox, or that there is none, or that nobody has read it."""
    if mail is None:
        return _("Not known")
    if mail.kind == "none":
        return _("none")
    return _("size not known") if mail.size_bytes is None else desk.text.size(mail.size_bytes)


def mail_tag(mail: MailCell | None) -> str:
    """What keeps a mailbox, or makes it another kind; empty where nothing does."""
    if mail is None or mail.kind == "none":
        return ""
    if mail.kind == "shared":
        return _("Shared")
    return _("On hold") if mail.hold not in (None, "none") else ""
