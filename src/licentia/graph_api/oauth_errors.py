"""Why a token is not given, in the shape and words that token libraries know: AADSTS numbers. One table; renders JSON."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, JsonResponse

from licentia.domain.instants import to_datetime
from licentia.store import clock

ERRORS: dict[int, tuple[int, str, str]] = {
    50034: (
        400,
        "invalid_grant",
        "The user account {user} does not exist in the {tenant} directory. To sign into this application, "
        "the account must be added to the directory.",
    ),
    50049: (400, "invalid_instance", "Unknown or invalid instance."),
    50053: (
        400,
        "invalid_grant",
        "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
    ),
    50059: (
        400,
        "invalid_request",
        "No tenant-identifying information found in either the request or implied by any provided credentials.",
    ),
    50076: (
        400,
        "invalid_grant",
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must use "
        "multi-factor authentication to access '00000003-0000-0000-c000-000000000000'.",
    ),
    50126: (400, "invalid_grant", "Error validating credentials due to invalid username or password."),
    65001: (
        400,
        "invalid_grant",
        "The user or administrator has not consented to use the application with ID '{app}' named '{name}'. "
        "Send an interactive authorization request for this user and resource.",
    ),
    70003: (400, "unsupported_grant_type", "The app requested an unsupported grant type '{grant}'."),
    90002: (
        400,
        "invalid_request",
        "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct "
        "cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
    ),
    700016: (
        400,
        "unauthorized_client",
        "Application with identifier '{app}' was not found in the directory '{tenant}'. This can happen if the application "
        "has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have "
        "sent your authentication request to the wrong tenant.",
    ),
    700025: (
        401,
        "invalid_client",
        "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
    ),
    900144: (400, "invalid_request", "The request body must contain the following parameter: '{name}'."),
    900561: (400, "invalid_request", "The endpoint only accepts POST requests. Received a {method} request."),
    1002012: (
        400,
        "invalid_scope",
        "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default "
        "suffixed to the resource identifier (application ID URI).",
    ),
    7000215: (
        401,
        "invalid_client",
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the "
        "client secret ID, for a secret added to app '{app}'.",
    ),
    7000218: (
        401,
        "invalid_client",
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
    7000222: (
        401,
        "invalid_client",
        "The provided client secret keys for app '{app}' are expired. Make a new one: licentia apps rotate.",
    ),
}
"""By number: status, OAuth's error, text. Numbers and errors are Microsoft's; texts too where they are known."""

LONGEST = 200
"""Characters of what the client sent that are said back."""


class OAuthRefused(Exception):
    """No token: `number` says why, `details` what the text names."""

    def __init__(self, number: int, **details: str) -> None:
        super().__init__(number)
        self.number = number
        self.details = {name: text[:LONGEST] for name, text in details.items()}


def answer(request: HttpRequest, refused: OAuthRefused) -> JsonResponse:
    """The refusal as the client reads it."""
    status, error, text = ERRORS[refused.number]
    trace, correlation = str(uuid.uuid4()), correlation_id(request)
    at = to_datetime(clock.machine_now()).strftime("%Y-%m-%d %H:%M:%SZ")
    said = f"AADSTS{refused.number}: {text.format(**refused.details)}"
    body: dict[str, object] = {
        "error": error,
        "error_description": f"{said} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {at}",
        "error_codes": [refused.number],
        "timestamp": at,
        "trace_id": trace,
        "correlation_id": correlation,
    }
    if refused.number == 50076:
        body["suberror"] = "basic_action"
    return JsonResponse(body, status=status)


def correlation_id(request: HttpRequest) -> str:
    """The client's own name for the request when it is a GUID, else a new one."""
    try:
        return str(uuid.UUID(request.headers.get("client-request-id", "")))
    except ValueError:
        return str(uuid.uuid4())
