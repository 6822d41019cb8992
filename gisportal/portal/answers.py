"""Answers of pages: what many views say alike."""

from typing import TypeVar

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from gisportal.papers.maps import DrawnMap

Response = TypeVar("Response", bound=HttpResponseBase)


def private(response: Response) -> Response:
    """An answer for one person: kept by no cache, not even the browser's."""
    response["Cache-Control"] = "private, no-store"
    return response


def drawing(drawn: DrawnMap) -> HttpResponse:
    """A map of our own vectors as a picture of its own, which may load and run nothing."""
    response = HttpResponse(str(drawn.svg), content_type="image/svg+xml")
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return private(response)
