"""Every form of the admin center: where it goes, and fields with which it does what it is for.

A row makes the object that its form is about, so that it can be sent again and again; nothing is expected here.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

import signing
from center_pages import Tenant, own_examples
from licentia.changes import entering, propose, record, run, schedule
from licentia.changes import finders as finder_doors
from licentia.changes import groups as group_doors
from licentia.changes.who import Who
from licentia.domain.facts import SourceKind
from licentia.domain.finders import search
from licentia.domain.instants import DAY
from licentia.domain.intents import Assign, PurgeUser, Unassign
from licentia.store import clock
from licentia.store.lists import deleted, operators, users
from licentia.store.lists import groups as group_list
from licentia.store.lists.users import Query
from world_store import FLOW

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its address, sound fields, and those of them that it shows again when it says no."""

    address: str
    fields: Fields = field(default_factory=dict)
    keeps: tuple[str, ...] = ()


Make = Callable[[Tenant], Form]


def _at(route: str, /, *parts: object, keeps: tuple[str, ...] = (), **fields: Any) -> Form:
    return Form(reverse(route, args=parts), fields, keeps)


def _plain(route: str, /, keeps: tuple[str, ...] = (), **fields: Any) -> Make:
    """A form whose address has no part."""
    return lambda _tenant: _at(route, keeps=keeps, **fields)


def _of_plan(route: str, make: Callable[[Tenant], int], /, keeps: tuple[str, ...] = (), **fields: Any) -> Make:
    return lambda tenant: _at(route, make(tenant), keeps=keeps, **fields)


def _draft(tenant: Tenant) -> int:
    """A draft for two who have the product and nothing else now: rows before this one may have taken it from others."""
    ids = [one.id for one in users.page(tenant.id, Query("", tenant.pooled.id, top=500)).users]
    held = users.sources(tenant.id, ids)
    often = Counter(source[0] for source in held)
    free = [source[0] for source in held if source[2] == SourceKind.DIRECT and often[source[0]] == 1]
    return propose.propose(tenant.id, Unassign(tenant.pooled.sku_id), Who("users", "", tuple(free[:2])), tenant.actor)


def _running(tenant: Tenant) -> int:
    plan = _draft(tenant)
    run.apply(tenant.id, plan, tenant.actor)
    return plan


def _paused(tenant: Tenant) -> int:
    plan = _running(tenant)
    run.pause(tenant.id, plan, tenant.actor)
    return plan


def _applied(tenant: Tenant) -> int:
    """A plan that was applied and can be undone: two more users have a product of which there is plenty."""
    everybody = [one.id for one in users.page(tenant.id, Query("", top=500)).users]
    have = {source[0] for source in users.sources(tenant.id, everybody) if source[1] == FLOW}
    without = [one for one in everybody if one not in have][-2:]
    plan = propose.propose(tenant.id, Assign(FLOW), Who("users", "", tuple(without)), tenant.actor)
    run.apply(tenant.id, plan, tenant.actor)
    run.run(tenant.id, plan, tenant.actor)
    return plan


def _scheduled(tenant: Tenant) -> int:
    plan = _draft(tenant)
    schedule.schedule(tenant.id, plan, clock.tenant_now(tenant.id) + DAY, tenant.actor)
    return plan


def _waiting(tenant: Tenant) -> int:
    record.set_tenant(tenant.id, tenant.actor, {"approve_above": 1})
    plan = _running(tenant)
    record.set_tenant(tenant.id, tenant.actor, {"approve_above": None})
    return plan


def _purging(tenant: Tenant) -> int:
    return tenant.plan_of(PurgeUser())


def _deleted_name(tenant: Tenant) -> str:
    return deleted.page(tenant.id, None, 1)[0][0].principal_name


def _of_group(route: str, /, keeps: tuple[str, ...] = (), **fields: Any) -> Make:
    return lambda tenant: _at(route, own_examples(tenant, "groups/", route)["object_id"], keeps=keeps, **fields)


_numbers = itertools.count()


def _new_group(tenant: Tenant) -> str:
    done = group_doors.create_group(tenant.id, f"Projectgroep {next(_numbers)}", tenant.actor)
    found = group_list.get(tenant.id, done.group_id)
    assert found is not None
    return found.object_id


def _gone_group(tenant: Tenant) -> str:
    made = _new_group(tenant)
    group_doors.delete_group(tenant.id, group_list.find(tenant.id, made).id, tenant.actor)
    return made


