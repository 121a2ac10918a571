"""Sentences about groups and their licenses, by code. No rule is here."""

from __future__ import annotations

from collections.abc import Callable

from licentia.domain.facts import AssignmentError
from licentia.domain.permissions import Capability
from licentia.domain.reasons import Reason
from licentia.words.language import gettext as _
from licentia.words.language import ngettext
from licentia.words.parts import Sentence, Word, count, joined, or_list, product_name

BAD_INPUT: dict[str, Sentence] = {
    "ambiguous_group": lambda d: joined(
        _("{text} is the name of {n} groups. Use the object ID.").format(text=d["text"], n=count(d["n"])), or_list(d)
    ),
    "bad_group_name": lambda d: _("{text} is not a name for a group: give 1 to 256 characters.").format(
        text=d["text"] or "-"
    ),
    "group_exists": lambda d: _("There is a group called {name} already. Choose another name.").format(**d),
    "add_and_remove": lambda d: _("{product} can't be added and removed at once.").format(
        product=product_name(d["sku"])
    ),
    "same_group": lambda d: _("Give two groups: {name} is both.").format(**d),
}

REFUSED: dict[str, Sentence] = {
    "group_dynamic": lambda d: _(
        "A rule decides who is in {group}. Whoever edits the group's rule in Microsoft Entra can change it."
    ).format(**d),
    "group_synced": lambda d: _(
        "{group} comes from your own Active Directory. Change it there; it follows with the next sync."
    ).format(**d),
    "group_mail": lambda d: _(
        "{group} is a mail group of Exchange. Change it in the Exchange admin center; "
        "for licenses, use a security group or a Microsoft 365 group."
    ).format(**d),
    "group_has_licenses": lambda d: _("{group} gives licenses, so it can't be deleted.").format(**d),
    "group_gone": lambda d: _(
        "The group of this plan is not there any more, so nothing was changed. Discard the plan."
    ),
    "group_in_use": lambda d: _("Users still have licenses, or errors, from {group}.").format(**d),
    "group_never": lambda d: _("{group} is on the never list: {reason}. Take it off the list first.").format(**d),
    "group_rule_empties": lambda d: _(
        "A rule empties {group} first, so everybody would lose its licenses for a while. Remove its licenses first."
    ).format(**d),
    "group_prerequisite": lambda d: _(
        "{addon} needs {service} in the same group. Add a product that has it to {group}, or leave {addon} out."
    ).format(**d),
    "group_company_product": lambda d: _(
        "{product} is for the whole organization and can't go to users, so a group can't give it."
    ).format(product=product_name(d["sku"])),
}

ROW: dict[str, Sentence] = {}

REASON: dict[Reason, Sentence] = {
    Reason.NOT_MEMBER: lambda d: _("Is not in the group. Nothing to do."),
    Reason.GROUP_DYNAMIC: lambda d: _("A rule decides who is in the group. Edit the rule in Microsoft Entra."),
    Reason.GROUP_SYNCED: lambda d: _("The group comes from your own Active Directory. Change it there."),
    Reason.GROUP_MAIL: lambda d: _("The group is a mail group. Change it in the Exchange admin center."),
}

REASON_WORD: dict[Reason, Word] = {
    Reason.NOT_MEMBER: lambda: _("not in the group"),
    Reason.GROUP_DYNAMIC: lambda: _("dynamic group"),
    Reason.GROUP_SYNCED: lambda: _("synced group"),
    Reason.GROUP_MAIL: lambda: _("mail group"),
}

CAPABILITY: dict[Capability, Word] = {}

JOURNAL: dict[str, Callable[[str], str]] = {
    "group.create": lambda _p: _("Group created"),
    "group.update": lambda _p: _("Group changed"),
    "group.delete": lambda _p: _("Group deleted"),
    "group.restore": lambda _p: _("Group restored"),
    "group.licenses": lambda _p: _("Licenses of the group changed"),
    "member.add": lambda _p: _("Added to a group"),
    "member.remove": lambda _p: _("Removed from a group"),
}

