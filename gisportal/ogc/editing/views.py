"""POST, PUT, PATCH and DELETE on features, and OPTIONS that tells who may use which (OGC 20-002, R21, R49)."""

from collections.abc import Callable
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext as _

from gisportal import hooks
from gisportal.ogc.editing.bodies import (
    PARTS,
    WHOLE,
    BadBody,
    crs_of_body,
    document_of,
    media_of,
    part_edit,
    whole_edit,
)
from gisportal.ogc.editing.preconditions import wanted_version
from gisportal.ogc.features.items import item_json
from gisportal.ogc.features.parameters import crs_of
from gisportal.ogc.negotiation import READING, base_url, problem, refuse_unknown
from layers import parameters as read
from layers.access import Act
from layers.crs import Crs
from layers.editing.errors import InvalidValues, NotAllowed
from layers.source import FeatureSource
from layers.writing import Door, FeatureEdit, FeatureWriter, Outdated, UnknownProperties, Written

WRITING_ITEMS: Final = ("POST",)
WRITING_ITEM: Final = ("PUT", "PATCH", "DELETE")
_CHALLENGE: Final = 'Bearer realm="gisportal", Basic realm="gisportal", charset="UTF-8"'
_DOOR: Final = "OGC API"


def items_options(source: FeatureSource) -> HttpResponse:
    """What this viewer may do with the whole collection."""
    may_add = bool(source.writer and source.writer.may_create())
    response = _allow(("POST",) if may_add else ())
    if may_add:
        response["Accept-Post"] = ", ".join(WHOLE)
    return response


def item_options(source: FeatureSource) -> HttpResponse:
    """What this viewer may do with features of the collection, some of them at least.

    Not of the one asked about: QGIS asks once, about the first feature or an unknown one, and takes the answer for
    the layer. What is not his he is refused when he tries.
    """
    acts = source.writer.acts() if source.writer else frozenset()
    methods = (
        *(("PUT", "PATCH") if Act.UPDATE in acts else ()),
        *(("DELETE",) if Act.DELETE in acts else ()),
    )
    response = _allow(methods)
    if Act.UPDATE in acts:
        response["Accept-Patch"] = ", ".join(PARTS)
    return response


def _allow(methods: tuple[str, ...]) -> HttpResponse:
    response = HttpResponse(status=200)
    response["Allow"] = ", ".join([*READING, *methods, "OPTIONS"])
    response["Cache-Control"] = "no-store"
    return response


def write_items(request: HttpRequest, source: FeatureSource) -> HttpResponse:
    """POST: a new feature."""
    return _guarded(request, source, items_options, lambda writer: _create(request, source, writer))


def write_item(request: HttpRequest, source: FeatureSource, feature_id: int) -> HttpResponse:
    """PUT, PATCH or DELETE of a feature."""
    act = {"PUT": _replace, "PATCH": _update, "DELETE": _delete}[str(request.method)]
    return _guarded(request, source, item_options, lambda writer: act(request, source, writer, feature_id))


def _guarded(
    request: HttpRequest,
    source: FeatureSource,
    options: Callable[[FeatureSource], HttpResponse],
    act: Callable[[FeatureWriter], HttpResponse],
) -> HttpResponse:
    """The answer, or the refusal: one transaction around all of it."""
    refuse_unknown(request, "crs")
    if not source.is_editable:
        return _with(
            _problem(request, 405, _("This collection is not edited here.")), Allow=options(source)["Allow"]
        )
    if (refused := _other_site(request)) is not None:
        return refused
    writer = source.writer
    if writer is None:
        return _nobody(request, source)
    try:
        with transaction.atomic():
            return act(writer)
    except BadBody as error:
        return _with(_problem(request, error.status, error.detail), **error.headers)
    except UnknownProperties as error:
        return _unknown(request, error)
    except InvalidValues as error:
        return _invalid(request, error)
    except NotAllowed as error:
        detail = _("Your account may not do this.")
        if str(error) == "propose":
            detail = _(
                "Your changes need approval, but this portal keeps no proposals. Nothing has been saved."
            )
        return _problem(request, 403, detail)
    except Outdated:
        return _outdated(request)


def _nobody(request: HttpRequest, source: FeatureSource) -> HttpResponse:
    if source.viewer.account_id is None:
        response = _problem(request, 401, _("Editing needs a token: Authorization: Bearer <token>."))
        return _with(response, **{"WWW-Authenticate": _CHALLENGE})
    return _problem(request, 403, _("Your account may not do this."))


def _other_site(request: HttpRequest) -> HttpResponse | None:
    """A refusal of what a page of somebody else made a browser send: a session needs the token of the form (CSRF)."""
    if not request.user.is_authenticated:
        return None
    check = CsrfViewMiddleware(lambda _request: HttpResponse())
    check.process_request(request)
    found: HttpResponse | None = check.process_view(request, _checked, (), {})
    return found


def _checked(request: HttpRequest) -> HttpResponse:
    """Stands for a view that is not exempt."""
    return HttpResponse()


def _create(request: HttpRequest, source: FeatureSource, writer: FeatureWriter) -> HttpResponse:
    media_of(request, WHOLE)
    edit = whole_edit(
        document_of(request), crs_of_body(request), None, is_lenient=_prefers(request, "handling=lenient")
    )
    written = writer.create(edit, door())
    if written.is_proposal or written.id is None:
        return _accepted(request, written)
    response = _done(request, source, written, 201)
    # QGIS takes all that follows /items/ for the number.
    response["Location"] = f"{base_url(request)}/collections/{source.slug}/items/{written.id}"
    return response


