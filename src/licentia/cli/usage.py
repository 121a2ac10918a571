"""Sentences that only a command line says, whole: which option is missing, which two do not go together. No rule is here."""

from __future__ import annotations

from gettext import gettext as _

from licentia.words.parts import Sentence, joined
from licentia.words.said.operators import needs_role
from licentia.words.sentences import capability

BAD_INPUT: dict[str, Sentence] = {
    "which_tenant": lambda d: _("There are several tenants; say which with --tenant: {known}.").format(**d),
    "move_or_cancel": lambda d: _("Say what becomes of its users: --move or --cancel."),
    "no_who": lambda d: _("Say for whom: --user, --users-from, --filter or --everyone."),
    "several_who": lambda d: _("Use one of --user, --users-from, --filter and --everyone."),
    "never_what": lambda d: _("Say whom: --user NAME or --group NAME."),
    "no_deleted_who": lambda d: _("Say which deleted users: --user or --users-from."),
    "several_deleted_who": lambda d: _("Use one of --user and --users-from."),
    "which_manager": lambda d: _("Say who the manager is, or --none."),
    "finder_look_only": lambda d: _(
        "--include-unknown is for looking only: a finder never puts licenses of an unknown path into a plan. "
        "Name the users: licentia unassign PRODUCT --user NAME --include-unknown"
    ),
    "finder_no_unassign": lambda d: _("{option} is about a plan. Add --unassign.").format(**d),
    "no_group_change": lambda d: _("Say what changes: --name, --rule or --no-rule."),
    "no_group_licenses": lambda d: _("Say what changes: --add PRODUCT or --remove PRODUCT."),
    "plans_without_product": lambda d: _("--off and --on need --add PRODUCT: say of which product."),
    "reprocess_whom": lambda d: _("Say what to reprocess: a group, or users with --user, --users-from or --filter."),
    "no_why": lambda d: _("Say why the plan is rejected: --why TEXT."),
    "product_or_all": lambda d: _("Say what goes: a product, or --all for everything that is assigned directly."),
    "all_needs_users": lambda d: _("With --all, say for whom: --user, --users-from or --filter; not --everyone."),
    "all_is_direct": lambda d: _(
        "--all takes only what is assigned directly. For a license of which the path is not known, name the product."
    ),
    "no_service_plans": lambda d: _("Say which service plans: --on PLAN, --off PLAN."),
}

REFUSED: dict[str, Sentence] = {
    "approval_needed": lambda d: _(
        "Plan {plan} needs the approval of somebody other than its maker: licentia plans approve {plan}"
    ).format(**d),
}


def owner_only(needs: str) -> str:
    """That only the owner of the whole store may do this, which is who names nobody."""
    return joined(needs_role(capability(needs)), _("For the whole store that is its owner only: leave out --as."))
