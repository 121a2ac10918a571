"""The journal's chain: whatever is edited in the store, verification says where; a whole journal is intact."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction

from licentia.changes import record, verify
from licentia.changes.journal import segment_hash
from licentia.changes.verify import verify_chain
from licentia.domain.intents import Assign
from world_store import E3, SWAY_PLAN, World, crowd

pytest_plugins = ["world_fixtures"]
Make = Callable[..., World]

MINE = "tenant_id = %(tenant)s"
COPY_ROW = (
    "INSERT INTO journal (tenant_id, seq, segment_id, at, kind, object_kind, object_id, before, after) "
    "SELECT tenant_id, %(to)s, segment_id, at, kind, object_kind, object_id, before, after FROM journal "
    f"WHERE {MINE} AND seq = %(seq)s"
)


def history(make_world: Make) -> World:
    """A tenant with some history: plans, an undo, single changes, settings."""
    world = make_world(crowd(6))
    plan = world.unassign(1, 2, 3)
    world.undo(plan, 2)
    world.inline(Assign(E3, frozenset({SWAY_PLAN})), 4)
    record.add_never(world.tenant, "user", 5, "Emergency access", world.actor)
    record.set_tenant(world.tenant, world.actor, {"limit_users": 100})
    return world


def seqs(world: World, plan_rows: int = 2) -> list[int]:
    """Numbers of rows in a segment with several rows."""
    found = world.rows(
        f"SELECT first_seq, last_seq FROM segment WHERE {MINE} AND last_seq - first_seq >= %(n)s", n=plan_rows
    )
    return list(range(found[0][0], found[0][1] + 1))


def test_an_untouched_journal_is_intact(make_world: Make) -> None:
    """Every segment and row is counted, and the head is the last hash."""
    world = history(make_world)
    report = verify_chain(world.tenant)
    [(seq, segment, head)] = world.rows(f"SELECT seq, segment_id, hash FROM head WHERE {MINE}")
    assert (report.broken, report.rows, report.segments, report.head) == (None, seq, segment, head)


def test_the_hash_is_over_the_documented_text() -> None:
    """A JSON array of the previous hash and the segment, then a tab-separated line a row; an absent value is \\N."""
    facts = ("apply", None, "system", "licentia", "Licentia", 7, 1, 1)
    rows = [(1, 1, 7, "license.assign", "user", 3, None, '{"a":1}')]
    text = '["before","apply",null,"system","licentia","Licentia",7,1,1]'
    text += "\n1\t1\t7\tlicense.assign\tuser\t3\t\\N\t" + '{"a":1}'
    assert segment_hash("before", facts, rows) == hashlib.sha256(text.encode()).hexdigest()


EDITS: dict[str, tuple[tuple[str, ...], str]] = {
    "a changed row": ((f"UPDATE journal SET after = '{{}}' WHERE {MINE} AND seq = %(seq)s",), "rows_changed"),
    "a removed row": ((f"DELETE FROM journal WHERE {MINE} AND seq = %(seq)s",), "rows_changed"),
    "an inserted row": ((COPY_ROW.replace("%(to)s", "0"),), "rows_added"),
    "a row after the end": ((COPY_ROW.replace("%(to)s", "100000"),), "rows_added"),
    "swapped rows": (
        (
            f"UPDATE journal SET seq = 0 WHERE {MINE} AND seq = %(seq)s",
            f"UPDATE journal SET seq = %(seq)s WHERE {MINE} AND seq = %(seq)s + 1",
            f"UPDATE journal SET seq = %(seq)s + 1 WHERE {MINE} AND seq = 0",
        ),
        "rows_changed",
    ),
    "another actor": ((f"UPDATE segment SET actor_name = 'somebody' WHERE {MINE} AND id = 3",), "rows_changed"),
    "another plan": ((f"UPDATE segment SET plan_id = 77 WHERE {MINE} AND id = 3",), "rows_changed"),
    "another time": ((f"UPDATE segment SET at = at + 1 WHERE {MINE} AND id = 3",), "rows_changed"),
    "another hash": ((f"UPDATE segment SET hash = 'x' WHERE {MINE} AND id = 3",), "rows_changed"),
    "another link": ((f"UPDATE segment SET previous_hash = 'x' WHERE {MINE} AND id = 3",), "not_linked"),
    "a removed segment": ((f"DELETE FROM segment WHERE {MINE} AND id = 3",), "segment_missing"),
    "a cut tail": (
        (
            f"DELETE FROM journal WHERE {MINE} AND seq = (SELECT h.seq FROM head h WHERE h.{MINE})",
            f"DELETE FROM segment WHERE {MINE} AND id = (SELECT h.segment_id FROM head h WHERE h.{MINE})",
        ),
        "tail_missing",
    ),
    "a moved head": ((f"UPDATE head SET seq = seq - 1 WHERE {MINE}",), "tail_missing"),
    "a head of another hash": ((f"UPDATE head SET hash = '' WHERE {MINE}",), "tail_missing"),
}


@contextmanager
def tampering() -> Iterator[None]:
    """What is done inside is taken back at the end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_every_kind_of_edit_is_found(make_world: Make) -> None:
    """And the report names the segment and what is wrong with it."""
    world = history(make_world)
    seq = seqs(world)[0]
    found = {}
    for name, (statements, _) in EDITS.items():
        with tampering():
            for statement in statements:
                world.plant(statement, seq=seq)
            report = verify_chain(world.tenant)
        found[name] = report.why
        assert report.broken is not None
    assert found == {name: why for name, (_, why) in EDITS.items()}


