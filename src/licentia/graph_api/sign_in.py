"""The addresses at which programs get tokens: the token endpoint, discovery, public keys. Decides nothing about who gets one."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote, urlsplit

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from licentia.graph_api import tokens
from licentia.graph_api.granting import SHARED, Granted, grant
from licentia.graph_api.oauth_errors import OAuthRefused, answer
from licentia.store.lists import tenants

FORM = "application/x-www-form-urlencoded"


@csrf_exempt
@never_cache
def token(request: HttpRequest, tenant: str, version: str = "2.0") -> HttpResponse:
    """A token, or the refusal in OAuth's shape."""
    try:
        if request.method != "POST":
            raise OAuthRefused(900561, method=request.method or "")
        granted = grant(request, tenant, _form(request))
        body = _given(request, granted, version)
    except OAuthRefused as refused:
        return answer(request, refused)
    return JsonResponse(body)


def _form(request: HttpRequest) -> dict[str, str]:
    """The fields; none where the body is not the one kind of form that OAuth knows, or cannot be read as it."""
    if request.content_type != FORM:
        return {}
    try:
        return request.POST.dict()
    except (SuspiciousOperation, ValueError):
        return {}


def _given(request: HttpRequest, granted: Granted, version: str) -> dict[str, Any]:
    lives: int | str = granted.seconds if version == "2.0" else str(granted.seconds)
    body: dict[str, Any] = {"token_type": "Bearer", "expires_in": lives, "ext_expires_in": lives}
    if version != "2.0":
        body["resource"] = tokens.AUDIENCE
    operator = granted.operator
    if operator is not None:
        # With what was asked for: libraries look for a kept token by the words they asked with.
        given = {f"{tokens.AUDIENCE}/{scope}" for scope in granted.scopes} | granted.asked - {"offline_access"}
        body["scope"] = " ".join(sorted(given))
        if "openid" in granted.asked:
            body["id_token"] = tokens.id_token(granted.app, operator, _issuer(request, granted.app.tenant_guid))
        if request.POST.get("client_info"):
            body["client_info"] = _packed({"uid": operator.id, "utid": granted.app.tenant_guid})
    return body | {"access_token": granted.token}


def _packed(fields: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(fields).encode()).rstrip(b"=").decode()


@require_safe
def configuration(request: HttpRequest, tenant: str, version: str = "2.0") -> HttpResponse:
    """Where everything is, for a tenant named in any way it can be named."""
    try:
        issuer, segment = _named(request, tenant)
    except OAuthRefused as refused:
        return answer(request, refused)
    base = f"{_base(request)}/{segment}"
    suffix = "v2.0/" if version == "2.0" else ""
    return JsonResponse(
        {
            "token_endpoint": f"{base}/oauth2/{suffix}token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "jwks_uri": f"{base}/discovery/{suffix}keys",
            "issuer": issuer if version == "2.0" else f"{issuer.removesuffix('v2.0')}",
            "authorization_endpoint": f"{base}/oauth2/{suffix}authorize",
            "response_types_supported": ["token"],
            "grant_types_supported": ["client_credentials", "password"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "claims_supported": ["sub", "iss", "aud", "exp", "iat", "name", "preferred_username", "oid", "tid", "ver"],
            "request_uri_parameter_supported": False,
            "msgraph_host": request.get_host(),
        }
    )


@require_safe
def keys(request: HttpRequest, tenant: str) -> HttpResponse:
    """The public keys that prove tokens now; all tenants of this store have the same."""
    try:
        _named(request, tenant)
    except OAuthRefused as refused:
        return answer(request, refused)
    return JsonResponse({"keys": tokens.public_keys()})


@require_safe
def instance(request: HttpRequest) -> HttpResponse:
    """What a library asks before it trusts an authority: this host, and no other."""
    asked = urlsplit(request.GET.get("authorization_endpoint", ""))
    segments = asked.path.strip("/").split("/")
    if asked.netloc.casefold() != request.get_host().casefold() or not segments[0]:
        return answer(request, OAuthRefused(50049))
    host = request.get_host()
    return JsonResponse(
        {
            "tenant_discovery_endpoint": f"{_base(request)}/{segments[0]}/v2.0/.well-known/openid-configuration",
            "api-version": "1.1",
            "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
        }
    )


def _named(request: HttpRequest, tenant: str) -> tuple[str, str]:
    """The issuer, and how the tenant is called in addresses: by its id, or as asked where the name means several."""
    if tenant.casefold() in SHARED:
        return _issuer(request, "{tenantid}"), tenant.casefold()
    meant = tenants.named(tenant)
    if not meant:
        raise OAuthRefused(90002, tenant=tenant)
    segment = meant[0].object_id if len(meant) == 1 else quote(tenant, safe="")
    return _issuer(request, meant[0].object_id), segment


def _issuer(request: HttpRequest, tenant_guid: str) -> str:
    return f"{_base(request)}/{tenant_guid}/v2.0"


def _base(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"
