"""Files that people give: only of who is signed in, no larger than is said, in a file of this process and never in memory."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

LARGEST_MB = 300
"""A file of a million users with their licenses is smaller."""


class Uploads(TemporaryFileUploadHandler):
    """Looks at who sends, and how much, before the first byte of a file is read."""

    def handle_raw_input(
        self, input_data: Any, meta: dict[str, Any], content_length: int, boundary: str, encoding: str | None = None
    ) -> Any:
        """Nothing is read of who is not signed in: the form is then one without a token. Too much is refused."""
        if self.request is None or not self.request.user.is_authenticated:
            return QueryDict(), MultiValueDict()
        if content_length > LARGEST_MB * 1_000_000:
            raise RequestDataTooBig
        return None
