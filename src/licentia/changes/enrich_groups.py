"""Groups and memberships from files into a copy of a tenant: names, kinds, rules, licenses, members.

Part of `record`: no rule is evaluated, and no license that a user holds changes; those come from the file of users.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from typing import Any

from licentia.changes import enrich, journal
from licentia.changes.enrich import BATCH, Enriched, Progress, check_copy, pages
from licentia.changes.journal import Row
from licentia.domain.permissions import Actor
from licentia.domain.reasons import BadInput
from licentia.importing.rows import FactFile, GroupFacts, MemberKind, MemberRow, RowError
from licentia.store import clock, ids
from licentia.store.bulk import enriching_groups as staging
from licentia.store.bulk import tenants as tenant_rows
from licentia.store.names import plain, principal_key
from licentia.store.writing import writing
from licentia.tenants.local.signatures import plans_text
from licentia.wire.graph_groups import RULE_NOT_STATED

# ---- groups


def import_groups(
    tenant_id: int,
    file: FactFile[GroupFacts],
    actor: Actor,
    *,
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> Enriched:
    """What the file of groups did. Nothing is written while a row is bad, unless `skip_bad` leaves those out.

    Groups that the file does not have are kept. BadInput `not_a_copy`, `no_groups_in_file`.
    """
    check_copy(tenant_id, actor)
    outcome = Enriched()
    staging.open_stage()
    try:
        for batch in enrich.read(file, outcome, progress):
            staging.put_groups(map(_group, batch), (x for row in batch for x in _licenses(row)))
        if outcome.bad and not skip_bad:
            return outcome
        if outcome.rows == 0:
            raise BadInput("no_groups_in_file")
        with writing(tenant_id):
            _merge_groups(tenant_id, file, outcome, actor)
        outcome.is_done = True
        return outcome
    finally:
        staging.close_stage()


def _group(row: GroupFacts) -> tuple[Any, ...]:
    key = None if row.display_name is None else plain(row.display_name)
    states = int(row.licenses is not None)
    return (row.line, row.object_id, row.display_name, key, row.kind, row.membership_rule, row.is_synced, states)


def _licenses(row: GroupFacts) -> Iterator[tuple[Any, ...]]:
    for one in row.licenses or ():
        yield (row.line, one.sku_id, plans_text(one.disabled_plans))


def _merge_groups(tenant_id: int, file: FactFile[GroupFacts], outcome: Enriched, actor: Actor) -> None:
    now = clock.tenant_now(tenant_id)
    outcome.new = staging.resolve_groups(tenant_id, RULE_NOT_STATED)
    skus = staging.new_skus(tenant_id)
    tenant_rows.add_products(tenant_id, skus, ids.take_within(tenant_id, "product", max(len(skus), 1)))
    staging.number_groups(tenant_id, ids.take_within(tenant_id, "group", max(outcome.new, 1)))
    marker = enrich.import_marker(tenant_id, file.form, outcome.rows)
    enrich.write_journal(tenant_id, actor, now, marker, _group_entries(tenant_id, outcome))
    staging.write_groups(tenant_id)


def _group_entries(tenant_id: int, outcome: Enriched) -> Iterator[Row]:
    """One row per new or changed group: the facts that differ, and what it gives where the file says so."""
    for found in pages(lambda after, top: staging.staged_groups(tenant_id, after, top)):
        groups = [row[0] for row in found]
        gave = _by_group(staging.stored_licenses(tenant_id, groups))
        gives = _by_group(staging.staged_licenses(groups))
        for group, is_new, states_licenses, was_deleted, object_id, *values in found:
            before, after = dict[str, object](), dict[str, object]({"object_id": object_id} if is_new else {})
            for name, old, new in zip(staging.FACTS, values[0::2], values[1::2], strict=True):
                was, now = _plain(name, old), _plain(name, new)
                if was != now or is_new:
                    before[name], after[name] = was, now
            if states_licenses and gave[group] != gives[group]:
                before["licenses"], after["licenses"] = gave[group], gives[group]
            if was_deleted:
                before["is_deleted"], after["is_deleted"] = True, False
            if after:
                outcome.changed += not is_new
                told = None if is_new else journal.canonical(before)
                yield ("group.import", "group", group, told, journal.canonical(after))


def _by_group(rows: list[tuple[int, str, str]]) -> dict[int, dict[str, str]]:
    """By group, by product, the service plans that are switched off."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for group, sku, plans in rows:
        found[group][sku] = plans
    return found


def _plain(name: str, value: Any) -> Any:
    """The value as the journal writes it: SQLite gives numbers for truths."""
    return bool(value) if name == "is_synced" and value is not None else value


# ---- members


