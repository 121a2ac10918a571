"""Small words of the templates: drawings, addresses of our own files, initials, bars. No sentence and no rule is here."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from licentia.domain.permissions import Capability
from licentia.web.icons import ICONS
from licentia.words import language
from licentia.words.formats import number
from licentia.words.said.operators import locked

register = template.Library()

BAR = 120
"""Width of a bar's drawing."""


@register.simple_tag
def t(text: str, **words: Any) -> str:
    """The sentence in the reader's language, with its words: `{% t "Plan {plan}" plan=7 %}`."""
    return format_html(language.gettext(text), **words) if words else language.gettext(text)


@register.simple_tag
def tn(one: str, many: str, count: int, **words: Any) -> str:
    """The same for so many: `{% tn "{n} user" "{n} users" count n=shown %}`."""
    return format_html(language.ngettext(one, many, count), **words)


@register.simple_tag
def needs(capability: str) -> str:
    """Why a control is locked: the roles that may use it, from the table of permissions."""
    return locked(Capability(capability))


@register.simple_tag
def icon(name: str, more: str = "") -> SafeString:
    """A drawing, hidden from who listens: words beside it carry the meaning."""
    drawn = mark_safe(ICONS[name])  # noqa: S308 - our own table
    return format_html('<svg class="i {}" viewBox="0 0 16 16" aria-hidden="true">{}</svg>', more, drawn)


@register.simple_tag
def asset(name: str) -> str:
    """The address of a file that we serve, with a digest of its content: browsers may keep it for ever."""
    return f"/static/{name}?{_digest(name)}"


@lru_cache(maxsize=64)
def _digest(name: str) -> str:
    found = finders.find(name)
    assert found is not None, name
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:12]


@register.filter
def initials(name: str) -> str:
    """First letters of the first and last word of a name."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0].upper() for word in (words[:1] + words[1:][-1:]))


@register.filter
def shade(name: str) -> str:
    """One of six colors for a name's initials, always the same one."""
    return "abcdef"[sum(name.encode()) % 6]


@register.simple_tag
def bar(used: int, total: int | None) -> SafeString:
    """A bar of so many of so many; empty where the total is not known."""
    if not total:
        return SafeString("")
    width = min(BAR, round(BAR * used / total))
    return format_html(
        '<svg class="meter{}" viewBox="0 0 {} 8" aria-hidden="true"><rect class="rest" width="{}" height="8" rx="2"/>'
        '<rect class="used" width="{}" height="8" rx="2"/></svg>',
        " over" if used > total else "",
        BAR,
        BAR,
        width,
    )


@register.filter
def n(value: int) -> str:
    """A number as the reader writes it."""
    return number(int(value), language.current())


@register.filter
def held(licenses: list[Any]) -> list[Any]:
    """Of a pane's products, those that the user has, by whatever path."""
    return [one for one in licenses if one.is_held or one.tag]


@register.filter
def not_held(licenses: list[Any]) -> list[Any]:
    """Of a pane's products, those that the user could get."""
    return [one for one in licenses if not one.is_held and not one.tag]


@register.filter
def any_changed(licenses: list[Any]) -> bool:
    """Whether a box of theirs differs from what is."""
    return any(one.is_changed for one in licenses)


@register.simple_tag
def qr(text: str) -> SafeString:
    """The text as a square that a phone reads; the same text must stand beside it."""
    import qrcode

    code = qrcode.QRCode(border=4)
    code.add_data(text)
    rows = code.get_matrix()
    cells = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    return format_html(
        '<svg class="qr" viewBox="0 0 {} {}" aria-hidden="true"><path d="{}"/></svg>', len(rows), len(rows), cells
    )


@register.filter
def of(cells: Mapping[str, str], name: str) -> str:
    """What a row has under this name."""
    return cells[name]
