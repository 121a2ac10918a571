"""Sentences about accounts: blocked, deleted, restored, by code. No rule is here."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from licentia.domain.permissions import Capability
from licentia.domain.reasons import Reason
from licentia.words.language import gettext as _
from licentia.words.parts import Sentence, Word, count, joined, or_list

BAD_INPUT: dict[str, Sentence] = {
    "unknown_deleted_user": lambda d: joined(_("No deleted user is called {text}.").format(text=d["text"]), or_list(d)),
    "several_deleted": lambda d: joined(
        _("{n} deleted users were called {text}. Use the object ID.").format(text=d["text"], n=count(d["n"])),
        or_list(d),
    ),
    "field_missing": lambda d: _("A new user needs {name}.").format(**d),
    "unknown_field": lambda d: _("There is no field called {name}.").format(**d),
    "read_only_field": lambda d: _("{name} can't be set.").format(**d),
    "bad_field": lambda d: _("That is not a value of {name}.").format(**d),
    "field_too_long": lambda d: _("{name} is too long: {n} characters at most.").format(
        name=d["name"], n=count(d["n"])
    ),
    "field_not_cleared": lambda d: _("{name} can't be empty.").format(**d),
    "bad_principal_name": lambda d: _("{text} is not a user name. Example: anna@contoso.com").format(**d),
    "foreign_domain": lambda d: _("{text} is not a domain of this tenant. These are: {known}.").format(**d),
    "name_taken": lambda d: _("The user name {text} belongs to another user.").format(**d),
    "mail_taken": lambda d: _("Another user has the mail address {text}.").format(**d),
    "bad_object_id": lambda d: _("{text} is not an object ID.").format(**d),
    "object_id_taken": lambda d: _("The object ID {text} is in use.").format(**d),
    "restore_name_alone": lambda d: _("Another user name is for one user at a time, not for a plan."),
    "own_manager": lambda d: _("{user} can't be their own manager.").format(**d),
}

REFUSED: dict[str, Sentence] = {
    "undo_user": lambda d: _("What plan {plan} set of one user is put back at once, without a plan to look at.").format(
        **d
    ),
    "changed_since": lambda d: _("All that plan {plan} set was changed since, so nothing was put back.").format(**d),
    "synced_account": lambda d: _("This account comes from Active Directory. Change it there."),
    "never": lambda d: _("On the never list: {subject}.").format(subject=d["reason"]),
}

ROW: dict[str, Sentence] = {
    "unknown_deleted_user": lambda d: _("No deleted user is called {text}.").format(**d),
    "several_deleted": lambda d: joined(
        _("{n} deleted users were called {text}. Use the object ID.").format(text=d["text"], n=count(d["n"])),
        or_list(d),
    ),
}

_SYNCED: dict[str, Word] = {
    "delete": lambda: _(
        "This account comes from Active Directory. Delete it there or take it out of the sync scope; both delete it here."
    ),
    "block": lambda: _("This account comes from Active Directory. Disable it there."),
    "unblock": lambda: _("This account comes from Active Directory. Enable it there."),
    "manager": lambda: _("This account comes from Active Directory. Set the manager there."),
}

REASON: dict[Reason, Sentence] = {
    Reason.SYNCED_ACCOUNT: lambda d: _SYNCED.get(
        str(d["subject"]), lambda: _("This account comes from Active Directory. Change it there.")
    )(),
    Reason.NAME_TAKEN: lambda d: _(
        "Another user has this user name now. Rename that user in Microsoft Entra first, or restore there under another name."
    ),
    Reason.NOT_DELETED: lambda d: _("Is not deleted. Nothing to do."),
}

REASON_WORD: dict[Reason, Word] = {
    Reason.SYNCED_ACCOUNT: lambda: _("from Active Directory"),
    Reason.NAME_TAKEN: lambda: _("the user name is taken"),
    Reason.NOT_DELETED: lambda: _("is not deleted"),
}

CAPABILITY: dict[Capability, Word] = {}

JOURNAL: dict[str, Callable[[str], str]] = {
    "user.create": lambda _p: _("User created"),
    "account.enabled": lambda _p: _("Sign-in allowed or blocked"),
    "account.sessions": lambda _p: _("Sessions ended"),
    "account.manager": lambda _p: _("Manager changed"),
    "account.deleted": lambda _p: _("User deleted or restored"),
    "clock.user_purge": lambda _p: _("User deleted for good"),
    "user.gone": lambda _p: _("Name and ID kept in the journal"),
}

_BECAME: dict[tuple[str, str | None], Word] = {
    ("account.enabled", "true"): lambda: _("Sign-in allowed"),
    ("account.enabled", "false"): lambda: _("Sign-in blocked"),
    ("account.deleted", "now"): lambda: _("User deleted"),
    ("account.deleted", None): lambda: _("User restored"),
    ("account.deleted", "purged"): lambda: _("User deleted for good"),
}


def account_word(kind: str, after: str | None) -> str:
    """What a row of the journal says happened to an account, by what it became."""
    value = None if after is None else str(json.loads(after))
    said = _BECAME.get((kind, value))
    return said() if said else JOURNAL[kind]("")


_FACT: dict[str, Word] = {
    "account.enabled": lambda: _("Sign-in status"),
    "account.sessions": lambda: _("Sessions"),
    "account.manager": lambda: _("Manager"),
    "account.deleted": lambda: _("Account"),
}


def fact_word(kind: str) -> str:
    """Which fact of an account a row of the journal is about."""
    return _FACT[kind]()


def value_word(kind: str, text: str | None, *, is_after: bool, names: Mapping[str, str]) -> str:
    """The value of that fact in words; `names` are those of managers, by number."""
    value = None if text is None else str(json.loads(text))
    if kind == "account.enabled":
        return {None: _("Not known"), "true": _("Allowed"), "false": _("Sign-in blocked")}[value]
    if kind == "account.manager":
        return _("none") if value is None else names[value]
    if kind == "account.sessions":
        return _("ended") if is_after else "-"
    return {None: _("active"), "now": _("deleted"), "purged": _("deleted for good")}[value]
