"""How old the facts of a copy are: when the last file with users was read into it."""

from __future__ import annotations

from licentia.domain.instants import Instant
from licentia.store import sql


def read_at(tenant_id: int) -> Instant | None:
    """When a file with users was last read, in tenant time; None for a tenant that came from none.

    A file that brought a group of its own is marked on the tenant, another on the file (`changes.refresh`).
    """
    found = sql.value(
        "SELECT max(m.at) FROM (SELECT j.at FROM journal j WHERE j.tenant_id = %(tenant)s AND j.object_kind = 'file' "
        "AND j.object_id = %(tenant)s AND j.kind = 'import' "
        "UNION ALL SELECT j.at FROM journal j WHERE j.tenant_id = %(tenant)s AND j.object_kind = 'tenant' "
        "AND j.object_id = %(tenant)s AND j.kind IN ('baseline', 'import')) AS m",
        {"tenant": tenant_id},
    )
    return None if found is None else int(found)