def _of_subscription(route: str, /, keeps: tuple[str, ...] = (), **fields: Any) -> Make:
    return lambda tenant: _at(route, own_examples(tenant, "billing/", route)["number"], keeps=keeps, **fields)


def _people(tenant: Tenant) -> Fields:
    names = "\n".join(one.principal_name for one in tenant.holders[:2])
    return {"user": [tenant.holders[2].id], "names": names, "q": "a", "do": "go"}


def _selection(ids: list[int], act: str) -> Fields:
    return {"user": ids, "shown": ids, "do": act, "place": "guest=1"}


def _few(tenant: Tenant) -> list[int]:
    return [one.id for one in tenant.holders[:2]]


def _pane(tenant: Tenant) -> Fields:
    return {"product": [], "apps": "", "app": [], "seen": ""}


def _group_of_its_own(route: str, make: Callable[[Tenant], str], /, keeps: tuple[str, ...] = (), **fields: Any) -> Make:
    return lambda tenant: _at(route, make(tenant), keeps=keeps, **fields)


def _link(tenant: Tenant) -> Form:
    owner = operators.members(tenant.id)[0].name
    return _at("sign_in_link", entering.link_for(owner, tenant.actor))


def _saved(tenant: Tenant) -> Form:
    name = f"Winter {next(_numbers)}"
    finder_doors.save(tenant.id, name, search("inactive", {}), tenant.actor)
    return _at("reclaim_forget", name=name)


NEW = signing.PASSWORD
LIMITS = {"confirm_above": "20", "limit_percent": "25", "limit_users": "500", "approve_above": ""}

