"""OpenID Connect by configuration: LICENTIA_OIDC_URL, LICENTIA_OIDC_CLIENT_ID, LICENTIA_OIDC_CLIENT_SECRET, LICENTIA_OIDC_NAME.

Off unless all three of the first are there. Opens no connection.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

PROVIDER = "oidc"


def openid_connect() -> dict[str, Any]:
    """allauth's settings of the provider; nothing when it is not configured."""
    url, client_id = os.environ.get("LICENTIA_OIDC_URL", ""), os.environ.get("LICENTIA_OIDC_CLIENT_ID", "")
    secret = os.environ.get("LICENTIA_OIDC_CLIENT_SECRET", "")
    if not (url and client_id and secret):
        return {}
    app = {
        "provider_id": PROVIDER,
        "name": os.environ.get("LICENTIA_OIDC_NAME") or urlsplit(url).netloc,
        "client_id": client_id,
        "secret": secret,
        "settings": {"server_url": url, "scope": ["openid"], "fetch_userinfo": False},
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}


def form_targets() -> list[str]:
    """Origins to which a form of ours may lead: the provider's, for browsers check that after a redirect too."""
    configured = openid_connect()
    parts = urlsplit(os.environ["LICENTIA_OIDC_URL"]) if configured else None
    return [f"{parts.scheme}://{parts.netloc}"] if parts else []
