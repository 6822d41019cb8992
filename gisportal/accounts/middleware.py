"""Who is looking: ``request.viewer``."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from layers.access import Viewer


class ViewerMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.viewer = Viewer()  # type: ignore[attr-defined]
        return self.get_response(request)
