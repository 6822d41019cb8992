"""Maps of a collection: a picture of what a search finds, in the collection's own style."""

import hashlib
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gisportal.accounts.places import resolvers
from gisportal.ogc.kept import is_kept, may_keep
from gisportal.ogc.maps import picture
from gisportal.ogc.maps.parameters import MapRequest, parse_map
from gisportal.ogc.negotiation import JPEG, MEDIA, PNG, base_url, ogc_view, problem, source_of, wanted_format
from gisportal.ogc.styles.views import styled
from layers.source import FeatureSource
from styles.symbology import symbology
from tiles import basemap

#: Part of every tag: raise it when the same data is drawn differently.
FORMAT: Final = "1"


@ogc_view(formats=(PNG, JPEG))
def collection_map(request: HttpRequest, slug: str) -> HttpResponse:
    """A map of a collection (20-058, 12)."""
    return _map(request, source_of(slug))


@ogc_view(formats=(PNG, JPEG))
def styled_map(request: HttpRequest, slug: str, style: str) -> HttpResponse:
    """The same by the style of its own, named."""
    return _map(request, styled(slug, style))


def _map(request: HttpRequest, source: FeatureSource) -> HttpResponse:
    asked = parse_map(source, request.GET, resolvers(request))
    form = wanted_format(request)
    tag = _tag(request, source, asked)
    if tag and (unchanged := _unchanged(request, tag)) is not None:
        return unchanged
    try:
        painters = picture.painters_of(asked, source, symbology(source))
        made = picture.drawn(asked, painters)
    except picture.TooBusyError:
        response = problem(
            request, 503, _("Too much at once"), _("Other maps are being drawn. Try again soon.")
        )
        response["Retry-After"] = "10"
        return response
    words = list(dict.fromkeys(word for painter in painters for word in painter.words))
    title = str(source.metadata.title)
    body = picture.png(made, title, words) if form == PNG else picture.jpeg(made, asked.background)
    response = HttpResponse(body, content_type=MEDIA[form][0])
    return _told(request, response, source, asked, words, tag)


def _tag(request: HttpRequest, source: FeatureSource, asked: MapRequest) -> str:
    """A tag by version, scope, day, language and address; empty where no version covers the answer."""
    if not (is_kept(source.viewer) and may_keep(source.viewer, asked.query)):
        return ""
    parts = [
        FORMAT, source.version(), source.viewer.scope_key, get_language() or "", str(timezone.localdate()),
        basemap.version() if asked.has_base_map else "", request.build_absolute_uri(),
        request.headers.get("Accept", "") if "f" not in request.GET else "",
    ]  # fmt: skip
    return f'W/"{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:32]}"'


def _unchanged(request: HttpRequest, tag: str) -> HttpResponse | None:
    if "HTTP_IF_NONE_MATCH" not in request.META:
        return None
    response = get_conditional_response(request, etag=tag)
    if response is not None:
        response["ETag"] = tag
    return response


def _told(
    request: HttpRequest,
    response: HttpResponse,
    source: FeatureSource,
    asked: MapRequest,
    words: Sequence[str],
    tag: str,
) -> HttpResponse:
    """What is shown, where, and whose it is, in headers: a picture has no other place for it."""
    frame, base = asked.frame, base_url(request)
    links = [
        f'<{base}/collections/{source.slug}>; rel="collection"; type="application/json"',
        f"<{base.removesuffix('/ogc')}/styles/{source.slug}/legend.png>; "
        'rel="http://www.opengis.net/def/rel/ogc/1.0/legend"; type="image/png"',
    ]
    if words:
        links.append(
            f"<{base}/collections/{source.slug}>; rel=\"license\"; title*=UTF-8''{quote(' / '.join(words), safe='')}"
        )
    response["Link"] = ", ".join(links)
    response["Content-Crs"] = f"<{frame.crs.uri}>"
    response["Content-Bbox"] = ",".join(f"{corner:.10g}" for corner in frame.corners())
    is_of_a_person = asked.query.spot is not None or asked.query.serves is not None
    response["Cache-Control"] = "private, no-store" if is_of_a_person else "private, no-cache"
    if tag:
        response["ETag"] = tag
    return response
