"""The table of pages: name, address, view, and what reading and sending need."""

from __future__ import annotations

from licentia.domain.permissions import Capability
from licentia.web.routes import Route
from licentia.web.views import (
    audit,
    deleted,
    exports,
    help,
    home,
    licenses,
    manage,
    plan_acts,
    plans,
    reclaim,
    settings,
    users,
)

READ, ASSIGN = Capability.READ, Capability.ASSIGN_LICENSES
LIMITS, PRICES = Capability.MANAGE_TENANTS, Capability.SET_PRICES
ROLES, NEVER = Capability.MANAGE_OPERATORS, Capability.MANAGE_NEVER_LIST

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
    Route("managed", "users/active/managed/<int:plan_id>", manage.done, get=ASSIGN),
    Route("deleted_users", "users/deleted", deleted.every, post=READ),
    Route("former", "users/former", home.later),
    Route("groups", "groups", home.later),
    Route("licenses", "billing/licenses", licenses.every),
    Route("product", "billing/licenses/<uuid:sku_id>", licenses.product, post=READ),
    Route("unassign", "billing/licenses/<uuid:sku_id>/unassign/<int:plan_id>", plans.unassign, get=ASSIGN),
    Route("your_products", "billing/products", home.later),
    Route("reclaim", "reclaim", reclaim.show),
    Route("plans", "plans", plans.every),
    Route("plan", "plans/<int:plan_id>", plans.one),
    Route("apply", "plans/<int:plan_id>/apply", plan_acts.apply, get=None, post=READ),
    Route("discard", "plans/<int:plan_id>/discard", plan_acts.discard, get=None, post=READ),
    Route("pause", "plans/<int:plan_id>/pause", plan_acts.pause, get=None, post=READ),
    Route("resume", "plans/<int:plan_id>/resume", plan_acts.resume, get=None, post=READ),
    Route("undo", "plans/<int:plan_id>/undo", plan_acts.undo, get=None, post=READ),
    Route("retry", "plans/<int:plan_id>/retry", plan_acts.retry, get=None, post=READ),
    Route("accept", "plans/<int:plan_id>/accept", plan_acts.accept, get=None, post=READ),
    Route("unschedule", "plans/<int:plan_id>/unschedule", plan_acts.unschedule, get=None, post=READ),
    Route("approve", "plans/<int:plan_id>/approve", plan_acts.approve, get=None, post=Capability.APPROVE_PLANS),
    Route("reject", "plans/<int:plan_id>/reject", plan_acts.reject, get=None, post=Capability.APPROVE_PLANS),
    Route("grace_periods", "grace-periods", home.later),
    Route("discovery", "discovery", home.later),
    Route("audit", "audit", audit.every),
    Route("connections", "setup/connections", home.later),
    Route("settings", "settings", settings.show),
    Route("settings_look", "settings/look", settings.look, get=None, post=READ),
    Route("settings_limits", "settings/limits", settings.limits, get=None, post=LIMITS),
    Route("settings_price", "settings/prices", settings.price, get=None, post=PRICES),
    Route("settings_list_prices", "settings/prices/list", settings.list_prices, get=None, post=PRICES),
    Route("settings_grant", "settings/roles", settings.grant, get=None, post=ROLES),
    Route("settings_revoke", "settings/roles/revoke", settings.revoke, get=None, post=ROLES),
    Route("settings_never", "settings/never", settings.add_never, get=None, post=NEVER),
    Route("settings_never_remove", "settings/never/remove", settings.remove_never, get=None, post=NEVER),
    Route("reclaim_plan", "reclaim/plan", reclaim.plan, get=None, post=ASSIGN),
    Route("reclaim_save", "reclaim/save", reclaim.save, get=None, post=Capability.SAVE_FINDERS),
    Route("reclaim_forget", "reclaim/forget", reclaim.forget, get=None, post=Capability.SAVE_FINDERS),
    Route("audit_check", "audit/check", audit.check, get=None, post=READ),
    Route("help", "help", help.show),
    Route("export_users", "users/active/export", exports.users),
    Route("export_holders", "billing/licenses/<uuid:sku_id>/export", exports.holders),
    Route("export_plans", "plans/export", exports.plans),
    Route("export_plan", "plans/<int:plan_id>/export", exports.plan),
    Route("export_deleted", "users/deleted/export", exports.deleted_users),
    Route("export_audit", "audit/export", exports.journal),
    Route("export_reclaim", "reclaim/export", reclaim.export),
)
"""What a plan needs depends on what it does: its doors ask (`changes.guards.needs`), so its routes ask for READ only."""
