"""What the frame says of a tenant: its tag, and how old its facts are, or which clock it has."""

from __future__ import annotations

from dataclasses import dataclass

from licentia.domain.instants import DAY, SECOND, Instant
from licentia.store.lists import reading
from licentia.web.desk import Desk
from licentia.words.language import gettext as _
from licentia.words.language import ngettext

MINUTE = 60 * SECOND
HOUR = 60 * MINUTE


@dataclass(frozen=True, slots=True)
class Freshness:
    """`tag`: what kind of tenant it is; `tone` of the tag; `age` in short, `more` the instant of it in full."""

    tag: str
    tone: str
    age: str
    more: str


def freshness(desk: Desk) -> Freshness:
    """A copy is as old as its file; a local tenant's own facts are always fresh, in its own time."""
    tag = _("Copy") if desk.is_imported else _("Local")
    if desk.copy_of is not None:
        said = _("A rehearsal copy of {name}: its facts are as old as those that were copied.")
        return Freshness(_("Rehearsal"), "wa", desk.text.time(desk.now), said.format(name=desk.copy_of))
    read_at = reading.read_at(desk.tenant_id) if desk.is_imported else None
    if read_at is not None:
        return Freshness(tag, "", _ago(desk, read_at), desk.text.time(read_at))
    return Freshness(tag, "", desk.text.time(desk.now), _("The tenant's own clock. Its facts are always up to date."))


def _ago(desk: Desk, at: Instant) -> str:
    """How long ago the file was read, in the largest whole unit."""
    age = desk.now - at
    if (n := age // DAY) > 0:
        return ngettext("File of {n} day ago", "File of {n} days ago", n).format(n=desk.text.n(n))
    if (n := age // HOUR) > 0:
        return ngettext("File of {n} hour ago", "File of {n} hours ago", n).format(n=desk.text.n(n))
    if (n := age // MINUTE) > 0:
        return ngettext("File of {n} minute ago", "File of {n} minutes ago", n).format(n=desk.text.n(n))
    return _("File of this minute")
