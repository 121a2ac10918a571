"""Every code that can be met, as one sentence in the reader's language: what is the matter, and what can be done.

Codes come from domain, importing, odata and store; a test walks them all through these tables. No rule is here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from licentia.domain.permissions import Capability
from licentia.domain.reasons import BadInput, NotPermitted, Reason, Refused
from licentia.odata.filters import FilterError
from licentia.store.writing import StoreError
from licentia.words.language import gettext as _
from licentia.words.language import ngettext
from licentia.words.parts import Sentence, Word, count, joined, or_list, product_name
from licentia.words.said import TOPICS
from licentia.words.said.operators import not_permitted


def cause(error: Exception) -> str | None:
    """What an expected error says, without a way out that only one edge knows; None for a bug, which must be seen whole."""
    match error:
        case BadInput():
            return BAD_INPUT[error.code](error.details)
        case Refused():
            return REFUSED[error.code](error.details)
        case NotPermitted():
            return not_permitted(error, capability)
        case FilterError():
            return filter_sentence(error)
        case StoreError():
            return STORE[error.code](error.details)
    return None


def filter_sentence(error: FilterError) -> str:
    """Where and why a filter cannot be read; positions count from 1."""
    where = _("The filter can't be read at position {position}.").format(position=error.position + 1)
    what = {
        "empty": _("It is empty."),
        "too_long": _("It is too long."),
        "too_deep": _("Its parentheses are too deep."),
        "unexpected_character": _("This character does not belong there."),
        "unexpected_token": _("Something else is expected there."),
        "unterminated_string": _("A text has no closing quote."),
        "bad_literal": _("This is not a value."),
        "unknown_function": _("There is no such function."),
    }[str(error.code)]
    return joined(where, what, _("Example: department eq 'Sales' and accountEnabled eq false"))


BAD_INPUT: dict[str, Sentence] = {
    "unknown_product": lambda d: joined(_("No product is called {text}.").format(text=d["text"]), or_list(d)),
    "ambiguous_product": lambda d: joined(
        _("{text} is the name of {n} products. Use the part number or the ID.").format(text=d["text"], n=count(d["n"])),
        or_list(d),
    ),
    "unknown_plan": lambda d: joined(
        _("{product} has no service plan called {text}.").format(product=d["product"], text=d["text"]), or_list(d)
    ),
    "product_not_owned": lambda d: _("This tenant does not have {product}.").format(product=product_name(d["sku"])),
    "unknown_tenant": lambda d: joined(
        _("No tenant is called {name}.").format(name=d["name"]),
        _("There are: {known}.").format(known=d["known"]) if d["known"] else "",
    ),
    "tenant_gone": lambda d: _("This tenant is being deleted."),
    "no_tenant": lambda d: _("There is no tenant yet."),
    "bad_tenant_name": lambda d: _("A tenant's name is one line of 1 to 200 characters."),
    "tenant_exists": lambda d: _(
        "There is a tenant called {name} already. Choose another name, or delete it first."
    ).format(**d),
    "not_a_copy": lambda d: _("{name} is not a copy of a real tenant, so nothing can be imported into it.").format(**d),
    "unknown_plan_number": lambda d: _("There is no plan {plan}.").format(**d),
    "nothing_to_undo": lambda d: _("Plan {plan} has changed nothing, so there is nothing to undo.").format(**d),
    "nothing_to_retry": lambda d: _("No user of plan {plan} failed or changed meanwhile. Nothing to do.").format(**d),
    "not_a_purchase": lambda d: _(
        "{text} is the organization's own subscription. Only a self-service purchase can be taken over."
    ).format(**d),
    "purchase_ended": lambda d: _("The purchase {text} has ended already. Nothing to do.").format(**d),
    "clock_back": lambda d: _("A tenant's clock only moves forward."),
    "bad_moment": lambda d: _("{text} is not a time.").format(**d),
    "unknown_user": lambda d: joined(_("No user is called {text}.").format(text=d["text"]), or_list(d)),
    "unknown_group": lambda d: _("No group is called {text}.").format(**d),
    "unknown_intent": lambda d: _("This plan was made by a newer version: {verb}. Update Licentia.").format(**d),
    "unknown_property": lambda d: _("{name} can't be filtered on. These can: {known}.").format(**d),
    "wrong_filter_value": lambda d: _("{value} is not a value of {name}.").format(**d),
    "bad_country": lambda d: _("{text} is not a country of two letters. Example: NL").format(**d),
    "unknown_zone": lambda d: _("{text} is not a time zone. Example: Europe/Amsterdam").format(**d),
    "unknown_switch": lambda d: _("{text} is not a switch. These are: {known}.").format(**d),
    "no_users_in_file": lambda d: _("The file has no user that could be read. Nothing was changed."),
    "bad_rows": lambda d: ngettext(
        "{n} row can't be used; nothing was changed.", "{n} rows can't be used; nothing was changed.", d["n"]
    ).format(n=count(d["n"])),
    "bad_database_url": lambda d: _("LICENTIA_DATABASE_URL is not a PostgreSQL address: postgresql://user@host/name"),
    "unreadable_file": lambda d: _("The file {name} can't be read: {detail}.").format(
        name=d.get("name") or "-", detail=d["detail"]
    ),
    "unwritable_file": lambda d: _("The file {name} can't be written: {detail}.").format(**d),
    "empty_file": lambda d: _("The file is empty. Nothing was changed."),
    "not_text": lambda d: _("The file is not text (kind: {kind}). Save it as CSV and try again.").format(**d),
    "no_user_column": lambda d: _(
        "The file has no column with user names. It needs one called User principal name; it has: {columns}."
    ).format(columns=", ".join(map(str, d["columns"]))),
    "duplicate_column": lambda d: _("The column {name} stands twice in the file. Remove one.").format(**d),
    "bad_json": lambda d: _("The JSON can't be read at line {line}, column {column}: {detail}.").format(**d),
    "line_too_long": lambda d: _("Line {line} is too long for a table. Check the file.").format(**d),
    "bad_quoting": lambda d: _("The quotes in line {line} do not match. Check the file.").format(**d),
}

REFUSED: dict[str, Sentence] = {
    "plan_state": lambda d: _("That can't be done with this plan now; its status is: {state}.").format(
        state=plan_state(str(d["state"]))
    ),
    "plan_incomplete": lambda d: _("Plan {plan} was never finished being made. Make it again.").format(**d),
    "plan_outdated": lambda d: _(
        "The rules or the product table changed since plan {plan} was made. Make it again."
    ).format(**d),
    "no_seats": lambda d: joined(
        _("Not enough licenses for {product}: {need} needed, {free} available, {missing} missing.").format(
            product=product_name(d["sku"]),
            need=count(d["need"]),
            free=count(d["free"]),
            missing=count(d["need"] - d["free"]),
        ),
        _("Take some back first, or choose fewer users."),
    ),
    "no_undo": lambda d: _("Plan {plan} can't be undone: what it did is for good.").format(**d),
    "group_changed_since": lambda d: _(
        "The group's licenses were changed after plan {plan}, so it can't be undone. Change them by hand."
    ).format(**d),
    "never_in_group": lambda d: ngettext(
        "{n} member is on the never list and would lose the license. Take it off the list, or out of the group, first.",
        "{n} members are on the never list and would lose the license. "
        "Take them off the list, or out of the group, first.",
        d["n"],
    ).format(n=count(d["n"])),
    "take_over_whole": lambda d: ngettext(
        "A take-over goes whole or not at all, and {n} user is not ready.",
        "A take-over goes whole or not at all, and {n} users are not ready.",
        d["n"],
    ).format(n=count(d["n"])),
    "confirm_needed": lambda d: ngettext(
        "This plan changes {n} user.",
        "This plan changes {n} users.",
        d["n"],
    ).format(n=count(d["n"])),
    "over_limit": lambda d: _(
        "This plan takes back {percent}% of the product, {n} users: above this tenant's limit."
    ).format(percent=d["percent"], n=count(d["n"])),
    "confirm_delete": lambda d: _("Deleting {name} can't be undone.").format(**d),
    "not_applied": lambda d: _("The change did not hold when it was checked, so it was taken back. Nothing changed."),
}

STORE: dict[str, Sentence] = {
    "store_locked": lambda d: _("Another program has locked the store. Close it and try again; nothing was lost."),
    "store_full": lambda d: _("The disk is full. Make room and run the same command again; nothing was lost."),
    "store_readonly": lambda d: _("The store is read-only. Check the rights on its folder, or set LICENTIA_HOME."),
    "store_newer": lambda d: _("The store was made by a newer version of Licentia ({found}). Update Licentia.").format(
        **d
    ),
    "store_broken": lambda d: _("The store's file is damaged: {detail}. Restore a backup.").format(**d),
    "store_unreachable": lambda d: _("The store can't be opened: {detail}.").format(**d),
}

ROW: dict[str, Sentence] = {
    "wrong_column_count": lambda d: _("{found} columns instead of {expected}.").format(**d),
    "no_user_name": lambda d: _("No user name."),
    "bad_user_name": lambda d: _("{text} is not a user name.").format(**d),
    "concealed_name": lambda d: _(
        "The name is concealed ({text}). Turn concealment off in the report settings."
    ).format(**d),
    "bad_object_id": lambda d: _("{text} is not an object ID.").format(**d),
    "unknown_license": lambda d: _("No product is called {text}.").format(**d),
    "ambiguous_license": lambda d: joined(
        _("{text} is the name of {n} products. Use the part number or the ID.").format(text=d["text"], n=count(d["n"])),
        or_list(d),
    ),
    "bad_value": lambda d: _("{text} is not a value of {column}.").format(**d),
    "duplicate_user": lambda d: _("The same user as in line {first_line}.").format(**d),
    "name_taken": lambda d: _("The user name {name} belongs to another user.").format(**d),
    "bad_quoting": lambda d: _("The quotes do not match."),
    "line_too_long": lambda d: _("The line is too long."),
    "deleted_user": lambda d: _("The user is deleted."),
    "missing_property": lambda d: _("{name} is missing.").format(**d),
    "unknown_user": lambda d: _("No user is called {text}.").format(**d),
}

CAPABILITY: dict[Capability, Word] = {
    Capability.READ: lambda: _("look at users and licenses"),
    Capability.ASSIGN_LICENSES: lambda: _("assign and unassign licenses"),
    Capability.IMPORT_FACTS: lambda: _("import users"),
    Capability.MANAGE_TENANTS: lambda: _("make, change and delete tenants"),
    Capability.MANAGE_NEVER_LIST: lambda: _("change the never list"),
    Capability.MOVE_CLOCK: lambda: _("move a tenant's clock"),
}


def capability(code: str) -> str:
    """What a role allows, in a few words."""
    return CAPABILITY[Capability(code)]()


REASON: dict[Reason, Sentence] = {
    Reason.NOT_HELD: lambda d: (
        _("Has no license assigned directly. Nothing to do.")
        if d["subject"] == "direct"
        else _("Does not have this license. Nothing to do.")
    ),
    Reason.ALREADY: lambda d: _("Is so already. Nothing to do."),
    Reason.STALE: lambda d: _("Changed since the plan was made. Make a new plan for these users."),
    Reason.NEVER: lambda d: _("On the never list: {subject}.").format(**d),
    Reason.INHERITED: lambda d: _("This license comes from group {subject}. You can't unassign it here.").format(**d),
    Reason.SELF_SERVICE: lambda d: _("Bought by {subject}. Take over the subscription first.").format(**d),
    Reason.UNKNOWN_PATH: lambda d: _("The file did not say how this license was assigned."),
    Reason.SHARED_OVER: lambda d: _("Shared mailbox that needs a license, or of which that is not known."),
    Reason.DEPENDENCY: lambda d: _("{addon} needs {service}. Remove {addon} first or keep this license.").format(
        **dict(zip(("addon", "service"), str(d["subject"]).split("|"), strict=True))
    ),
    Reason.LOCATION_MISSING: lambda d: _("No usage location. Select a location first."),
    Reason.NO_SEATS: lambda d: _("No licenses available."),
    Reason.USER_GONE: lambda d: _("The user does not exist any more."),
    Reason.CHANGED_SINCE: lambda d: (
        _("Changed since by plan {subject}. Not undone.").format(**d)
        if d["subject"]
        else _("Changed since. Not undone.")
    ),
    Reason.NOT_APPLIED: lambda d: _("The change did not hold when it was checked."),
}


def reason(code: Reason, subject: str) -> str:
    """Why something else than asked happens to a user."""
    return REASON[code]({"subject": subject})


REASON_WORD: dict[Reason, Word] = {
    Reason.NOT_HELD: lambda: _("does not have this license"),
    Reason.ALREADY: lambda: _("is so already"),
    Reason.STALE: lambda: _("changed since the plan was made"),
    Reason.NEVER: lambda: _("on the never list"),
    Reason.INHERITED: lambda: _("from a group"),
    Reason.SELF_SERVICE: lambda: _("self-service purchase"),
    Reason.UNKNOWN_PATH: lambda: _("assignment path not known"),
    Reason.SHARED_OVER: lambda: _("shared mailbox that needs a license"),
    Reason.DEPENDENCY: lambda: _("an add-on depends on it"),
    Reason.LOCATION_MISSING: lambda: _("no usage location"),
    Reason.NO_SEATS: lambda: _("no licenses available"),
    Reason.USER_GONE: lambda: _("the user does not exist any more"),
    Reason.CHANGED_SINCE: lambda: _("changed since"),
    Reason.NOT_APPLIED: lambda: _("the change did not hold"),
}


def reason_word(code: str | None) -> str:
    """A reason in a few words, for counts."""
    return REASON_WORD[Reason(code)]() if code else ""


def plan_state(state: str) -> str:
    """A plan's state in words."""
    return {
        "draft": _("Draft"),
        "running": _("Running"),
        "paused": _("Paused"),
        "applied": _("Applied"),
        "applied_with_errors": _("Applied with errors"),
        "stopped": _("Stopped"),
        "discarded": _("Discarded"),
        "awaiting_approval": _("Awaiting approval"),
        "scheduled": _("Scheduled"),
        "expired": _("Expired"),
        "handed_over": _("Handed over"),
    }[state]


