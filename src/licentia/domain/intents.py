"""What somebody wants, as frozen values. An intent says what it sets; absent never means remove (I-8).

No rule is decided here: `planning` and its neighbors do that. A group or purchase is named by its number in the store.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any, Literal

from licentia.domain.reasons import BadInput, Reason

KEEP: Literal["keep"] = "keep"
"""Leave the service plans as they are; on a new assignment: everything on."""


@dataclass(frozen=True, slots=True)
class Unassign:
    """Take one product back. `accept` names the choices the administrator made beforehand."""

    sku_id: str
    accept: frozenset[Reason] = frozenset()


@dataclass(frozen=True, slots=True)
class Assign:
    """Give one product directly, with exactly these service plans switched off, or `KEEP`."""

    sku_id: str
    disabled_plans: frozenset[str] | Literal["keep"] = KEEP
    accept: frozenset[Reason] = frozenset()


@dataclass(frozen=True, slots=True)
class Swap:
    """One product out and another in, in one step. `KEEP`: plans switched off in the old one stay off in the new one."""

    from_sku: str
    sku_id: str
    disabled_plans: frozenset[str] | Literal["keep"] = KEEP
    accept: frozenset[Reason] = frozenset()


@dataclass(frozen=True, slots=True)
class Replace:
    """Every direct product out, these in. A product that stays keeps its service plans."""

    sku_ids: frozenset[str]
    accept: frozenset[Reason] = frozenset()


@dataclass(frozen=True, slots=True)
class UnassignAll:
    """Every direct product out."""

    accept: frozenset[Reason] = frozenset()


@dataclass(frozen=True, slots=True)
class SetPlans:
    """Of a product held directly, these service plans on and those off; the others stay as they are."""

    sku_id: str
    on: frozenset[str] = frozenset()
    off: frozenset[str] = frozenset()
    accept: frozenset[Reason] = frozenset()


@dataclass(frozen=True, slots=True)
class ChangeLicenses:
    """These products out, and these in with exactly these service plans switched off: Graph's assignLicense."""

    add: tuple[tuple[str, frozenset[str]], ...] = ()
    remove: frozenset[str] = frozenset()
    accept: frozenset[Reason] = frozenset()


@dataclass(frozen=True, slots=True)
class Block:
    """Nobody can sign in to the account any more; its sessions end too."""


@dataclass(frozen=True, slots=True)
class Unblock:
    """The account can be signed in to again."""


@dataclass(frozen=True, slots=True)
class RevokeSessions:
    """Every session of the account ends; whoever knows the password can sign in again."""


@dataclass(frozen=True, slots=True)
class SetManager:
    """The account's manager is this user, or nobody."""

    manager_id: int | None


@dataclass(frozen=True, slots=True)
class DeleteUser:
    """The account is deleted, and can be restored for 30 days."""

    accept: frozenset[Reason] = frozenset()


@dataclass(frozen=True, slots=True)
class RestoreUser:
    """A deleted account is back, with what it held where there are seats; under this user name, where one is given."""

    principal_name: str | None = None


@dataclass(frozen=True, slots=True)
class PurgeUser:
    """A deleted account is gone for good."""


@dataclass(frozen=True, slots=True)
class ChangeMembers:
    """The plan's users enter the group `to_group` and leave `from_group`; None: none. Licenses follow."""

    from_group: int | None = None
    to_group: int | None = None


@dataclass(frozen=True, slots=True)
class SetGroupLicenses:
    """Of a group, these products out, and these in with exactly these service plans switched off."""

    group_id: int
    remove: frozenset[str] = frozenset()
    add: tuple[tuple[str, frozenset[str]], ...] = ()


@dataclass(frozen=True, slots=True)
class Reprocess:
    """The licenses of a group's members, or of the plan's users (None), are looked at again."""

    group_id: int | None = None


@dataclass(frozen=True, slots=True)
class TakeOver:
    """A self-service purchase ends. `move`: its users get the product directly; else they lose it."""

    purchase_id: int
    sku_id: str
    move: bool
    accept: frozenset[Reason] = frozenset()


@dataclass(frozen=True, slots=True)
class Resize:
    """A subscription has so many seats: as soon as it may, or from its renewal on."""

    subscription_id: int
    sku_id: str
    seats: int
    at_renewal: bool = False


@dataclass(frozen=True, slots=True)
class SetRecurring:
    """A subscription's recurring billing is on or off; on, one that has ended is active again."""

    subscription_id: int
    sku_id: str
    on: bool


@dataclass(frozen=True, slots=True)
class CancelSubscription:
    """A subscription ends: at once inside its window, else at the end of its term."""

    subscription_id: int
    sku_id: str


@dataclass(frozen=True, slots=True)
class CreateGroup:
    """There is a new group of this name and kind; a rule makes it dynamic, '' means that members are assigned."""

    name: str
    kind: str
    membership_rule: str = ""
    more: tuple[tuple[str, str | None], ...] = ()
    """Further columns: description, mail, mail_nickname, visibility."""


