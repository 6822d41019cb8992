"""Views of styles: what is drawn how, in three tongues. A style exists for each collection the viewer may see."""

import json
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from gisportal.ogc.negotiation import (
    HTML,
    MAPBOX,
    MEDIA,
    QML,
    SLD,
    base_url,
    json_response,
    ogc_view,
    page,
    refuse_unknown,
    source_of,
    wanted_format,
)
from gisportal.ogc.pages import Row
from gisportal.ogc.styles import documents
from layers.access import current_viewer
from layers.errors import SourceNotFound
from layers.source import FeatureSource, sources
from styles import qml, sld
from styles import views as drawn
from styles.symbology import symbology

#: Name under which a collection's own style is known too.
DEFAULT: Final = "default"


@ogc_view
def styles(request: HttpRequest) -> HttpResponse:
    """Every style the viewer may see."""
    refuse_unknown(request)
    base = base_url(request)
    document = documents.style_list(sources(current_viewer.get()), base, f"{base}/styles")
    if wanted_format(request) == HTML:
        links = [
            {"title": item["title"], "href": f"{base}/styles/{item['id']}?f=html"}
            for item in document["styles"]
        ]
        return page(request, "linked", _("Styles"), rows=[], links=links)
    return json_response(document)


@ogc_view
def collection_styles(request: HttpRequest, slug: str) -> HttpResponse:
    """The styles of one collection: its own, which is the default one."""
    refuse_unknown(request)
    source, base = source_of(slug), base_url(request)
    document = documents.style_list([source], base, f"{base}/collections/{slug}/styles")
    if wanted_format(request) == HTML:
        return _page(request, source, _("Styles"))
    return json_response({**document, "default": slug})


@ogc_view(formats=(MAPBOX, SLD, QML, HTML))
def stylesheet(request: HttpRequest, style: str) -> HttpResponse:
    """One style in the tongue asked for, MapLibre unless another one is."""
    refuse_unknown(request)
    return _written(request, source_of(style))


@ogc_view(formats=(MAPBOX, SLD, QML, HTML))
def collection_stylesheet(request: HttpRequest, slug: str, style: str) -> HttpResponse:
    """The same below its collection."""
    refuse_unknown(request)
    return _written(request, styled(slug, style))


def styled(slug: str, style: str) -> FeatureSource:
    """A collection with the style of its own. Raises :class:`layers.errors.SourceNotFound` for any other style."""
    source = source_of(slug)
    if style not in {slug, DEFAULT}:
        raise SourceNotFound(style)
    return source


def _written(request: HttpRequest, source: FeatureSource) -> HttpResponse:
    match wanted_format(request):
        case "html":
            return _page(request, source, str(source.metadata.title))
        case "sld":
            return drawn.answer(request, sld.document(symbology(source)), sld.MEDIA)
        case "qml":
            return drawn.answer(request, qml.document(symbology(source), source), qml.MEDIA)
        case _:
            document = drawn.document(request, source, with_base_map=False)
            body = json.dumps(document, ensure_ascii=False).encode()
            return drawn.answer(request, body, MEDIA[MAPBOX][0])


@ogc_view
def metadata(request: HttpRequest, style: str) -> HttpResponse:
    """What a style is, and what it draws."""
    refuse_unknown(request)
    source = source_of(style)
    if wanted_format(request) == HTML:
        return _page(request, source, _("About the style"))
    return json_response(documents.metadata(source, base_url(request)))


def _page(request: HttpRequest, source: FeatureSource, title: str) -> HttpResponse:
    base, slug = base_url(request), source.slug
    rows = [Row("id", slug), Row(_("description"), str(source.metadata.description))]
    links = [*documents.stylesheet_links(slug, base), documents.legend_link(slug, base)]
    return page(
        request, "linked", title, slug=slug, collection_title=str(source.metadata.title), rows=rows, links=links,
        picture=f"/styles/{slug}/legend.svg", about=f"{base}/styles/{slug}/metadata?f=json",
    )  # fmt: skip
