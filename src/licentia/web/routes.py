"""Every address of the admin center, with what its reader and its sender must be able to do: one table.

`urls` makes Django's patterns of it, `guard` enforces it, and a test walks it with every role.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.urls import URLPattern, path
from django_htmx.http import HttpResponseClientRedirect

from licentia.domain.permissions import Capability
from licentia.domain.reasons import Refused
from licentia.web.desk import Desk, NoTenantError, open_desk
from licentia.words import language

View = Callable[..., HttpResponseBase]
LOOKING = frozenset({"preview", "end_preview", "set_tenant"})
"""What can be sent while somebody looks at the view of a role."""
LARGEST = (1 << 62) - 1
"""No row of the store has a larger number."""


@dataclass(frozen=True, slots=True)
class Route:
    """An address. `get` and `post` are what somebody must be able to do; None: that method is not there."""

    name: str
    address: str
    view: View
    get: Capability | None = Capability.READ
    post: Capability | None = None
    is_anywhere: bool = False
    """It is for who has no tenant yet, too: its desk may be None, and its door asks who may."""


def pattern(route: Route) -> URLPattern:
    """Django's pattern for the route, guarded."""
    return path(route.address, guarded(route), name=route.name)


def _sign_in_first(request: HttpRequest, route: Route) -> HttpResponseBase:
    """To the sign-in, and back to a page: a form that has no page of its own leads Home. A part of a page takes all of it."""
    answer = redirect_to_login("/" if route.get is None else request.get_full_path())
    return HttpResponseClientRedirect(answer["Location"]) if request.htmx else answer  # type: ignore[attr-defined]


def _desk(request: HttpRequest, route: Route) -> Desk | None:
    try:
        return open_desk(request, language.current())
    except NoTenantError:
        if route.is_anywhere:
            return None
        raise


def guarded(route: Route) -> View:
    """The view behind its sign-in, its methods and its capability; the desk is its second argument."""

    @functools.wraps(route.view)
    def call(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        needed = {"GET": route.get, "HEAD": route.get, "POST": route.post}.get(request.method or "")
        if needed is None:
            return HttpResponseNotAllowed([name for name, one in (("GET", route.get), ("POST", route.post)) if one])
        if any(isinstance(number, int) and number > LARGEST for number in kwargs.values()):
            raise Http404
        if not request.user.is_authenticated:
            return _sign_in_first(request, route)
        desk = _desk(request, route)
        request.desk = desk  # type: ignore[attr-defined]  # for the shell around the page
        if desk is not None and desk.seen_as is not None and request.method == "POST" and route.name not in LOOKING:
            raise Refused("only_looking", role=desk.seen_as.value)
        if desk is not None and not route.is_anywhere:
            desk.actor.require(needed, desk.tenant_id)
        return route.view(request, desk, **{k: str(v) if isinstance(v, UUID) else v for k, v in kwargs.items()})

    return call
