"""Every form against what nobody should send: a sentence in the language of the page, nothing lost, nothing done, no 500.

The forms are those of the table of addresses: a new one without a row in `center_forms` fails.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import get_resolver

import signing
from center_forms import FORMS, LEAVING, Form
from center_pages import Tenant, examples, tenant_in
from licentia.changes import groups as group_doors
from licentia.changes import propose
from licentia.changes.who import Who
from licentia.domain.instants import DAY
from licentia.domain.intents import DeleteUser, PurgeUser
from licentia.domain.permissions import Role
from licentia.domain.reasons import Refused
from licentia.importing.demo import demo_tenant
from licentia.store import clock
from licentia.store.lists import audit, groups, plans
from licentia.web.desk import TENANT
from licentia.web.pages import ROUTES
from world_store import World, build, digest

if TYPE_CHECKING:
    from database import Store

pytestmark = pytest.mark.timeout(400)
"""Many states in one browser, one after the other: a busy machine takes its time."""
HUGE = "x" * 1_000_000
IDS = [str(number) for number in range(100_000)]
BAD: dict[str, Any] = {
    "nothing": "",
    "huge": HUGE,
    "a NUL": "a\x00b",
    "HTML": "<script>alert(1)</script>\"'><img src=x>",
    "SQL": "'; DROP TABLE subscribed_sku; --",
    "right to left": "\u202e\u200fabc\u2066",
    "negative": "-1",
    "too large": "1e309",
    "a long number": "9" * 40,
    "year 0": "0000-00-00T00:00",
    "year 9999": "9999-12-31T23:59",
    "other digits": "\u0661\u0662\u00b2",
}
SURROGATE = "%ED%A0%80"
"""Half of a pair, as no browser sends it."""
TYPES = {"application/json": b"{}", "text/plain": b"a=1", "multipart/form-data; boundary=x": b"--x\r\nbroken"}
TAGS = re.compile(r"<[^>]*>")
PARTS = 4
every_part = pytest.mark.parametrize("part", range(PARTS))
TROUBLE = 'class="card box trouble"'
"""A page of what went wrong: the form is a step back, or stays open below it."""
SENTENCE = re.compile(r'(?:role="alert"[^>]*>|class="lede">)(.*?)</(?:p|div)>', re.DOTALL)


def posting() -> set[str]:
    """The name of every address that takes a form."""
    ours = {route.name: route.post for route in ROUTES}
    names = {str(one.name) for one in get_resolver().url_patterns}
    aliases = {name for name in names if name.startswith(("mfa_", "account_"))} - {"mfa_authenticate"}
    elsewhere = {"openid_connect_login", "openid_connect_callback"}
    return {name for name in names - aliases - elsewhere if name not in ours or ours[name] is not None}


def test_every_form_has_a_row() -> None:
    """The forms of the identity provider's sign-in have tests of their own."""
    assert posting() == set(FORMS) | set(LEAVING)


@dataclass(slots=True)
class Sender:
    """Sends forms of one tenant and judges the answers."""

    world: World
    tenant: Tenant
    language: str
    client: Client
    wrong: list[str]

    def enter(self) -> None:
        """Signed in, just proved to be there, in the tenant that is looked at: a form may have chosen another."""
        self.client = signing.by_link("anna")
        session = self.client.session
        session[TENANT] = self.world.tenant
        session.save()
        self.client.cookies["licentia_language"] = self.language
        self.client.raise_request_exception = False

    def mark(self) -> tuple[int, int]:
        """What every change of the tenant moves: the end of its journal, and its newest plan."""
        rows = audit.newest(self.world.tenant, 1)
        newest = plans.latest(self.world.tenant, 1, None, inline=True)
        return rows[0].seq if rows else 0, int(newest[0]["id"]) if newest else 0

    def send(self, form: Form, fields: dict[str, Any], what: str, field: str = "", **how: Any) -> int:
        """The status; what is wrong with the answer is kept."""
        before = self.mark()
        answer: Any = self.client.post(form.address, how.pop("body", fields), **how)
        where, status, text = f"{form.address}, {what}: {answer.status_code}", answer.status_code, _text(answer)
        if status >= 500:
            self.wrong.append(f"{where} {text[-300:]}")
        if status >= 400 and self.mark() != before:
            self.wrong.append(f"{where}, and something was changed")
        if "<script>alert(1)" in text:
            self.wrong.append(f"{where} shows HTML as it was typed")
        if 400 <= status < 500:
            said = SENTENCE.search(text)
            if said is None or len(TAGS.sub(" ", said[1]).split()) < 3:
                self.wrong.append(f"{where} says nothing: {text[:300]}")
            if f'<html lang="{self.language}"' not in text:
                self.wrong.append(f"{where} is not in {self.language}")
        if status >= 400 and status != 404 and "<main" in text and (TROUBLE not in text or field in form.keeps):
            shown = html.unescape(text).replace("\x00", "")
            kept = {name: fields.get(name) for name in form.keeps}
            lost = [n for n, v in kept.items() if isinstance(v, str) and len(v) < 200 and _typed(v) not in shown]
            if lost:
                self.wrong.append(f"{where} has lost {lost}")
        return int(status)


