"""Who may enter the pages of keepers: sign-in for whoever has not, 404 for everybody else."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse

from gisportal.portal.answers import private
from gisportal.portal.search_views import viewer_of
from gisportal.problems import wants_page
from layers.access import Level, may_keep_layers

View = Callable[..., HttpResponse]


def for_keepers(view: View) -> View:
    """Nothing of these pages is kept by caches. The pages look like none to whoever may not keep layers."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        viewer = viewer_of(request)
        if viewer.level is Level.ANONYMOUS and wants_page(request):
            return redirect_to_login(request.get_full_path())
        if not may_keep_layers(viewer):
            raise Http404
        return private(view(request, *args, **kwargs))

    return guarded
