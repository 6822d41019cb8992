"""The same page by a signed link: no sign-in, only the link's entries, only this act (R30)."""

from typing import Any, Final

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render

from gisportal.accounts.link_models import SignedLink
from gisportal.accounts.signed_links import use_link
from gisportal.modules.vacancy import source
from gisportal.modules.vacancy.views import resource_number, shown_cards, state, wrong_of
from layers.access import Act, Viewer
from layers.editing.errors import InvalidValues, NotAllowed
from layers.errors import FeatureNotFound

KIND: Final = "vacancy"


def by_link(request: HttpRequest, link: SignedLink, rest: str) -> HttpResponse:
    """The entries of the link, one tap each. A form that is refused uses nothing up."""
    if rest:
        raise Http404
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if request.method in {"GET", "HEAD"}:
        return _page(request, link, viewer)
    if request.method != "POST":
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    number = resource_number(request)
    try:
        with transaction.atomic():
            use_link(link, Act.VACANCY, resource=number)
            state(request, viewer, number)
    except InvalidValues as error:
        return _page(request, link, viewer, wrong_of(error, number, request), 400)
    except (NotAllowed, FeatureNotFound):
        raise Http404 from None
    return HttpResponseRedirect(f"{request.path}?done={number}#r{number}")


def _page(
    request: HttpRequest,
    link: SignedLink,
    viewer: Viewer,
    wrong: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    rows = source.linked(viewer)
    context = {
        "cards": shown_cards(rows, wrong, request.GET.get("done", "")),
        "wrong": wrong,
        "link": link,
        "is_link": True,
    }
    return render(request, "vacancy/link.html", context, status=status)