def step_state(state: str) -> str:
    """A step's state in words."""
    return {
        "pending": _("Ready"),
        "verified": _("Done"),
        "failed": _("Failed"),
        "skipped": _("Skipped"),
        "unconfirmed": _("Not confirmed"),
        "refused": _("Blocked"),
        "choice": _("Your choice"),
    }[state]


def pause_reason(code: str) -> str:
    """Why a plan paused."""
    return {
        "asked": _("somebody paused it"),
        "interrupted": _("it was stopped"),
        "errors": _("too many steps failed"),
        "no_seats": _("there were no licenses left"),
        "changed": _("somebody changed one of its users, or its group; make the plan again"),
    }[code]


JOURNAL: dict[str, Callable[[str], str]] = {
    "baseline": lambda _p: _("Loaded"),
    "clock.archive_purge": lambda _p: _("Archive mailbox deleted for good"),
    "clock.drive_archive": lambda _p: _("OneDrive archived"),
    "clock.drive_readonly": lambda _p: _("OneDrive made read-only"),
    "clock.mailbox_purge": lambda _p: _("Mailbox deleted for good"),
    "license.assign": lambda product: _("License assigned: {product}").format(product=product),
    "license.change": lambda product: _("License changed: {product}").format(product=product),
    "license.error": lambda product: _("License in error: {product}").format(product=product),
    "license.forget": lambda product: _("Remembered license forgotten: {product}").format(product=product),
    "license.recover": lambda product: _("License no longer in error: {product}").format(product=product),
    "license.remember": lambda product: _("License remembered for a restore: {product}").format(product=product),
    "license.return": lambda product: _("License back after a restore: {product}").format(product=product),
    "license.unassign": lambda product: _("License unassigned: {product}").format(product=product),
    "never.add": lambda _p: _("Put on the never list"),
    "never.remove": lambda _p: _("Taken off the never list"),
    "plan.apply": lambda _p: _("Plan started"),
    "plan.discard": lambda _p: _("Plan discarded"),
    "plan.finish": lambda _p: _("Plan ended"),
    "plan.pause": lambda _p: _("Plan paused"),
    "plan.propose": lambda _p: _("Plan made"),
    "plan.resume": lambda _p: _("Plan resumed"),
    "purchase.notice": lambda product: _("Told that the purchase of {product} was canceled").format(product=product),
    "purchase.take_over": lambda _p: _("Purchase taken over"),
    "subscription.take_over": lambda _p: _("Purchase taken over"),
    "tenant.clock": lambda _p: _("Clock moved"),
    "tenant.create": lambda _p: _("Tenant made"),
    "tenant.set": lambda _p: _("Settings changed"),
    "user.import": lambda _p: _("User imported"),
    "user.update": lambda _p: _("Account changed"),
}


