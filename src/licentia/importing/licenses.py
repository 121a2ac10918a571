"""License cells to license rows: product names joined with "+", each distinct text resolved once.

Never states a path: a file of names does not know why a user holds a product.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from licentia.domain.catalog import Catalog
from licentia.domain.facts import SourceKind
from licentia.domain.reasons import BadInput
from licentia.importing.names import words
from licentia.importing.rows import LicenseRow
from licentia.importing.values import CellError
from licentia.wire.graph_users import is_guid

_MOST_CACHED: Final = 50_000
_OTHER_SEPARATORS: Final = re.compile(r"[;|,\n]")


class LicenseCells:
    """Reads license cells against a catalog; names are looked for among the owned products first."""

    def __init__(self, catalog: Catalog, owned: Collection[str] = ()) -> None:
        self._catalog = catalog
        self._owned = owned
        self._known: dict[str, tuple[LicenseRow, ...] | CellError] = {}

    def read(self, text: str) -> tuple[LicenseRow, ...]:
        """The products of a cell, each once.

        CellError `unknown_license` (`text`: the names nobody knows), `ambiguous_license` (`text`, `n`,
        `candidates`: part number and SKU id of each).
        """
        found = self._known.get(text)
        if found is None:
            if len(self._known) >= _MOST_CACHED:
                self._known.clear()
            found = self._known[text] = self._resolve(text.strip())
        if isinstance(found, CellError):
            raise CellError(found.code, **found.details)
        return found

    def _resolve(self, text: str) -> tuple[LicenseRow, ...] | CellError:
        """The rows, or the error of the names that name no product."""
        if not text or text.casefold() in words().unlicensed:
            return ()
        sku_ids, unknown = self._split(text)
        if unknown and _OTHER_SEPARATORS.search(text):
            parts = [part.strip() for part in _OTHER_SEPARATORS.split(text) if part.strip()]
            pairs = [self._split(part) for part in parts]
            if not any(missing for _, missing in pairs):
                sku_ids, unknown = [sku_id for found, _ in pairs for sku_id in found], []
        if unknown:
            return self._error(unknown)
        return tuple(LicenseRow(sku_id, SourceKind.UNKNOWN) for sku_id in dict.fromkeys(sku_ids))

    def _error(self, unknown: list[str]) -> CellError:
        """Why the first of these names no product; the others stand beside it."""
        text = ", ".join(unknown)[:500]
        try:
            self._catalog.resolve(unknown[0], self._owned)
        except BadInput as bad:
            if bad.code == "ambiguous_product":
                return CellError("ambiguous_license", **{**bad.details, "text": unknown[0]})
        return CellError("unknown_license", text=text)

    def _split(self, text: str) -> tuple[list[str], list[str]]:
        """The products of names joined with "+", and the names nobody knows; a GUID is taken at its word."""
        products, unresolved = self._catalog.split_names(text, self._owned)
        by_guid = [name.strip().lower() for name in unresolved if is_guid(name.strip().lower())]
        unknown = [name for name in unresolved if not is_guid(name.strip().lower())]
        return [product.sku_id for product in products] + by_guid, unknown
