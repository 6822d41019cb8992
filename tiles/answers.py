"""Tiles over HTTP: conditional requests, compression, and who may keep an answer."""

from collections.abc import Callable
from enum import StrEnum

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from tiles.cache import Body

MVT = "application/vnd.mapbox-vector-tile"


class Terms(StrEnum):
    """Cache-Control of an answer (design §6): only what is public may sit in shared caches."""

    OPEN = "public, max-age=3600"
    PUBLIC = "public, max-age=60"
    PRIVATE = "private, no-cache"
    NEVER = "private, no-store"


def answer(
    request: HttpRequest, body: Body | Callable[[], Body], tag: str, terms: Terms, content_type: str = MVT
) -> HttpResponse:
    """The body, or 304 where the client has it, or 204 where it is empty. ``body`` is made only if it is needed."""
    etag = f'W/"{tag[:32]}"'
    if _holds(request, etag):
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = _full(request, body() if callable(body) else body, content_type)
    response["ETag"] = etag
    response["Cache-Control"] = terms.value
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _holds(request: HttpRequest, etag: str) -> bool:
    held = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in held or etag in held or etag.removeprefix("W/") in held


def _full(request: HttpRequest, body: Body, content_type: str) -> HttpResponse:
    if not body.plain:
        return HttpResponse(status=204)
    if content_type.startswith("image/") or not _takes_gzip(request):
        return HttpResponse(body.plain, content_type=content_type)
    response = HttpResponse(body.packed, content_type=content_type)
    response["Content-Encoding"] = "gzip"
    return response


def _takes_gzip(request: HttpRequest) -> bool:
    for part in request.headers.get("Accept-Encoding", "").lower().split(","):
        name, _separator, weight = part.strip().partition(";")
        if name.strip() in {"gzip", "*"}:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
