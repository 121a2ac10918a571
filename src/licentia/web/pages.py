"""The table of pages: name, address, view, and what reading and sending need."""

from __future__ import annotations

from licentia.domain.permissions import Capability
from licentia.web.routes import Route
from licentia.web.views import home, keys, licenses, manage, plan_acts, plans, users

READ, ASSIGN = Capability.READ, Capability.ASSIGN_LICENSES

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
    Route("deleted_users", "users/deleted", home.later),
    Route("former", "users/former", home.later),
    Route("groups", "groups", home.later),
    Route("licenses", "billing/licenses", licenses.every),
    Route("product", "billing/licenses/<uuid:sku_id>", licenses.product, post=READ),
    Route("unassign", "billing/licenses/<uuid:sku_id>/unassign/<int:plan_id>", plans.unassign, get=ASSIGN),
    Route("your_products", "billing/products", home.later),
    Route("reclaim", "reclaim", home.later),
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
    Route("audit", "audit", home.later),
    Route("connections", "setup/connections", home.later),
    Route("settings", "settings", home.later),
    Route("keys", "keys", keys.show, post=READ),
)
"""What a plan needs depends on what it does: its doors ask (`changes.guards.needs`), so its routes ask for READ only."""
