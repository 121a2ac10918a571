"""Groups and their members from Entra's CSV exports, a plain table, or Graph JSON.

Never takes what a file leaves out for a fact, nor a part of a group's members for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from licentia.domain.catalog import Catalog
from licentia.domain.facts import SourceKind
from licentia.domain.reasons import BadInput
from licentia.importing.encoding import Source, TextSource, find_encoding
from licentia.importing.graph_rows import entries, entry_error, lacks_pages, read_entries
from licentia.importing.json_values import starts_as_json
from licentia.importing.licenses import LicenseCells
from licentia.importing.names import OBJECT_ID, USER, folded
from licentia.importing.rows import FactFile, GroupFacts, LicenseRow, MemberKind, MemberRow, RowError
from licentia.importing.seen import Seen
from licentia.importing.sheets import Cells, Sheet, columns_seen, names_of, read_rows, read_sheet
from licentia.importing.values import CellError, names_user, object_id, user_name
from licentia.wire.graph_groups import (
    GROUP_PROPERTIES,
    MEMBERS_PROPERTY,
    MORE_MEMBERS_PROPERTY,
    RULE_NOT_STATED,
    GraphGroup,
    group_kind,
    parse_group,
    parse_member,
)
from licentia.wire.graph_users import GraphValueError, guid, is_guid, shown

GROUP: Final = "group"
_SEPARATORS: Final = re.compile(r"[,;|]")
_DYNAMIC: Final = "dynamicmembership"
_GRAPH_TYPES: Final = "grouptypes"
_SHOWN: Final = 50
_TYPES: Final = {"user": MemberKind.USER, "group": MemberKind.GROUP}


# ---- groups


def read_groups(source: Source, catalog: Catalog, owned: Collection[str] = ()) -> FactFile[GroupFacts]:
    """The groups of a file; product names are looked for among the `owned` products first.

    BadInput `no_group_column` (`columns` seen), `bad_json`, those of `read_sheet` and of `find_encoding`.
    """
    text = find_encoding(source)
    if starts_as_json(text):
        return _groups_json(text)
    sheet = read_sheet(text, "groups")
    if not sheet.has(OBJECT_ID):
        raise BadInput("no_group_column", columns=columns_seen(sheet.header))
    sheet = replace(sheet, key=OBJECT_ID, reads_key=lambda cell: is_guid(cell.strip().lower()))
    fields = frozenset(sheet.columns)
    return FactFile("groups-csv", sheet.header, fields, lambda: _group_rows(sheet, LicenseCells(catalog, owned)))


def _group_rows(sheet: Sheet, licenses: LicenseCells) -> Iterator[GroupFacts | RowError]:
    seen = Seen()

    def row(line: int, cells: Cells) -> GroupFacts:
        identifier = object_id(cells.text(OBJECT_ID))
        if identifier is None:
            raise CellError("no_group_id")
        kind, is_dynamic = _kind(cells)
        found = GroupFacts(
            line=line,
            object_id=identifier,
            display_name=cells.stored("display_name"),
            kind=kind,
            membership_rule=_rule(cells, is_dynamic),
            is_synced=_is_synced(cells),
            licenses=licenses.read(cells.text("licenses")) if sheet.has("licenses") else None,
        )
        return _group_once(found, seen)

    return read_rows(sheet, row)


def _kind(cells: Cells) -> tuple[str | None, bool | None]:
    """The kind, and whether membership is dynamic; None where the types do not say."""
    mail, security = cells.truth("mail_enabled"), cells.truth("security_enabled")
    if not cells.sheet.has("group_type"):
        return group_kind(None, mail, security), None
    parts = [part.strip().casefold() for part in _SEPARATORS.split(cells.text("group_type")) if part.strip()]
    # Graph's own property lists types, and none of them is a fact; the admin center's column names the kind.
    is_list = folded(cells.column("group_type")) == _GRAPH_TYPES
    is_dynamic = _DYNAMIC in parts if is_list or _DYNAMIC in parts else None
    kinds = [part for part in parts if part != _DYNAMIC]
    if not kinds:
        return group_kind(frozenset() if is_list else None, mail, security), is_dynamic
    kind = names_of("groups").words["group_type"].get(kinds[0])
    if kind is None or len(kinds) > 1:
        raise cells.bad("group_type")
    return ("mail_security" if kind == "security" and mail else kind), is_dynamic


def _rule(cells: Cells, is_dynamic: bool | None) -> str | None:
    rule = cells.stored("membership_rule")
    stated = cells.word("membership_type") if cells.sheet.has("membership_type") else None
    if stated is not None:
        is_dynamic = stated == "dynamic"
    if is_dynamic is None:
        return rule
    return (rule or RULE_NOT_STATED) if is_dynamic else ""


def _is_synced(cells: Cells) -> bool | None:
    stated = cells.truth("is_synced")
    if stated is not None or not cells.sheet.has("source"):
        return stated
    word = cells.word("source")
    return None if word is None else word == "synced"


def _group_once(row: GroupFacts, seen: Seen) -> GroupFacts:
    first = seen.first_line(row.object_id)
    if first is not None:
        raise CellError("duplicate_group", first_line=first)
    seen.add(row.object_id, row.line)
    return row


def _groups_json(source: TextSource) -> FactFile[GroupFacts]:
    """The whole text is read once here, to learn that it is whole and of groups."""
    stated: set[str] = set()
    columns: dict[str, None] = {}
    for entry in entries(source):
        if isinstance(entry, Mapping):
            stated.update(GROUP_PROPERTIES.intersection(entry))
            columns.update(dict.fromkeys(entry) if len(columns) < _SHOWN else {})
    if columns and not (stated or "displayName" in columns):
        raise BadInput("no_group_column", columns=columns_seen(tuple(columns)))
    return FactFile("groups-json", ("json",), frozenset(stated), lambda: _group_entries(source))


def _group_entries(source: TextSource) -> Iterator[GroupFacts | RowError]:
    seen = Seen()

    def row(number: int, entry: Mapping[str, Any]) -> GroupFacts:
        group = parse_group(entry)
        if group.is_deleted:
            raise CellError("deleted_group")
        if "userPrincipalName" in entry:
            raise CellError("not_a_group", text=shown(entry["userPrincipalName"]))
        return _group_once(_facts(number, group), seen)

    return read_entries(source, row)


def _facts(number: int, group: GraphGroup) -> GroupFacts:
    licenses = group.licenses
    return GroupFacts(
        line=number,
        object_id=group.object_id,
        display_name=group.display_name,
        kind=group.kind,
        membership_rule=group.membership_rule,
        is_synced=group.is_synced,
        licenses=None
        if licenses is None
        else tuple(LicenseRow(x.sku_id, SourceKind.GROUP, group.object_id, x.disabled_plans) for x in licenses),
    )


# ---- members


def read_members(source: Source) -> FactFile[MemberRow]:
    """The members of a file; `fields` has `group` when it says itself of which groups.

    BadInput `no_user_column` (`columns` seen), `more_pages` when Graph's last answer is not the last,
    `bad_json`, those of `read_sheet` and of `find_encoding`.
    """
    text = find_encoding(source)
    if starts_as_json(text):
        return _members_json(text)
    sheet = read_sheet(text, "members")
    key = USER if sheet.has(USER) else OBJECT_ID
    if not sheet.has(key):
        raise BadInput("no_user_column", columns=columns_seen(sheet.header))
    sheet = replace(sheet, key=key, reads_key=names_user)
    return FactFile("members-csv", sheet.header, frozenset(sheet.columns), lambda: _member_rows(sheet))


def _member_rows(sheet: Sheet) -> Iterator[MemberRow | RowError]:
    seen = Seen()

    def row(line: int, cells: Cells) -> MemberRow:
        group = cells.stored(GROUP) or ""
        if sheet.has(GROUP) and not group:
            raise CellError("no_group_name")
        kind = cells.word("member_type") if sheet.has("member_type") else None
        if kind not in (None, "user"):
            return MemberRow(line, group, MemberKind(kind))
        return _member_once(_user(line, group, cells.text(USER), object_id(cells.text(OBJECT_ID))), seen)

    return read_rows(sheet, row)


def _user(line: int, group: str, name: str, identifier: str | None) -> MemberRow:
    """A member who is a user, by object id where the file has it; CellError of `user_name`."""
    if is_guid(name.strip().lower()):
        name, identifier = "", name.strip().lower()
    named = user_name(name) if name or identifier is None else None
    return MemberRow(line, group, MemberKind.USER, named, identifier)


def _member_once(row: MemberRow, seen: Seen) -> MemberRow:
    key = f"{row.group.casefold()}\0{(row.object_id or row.user_principal_name or '').casefold()}"
    first = seen.first_line(key)
    if first is not None:
        raise CellError("duplicate_user", first_line=first)
    seen.add(key, row.line)
    return row


def _members_json(source: TextSource) -> FactFile[MemberRow]:
    """Answers of one group's members, or groups each with its `members`; read once here, to learn which."""
    answers: list[Mapping[str, object]] = []
    with_members = False
    for entry in entries(source, answers):
        with_members = with_members or (isinstance(entry, Mapping) and MEMBERS_PROPERTY in entry)
    if lacks_pages(answers):
        raise BadInput("more_pages")
    fields = frozenset({GROUP}) if with_members else frozenset()
    return FactFile("members-json", ("json",), fields, lambda: _member_entries(source, with_members))


