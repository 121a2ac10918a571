"""A $filter finds on the database what a plain reading of it finds among the same objects, whatever the filter says.

The reading here is naive on purpose and shares no line with the compiler: objects as Graph shows them, one at a time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licentia.odata.literals import Value
from licentia.odata.trees import (
    AllLambda,
    And,
    AnyLambda,
    Comparison,
    EndsWith,
    In,
    Node,
    Not,
    Operator,
    Or,
    StartsWith,
    to_text,
)
from licentia.store.lists import matching
from licentia.store.lists.filters import Condition, compile_groups, compile_users, where
from world_store import E3, E5, FLOW, SWAY_PLAN, VISIO, World, direct, object_id, person

pytest_plugins = ("world_fixtures",)
Make = Callable[..., World]
Object = dict[str, Any]

WORDS = ["Anna", "anna", "ANNABEL", "Élan", "élan", "Bram", "b_am", "100%", "x'y", "Œuvre", "zz\U0010ffff"]
MAILS = ["Anna@contoso.example", "ÉLISE@contoso.example", "b.r@x.example", "SMTP:anna@contoso.example"]
START = datetime(2024, 5, 1, tzinfo=UTC)
MOMENTS = [START + timedelta(seconds=n, microseconds=m) for n in (0, 1, 86_400) for m in (0, 250_000)]
TEXTS = {"department": "u.department", "city": "p.city", "jobTitle": "p.job_title", "usageLocation": "u.usage_location"}
SWITCHES = {"accountEnabled": "u.account_enabled", "showInAddressList": "p.show_in_address_list"}
DATES = {"createdDateTime": "u.created_at", "lastPasswordChangeDateTime": "p.password_changed_at"}
LISTS = ["otherMails", "proxyAddresses", "businessPhones"]
HELD = [(), (E3,), (E3, FLOW), (E5,), (VISIO, E3)]
UNSET = object()
"""What nobody stated: null to Graph, unknown on the command line."""


def fold(text: str) -> str:
    """Letters A to Z without case."""
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in text)


def people(count: int = 36) -> list[Object]:
    """Objects that differ in everything, by their number."""
    found = []
    for n in range(1, count + 1):
        one: Object = {"n": n, "id": object_id(n), "userPrincipalName": f"{'É' if n % 3 else 'P'}{n}@Contoso.example"}
        one["displayName"] = f"{WORDS[n % len(WORDS)]} {WORDS[n // 3 % len(WORDS)]}"
        for at, name in enumerate(TEXTS):
            one[name] = [UNSET, "", *WORDS][(n * (at + 3) + at) % (len(WORDS) + 2)]
        for at, name in enumerate(SWITCHES):
            one[name] = (UNSET, True, False)[(n + at) % 3]
        for at, name in enumerate(DATES):
            one[name] = (UNSET, *MOMENTS)[(n * (at + 1)) % (len(MOMENTS) + 1)]
        one["mail"] = [UNSET, "", *MAILS][n % (len(MAILS) + 2)]
        for at, name in enumerate(LISTS):
            one[name] = [MAILS[(n + at + k) % len(MAILS)] for k in range((n + at) % 4)]
        one["licenses"] = HELD[n % len(HELD)]
        one["off"] = n % 2 == 0
        one["has_profile"] = n % 5 != 0
        if not one["has_profile"]:
            one |= dict.fromkeys(["city", "jobTitle", "showInAddressList", "lastPasswordChangeDateTime", "mail"], UNSET)
            one |= {name: [] for name in LISTS}
        found.append(one)
    return found


def stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return None if value is UNSET else value


def settle(make_world: Make, objects: list[Object]) -> World:
    """A tenant of these people."""
    rows = []
    for one in objects:
        off = frozenset({SWAY_PLAN}) if one["off"] else frozenset()
        held = direct(*one["licenses"], off=off)
        rows.append(person(one["n"], held, upn=one["userPrincipalName"], display_name=one["displayName"]))
    world = make_world(rows)
    for one in objects:
        world.plant(
            "UPDATE users SET department = %(department)s, usage_location = %(place)s, account_enabled = %(enabled)s, "
            "created_at = %(at)s WHERE tenant_id = %(tenant)s AND id = %(n)s",
            n=one["n"],
            department=stored(one["department"]),
            place=stored(one["usageLocation"]),
            enabled=stored(one["accountEnabled"]),
            at=stored(one["createdDateTime"]),
        )
        if one["has_profile"]:
            mail = stored(one["mail"])
            world.plant(
                "INSERT INTO user_profile (tenant_id, user_id, city, job_title, show_in_address_list, password_changed_at, "
                "mail, mail_key, other_mails, proxy_addresses, business_phones) VALUES (%(tenant)s, %(n)s, %(city)s, "
                "%(job)s, %(show)s, %(at)s, %(mail)s, %(key)s, %(other)s, %(proxy)s, %(phones)s)",
                n=one["n"],
                city=stored(one["city"]),
                job=stored(one["jobTitle"]),
                show=stored(one["showInAddressList"]),
                at=stored(one["lastPasswordChangeDateTime"]),
                mail=mail,
                key=None if mail is None else mail.casefold(),
                **dict(zip(["other", "proxy", "phones"], [json.dumps(one[name]) for name in LISTS], strict=True)),
            )
    return world


# ---- the plain reading: True, False, or None for what is not known


def holds(node: Node, one: Object, keeps_unknown: bool, inside: Mapping[str, Any] | None = None) -> bool | None:
    """What a filter says of an object."""
    inside = inside or {}
    match node:
        case And(items):
            every = [holds(item, one, keeps_unknown, inside) for item in items]
            return False if False in every else None if None in every else True
        case Or(items):
            every = [holds(item, one, keeps_unknown, inside) for item in items]
            return True if True in every else None if None in every else False
        case Not(item):
            found = holds(item, one, keeps_unknown, inside)
            return None if found is None else not found
        case AnyLambda(path, variable, condition):
            if keeps_unknown and path[0] in LISTS and not one["has_profile"]:
                return None
            return any(
                condition is None or holds(condition, one, keeps_unknown, {**inside, str(variable): each}) is True
                for each in elements(path[0], one)
            )
        case AllLambda(path, variable, condition):
            return holds(Not(AnyLambda(path, variable, Not(condition))), one, keeps_unknown, inside)
        case Comparison((name, "$count"), op, value):
            if keeps_unknown and name in LISTS and not one["has_profile"]:
                return None
            return compared(len(elements(name, one)), op, value)
        case _:
            return says(node, one, keeps_unknown, inside)


def elements(name: str, one: Object) -> list[Any]:
    if name == "assignedLicenses":
        return [{"skuId": sku} for sku in one["licenses"]]
    if name == "groupTypes":
        return list(one["types"])
    return list(one[name])


def says(node: Any, one: Object, keeps_unknown: bool, inside: Mapping[str, Any]) -> bool | None:
    name = node.path[-1]
    value: Any = inside[node.path[0]] if node.path[0] in inside else one[name]
    if isinstance(value, dict):
        value = value[name]
    if isinstance(node, Comparison) and node.op is Operator.NE:
        found = says(Comparison(node.path, Operator.EQ, node.value), one, keeps_unknown, inside)
        return None if found is None else not found
    wanted = list(node.values if isinstance(node, In) else (node.value,))
    if None in wanted:
        if is_null(name, value, keeps_unknown):
            return True
        wanted = [each for each in wanted if each is not None]
        if not wanted and (value is not UNSET or name in SWITCHES or name in DATES):
            return False
    if value is UNSET:
        return None if keeps_unknown else False
    if isinstance(value, str):
        key = str.casefold if name in ("userPrincipalName", "mail") and not inside else fold
        return value != "" and texts(node, key(value), [key(str(each)) for each in wanted])
    if isinstance(value, datetime):
        value = value.replace(microsecond=0)
    if isinstance(node, Comparison) and node.op is not Operator.EQ:
        return compared(value, node.op, wanted[0])
    return value in wanted


def is_null(name: str, value: Any, keeps_unknown: bool) -> bool:
    """Whether the property is null: to Graph what is not stated, or empty; to people what is known to be empty."""
    if not keeps_unknown:
        return value is UNSET or value == ""
    return value is UNSET if name in SWITCHES or name in DATES or name == "onPremisesSyncEnabled" else value == ""


def texts(node: Any, have: str, wanted: list[str]) -> bool:
    match node:
        case StartsWith():
            return have.startswith(wanted[0])
        case EndsWith():
            return have.endswith(wanted[0])
        case Comparison(_, op, _) if op is not Operator.EQ:
            return compared(have.encode(), op, wanted[0].encode())
        case _:
            return have in wanted


def compared(have: Any, op: Operator, value: Any) -> bool:
    found = {
        Operator.EQ: have == value,
        Operator.NE: have != value,
        Operator.GT: have > value,
        Operator.GE: have >= value,
        Operator.LT: have < value,
        Operator.LE: have <= value,
    }
    return found[op]


# ---- filters


def leaf(paths: list[str], values: st.SearchStrategy[Value], *, orders: bool, nulls: bool) -> st.SearchStrategy[Node]:
    """Comparisons of these properties with these values."""
    path = st.sampled_from([tuple(each.split("/")) for each in paths])
    equal = st.sampled_from([Operator.EQ, Operator.NE])
    order = st.sampled_from([Operator.GT, Operator.GE, Operator.LT, Operator.LE])
    some = st.one_of(st.none(), values) if nulls else values
    kinds: list[st.SearchStrategy[Node]] = [
        st.builds(Comparison, path, equal, some),
        st.builds(In, path, st.lists(some, min_size=1, max_size=3).map(tuple)),
    ]
    return st.one_of(*kinds, st.builds(Comparison, path, order, values)) if orders else st.one_of(*kinds)


def parts(paths: list[str], texts: list[str]) -> st.SearchStrategy[Node]:
    """startsWith and endsWith with beginnings and ends of these texts."""
    path = st.sampled_from([tuple(each.split("/")) for each in paths])
    size = st.integers(1, 4)
    return st.one_of(
        st.builds(lambda where, text, n: StartsWith(where, text[:n]), path, st.sampled_from(texts), size),
        st.builds(lambda where, text, n: EndsWith(where, text[-n:]), path, st.sampled_from(texts), size),
    )


words, mails = st.sampled_from(WORDS), st.sampled_from(MAILS)
skus: st.SearchStrategy[Value] = st.sampled_from([E3, E5, FLOW, VISIO]).flatmap(lambda s: st.sampled_from([s, UUID(s)]))
inner = st.one_of(leaf(["x"], mails, orders=False, nulls=False), parts(["x"], MAILS))
lists = st.sampled_from([(name,) for name in LISTS])
counts = st.builds(
    lambda name, op, n: Comparison((name, "$count"), op, n),
    st.sampled_from([*LISTS, "assignedLicenses"]),
    st.sampled_from([op for op in Operator if op is not Operator.HAS]),
    st.integers(0, 3),
)
names = [f"{a} {b}" for a in WORDS[:6] for b in WORDS[:3]]
user_leaves: st.SearchStrategy[Node] = st.one_of(
    leaf(list(TEXTS), words, orders=True, nulls=True),
    leaf(["displayName"], st.sampled_from(names), orders=True, nulls=False),
    parts([*TEXTS, "displayName"], WORDS),
    leaf(["mail"], mails, orders=True, nulls=True),
    leaf(
        ["userPrincipalName"], st.sampled_from(["é1@contoso.example", "P3@CONTOSO.example"]), orders=True, nulls=False
    ),
    parts(["mail", "userPrincipalName"], [*MAILS, "p3"]),
    leaf(list(SWITCHES), st.booleans(), orders=True, nulls=True),
    leaf(list(DATES), st.sampled_from(MOMENTS), orders=True, nulls=True),
    leaf(["id"], st.integers(1, 36).map(object_id), orders=False, nulls=False),
    st.builds(AnyLambda, lists, st.just("x"), inner),
    st.builds(AllLambda, lists, st.just("x"), inner),
    st.builds(AnyLambda, lists, st.none(), st.none()),
    st.builds(
        AnyLambda, st.just(("assignedLicenses",)), st.just("x"), leaf(["x/skuId"], skus, orders=False, nulls=False)
    ),
    st.builds(
        AllLambda, st.just(("assignedLicenses",)), st.just("x"), leaf(["x/skuId"], skus, orders=False, nulls=False)
    ),
    counts,
)


def trees(leaves: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Leaves joined by and, or, not."""
    return st.recursive(
        leaves,
        lambda item: st.one_of(
            st.builds(Not, item),
            st.lists(item, min_size=2, max_size=4).map(lambda items: And(tuple(items))),
            st.lists(item, min_size=2, max_size=4).map(lambda items: Or(tuple(items))),
        ),
        max_leaves=6,
    )


