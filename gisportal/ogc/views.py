"""The service itself: landing page, conformance, OpenAPI definition, collections (OGC 19-072, 20-024)."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from gisportal.ogc import openapi
from gisportal.ogc.collections import collection_info, collection_infos
from gisportal.ogc.conformance import conformance
from gisportal.ogc.negotiation import (
    HTML,
    JSON,
    base_url,
    json_response,
    ogc_view,
    page,
    refuse_unknown,
    source_of,
    wanted_format,
)
from gisportal.ogc.pages import collection_rows
from gisportal.ogc.part import link
from gisportal.ogc.parts import parts
from layers.access import current_viewer


@ogc_view
def landing(request: HttpRequest) -> HttpResponse:
    """The landing page."""
    refuse_unknown(request)
    base, written = base_url(request), wanted_format(request)
    as_json, as_html = ("self", "alternate") if written == JSON else ("alternate", "self")
    document = {
        "title": _("Open interface to the map"),
        "description": _(
            "Community resources and districts of the city by OGC API – Features, for QGIS, GDAL and other programs."
        ),
        "links": [
            link(as_json, "application/json", _("This document as JSON"), f"{base}/?f=json"),
            link(as_html, "text/html", _("This document as HTML"), f"{base}/?f=html"),
            link("service-desc", openapi.OPENAPI, _("The OpenAPI definition as JSON"), f"{base}/openapi?f=json"),
            link("service-doc", "text/html", _("The OpenAPI definition as HTML"), f"{base}/openapi?f=html"),
            link("conformance", "application/json", _("Conformance"), f"{base}/conformance"),
            link("data", "application/json", _("Collections"), f"{base}/collections"),
            *(found for part in parts() for found in part.landing(base)),
        ],
    }  # fmt: skip
    if written == HTML:
        return page(request, "landing", str(document["title"]), document=document, address=f"{base}/")
    return json_response(document)


@ogc_view
def conformance_classes(request: HttpRequest) -> HttpResponse:
    """What this service conforms to."""
    refuse_unknown(request)
    if wanted_format(request) == HTML:
        return page(request, "conformance", _("Conformance"), classes=conformance())
    return json_response({"conformsTo": list(conformance())})


@ogc_view
def openapi_document(request: HttpRequest) -> HttpResponse:
    """The OpenAPI 3.0 definition of what this viewer may use."""
    refuse_unknown(request)
    document = openapi.document(base_url(request), current_viewer.get())
    if wanted_format(request) == HTML:
        return page(
            request,
            "openapi",
            document["info"]["title"],
            document=document,
            operations=openapi.operations(document),
        )
    return json_response(document, openapi.OPENAPI)


@ogc_view
def collections(request: HttpRequest) -> HttpResponse:
    """Collections the viewer may see."""
    from gisportal.ogc.protocol import describe

    refuse_unknown(request)
    viewer, base = current_viewer.get(), base_url(request)
    document = describe(request, base, collection_infos(viewer))
    document["collections"] += [found for part in parts() for found in part.collections(viewer, base)]
    if wanted_format(request) == HTML:
        return page(request, "collections", _("Collections"), collections=document["collections"])
    return json_response(document)


@ogc_view
def collection(request: HttpRequest, slug: str) -> HttpResponse:
    """One collection."""
    from gisportal.ogc.protocol import describe

    refuse_unknown(request)
    info = collection_info(source_of(slug))
    document = describe(request, base_url(request), [info], slug)
    if wanted_format(request) == HTML:
        return page(request, "collection", info.title, collection=document, rows=collection_rows(document))
    return json_response(document)
