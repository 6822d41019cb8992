"""The OpenAPI definition of styles."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from gisportal.ogc.negotiation import HTML, MAPBOX, MEDIA, QML, SLD
from gisportal.ogc.openapi import operation, query, reference
from gisportal.ogc.part import Schema
from layers.access import Viewer
from layers.source import sources


def paths(viewer: Viewer) -> Iterator[tuple[str, Any]]:
    """The list, and the style of every collection the viewer may see."""
    yield "/styles", operation("getStyles", "server", _("Styles"), "Document")
    for source in sources(viewer):
        slug, name = source.slug, source.slug.replace("-", "_")
        sheet, about = _("A style"), _("About the style")
        yield f"/styles/{slug}", operation(f"style_{name}", slug, sheet, "Stylesheet", form="f-style")
        yield f"/styles/{slug}/metadata", operation(f"style_metadata_{name}", slug, about, "Document")
        path = f"/collections/{slug}/styles"
        yield path, operation(f"styles_{name}", slug, _("Styles"), "Document")
        one = operation(f"collection_style_{name}", slug, sheet, "Stylesheet", form="f-style")
        yield f"{path}/{slug}", one


def components() -> dict[str, dict[str, Schema]]:
    """What the addresses refer to."""
    text: Schema = {"type": "string"}
    return {
        "parameters": {
            "f-style": query("f", _("Format"), {"type": "string", "enum": [MAPBOX, SLD, QML, HTML]})
        },
        "responses": {
            "Stylesheet": {
                "description": _("A style"),
                "content": {
                    MEDIA[MAPBOX][0]: {"schema": reference("schemas", "Document")},
                    MEDIA[SLD][0]: {"schema": text},
                    MEDIA[QML][0]: {"schema": text},
                    "text/html": {"schema": text},
                },
            },
        },
    }
