"""The administrator's room: what he settles, and who is let in."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gisportal.portal.search_views import viewer_of
from gisportal.problems import problem_response, wants_page
from layers.access import Level, Viewer

View = Callable[..., HttpResponse]


def may_settle(viewer: Viewer) -> bool:
    """The administrator in person; no signed link of his."""
    return viewer.level is Level.ADMINISTRATOR and viewer.acts is None


def for_administrator(view: View) -> View:
    """Sign-in for whoever has not, 403 for everybody else but the administrator; nothing of it is kept by caches."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        viewer = viewer_of(request)
        if viewer.level is Level.ANONYMOUS and wants_page(request):
            return redirect_to_login(request.get_full_path())
        if not may_settle(viewer):
            status = 401 if viewer.level is Level.ANONYMOUS else 403
            return problem_response(
                request,
                status,
                _("For the administrator"),
                _("Only the administrator may change the settings."),
            )
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response

    return guarded


@dataclass(frozen=True, slots=True)
class Room:
    """One line of the index."""

    title: str
    text: str
    url: str


def _rooms() -> list[Room]:
    wanted = [
        (
            _("Fields"),
            _("What is asked and shown about each entry; who sees it; choices."),
            "portal:settings:fields",
        ),
        (_("Categories"), _("The tree of categories with colours and shapes."), "portal:settings:categories"),
        (_("Districts"), _("Divisions of the city and their offices."), "portal:settings:districts"),
        (_("Clients"), _("What programs use by day; tokens of everybody."), "developers:usage"),
        (_("Everything else"), _("Accounts, organisations, sources, the site itself."), "admin:index"),
    ]
    return [Room(title, text, url) for title, text, name in wanted if (url := _address(name))]


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@require_safe
@for_administrator
def index(request: HttpRequest) -> HttpResponse:
    """What can be settled."""
    return render(request, "portal/settings/index.html", {"rooms": _rooms()})