def test_a_tail_cut_with_its_head_is_seen_by_a_head_kept_elsewhere(make_world: Make) -> None:
    """The chain itself is whole, as the documents say; only the head of before tells."""
    world = history(make_world)
    kept = verify_chain(world.tenant).head
    [(first, previous)] = world.rows(
        f"SELECT first_seq, previous_hash FROM segment WHERE {MINE} ORDER BY id DESC LIMIT 1"
    )
    with tampering():
        world.plant(f"DELETE FROM journal WHERE {MINE} AND seq >= %(first)s", first=first)
        world.plant(f"DELETE FROM segment WHERE {MINE} AND first_seq >= %(first)s", first=first)
        world.plant(
            f"UPDATE head SET seq = %(first)s - 1, segment_id = segment_id - 1, hash = %(hash)s WHERE {MINE}",
            first=first,
            hash=previous,
        )
        report = verify_chain(world.tenant)
    assert (report.broken, report.head != kept) == (None, True)


def single_edits(world: World, count: int, seed: int) -> Iterator[tuple[str, dict[str, object]]]:
    """Random single edits of one field of one row of the journal or of a segment, each a real change."""
    chance = random.Random(seed)
    fields = {
        "journal": ("seq", "segment_id", "at", "kind", "object_kind", "object_id", "before", "after"),
        "segment": (
            "door", "plan_id", "actor_kind", "actor_id", "actor_name", "at", "first_seq", "last_seq", "previous_hash", "hash",
        ),
    }  # fmt: skip
    for _ in range(count):
        table = chance.choice(["journal", "segment"])
        key = "seq" if table == "journal" else "id"
        column = chance.choice(fields[table])
        rows = world.rows(f"SELECT {key}, {column} FROM {table} WHERE {MINE} ORDER BY {key}")
        number, old = chance.choice(rows)
        if isinstance(old, int):
            new: object = old + chance.choice([-1, 1]) * 1_000
        elif old is None:
            new = 1 if column == "plan_id" else '{"x":1}'
        else:
            at = chance.randrange(len(old) + 1)
            new = chance.choice([old[:at] + "x" + old[at:], old + " ", old[1:] + "y", old.swapcase() + "!"])
        yield f"UPDATE {table} SET {column} = %(new)s WHERE {MINE} AND {key} = %(key)s", {"new": new, "key": number}


def every_single_edit_is_found(world: World, count: int) -> None:
    """After each the chain is broken; put back, it is whole."""
    for statement, values in single_edits(world, count, seed=count):
        with tampering():
            world.plant(statement, **values)
            report = verify_chain(world.tenant)
        assert report.broken is not None, (statement, values)
    assert verify_chain(world.tenant).broken is None


def test_single_edits_are_found(make_world: Make) -> None:
    """A score of them, drawn by chance but always the same."""
    every_single_edit_is_found(history(make_world), 20)


@pytest.mark.soak
@pytest.mark.timeout(1_800)
def test_a_thousand_single_edits_are_found(make_world: Make) -> None:
    """The same, at length."""
    every_single_edit_is_found(history(make_world), 1_000)


def test_a_long_journal_is_read_in_parts(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """More segments than one read holds; a break in the last is found too."""
    world = make_world(crowd(1))
    read = verify.audit.segments
    monkeypatch.setattr(verify.audit, "segments", lambda tenant, after, top: read(tenant, after, 3))
    for n in range(7):
        record.set_tenant(world.tenant, world.actor, {"limit_users": 100 + n})
    assert verify_chain(world.tenant).segments == 9
    with tampering():
        world.plant(f"UPDATE segment SET actor_id = 'x' WHERE {MINE} AND id = 9")
        assert verify_chain(world.tenant).broken == 9