def import_members(
    tenant_id: int,
    file: FactFile[MemberRow],
    actor: Actor,
    *,
    group: str | None = None,
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> Enriched:
    """What the file of members did: the groups that it names, or the one of `group`, have these members and no others.

    Nothing is written while a row is bad, unless `skip_bad` leaves those out. BadInput `not_a_copy`,
    `which_group`, `group_twice`, `unknown_group`, `ambiguous_group` (`text`), `no_users_in_file`.
    """
    check_copy(tenant_id, actor)
    names_groups = "group" in file.fields
    if names_groups and group is not None:
        raise BadInput("group_twice")
    if not names_groups and group is None:
        raise BadInput("which_group")
    outcome, numbers = Enriched(), count(1)
    staging.open_stage()
    try:
        for batch in enrich.read(file, outcome, progress):
            outcome.nested += sum(row.kind is MemberKind.GROUP for row in batch)
            outcome.others += sum(row.kind is MemberKind.OTHER for row in batch)
            outcome.rows -= sum(row.kind is not MemberKind.USER for row in batch)
            staging.put_members(_member(n, row, group) for row, n in zip(batch, numbers, strict=False))
        staging.index_members()
        with writing(tenant_id):
            named = _name_groups(tenant_id, group)
            _resolve_members(tenant_id, outcome)
            if outcome.bad and not skip_bad:
                return outcome
            # Nobody that could be read is not the same as a group known to be empty.
            if not named or (outcome.bad and not outcome.rows):
                raise BadInput("no_users_in_file")
            _merge_members(tenant_id, file, outcome, actor)
        outcome.is_done = True
        return outcome
    finally:
        staging.close_stage()


def _member(n: int, row: MemberRow, group: str | None) -> tuple[Any, ...]:
    named, name = group or row.group, row.user_principal_name
    key = None if name is None else principal_key(name)
    return (n, row.line, named.strip().casefold(), named, int(row.kind is MemberKind.USER), name, key, row.object_id)


def _name_groups(tenant_id: int, group: str | None) -> int:
    """How many names of groups the file has; each means a group by object id, or by a display name of its own."""
    total, last = 0, ""
    while refs := staging.refs(last, BATCH):
        found = staging.groups_named(tenant_id, refs, [plain(ref) for ref in refs])
        meant: dict[str, set[int]] = defaultdict(set)
        for number, _object_id, name in found:
            meant[name.strip().casefold()].add(number)
        # An object id is one group's, whatever another group is called.
        meant |= {object_id: {number} for number, object_id, _name in found}
        staging.put_refs((ref, min(meant[ref]) if len(meant[ref]) == 1 else None, len(meant[ref])) for ref in refs)
        if group is not None:
            _require_one(group, [len(meant[ref]) for ref in refs])
        total += len(refs)
        last = refs[-1]
    return total


def _require_one(group: str, found: list[int]) -> None:
    """Returns when the command's group is one; BadInput `unknown_group`, `ambiguous_group`."""
    if 0 in found:
        raise BadInput("unknown_group", text=group)
    if max(found, default=1) > 1:
        raise BadInput("ambiguous_group", text=group, n=max(found))


def _resolve_members(tenant_id: int, outcome: Enriched) -> None:
    staging.resolve_members(tenant_id)
    for found in pages(staging.without_group):
        outcome.bad += [
            RowError(line, "ambiguous_group", {"text": name, "n": n})
            if n
            else RowError(line, "no_such_group", {"text": name})
            for _n, line, _is_user, name, n in found
        ]
        outcome.rows -= sum(is_user for _n, _line, is_user, _name, _candidates in found)
    for strangers in pages(staging.without_user):
        outcome.bad += [RowError(line, "unknown_user", {"text": name}) for _n, line, name in strangers]
        outcome.rows -= len(strangers)


def _merge_members(tenant_id: int, file: FactFile[MemberRow], outcome: Enriched, actor: Actor) -> None:
    now = clock.tenant_now(tenant_id)
    staging.find_member_changes(tenant_id)
    outcome.groups = staging.count_groups()
    marker = enrich.import_marker(tenant_id, file.form, outcome.rows)
    enrich.write_journal(tenant_id, actor, now, marker, _member_entries(tenant_id, outcome))
    staging.write_members(tenant_id)


def _member_entries(tenant_id: int, outcome: Enriched) -> Iterator[Row]:
    """One row per changed group with how many join and leave, and one per changed user with which groups."""
    for found in pages(staging.changed_groups):
        for group, joins, leaves in found:
            outcome.changed += 1
            outcome.joined += joins
            outcome.left += leaves
            told = journal.canonical({"joined": int(joins), "left": int(leaves)})
            yield ("group.import", "group", group, None, told)
    yield from enrich.member_entries(lambda after, top: staging.changed_members(tenant_id, after, top))
