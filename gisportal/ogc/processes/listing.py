"""Parameters of the list of jobs (OGC 18-062r2, class job-list)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db.models import DurationField, ExpressionWrapper, F, QuerySet
from django.db.models.functions import Coalesce, Now
from django.http import QueryDict
from django.utils.translation import gettext as _

from gisportal.ogc.models import OgcJob
from gisportal.ogc.processes.kinds import BY_KEY
from layers import parameters as read
from layers.errors import ParameterError

PARAMETERS: Final = (
    "type",
    "processID",
    "status",
    "datetime",
    "minDuration",
    "maxDuration",
    "limit",
    "offset",
)
DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 200


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of jobs."""

    jobs: list[OgcJob]
    limit: int
    offset: int
    has_more: bool


def list_jobs(rows: "QuerySet[Any]", params: QueryDict) -> Listing:
    """Jobs that fit, the newest first. Raises :class:`ParameterError`."""
    values = read.multi(params)
    for kind in _several("type", values):
        _known("type", kind, ["process"])
    if keys := _several("processID", values):
        rows = rows.filter(process__in=[_known("processID", key, BY_KEY) for key in keys])
    if wanted := _several("status", values):
        rows = rows.filter(status__in=[_known("status", item, OgcJob.Status.values) for item in wanted])
    rows = _lasting(_dated(rows, values), values)
    limit = min(read.integer("limit", values, DEFAULT_LIMIT, 1, 10**9), MAX_LIMIT)
    offset = read.integer("offset", values, 0, 0, 10**6)
    found = list(rows.defer("result", "inputs")[offset : offset + limit + 1])
    return Listing(found[:limit], limit, offset, len(found) > limit)


def _several(key: str, values: Mapping[str, list[str]]) -> list[str]:
    return [part.strip() for value in values.get(key, []) for part in value.split(",") if part.strip()]


def _known(key: str, value: str, known: Any) -> str:
    if value not in known:
        raise ParameterError(key, _("Must be one of: %(known)s.") % {"known": ", ".join(known)})
    return value


def _dated(rows: "QuerySet[Any]", values: Mapping[str, list[str]]) -> "QuerySet[Any]":
    given = read.single("datetime", values)
    if given is None:
        return rows
    first, slash, last = given.partition("/")
    begin = _moment(first, end_of_day=False)
    end = _moment(last if slash else first, end_of_day=True)
    if (not slash and begin is None) or (begin and end and begin > end):
        raise ParameterError("datetime", _("Must be a time, or an interval from/to with .. for an open end."))
    rows = rows.filter(created_at__gte=begin) if begin else rows
    return rows.filter(created_at__lte=end) if end else rows


def _moment(part: str, *, end_of_day: bool) -> Any:
    part = part.strip()
    return (
        None if part in {"", ".."} else read.moment("datetime", {"datetime": [part]}, end_of_day=end_of_day)
    )


def _lasting(rows: "QuerySet[Any]", values: Mapping[str, list[str]]) -> "QuerySet[Any]":
    least = read.number("minDuration", values, 0, 10**6)
    most = read.number("maxDuration", values, 0, 10**6)
    if least is None and most is None:
        return rows
    lasted = ExpressionWrapper(Coalesce("finished_at", Now()) - F("started_at"), output_field=DurationField())
    rows = rows.filter(started_at__isnull=False).annotate(lasted=lasted)
    rows = rows if least is None else rows.filter(lasted__gte=timedelta(seconds=least))
    return rows if most is None else rows.filter(lasted__lte=timedelta(seconds=most))
