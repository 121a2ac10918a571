"""One door for files of users: finds out which of the known forms a file has, and reads it.

Never decides what becomes of the rows; a bad row is among them as a value.
"""

from __future__ import annotations

from collections.abc import Collection

from licentia.domain.catalog import Catalog
from licentia.importing.csv_users import read_csv_users
from licentia.importing.encoding import Source, find_encoding
from licentia.importing.graph_users import read_graph_users
from licentia.importing.json_values import starts_as_json
from licentia.importing.rows import UserFile, UserRow


def read_user_file(source: Source, catalog: Catalog, owned: Collection[str] = ()) -> UserFile:
    """The file with its form, what it states, and its rows read lazily with flat memory.

    `owned` are the sku_ids among which a license name is looked for first. BadInput: `unreadable_file`,
    `empty_file`, `not_text`, `no_user_column`, `duplicate_column`, `bad_json`, `bad_quoting`,
    `line_too_long`; reading the rows may raise `unreadable_file` and, if the file changes, `bad_json`.
    """
    text_source = find_encoding(source)
    if starts_as_json(text_source):
        return read_graph_users(text_source)
    return read_csv_users(text_source, catalog, owned)


def domain_of(file: UserFile) -> str:
    """The domain of the first user that can be read, which names the copy; empty where there is none."""
    first = next((row for row in file.rows() if isinstance(row, UserRow)), None)
    return "" if first is None else first.user_principal_name.rpartition("@")[2]
