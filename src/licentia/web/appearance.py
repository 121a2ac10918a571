"""How pages look to one reader: theme and density, kept in cookies of this browser."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

THEME, DENSITY = "licentia_theme", "licentia_density"
THEMES = ("system", "light", "dark")
DENSITIES = ("comfortable", "compact")
"""The first of each is what there is without a cookie."""
YEAR = 365 * 86_400


def chosen(request: HttpRequest) -> dict[str, str]:
    """`theme` and `density` for the page's frame; '' where nothing was chosen."""
    theme, density = request.COOKIES.get(THEME, ""), request.COOKIES.get(DENSITY, "")
    return {
        "theme": theme if theme in THEMES[1:] else "",
        "density": density if density in DENSITIES[1:] else "",
    }


def keep(request: HttpRequest, response: HttpResponse) -> None:
    """The response keeps what the form says; the usual look needs no cookie."""
    for cookie, field, known in ((THEME, "theme", THEMES), (DENSITY, "density", DENSITIES)):
        value = request.POST.get(field, "")
        if value == known[0]:
            response.delete_cookie(cookie, samesite="Lax")
        elif value in known:
            response.set_cookie(
                cookie, value, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=True
            )
