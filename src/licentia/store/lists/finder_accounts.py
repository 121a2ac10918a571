"""The SQL of finders about accounts and mailboxes: who is found, who might be, and who is left out (`domain.finders`).

Reads no user; builds text from constants and parameters only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from licentia.domain.finders import MISSES, FinderKind, LeaveOut, NotKnown
from licentia.store import sql
from licentia.store.lists.finder_parts import HELD, Asked, Part, Question

LOOKED = 2_000
"""Of so many who would be found, those are counted of whom nobody knows whether they are left out."""
_BESIDE_MAILBOX = "s.tenant_id = u.tenant_id AND s.user_id = coalesce(b.user_id, u.id) AND s.state < 4"
"""The same, looked up only after the mailbox was: most mailboxes are not shared ones."""
_ALIVE = "u.tenant_id = %(tenant)s AND u.deleted_at IS NULL"
_MAILBOX = " LEFT JOIN mailbox b ON b.tenant_id = u.tenant_id AND b.user_id = u.id"


def about_account(asked: Asked) -> Question:
    conditions, ordered = (_ACCOUNTS[asked.wanted.kind](one) for one in (asked, replace(asked, apart=" + 0")))
    left = [_LEAVE[one] for one in LeaveOut if one in asked.wanted.leave]
    stays = "".join(f" AND {one.stays}" for one in left)
    may_stay = "".join(f" AND ({one.stays} OR {one.unsure})" for one in left)
    found = f"{ordered.found}{stays}"
    is_mailbox = asked.wanted.kind is FinderKind.SHARED
    held = (_BESIDE_MAILBOX if is_mailbox else HELD) + asked.product
    known = f"EXISTS (SELECT 1 FROM source s WHERE {held}{asked.path})"
    mailbox = _MAILBOX if is_mailbox else ""
    missing = [
        Part(
            f"users u{sql.by(index)}{mailbox}",
            f"{_ALIVE} AND {unsure}{may_stay} AND EXISTS (SELECT 1 FROM source s WHERE {held})",
            "u.id",
            f"'{why}'",
        )
        for why, (index, unsure) in conditions.maybe.items()
    ]
    if not asked.wanted.with_unknown_path:
        of_path = f"{_holders(asked)} AND s.source_kind = 4 AND {found} AND NOT {known}"
        by = sql.by("source_of_unknown_path")
        missing.append(Part(f"source s{by} CROSS JOIN users u{mailbox}", of_path, "s.user_id", f"'{NotKnown.PATH}'"))
    source, where, key = f"users u{mailbox}", f"{_ALIVE} AND {found} AND {known}", "u.id"
    some = f"users u{sql.by(conditions.index)}{mailbox}", f"{_ALIVE} AND {conditions.found} AND {known}"
    quick = some[0], f"{some[1]}{stays}"
    looked = ""
    if left:
        facts = "u.tenant_id, u.id, u.created_at, u.account_enabled"
        looked = f"(SELECT {facts} FROM {some[0]} WHERE {some[1]} LIMIT {LOOKED + 1}) AS u"
        missing.append(_left_unsure(left, looked))
    if asked.is_rare:
        source, key = f"source s CROSS JOIN users u{mailbox}", "s.user_id"
        where = f"{_holders(asked)}{asked.path} AND {found}"
    elif is_mailbox:
        # Most users are not in it: the mailboxes come first.
        source, key = "mailbox b CROSS JOIN users u", "b.user_id"
        where = f"b.tenant_id = %(tenant)s AND u.id = b.user_id AND {where}"
    return Question(
        source,
        where,
        key,
        f"{found} AND {known}",
        tuple(missing),
        asked.params(),
        asked.products,
        looked,
        None if asked.is_rare or is_mailbox else quick,
    )


def _left_unsure(left: Sequence[_Left], looked: str) -> Part:
    """Those of whom nobody knows a fact that says whether they are left out, each once; who is left out anyway is none."""
    unsure = " OR ".join(one.unsure for one in left)
    stays = " AND ".join(f"({one.stays} OR {one.unsure})" for one in left)
    cases = " ".join(f"WHEN {one.unsure} THEN '{one.why}'" for one in left)
    return Part(looked, f"u.tenant_id = %(tenant)s AND ({unsure}) AND {stays}", "u.id", f"CASE {cases} END")


@dataclass(frozen=True, slots=True)
class _Left:
    """Over `u`: who stays for certain, and of whom the fact is missing."""

    why: NotKnown
    stays: str
    unsure: str


def _box(condition: str) -> str:
    return (
        "EXISTS (SELECT 1 FROM mailbox h WHERE h.tenant_id = %(tenant)s AND h.user_id = u.id"
        f"{' AND ' if condition else ''}{condition})"
    )


_LEAVE: Mapping[LeaveOut, _Left] = {
    LeaveOut.NEW: _Left(MISSES[LeaveOut.NEW], "u.created_at < %(new)s", "u.created_at IS NULL"),
    LeaveOut.HOLD: _Left(
        MISSES[LeaveOut.HOLD],
        _box("(h.kind = 'none' OR h.hold = 'none')"),
        "(NOT " + _box("(h.kind = 'none' OR h.hold IS NOT NULL)") + ")",
    ),
    LeaveOut.SHARED: _Left(MISSES[LeaveOut.SHARED], _box("h.kind IN ('user', 'none')"), "(NOT " + _box("") + ")"),
    LeaveOut.BLOCKED: _Left(MISSES[LeaveOut.BLOCKED], "u.account_enabled", "u.account_enabled IS NULL"),
}


def _holders(asked: Asked) -> str:
    return (
        f"s.tenant_id = %(tenant)s{asked.product} AND s.state < 4 "
        "AND u.tenant_id = s.tenant_id AND u.id = s.user_id AND u.deleted_at IS NULL"
    )


@dataclass(frozen=True, slots=True)
class _Conditions:
    """Over `u` and `b`: who is found for certain, and who might be, by the fact that is missing; each with its index."""

    index: str
    found: str
    maybe: Mapping[NotKnown, tuple[str, str]]


def _blocked(_asked: Asked) -> _Conditions:
    """R-145."""
    unread = "u.account_enabled IS NULL"
    return _Conditions(
        "users_blocked", "(NOT u.account_enabled)", {NotKnown.SIGN_IN_STATUS: ("users_status_unread", unread)}
    )


def _never_signed_in(asked: Asked) -> _Conditions:
    """R-146. A copy's days end when its file was read."""
    limit = "u.sign_in_read_at - %(span)s" if asked.is_copy else "%(before)s"
    never = "u.sign_in_read_at IS NOT NULL AND u.last_sign_in_at IS NULL"
    long_ago = f"u.created_at{asked.apart} < %(before)s AND u.created_at{asked.apart} < {limit}"
    unread = "u.sign_in_read_at IS NULL AND u.last_sign_in_at IS NULL"
    return _Conditions(
        "users_never_in",
        f"({never} AND {long_ago})",
        {
            NotKnown.SIGN_IN: (
                "users_sign_in_unread",
                f"({unread} AND (u.created_at IS NULL OR u.created_at < %(before)s))",
            ),
            NotKnown.CREATED: ("users_never_in", f"({never} AND u.created_at IS NULL)"),
        },
    )


