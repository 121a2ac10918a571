"""Operators who sign in to the admin center, for tests: made through the doors, signed in by a link or a password."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.test import Client

from licentia.changes import entering, operators
from licentia.domain.permissions import Role
from world_store import OWNER, World

if TYPE_CHECKING:
    from django.http import HttpResponse

PASSWORD = "vijf paarse giraffen"
HOST = "localhost"


def add(name: str, *roles: tuple[int, Role], display_name: str = "") -> str:
    """The id of a new operator with these roles, each in a tenant."""
    operator_id = operators.add_operator(name, display_name, OWNER)
    for tenant_id, role in roles:
        operators.grant(name, tenant_id, role, OWNER)
    return operator_id


def browser() -> Client:
    """Nobody yet."""
    return Client(SERVER_NAME=HOST)


def signed_in(world: World, role: Role = Role.GLOBAL, language: str = "en", name: str = "") -> Client:
    """The client of an operator with this role in the tenant, made where there is none; without the pages of the sign-in."""
    name = name or f"{role.value}@tenant{world.tenant}.example"
    if operators.list_of.find(name) is None:
        add(name, (world.tenant, role))
    client = browser()
    client.cookies["licentia_language"] = language
    client.force_login(get_user_model().objects.get(name=name))
    return client


def by_link(name: str) -> Client:
    """The operator, signed in by a fresh link."""
    client = browser()
    found = client.post(f"/sign-in/link/{entering.link_for(name, OWNER)}")
    assert found.status_code == 302
    return client


def set_password(name: str, password: str = PASSWORD) -> Client:
    """The operator, who has this password from now on; still signed in by the link."""
    client = by_link(name)
    found = client.post("/account/password", {"password1": password, "password2": password})
    assert found.status_code == 302, found.content.decode()
    return client


def sign_in(client: Client, name: str, password: str = PASSWORD) -> HttpResponse:
    """The answer to the form."""
    answer: Any = client.post("/sign-in", {"login": name, "password": password})
    return answer  # type: ignore[no-any-return]


def is_in(client: Client) -> bool:
    """Whether somebody is signed in there."""
    return client.get("/account").status_code == 200


def add_app(client: Client) -> str:
    """The key of an authenticator app that the operator has from now on."""
    client.get("/account/app")
    key = str(client.session["mfa.totp.secret"])
    found = client.post("/account/app", {"code": code(key)})
    assert found.status_code == 302, found.content.decode()
    return key


def code(key: str) -> str:
    """What the app shows now."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(key), counter, hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"