ERROR: dict[AssignmentError, Word] = {
    AssignmentError.COUNT: lambda: _("no licenses available"),
    AssignmentError.EXCLUSIVE: lambda: _("service plans that exclude one another"),
    AssignmentError.DEPENDENCY: lambda: _("a service plan that is needed"),
    AssignmentError.LOCATION: lambda: _("not sold in the user's country"),
    AssignmentError.UNIQUENESS: lambda: _("mail address already in use"),
    AssignmentError.OTHER: lambda: _("another product of the group failed"),
}

_WAY_OUT: dict[AssignmentError, str] = {
    AssignmentError.COUNT: "free_seats",
    AssignmentError.EXCLUSIVE: "separate_plans",
    AssignmentError.DEPENDENCY: "add_needed_plan",
    AssignmentError.LOCATION: "correct_location",
    AssignmentError.UNIQUENESS: "correct_mail_address",
    AssignmentError.OTHER: "solve_other_error",
}

FIX: dict[str, Word] = {
    "free_seats": lambda: _("Buy licenses or take some back; then reprocess, as freeing alone tries nothing again."),
    "separate_plans": lambda: _("Switch one of the two service plans off, or take one product away; then reprocess."),
    "add_needed_plan": lambda: _("Add a product with the service plan it needs to the same group; then reprocess."),
    "correct_location": lambda: _(
        "Correct the usage location, or switch that service plan off in the group; then reprocess."
    ),
    "correct_mail_address": lambda: _(
        "Find the other object with this mail address and change one of the two in Exchange; then reprocess."
    ),
    "solve_other_error": lambda: _("Solve the group's other error; this one goes when you reprocess."),
    "unassign_dependent": lambda: _("Unassign the product that still needs this one first; then reprocess."),
    "look_in_entra": lambda: _(
        "Licentia does not know this error. Reprocess; if it stays, look at the user in Microsoft Entra."
    ),
}
"""What can be done about an error, by the code that programs get."""


def error_word(code: str) -> str:
    """Why a license is in error, in a few words; a code that nobody knows is shown as it is."""
    return ERROR[AssignmentError(code)]() if code in ERROR else code


def fix_code(code: str, *, is_held: bool) -> str:
    """What to do about it, a key of FIX. Held: the group's license should go, and something still needs it."""
    if code == AssignmentError.DEPENDENCY and is_held:
        return "unassign_dependent"
    return _WAY_OUT[AssignmentError(code)] if code in set(AssignmentError) else "look_in_entra"


def error_fix(code: str, *, is_held: bool) -> str:
    """The same in one sentence."""
    return FIX[fix_code(code, is_held=is_held)]()


def kind_word(kind: str | None) -> str:
    """What a group is."""
    if kind is None:
        return _("Not known")
    return {
        "security": _("Security group"),
        "microsoft365": _("Microsoft 365 group"),
        "mail_security": _("Mail-enabled security group"),
        "distribution": _("Distribution list"),
    }[kind]


def membership_word(rule: str | None, is_synced: bool | None) -> str:
    """How users become members."""
    if is_synced:
        return _("Synced")
    if rule is None:
        return _("Not known")
    return _("Dynamic") if rule else _("Assigned")


def group_line(kind: str | None, rule: str | None, is_synced: bool | None, members: int) -> str:
    """What a group is, how many members it has and how they come, in one line."""
    if is_synced:
        said = ngettext(
            "{kind} with {n} member, synced from Active Directory",
            "{kind} with {n} members, synced from Active Directory",
            members,
        )
    elif rule is None:
        said = ngettext(
            "{kind} with {n} member; not known how members come in",
            "{kind} with {n} members; not known how members come in",
            members,
        )
    elif rule:
        said = ngettext("{kind} with {n} member, by a rule", "{kind} with {n} members, by a rule", members)
    else:
        said = ngettext("{kind} with {n} assigned member", "{kind} with {n} assigned members", members)
    return said.format(kind=_("Group of unknown kind") if kind is None else kind_word(kind), n=count(members))


def rule_line(rule: str) -> str:
    """By which rule users become members."""
    return _("Rule: {rule}").format(rule=rule)


def never_line(reason: str) -> str:
    """That nobody in the group loses a license, and why."""
    return _("On the never list: {reason}").format(reason=reason)
