"""The filters of Active users as SQL: conditions over the alias `u` of users, and where few who may match are found at once.

Unknown facts match nothing (I-7). Parameters only, never a value in the text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from licentia.domain.instants import DAY, Instant
from licentia.domain.userfilter import UserFilter
from licentia.store import sql
from licentia.store.names import plain

LETTERS = 3
"""Of so many letters or more a word is looked for anywhere in a name; a shorter one at its beginning."""

_HELD = "s.tenant_id = u.tenant_id AND s.user_id = u.id"
_BROKEN = "s.state IN (2, 4)"
_IN_GRACE = "kind IN ('mailbox_purge', 'archive_purge')"

Side = str
"""A query of the ids of users among whom everybody who matches is, some more than once; it takes `top`."""


@dataclass(frozen=True, slots=True)
class Question:
    """A filter as SQL: all conditions hold of who matches. `words` are those of the search box, folded."""

    conditions: tuple[str, ...]
    params: dict[str, Any]
    sides: tuple[Side, ...]
    words: str

    def where(self) -> str:
        """The conditions, to be added to others."""
        return "".join(f" AND {one}" for one in self.conditions)


def question(tenant_id: int, wanted: UserFilter, now: Instant) -> Question | None:
    """The filter as SQL for this tenant; None where it names a product that the tenant has not: nobody matches."""
    params: dict[str, Any] = {"sku": wanted.value("product")}
    origin, product = sql.rows(
        "SELECT t.origin, (SELECT p.id FROM product p WHERE p.tenant_id = %(tenant)s AND p.sku_id = %(sku)s) "
        "FROM tenant t WHERE t.id = %(tenant)s",
        params | {"tenant": tenant_id},
    )[0]
    if wanted.value("product") is not None and product is None:
        return None
    days = wanted.days or 0
    params |= {"product": product, "before": now - days * DAY, "span": days * DAY}
    is_copy = origin == "imported"
    conditions, sides = _licenses(wanted)
    for name, value in wanted.chosen:
        if name in _ACCOUNT:
            conditions.append(_ACCOUNT[name](value, is_copy))
    if wanted.value("grace"):
        sides.append(f"SELECT k.user_id FROM clock k WHERE k.tenant_id = %(tenant)s AND k.{_IN_GRACE} LIMIT %(top)s")
    words = plain(wanted.search).strip()
    if words:
        conditions.append(_words(words, params))
    return Question(tuple(conditions), params, tuple(sides), words)


def _licenses(wanted: UserFilter) -> tuple[list[str], list[Side]]:
    """Conditions about licenses; each speaks of the chosen product, where one is."""
    of = "" if wanted.value("product") is None else " AND s.product_id = %(product)s"
    kinds = {"direct": "s.source_kind = 1 AND s.state < 4", "group": "s.source_kind = 2 AND s.state < 4"}
    parts = [kinds[path] for path in [wanted.value("path")] if path]
    if wanted.value("error"):
        parts.append(_BROKEN)
    bought = "s.source_kind = 3 AND s.state < 4"
    if wanted.value("selfservice"):
        parts.append(bought)
    if of and not parts:
        parts.append("s.state < 4")
    conditions = [f"EXISTS (SELECT 1 FROM source s WHERE {_HELD}{of} AND {part})" for part in parts]
    sides = [_side(f"{of} AND {part}") for part in parts if of]
    if _BROKEN in parts and not of:
        sides.append(_side(f" AND {_BROKEN}", "" if sql.is_postgres() else " INDEXED BY source_in_error"))
    if bought in parts and not of:
        some = " AND s.product_id IN (SELECT b.product_id FROM purchase b WHERE b.tenant_id = %(tenant)s)"
        sides.append(_side(f"{some} AND {bought}"))
    return conditions, sides


def _side(condition: str, index: str = "") -> Side:
    """Nothing is made distinct, and an index has its name: else SQLite walks every license by user (75 ms, not 4)."""
    return f"SELECT s.user_id FROM source AS s{index} WHERE s.tenant_id = %(tenant)s{condition} LIMIT %(top)s"


def _signed_in(value: str, is_copy: bool) -> str:
    """R-147 for a number of days: a copy's days end when its file was read."""
    if value == "unknown":
        return "u.sign_in_read_at IS NULL"
    if value == "never":
        return "(u.sign_in_read_at IS NOT NULL AND u.last_sign_in_at IS NULL)"
    limit = "u.sign_in_read_at - %(span)s" if is_copy else "%(before)s"
    return f"(u.sign_in_read_at IS NOT NULL AND coalesce(u.last_sign_in_at, u.created_at) < {limit})"


def _from(value: str, is_copy: bool) -> str:
    """Nothing stated is a cloud account in a tenant of ours; in a copy it says neither yes nor no."""
    if value == "synced":
        return "u.is_synced"
    return "NOT u.is_synced" if is_copy else "(u.is_synced IS NULL OR NOT u.is_synced)"


_ACCOUNT: Mapping[str, Callable[[str, bool], str]] = {
    "signin": _signed_in,
    "blocked": lambda _value, _is_copy: "NOT u.account_enabled",
    "unlicensed": lambda _value, _is_copy: (
        f"(u.licenses_read_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM source s WHERE {_HELD} AND s.state < 4))"
    ),
    "grace": lambda _value, _is_copy: (
        f"EXISTS (SELECT 1 FROM clock k WHERE k.tenant_id = u.tenant_id AND k.user_id = u.id AND k.{_IN_GRACE})"
    ),
    "source": _from,
    "guest": lambda _value, _is_copy: "u.user_type = 'Guest'",
    "nolocation": lambda _value, _is_copy: "u.usage_location = ''",
}


def _words(words: str, params: dict[str, Any]) -> str:
    if len(words) < LETTERS:
        params |= {"start": words, "below": words + "\U0010ffff"}
        return "u.sort_key >= %(start)s AND u.sort_key < %(below)s"
    params["pattern"] = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return "u.search_key LIKE %(pattern)s ESCAPE '\\'"
