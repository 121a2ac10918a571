"""Users from Graph JSON: answers of `GET /users`, a list of users, or one user after another.

Never takes a property an object lacks for an empty one; a product without a stated path has an unknown one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from licentia.domain.facts import SourceKind
from licentia.importing.csv_users import no_user_column, without_doubles
from licentia.importing.encoding import TextSource
from licentia.importing.graph_rows import entry_error
from licentia.importing.json_values import read_objects
from licentia.importing.rows import Family, LicenseRow, RowError, UserFile, UserRow
from licentia.importing.seen import Seen
from licentia.importing.values import CellError, user_name
from licentia.wire.graph_users import (
    LICENSES_PROPERTY,
    SIGN_IN_PROPERTY,
    STATES_PROPERTY,
    USER_PROPERTIES,
    GraphUser,
    GraphValueError,
    parse_user,
    shown,
)

_SHOWN_COLUMNS: Final = 50
_KNOWN: Final = frozenset({*USER_PROPERTIES, STATES_PROPERTY, LICENSES_PROPERTY, SIGN_IN_PROPERTY})


def read_graph_users(source: TextSource) -> UserFile:
    """The JSON as a user file; rows count users from 1, for an answer may be one long line.

    The whole text is read once here, to learn what it states and that it is whole. BadInput `bad_json`
    (`line`, `column`, `detail`), `no_user_column` (`columns` seen) when no object has a userPrincipalName.
    """
    stated: set[str] = set()
    others: dict[str, None] = {}
    with source.open() as text:
        for entry in read_objects(text):
            if isinstance(entry, dict):
                stated.update(_KNOWN.intersection(entry))
                if len(others) < _SHOWN_COLUMNS:
                    others.update(dict.fromkeys(entry))
    if others and "userPrincipalName" not in stated:
        raise no_user_column(others)
    fields = {field for name, field in USER_PROPERTIES.items() if name in stated}
    families = {Family.ACCOUNT}
    if has_licenses := bool({STATES_PROPERTY, LICENSES_PROPERTY} & stated):
        fields.add("licenses")
        families.add(Family.LICENSES)
    if SIGN_IN_PROPERTY in stated:
        fields.add("last_sign_in_at")
        families.add(Family.SIGN_IN)
    return UserFile(
        form="graph-json",
        header=("json",),
        fields=frozenset(fields),
        families=frozenset(families),
        paths_known=STATES_PROPERTY in stated,
        rows=lambda: _rows(source, has_licenses),
    )


def _rows(source: TextSource, has_licenses: bool) -> Iterator[UserRow | RowError]:
    users, ids = Seen(), Seen()
    with source.open() as text:
        for number, entry in enumerate(read_objects(text), start=1):
            try:
                yield without_doubles(_user_row(number, entry, has_licenses), users, ids)
            except (CellError, GraphValueError) as bad:
                yield entry_error(number, bad, entry)


def _user_row(number: int, entry: object, has_licenses: bool) -> UserRow:
    """The row of one object; CellError or GraphValueError when it does not state a user."""
    if not isinstance(entry, dict):
        raise GraphValueError("value", entry)
    user = parse_user(entry)
    name = user_name(user.user_principal_name or "")
    if user.is_deleted:
        raise CellError("deleted_user", text=shown(entry["deletedDateTime"]))
    if has_licenses and user.assigned_licenses is None and user.assignment_states is None:
        # Absent never means remove (I-8): other users of this file state their licenses, this one does not.
        raise CellError("missing_property", name=STATES_PROPERTY)
    return UserRow(
        line=number,
        user_principal_name=name,
        object_id=user.object_id,
        display_name=user.display_name or None,
        account_enabled=user.account_enabled,
        usage_location=user.usage_location,
        user_type=user.user_type,
        department=user.department or None,
        created_at=user.created_at,
        is_synced=user.is_synced,
        last_sign_in_at=user.last_sign_in_at,
        licenses=license_rows(user),
    )


def license_rows(user: GraphUser) -> tuple[LicenseRow, ...]:
    """A row for every path stated, and one of unknown path for every product that is held without any."""
    states = user.assignment_states or ()
    rows = [
        LicenseRow(
            sku_id=entry.sku_id,
            kind=SourceKind.DIRECT if entry.assigned_by_group is None else SourceKind.GROUP,
            source_ref=entry.assigned_by_group,
            disabled_plans=entry.disabled_plans,
            state=entry.state,
            error=entry.error,
            since=entry.since,
        )
        for entry in states
    ]
    with_path = {row.sku_id for row in rows if row.state.holds}
    held = {entry.sku_id: entry.disabled_plans for entry in user.assigned_licenses or ()}
    pathless = [
        LicenseRow(sku_id, SourceKind.UNKNOWN, None, plans) for sku_id, plans in held.items() if sku_id not in with_path
    ]
    return (*rows, *pathless)
