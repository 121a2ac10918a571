"""The table of pages: name, address, view, and what reading and sending need."""

from __future__ import annotations

from licentia.domain.permissions import Capability
from licentia.web.routes import Route
from licentia.web.views import (
    assign,
    group_changes,
    groups,
    home,
    licenses,
    manage,
    plans,
    subscription_changes,
    subscriptions,
    users,
)

READ, ASSIGN = Capability.READ, Capability.ASSIGN_LICENSES
GROUPS, MEMBERS, GROUP_LICENSES = Capability.MANAGE_GROUPS, Capability.CHANGE_MEMBERS, Capability.ASSIGN_GROUP_LICENSES
BILLING = Capability.MANAGE_SUBSCRIPTIONS

ROUTES = (
    Route("home", "", home.show),
    Route("set_tenant", "tenant", home.set_tenant, get=None, post=READ),
    Route("dismiss", "dismiss", home.dismiss, get=None, post=READ),
    Route("search", "search", home.search),
    Route("active_users", "users/active", users.active),
    Route("user", "users/active/<uuid:object_id>", users.user, post=ASSIGN),
    Route("consider", "users/active/<uuid:object_id>/consider", users.consider, get=None, post=ASSIGN),
    Route("manage", "users/active/selection", manage.choose, get=None, post=READ),
    Route("manage_licenses", "users/active/manage", manage.pane, get=ASSIGN, post=ASSIGN),
    Route("deleted_users", "users/deleted", home.later),
    Route("former", "users/former", home.later),
    Route("groups", "groups", groups.every),
    Route("licenses", "billing/licenses", licenses.every),
    Route("product", "billing/licenses/<uuid:sku_id>", licenses.product, post=READ),
    Route("unassign", "billing/licenses/<uuid:sku_id>/unassign/<int:plan_id>", plans.unassign, get=ASSIGN),
    Route("your_products", "billing/products", subscriptions.every),
    Route("reclaim", "reclaim", home.later),
    Route("plans", "plans", plans.every),
    Route("plan", "plans/<int:plan_id>", plans.one),
    Route("apply", "plans/<int:plan_id>/apply", plans.apply, get=None, post=READ),
    Route("discard", "plans/<int:plan_id>/discard", plans.discard, get=None, post=READ),
    Route("pause", "plans/<int:plan_id>/pause", plans.pause, get=None, post=READ),
    Route("resume", "plans/<int:plan_id>/resume", plans.resume, get=None, post=READ),
    Route("undo", "plans/<int:plan_id>/undo", plans.undo, get=None, post=READ),
    Route("grace_periods", "grace-periods", home.later),
    Route("discovery", "discovery", home.later),
    Route("audit", "audit", home.later),
    Route("connections", "setup/connections", home.later),
    Route("settings", "settings", home.later),
    Route("group_create", "groups/new", group_changes.create, get=GROUPS, post=GROUPS),
    Route("group", "groups/<uuid:object_id>", groups.group, post=READ),
    Route("group_rename", "groups/<uuid:object_id>/rename", group_changes.rename, get=GROUPS, post=GROUPS),
    Route("group_delete", "groups/<uuid:object_id>/delete", group_changes.delete, get=GROUPS, post=GROUPS),
    Route("group_restore", "groups/<uuid:object_id>/restore", group_changes.restore, get=None, post=GROUPS),
    Route(
        "group_assign", "groups/<uuid:object_id>/assign", group_changes.assign, get=GROUP_LICENSES, post=GROUP_LICENSES
    ),
    Route(
        "group_unassign",
        "groups/<uuid:object_id>/unassign",
        group_changes.unassign,
        get=GROUP_LICENSES,
        post=GROUP_LICENSES,
    ),
    Route("group_add", "groups/<uuid:object_id>/members", group_changes.add, get=MEMBERS, post=MEMBERS),
    Route("group_reprocess", "groups/<uuid:object_id>/reprocess", group_changes.reprocess, get=None, post=ASSIGN),
    Route("assign", "billing/licenses/<uuid:sku_id>/assign", assign.assign, get=ASSIGN, post=ASSIGN),
    Route("order", "billing/products/order.csv", subscriptions.order),
    Route("subscription", "billing/products/<int:number>", subscriptions.one),
    Route("resize", "billing/products/<int:number>/licenses", subscription_changes.resize, post=BILLING),
    Route("recurring", "billing/products/<int:number>/recurring", subscription_changes.recurring, post=BILLING),
    Route("cancel_subscription", "billing/products/<int:number>/cancel", subscription_changes.cancel, post=BILLING),
    Route("take_over", "billing/products/<int:number>/takeover", subscription_changes.take_over, post=BILLING),
    Route("undo_subscription", "billing/undo/<int:plan_id>", subscription_changes.undo, post=BILLING),
)
"""What a plan needs depends on what it does: its doors ask (`changes.guards.needs`), so its routes ask for READ only."""
