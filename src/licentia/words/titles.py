"""What a plan does, in one line, for every intent. Names only; no rule is here."""

from __future__ import annotations

from typing import assert_never

from licentia.changes.preview import Preview
from licentia.domain.intents import (
    Assign,
    Block,
    CancelSubscription,
    ChangeLicenses,
    ChangeMembers,
    CreateGroup,
    CreateUser,
    DeleteGroup,
    DeleteUser,
    Intent,
    PurgeGroup,
    PurgeUser,
    Replace,
    Reprocess,
    Resize,
    RestoreGroup,
    RestoreUser,
    RevokeSessions,
    SetGroupLicenses,
    SetManager,
    SetPlans,
    SetRecurring,
    Swap,
    TakeOver,
    Unassign,
    UnassignAll,
    Unblock,
    Undo,
    UpdateGroup,
    UpdateUser,
)
from licentia.store.lists import products, users
from licentia.words.language import gettext as _
from licentia.words.language import ngettext
from licentia.words.parts import count, product_name


def title(shown: Preview) -> str:
    """What the plan does, in one line."""
    if shown.undo_plan is not None:
        return _("Undo plan {plan}").format(plan=shown.undo_plan)
    return _of(shown.plan["tenant_id"], shown.intent)


def _of(tenant_id: int, intent: Intent) -> str:  # noqa: PLR0912 - a table, a line per intent
    match intent:
        case Unassign():
            return _("Unassign {product}").format(product=product_name(intent.sku_id))
        case Assign():
            return _("Assign {product}").format(product=product_name(intent.sku_id))
        case Swap():
            return _("Replace {old} with {new}").format(
                old=product_name(intent.from_sku), new=product_name(intent.sku_id)
            )
        case Replace():
            names = ", ".join(sorted(map(product_name, intent.sku_ids)))
            return _("Replace all products with {names}").format(names=names)
        case UnassignAll():
            return _("Unassign all products")
        case ChangeLicenses():
            return _changed(intent)
        case SetPlans():
            return _("Set service plans of {product}").format(product=product_name(intent.sku_id))
        case TakeOver():
            name = product_name(intent.sku_id)
            if intent.move:
                return _("Take over {product}; its users keep it").format(product=name)
            return _("Take over {product}; its users lose it").format(product=name)
        case Block():
            return _("Block sign-in")
        case Unblock():
            return _("Unblock sign-in")
        case RevokeSessions():
            return _("Sign out of all sessions")
        case SetManager():
            return _("Set manager") if intent.manager_id is not None else _("Remove manager")
        case CreateUser():
            return _("Create user {user}").format(user=dict(intent.fields).get("principal_name", ""))
        case UpdateUser():
            return _("Change user {user}").format(user=_user(tenant_id, intent.user_id))
        case DeleteUser():
            return _("Delete users")
        case RestoreUser():
            return _("Restore users")
        case PurgeUser():
            return _("Delete users for good")
        case ChangeMembers():
            return _members(tenant_id, intent)
        case SetGroupLicenses():
            return _("Change licenses of group {group}").format(group=_group(tenant_id, intent.group_id))
        case Reprocess():
            if intent.group_id is None:
                return _("Reprocess licenses of users")
            return _("Reprocess group {group}").format(group=_group(tenant_id, intent.group_id))
        case Resize():
            name = product_name(intent.sku_id)
            said = ngettext(
                "Set a subscription of {product} to {n} seat",
                "Set a subscription of {product} to {n} seats",
                intent.seats,
            )
            return said.format(product=name, n=count(intent.seats))
        case SetRecurring():
            name = product_name(intent.sku_id)
            if intent.on:
                return _("Turn on recurring billing of {product}").format(product=name)
            return _("Turn off recurring billing of {product}").format(product=name)
        case CancelSubscription():
            return _("Cancel a subscription of {product}").format(product=product_name(intent.sku_id))
        case CreateGroup():
            return _("Create group {group}").format(group=intent.name)
        case UpdateGroup():
            return _("Change group {group}").format(group=intent.name or _group(tenant_id, intent.group_id))
        case DeleteGroup():
            return _("Delete group {group}").format(group=_group(tenant_id, intent.group_id))
        case PurgeGroup():
            return _("Delete group {group} for good").format(group=_group(tenant_id, intent.group_id))
        case RestoreGroup():
            return _("Restore group {group}").format(group=_group(tenant_id, intent.group_id))
        case Undo():
            return _("Undo plan {plan}").format(plan=intent.plan_id)
        case _:
            assert_never(intent)


def _changed(intent: ChangeLicenses) -> str:
    old = ", ".join(sorted(map(product_name, intent.remove)))
    new = ", ".join(sorted(product_name(sku) for sku, _off in intent.add))
    if old and new:
        return _("Replace {old} with {new}").format(old=old, new=new)
    if old or new:
        return (_("Unassign {product}") if old else _("Assign {product}")).format(product=old or new)
    return _("Change licenses")


def _members(tenant_id: int, intent: ChangeMembers) -> str:
    old = "" if intent.from_group is None else _group(tenant_id, intent.from_group)
    new = "" if intent.to_group is None else _group(tenant_id, intent.to_group)
    if old and new:
        return _("Move from group {old} to group {new}").format(old=old, new=new)
    return _("Remove from group {group}").format(group=old) if old else _("Add to group {group}").format(group=new)


def _user(tenant_id: int, user_id: int) -> str:
    return users.principal_names(tenant_id, [user_id]).get(user_id, str(user_id))


def _group(tenant_id: int, group_id: int) -> str:
    return products.group_names(tenant_id, [group_id]).get(group_id, str(group_id))
