"""What copying a tenant needs to read: ranges of users, what changed meanwhile, and of what a tenant is a copy."""

from __future__ import annotations

import json

from licentia.store import sql


def last_of_batch(tenant_id: int, after: int, top: int) -> int | None:
    """The last id of the next `top` users, deleted ones too; None when there are no more."""
    found = sql.value(
        "SELECT max(r.id) FROM (SELECT u.id FROM users u WHERE u.tenant_id = %(tenant)s AND u.id > %(after)s "
        "ORDER BY u.id LIMIT %(top)s) AS r",
        {"tenant": tenant_id, "after": after, "top": top},
    )
    return None if found is None else int(found)


def journal_end(tenant_id: int) -> tuple[int, str]:
    """(seq, hash) of the journal's last segment."""
    found = sql.row("SELECT seq, hash FROM head WHERE tenant_id = %(tenant)s", {"tenant": tenant_id})
    return (0, "") if found is None else (int(found[0]), str(found[1]))


def changed_kinds(tenant_id: int, since_seq: int) -> set[tuple[str, str]]:
    """(object kind, kind) of the journal's rows after `since_seq`."""
    found = sql.rows(
        "SELECT DISTINCT j.object_kind, j.kind FROM journal j WHERE j.tenant_id = %(tenant)s AND j.seq > %(since)s",
        {"tenant": tenant_id, "since": since_seq},
    )
    return {(object_kind, kind) for object_kind, kind in found}


def changed(tenant_id: int, object_kind: str, since_seq: int) -> list[int]:
    """Objects of this kind that the journal names after `since_seq`, each once."""
    found = sql.rows(
        "SELECT DISTINCT j.object_id FROM journal j WHERE j.tenant_id = %(tenant)s AND j.seq > %(since)s "
        "AND j.object_kind = %(kind)s ORDER BY j.object_id",
        {"tenant": tenant_id, "since": since_seq, "kind": object_kind},
    )
    return [int(row[0]) for row in found]


def copied_from(tenant_id: int) -> str | None:
    """The name that the tenant had of which this one is a rehearsal copy; None when it is none."""
    text = sql.value(
        "SELECT j.after FROM journal j WHERE j.tenant_id = %(tenant)s AND j.object_kind = 'tenant' "
        "AND j.object_id = %(tenant)s AND j.kind = 'baseline' ORDER BY j.seq LIMIT 1",
        {"tenant": tenant_id},
    )
    return None if text is None else json.loads(text).get("copy_of")
