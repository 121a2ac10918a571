"""Help: what a subscription and a license are, with the tenant's own sum, and the picture of how a subscription ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from licentia.domain.subscriptions import MULTI_YEAR, ORDINARY, TRIAL, VOLUME
from licentia.importing.demo import demo_tenant
from web_desk import Desk
from world_store import World, build, crowd

if TYPE_CHECKING:
    from database import Store

pytest_plugins = ["world_fixtures"]


def test_without_several_subscriptions_the_example_is_five_and_eight(make_world: Callable[..., World]) -> None:
    """In both languages, with both definitions."""
    world = make_world(crowd(1))
    found = Desk(world).text("/help")
    assert "What your organization buys" in found
    assert "What one user has" in found
    assert "5 + 8 = 13" in found
    assert "5 + 8 = 13" in Desk(world, language="nl").text("/help")


def test_the_example_is_the_tenants_own(store: Store) -> None:
    """A product of which there are several subscriptions, as a sum."""
    rows = demo_tenant(300)
    world = build(store, replace(rows, name="Demo"))
    found = Desk(world).text("/help")
    assert "5 + 8 = 13" not in found
    assert "They make one pool:" in found


@pytest.mark.parametrize("life", [ORDINARY, MULTI_YEAR, VOLUME, TRIAL])
def test_the_picture_is_the_domains_table(make_world: Callable[..., World], life: object) -> None:
    """Every stage with its days, and its rule; the table says the same in words."""
    page = Desk(make_world(crowd(1))).source("/help")
    assert f"{life.rule}</p>" in page  # type: ignore[attr-defined]
    for stage in life.stages:  # type: ignore[attr-defined]
        assert f">{stage.days} days</text>" in page
    assert "style=" not in page


def test_every_page_leads_to_it(make_world: Callable[..., World]) -> None:
    """From the frame's header."""
    assert 'href="/help"' in Desk(make_world(crowd(1))).source("/")
