"""Sentences about files of groups, subscriptions, usage and sign-ins, by code. No rule is here."""

from __future__ import annotations

from collections.abc import Callable

from licentia.domain.permissions import Capability
from licentia.domain.reasons import Reason
from licentia.words.language import gettext as _
from licentia.words.parts import Details, Sentence, Word, count, product_name


def _columns(details: Details) -> str:
    return ", ".join(map(str, details["columns"]))


BAD_INPUT: dict[str, Sentence] = {
    "unknown_report": lambda d: _(
        "The file is none of the usage reports that can be read: active users, mailbox usage, OneDrive usage. "
        "It has: {columns}."
    ).format(columns=_columns(d)),
    "concealed_names": lambda d: _(
        "The names in this report are concealed (line {line}: {text}). In the Microsoft 365 admin center turn off "
        "Settings > Org settings > Services > Reports > Display concealed user, group, and site names, and download the "
        "report again."
    ).format(**d),
    "report_in_future": lambda d: _("The report is of {date}, which is yet to come. Check the file.").format(**d),
    "no_sign_in_column": lambda d: _(
        "The file does not say when anybody signed in. It needs a column such as Last interactive sign-in time, "
        "or signInActivity; it has: {columns}."
    ).format(columns=_columns(d)),
    "no_group_column": lambda d: _(
        "The file has no column with the groups' object IDs. It needs one called Object ID; it has: {columns}."
    ).format(columns=_columns(d)),
    "no_groups_in_file": lambda d: _("The file has no group that could be read. Nothing was changed."),
    "which_group": lambda d: _("The file does not say of which group these are members."),
    "group_twice": lambda d: _("The file says itself which groups it is about."),
    "more_pages": lambda d: _(
        "The file is a part of an answer: there are more pages (@odata.nextLink). Put them all in one file."
    ),
    "no_seats_column": lambda d: _(
        "The file has no products with their seats. It needs columns such as Product name and Purchased quantity; "
        "it has: {columns}."
    ).format(columns=_columns(d)),
    "no_subscriptions_in_file": lambda d: _("The file has no subscription that could be read. Nothing was changed."),
    "too_many_rows": lambda d: _("The file has more than {n} rows; no tenant has so many. Check the file.").format(
        n=count(d["n"])
    ),
}

REFUSED: dict[str, Sentence] = {}

ROW: dict[str, Sentence] = {
    "no_group_id": lambda d: _("No object ID of a group."),
    "no_group_name": lambda d: _("No group name."),
    "no_such_group": lambda d: _("No group is called {text}. Import the groups first.").format(**d),
    "ambiguous_group": lambda d: _("{n} groups are called {text}. Use the object ID.").format(
        text=d["text"], n=count(d["n"])
    ),
    "duplicate_group": lambda d: _("The same group as in line {first_line}.").format(**d),
    "deleted_group": lambda d: _("The group is deleted."),
    "not_a_group": lambda d: _("This is a user, {text}, not a group.").format(**d),
    "more_members": lambda d: _("Not all members of group {group} are in the file (members@odata.nextLink).").format(
        **d
    ),
    "not_a_subscription": lambda d: _(
        "This is neither a subscription nor a product with seats; it has: {text}."
    ).format(**d),
    "duplicate_subscription": lambda d: _("The same subscription or product as in line {first_line}.").format(**d),
    "subscription_unclear": lambda d: _(
        "There are several subscriptions of {product}, and the row does not say which. Add a column Subscription ID."
    ).format(product=product_name(d["sku"])),
    "subscription_elsewhere": lambda d: _("Subscription {text} is one of another product.").format(**d),
}

REASON: dict[Reason, Sentence] = {}

REASON_WORD: dict[Reason, Word] = {}

CAPABILITY: dict[Capability, Word] = {}

JOURNAL: dict[str, Callable[[str], str]] = {
    "group.import": lambda _p: _("Group imported"),
    "subscription.import": lambda product: _("Subscription imported: {product}").format(product=product),
    "user.facts": lambda _p: _("Facts imported"),
}
