"""Rows of users as a page shows them: names, licenses with their paths, sign-in, mailbox; a fixed number of reads per page."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from licentia.domain.instants import DAY
from licentia.store.lists import user_facts
from licentia.store.lists.user_facts import Facts, Holding
from licentia.store.lists.users import MailCell, UserRow
from licentia.web.desk import Desk
from licentia.words import user_list
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
    cells: Mapping[str, str]
    """What the columns say that were asked for, by name."""


def people(
    desk: Desk, rows: tuple[UserRow, ...], sku_id: str | None = None, columns: Sequence[str] = ()
) -> list[Person]:
    """These users, with their licenses; `sku_id`: with the paths of this product; `columns`: with what these say."""
    ids = [row.id for row in rows]
    held: dict[int, list[Holding]] = defaultdict(list)
    for one in user_facts.holdings(desk.tenant_id, ids) if ids else ():
        held[one.user_id].append(one)
    facts = user_facts.facts(desk.tenant_id, ids) if ids else {}
    names = Counter(row.display_name for row in rows)
    return [
        _person(desk, row, held[row.id], facts[row.id], sku_id, columns, is_twin=names[row.display_name] > 1)
        for row in rows
    ]


def _person(
    desk: Desk,
    row: UserRow,
    held: list[Holding],
    facts: Facts,
    sku_id: str | None,
    columns: Sequence[str],
    *,
    is_twin: bool,
) -> Person:
    days = None if row.last_sign_in_at is None else (desk.now - row.last_sign_in_at) // DAY
    mail = None if facts.mailbox_kind is None else MailCell(facts.mailbox_kind, facts.mailbox_bytes, facts.hold)
    sources = [(one.user_id, one.sku_id, one.kind, one.source_id, one.state) for one in held]
    is_copy = desk.tenant.origin == "imported"
    return Person(
        id=row.id,
        object_id=row.object_id,
        name=row.display_name,
        user_name=row.principal_name,
        label=f"{row.display_name}, {row.principal_name}" if is_twin else row.display_name,
        licenses=words.licenses_in_short(sources),
        licenses_all=words.licenses(sources),
        paths=_paths(held, sku_id),
        sign_in=_sign_in(desk, row),
        ago="" if days is None else _ago(desk, days),
        is_long_ago=days is not None and days >= desk.tenant.inactive_days,
        blocked=row.account_enabled is not None and not row.account_enabled,
        mailbox=mail_word(desk, mail),
        mailbox_tag=mail_tag(mail),
        cells={
            name: user_list.cell(name, desk.text, row, facts, held, is_copy=is_copy, now=desk.now) for name in columns
        },
    )


def _paths(held: list[Holding], sku_id: str | None) -> tuple[Path, ...]:
    return tuple(Path(one.kind, user_list.way(one)) for one in held if one.sku_id == sku_id and one.state < 5)


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
