"""Random operations on a tenant, through every door: what they may be, and who carries them out on a world.

A refusal is an answer too, but only one of those that are listed here by code.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from licentia.changes import (
    advance,
    enrich,
    enrich_groups,
    enrich_subscriptions,
    groups,
    prices,
    record,
    refresh,
    run,
    subscriptions,
)
from licentia.changes import users as users_of
from licentia.changes.again import unfinished
from licentia.changes.who import Who
from licentia.domain.facts import SourceKind, Switch
from licentia.domain.group_facts import GroupKind
from licentia.domain.instants import DAY
from licentia.domain.intents import (
    KEEP,
    AccountIntent,
    Assign,
    Block,
    ChangeLicenses,
    ChangeMembers,
    DeleteUser,
    Intent,
    LicenseIntent,
    PurgeUser,
    Replace,
    Reprocess,
    RestoreUser,
    RevokeSessions,
    SetGroupLicenses,
    SetManager,
    SetPlans,
    SubscriptionIntent,
    Swap,
    TakeOver,
    Unassign,
    UnassignAll,
    Unblock,
    Undo,
)
from licentia.domain.lifecycle import PlanState
from licentia.domain.money import Money
from licentia.domain.reasons import BadInput, Reason, Refused
from licentia.importing.rows import (
    FactFile,
    GroupFacts,
    LicenseRow,
    MemberRow,
    Report,
    SignInRow,
    SubscriptionRow,
    UsageRow,
    UserRow,
)
from licentia.store import clock
from world_store import (
    AUDIO,
    E3,
    E5,
    EXCHANGE_2,
    FLOW,
    OWNER,
    STAFF,
    SWAY_PLAN,
    VISIO,
    World,
    by_group,
    direct,
    object_id,
    person,
    unknown,
    user_file,
)

SKUS = (E3, E5, EXCHANGE_2, VISIO, FLOW, AUDIO)
USERS = 50
SALES = "00000000-0000-4000-8000-00000000bbbb"
ALL_ON = frozenset[str]()
SWAY = frozenset({SWAY_PLAN})
CHOSEN = frozenset({Reason.UNKNOWN_PATH, Reason.SHARED_OVER})

REFUSALS = frozenset(
    {
        "group_changed_since",
        "group_dynamic",
        "group_has_licenses",
        "group_in_use",
        "group_mail",
        "group_never",
        "group_prerequisite",
        "group_rule_empties",
        "group_synced",
        "changed_since",
        "never",
        "synced_account",
        "undo_user",
        "never_in_group",
        "no_seats",
        "no_undo",
        "plan_state",
        "subscription_changed_since",
        "subscription_rule",
        "take_over_whole",
    }
)
BAD_INPUT = frozenset(
    {
        "bad_seats",
        "group_exists",
        "in_both",
        "mail_taken",
        "name_taken",
        "restore_name_alone",
        "foreign_domain",
        "unknown_user",
        "not_a_copy",
        "no_groups_in_file",
        "no_users_in_file",
        "nothing_to_retry",
        "nothing_to_undo",
        "product_not_owned",
        "unknown_group",
        "unknown_plan",
    }
)

# ---- what may be done

Operation = tuple[Any, ...]
one_user = st.one_of(st.integers(1, 12), st.integers(1, USERS))
users = st.lists(one_user, min_size=1, max_size=12)
skus = st.sampled_from(SKUS)
which = st.integers(0, 9)
plans = st.sampled_from([KEEP, ALL_ON, SWAY])
accepted = st.sampled_from([frozenset[Reason](), CHOSEN])
license_intents = st.one_of(
    st.builds(Unassign, skus, accepted),
    st.builds(Assign, skus, plans, accepted),
    st.builds(Swap, skus, skus, plans, accepted),
    st.builds(Replace, st.frozensets(skus, min_size=1, max_size=2), accepted),
    st.builds(UnassignAll, accepted),
    st.builds(
        ChangeLicenses,
        st.dictionaries(skus, st.sampled_from([ALL_ON, SWAY]), max_size=2).map(lambda d: tuple(d.items())),
        st.frozensets(skus, max_size=2),
        accepted,
    ),
    st.builds(SetPlans, skus, st.sampled_from([ALL_ON, SWAY]), st.sampled_from([ALL_ON, SWAY]), accepted),
)
account_intents = st.one_of(
    st.builds(Block),
    st.builds(Unblock),
    st.builds(RevokeSessions),
    st.builds(SetManager, st.one_of(st.none(), one_user)),
    st.builds(DeleteUser, accepted),
    st.builds(RestoreUser),
    st.builds(RestoreUser, st.sampled_from(["terug1@noordzee.example", "terug2@noordzee.example"])),
    st.builds(PurgeUser),
)
intents = st.one_of(license_intents, account_intents)
user_fields = st.fixed_dictionaries(
    {},
    optional={
        "account_enabled": st.booleans(),
        "principal_name": st.sampled_from(["nieuw1@contoso.example", "nieuw2@contoso.example"]),
        "display_name": st.sampled_from(["Nieuw Persoon", "Zoë van der Berg"]),
        "usage_location": st.sampled_from(["NL", "be", None]),
        "department": st.sampled_from(["Inkoop", None]),
        "mail": st.sampled_from(["a@contoso.example", "b@contoso.example", None]),
        "business_phones": st.sampled_from([[], ["+31 20 1"]]),
        "city": st.sampled_from(["Ede", None]),
    },
)
pairs = st.tuples(skus, st.sampled_from([ALL_ON, SWAY]))
of_every_tenant = (
    st.tuples(st.just("plan"), intents, users),
    st.tuples(st.just("everyone"), skus.map(Unassign)),
    st.tuples(st.just("inline"), intents, one_user),
    st.tuples(st.just("undo"), which, st.one_of(st.none(), one_user)),
    st.tuples(st.just("retry"), which),
    st.tuples(st.just("never"), st.sampled_from(["user", "group"]), one_user),
    st.tuples(st.just("clock"), st.sampled_from([1, 8, 29, 31, 61, 94, 370])),
    st.tuples(st.just("members"), st.none() | which, st.none() | which, users),
    st.tuples(st.just("group licenses"), which, st.frozensets(skus, max_size=2), st.lists(pairs, max_size=2)),
    st.tuples(st.just("reprocess"), st.none() | which, users),
    st.tuples(st.just("create group"), st.sampled_from([*GroupKind]), st.sampled_from(["", "", 'user.x -eq "y"'])),
    st.tuples(st.just("update group"), which, st.sampled_from([None, "", 'user.x -eq "y"'])),
    st.tuples(st.just("delete group"), which),
    st.tuples(st.just("create user"), st.integers(0, 5), user_fields),
    st.tuples(st.just("update user"), one_user, user_fields, st.booleans()),
    st.tuples(st.just("fields back"), which),
    st.tuples(st.just("restore group"), which),
    st.tuples(st.just("purge group"), which),
    st.tuples(
        st.just("describe group"), which, st.sampled_from(["Iedereen", None]), st.sampled_from(["Private", None])
    ),
    st.tuples(st.just("resize"), which, st.integers(-6, 6), st.booleans()),
    st.tuples(st.just("recurring"), which, st.booleans()),
    st.tuples(st.just("cancel"), which),
    st.tuples(st.just("switch"), st.frozensets(st.sampled_from([*Switch]), max_size=2)),
    st.tuples(st.just("price"), skus, st.integers(0, 90)),
    st.tuples(st.just("go on"), which, st.sampled_from(["resume", "discard"])),
)
of_a_copy = tuple(
    st.tuples(st.just(f"{name}"), st.integers(0, 2**32))
    for name in ("refresh", "import groups", "import members", "import usage", "import subscriptions")
)
of_its_own = (st.tuples(st.just("take over"), which, st.booleans()),)


def operations(*some: st.SearchStrategy[Operation]) -> st.SearchStrategy[list[Operation]]:
    """Sequences of these, and of what stands around them."""
    simple = st.one_of(*of_every_tenant, *some)
    every = st.one_of(
        simple,
        st.tuples(st.just("overtaken"), intents, users, simple),
        st.tuples(st.just("overtaken by one"), intents, users, intents),
        st.tuples(st.just("overtaken members"), which, users, simple),
        st.tuples(st.just("away"), users, simple, st.sampled_from([RestoreUser(), PurgeUser()]), accepted),
        st.tuples(st.just("stopped"), which, users),
        st.tuples(st.just("round trip"), intents, users),
    )
    return st.lists(every, min_size=1, max_size=12)


stories = st.one_of(
    st.tuples(st.just(False), operations(*of_its_own, st.tuples(st.just("refresh"), st.just(0)))),
    st.tuples(st.just(True), operations(*of_a_copy)),
)
"""(whether the tenant is a copy of a file, what is done to it)."""


# ---- doing it


@dataclass
class Player:
    """Carries operations out on a world, whatever their order."""

    world: World
    plans: list[int] = field(default_factory=list)
    refusals: set[str] = field(default_factory=set)
    """Codes that were met."""

    def play(self, operation: Operation) -> None:
        """The operation is done, or refused."""
        name, *rest = operation
        try:
            getattr(self, f"do_{name}".replace(" ", "_"))(*rest)
        except Refused as refused:
            self.refusals.add(refused.code)
            if refused.code not in REFUSALS:
                raise
        except BadInput as bad:
            self.refusals.add(bad.code)
            if bad.code not in BAD_INPUT:
                raise

    # -- plans

    def _apply(self, plan: int) -> None:
        """Known before it runs, so that what was refused or stopped is there to go on with."""
        self.plans.append(plan)
        self.world.apply(plan)

    def do_plan(self, intent: Intent, ids: list[int], who: Who | None = None) -> None:
        self._apply(self.world.propose(intent, *ids, who=who))

    def do_everyone(self, intent: Unassign) -> None:
        self._apply(self.world.propose(intent))

    def do_overtaken(self, intent: Intent, ids: list[int], other: Operation) -> None:
        """What a plan is about changes between its making and its run."""
        plan = self.world.propose(intent, *ids)
        self.play(other)
        self._apply(plan)

    def do_overtaken_by_one(self, intent: Intent, ids: list[int], other: LicenseIntent | AccountIntent) -> None:
        self.do_overtaken(intent, ids, ("inline", other, ids[0]))

    def do_away(
        self, ids: list[int], other: Operation, back: RestoreUser | PurgeUser, accept: frozenset[Reason]
    ) -> None:
        """Users are deleted; something happens; most of them come back, or are gone for good."""
        self.do_plan(DeleteUser(accept), ids)
        self.play(other)
        self.do_plan(back, ids[1:] or ids)

    def do_overtaken_members(self, group: int, ids: list[int], other: Operation) -> None:
        plan = self.world.propose(ChangeMembers(to_group=self._group(group)), *ids)
        self.play(other)
        self._apply(plan)

    def do_stopped(self, group: int, ids: list[int]) -> None:
        """The group is changed and nobody has followed: time, or a later run, goes on."""
        plan = self.world.propose(ChangeMembers(to_group=self._group(group)), *ids)
        self.plans.append(plan)
        self.world.start(plan)
        looks = iter([False, True])
        run.run(self.world.tenant, plan, OWNER, should_stop=lambda: next(looks, True))

    def do_go_on(self, which_: int, how: str) -> None:
        if self.plans:
            plan = self.plans[which_ % len(self.plans)]
            if how == "discard":
                run.discard(self.world.tenant, plan, OWNER)
                return
            if self.world.header(plan)["state"] in (PlanState.PAUSED, PlanState.RUNNING):
                run.resume(self.world.tenant, plan, OWNER)
                self.world.run(plan)

    def do_inline(self, intent: LicenseIntent | AccountIntent, user: int) -> None:
        done = self.world.inline(intent, user)
        if done.plan_id:
            self.plans.append(done.plan_id)

    def do_undo(self, which_: int, user: int | None) -> None:
        if not self.plans:
            return
        plan = self.plans[which_ % len(self.plans)]
        from licentia.domain.intents import from_text

        if isinstance(from_text(self.world.header(plan)["intent"]), SubscriptionIntent):
            done = subscriptions.undo(self.world.tenant, plan, OWNER)
            assert done.plan_id is not None
            self.plans.append(done.plan_id)
        else:
            self._apply(self.world.propose(Undo(plan, user)))

    def do_retry(self, which_: int) -> None:
        if self.plans:
            self._apply(unfinished(self.world.tenant, self.plans[which_ % len(self.plans)], OWNER))

    def do_round_trip(self, intent: Intent, ids: list[int]) -> None:
        """Undo after apply gives the first state: every user whose undo was verified is as before, the rest as after."""
        world = self.world
        before, seats, clocks = world.sources(), world.pools(), world.clocks()
        plan = world.propose(intent, *ids)
        self._apply(plan)
        after = world.sources()
        undoing = world.propose(Undo(plan))
        self._apply(undoing)
        ends = world.steps(undoing)
        back = {user for user, end in ends.items() if end == ("verified", None)}
        kept = {key: row for key, row in after.items() if key[0] not in back}
        if isinstance(intent, DeleteUser | RestoreUser):
            return  # a restored user follows its groups anew and comes back without what has no seat: other tests say so
        assert world.sources() == kept | {key: row for key, row in before.items() if key[0] in back}
        if back == set(ends):
            assert world.pools() == seats
            if isinstance(intent, Unassign):
                assert world.clocks() == clocks

    # -- users

    def do_create_user(self, n: int, fields: dict[str, Any]) -> None:
        needed: dict[str, Any] = {
            "account_enabled": True,
            "display_name": f"Gemaakt {n}",
            "mail_nickname": f"gemaakt{n}",
            "principal_name": f"gemaakt{n}@contoso.example",
        }
        self.plans.append(users_of.create_user(self.world.tenant, self._named(needed | fields), OWNER).plan_id)

    def _named(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The fields, with a user name of the tenant's own domain."""
        name = fields.get("principal_name")
        found = self.world.rows("SELECT domain FROM tenant_domain WHERE tenant_id = %(tenant)s")
        if not name or not found:
            return fields
        return fields | {"principal_name": f"{name.partition('@')[0]}@{found[0][0]}"}

    def do_update_user(self, user: int, fields: dict[str, Any], is_new_password: bool) -> None:
        done = users_of.update_user(
            self.world.tenant, user, self._named(fields), OWNER, is_new_password=is_new_password
        )
        if done:
            self.plans.append(done.plan_id)

    def do_fields_back(self, which_: int) -> None:
        updates = [plan for plan in self.plans if users_of.is_update(self.world.tenant, plan)]
        if updates:
            plan = updates[which_ % len(updates)]
            self.plans.append(users_of.undo_update(self.world.tenant, plan, OWNER).plan_id)

    # -- groups

    def _groups(self) -> list[int]:
        return [row[0] for row in self.world.rows("SELECT id FROM user_group WHERE tenant_id = %(tenant)s ORDER BY id")]

    def _group(self, which_: int) -> int:
        """A group's number; of one that is deleted, or of none where there are no groups."""
        found = self._groups()
        return found[which_ % len(found)] if found else 1

    def do_members(self, leave: int | None, enter: int | None, ids: list[int]) -> None:
        from_group, to_group = (None if one is None else self._group(one) for one in (leave, enter))
        if from_group != to_group:
            self.do_plan(ChangeMembers(from_group, to_group), ids)

    def do_group_licenses(self, group: int, remove: frozenset[str], add: list[tuple[str, frozenset[str]]]) -> None:
        wanted = tuple(sorted(dict(add).items()))
        number = self._group(group)
        self.do_plan(SetGroupLicenses(number, remove - frozenset(dict(add)), wanted), [], Who("members", str(number)))

    def do_reprocess(self, group: int | None, ids: list[int]) -> None:
        if group is None:
            self.do_plan(Reprocess(), ids)
        else:
            number = self._group(group)
            self.do_plan(Reprocess(number), [], Who("members", str(number)))

    def do_create_group(self, kind: GroupKind, rule: str) -> None:
        name = f"Groep {len(self._groups())}"
        self.plans.append(groups.create_group(self.world.tenant, name, OWNER, kind=kind, membership_rule=rule).plan_id)

    def do_update_group(self, group: int, rule: str | None) -> None:
        name = None if rule is not None else f"Groep {group} van {len(self._groups())}"
        done = groups.update_group(self.world.tenant, self._group(group), OWNER, name=name, membership_rule=rule)
        if done:
            self.plans.append(done.plan_id)

    def do_delete_group(self, group: int) -> None:
        self.plans.append(groups.delete_group(self.world.tenant, self._group(group), OWNER).plan_id)

    def do_purge_group(self, group: int) -> None:
        self.plans.append(groups.purge_group(self.world.tenant, self._group(group), OWNER).plan_id)

    def do_describe_group(self, group: int, description: str | None, visibility: str | None) -> None:
        more = {"description": description, "visibility": visibility}
        done = groups.update_group(self.world.tenant, self._group(group), OWNER, more=more)
        if done:
            self.plans.append(done.plan_id)

    def do_restore_group(self, group: int) -> None:
        self.plans.append(groups.restore_group(self.world.tenant, self._group(group), OWNER).plan_id)

    # -- seats and money

    def do_take_over(self, which_: int, move: bool) -> None:
        found = self.world.rows(
            "SELECT b.id, p.sku_id FROM purchase b JOIN product p ON p.tenant_id = b.tenant_id AND p.id = b.product_id "
            "WHERE b.tenant_id = %(tenant)s ORDER BY b.id"
        )
        if found:
            number, sku = found[which_ % len(found)]
            self.do_plan(TakeOver(number, sku, move), [], Who("purchase", str(number)))

    def _subscription(self, which_: int) -> tuple[int, int] | None:
        found = self.world.rows("SELECT id, seats FROM subscription WHERE tenant_id = %(tenant)s ORDER BY id")
        return found[which_ % len(found)] if found else None

    def _changed(self, change: subscriptions.Change) -> None:
        assert change.plan_id is not None
        self.plans.append(change.plan_id)

    def do_resize(self, which_: int, by: int, at_renewal: bool) -> None:
        if found := self._subscription(which_):
            number, seats = found
            self._changed(subscriptions.resize(self.world.tenant, number, seats + by, OWNER, at_renewal=at_renewal))

    def do_recurring(self, which_: int, on: bool) -> None:
        if found := self._subscription(which_):
            self._changed(subscriptions.set_recurring(self.world.tenant, found[0], OWNER, on=on))

    def do_cancel(self, which_: int) -> None:
        if found := self._subscription(which_):
            self._changed(subscriptions.cancel(self.world.tenant, found[0], OWNER))

    def do_switch(self, names: frozenset[Switch]) -> None:
        record.set_tenant(self.world.tenant, OWNER, {"switches": names})

    def do_price(self, sku: str, amount: int) -> None:
        prices.set_price(self.world.tenant, sku, Money(Decimal(amount), "EUR"), OWNER)

    # -- facts from outside

    def do_never(self, kind: str, number: int) -> None:
        which_ = self._group(number) if kind == "group" else number
        if not record.add_never(self.world.tenant, kind, which_, "Emergency access", OWNER):
            record.remove_never(self.world.tenant, kind, which_, OWNER)

    def do_clock(self, days: int) -> None:
        advance.set_clock(self.world.tenant, clock.tenant_now(self.world.tenant) + days * DAY, OWNER)

    def do_refresh(self, seed: int) -> None:
        name = self.world.rows("SELECT name FROM tenant WHERE id = %(tenant)s")[0][0]
        chance = random.Random(seed)
        paths = chance.random() < 0.7
        rows = [some_user(chance, n, paths) for n in chance.sample(range(1, USERS + 5), 20)]
        assert refresh.refresh(name, user_file(rows, paths_known=paths), OWNER).bad == []

    def do_import_groups(self, seed: int) -> None:
        chance = random.Random(seed)
        rows = [
            some_group(chance, line, ref) for line, ref in enumerate((STAFF, SALES), start=2) if chance.random() < 0.8
        ]
        enrich_groups.import_groups(self.world.tenant, fact_file("groups-json", rows), OWNER)

    def do_import_members(self, seed: int) -> None:
        chance = random.Random(seed)
        group = chance.choice((STAFF, SALES))
        rows = [MemberRow(n + 1, group, object_id=object_id(n)) for n in chance.sample(range(1, USERS + 1), 8)]
        file = fact_file("members-csv", rows, "group")
        enrich_groups.import_members(self.world.tenant, file, OWNER, skip_bad=True)

    def do_import_usage(self, seed: int) -> None:
        chance = random.Random(seed)
        now = clock.tenant_now(self.world.tenant)
        some = chance.sample(range(1, USERS + 1), 8)
        if chance.random() < 0.5:
            seen = [SignInRow(n, None, object_id(n), chance.choice([None, now - n * DAY])) for n in some]
            enrich.import_sign_ins(self.world.tenant, fact_file("sign-ins-csv", seen), OWNER, skip_bad=True)
            return
        report = chance.choice([*Report])
        used = [
            UsageRow(n, f"p{n:05d}@contoso.example", now - DAY, last_activity_at=now - n * DAY, size_bytes=n)
            for n in some
        ]
        enrich.import_usage(self.world.tenant, fact_file(report.value, used), OWNER, skip_bad=True)

    def do_import_subscriptions(self, seed: int) -> None:
        chance = random.Random(seed)
        rows = [
            SubscriptionRow(n, sku, chance.randrange(1, 60), f"20000000-0000-4000-8000-{n:012d}", account="mca")
            for n, sku in enumerate(chance.sample(SKUS, 3), start=2)
        ]
        enrich_subscriptions.import_subscriptions(self.world.tenant, fact_file("subscriptions-json", rows), OWNER)


