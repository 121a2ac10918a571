"""Plans about a group: its own rows change first, in this door; then its members' licenses follow by themselves.

No lease: each part is one transaction that finds its own work, so whoever comes next goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable

from licentia.changes import ending, following, journal, who
from licentia.changes.journal import Row
from licentia.changes.judging import Extra, Membership, judge, prepared
from licentia.domain import catalog as catalog_of
from licentia.domain import group_facts, groups
from licentia.domain.instants import Instant
from licentia.domain.intents import ChangeMembers, GroupIntent, Intent, SetGroupLicenses
from licentia.domain.lifecycle import ChunkState, PauseReason, PlanState, StepState
from licentia.domain.permissions import Actor
from licentia.domain.planning import Verdict
from licentia.domain.reasons import BadInput, Reason, Refused
from licentia.store import clock
from licentia.store.bulk import groups as group_rows
from licentia.store.bulk import plans as rows_of
from licentia.store.bulk import queue
from licentia.store.lists import groups as group_list
from licentia.store.lists import never, undoing
from licentia.store.lists import plans as plan_list
from licentia.store.writing import writing
from licentia.tenants.local import LocalTenant
from licentia.tenants.local.signatures import plans_text
from licentia.tenants.port import Look, TenantContext


def check(tenant_id: int, intent: Intent, context: TenantContext | None) -> None:
    """Returns when the groups may be changed so; Refused with who can do it instead (R-89 to R-94).

    The context is looked at for a group's licenses only.
    """
    if not isinstance(intent, GroupIntent):
        return
    named = (getattr(intent, name, None) for name in ("from_group", "to_group", "group_id"))
    for group_id in named:
        if group_id is None:
            continue
        group = group_list.facts(tenant_id, group_id)
        reason = group_facts.refusal(group, intent)
        if reason is not None:
            raise group_facts.elsewhere(group, reason)
        if isinstance(intent, SetGroupLicenses):
            assert context is not None
            before = context.facts.group_licenses.get(group_id, ())
            after = prepared(intent, context).facts.group_licenses.get(group_id, ())
            groups.check_licenses(group, before, after, context.facts, catalog_of.load())


def guard(tenant_id: int, plan_id: int, intent: Intent) -> None:
    """Returns when the groups may still be changed so, and nobody on the never list would lose a license with one.

    Refused as `check` is, `group_gone` when a group is not there any more, `never_in_group`: nobody can be left out of
    what a group gives. Members on the never list of whom the plan does not know are asked too.
    """
    if not isinstance(intent, GroupIntent):
        return
    context = _context(tenant_id) if isinstance(intent, SetGroupLicenses) else None
    try:
        check(tenant_id, intent, context)
    except BadInput:
        raise Refused("group_gone") from None
    if not isinstance(intent, SetGroupLicenses):
        return
    n = plan_list.users_with(tenant_id, plan_id, Reason.NEVER) or _members_kept(tenant_id, intent)
    if n:
        raise Refused("never_in_group", n=n)


def _members_kept(tenant_id: int, intent: SetGroupLicenses) -> int:
    """How many members of the group are on the never list and would lose a license now."""
    n, last = 0, 0
    while users := never.in_group(tenant_id, intent.group_id, last, who.CHUNK):
        n += len(_kept(tenant_id, intent, users))
        last = users[-1]
    return n


def _kept(tenant_id: int, intent: Intent, users: list[int]) -> set[int]:
    """Those of these users who are on the never list and would lose a license now."""
    tenant = LocalTenant(tenant_id)
    context = prepared(intent, _context(tenant_id))
    extra = dict(with_membership(tenant_id, intent, users))
    known: dict[tuple[str, Extra], Verdict] = {}
    kept: set[int] = set()
    for user, signature in tenant.load(users, context):
        key = (signature, extra[user])
        if key not in known:
            known[key] = judge(intent, tenant.understand(signature, context), context.facts, extra[user])
        if known[key].reason is Reason.NEVER:
            kept.add(user)
    return kept


def _context(tenant_id: int) -> TenantContext:
    return LocalTenant(tenant_id).context(Look(groups=True))


def with_membership(tenant_id: int, intent: Intent, users: list[int]) -> list[tuple[int, Extra]]:
    """The users with what the verdict needs: for a change of members, in which of the groups they are."""
    if not isinstance(intent, ChangeMembers):
        return [(user, None) for user in users]
    leaves = _members(tenant_id, intent.from_group, users)
    enters = _members(tenant_id, intent.to_group, users)
    return [(user, Membership(user in leaves, user in enters)) for user in users]


def _members(tenant_id: int, group_id: int | None, users: list[int]) -> set[int]:
    return set() if group_id is None else group_list.members_of(tenant_id, group_id, users)


def is_about_groups(intent: Intent) -> bool:
    """Whether the plan's users follow a group."""
    return isinstance(intent, GroupIntent)


def run(
    tenant_id: int,
    plan_id: int,
    actor: Actor,
    intent: Intent,
    should_stop: Callable[[], bool],
    progress: Callable[[int], None] | None,
) -> None:
    """Nothing of the plan is left: the group is changed, everybody has followed, or it is paused."""
    parts: tuple[Callable[[], bool], ...] = (
        lambda: _change_part(tenant_id, plan_id, actor, intent),
        lambda: following.follow(tenant_id, plan_id) > 0,
    )
    for part in parts:
        while _runs(tenant_id, plan_id) and not _paused(tenant_id, plan_id, actor, should_stop) and part():
            if progress:
                plan = rows_of.load_header(tenant_id, plan_id)
                assert plan is not None
                progress(plan["verified"] + plan["failed"] + plan["skipped_late"])
    _finish(tenant_id, plan_id, actor)