checks = settings(
    deadline=None, suppress_health_check=list(HealthCheck), max_examples=100, database=None, derandomize=True
)


def test_a_filter_finds_what_a_plain_reading_finds(make_world: Make) -> None:
    """R-191, R-192, R-194: Graph's reading of users; and R-190: the reading of people's own lists."""
    objects = people()
    world = settle(make_world, objects)

    @checks
    @given(trees(user_leaves))
    def same(node: Node) -> None:
        for keeps_unknown, made in ((False, compile_users(node)), (True, where(node))):
            found = [hit.id for hit in matching.users(world.tenant, made, top=100)]
            wanted = [one["n"] for one in objects if holds(node, one, keeps_unknown) is True]
            assert found == wanted, (to_text(node), keeps_unknown)
        assert matching.count_users(world.tenant, compile_users(node)) == len(
            [one for one in objects if holds(node, one, False) is True]
        )

    same()


def test_plans_that_are_on_are_found(make_world: Make) -> None:
    """A plan is on while any source of a product that holds it does not switch it off; no other word than Enabled is known."""
    objects = people()
    world = settle(make_world, objects)
    on = [one["n"] for one in objects if E3 in one["licenses"] and not one["off"]]
    others = [one["n"] for one in objects if one["n"] not in on]
    named = Comparison(("x", "servicePlanId"), Operator.EQ, UUID(SWAY_PLAN))
    state = Comparison(("x", "capabilityStatus"), Operator.EQ, "enabled")
    sway = AnyLambda(("assignedPlans",), "x", And((named, state)))
    e5 = [one["n"] for one in objects if E5 in one["licenses"] and not one["off"]]
    found = [hit.id for hit in matching.users(world.tenant, compile_users(sway))]
    assert found == sorted(on + e5)
    assert [hit.id for hit in matching.users(world.tenant, compile_users(Not(sway)))] == sorted(set(others) - set(e5))
    gone = AnyLambda(
        ("assignedPlans",), "x", And((named, Comparison(("x", "capabilityStatus"), Operator.EQ, "Deleted")))
    )
    assert matching.users(world.tenant, compile_users(gone)) == []


