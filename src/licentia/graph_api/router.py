"""Which method and path is which operation, and who answers it: one table, from which the coverage in docs is drawn.

A path that Graph has and this server has not says so (501); one that nobody has is no segment (400), as Graph answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from licentia.graph_api import changing_groups, changing_users, deleted_items, delta, groups, objects, products, users
from licentia.graph_api.asking import Answer
from licentia.graph_api.errors import GraphRefused
from licentia.wire.errors import BAD_REQUEST
from licentia.wire.graph_users import is_storable

Handler = Callable[..., Answer]
"""Takes the request, and then the text of each `{name}` of its pattern."""


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path pattern: `{…}` stands for one segment."""

    method: str
    pattern: str
    operation: str
    handler: Handler

    @property
    def parts(self) -> tuple[str, ...]:
        """The pattern's segments."""
        return tuple(self.pattern.strip("/").split("/"))


_ROUTES: Final = (
    ("GET", "/users", "users.list", users.listing),
    ("POST", "/users", "users.create", changing_users.create),
    ("GET", "/users/$count", "users.count", users.counting),
    ("GET", "/users/delta", "users.delta", delta.users),
    ("GET", "/users/{user}", "users.get", users.getting),
    ("PATCH", "/users/{user}", "users.update", changing_users.update),
    ("DELETE", "/users/{user}", "users.delete", changing_users.delete),
    ("GET", "/users/{user}/licenseDetails", "users.licenses", users.details),
    ("POST", "/users/{user}/assignLicense", "users.assign_license", changing_users.assign_license),
    ("POST", "/users/{user}/reprocessLicenseAssignment", "users.reprocess", changing_users.reprocess),
    ("POST", "/users/{user}/revokeSignInSessions", "users.revoke_sessions", changing_users.revoke_sessions),
    ("GET", "/users/{user}/manager", "users.manager", users.manager),
    ("PUT", "/users/{user}/manager/$ref", "users.update", changing_users.set_manager),
    ("DELETE", "/users/{user}/manager/$ref", "users.update", changing_users.drop_manager),
    ("GET", "/users/{user}/memberOf", "users.member_of", groups.of_user),
    ("GET", "/users/{user}/memberOf/{cast}", "users.member_of", groups.of_user),
    ("GET", "/users/{user}/transitiveMemberOf", "users.member_of", groups.of_user),
    ("GET", "/users/{user}/transitiveMemberOf/{cast}", "users.member_of", groups.of_user),
    ("GET", "/groups", "groups.list", groups.listing),
    ("POST", "/groups", "groups.create", changing_groups.create),
    ("GET", "/groups/$count", "groups.list", groups.counting),
    ("GET", "/groups/delta", "groups.delta", delta.groups),
    ("GET", "/groups/{group}", "groups.get", groups.getting),
    ("PATCH", "/groups/{group}", "groups.update", changing_groups.update),
    ("DELETE", "/groups/{group}", "groups.delete", changing_groups.delete),
    ("POST", "/groups/{group}/assignLicense", "groups.assign_license", changing_groups.assign_license),
    ("GET", "/groups/{group}/members", "groups.members", groups.members),
    ("GET", "/groups/{group}/members/$count", "groups.members", groups.counting_members),
    ("POST", "/groups/{group}/members/$ref", "groups.change_members", changing_groups.add_member),
    ("DELETE", "/groups/{group}/members/{member}/$ref", "groups.change_members", changing_groups.drop_member),
    ("GET", "/groups/{group}/members/{cast}", "groups.members", groups.members),
    ("GET", "/groups/{group}/transitiveMembers", "groups.transitive_members", groups.members),
    ("GET", "/groups/{group}/transitiveMembers/{cast}", "groups.transitive_members", groups.members),
    ("GET", "/groups/{group}/membersWithLicenseErrors", "groups.errors", groups.troubled),
    ("GET", "/subscribedSkus", "skus.list", products.skus),
    ("GET", "/subscribedSkus/{sku}", "skus.list", products.sku),
    ("GET", "/directory/subscriptions", "subscriptions.list", products.listing),
    ("GET", "/directory/subscriptions/{subscription}", "subscriptions.list", products.one),
    ("GET", "/organization", "organization.get", products.organization),
    ("GET", "/organization/{organization}", "organization.get", products.organization_one),
    ("GET", "/directory/deletedItems/{cast}", "deleted.list", deleted_items.listing),
    ("DELETE", "/directory/deletedItems/{object}", "deleted.purge", deleted_items.purge),
    ("POST", "/directory/deletedItems/{object}/restore", "deleted.restore", deleted_items.restore),
    ("GET", "/directoryObjects/{object}", "objects.get", objects.getting),
)
ROUTES: Final = tuple(Route(*one) for one in _ROUTES)

ASKED_INSIDE: Final = frozenset({"users.update", "deleted.list", "deleted.purge", "deleted.restore"})
"""Operations of which only the body, or the object, says which permission they need: their handlers ask."""

NOT_HERE: Final = frozenset(
    {"me", "reports", "auditLogs", "security", "sites", "drives", "applications", "servicePrincipals", "domains",
     "devices", "directoryRoles", "roleManagement", "policies", "identity", "subscriptions", "teams", "communications",
     "deviceManagement", "planner", "education", "search", "admin", "invitations", "contacts", "schemaExtensions"}
)  # fmt: skip
"""First segments that Graph v1.0 has and this server has not."""

PREFIXES: Final = ("microsoft.graph.", "graph.")


def find(method: str, segments: tuple[str, ...]) -> tuple[Route, tuple[str, ...]]:
    """The route of a request and what stands for its `{…}`; GraphRefused 400, 405 or 501."""
    plain = tuple(_without_prefix(segment) for segment in segments)
    if not all(map(is_storable, plain)):
        raise GraphRefused(400, "BadRequest", "The path of the request has a character that no name has.")
    others = False
    for route in _CANDIDATES.get(len(plain), ()):
        given = _match(route.parts, plain)
        if given is None:
            continue
        if route.method == method:
            return route, given
        others = True
    if others:
        raise GraphRefused(405, BAD_REQUEST, "Specified HTTP method is not allowed for the request target.")
    raise _nothing(plain)


def _without_prefix(segment: str) -> str:
    """Casts and actions may be written with their namespace."""
    return next((segment[len(one) :] for one in PREFIXES if segment.lower().startswith(one)), segment)


def _match(parts: tuple[str, ...], segments: tuple[str, ...]) -> tuple[str, ...] | None:
    given = []
    for part, segment in zip(parts, segments, strict=True):
        if part.startswith("{"):
            if not segment or segment.startswith("$"):
                return None
            given.append(segment)
        elif part.lower() != segment.lower():
            return None
    return tuple(given)


def _nothing(segments: tuple[str, ...]) -> GraphRefused:
    first = segments[0] if segments else ""
    known = {route.parts[0].lower() for route in ROUTES}
    if first.lower() in {one.lower() for one in NOT_HERE} or first.lower() in known:
        where = "/".join(segments)[:200]
        return GraphRefused(
            501, "NotImplemented", f"This server does not have the resource '/{where}' of Microsoft Graph."
        )
    return GraphRefused(400, "BadRequest", f"Resource not found for the segment '{first[:60]}'.")


def _by_length() -> Iterator[tuple[int, tuple[Route, ...]]]:
    for length in {len(route.parts) for route in ROUTES}:
        yield length, tuple(route for route in ROUTES if len(route.parts) == length)


_CANDIDATES: Final = dict(_by_length())