def _replace(
    request: HttpRequest, source: FeatureSource, writer: FeatureWriter, feature_id: int
) -> HttpResponse:
    media_of(request, WHOLE)
    return _change(request, source, writer, feature_id, whole_edit, writer.replace)


def _update(
    request: HttpRequest, source: FeatureSource, writer: FeatureWriter, feature_id: int
) -> HttpResponse:
    media_of(request, PARTS)
    return _change(request, source, writer, feature_id, part_edit, writer.update)


def _change(
    request: HttpRequest,
    source: FeatureSource,
    writer: FeatureWriter,
    feature_id: int,
    reader: Callable[..., FeatureEdit],
    act: Callable[[int, FeatureEdit, Door, int | None], Written],
) -> HttpResponse:
    source.get(feature_id)  # what one does not see is not there, whatever the body says
    lenient = _prefers(request, "handling=lenient")
    edit = reader(document_of(request), crs_of_body(request), feature_id, is_lenient=lenient)
    if request.META.pop("HTTP_IF_NONE_MATCH", "").strip() == "*":
        raise Outdated(0)
    written = act(feature_id, edit, door(), wanted_version(request, writer.version(feature_id)))
    if written.is_proposal:
        return _accepted(request, written)
    return _done(request, source, written, 204)


def _delete(
    request: HttpRequest, source: FeatureSource, writer: FeatureWriter, feature_id: int
) -> HttpResponse:
    written = writer.delete(feature_id, door(), wanted_version(request, writer.version(feature_id)))
    return _accepted(request, written) if written.is_proposal else _kept_by_nobody(HttpResponse(status=204))


def door() -> Door:
    """This way in, as history and record call it; changes that need approval go to whoever keeps proposals."""
    return Door(_DOOR, hooks.propose, hooks.propose_removal)


def _done(request: HttpRequest, source: FeatureSource, written: Written, status: int) -> HttpResponse:
    """Empty, or the feature as it is now where the client prefers that; always with its tag."""
    crs = _crs_of_answer(request)
    feature = item_json(request, source, written.id or 0, crs)
    if not _prefers(request, "return=representation"):
        empty = HttpResponse(status=status)
        empty["ETag"] = feature["ETag"]
        return _kept_by_nobody(empty)
    feature.status_code = 201 if status == 201 else 200
    feature["Preference-Applied"] = "return=representation"
    return _kept_by_nobody(feature)


def _crs_of_answer(request: HttpRequest) -> Crs:
    return crs_of("crs", read.multi(request.GET))


def _kept_by_nobody(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


def _prefers(request: HttpRequest, preference: str) -> bool:
    given = request.headers.get("Prefer", "").lower().replace('"', "").replace(" ", "")
    return preference in given.replace(";", ",").split(",")


def _accepted(request: HttpRequest, written: Written) -> HttpResponse:
    """202: kept as a proposal, in force once somebody approves it."""
    page = request.build_absolute_uri(written.proposal)
    body = {
        "title": _("Waiting for approval"),
        "status": 202,
        "detail": _("Kept as a proposal; it takes effect once it is approved."),
        "proposal": page,
    }
    response = JsonResponse(body, status=202, json_dumps_params={"ensure_ascii": False})
    response["Location"] = page
    return _kept_by_nobody(response)


def _problem(request: HttpRequest, status: int, detail: str, **more: Any) -> HttpResponse:
    response = problem(request, status, str(_titles()[status]), detail, **more)
    if status in {400, 422} and _prefers(request, "handling=strict"):
        response["Preference-Applied"] = "handling=strict"
    return response


def _titles() -> dict[int, str]:
    return {
        400: _("The request cannot be used"),
        401: _("Not signed in"),
        403: _("Not for this account"),
        405: _("Not allowed"),
        412: _("Somebody else has changed it"),
        413: _("Too long"),
        415: _("Unknown format"),
        422: _("These values cannot be kept"),
    }


def _unknown(request: HttpRequest, error: UnknownProperties) -> HttpResponse:
    text = _("There is no such property.")
    names = [name[:100] for name in error.names[:20]]
    errors = [{"pointer": _pointer(name), "property": name, "detail": text} for name in names]
    return _problem(request, 400, f"{', '.join(names)}: {text}", errors=errors)


def _invalid(request: HttpRequest, error: InvalidValues) -> HttpResponse:
    errors = [
        {"pointer": _pointer(name), "property": name, "detail": " ".join(texts)}
        for name, texts in error.errors.items()
    ]
    detail = "; ".join(f"{item['property']}: {item['detail']}".removeprefix(": ") for item in errors)
    return _problem(request, 422, detail, errors=errors)


def _pointer(name: str) -> str:
    if name in {"", "geometry"}:
        return "#/geometry" if name else "#"
    return "#/properties/" + name.replace("~", "~0").replace("/", "~1")


def _outdated(request: HttpRequest) -> HttpResponse:
    detail = _("The feature has changed since it was read. Read it again and repeat the change.")
    return _problem(request, 412, detail)


def _with(response: HttpResponse, **headers: str) -> HttpResponse:
    for name, value in headers.items():
        response[name] = value
    return response


__all__ = ["item_options", "items_options", "write_item", "write_items"]