def some_user(chance: random.Random, n: int, paths: bool) -> UserRow:
    """A user with licenses by chance."""
    held: tuple[LicenseRow, ...] = ()
    for sku in chance.sample(SKUS, chance.randrange(4)):
        if not paths:
            held += unknown(sku)
            continue
        off = SWAY if chance.random() < 0.3 else ALL_ON
        group = chance.choice((STAFF, SALES))
        given = by_group(sku, group=group)
        held += chance.choice([direct(sku, off=off), given, direct(sku) + given, unknown(sku)])
    known = {"usage_location": chance.choice(["NL", "BE", ""]), "account_enabled": chance.random() < 0.9}
    return person(n, held, display_name=f"Persoon {chance.random()}", **known)


def some_group(chance: random.Random, line: int, ref: str) -> GroupFacts:
    """A group with what a file may say of it, by chance."""
    gives = tuple(LicenseRow(sku, SourceKind.GROUP, ref) for sku in chance.sample(SKUS, 2))
    return GroupFacts(
        line,
        ref,
        display_name=f"Groep {ref[-4:]} {chance.randrange(3)}",
        kind=chance.choice([None, "security", "microsoft365"]),
        membership_rule=chance.choice([None, ""]),
        is_synced=chance.choice([None, False]),
        licenses=chance.choice([None, gives]),
    )


def fact_file(form: str, rows: list[Any], *named: str) -> FactFile[Any]:
    """A file of facts that has been understood."""

    def read() -> Iterator[Any]:
        yield from rows

    return FactFile(form, (), frozenset(named), read)
