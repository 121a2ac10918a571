"""Tenants in words: where one comes from."""

from __future__ import annotations

from licentia.words.language import gettext as _


def came_from(origin: str, copied: str | None) -> str:
    """Where a tenant comes from; of a rehearsal also of which tenant it is the copy."""
    word = origin_word(origin)
    return word if copied is None else _("{origin}, rehearsal of {name}").format(origin=word, name=copied)


def origin_word(origin: str) -> str:
    """Where a tenant comes from, in words."""
    return {"demo": _("Demo"), "imported": _("Copy from a file"), "empty": _("Local")}[origin]
