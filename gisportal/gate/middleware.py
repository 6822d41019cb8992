"""The outermost part of every request at a door: CORS, HEAD and OPTIONS, conditional requests, compression, usage."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.cache import get_conditional_response

from gisportal.gate import compression, cors
from gisportal.gate.doors import door_of
from gisportal.gate.keeper import keeper
from gisportal.gate.usage import Key, tally, today

_READING: Final = frozenset({"GET", "HEAD"})


class GateMiddleware:
    """Pages pass as they are; what programs ask for is made fit for programs (D8)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        door = door_of(request.path)
        request.door = door  # type: ignore[attr-defined]
        if not door:
            return _with_options(request, self.get_response(request))
        if (answer := cors.preflight(request)) is not None:
            return answer
        sent = request.META.get("HTTP_IF_NONE_MATCH", "")
        compression.uncoded(request)
        response = _with_options(request, self.get_response(request))
        response = _conditional(request, response)
        compression.compress(request, response)
        _repeat_coded_tag(sent, response)
        cors.share(request, response)
        _note(request, response, door)
        return response


def _with_options(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """OPTIONS where a view only knew how to refuse it: the refusal names the methods."""
    if request.method != "OPTIONS" or response.status_code != 405 or "Allow" not in response:
        return response
    methods = [*response["Allow"].split(", "), "OPTIONS"]
    answer = HttpResponse(status=204)
    answer["Allow"] = ", ".join(dict.fromkeys(methods))
    return answer


def _conditional(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """304 for documents whose view knows no version of its own: their content is their version."""
    if (
        request.method not in _READING
        or response.status_code != 200
        or response.streaming
        or response.has_header("ETag")
        or "no-store" in response.get("Cache-Control", "")
    ):
        return response
    # Weak: links in a document may differ in bytes that mean the same.
    etag = f'W/"{hashlib.blake2b(response.content, digest_size=16).hexdigest()}"'
    response["ETag"] = etag
    if not response.has_header("Cache-Control"):
        response["Cache-Control"] = "no-cache"
    elif response["Cache-Control"] == "private":
        response["Cache-Control"] = "private, no-cache"
    return get_conditional_response(request, etag=etag, response=response) or response


def _repeat_coded_tag(sent: str, response: HttpResponse) -> None:
    """A 304 repeats the tag the client holds, coding and all."""
    etag = response.get("ETag", "")
    if response.status_code == 304 and etag.startswith('"'):
        for coding in ("br", "gzip"):
            if (coded := f'{etag[:-1]}-{coding}"') in sent:
                response["ETag"] = coded


# --- usage -----------------------------------------------------------------------------------------------------------


def _note(request: HttpRequest, response: HttpResponse, door: str) -> None:
    """Add the answer to the day's sums of its client; a streamed one once it is sent."""
    key = _client(request, door)
    if isinstance(response, StreamingHttpResponse):
        if not response.is_async:
            response.streaming_content = _counted(response.streaming_content, response.status_code, key)
        return
    size = 0 if request.method == "HEAD" else len(response.content)
    tally.add(key, status=response.status_code, size=size)
    keeper.wake()


def _client(request: HttpRequest, door: str) -> Key:
    token = getattr(request, "api_token", None)
    if token is not None:
        return today(), "token", token.pk, door
    viewer = getattr(request, "viewer", None)
    kind = "people" if viewer is not None and viewer.account_id is not None else "anonymous"
    return today(), kind, 0, door


def _counted(parts: Iterable[bytes], status: int, key: Key) -> Iterator[bytes]:
    size = 0
    try:
        for part in parts:
            size += len(part)
            yield part
    finally:
        tally.add(key, status=status, size=size)
        keeper.wake()
