"""The local tenant behind the port: facts from the store, changes set-based, checked by affected-row counts (I-6).

Opens no transaction and writes no journal: the doors do.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from licentia.domain.facts import Pool, Source, SourceKind, Switch, TenantFacts, UserFacts
from licentia.domain.instants import Instant
from licentia.domain.planning import AccountChange, Change, Verdict
from licentia.store.bulk import facts as facts_of
from licentia.store.bulk import sources
from licentia.store.bulk.sources import SourceKey, SourceRow
from licentia.store.lists import context as context_of
from licentia.store.lists import deleted
from licentia.tenants.local import accounts
from licentia.tenants.local.signatures import plans_of, plans_text, switches_text, understand, with_never
from licentia.tenants.port import ClassWork, Look, LostRows, RowChange, SeatsGone, TenantContext

FEW = 1_000
"""So many users on a never list are looked up here; more, by the database."""

Batch = Sequence[tuple[ClassWork, list[int]]]


class LocalTenant:
    """A tenant that this store holds."""

    def __init__(self, tenant_id: int) -> None:
        self.tenant_id = tenant_id
        self._gone: dict[int, str] = {}
        """What the journal keeps of the users whom the last `apply` deleted for good."""

    def context(self, look: Look) -> TenantContext:
        """What the rules need of the tenant now, for intents that look at so much."""
        read = context_of.load(self.tenant_id, groups=look.groups)
        skus = dict(read.products)
        group_licenses: dict[int, tuple[tuple[str, frozenset[str]], ...]] = {}
        for group, product, plans in read.group_licenses:
            group_licenses[group] = (*group_licenses.get(group, ()), (skus[product], plans_of(plans)))
        never_users = {whom: entry for entry, _, kind, whom in read.never if kind == "user"}
        return TenantContext(
            facts=TenantFacts(
                pools={skus[p]: Pool(capacity, consumed) for p, capacity, consumed in read.pools},
                switches=frozenset(Switch(name) for name in read.switches.split(",") if name),
                group_licenses=group_licenses,
                company_products=frozenset(skus[product] for product in read.company_products),
                is_copy=read.origin == "imported",
                purchase_seats=dict(read.purchase_seats),
            ),
            product_ids={sku: product for product, sku in skus.items()},
            skus=skus,
            never_reasons={entry: reason for entry, reason, _, _ in read.never},
            never_users=never_users if len(never_users) <= FEW else None,
            never_by_group=read.never_by_group,
            look=look,
        )

    def load(self, user_ids: list[int], context: TenantContext) -> list[tuple[int, str]]:
        """(user id, signature) of these users, by id."""
        look = context.look
        found = facts_of.load(
            self.tenant_id,
            user_ids,
            never_by_user=context.never_users is None,
            never_by_group=context.never_by_group,
            account=look.account,
            groups=look.groups,
            deleted=look.deleted,
        )
        if context.never_users and not context.never_users.keys().isdisjoint(user_ids):
            found = [(user, with_never(text, context.never_users.get(user))) for user, text in found]
        switches = switches_text(context.facts.switches)
        return [(user, switches + text) for user, text in found] if switches else found

    def understand(self, signature: str, context: TenantContext) -> UserFacts:
        """The facts that a signature stands for."""
        return understand(signature, context)

    def work_of(self, class_id: int, signature: str, verdict: Verdict, context: TenantContext) -> ClassWork:
        """A ready verdict in the store's terms."""
        return ClassWork(
            id=class_id,
            signature=signature,
            changes=tuple(_row_change(change, context) for change in verdict.changes),
            clocks=tuple((effect.kind.value, effect.seconds) for effect in verdict.clocks),
            undo_seconds=verdict.undo_seconds,
            accounts=verdict.accounts,
        )

    def apply(self, work: Batch, now: Instant) -> None:
        """Accounts and sources first, then clocks, then pools ascending; LostRows and SeatsGone leave nothing to keep."""
        for account, users in _by_account(work):
            if account.after == "purged":
                self._gone = deleted.last_words(self.tenant_id, users)
            if accounts.change(self.tenant_id, account, users, now) != len(users):
                raise LostRows(accounts.untouched(self.tenant_id, account, users))
        for change, users in _by_change(work):
            self._change(change, users, now)
        due = [self._clock(kind, seconds, users, now) for (kind, seconds), users in _by_clock(work)]
        first = min((at for at in due if at is not None), default=None)
        if first is not None:
            sources.lower_agenda(self.tenant_id, "clock", first)
        for (product, purchase), delta in sorted(_seats(work).items()):
            if delta and not sources.move_seats(self.tenant_id, product, purchase, delta):
                assert delta > 0, "a product with an assignment has a pool"
                raise SeatsGone(product, delta)

    def entries(self, work: ClassWork, user_id: int) -> Iterator[tuple[str, str, int, str | None, str | None]]:
        """The journal's rows of what a class does to one of its users."""
        for account in work.accounts:
            yield f"account.{account.name}", "user", user_id, _text(account.before), _text(account.after)
            if account.after == "purged":
                yield "user.gone", "user", user_id, self._gone[user_id], None
        for change in work.changes:
            yield change.journal_kind, "user", user_id, change.journal_before, change.journal_after

    def differing(self, work: Batch) -> set[int]:
        """Users of whom a source is not as the change found it when it was planned."""
        found: set[int] = set()
        for change, users in _by_change(work):
            key = SourceKey(change.product_id, change.kind, change.source_id)
            before = SourceRow(*change.before) if change.before else None
            present = sources.holders(self.tenant_id, key, users)
            found.update(user for user in users if present.get(user) != before)
        for account, users in _by_account(work):
            found |= accounts.differing(self.tenant_id, account, users)
        return found

    def _change(self, change: RowChange, users: list[int], now: Instant) -> None:
        key = SourceKey(change.product_id, change.kind, change.source_id)
        before = SourceRow(*change.before) if change.before else None
        after = SourceRow(*change.after, change.error) if change.after else None
        if before is None and after is not None:
            done = sources.add(self.tenant_id, key, after, users, now)
        elif before is not None and after is None:
            done = sources.remove(self.tenant_id, key, before, users)
        elif before is not None and after is not None:
            done = sources.change(self.tenant_id, key, before, after, users, now)
        else:
            raise AssertionError("a change has a before or an after")
        if done != len(users):
            present = sources.holders(self.tenant_id, key, users)
            wanted = SourceRow(*change.after) if change.after else None
            raise LostRows({user for user in users if present.get(user) != wanted})

    def _clock(self, kind: str, seconds: int | None, users: list[int], now: Instant) -> Instant | None:
        """When the clock that was started runs out; None for one that was stopped."""
        if seconds is None:
            self.stop(kind, users)
            return None
        due, lost = sources.start_clock(self.tenant_id, kind, seconds, users, now)
        if lost:
            raise LostRows(lost)
        return due

    def stop(self, kind: str, users: list[int]) -> None:
        """These users' clock of this kind no longer runs; who had no mailbox has a new one, drives are open again."""
        sources.stop_clock(self.tenant_id, kind, users)
        if kind == "mailbox_purge":
            sources.open_mailboxes(self.tenant_id, users)
        if kind.startswith("drive"):
            sources.reopen_drives(self.tenant_id, users)


