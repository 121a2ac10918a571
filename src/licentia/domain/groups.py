"""What a tenant's group processing makes of one user, and which licenses a group may give.

`follow` is the one computation behind a preview of group changes and the tenant's own queue (I-2). It never acts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from licentia.domain.catalog import Catalog
from licentia.domain.consequences import broken_dependencies, conflicts, effects, plan_name, product_name
from licentia.domain.effects import Consequence
from licentia.domain.facts import (
    AssignmentError,
    AssignmentState,
    Source,
    SourceKind,
    TenantFacts,
    UserFacts,
)
from licentia.domain.group_facts import GroupFacts
from licentia.domain.holding import holding
from licentia.domain.reasons import Outcome, Reason, Refused
from licentia.domain.settling import Key, Pair, Verdict, because, key_of, said_of, seats, takes, with_seats

NONE_FULL: frozenset[str] = frozenset()

Licenses = Collection[tuple[str, frozenset[str]]]
"""(product, disabled plans) of what a group gives its members."""


def missing_prerequisite(licenses: Licenses, catalog: Catalog, before: Licenses = ()) -> str | None:
    """By GUID, `plan|needed,needed` where an add-on would come without its prerequisite in the same group (R-88)."""
    now, then = (holding(catalog, _sources(0, given)) for given in (licenses, before))
    return next(broken_dependencies(then, now), None)


def check_licenses(group: GroupFacts, before: Licenses, after: Licenses, tenant: TenantFacts, catalog: Catalog) -> None:
    """Returns when the group may give this instead of that; Refused `group_company_product`, `group_prerequisite`.

    As at Microsoft, whole and at once: no member is looked at. What was wrong before is nobody's change.
    """
    had = {sku for sku, _ in before}
    company = sorted(sku for sku, _ in after if sku in tenant.company_products and sku not in had)
    if company:
        raise Refused("group_company_product", group=group.name, sku=company[0])
    missing = missing_prerequisite(after, catalog, before)
    if missing is not None:
        addon, service = (plan_name(catalog, plans.partition(",")[0]) for plans in missing.split("|"))
        raise Refused("group_prerequisite", group=group.name, addon=addon, service=service, subject=missing)


def needed_seats(verdict: Verdict) -> frozenset[str]:
    """Products of which the verdict takes a seat from the organization's pool."""
    return frozenset(c.key[0] for c in verdict.changes if c.seat > 0 and c.key[1].draws_on_organization)


def follow(facts: UserFacts, tenant: TenantFacts, catalog: Catalog, full: frozenset[str] = NONE_FULL) -> Verdict:
    """What becomes of the user's group licenses; `full`: products of which no seat is left for this user.

    Ready also when it ends in an error: then the reason and its subject say which, and the source keeps the intent.
    Skipped (already) when nothing changes, also where an error stays: its rule is cited. The order of groups plays no
    part.
    """
    found = _Followed.of(_Member.of(facts, tenant, catalog, full))
    pairs = tuple((old, new) for old, new in found.pairs() if old != new)
    if not pairs:
        return because(Reason.ALREADY, consequences=tuple(dict.fromkeys(_own(found))))
    rest = found.sources()
    before, after = holding(catalog, facts.sources), holding(catalog, rest)
    effect = effects(before, after, facts, tenant.switches)
    cause = found.first_cause(pairs)
    changes = with_seats(pairs, facts.sources, rest)
    said = (*said_of(pairs, rest, before, after), *effect.consequences, *_own(found), *_later(tenant))
    return Verdict(
        outcome=Outcome.READY,
        reason=cause.reason if cause else None,
        subject=cause.subject if cause else "",
        changes=changes,
        consequences=tuple(dict.fromkeys(said)),
        clocks=effect.clocks,
        undo_seconds=effect.undo_seconds,
    )


def trouble(
    facts: UserFacts, tenant: TenantFacts, catalog: Catalog, full: frozenset[str], of: Collection[int]
) -> tuple[Reason, str] | None:
    """(reason, subject) of the error in which a license from one of these groups ends; None where none does."""
    causes = _Followed.of(_Member.of(facts, tenant, catalog, full)).causes
    found = [(list(_ERRORS).index(cause.reason), cause.subject) for key, cause in causes.items() if key[2] in of]
    if not found:
        return None
    first, subject = min(found)
    return list(_ERRORS)[first], subject


@dataclass(frozen=True, slots=True)
class _Cause:
    """Why one product of one group can't be given or taken: as a reason, and by the error's name at Microsoft."""

    reason: Reason
    subject: str

    @property
    def error(self) -> AssignmentError:
        return _ERRORS[self.reason]

    def said(self, catalog: Catalog, *, is_stale: bool) -> Consequence:
        """The rule that is cited, with the names its sentence needs."""
        if self.reason in (Reason.NO_SEATS, Reason.COMPANY_PRODUCT):
            return Consequence(_RULES[self.reason], (("product", product_name(catalog, self.subject)),))
        first, second = (plan_name(catalog, plans.partition(",")[0]) for plans in self.subject.split("|"))
        if self.reason is Reason.CONFLICT:
            return Consequence(_RULES[self.reason], (("a", first), ("b", second)))
        names = (("addon", first), ("service", second))
        return Consequence("group_stale" if is_stale else _RULES[self.reason], names)