def _runs(tenant_id: int, plan_id: int) -> bool:
    plan = rows_of.load_header(tenant_id, plan_id)
    return plan is not None and plan["state"] == PlanState.RUNNING


def _paused(tenant_id: int, plan_id: int, actor: Actor, should_stop: Callable[[], bool]) -> bool:
    """Whether the plan was asked to stop and is paused now. Who waits in the queue still follows, by the tenant itself."""
    if not should_stop():
        return False
    with writing(tenant_id):
        if _runs(tenant_id, plan_id):
            ending.pause(tenant_id, plan_id, actor, clock.tenant_now(tenant_id), PauseReason.INTERRUPTED)
    return True


def _change_part(tenant_id: int, plan_id: int, actor: Actor, intent: Intent) -> bool:
    """Whether a part of the group's own change was made: its licenses at once, its members a chunk at a time."""
    with writing(tenant_id):
        now = clock.tenant_now(tenant_id)
        chunk = rows_of.first_open(tenant_id, plan_id)
        if chunk is None or not _runs(tenant_id, plan_id):
            return False
        try:
            guard(tenant_id, plan_id, intent)
        except Refused:
            ending.pause(tenant_id, plan_id, actor, now, PauseReason.CHANGED)
            return False
        entries: list[Row] = []
        if isinstance(intent, ChangeMembers):
            entries = _members_part(tenant_id, plan_id, intent, chunk, now)
            rows_of.end_chunk(tenant_id, plan_id, chunk[0], ChunkState.DONE)
        else:
            if isinstance(intent, SetGroupLicenses):
                entries = _set_licenses(tenant_id, intent)
            queue.put_steps(tenant_id, plan_id, None, now)
            if isinstance(intent, SetGroupLicenses):
                queue.put_members(tenant_id, plan_id, intent.group_id, now)
            rows_of.end_chunks(tenant_id, plan_id)
        if entries:
            journal.write(tenant_id, door="apply", actor=actor, now=now, entries=entries, plan_id=plan_id)
        return True


def _members_part(
    tenant_id: int, plan_id: int, intent: ChangeMembers, chunk: tuple[int, int], now: Instant
) -> list[Row]:
    """The journal's rows of who really left and entered; who is not as planned any more is stale."""
    pending = rows_of.pending(tenant_id, plan_id, *chunk)
    users = rows_of.living(tenant_id, [user for _, user, _ in pending])
    listed = never.among(tenant_id, users)
    if listed:
        kept = _kept(tenant_id, intent, listed)
        users = [user for user in users if user not in kept]
    entries: list[Row] = []
    if intent.from_group is not None:
        users = group_rows.remove_members(tenant_id, intent.from_group, users)
        text = journal.canonical({"group": intent.from_group})
        entries += [("member.remove", "user", user, text, None) for user in users]
    if intent.to_group is not None:
        entered = group_rows.add_members(tenant_id, intent.to_group, users)
        users = users if intent.from_group is not None else entered
        text = journal.canonical({"group": intent.to_group})
        entries += [("member.add", "user", user, None, text) for user in entered]
    moved = set(users)
    stale = [n for n, user, _ in pending if user not in moved]
    if stale:
        rows_of.end_steps(tenant_id, plan_id, stale, StepState.SKIPPED, Reason.STALE, now)
        rows_of.count(tenant_id, plan_id, {"skipped_late": len(stale)})
    queue.put_steps(tenant_id, plan_id, chunk, now)
    return entries


def _set_licenses(tenant_id: int, intent: SetGroupLicenses) -> list[Row]:
    """The group has the licenses that the intent wants, beside those it does not name."""
    before = undoing.group_now(tenant_id, intent.group_id)
    context = _context(tenant_id)
    wanted = dict(context.facts.group_licenses.get(intent.group_id, ()))
    wanted = {sku: off for sku, off in wanted.items() if sku not in intent.remove} | dict(intent.add)
    rows = [(context.product_ids[sku], plans_text(off)) for sku, off in sorted(wanted.items())]
    group_rows.set_licenses(tenant_id, intent.group_id, rows)
    after = undoing.group_now(tenant_id, intent.group_id)
    return [("group.licenses", "group", intent.group_id, before, after)] if before != after else []


def _finish(tenant_id: int, plan_id: int, actor: Actor) -> None:
    """The plan ends once its group is changed and nobody waits for it; who left meanwhile is stale."""
    with writing(tenant_id):
        now = clock.tenant_now(tenant_id)
        if not _runs(tenant_id, plan_id) or rows_of.chunks_left(tenant_id, plan_id):
            return
        if queue.waiting(tenant_id, plan_id, 1):
            return
        left = rows_of.end_rest(tenant_id, plan_id, StepState.SKIPPED, Reason.STALE, now)
        if left:
            rows_of.count(tenant_id, plan_id, {"skipped_late": left})
        plan = rows_of.load_header(tenant_id, plan_id)
        assert plan is not None
        ending.finish(tenant_id, plan, actor, now)