def _row_change(change: Change, context: TenantContext) -> RowChange:
    sku, kind, source_id = change.key
    if change.after is None:
        what = "license.unassign"
    elif change.before is None:
        what = "license.assign"
    else:
        what = "license.change"
    return RowChange(
        product_id=context.product_ids[sku],
        kind=int(kind),
        source_id=source_id,
        before=_row(change.before),
        after=_row(change.after),
        seat=change.seat,
        journal_kind=what,
        journal_before=source_text(change.before),
        journal_after=source_text(change.after),
        error=change.after.error if change.after else None,
    )


def _row(source: Source | None) -> tuple[int, str] | None:
    return None if source is None else (int(source.state), plans_text(source.disabled_plans))


@lru_cache(maxsize=1024)
def source_text(source: Source | None) -> str | None:
    """A source as the journal keeps it: canonical JSON with Graph's GUIDs; None when absent."""
    if source is None:
        return None
    fields = {
        "sku": source.sku_id,
        "kind": int(source.kind),
        "id": source.source_id,
        "state": int(source.state),
        "disabled": sorted(source.disabled_plans),
    }
    if source.error is not None:
        fields["error"] = source.error
    return json.dumps(fields, sort_keys=True, separators=(",", ":"))


def _by_change(work: Batch) -> Iterable[tuple[RowChange, list[int]]]:
    """Equal changes of different classes together, in order of product; a removal before an addition."""
    found: dict[tuple[object, ...], tuple[RowChange, list[int]]] = {}
    for one, users in work:
        for change in one.changes:
            key = (change.product_id, change.kind, change.source_id, change.before, change.after, change.error)
            found.setdefault(key, (change, []))[1].extend(users)
    for change, users in sorted(found.values(), key=lambda item: (item[0].product_id, item[0].kind)):
        yield change, sorted(users)


def _by_account(work: Batch) -> Iterable[tuple[AccountChange, list[int]]]:
    """Equal changes of accounts of different classes together."""
    found: dict[AccountChange, list[int]] = defaultdict(list)
    for one, users in work:
        for account in one.accounts:
            found[account].extend(users)
    for account, users in sorted(found.items(), key=lambda item: (item[0].name, item[0].before or "")):
        yield account, sorted(users)


def _text(value: str | None) -> str | None:
    return None if value is None else json.dumps(value)


def _by_clock(work: Batch) -> Iterable[tuple[tuple[str, int | None], list[int]]]:
    found: dict[tuple[str, int | None], list[int]] = defaultdict(list)
    for one, users in work:
        for effect in one.clocks:
            found[effect].extend(users)
    for effect, users in sorted(found.items(), key=lambda item: (item[0][0], item[0][1] or 0)):
        yield effect, sorted(users)


def _seats(work: Batch) -> dict[tuple[int, int], int]:
    """How far each pool (product, purchase or 0) moves."""
    found: dict[tuple[int, int], int] = defaultdict(int)
    for one, users in work:
        for change in one.changes:
            purchase = change.source_id if change.kind == SourceKind.PURCHASE else 0
            found[change.product_id, purchase] += change.seat * len(users)
    return found
