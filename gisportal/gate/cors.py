"""CORS at the doors for programs: any page of the web may read with a token or as everybody, never with a cookie.

``Access-Control-Allow-Credentials`` is never sent: a browser then keeps from a foreign page every answer that a
cookie or a remembered password brought about.
"""

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

#: Part 4 writes by them (editing), the others read.
METHODS: Final = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
#: Headers a foreign page may send.
REQUEST_HEADERS: Final = (
    "Accept, Accept-Language, Authorization, Content-Crs, Content-Type, If-Match, If-Modified-Since, "
    "If-None-Match, Prefer"
)
#: Headers a foreign page may read.
EXPOSED: Final = (
    "Content-Crs, Content-Disposition, Content-Language, ETag, Link, Location, OGC-NumberMatched, OGC-NumberReturned, "
    "Preference-Applied, RateLimit, RateLimit-Policy, Retry-After"
)
KEPT_FOR: Final = 86_400  # seconds a browser keeps the answer to a preflight


def preflight(request: HttpRequest) -> HttpResponse | None:
    """The answer to a preflight request, or None where it is none. Asks nobody who he is."""
    if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers:
        return None
    response = HttpResponse(status=204)
    if _allow(request, response):
        response["Access-Control-Allow-Methods"] = METHODS
        response["Access-Control-Allow-Headers"] = REQUEST_HEADERS
        response["Access-Control-Max-Age"] = str(KEPT_FOR)
    patch_vary_headers(
        response, ["Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"]
    )
    return response


def share(request: HttpRequest, response: HttpResponse) -> None:
    """Say who may read an answer: nobody elsewhere where a cookie spoke for the request."""
    by_cookie = settings.SESSION_COOKIE_NAME in request.COOKIES and "Authorization" not in request.headers
    if by_cookie and "public" not in response.get("Cache-Control", ""):
        return
    if _allow(request, response):
        response["Access-Control-Expose-Headers"] = EXPOSED


def _allow(request: HttpRequest, response: HttpResponse) -> bool:
    origins = settings.CORS_ORIGINS
    if "*" in origins:
        response["Access-Control-Allow-Origin"] = "*"
        return True
    if not origins:
        return False
    patch_vary_headers(response, ["Origin"])
    origin = request.headers.get("Origin", "")
    if origin in origins:
        response["Access-Control-Allow-Origin"] = origin
    return origin in origins
