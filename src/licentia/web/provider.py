"""The conversation with an identity provider: allauth's, but no token is believed unless it is signed by the issuer we know.

Makes no account and decides nothing about operators.
"""

from __future__ import annotations

from typing import Any

import jwt
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from requests import RequestException

from licentia.web.views import entrance
from licentia.words.said.signing_in import why_not

ALGORITHMS = frozenset({"RS256", "PS256", "ES256"})


class Checked(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """Reads who it is from the signed token only."""

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """The sign-in; OAuth2Error without a token that says who it is."""
        if not kwargs["response"].get("id_token"):
            raise OAuth2Error("no id_token")
        return super().complete_login(request, app, token, **kwargs)

    def _decode_id_token(self, app: Any, id_token: str) -> Any:
        known = str(app.settings["server_url"]).partition("/.well-known/")[0].rstrip("/")
        if str(self.openid_config["issuer"]).rstrip("/") != known:
            raise OAuth2Error("another issuer")
        try:
            header = jwt.get_unverified_header(id_token)
        except jwt.PyJWTError as error:
            raise OAuth2Error("no token") from error
        if header.get("alg") not in ALGORITHMS or "kid" not in header:
            raise OAuth2Error("another algorithm")
        return jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )


def _talk(view: Any, request: HttpRequest, provider_id: str) -> HttpResponseBase:
    try:
        found: HttpResponseBase = view.adapter_view(Checked(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except RequestException:
        return entrance.refused(request, why_not("other_side"))
    return found


def _connects(request: HttpRequest) -> bool:
    """Whether it is to become a way in that lasts, and not a sign-in."""
    return request.user.is_authenticated or "connect" in (request.GET.get("process"), request.POST.get("process"))


@require_POST
@never_cache
def there(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """To the provider; who connects an account proves to be there first. 404 when none is configured."""
    if _connects(request) and is_reauthentication_required(request, app="licentia"):
        raise ReauthenticationRequired
    return _talk(OAuth2LoginView, request, provider_id)


@require_GET
@never_cache
def back(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """From the provider: signed in, connected, or told why not."""
    return _talk(OAuth2CallbackView, request, provider_id)
