"""Makes or refreshes a copy of a real tenant from a file (I-12): every row is read and resolved before the first write.

Replaces only the fact families the file has, keeps users it does not name, never puts an unknown path over a known one.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from licentia.changes import enrich, journal, record
from licentia.changes.journal import Row
from licentia.domain import catalog as catalog_of
from licentia.domain.facts import AssignmentState, ClockKind, Source, SourceKind
from licentia.domain.holding import contradicted, holding
from licentia.domain.permissions import Actor, Capability
from licentia.domain.reasons import BadInput
from licentia.importing.rows import Family, RowError, UserFile, UserRow
from licentia.store import clock, ids
from licentia.store.bulk import staging
from licentia.store.bulk import staging_members as members_of
from licentia.store.bulk import tenants as tenant_rows
from licentia.store.lists import context as context_of
from licentia.store.lists import tenants as tenant_list
from licentia.store.names import principal_key, search_key, sort_key
from licentia.store.writing import writing
from licentia.tenants.local import LocalTenant
from licentia.tenants.local.signatures import plans_of, plans_text
from licentia.tenants.local.tenant import source_text
from licentia.tenants.port import Look

BATCH = 5_000
Progress = Callable[[int], None]

FIELD_COLUMNS = {
    "display_name": "display_name",
    "account_enabled": "account_enabled",
    "usage_location": "usage_location",
    "user_type": "user_type",
    "department": "department",
    "is_synced": "is_synced",
    "created_at": "created_at",
}
"""UserRow fields that are account columns of the same meaning."""
_DELETED = '"now"'
"""A deleted account in the journal, as a plan writes it."""
_BOOLEANS = frozenset({"account_enabled", "is_synced"})


@dataclass
class Outcome:
    """What an import did, or would have done: `bad` rows were left out, or stopped it (`tenant_id` None)."""

    tenant_id: int | None
    rows: int = 0
    new_users: int = 0
    changed_users: int = 0
    license_changes: int = 0
    bad: list[RowError] = field(default_factory=list)


def refresh(
    name: str,
    file: UserFile,
    actor: Actor,
    *,
    skip_bad: bool = False,
    check_only: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """What the import did. Nothing is written while a bad row stands, unless `skip_bad` leaves those out.

    `check_only`: nothing is written in any case, and `tenant_id` is None.
    """
    actor.require(Capability.IMPORT_FACTS, 0)
    tenant = tenant_list.find(name)
    if tenant is not None and tenant.origin not in ("imported", record.LOADING):
        raise BadInput("not_a_copy", name=name)
    outcome = Outcome(None)
    staging.open_stage()
    try:
        _stage(file, outcome, progress)
        if tenant is not None and tenant.origin == record.LOADING:
            record.delete_tenant(tenant.id, actor)
            tenant = None
        known = 0 if tenant is None else tenant.id
        new = _resolve(known, outcome)
        if (outcome.bad and not skip_bad) or check_only:
            return outcome
        if outcome.rows == 0:
            raise BadInput("no_users_in_file")
        tenant_id = known or record.create_tenant(name, actor, origin=record.LOADING)
        _merge(tenant_id, file, outcome, new, actor, first_load=tenant is None)
        outcome.tenant_id = tenant_id
        tenant_rows.analyze()
        return outcome
    finally:
        staging.close_stage()


def _stage(file: UserFile, outcome: Outcome, progress: Progress | None) -> None:
    rows = iter(file.rows())
    while batch := list(islice(rows, BATCH)):
        users = [row for row in batch if isinstance(row, UserRow)]
        outcome.bad += [row for row in batch if isinstance(row, RowError)]
        outcome.rows += len(users)
        staging.put(map(_user, users), (x for row in users for x in _licenses(row)))
        if progress:
            progress(outcome.rows)


def _user(row: UserRow) -> tuple[Any, ...]:
    name = row.display_name or row.user_principal_name
    return (
        row.line,
        row.object_id,
        row.user_principal_name,
        principal_key(row.user_principal_name),
        name,
        sort_key(name),
        search_key(name, row.user_principal_name),
        row.account_enabled,
        row.usage_location,
        row.user_type,
        row.department,
        row.is_synced,
        row.created_at,
        row.last_sign_in_at,
    )


def _licenses(row: UserRow) -> Iterator[tuple[Any, ...]]:
    for one in row.licenses:
        group = one.source_ref if one.kind is SourceKind.GROUP else None
        plans = plans_text(one.disabled_plans)
        yield (row.line, one.sku_id, int(one.kind), group, int(one.state), plans, one.error, one.since)


def _resolve(tenant_id: int, outcome: Outcome) -> int:
    """How many users are new; two rows for one user, and a name that another user has, are bad rows."""
    staging.resolve_users(tenant_id)
    doubles = [RowError(line, "duplicate_user", {"first_line": first}) for line, first in staging.twice()]
    _leave_out(doubles, outcome)
    # A row left out keeps its user's name, which another row may have wanted: again, until none is refused.
    while clashes := [RowError(line, "name_taken", {"name": name}) for line, name in staging.name_clashes(tenant_id)]:
        _leave_out(clashes, outcome)
    return staging.count_new()


def _leave_out(refused: list[RowError], outcome: Outcome) -> None:
    if refused:
        staging.drop_lines([error.line for error in refused])
        outcome.bad += refused
        outcome.rows -= len(refused)


def _merge(tenant_id: int, file: UserFile, outcome: Outcome, new: int, actor: Actor, *, first_load: bool) -> None:
    """One transaction: the copy is as the file says, or untouched."""
    now = clock.tenant_now(tenant_id)
    first_id = ids.take(tenant_id, "user", max(new, 1))
    _number(tenant_id, file, first_id)
    skus, groups = staging.new_skus(tenant_id), staging.new_groups(tenant_id)
    product_id = ids.take(tenant_id, "product", max(len(skus), 1))
    group_id = ids.take(tenant_id, "group", max(len(groups), 1))
    fields = frozenset(FIELD_COLUMNS[f] for f in file.fields if f in FIELD_COLUMNS)
    if "object_id" in file.fields:
        fields |= {"object_id"}
    with writing(tenant_id):
        tenant_rows.add_products(tenant_id, skus, product_id)
        tenant_rows.add_groups(tenant_id, [(group_id + i, ref, ref, ref) for i, ref in enumerate(groups)])
        staging.resolve_licenses(tenant_id)
        returning = staging.returning(tenant_id)
        _find_changes(tenant_id, file, returning, first_load=first_load)
        numbered = list(enumerate(groups, start=group_id))
        rows = iter(()) if first_load else _entries(tenant_id, file, fields, (numbered, returning), outcome)
        marker: Row = (
            "baseline" if first_load else "import",
            "tenant" if first_load or groups else "file",
            tenant_id,
            None,
            journal.canonical({"form": file.form, "rows": outcome.rows, "paths": file.paths_known}),
        )
        for batch in _batches(chain((marker,), rows)):
            journal.write(tenant_id, door="record", actor=actor, now=now, entries=batch)
        _write_users(tenant_id, file, fields, now, (first_id, first_id + new - 1), returning)
        outcome.new_users = new
        outcome.license_changes = staging.count_changes()
        staging.merge_sources(tenant_id)
        if Family.LICENSES in file.families:
            if file.paths_known:
                (members_of.load_members if first_load else members_of.merge_members)(tenant_id)
            _stop_clocks(tenant_id, now, actor)
        tenant_rows.recount_pools(tenant_id)
        tenant_rows.update_tenant(tenant_id, {"origin": "imported"})


def _find_changes(tenant_id: int, file: UserFile, returning: list[int], *, first_load: bool) -> None:
    """What the file changes in sources and memberships is staged."""
    if Family.LICENSES in file.families:
        staging.find_changes(tenant_id, paths_known=file.paths_known)
        if file.paths_known and not first_load:
            members_of.find_members(tenant_id)
    if returning:
        staging.find_remembered(tenant_id)


def _stop_clocks(tenant_id: int, now: int, actor: Actor) -> None:
    """A clock that the new facts contradict runs no longer: the user has the mailbox, archive or OneDrive back."""
    tenant = LocalTenant(tenant_id)
    context = tenant.context(Look())
    users = staging.users_with_clocks(tenant_id)
    stops: dict[ClockKind, list[int]] = defaultdict(list)
    for start in range(0, len(users), BATCH):
        for user, signature in tenant.load(users[start : start + BATCH], context):
            facts = tenant.understand(signature, context)
            for kind in contradicted(holding(catalog_of.load(), facts.sources), facts.clocks):
                stops[kind].append(user)
    entries: list[Row] = []
    for kind, stopped in sorted(stops.items()):
        tenant.stop(kind, stopped)
        entries += [(f"clock.stop.{kind}", "user", user, None, None) for user in stopped]
    for batch in _batches(entries):
        journal.write(tenant_id, door="record", actor=actor, now=now, entries=batch)


def _number(tenant_id: int, file: UserFile, first_id: int) -> None:
    """New users get their numbers and, where the file has none, an object id of our own."""
    staging.number_new(first_id)
    staging.keep_object_ids(tenant_id)
    last = 0
    while lines := staging.without_object_id(last, BATCH):
        staging.give_object_ids([(str(uuid.uuid4()), line) for line in lines])
        last = lines[-1]
    if "display_name" not in file.fields:
        staging.keep_stored_names(tenant_id)


def _write_users(
    tenant_id: int,
    file: UserFile,
    fields: frozenset[str],
    now: int,
    new: tuple[int, int],
    returning: list[int],
) -> None:
    """The accounts are as the file says; a deletion that was rehearsed in the copy was never done in the tenant."""
    renamed = staging.renamed(tenant_id)
    tenant_rows.forget_search(tenant_id, renamed)
    staging.merge_users(
        tenant_id,
        fields,
        now,
        licenses=Family.LICENSES in file.families,
        sign_in=Family.SIGN_IN in file.families,
    )
    tenant_rows.index_users(tenant_id, renamed + returning)
    if returning:
        LocalTenant(tenant_id).stop(ClockKind.USER_PURGE, returning)
    tenant_rows.index_search(tenant_id, *new)


def _entries(
    tenant_id: int,
    file: UserFile,
    fields: frozenset[str],
    found: tuple[list[tuple[int, str]], list[int]],
    outcome: Outcome,
) -> Iterator[Row]:
    """The journal of a refresh, read before anything is merged: new groups and users, changed accounts, groups, sources."""
    groups, returning = found
    for group, ref in groups:
        yield ("group.import", "group", group, None, journal.canonical({"object_id": ref, "display_name": ref}))
    last = 0
    while new := staging.new_users(last, BATCH):
        for user, *values in new:
            known = {name: value for name, value in _plain(staging.JOURNALED, values).items() if value is not None}
            yield ("user.import", "user", user, None, journal.canonical(known))
        last = new[-1][0]
    yield from (("account.deleted", "user", user, _DELETED, None) for user in returning)
    yield from _account_entries(tenant_id, file, fields, outcome)
    if file.paths_known and Family.LICENSES in file.families:
        yield from enrich.member_entries(lambda after, top: members_of.changed_members(tenant_id, after, top))
    yield from _license_entries(tenant_id)


def _account_entries(tenant_id: int, file: UserFile, fields: frozenset[str], outcome: Outcome) -> Iterator[Row]:
    """One row per known user whose account the file changes: the fields that differ."""
    signs_in = {"last_sign_in_at"} if Family.SIGN_IN in file.families else set[str]()
    names = sorted(fields | {"principal_name"} | signs_in)
    last = 0
    while changed := staging.changed_accounts(tenant_id, frozenset(names), last, BATCH):
        for user, *pairs in changed:
            old, new = _plain(names, pairs[0::2]), _plain(names, pairs[1::2])
            differing = [name for name in names if old[name] != new[name]]
            outcome.changed_users += not signs_in.issuperset(differing)
            before, after = ({name: side[name] for name in differing} for side in (old, new))
            yield ("user.update", "user", user, journal.canonical(before), journal.canonical(after))
        last = changed[-1][0]


def _plain(names: Sequence[str], values: Sequence[Any]) -> dict[str, object]:
    """The values by name, as the journal writes them: SQLite gives numbers for truths."""
    return {
        name: bool(value) if name in _BOOLEANS and value is not None else value
        for name, value in zip(names, values, strict=True)
    }


def _license_entries(tenant_id: int) -> Iterator[Row]:
    skus = dict(context_of.load(tenant_id).products)
    after: tuple[int, int, int, int] | None = None
    while found := staging.changes(after, BATCH):
        for user, product, kind, source, *held in found:
            before, now = (_text(skus[product], kind, source, *side) for side in (held[:3], held[3:]))
            what = "license.assign" if before is None else "license.unassign" if now is None else "license.change"
            yield (what, "user", user, before, now)
        after = found[-1][:4]


def _text(sku: str, kind: int, source: int, state: int | None, plans: str | None, error: str | None) -> str | None:
    if state is None:
        return None
    return source_text(Source(sku, SourceKind(kind), source, plans_of(plans or ""), AssignmentState(state), error))


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    walk = iter(rows)
    while batch := list(islice(walk, BATCH)):
        yield batch