_ERRORS = {
    Reason.NO_SEATS: AssignmentError.COUNT,
    Reason.CONFLICT: AssignmentError.EXCLUSIVE,
    Reason.DEPENDENCY: AssignmentError.DEPENDENCY,
    Reason.COMPANY_PRODUCT: AssignmentError.OTHER,
}
_RULES = {
    Reason.NO_SEATS: "group_no_seat",
    Reason.CONFLICT: "group_conflict",
    Reason.DEPENDENCY: "group_prerequisite",
    Reason.COMPANY_PRODUCT: "group_company_product",
}
"""R-86, R-87, R-88, R-98."""
_UNCHECKED = (AssignmentError.LOCATION, AssignmentError.UNIQUENESS)
"""Errors whose cause lies where the rules can't look: an address, a country where a plan is not sold."""


@dataclass(frozen=True, slots=True)
class _Member:
    """One user beside what the groups should give: `wanted` by group and product, `present` as it is."""

    facts: UserFacts
    tenant: TenantFacts
    catalog: Catalog
    full: frozenset[str]
    wanted: Mapping[int, tuple[Source, ...]]
    present: Mapping[Key, Source]

    @classmethod
    def of(cls, facts: UserFacts, tenant: TenantFacts, catalog: Catalog, full: frozenset[str]) -> _Member:
        """The user's groups in ascending order, so that their order in the facts plays no part."""
        wanted = {group: _sources(group, tenant.group_licenses.get(group, ())) for group in sorted(set(facts.groups))}
        present = {key_of(s): s for s in facts.sources if s.kind is SourceKind.GROUP}
        return cls(facts, tenant, catalog, full, wanted, present)

    def leaving(self) -> Iterator[tuple[Key, Source]]:
        """Sources whose group no longer has the user, or no longer gives the product."""
        given = {key_of(want) for wants in self.wanted.values() for want in wants}
        return ((key, source) for key, source in self.present.items() if key not in given)

    def is_full(self, sku: str, taken: frozenset[tuple[str, int]]) -> bool:
        """Whether no seat is left for the user: a product whose subscription vanished has none either."""
        return (sku, 0) not in taken and (sku in self.full or sku not in self.tenant.pools)


def _sources(group: int, licenses: Licenses) -> tuple[Source, ...]:
    return tuple(Source(sku, SourceKind.GROUP, group, off) for sku, off in sorted(licenses, key=lambda one: one[0]))


def _given(want: Source, have: Source | None) -> Source:
    """The source once the group's license is given. One that a suspended subscription disabled stays so."""
    return replace(want, state=have.state) if have and have.state is AssignmentState.DISABLED else want


def _not_given(want: Source, have: Source | None, error: AssignmentError) -> Source:
    """The source when the group can't be followed: who held it keeps it as it was, else only the intent is kept."""
    if have is None or not have.state.holds:
        return replace(want, state=AssignmentState.ERROR, error=error.value)
    is_disabled = have.state is AssignmentState.DISABLED
    if have.disabled_plans == want.disabled_plans and (is_disabled or have.state is AssignmentState.ACTIVE):
        return have
    return replace(have, state=have.state if is_disabled else AssignmentState.ACTIVE_WITH_ERROR, error=error.value)


