"""How much one request may carry: refused by its announced length, before anything of it is read."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class CappedUploadHandler(FileUploadHandler):
    """Stands before Django's handlers and only looks at the length; each form has limits of its own for a file."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        """Raises ``RequestDataTooBig``, which is answered with 400, above ``UPLOAD_MAX_BYTES``."""
        if content_length > settings.UPLOAD_MAX_BYTES:
            raise RequestDataTooBig

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Left to the next handler."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Left to the next handler."""
