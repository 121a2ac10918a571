"""Fixtures of worlds: a test module names this file in `pytest_plugins` and never imports it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from licentia.importing.rows import TenantRows, UserRow
from world_store import World, build, build_copy, tenant_rows, user_file

if TYPE_CHECKING:
    from database import Store


@pytest.fixture
def make_world(store: Store) -> Iterator[Callable[..., World]]:
    """Makes worlds from a tenant's rows; at the end each is sound and its twin as it was."""
    made: list[World] = []

    def make(rows: TenantRows | Sequence[UserRow], **how: Any) -> World:
        whole = rows if isinstance(rows, TenantRows) else tenant_rows(rows, **how)
        world = build(store, whole)
        made.append(world)
        return world

    yield make
    for world in made:
        world.assert_sound()


@pytest.fixture
def make_copy(store: Store) -> Iterator[Callable[..., World]]:
    """Makes imported worlds from the rows of a file."""
    made: list[World] = []

    def make(rows: Sequence[UserRow], **how: Any) -> World:
        world = build_copy(store, user_file(rows, **how))
        made.append(world)
        return world

    yield make
    for world in made:
        world.assert_sound()
