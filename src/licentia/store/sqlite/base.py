"""SQLite backend: tables with a composite key are WITHOUT ROWID, and every write transaction passes the gate.

Nothing else differs from Django's own backend; no rule and no SQL of ours is here.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.schema import DatabaseSchemaEditor as DjangoSchemaEditor
from django.db.models import CompositePrimaryKey

from licentia.store.gate import Gate


class DatabaseSchemaEditor(DjangoSchemaEditor):
    """Clusters a table on its composite key, also when a migration rebuilds it."""

    def table_sql(self, model: Any) -> tuple[str, list[Any]]:
        sql, params = super().table_sql(model)
        if isinstance(model._meta.pk, CompositePrimaryKey):
            sql += " WITHOUT ROWID"
        return sql, params


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes the gate before BEGIN IMMEDIATE and releases it after COMMIT or ROLLBACK."""

    SchemaEditorClass = DatabaseSchemaEditor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.gate = Gate(str(self.settings_dict["NAME"]) + ".lock")

    def _start_transaction_under_autocommit(self) -> None:
        self.gate.acquire()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self.gate.release()
            raise

    def _commit(self) -> Any:
        result = super()._commit()  # type: ignore[misc]
        self.gate.release()
        return result

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self.gate.release()

    def close(self) -> None:
        super().close()
        if not self.in_atomic_block:
            self.gate.release()
