"""Answers for programs, compressed: brotli where taken, else gzip; their ETags follow.

Pages are left alone: they hold CSRF tokens beside words of the address, which compression would betray (BREACH). For
the same reason nothing is compressed that another site made a browser ask for with its cookie.
"""

import gzip
import hashlib
import re
from collections import OrderedDict
from collections.abc import Iterator
from threading import Lock
from typing import Final, cast

import brotli
from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.text import compress_sequence

SMALLEST: Final = 600  # bytes; below it one packet goes out either way
#: Quality of brotli and level of gzip: what is small is packed well, what is large quickly. 1,000 features (1.56 MB):
#: brotli 1 takes 1.4 ms for 79 KB, brotli 4 4.3 ms for 67 KB, gzip 1 4.0 ms for 110 KB, gzip 6 8.2 ms for 81 KB.
LARGE: Final = 60_000  # bytes
SMALL_QUALITY, LARGE_QUALITY = 4, 1
SMALL_LEVEL, LARGE_LEVEL = 5, 1
_KEPT_BYTES: Final = 8 * 1024 * 1024
_TYPES: Final = re.compile(r"(application|image)/([\w.-]+\+)?(json|xml)(;|$)|text/(csv|plain)(;|$)")
#: A strong ETag says "these bytes": of compressed ones it carries the coding, and comes back with it.
_CODED: Final = re.compile(r'-(?:br|gzip)"')


def uncoded(request: HttpRequest) -> None:
    """Take the codings off the ETags a client sends: views know the plain ones."""
    for name in ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH"):
        if given := request.META.get(name):
            request.META[name] = _CODED.sub('"', given)


def coding_of(request: HttpRequest) -> str:
    """The coding a client takes and we like most: ``br``, ``gzip`` or none."""
    if "HTTP_ACCEPT_ENCODING" not in request.META:
        return ""
    weights: dict[str, float] = {}
    for part in request.headers.get("Accept-Encoding", "").lower().split(","):
        name, _semicolon, rest = part.strip().partition(";")
        weights[name.strip()] = _weight(rest)
    named = {name: weights.get(name, weights.get("*", 0.0)) for name in ("br", "gzip")}
    best = max(named, key=lambda name: named[name])
    return best if named[best] > 0 else ""


def _weight(given: str) -> float:
    _q, _equals, number = given.replace(" ", "").partition("q=")
    try:
        return float(number) if number else 1.0
    except ValueError:
        return 0.0


def compress(request: HttpRequest, response: HttpResponse) -> None:
    """Compress an answer in place where that is right and worth it."""
    if response.has_header("Content-Encoding") or not _TYPES.match(response.get("Content-Type", "")):
        return
    if "Accept-Encoding" not in response.get("Vary", ""):
        patch_vary_headers(response, ["Accept-Encoding"])
    coding = coding_of(request)
    if not coding or response.status_code in {204, 304} or _is_asked_by_another_site(request):
        return
    if isinstance(response, StreamingHttpResponse):
        _compress_stream(request, response)
    elif len(response.content) >= SMALLEST:
        packed = _packed(response.content, coding)
        if len(packed) < len(response.content):
            response.content = packed
            response["Content-Length"] = str(len(packed))
            _mark(response, coding)


def _compress_stream(request: HttpRequest, response: StreamingHttpResponse) -> None:
    if "gzip" in request.headers.get("Accept-Encoding", "") and not response.is_async:
        response.streaming_content = compress_sequence(cast(Iterator[bytes], response.streaming_content))
        del response["Content-Length"]
        _mark(response, "gzip")


def _mark(response: HttpResponse | StreamingHttpResponse, coding: str) -> None:
    response["Content-Encoding"] = coding
    if (etag := response.get("ETag", "")).startswith('"'):
        response["ETag"] = f'{etag[:-1]}-{coding}"'


def _is_asked_by_another_site(request: HttpRequest) -> bool:
    site = request.headers.get("Sec-Fetch-Site", "none")
    return site in {"cross-site", "same-site"} and settings.SESSION_COOKIE_NAME in request.COOKIES


# --- what was compressed last ----------------------------------------------------------------------------------------

_kept: "OrderedDict[bytes, bytes]" = OrderedDict()
_weight_kept: list[int] = [0]
_lock: Final = Lock()


def _packed(body: bytes, coding: str) -> bytes:
    """The body compressed; a small answer given again costs its hash alone."""
    if len(body) > LARGE:
        return _compressed(body, coding)
    key = hashlib.blake2b(body, digest_size=16, person=coding.encode()).digest()
    with _lock:
        if (known := _kept.get(key)) is not None:
            _kept.move_to_end(key)
            return known
    packed = _compressed(body, coding)
    _keep(key, packed)
    return packed


def _compressed(body: bytes, coding: str) -> bytes:
    is_large = len(body) > LARGE
    if coding == "br":
        return bytes(brotli.compress(body, quality=LARGE_QUALITY if is_large else SMALL_QUALITY))
    return gzip.compress(body, LARGE_LEVEL if is_large else SMALL_LEVEL, mtime=0)


def _keep(key: bytes, packed: bytes) -> None:
    with _lock:
        _weight_kept[0] += len(packed) - len(_kept.pop(key, b""))
        _kept[key] = packed
        while _weight_kept[0] > _KEPT_BYTES:
            _weight_kept[0] -= len(_kept.popitem(last=False)[1])
