"""Files kept outside the web root, handed out by views that have asked the access rule (R10, R30).

Nothing a stranger handed in runs here: type by content and never guessed, an empty sandbox, saved rather than opened
unless it is a picture written anew. Browsers may keep a file but must ask again each time they show it.
"""

import re
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

from layers.errors import FeatureNotFound
from layers.media.store import path_of

SANDBOX: Final = "sandbox; default-src 'none'; frame-ancestors 'none'"
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")


def file_answer(
    request: HttpRequest, kept: str, *, content_type: str, name: str, is_shown: bool
) -> HttpResponseBase:
    """The file kept under a name of the store. ``is_shown``: in the page; else saved under ``name``.

    Answers ``If-None-Match`` with 304 and one ``Range`` with 206. Raises ``FeatureNotFound`` where the file is lost.
    """
    path = path_of(kept)
    if not path.is_file():
        raise FeatureNotFound(kept)
    etag = f'"{sha256(kept.encode()).hexdigest()[:24]}"'
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is None:
        response = _ranged(request, path, etag) or FileResponse(path.open("rb"))
    if not isinstance(response, HttpResponseNotModified) and response.status_code != 416:
        response["Content-Type"] = content_type
        response["Content-Disposition"] = content_disposition_header(not is_shown, name)
        response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _ranged(request: HttpRequest, path: Path, etag: str) -> HttpResponse | None:
    """One range of bytes; None for a request without a usable one, which is answered whole (RFC 9110, 14.2)."""
    found = _RANGE.fullmatch(request.headers.get("Range", ""))
    wanted = request.headers.get("If-Range", etag)
    if found is None or found.groups() == ("", "") or wanted != etag or request.method != "GET":
        return None
    size = path.stat().st_size
    first, last = _bounds(found[1], found[2], size)
    if first > last:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    with path.open("rb") as handle:
        response = HttpResponse(_part(handle, first, last), status=206)
    response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return response


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:
        return max(size - int(last), 0), size - 1
    return int(first), min(int(last) if last else size - 1, size - 1)


def _part(handle: IO[bytes], first: int, last: int) -> bytes:
    handle.seek(first)
    return handle.read(last - first + 1)
