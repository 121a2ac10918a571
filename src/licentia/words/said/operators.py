"""Sentences about operators, approval and scheduled plans, by code. No rule is here."""

from __future__ import annotations

import json
from collections.abc import Callable

from licentia.domain.permissions import Capability, Role, roles_with
from licentia.domain.reasons import NotPermitted, Reason
from licentia.words.language import gettext as _
from licentia.words.parts import Sentence, Word, joined

BAD_INPUT: dict[str, Sentence] = {
    "bad_operator_name": lambda d: _("{text} is not a name for an operator. Example: anna@contoso.example").format(**d),
    "operator_exists": lambda d: _("There is an operator called {name} already.").format(**d),
    "unknown_operator": lambda d: _("No operator is called {name}.").format(**d),
    "bad_approve_above": lambda d: _("{text} is not a number of users, 1 or more, or off.").format(**d),
    "start_past": lambda d: _("That moment has been."),
    "no_why": lambda d: _("Say why the plan is rejected."),
    "list_gone": lambda d: _("The list of users of plan {plan} is no longer kept. Totals and journal are.").format(**d),
}

REFUSED: dict[str, Sentence] = {
    "last_global": lambda d: _(
        "{name} is the last Global Administrator, and other operators would stay without one. Give somebody else the role first."
    ).format(**d),
    "approval_needed": lambda d: _("Plan {plan} needs the approval of somebody other than its maker.").format(**d),
    "scheduler_not_permitted": lambda d: _("Whoever scheduled the plan may no longer do this."),
    "not_for_hand_over": lambda d: _("Only the plan of a copy is carried out elsewhere.").format(**d),
}

NOT_PERMITTED: dict[str, Sentence] = {
    "operator_disabled": lambda d: _("{name} is disabled and can't do anything.").format(**d),
    "operator_gone": lambda d: _("That operator does not exist any more."),
    "no_role": lambda d: _("{name} has no role in this tenant.").format(**d),
    "own_plan": lambda d: _("Nobody approves a plan of one's own.").format(**d),
}
"""What NotPermitted says when it is not for want of a capability."""

ROW: dict[str, Sentence] = {}

REASON: dict[Reason, Sentence] = {}

REASON_WORD: dict[Reason, Word] = {}

CAPABILITY: dict[Capability, Word] = {
    Capability.MANAGE_GROUPS: lambda: _("make, change and delete groups"),
    Capability.CHANGE_MEMBERS: lambda: _("change the members of groups"),
    Capability.ASSIGN_GROUP_LICENSES: lambda: _("change the licenses of groups"),
    Capability.MANAGE_USERS: lambda: _("change, delete and restore users"),
    Capability.BLOCK_USERS: lambda: _("block and unblock users"),
    Capability.MANAGE_SUBSCRIPTIONS: lambda: _("change subscriptions and take over purchases"),
    Capability.SET_PRICES: lambda: _("set prices"),
    Capability.MANAGE_OPERATORS: lambda: _("add operators and give them roles"),
    Capability.APPROVE_PLANS: lambda: _("approve plans"),
}

JOURNAL: dict[str, Callable[[str], str]] = {
    "operator.grant": lambda _p: _("Role given"),
    "operator.revoke": lambda _p: _("Role taken away"),
    "operator.disable": lambda _p: _("Operator disabled"),
    "operator.enable": lambda _p: _("Operator enabled"),
    "plan.ask": lambda _p: _("Approval asked"),
    "plan.approve": lambda _p: _("Plan approved"),
    "plan.reject": lambda _p: _("Plan rejected"),
    "plan.schedule": lambda _p: _("Plan scheduled"),
    "plan.unschedule": lambda _p: _("Plan no longer scheduled"),
    "plan.start": lambda _p: _("Scheduled plan started"),
    "plan.start_refused": lambda _p: _("Scheduled plan not started"),
    "plan.expire": lambda _p: _("Plan expired"),
    "plan.hand_over": lambda _p: _("Plan handed over"),
    "plan.stop": lambda _p: _("Plan stopped"),
}

ROLE: dict[Role, Word] = {
    Role.GLOBAL: lambda: _("Global Administrator"),
    Role.LICENSE: lambda: _("License Administrator"),
    Role.USER: lambda: _("User Administrator"),
    Role.BILLING: lambda: _("Billing Administrator"),
    Role.GROUPS: lambda: _("Groups Administrator"),
    Role.HELPDESK: lambda: _("Helpdesk Administrator"),
    Role.EXCHANGE: lambda: _("Exchange Administrator"),
    Role.GLOBAL_READER: lambda: _("Global Reader"),
    Role.EDISCOVERY: lambda: _("eDiscovery Manager"),
}


def role_word(role: str) -> str:
    """A role's name."""
    return ROLE[Role(role)]()


def needs_role(what: str) -> str:
    """That a role is needed that may do it."""
    return _("You need a role that may do this: {what}.").format(what=what)


def not_permitted(error: NotPermitted, what: Callable[[str], str]) -> str:
    """What the actor lacks, and who has it; `what` gives a capability's words. The whole store is its owner's only."""
    if error.needs in NOT_PERMITTED:
        return NOT_PERMITTED[error.needs](error.details)
    needed = needs_role(what(error.needs))
    if error.details.get("tenant_id") == 0:
        return joined(needed, _("For the whole store that is its owner only."))
    roles = ", ".join(role_word(role) for role in roles_with(Capability(error.needs)))
    return joined(needed, _("These may: {roles}.").format(roles=roles))


def locked(capability: Capability) -> str:
    """Why a control is locked, with the roles that may use it."""
    roles = [role_word(role) for role in roles_with(capability)]
    if len(roles) == 1:
        return _("Needs {role}").format(role=roles[0])
    return _("Needs one of these roles: {roles}").format(roles=", ".join(roles))


def operator_text(text: str | None) -> str:
    """Who a row of the journal about an operator names, and the role."""
    fields = json.loads(text or "{}")
    role = fields.get("role")
    return str(fields.get("operator", "")) + (f" ({role_word(role)})" if role else "")
