"""What a paper may load while it is laid out: our own static files, data in its own text, and what it was handed.

Text of a resource is never markup, but a mistake in a template must not reach the network of the city or a file of
the server (SSRF): everything else is refused.
"""

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django.utils._os import safe_join
from weasyprint.urls import URLFetcher, URLFetcherResponse

#: Addresses in a paper are relative to this; no such host exists (RFC 2606).
BASE_URL: Final = "https://paper.invalid/"
#: ``{{ media_address }}key``: a file handed in under that key.
MEDIA_URL: Final = BASE_URL + "media/"
DATA_TYPES: Final = ("data:image/png", "data:image/jpeg", "data:image/svg+xml")


@dataclass(frozen=True, slots=True)
class Medium:
    """A picture handed in with a paper."""

    data: bytes
    content_type: str = "image/jpeg"


class RefusedAddress(ValueError):
    """An address no paper may load. WeasyPrint leaves the picture out and logs it."""


class PaperFetcher(URLFetcher):  # type: ignore[misc]
    """Loads nothing but what the module's first line names; ``refused`` tells what was asked for in vain."""

    def __init__(self, media: Mapping[str, Medium] | None = None) -> None:
        super().__init__(allowed_protocols=("data", "https"), allow_redirects=False)
        self._media = dict(media or {})
        self.refused: list[str] = []

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """Raises :class:`RefusedAddress`."""
        if url.startswith(DATA_TYPES):
            return super().fetch(url)
        if url.startswith(MEDIA_URL) and (medium := self._media.get(unquote(url.removeprefix(MEDIA_URL)))):
            return URLFetcherResponse(url, medium.data, {"Content-Type": medium.content_type})
        if path := static_path(url):
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})
        self.refused.append(url[:200])
        raise RefusedAddress(f"not for papers: {url[:200]}")


def static_path(url: str) -> Path | None:
    """The static file an address names, collected or of an app; None for any other address."""
    parts = urlsplit(url)
    prefix = "/" + settings.STATIC_URL.strip("/") + "/"
    if f"{parts.scheme}://{parts.netloc}/" != BASE_URL or not parts.path.startswith(prefix):
        return None
    name = unquote(parts.path.removeprefix(prefix))
    try:
        found = finders.find(name)
        path = Path(found) if isinstance(found, str) else Path(safe_join(str(settings.STATIC_ROOT), name))
    except (SuspiciousFileOperation, ValueError):
        return None
    return path if path.is_file() else None


__all__ = ["BASE_URL", "MEDIA_URL", "Medium", "PaperFetcher", "RefusedAddress"]
