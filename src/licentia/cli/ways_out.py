"""What to type next, by the code of what is the matter; follows the cause that `words` gives. No rule is here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from gettext import gettext as _

from licentia.domain.finders import NotKnown
from licentia.domain.reasons import Reason
from licentia.words.parts import Sentence, joined

BAD_INPUT: dict[str, Sentence] = {
    "unknown_product": lambda d: _("See: licentia products list"),
    "product_not_owned": lambda d: _("See: licentia products list"),
    "tenant_gone": lambda d: _("Choose another one: licentia tenants list"),
    "no_tenant": lambda d: _("Make one: licentia demo, or licentia import users FILE"),
    "not_a_copy": lambda d: _("Choose another --tenant."),
    "unknown_plan_number": lambda d: _("See: licentia plans list"),
    "clock_back": lambda d: _("Give a later time, or +31d."),
    "bad_moment": lambda d: _("Give +31d, +12h or 2026-12-31T08:00."),
    "unknown_group": lambda d: _("See: licentia groups list"),
    "bad_rows": lambda d: _(
        "See {path} for the reasons. Correct the file, or use --skip-bad to leave such rows out."
    ).format(path=d["path"]),
    "unknown_deleted_user": lambda d: _("See: licentia users deleted"),
    "unknown_finder": lambda d: _("Saved ones: licentia find"),
    "finder_no_days": lambda d: _("Leave out --days."),
    "finder_needs_product": lambda d: _("Say which with --product."),
    "finder_which_product": lambda d: joined(
        _("Say which with --product."), _("There are: {known}.").format(known=d["known"])
    ),
    "finder_exists": lambda d: _("Forget it first: licentia find --forget NAME"),
    "which_group": lambda d: _("Add --group NAME."),
    "group_twice": lambda d: _("Leave --group out."),
    "operator_exists": lambda d: _("See: licentia operators list"),
    "unknown_operator": lambda d: _("See: licentia operators list"),
    "app_exists": lambda d: _("See: licentia apps list"),
    "unknown_app": lambda d: _("See: licentia apps list"),
    "app_without_scopes": lambda d: _("Example: --application LicenseAssignment.ReadWrite.All"),
    "start_past": lambda d: _("Give a later time, or +1d."),
    "unknown_subscription": lambda d: _("See: licentia subscriptions list"),
    "undo_no_subscription": lambda d: _("To undo it: licentia plans undo {plan}").format(plan=d["plan"]),
    "bad_seats": lambda d: _("Give 1 or more; to end it: licentia subscriptions cancel"),
}

RULING: dict[str, Sentence] = {
    "partner": lambda d: _("Ask the partner; see: licentia subscriptions order"),
    "recurring_off": lambda d: _("Turn it on first: licentia subscriptions recurring"),
    "not_active": lambda d: _("Reactivate it first, where it is not deleted: licentia subscriptions recurring"),
}

REFUSED: dict[str, Sentence] = {
    "plan_state": lambda d: _("See: licentia plans list"),
    "take_over_whole": lambda d: _("See why above."),
    "confirm_needed": lambda d: _("Confirm with --confirm {raw}.").format(raw=d["n"]),
    "over_limit": lambda d: _("Confirm with --over-limit."),
    "confirm_delete": lambda d: _("Confirm with --yes."),
    "group_has_licenses": lambda d: _("Remove them first: licentia groups licenses GROUP --remove PRODUCT"),
    "group_in_use": lambda d: _("See: licentia groups errors. Solve them and reprocess first."),
    "not_for_hand_over": lambda d: _("Apply this one: licentia plans apply {plan}").format(plan=d["plan"]),
    "subscription_rule": lambda d: RULING.get(d["ruling"], nothing)(d),
    "undo_user": lambda d: _("Leave out --plan."),
    "undo_subscription": lambda d: _("To undo it: licentia subscriptions undo {plan}").format(plan=d["plan"]),
}

NOT_PERMITTED: dict[str, Sentence] = {
    "operator_disabled": lambda d: _("See: licentia operators enable"),
    "no_role": lambda d: _("See: licentia operators grant"),
    "own_plan": lambda d: _("Somebody else must: licentia plans approve {plan}").format(plan=d["plan"]),
}

REASON: dict[Reason, Sentence] = {
    Reason.UNKNOWN_PATH: lambda d: _("Add --include-unknown for named users."),
    Reason.SHARED_OVER: lambda d: _("Unassign anyway with --anyway."),
}

MISSING: dict[NotKnown, Sentence] = {
    NotKnown.PATH: lambda d: _("To look: --include-unknown"),
}

RULE: dict[str, Callable[[], str]] = {
    "R-71": lambda: _("See: licentia users restore"),
    "R-79": lambda: _("See: licentia users set-manager"),
    "R-124": lambda: _("See: licentia prices set"),
}
"""What to type about a rule that says what to do."""


def after_rule(rules: Sequence[str], said: str) -> str:
    """The sentence, and what to type about the first of these rules that has something."""
    return joined(said, *(RULE[rule]() for rule in rules if rule in RULE))


def nothing(_details: object) -> str:
    """Where there is nothing to type."""
    return ""
