"""A rehearsal copy of a tenant: everything as it is now, in a tenant of its own, without its journal and its plans.

Part of `record`. The tenant copied is only read. Who changes while others are copied is copied again at the end.
"""

from __future__ import annotations

from licentia.changes import journal, record
from licentia.changes.journal import Entry
from licentia.changes.record import LOADING, Progress
from licentia.domain.permissions import Actor, Capability
from licentia.domain.reasons import BadInput, Refused
from licentia.store import clock
from licentia.store.bulk import copying as rows_of
from licentia.store.bulk import journal as journal_rows
from licentia.store.bulk import tenants as tenant_rows
from licentia.store.lists import copying as reads
from licentia.store.lists import tenants as tenant_list
from licentia.store.lists.tenants import TenantRow
from licentia.store.writing import writing

BATCH = 10_000
CHUNK = 5_000
ROUNDS = 20
"""So often those who changed meanwhile are copied again before it is given up."""

_SEEN = frozenset({"tenant.set", "tenant.clock"})
_AT_ONCE = frozenset(
    {"plan", "never", "finder", "product", "purchase", "subscription", "price", "group", "operator", "user"}
)
"""Objects whose change is seen at the end, because their tables are copied last, or their users are copied again."""


def copy_tenant(tenant_id: int, name: str, actor: Actor, progress: Progress | None = None) -> int:
    """The id of a new tenant like this one; its origin is the same, so a copy of a file stays as old as its file.

    Killed half-way it is not listed, and the next attempt removes it. BadInput `tenant_exists` when the name is taken,
    Refused `tenant_busy` when so much changes meanwhile that no moment is found.
    """
    actor.require(Capability.READ, tenant_id)
    actor.require(Capability.MANAGE_TENANTS, 0)
    left_over = tenant_list.find(name, origin=LOADING)
    if left_over is not None:
        record.delete_tenant(left_over.id, actor)
    source = next(one for one in tenant_list.every() if one.id == tenant_id)
    seen, _hash = reads.journal_end(tenant_id)
    copy_id = record.create_tenant(
        name,
        actor,
        origin=LOADING,
        country=source.country,
        time_zone=source.time_zone,
        language=source.language,
    )
    _copy_users(tenant_id, copy_id, name, progress)
    _end(source, copy_id, name, seen, actor)
    tenant_rows.analyze()
    return copy_id


def _copy_users(tenant_id: int, copy_id: int, name: str, progress: Progress | None) -> None:
    """A transaction per batch of users, each a range of ids."""
    after, done = 0, 0
    while (last := reads.last_of_batch(tenant_id, after, BATCH)) is not None:
        with writing(copy_id):
            _fence(copy_id, name)
            rows_of.copy_range(tenant_id, copy_id, after + 1, last)
        done += BATCH
        after = last
        if progress:
            progress(done)


def _end(source: TenantRow, copy_id: int, name: str, seen: int, actor: Actor) -> None:
    """Catches up with the journal until what is left is one chunk, then ends in one transaction that holds the source."""
    begun = seen
    for _ in range(ROUNDS):
        seen = _catch_up(source, copy_id, name, seen)
        with writing(source.id):
            _fence(copy_id, name)
            users = _changed(source, seen)
            if len(users) > CHUNK:
                continue
            rows_of.copy_again(source.id, copy_id, users)
            rows_of.copy_members_again(source.id, copy_id, reads.changed(source.id, "group", begun))
            rows_of.copy_rest(source.id, copy_id)
            _mark(source, copy_id, actor)
        return
    raise Refused("tenant_busy", name=source.name)


def _catch_up(source: TenantRow, copy_id: int, name: str, seen: int) -> int:
    """The journal's end up to which the copy is right, but for one chunk at most."""
    end, _hash = reads.journal_end(source.id)
    users = _changed(source, seen)
    if len(users) <= CHUNK:
        return seen
    for start in range(0, len(users), CHUNK):
        with writing(copy_id):
            _fence(copy_id, name)
            rows_of.copy_again(source.id, copy_id, users[start : start + CHUNK])
    return end


def _changed(source: TenantRow, seen: int) -> list[int]:
    """Users named since; Refused `tenant_busy` when something changed that names nobody, as a file read meanwhile."""
    for object_kind, kind in reads.changed_kinds(source.id, seen):
        if object_kind not in _AT_ONCE and kind not in _SEEN:
            raise Refused("tenant_busy", name=source.name)
    return reads.changed(source.id, "user", seen)


def _mark(source: TenantRow, copy_id: int, actor: Actor) -> None:
    """The copy is a tenant like any other; one row of its journal says of what, and where that one's journal ended."""
    now = clock.tenant_now(source.id)
    tenant_rows.update_tenant(copy_id, {"origin": source.origin})
    seq, digest = reads.journal_end(source.id)
    users = tenant_list.count_users(copy_id)
    after: dict[str, object] = {"copy_of": source.name, "seq": seq, "hash": digest, "users": users}
    entry = Entry("baseline", "tenant", copy_id, None, journal.canonical(after))
    journal.write(copy_id, door="record", actor=actor, now=now, entries=[entry])


def _fence(copy_id: int, name: str) -> None:
    """Returns while the copy is ours; BadInput when another attempt took it for a dead one and removed it."""
    if not journal_rows.has_head(copy_id):
        raise BadInput("tenant_exists", name=name)