def _member_entries(source: TextSource, with_members: bool) -> Iterator[MemberRow | RowError]:
    seen = Seen()
    for number, entry in enumerate(entries(source), start=1):
        try:
            if not isinstance(entry, Mapping):
                raise GraphValueError("value", entry)
            yield from _of_group(number, entry, seen) if with_members else (_member(number, "", entry, seen),)
        except (CellError, GraphValueError) as bad:
            yield entry_error(number, bad, entry)


def _of_group(number: int, entry: Mapping[str, Any], seen: Seen) -> Sequence[MemberRow]:
    """The group and its members; all of them or none, for a part would make the rest leave."""
    group = guid(entry.get("id"), "id")
    members = entry.get(MEMBERS_PROPERTY)
    if MEMBERS_PROPERTY not in entry:
        raise CellError("missing_property", name=MEMBERS_PROPERTY)
    if not isinstance(members, list) or not all(isinstance(one, Mapping) for one in members):
        raise GraphValueError(MEMBERS_PROPERTY, members)
    if entry.get(MORE_MEMBERS_PROPERTY):
        raise CellError("more_members", group=group)
    return [MemberRow(number, group, MemberKind.NOBODY), *(_member(number, group, one, seen) for one in members)]


def _member(number: int, group: str, entry: Mapping[str, Any], seen: Seen) -> MemberRow:
    member = parse_member(entry)
    kind = _TYPES.get((member.type or "user").casefold(), MemberKind.OTHER)
    if kind is not MemberKind.USER:
        return MemberRow(number, group, kind)
    return _member_once(_user(number, group, member.user_principal_name or "", member.object_id), seen)