@dataclass(frozen=True, slots=True)
class UpdateGroup:
    """A group has this name, and this rule ('' none); what is None stays. Of `more`, None clears."""

    group_id: int
    name: str | None = None
    membership_rule: str | None = None
    more: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class DeleteGroup:
    """A group is deleted: a Microsoft 365 group for 30 days, any other for good."""

    group_id: int


@dataclass(frozen=True, slots=True)
class RestoreGroup:
    """A deleted Microsoft 365 group is back, with its members."""

    group_id: int


@dataclass(frozen=True, slots=True)
class PurgeGroup:
    """A deleted Microsoft 365 group is gone for good."""

    group_id: int


@dataclass(frozen=True, slots=True)
class CreateUser:
    """There is a new user with these fields, named as the store's columns are."""

    fields: tuple[tuple[str, str | bool | tuple[str, ...] | None], ...]


@dataclass(frozen=True, slots=True)
class UpdateUser:
    """A user has these fields; what is not named stays (I-8). None, or nothing in a list, clears a field."""

    user_id: int
    fields: tuple[tuple[str, str | bool | tuple[str, ...] | None], ...]


@dataclass(frozen=True, slots=True)
class Undo:
    """Put back what one plan changed, for all its users or one."""

    plan_id: int
    user_id: int | None = None
    accept: frozenset[Reason] = frozenset()


LicenseIntent = Unassign | Assign | Swap | Replace | UnassignAll | SetPlans | TakeOver | ChangeLicenses
"""What changes licenses of users directly."""

AccountIntent = Block | Unblock | RevokeSessions | SetManager | DeleteUser | RestoreUser | PurgeUser
"""What changes accounts, and licenses with them."""

GroupIntent = ChangeMembers | SetGroupLicenses | Reprocess
"""What changes a group; its members' licenses follow."""

SubscriptionIntent = Resize | SetRecurring | CancelSubscription
"""What changes a subscription; no user's license changes."""

GroupObjectIntent = CreateGroup | UpdateGroup | DeleteGroup | RestoreGroup | PurgeGroup
"""What changes a group itself; no user's license changes."""

UserObjectIntent = CreateUser | UpdateUser
"""What makes a user or changes what is said of one; no license changes."""

Intent = UserObjectIntent | LicenseIntent | AccountIntent | GroupIntent | SubscriptionIntent | GroupObjectIntent | Undo

_VERBS: dict[str, type[Any]] = {
    "unassign": Unassign,
    "assign": Assign,
    "swap": Swap,
    "replace": Replace,
    "unassign_all": UnassignAll,
    "set_plans": SetPlans,
    "take_over": TakeOver,
    "change_licenses": ChangeLicenses,
    "block": Block,
    "unblock": Unblock,
    "revoke_sessions": RevokeSessions,
    "set_manager": SetManager,
    "delete_user": DeleteUser,
    "restore_user": RestoreUser,
    "purge_user": PurgeUser,
    "change_members": ChangeMembers,
    "set_group_licenses": SetGroupLicenses,
    "reprocess": Reprocess,
    "resize": Resize,
    "set_recurring": SetRecurring,
    "cancel_subscription": CancelSubscription,
    "create_group": CreateGroup,
    "update_group": UpdateGroup,
    "delete_group": DeleteGroup,
    "restore_group": RestoreGroup,
    "purge_group": PurgeGroup,
    "create_user": CreateUser,
    "update_user": UpdateUser,
    "undo": Undo,
}
_NAMES = {kind: name for name, kind in _VERBS.items()}


def verb(intent: Intent) -> str:
    """The intent's verb, as a plan stores it."""
    return _NAMES[type(intent)]


def sku_of(intent: Intent) -> str | None:
    """The product the intent is about, where it is about one (the new one of a swap)."""
    return getattr(intent, "sku_id", None)


def to_text(intent: Intent) -> str:
    """Canonical text of an intent, as a plan stores it."""
    values = {one.name: _plain(getattr(intent, one.name)) for one in fields(intent)}
    return json.dumps({"verb": verb(intent)} | values, separators=(",", ":"), sort_keys=True)


def _plain(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def from_text(text: str) -> Intent:
    """The intent stored by `to_text`; BadInput when it is none of ours."""
    values = json.loads(text)
    name = values.pop("verb")
    kind = _VERBS.get(name)
    if kind is None:
        raise BadInput("unknown_intent", verb=name)
    intent: Intent = kind(**{field: _value(field, value) for field, value in values.items()})
    return intent


def _value(field: str, value: Any) -> object:
    if field == "accept":
        return frozenset(Reason(code) for code in value)
    if field in ("fields", "more"):
        return tuple((name, tuple(one) if isinstance(one, list) else one) for name, one in value)
    if field == "add":
        return tuple((sku, frozenset(plans)) for sku, plans in value)
    return frozenset(value) if isinstance(value, list) else value
