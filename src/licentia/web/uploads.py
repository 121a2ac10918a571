"""Files that people give: only of who is signed in, no larger than is said, in a file of this process and never in memory."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

LARGEST_MB = 300
"""A file of a million users with their licenses is smaller."""

LARGEST_OF_NOBODY = 16_384
"""Bytes of a form that somebody sends who is not signed in: more than any form of theirs has."""


class Uploads(TemporaryFileUploadHandler):
    """Looks at who sends, and how much, before the first byte of a file is read."""

    def handle_raw_input(
        self, input_data: Any, meta: dict[str, Any], content_length: int, boundary: str, encoding: str | None = None
    ) -> Any:
        """Nothing large is read of who is not signed in: the form is then one without a token. Too much is refused."""
        user = getattr(self.request, "user", None)
        if (user is None or not user.is_authenticated) and content_length > LARGEST_OF_NOBODY:
            return QueryDict(), MultiValueDict()
        if content_length > LARGEST_MB * 1_000_000:
            raise RequestDataTooBig
        return None