def _inactive(asked: Asked) -> _Conditions:
    """R-147."""
    limit = "u.sign_in_read_at - %(span)s" if asked.is_copy else "%(before)s"
    used_limit = "u.activity_read_at - %(span)s" if asked.is_copy else "%(before)s"
    seen = f"coalesce(u.last_sign_in_at, u.created_at){asked.apart}"
    # `before` is said for the index: a copy's limit is another for every user, and never later.
    away = f"(u.sign_in_read_at IS NOT NULL AND {seen} < %(before)s AND {seen} < {limit})"
    unused = f"(u.last_activity_at IS NULL OR u.last_activity_at < {used_limit})"
    maybe_unused = f"(u.activity_read_at IS NULL OR {unused})"
    nameless = "u.sign_in_read_at IS NOT NULL AND u.last_sign_in_at IS NULL AND u.created_at IS NULL"
    return _Conditions(
        "users_away",
        f"({away} AND u.activity_read_at IS NOT NULL AND {unused})",
        {
            NotKnown.SIGN_IN: ("users_sign_in_unread", f"(u.sign_in_read_at IS NULL AND {maybe_unused})"),
            NotKnown.CREATED: ("users_never_in", f"({nameless} AND {maybe_unused})"),
            NotKnown.ACTIVITY: ("users_unused", f"({away} AND u.activity_read_at IS NULL)"),
        },
    )


def _shared(_asked: Asked) -> _Conditions:
    """R-152: anything that is not known to be so is not found (R-11, R-12)."""
    fits = "b.size_bytes <= %(free)s"
    found = f"(b.kind = 'shared' AND {fits} AND NOT b.has_archive AND b.hold = 'none')"
    may = (
        f"(b.size_bytes IS NULL OR {fits}) AND (b.has_archive IS NULL OR NOT b.has_archive) "
        "AND (b.hold IS NULL OR b.hold = 'none')"
    )
    gap = "(b.size_bytes IS NULL OR b.has_archive IS NULL OR b.hold IS NULL)"
    unsure = f"(b.user_id IS NULL OR (b.kind = 'shared' AND {may} AND {gap}))"
    return _Conditions("", found, {NotKnown.MAILBOX: ("", unsure)})


_ACCOUNTS: Mapping[FinderKind, Callable[[Asked], _Conditions]] = {
    FinderKind.BLOCKED: _blocked,
    FinderKind.NEVER_SIGNED_IN: _never_signed_in,
    FinderKind.INACTIVE: _inactive,
    FinderKind.SHARED: _shared,
}