def journal_kind(kind: str, product: str = "") -> str:
    """What a row of the journal says happened; a kind that only a newer version knows is shown as it is."""
    return JOURNAL[kind](product) if kind in JOURNAL else kind


_WITHOUT_PRODUCT: dict[str, Word] = {
    "license.assign": lambda: _("License assigned"),
    "license.change": lambda: _("License changed"),
    "license.error": lambda: _("License in error"),
    "license.forget": lambda: _("Remembered license forgotten"),
    "license.recover": lambda: _("License no longer in error"),
    "license.remember": lambda: _("License remembered for a restore"),
    "license.return": lambda: _("License back after a restore"),
    "license.unassign": lambda: _("License unassigned"),
    "subscription.convert": lambda: _("Trial became a subscription"),
    "subscription.delete": lambda: _("Subscription deleted"),
    "subscription.expire": lambda: _("Subscription expired"),
    "subscription.lock": lambda: _("Subscription locked"),
    "subscription.renew": lambda: _("Subscription renewed"),
    "subscription.suspend": lambda: _("Subscription disabled"),
}


def happened(kind: str, product: str = "") -> str:
    """What happened, of whichever product."""
    return _WITHOUT_PRODUCT[kind]() if kind in _WITHOUT_PRODUCT else journal_kind(kind, product)


def source_kind(kind: int, name: str = "") -> str:
    """How a license was assigned, in words."""
    if kind == 2:
        return _("From group {name}").format(name=name)
    return {1: _("Direct"), 3: _("Self-service"), 4: _("Not known")}[kind]


def through(names: Mapping[int, str], kind: int, source_id: int) -> str:
    """By which group a license came, by its name alone; or how else."""
    return names.get(source_id, str(source_id)) if kind == 2 else source_kind(kind)


for _topic in TOPICS:
    BAD_INPUT |= _topic.BAD_INPUT
    REFUSED |= _topic.REFUSED
    ROW |= _topic.ROW
    CAPABILITY |= _topic.CAPABILITY
    REASON |= _topic.REASON
    REASON_WORD |= _topic.REASON_WORD
    JOURNAL |= _topic.JOURNAL
