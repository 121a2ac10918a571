"""The doors to what is said of one user: made, given other values, and given back what was there before.

One user, one transaction: a plan header and journal rows, no steps. No license changes here, and no password is kept.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from licentia.changes import ending, journal
from licentia.changes.advance import catch_up
from licentia.changes.journal import Row
from licentia.changes.judging import judge, look_of
from licentia.changes.propose import header
from licentia.changes.who import Who
from licentia.domain import user_fields
from licentia.domain.instants import Instant
from licentia.domain.intents import Block, CreateUser, Unblock, UpdateUser, UserObjectIntent, from_text
from licentia.domain.lifecycle import PlanState
from licentia.domain.permissions import CAPABILITY_OF, Actor
from licentia.domain.planning import Verdict
from licentia.domain.reasons import BadInput, Outcome, Reason, Refused
from licentia.store import clock, ids
from licentia.store.bulk import plans as plan_rows
from licentia.store.bulk import users as rows_of
from licentia.store.lists import undoing
from licentia.store.lists import user_fields as list_of
from licentia.store.lists.user_fields import UserFields
from licentia.store.writing import writing
from licentia.tenants.local import LocalTenant

FOR_GOOD = frozenset({"password_changed_at"})
"""What no undo brings back: nobody keeps passwords."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to which user, as which plan; `kept` are fields that an undo left as somebody else set them since."""

    user_id: int
    plan_id: int
    kept: tuple[str, ...] = ()


def create_user(tenant_id: int, fields: Mapping[str, object], actor: Actor, *, object_id: str | None = None) -> Done:
    """The new user, with these fields by column name; `object_id` is made where none is given.

    BadInput as `domain.user_fields` says, `name_taken`, `mail_taken`, `bad_object_id`, `object_id_taken`.
    """
    actor.require(CAPABILITY_OF[CreateUser], tenant_id)
    known = user_fields.checked(fields, is_new=True)
    number = _object_id(object_id)
    catch_up(tenant_id)
    with writing(tenant_id):
        now = clock.tenant_now(tenant_id)
        if list_of.has_object(tenant_id, number):
            raise BadInput("object_id_taken", text=number)
        user_id = ids.take_within(tenant_id, "user")
        _are_free(tenant_id, known, user_id)
        values: dict[str, Any] = {name: value for name, value in known.items() if value not in (None, ())}
        values |= {"password_changed_at": now}
        if values.get("mail"):
            values["proxy_addresses"] = user_fields.addresses(values["mail"], ())
        rows_of.create(tenant_id, user_id, number, values, now)
        text = journal.canonical({"object_id": number, "is_synced": False, "created_at": now} | values)
        intent = CreateUser(tuple(sorted(known.items())))
        return _record(tenant_id, intent, user_id, actor, [("user.create", "user", user_id, None, text)], now)


def update_user(
    tenant_id: int, user_id: int, fields: Mapping[str, object], actor: Actor, *, is_new_password: bool = False
) -> Done | None:
    """The user has these fields by column name, the others as before; None when all of it is so already.

    BadInput as `create_user`, and `unknown_user`; Refused `synced_account` (R-177), `never`, both of what is blocked too.
    """
    names = frozenset(fields) | ({"password_changed_at"} if is_new_password else frozenset())
    _may(actor, tenant_id, names)
    wanted = user_fields.checked(fields, is_new=False)
    catch_up(tenant_id)
    with writing(tenant_id):
        now = clock.tenant_now(tenant_id)
        user = _known(tenant_id, user_id)
        changed: dict[str, Any] = {name: value for name, value in wanted.items() if value != user.values[name]}
        if "mail" in changed:
            changed["proxy_addresses"] = user_fields.addresses(changed["mail"], user.values["proxy_addresses"])
        if is_new_password:
            changed["password_changed_at"] = now
        if not changed:
            return None
        intent = UpdateUser(user_id, tuple(sorted((name, wanted[name]) for name in wanted if name in changed)))
        return _change(tenant_id, intent, user, changed, actor, now)


def undo_update(tenant_id: int, plan_id: int, actor: Actor) -> Done:
    """What the plan set of a user is as it was before, field by field (R-180); what was set since stays and is named.

    BadInput `nothing_to_undo` when all is back already; Refused `changed_since` when nothing is as the plan left it.
    """
    found = list_of.updated(tenant_id, plan_id) if is_update(tenant_id, plan_id) else None
    if found is None:
        actor.require(CAPABILITY_OF[UpdateUser], tenant_id)
        raise BadInput("nothing_to_undo", plan=plan_id)
    user_id, before, after = found
    _may(actor, tenant_id, frozenset(after) - {"proxy_addresses"})
    catch_up(tenant_id)
    with writing(tenant_id):
        now = clock.tenant_now(tenant_id)
        user = _known(tenant_id, user_id)
        open_ = [name for name in sorted(after) if name not in FOR_GOOD and user.values[name] != before[name]]
        back = {name: before[name] for name in open_ if user.values[name] == after[name]}
        kept = tuple(name for name in open_ if name not in back)
        if not back and kept:
            raise Refused("changed_since", plan=plan_id)
        if not back:
            raise BadInput("nothing_to_undo", plan=plan_id)
        intent = UpdateUser(user_id, tuple(sorted(back.items())))
        done = _change(tenant_id, intent, user, back, actor, now, undo_of=plan_id)
        ending.count_undone(tenant_id, plan_id, 1)
        return Done(user_id, done.plan_id, kept)


