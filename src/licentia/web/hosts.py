"""The name under which the admin center was asked for, and what browsers allow there."""

from __future__ import annotations

import ipaddress

from django.http import HttpRequest
from django.http.request import split_domain_port


def host_of(request: HttpRequest) -> str:
    """The name in the address, without its port."""
    return str(split_domain_port(request.get_host())[0])


def can_have_passkeys(request: HttpRequest) -> bool:
    """Whether browsers allow passkeys here: at a name, not at a number, and encrypted unless it is `localhost`."""
    host = host_of(request)
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return request.is_secure() or host == "localhost"
    return False


def at_localhost(request: HttpRequest) -> str:
    """The same server by the name that browsers allow passkeys at; nothing when it is another machine."""
    host, port = split_domain_port(request.get_host())
    try:
        is_here = ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return ""
    return f"{request.scheme}://localhost{port and f':{port}'}" if is_here else ""
