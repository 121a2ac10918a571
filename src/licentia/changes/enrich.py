"""Facts of users from files into a copy of a tenant: usage reports and sign-ins turn what was unknown into dated facts (I-12).

Part of `record`: no rule is evaluated. Every row is read and resolved before the first write (I-11); a fact read later stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from licentia.changes import journal
from licentia.changes.journal import Row
from licentia.domain.instants import DAY, Instant, to_iso
from licentia.domain.permissions import Actor, Capability
from licentia.domain.reasons import BadInput
from licentia.importing.rows import FactFile, Report, RowError, SignInRow, UsageRow
from licentia.store import clock
from licentia.store.bulk import enriching
from licentia.store.bulk.enriching import Fate
from licentia.store.lists import tenants as tenant_list
from licentia.store.names import principal_key
from licentia.store.writing import writing

BATCH = 5_000
T = TypeVar("T")
Progress = Callable[[int], None]
Page = Callable[[int, int, int], list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Difference:
    """A product of which Microsoft counts another number than the copy: of holders, or of seats."""

    sku_id: str
    is_seats: bool
    stated: int
    counted: int


@dataclass
class Enriched:
    """What an import did, or would have done: `bad` rows were left out, or stopped it (`is_done` False)."""

    is_done: bool = False
    rows: int = 0
    new: int = 0
    changed: int = 0
    older: int = 0
    """Facts that the copy had read later."""
    deleted: int = 0
    """Rows of deleted accounts, which state nothing."""
    kindless: int = 0
    """Mailboxes of which nobody says what kind they are."""
    nested: int = 0
    """Groups among a group's members."""
    others: int = 0
    """Devices, contacts and the like among a group's members."""
    groups: int = 0
    joined: int = 0
    left: int = 0
    differences: list[Difference] = field(default_factory=list)
    bad: list[RowError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Family:
    """How facts of one kind are compared, told and written."""

    compare: Callable[[int], None]
    changed: Callable[[int, int, int], list[tuple[Any, ...]]]
    write: Callable[[int], None]
    names: tuple[str, ...]
    nested_in: str | None = None
    """The name of the object that the facts belong to; None for the account itself."""


_ACTIVITY = _Family(
    enriching.compare_activity,
    enriching.changed_activity,
    enriching.write_activity,
    ("last_activity_at", "activity_read_at"),
)
_SIGN_INS = _Family(
    enriching.compare_sign_ins,
    enriching.changed_sign_ins,
    enriching.write_sign_ins,
    ("last_sign_in_at", "sign_in_read_at"),
)
_MAILBOXES = _Family(
    enriching.compare_mailboxes,
    enriching.changed_mailboxes,
    enriching.write_mailboxes,
    ("kind", "size_bytes", "has_archive", "read_at"),
    "mailbox",
)
_DRIVES = _Family(
    enriching.compare_drives,
    enriching.changed_drives,
    enriching.write_drives,
    ("is_present", "size_bytes", "read_at"),
    "drive",
)
_REPORTS = {Report.ACTIVITY.value: _ACTIVITY, Report.MAILBOX.value: _MAILBOXES, Report.DRIVE.value: _DRIVES}
_BOOLEANS = frozenset({"has_archive", "is_present"})


def import_usage(
    tenant_id: int,
    file: FactFile[UsageRow],
    actor: Actor,
    *,
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> Enriched:
    """What the report did. Nothing is written while a row is bad, unless `skip_bad` leaves those out.

    BadInput `not_a_copy`, `no_users_in_file`, `report_in_future` (`date`), `concealed_names` (`line`, `text`).
    """

    def staged(rows: list[UsageRow], outcome: Enriched) -> Iterator[tuple[Any, ...]]:
        outcome.deleted += sum(row.is_deleted for row in rows)
        return (_usage(row) for row in rows if not row.is_deleted)

    return _import(tenant_id, file, staged, _REPORTS[file.form], actor, skip_bad=skip_bad, progress=progress)


def import_sign_ins(
    tenant_id: int,
    file: FactFile[SignInRow],
    actor: Actor,
    *,
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> Enriched:
    """What the file of sign-ins did; they are as old as the moment of the import, for no such file says its age.

    Nothing is written while a row is bad, unless `skip_bad` leaves those out. BadInput `not_a_copy`,
    `no_users_in_file`.
    """
    now = clock.tenant_now(tenant_id)

    def staged(rows: list[SignInRow], _outcome: Enriched) -> Iterator[tuple[Any, ...]]:
        return (_sign_in(row, now) for row in rows)

    return _import(tenant_id, file, staged, _SIGN_INS, actor, skip_bad=skip_bad, progress=progress)


def _usage(row: UsageRow) -> tuple[Any, ...]:
    name = row.user_principal_name
    kind = None if row.mailbox_kind is None else row.mailbox_kind.value
    moment, size = row.last_activity_at, row.size_bytes
    return (row.line, name, principal_key(name), None, row.read_at, moment, size, row.has_archive, kind)


def _sign_in(row: SignInRow, now: Instant) -> tuple[Any, ...]:
    name = row.user_principal_name
    key = None if name is None else principal_key(name)
    return (row.line, name, key, row.object_id, now, row.last_sign_in_at, None, None, None)


def _import(
    tenant_id: int,
    file: FactFile[T],
    staged: Callable[[list[T], Enriched], Iterable[tuple[Any, ...]]],
    family: _Family,
    actor: Actor,
    *,
    skip_bad: bool,
    progress: Progress | None,
) -> Enriched:
    check_copy(tenant_id, actor)
    outcome = Enriched()
    enriching.open_stage()
    try:
        for batch in read(file, outcome, progress):
            enriching.put(staged(batch, outcome))
        with writing(tenant_id):
            _resolve(tenant_id, outcome)
            if outcome.bad and not skip_bad:
                return outcome
            if outcome.rows == 0:
                raise BadInput("no_users_in_file")
            _merge(tenant_id, file, family, outcome, actor)
        outcome.is_done = True
        return outcome
    finally:
        enriching.close_stage()


def check_copy(tenant_id: int, actor: Actor) -> None:
    """Returns when the actor may import facts and the tenant is a copy; NotPermitted, BadInput `not_a_copy` (`name`)."""
    actor.require(Capability.IMPORT_FACTS, tenant_id)
    settings = tenant_list.settings(tenant_id)
    if settings.get("origin") != "imported":
        raise BadInput("not_a_copy", name=settings.get("name"))


def read(file: FactFile[T], outcome: Enriched, progress: Progress | None) -> Iterator[list[T]]:
    """The file's rows in batches; what can't be read is in the outcome."""
    rows = iter(file.rows())
    while batch := list(islice(rows, BATCH)):
        good = [row for row in batch if not isinstance(row, RowError)]
        outcome.bad += [row for row in batch if isinstance(row, RowError)]
        outcome.rows += len(good)
        yield good
        if progress:
            progress(outcome.rows)


def pages(page: Callable[[int, int], list[tuple[Any, ...]]]) -> Iterator[list[tuple[Any, ...]]]:
    """What `page` finds after the last of the page before; a row begins with what it is ordered by."""
    last = 0
    while found := page(last, BATCH):
        yield found
        last = found[-1][0]


def member_entries(page: Callable[[int, int], list[tuple[int, str, int]]]) -> Iterator[Row]:
    """One journal row per user: which groups, by object id, it leaves and enters; `page` as in `pages`."""
    for found in pages(page):
        groups: dict[int, tuple[list[str], list[str]]] = {}
        for user, object_id, joins in found:
            groups.setdefault(user, ([], []))[bool(joins)].append(object_id)
        for user, (leaves, enters) in groups.items():
            before, after = journal.canonical({"groups": leaves}), journal.canonical({"groups": enters})
            yield ("user.facts", "user", user, before, after)


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The journal's rows in batches."""
    walk = iter(rows)
    while batch := list(islice(walk, BATCH)):
        yield batch


def _resolve(tenant_id: int, outcome: Enriched) -> None:
    """Who is not in the copy, and who stands in the file under two names, is a bad row."""
    enriching.resolve(tenant_id)
    for found in pages(enriching.strangers):
        outcome.bad += [RowError(line, "unknown_user", {"text": name}) for line, name in found]
        outcome.rows -= len(found)
    enriching.drop_strangers()
    doubles = [RowError(line, "duplicate_user", {"first_line": first}) for line, first in enriching.twice()]
    if doubles:
        enriching.drop_lines([error.line for error in doubles])
        outcome.bad += doubles
        outcome.rows -= len(doubles)


def _merge(tenant_id: int, file: FactFile[T], family: _Family, outcome: Enriched, actor: Actor) -> None:
    now = clock.tenant_now(tenant_id)
    latest = enriching.latest()
    # A machine's clock may be a little behind; a day is no mistake of a clock.
    if latest is not None and latest > now + DAY:
        raise BadInput("report_in_future", date=to_iso(latest)[:10])
    family.compare(tenant_id)
    fates = enriching.counts()
    outcome.changed = fates.get(Fate.CHANGE, 0)
    outcome.older = fates.get(Fate.OLDER, 0)
    outcome.kindless = fates.get(Fate.KINDLESS, 0)
    read_at = None if latest is None else to_iso(latest)
    marker = import_marker(tenant_id, file.form, outcome.rows, read_at)
    write_journal(tenant_id, actor, now, marker, _entries(tenant_id, family))
    family.write(tenant_id)


def import_marker(tenant_id: int, form: str, rows: int, read_at: str | None = None) -> Row:
    """The row that says that a file was imported; groups and products on which many users' facts rest have their own."""
    fields: dict[str, object] = {"form": form, "rows": rows} | ({} if read_at is None else {"read_at": read_at})
    return ("import", "file", tenant_id, None, journal.canonical(fields))


def write_journal(tenant_id: int, actor: Actor, now: Instant, marker: Row, entries: Iterable[Row]) -> None:
    """The marker and the rows are in the journal; rows are made while the store is still as it was before."""

    def every() -> Iterator[Row]:
        yield marker
        yield from entries

    for batch in batches(every()):
        journal.write(tenant_id, door="record", actor=actor, now=now, entries=batch)


def _entries(tenant_id: int, family: _Family) -> Iterator[Row]:
    """One row per changed user: the facts that differ, and when they were read."""
    size = len(family.names)
    for found in pages(lambda after, top: family.changed(tenant_id, after, top)):
        for user, *values in found:
            old = dict(zip(family.names, map(_plain, family.names, values[:size]), strict=True))
            new = dict(zip(family.names, map(_plain, family.names, values[size:]), strict=True))
            is_new = old[family.names[-1]] is None
            names = [n for n in family.names if is_new or old[n] != new[n] or n.endswith("read_at")]
            before = None if is_new else _told(family, {name: old[name] for name in names})
            yield ("user.facts", "user", user, before, _told(family, {name: new[name] for name in names}))


def _plain(name: str, value: Any) -> Any:
    """The value as the journal writes it: SQLite gives numbers for truths."""
    return bool(value) if name in _BOOLEANS and value is not None else value


def _told(family: _Family, facts: dict[str, object]) -> str:
    return journal.canonical(facts if family.nested_in is None else {family.nested_in: facts})
