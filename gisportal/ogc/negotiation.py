"""Which method, format and language an answer takes, and what refusals look like (RFC 9457)."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from layers import parameters as read
from layers.access import Viewer, current_viewer
from layers.errors import FeatureNotFound, ParameterError, SourceNotFound
from layers.source import FeatureSource, get_source

JSON: Final = "json"
HTML: Final = "html"
MVT: Final = "mvt"
TILEJSON: Final = "tilejson"
MAPBOX: Final = "mapbox"
SLD: Final = "sld"
QML: Final = "qml"
PNG: Final = "png"
JPEG: Final = "jpeg"
JSONFG: Final = "jsonfg"
CSV: Final = "csv"
FLATGEOBUF: Final = "fgb"
JSONLD: Final = "jsonld"
#: Formats by the name ``f`` takes, with the media types that ask for them; the first one is sent.
MEDIA: Final[dict[str, tuple[str, ...]]] = {
    JSON: ("application/json", "application/geo+json", "application/schema+json"),
    HTML: ("text/html",),
    MVT: ("application/vnd.mapbox-vector-tile", "application/x-protobuf"),
    TILEJSON: ("application/vnd.mapbox.tile+json",),
    MAPBOX: ("application/vnd.mapbox.style+json",),
    SLD: ("application/vnd.ogc.sld+xml;version=1.1", "application/vnd.ogc.sld+xml"),
    QML: ("application/vnd.qgis.qml+xml",),
    PNG: ("image/png",),
    JPEG: ("image/jpeg",),
    JSONFG: ("application/fg+json", "application/vnd.ogc.fg+json"),
    CSV: ("text/csv",),
    FLATGEOBUF: ("application/flatgeobuf", "application/vnd.flatgeobuf"),
    JSONLD: ("application/ld+json",),
}
#: What most addresses here answer in.
DOCUMENTS: Final = (JSON, HTML)
READING: Final = ("GET", "HEAD")
PROBLEM: Final = "application/problem+json"
#: Parameters every page here takes.
COMMON: Final = frozenset({"f", "lang"})

View = Callable[..., HttpResponse]


def ogc_view(
    view: View | None = None,
    *,
    formats: tuple[str, ...] = DOCUMENTS,
    methods: tuple[str, ...] = READING,
) -> Any:
    """A view of this room: the viewer and the language set, refusals as problem details or a page.

    ``formats``: those it can be asked for, the first one unless asked otherwise; ``methods``: those it answers, beside
    OPTIONS, which it answers itself where that is among them.
    """
    if view is None:
        return lambda found: ogc_view(found, formats=formats, methods=methods)
    answered = view

    @wraps(answered)
    def answer(request: HttpRequest, **parts: Any) -> HttpResponse:
        request.ogc_formats = formats  # type: ignore[attr-defined]
        if request.method not in methods:
            return _not_answered(request, methods)
        viewer: Viewer = getattr(request, "viewer", None) or Viewer()
        mark = current_viewer.set(viewer)
        try:
            with translation.override(_language(request)):
                response = _guarded(answered, request, parts)
                response.headers.setdefault("Content-Language", translation.get_language() or "ja")
        finally:
            current_viewer.reset(mark)
        patch_vary_headers(response, ["Accept", "Accept-Language"])
        return response

    return answer


def _not_answered(request: HttpRequest, methods: tuple[str, ...]) -> HttpResponse:
    if request.method == "OPTIONS":
        response = HttpResponse(status=200)
    else:
        response = problem(
            request,
            405,
            _("Not allowed"),
            _("This address does not answer %(method)s.") % {"method": request.method},
        )
    response["Allow"] = ", ".join(dict.fromkeys([*methods, "OPTIONS"]))
    return response


def _guarded(view: View, request: HttpRequest, parts: dict[str, Any]) -> HttpResponse:
    try:
        _check_language(request)
        wanted_format(request)
        return view(request, **parts)
    except ParameterError as error:
        return problem(
            request, 400, _("The request cannot be used"), error.message, parameter=error.parameter
        )
    except (SourceNotFound, FeatureNotFound):
        return problem(request, 404, _("Not found"), _("There is nothing at this address, or not for you."))


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("lang", "").strip().lower().partition("-")[0]
    current = translation.get_language() or settings.LANGUAGE_CODE
    return asked if asked in dict(settings.LANGUAGES) else current


def _check_language(request: HttpRequest) -> None:
    known = dict(settings.LANGUAGES)
    given = read.single("lang", read.multi(request.GET))
    if given and given.lower().partition("-")[0] not in known:
        raise ParameterError("lang", _("Known are: %(known)s.") % {"known": ", ".join(known)})


def wanted_format(request: HttpRequest) -> str:
    """One of the view's formats: by ``f``, else by the Accept header, else its first."""
    formats: tuple[str, ...] = getattr(request, "ogc_formats", DOCUMENTS)
    given = read.single("f", {"f": [value for value in request.GET.getlist("f") if value.strip()]})
    if given is not None:
        if given.lower() not in formats:
            raise ParameterError("f", _("Known are: %(known)s.") % {"known": ", ".join(formats)})
        return given.lower()
    by_media = {media: name for name in formats for media in MEDIA[name]}
    return by_media.get(request.get_preferred_type(list(by_media)) or "", formats[0])


def refuse_unknown(request: HttpRequest, *known: str) -> None:
    """Raise where a parameter is none of those known."""
    for key in request.GET:
        if key not in COMMON and key not in known:
            raise ParameterError(
                key,
                _("Unknown parameter. Known are: %(known)s.")
                % {"known": ", ".join(sorted({*COMMON, *known}))},
            )


def problem(
    request: HttpRequest,
    status: int,
    title: str,
    detail: str,
    *,
    parameter: str = "",
    errors: Sequence[Mapping[str, str]] = (),
) -> HttpResponse:
    """A refusal in the format asked for. ``errors``: what is wrong part by part, in the JSON."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if errors:
        body["errors"] = list(errors)
    if parameter:
        body |= {"detail": f"{parameter}: {detail}", "parameter": parameter}
    if _wants_page(request):
        response = render(request, "ogc/problem.html", {"problem": body, "title": title}, status=status)
    else:
        response = JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
        response["Content-Type"] = PROBLEM
    response["Cache-Control"] = "no-store"
    return response


def _wants_page(request: HttpRequest) -> bool:
    if "f" in request.GET:
        return request.GET["f"].lower() == HTML
    return request.get_preferred_type(["application/json", PROBLEM, "text/html"]) == "text/html"


def page(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    """A document as a page below ``ogc/``; ``slug`` and ``collection_title`` lead back to a collection."""
    trail = [(_("OGC API"), reverse("ogc:landing"))]
    if slug := context.get("slug"):
        trail += [
            (_("Collections"), reverse("ogc:collections")),
            (context["collection_title"], reverse("ogc:collection", args=[slug])),
        ]
    return render(request, f"ogc/{template}.html", {"title": title, "trail": trail, **context})


def source_of(slug: str) -> FeatureSource:
    """A source as the viewer of this request may use it. Raises :class:`layers.errors.SourceNotFound`."""
    return get_source(slug, current_viewer.get())


def base_url(request: HttpRequest) -> str:
    """Absolute address of the landing page without the slash at its end; behind a proxy the outer one."""
    return request.build_absolute_uri(reverse("ogc:landing")).rstrip("/")


def json_response(document: dict[str, Any], content_type: str = "application/json") -> HttpResponse:
    """A JSON document; Japanese stands as it is."""
    response = JsonResponse(document, json_dumps_params={"ensure_ascii": False})
    response["Content-Type"] = content_type
    return response