def is_update(tenant_id: int, plan_id: int) -> bool:
    """Whether `undo_update` is what undoes this plan."""
    text = undoing.intent_text(tenant_id, plan_id)
    return text is not None and isinstance(from_text(text), UpdateUser)


def _change(
    tenant_id: int,
    intent: UpdateUser,
    user: UserFields,
    changed: dict[str, Any],
    actor: Actor,
    now: Instant,
    undo_of: int | None = None,
) -> Done:
    """These fields are so: one row of the journal for them, and those of blocking or unblocking."""
    fields = {name: value for name, value in changed.items() if name != "account_enabled"}
    if user.is_synced and user_fields.mastered_elsewhere(frozenset(fields)):
        raise Refused("synced_account")
    entries: list[Row] = []
    if fields:
        _are_free(tenant_id, fields, intent.user_id)
        after = user.values | fields
        rows_of.update(tenant_id, intent.user_id, fields, (after["display_name"], after["principal_name"]), now)
        before = journal.canonical({name: user.values[name] for name in fields})
        entries.append(("user.update", "user", intent.user_id, before, journal.canonical(fields)))
    if "account_enabled" in changed:
        entries += _block(tenant_id, intent.user_id, now, Unblock() if changed["account_enabled"] else Block())
    return _record(tenant_id, intent, intent.user_id, actor, entries, now, undo_of)


def _block(tenant_id: int, user_id: int, now: Instant, intent: Block | Unblock) -> list[Row]:
    """Sign-in is blocked or allowed by the same verdict as anywhere, and its rows."""
    tenant = LocalTenant(tenant_id)
    context = tenant.context(look_of(intent))
    ((_, signature),) = tenant.load([user_id], context)
    verdict = judge(intent, tenant.understand(signature, context), context.facts)
    if verdict.outcome is not Outcome.READY:
        raise _refusal(verdict)
    work = tenant.work_of(1, signature, verdict, context)
    tenant.apply([(work, [user_id])], now)
    return list(tenant.entries(work, user_id))


def _refusal(verdict: Verdict) -> Refused:
    if verdict.reason is Reason.NEVER:
        return Refused("never", reason=verdict.subject)
    assert verdict.reason is Reason.SYNCED_ACCOUNT, verdict
    return Refused("synced_account")


def _may(actor: Actor, tenant_id: int, names: frozenset[str]) -> None:
    """R-176."""
    enough = user_fields.needs(names)
    actor.require(next((one for one in enough if one in actor.capabilities), enough[0]), tenant_id)


def _known(tenant_id: int, user_id: int) -> UserFields:
    found = list_of.get(tenant_id, user_id)
    if found is None:
        raise BadInput("unknown_user", text=str(user_id), candidates=())
    return found


def _are_free(tenant_id: int, fields: Mapping[str, Any], user_id: int) -> None:
    """Returns when nobody else has the name or the address, and the name is of the tenant (R-174)."""
    name, mail = fields.get("principal_name"), fields.get("mail")
    if name:
        user_fields.check_domain(name, list_of.domains(tenant_id))
        if list_of.owner_of_name(tenant_id, name) not in (None, user_id):
            raise BadInput("name_taken", text=name, name="principal_name")
    if mail and list_of.owner_of_mail(tenant_id, mail, user_id) is not None:
        raise BadInput("mail_taken", text=mail, name="mail")


def _object_id(text: str | None) -> str:
    try:
        return str(uuid.uuid4() if text is None else uuid.UUID(text))
    except ValueError:
        raise BadInput("bad_object_id", text=str(text)[:60]) from None


def _record(
    tenant_id: int,
    intent: UserObjectIntent,
    user_id: int,
    actor: Actor,
    entries: list[Row],
    now: Instant,
    undo_of: int | None = None,
) -> Done:
    """The plan's header and the journal's rows."""
    plan_id = ids.take_within(tenant_id, "plan")
    fields = header(tenant_id, plan_id, intent, Who("users", str(user_id)), actor, now)
    fields |= {"users": 1, "ready": 1, "verified": 1, "undo_of": undo_of}
    fields |= {
        "state": PlanState.APPLIED.value,
        "is_inline": True,
        "is_complete": True,
        "started_at": now,
        "finished_at": now,
    }
    plan_rows.insert_plan(fields)
    journal.write(tenant_id, door="apply", actor=actor, now=now, entries=entries, plan_id=plan_id)
    return Done(user_id, plan_id)