FORMS: dict[str, Make] = {
    "set_tenant": _plain("set_tenant", tenant="1"),
    "add_demo": _plain("add_demo", keeps=("name", "users"), name="Oefenen", users="3"),
    "add_empty": _plain("add_empty", keeps=("name",), name="Leeg", country="NL", zone="Europe/Amsterdam"),
    "add_copy": _plain("add_copy", keeps=("name",), name="Kopie", do="check", skip="", file=""),
    "preview": _plain("preview", role="global_reader"),
    "end_preview": _plain("end_preview"),
    "dismiss": _plain("dismiss", next="/plans"),
    "set_language": _plain("set_language", language="en", next="/plans"),
    "keys": _plain("keys", keys="on"),
    "user": lambda tenant: _at("user", tenant.holders[0].object_id, **_pane(tenant)),
    "consider": lambda tenant: _at("consider", tenant.holders[0].object_id, **_pane(tenant)),
    "manage": lambda tenant: _at("manage", **_selection(_few(tenant), "manage")),
    "choose_columns": _plain("choose_columns", column=["licenses", "cost"], place="guest=1", do=""),
    "save_view": _plain("save_view", name="Gasten", place="guest=1&view=x"),
    "forget_view": _plain("forget_view", name="Gasten", place="guest=1"),
    "manage_licenses": lambda tenant: _at(
        "manage_licenses", how="more", product=tenant.pooled.sku_id, none="", plan="0"
    ),
    "deleted_users": lambda tenant: _at(
        "deleted_users", **_selection([row.id for row in deleted.page(tenant.id, None, 2)[0]], "restore")
    ),
    "product": lambda tenant: _at("product", tenant.pooled.sku_id, **_selection(_few(tenant), "unassign")),
    "assign": lambda tenant: _at(
        "assign", tenant.pooled.sku_id, keeps=("names",), services="1", on=[], **_people(tenant)
    ),
    "apply": _of_plan(
        "apply", _draft, keeps=("at",), confirm="2", start="date", at="2099-01-01T09:00", over_limit="1", back="product"
    ),
    "discard": _of_plan("discard", _draft, back="product"),
    "purge": lambda tenant: _at("purge", _purging(tenant), keeps=("typed",), typed=_deleted_name(tenant)),
    "pause": _of_plan("pause", _running),
    "resume": _of_plan("resume", _paused),
    "undo": _of_plan("undo", _applied),
    "retry": _of_plan("retry", _applied),
    "accept": _of_plan("accept", _draft, reason="on_hold"),
    "unschedule": _of_plan("unschedule", _scheduled),
    "approve": _of_plan("approve", _waiting),
    "reject": _of_plan("reject", _waiting, why="Not this week"),
    "settings_look": _plain("settings_look", theme="dark", density="compact"),
    "settings_limits": _plain("settings_limits", keeps=("confirm_above", "limit_percent", "limit_users"), **LIMITS),
    "settings_price": lambda tenant: _at(
        "settings_price",
        keeps=("amount", "currency"),
        product=tenant.pooled.sku_id,
        amount="1.50",
        currency="EUR",
        term="12",
    ),
    "settings_list_prices": _plain("settings_list_prices"),
    "settings_grant": _plain("settings_grant", keeps=("operator",), operator="anna", role="global_reader"),
    "settings_revoke": _plain("settings_revoke", operator="anna", role="global_reader"),
    "settings_never": lambda tenant: _at(
        "settings_never",
        keeps=("name", "reason"),
        kind="user",
        name=tenant.holders[-1].principal_name,
        reason="Works council",
    ),
    "settings_never_remove": lambda tenant: _at("settings_never_remove", kind="user", id=str(tenant.holders[-1].id)),
    "reclaim_plan": lambda tenant: _at("reclaim_plan", kind="inactive", days="90", product=tenant.pooled.sku_id),
    "reclaim_save": lambda tenant: _at(
        "reclaim_save", kind="inactive", days="90", product=tenant.pooled.sku_id, name="Winter"
    ),
    "reclaim_forget": _saved,
    "audit_check": _plain("audit_check"),
    "group_create": _plain("group_create", keeps=("name", "rule"), name="Inkoop", kind="security", rule=""),
    "group": lambda tenant: _at(
        "group", own_examples(tenant, "groups/", "group")["object_id"], **_selection(_few(tenant), "remove")
    ),
    "group_rename": _group_of_its_own("group_rename", _new_group, keeps=("name",), name="Verkoop", rule=""),
    "group_delete": _group_of_its_own("group_delete", _new_group, name="Projectgroep"),
    "group_restore": _group_of_its_own("group_restore", _gone_group),
    "group_assign": lambda tenant: _at(
        "group_assign",
        own_examples(tenant, "groups/", "group")["object_id"],
        product=tenant.pooled.sku_id,
        services="1",
        on=[],
    ),
    "group_unassign": lambda tenant: _at("group_unassign", *_giving(tenant)[:1], product=_giving(tenant)[1]),
    "group_add": lambda tenant: _at(
        "group_add", own_examples(tenant, "groups/", "group")["object_id"], keeps=("names",), **_people(tenant)
    ),
    "group_reprocess": _of_group("group_reprocess"),
    "resize": _of_subscription("resize", keeps=("seats",), seats="100000", at_renewal="1"),
    "recurring": _of_subscription("recurring", on="0"),
    "cancel_subscription": _of_subscription("cancel_subscription"),
    "take_over": _of_subscription("take_over", keeps=("name",), how="move", name="Power BI Pro"),
    "undo_subscription": lambda tenant: _at(
        "undo_subscription", own_examples(tenant, "billing/", "undo_subscription")["plan_id"]
    ),
    "password": _plain("password", password1=NEW, password2=NEW),
    "add_app": _plain("add_app", code="123456"),
    "remove_app": _plain("remove_app"),
    "new_codes": _plain("new_codes"),
    "add_passkey": _plain("add_passkey", credential="{}", name="Laptop"),
    "remove_passkey": lambda _tenant: _at("remove_passkey", 1),
    "prove": _plain("prove", password=NEW, next="/plans"),
    "prove_code": _plain("prove_code", code="123456", next="/plans"),
    "prove_passkey": _plain("prove_passkey", credential="{}", next="/plans"),
    "end_sessions": _plain("end_sessions"),
    "disconnect": _plain("disconnect"),
    "sign_in_link": _link,
}
"""By the name of its route. The last of them end the session: `LEAVING`."""

LEAVING: dict[str, Make] = {
    "sign_out": _plain("sign_out"),
    "sign_in": _plain("sign_in", keeps=("login",), login="anna", password="not hers", next="/plans"),
    "mfa_authenticate": _plain("mfa_authenticate", code="123456"),
    "sign_in_passkey": _plain("sign_in_passkey", credential="{}"),
}
"""Forms for somebody who is not signed in, or no longer."""


def _giving(tenant: Tenant) -> tuple[str, str]:
    """A group that gives a product, and the product."""
    one = str(own_examples(tenant, "groups/", "group")["object_id"])
    number = group_list.find(tenant.id, one).id
    return one, group_list.licenses(tenant.id, [number])[number][0][0]