GROUP_KINDS = ["security", "microsoft365", "mail_security", "distribution"]
GROUP_TEXTS = {"displayName": "display_name", "mailNickname": "mail_nickname", "visibility": "visibility"}


def groups() -> list[Object]:
    """Groups that differ in everything."""
    found = []
    for n in range(2, 26):
        kind, rule = GROUP_KINDS[n % 4], (UNSET, "", "user.city -eq 'x'")[n % 3]
        types = (["Unified"] if kind == "microsoft365" else []) + (["DynamicMembership"] if stored(rule) else [])
        one: Object = {"n": n, "id": object_id(n), "kind": kind, "membershipRule": rule, "types": types}
        one |= {"mailEnabled": kind != "security", "securityEnabled": "security" in kind}
        one |= {"displayName": f"{WORDS[n % 5]} {n}", "mailNickname": [UNSET, "", *WORDS][n % 9]}
        one |= {
            "visibility": (UNSET, "Public", "Private")[n // 2 % 3],
            "onPremisesSyncEnabled": (UNSET, True, False)[n % 3],
        }
        one["licenses"] = ((), (E3,))[n % 2]
        found.append(one)
    return found


group_leaves: st.SearchStrategy[Node] = st.one_of(
    leaf(["displayName"], st.sampled_from(["anna 5", "ÉLAN 8"]), orders=True, nulls=False),
    leaf(
        ["mailNickname", "visibility", "membershipRule"], st.sampled_from(["PUBLIC", *WORDS]), orders=True, nulls=True
    ),
    parts(["displayName", "mailNickname"], WORDS),
    leaf(["mailEnabled", "securityEnabled"], st.booleans(), orders=False, nulls=False),
    leaf(["onPremisesSyncEnabled"], st.booleans(), orders=False, nulls=True),
    st.builds(
        AnyLambda,
        st.just(("groupTypes",)),
        st.just("c"),
        leaf(["c"], st.sampled_from(["Unified", "dynamicmembership"]), orders=False, nulls=False),
    ),
    st.builds(AnyLambda, st.just(("groupTypes",)), st.none(), st.none()),
    st.builds(
        Comparison, st.just(("groupTypes", "$count")), st.sampled_from([Operator.EQ, Operator.GE]), st.integers(0, 2)
    ),
    st.builds(
        AnyLambda, st.just(("assignedLicenses",)), st.just("x"), leaf(["x/skuId"], skus, orders=False, nulls=False)
    ),
)


def test_a_filter_of_groups_finds_what_a_plain_reading_finds(make_world: Make) -> None:
    """The same for groups; the one that every world has is left out."""
    objects = groups()
    world = make_world([person(1, direct(E3))])
    for one in objects:
        world.plant(
            "INSERT INTO user_group (tenant_id, id, object_id, display_name, sort_key, kind, membership_rule, is_synced, "
            "mail_nickname, visibility) VALUES (%(tenant)s, %(n)s, %(o)s, %(name)s, '', %(kind)s, %(rule)s, %(synced)s, "
            "%(nick)s, %(seen)s)",
            n=one["n"] + 1_000,
            o=one["id"],
            name=one["displayName"],
            kind=one["kind"],
            rule=stored(one["membershipRule"]),
            synced=stored(one["onPremisesSyncEnabled"]),
            nick=stored(one["mailNickname"]),
            seen=stored(one["visibility"]),
        )
        if one["licenses"]:
            world.plant(
                "INSERT INTO group_license (tenant_id, group_id, product_id, disabled_plans) "
                "VALUES (%(tenant)s, %(n)s, %(p)s, '')",
                n=one["n"] + 1_000,
                p=world.product(E3),
            )

    def found(condition: Condition) -> list[int]:
        return [hit.id - 1_000 for hit in matching.groups(world.tenant, condition) if hit.id > 1_000]

    @checks
    @given(trees(group_leaves))
    def same(node: Node) -> None:
        wanted = [one["n"] for one in objects if holds(node, one, False) is True]
        assert found(compile_groups(node)) == wanted, to_text(node)

    same()