class _Followed:
    """The user's sources once the groups are followed, given that the changes in `stuck` can't be made."""

    def __init__(self, member: _Member, stuck: Mapping[Key, _Cause]) -> None:
        self.member, self.stuck = member, stuck
        self.causes: dict[Key, _Cause] = {}
        self.now = {key_of(source): source for source in member.facts.sources}
        self._leave()
        failing = [group for group in member.wanted if not self._give(group)]
        for group in failing:
            self._keep_intent(group)

    @classmethod
    def of(cls, member: _Member) -> _Followed:
        """A change that would break a documented dependency of what stays is taken back, one by one (R-89)."""
        stuck: dict[Key, _Cause] = {}
        while True:
            found = cls(member, stuck)
            blocked = found._breaking()
            if blocked is None:
                return found
            stuck[blocked[0]] = blocked[1]

    def _leave(self) -> None:
        """All removals before any addition: the new state is judged whole, so a swap of two groups works at once."""
        for key, source in self.member.leaving():
            cause = self.stuck.get(key)
            if cause is None:
                del self.now[key]
            else:
                self.causes[key] = cause
                state = AssignmentState.ACTIVE_WITH_ERROR
                self.now[key] = replace(source, state=state, error=cause.error.value)

    def _give(self, group: int) -> bool:
        """Whether the group's products could all be given, and are: all or nothing (R-85)."""
        wants, taken = self.member.wanted[group], seats(self.member.facts.sources)
        if next(self._causes(group, taken), None) is not None:
            return False
        self.now |= {key_of(want): _given(want, self.now.get(key_of(want))) for want in wants}
        return True

    def _keep_intent(self, group: int) -> None:
        """Said of the end state, so that following twice says the same."""
        found = dict(self._causes(group, seats(self.now.values())))
        self.causes |= found
        for want in self.member.wanted[group]:
            key = key_of(want)
            error = found[key].error if key in found else AssignmentError.OTHER
            self.now[key] = _not_given(want, self.member.present.get(key), error)

    def _causes(self, group: int, taken: frozenset[tuple[str, int]]) -> Iterator[tuple[Key, _Cause]]:
        """Per product of the group that can't be given beside all that the user holds: why."""
        catalog, tenant = self.member.catalog, self.member.tenant
        mine = [s for s in self.now.values() if s.kind is SourceKind.GROUP and s.source_id == group]
        wants = self.member.wanted[group]
        asked = [want for want in wants if _given(want, self.now.get(key_of(want))) != self.now.get(key_of(want))]
        if not asked:
            return
        others = [s for s in self.now.values() if s not in mine]
        known, wanted = holding(catalog, self.now.values()), holding(catalog, (*others, *wants))
        clashes = tuple(conflicts(known, wanted))
        lacks = tuple(broken_dependencies(holding(catalog, mine), holding(catalog, wants)))
        for want in asked:
            key, have, sku = key_of(want), self.now.get(key_of(want)), want.sku_id
            plans = holding(catalog, (want,)).plans
            clashing = next(("|".join(pair) for pair in clashes if not plans.isdisjoint(pair)), None)
            lacking = next((text for text in lacks if text.partition("|")[0] in plans), None)
            if key in self.stuck:
                yield key, self.stuck[key]
            elif sku in tenant.company_products and not (have is not None and have.state.holds):
                yield key, _Cause(Reason.COMPANY_PRODUCT, sku)
            elif self.member.is_full(sku, taken):
                yield key, _Cause(Reason.NO_SEATS, sku)
            elif clashing is not None:
                yield key, _Cause(Reason.CONFLICT, clashing)
            elif lacking is not None:
                yield key, _Cause(Reason.DEPENDENCY, lacking)

    def _breaking(self) -> tuple[Key, _Cause] | None:
        """A change of a group's license that breaks a documented dependency of what stays, and which."""
        catalog = self.member.catalog
        before, after = (holding(catalog, sources) for sources in (self.member.facts.sources, self.now.values()))
        broken = sorted(broken_dependencies(before, after))
        for key in sorted(self.member.present, key=lambda key: (key[2], key[0]), reverse=True):
            have = self.member.present[key]
            if key not in self.stuck and takes(have, self.now.get(key)):
                gives = holding(catalog, (have,)).plans
                text = next((text for text in broken if not gives.isdisjoint(_needed(text))), None)
                if text is not None:
                    return key, _Cause(Reason.DEPENDENCY, text)
        return None

    def sources(self) -> tuple[Source, ...]:
        """All the user's sources, in order of key."""
        return tuple(self.now[key] for key in sorted(self.now))

    def pairs(self) -> Iterator[Pair]:
        """(before, after) of every source that a group gave or gives, in order of key."""
        present = self.member.present
        for key in sorted({*present, *(key for key in self.now if key[1] is SourceKind.GROUP)}):
            yield present.get(key), self.now.get(key)

    def first_cause(self, pairs: Iterable[Pair]) -> _Cause | None:
        """The cause of the first error that the change brings, by group and product."""
        wrong = {(new.source_id, new.sku_id) for _, new in pairs if new is not None and new.error is not None}
        for group, sku in sorted(wrong):
            own = self.causes.get((sku, SourceKind.GROUP, group))
            siblings = (self.causes[key] for key in sorted(self.causes) if key[2] == group)
            cause = own or next(siblings, None)
            if cause is not None:
                return cause
        return None


def _needed(text: str) -> list[str]:
    """The plans that `plan|needed,needed` speaks of as needed."""
    return text.partition("|")[2].split(",")


def _own(found: _Followed) -> Iterator[Consequence]:
    """What is said of the groups themselves: errors with their causes, also old ones (R-92); what is not looked at
    (R-97); whose country counts (R-90)."""
    member = found.member
    for before, after in found.pairs():
        if after is None:
            continue
        was_held, is_held = before is not None and before.state.holds, after.state.holds
        if after.error is not None:
            cause = found.causes.get(key_of(after))
            all_or_nothing = Consequence("group_all_or_nothing")
            yield all_or_nothing if cause is None else cause.said(member.catalog, is_stale=is_held)
            yield Consequence("group_retry")
        elif before is not None and before.error in _UNCHECKED:
            yield Consequence("group_unchecked")
        if is_held and not was_held and member.facts.has_usage_location is False:
            yield Consequence("group_location")


def _later(tenant: TenantFacts) -> Iterator[Consequence]:
    """R-91: a copy's change is carried out at Microsoft, which takes its time."""
    if tenant.is_copy:
        yield Consequence("group_follows")