def _text(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(body.decode())


def _typed(text: str) -> str:
    """What was typed, as a page can show it: a NUL is no character of one."""
    return text.replace("\x00", "")


@pytest.fixture
def sender(store: Store, request: pytest.FixtureRequest) -> Iterator[Sender]:
    """An administrator with every role that forms need, in Dutch unless a test says otherwise: English is what is left over."""
    now = clock.machine_now()
    world = build(store, demo_tenant(200, 1, now - now % DAY))
    signing.add("anna", (world.tenant, Role.GLOBAL))
    found = Sender(world, tenant_in(world.tenant), getattr(request, "param", "nl"), Client(), [])
    found.enter()
    yield found
    found.client.raise_request_exception = True
    assert not found.wrong, "\n".join(dict.fromkeys(found.wrong))
    world.assert_sound()


def again(sender: Sender, name: str) -> Form:
    """The form anew, for somebody who has just proved to be there."""
    sender.enter()
    return FORMS[name](sender.tenant)


@every_part
def test_no_form_takes_what_nobody_should_send(sender: Sender, part: int) -> None:
    """Each field in turn gets each bad value, the others are sound; what is refused has changed nothing."""
    for name in sorted(FORMS)[part::PARTS]:
        make = FORMS[name]
        form, before = make(sender.tenant), digest(sender.world.tenant)
        for field, (what, value) in product(form.fields, BAD.items()):
            if sender.send(form, form.fields | {field: value}, f"{field} with {what}", field) < 400:
                form, before = again(sender, name), {}
        for field in form.fields:
            body = "&".join(f"{one}={SURROGATE if one == field else 1}" for one in form.fields)
            how = {"body": body, "content_type": "application/x-www-form-urlencoded"}
            if sender.send(form, {}, f"{field} with half of a pair", **how) < 400:
                form, before = again(sender, name), {}
        if before and digest(sender.world.tenant) != before:
            sender.wrong.append(f"{name}: everything was refused, and the tenant is not as it was")


@every_part
@pytest.mark.parametrize("sender", ["en"], indirect=True)
def test_no_form_fails_empty_in_another_shape_or_too_large(sender: Sender, part: int) -> None:
    """No field at all, JSON, plain text, a file that breaks off, 100,000 numbers, without the token of the session."""
    for name in sorted(FORMS)[part::PARTS]:
        form = again(sender, name)
        sender.send(form, {}, "nothing")
        for kind, body in TYPES.items():
            form = again(sender, name)
            sender.send(form, {}, kind, body=body, content_type=kind)
        form = again(sender, name)
        sender.client.handler.enforce_csrf_checks = True
        sender.client.get("/")
        assert sender.send(form, form.fields, "without its token") == 403, name
        assert sender.send(form, {"user": IDS}, "100,000 numbers") == 400, name
        assert sender.send(form, {"names": HUGE * 3}, "3 MB of text") in (400, 403), name


@every_part
def test_no_form_fails_when_it_is_sent_twice(sender: Sender, part: int) -> None:
    """Two tabs, the back button, a press too many: done once, or done again where that is the same, or a sentence."""
    for name in sorted(FORMS)[part::PARTS]:
        form = again(sender, name)
        sender.send(form, form.fields, "as it should be")
        sender.enter()
        sender.send(form, form.fields, "once more")
        sender.enter()


@every_part
def test_no_form_fails_when_its_users_and_groups_are_gone(sender: Sender, part: int) -> None:
    """What the form is about was deleted for good after the page was opened."""
    names = sorted(FORMS)[part::PARTS]
    forms = {name: FORMS[name](sender.tenant) for name in names}
    world, tenant = sender.world, sender.tenant
    people = tuple(one.id for one in tenant.holders)
    for intent in (DeleteUser(), PurgeUser()):
        world.apply(propose.propose(world.tenant, intent, Who("users", "", people), tenant.actor))
    for row in groups.page(world.tenant)[0]:
        with suppress(Refused):
            group_doors.delete_group(world.tenant, row.id, tenant.actor)
    for form in forms.values():
        sender.enter()
        sender.send(form, form.fields, "its objects are gone")


def test_no_door_fails(sender: Sender) -> None:
    """The forms of the sign-in."""
    for name, make in LEAVING.items():
        form = make(sender.tenant)
        sender.client = Client(SERVER_NAME=signing.HOST)
        sender.client.cookies["licentia_language"] = sender.language
        sender.client.raise_request_exception = False
        for field, (what, value) in product(form.fields or {"x": ""}, BAD.items()):
            sender.send(form, form.fields | {field: value}, f"{name}, {field} with {what}", field)
        for kind, body in TYPES.items():
            sender.send(form, {}, kind, body=body, content_type=kind)


def test_no_address_fails_with_words_that_nobody_would_ask_for(sender: Sender) -> None:
    """The words after the question mark of every page."""
    asked = ("q", "after", "before", "first", "tab", "kind", "days", "product", "user", "plan", "seats", "on", "apps")
    for name, address in examples(sender.tenant).items():
        bare = address.partition("?")[0]
        for what in ("huge", "a NUL", "HTML", "a long number", "other digits", "year 0"):
            answer: Any = sender.client.get(bare, dict.fromkeys(asked, BAD[what][:4_000]))
            text = _text(answer)
            if answer.status_code >= 500 or "<script>alert(1)" in text:
                sender.wrong.append(f"{name} asked for {what}: {answer.status_code}")
