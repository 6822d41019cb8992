"""Parameters of the catalogue's items (OGC 20-004r1, core query parameters and sorting)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from gisportal.ogc.records.record import TYPES, Record
from layers import parameters as read
from layers.crs import CRS84
from layers.errors import ParameterError
from layers.text import normalise

PARAMETERS: Final = (
    "q", "bbox", "bbox-crs", "datetime", "type", "ids", "externalIds", "keywords", "sortby", "limit", "offset",
)  # fmt: skip
DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 500
Box = tuple[float, float, float, float]
Span = tuple[datetime | None, datetime | None]

#: What records may be sorted by.
SORTABLES: Final[dict[str, Callable[[Record], Any]]] = {
    "id": lambda record: record.id,
    "type": lambda record: TYPES.index(record.type),
    "title": lambda record: normalise(record.title),
    "created": lambda record: record.created,
    "updated": lambda record: record.updated,
}


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """A search of the catalogue. ``terms``: any of them, each as one text; ``bbox``: degrees."""

    terms: tuple[str, ...] = ()
    bbox: Box | None = None
    span: Span | None = None
    types: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    external_ids: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    sort: tuple[tuple[str, bool], ...] = ()
    limit: int = DEFAULT_LIMIT
    offset: int = 0


def parse_records(params: QueryDict) -> RecordQuery:
    """Read the query string. Raises :class:`ParameterError` naming the parameter."""
    values = read.multi(params)
    for key in values:
        if key not in PARAMETERS and key not in {"f", "lang"}:
            raise ParameterError(
                key, _("Unknown parameter. Known are: %(known)s.") % {"known": ", ".join(PARAMETERS)}
            )
    return RecordQuery(
        terms=tuple(filter(None, map(normalise, _several("q", values)))),
        bbox=_bbox(values),
        span=_span(values),
        types=_several("type", values),
        ids=_several("ids", values),
        external_ids=_several("externalIds", values),
        keywords=_several("keywords", values),
        sort=_sort(values),
        limit=min(read.integer("limit", values, DEFAULT_LIMIT, 1, 10**9), MAX_LIMIT),
        offset=read.integer("offset", values, 0, 0, 10**6),
    )


def _several(key: str, values: Mapping[str, list[str]]) -> tuple[str, ...]:
    parts = [part.strip() for value in values.get(key, []) for part in value.split(",")]
    return tuple(dict.fromkeys(filter(None, parts)))


def _bbox(values: Mapping[str, list[str]]) -> Box | None:
    if (crs := read.single("bbox-crs", values)) not in {None, CRS84}:
        raise ParameterError(
            "bbox-crs", _("Unknown CRS. Known are: %(known)s.") % {"known": CRS84, "crs": crs}
        )
    given = read.single("bbox", values)
    if given is not None and len(parts := given.split(",")) == 6:
        # Heights have no effect.
        values = {"bbox": [",".join([*parts[:2], *parts[3:5]])]}
    if given is not None and _spans_antimeridian(given):
        return _numbers(given)
    return read.bbox(values)


def _spans_antimeridian(given: str) -> bool:
    numbers = _numbers(given)
    return (
        numbers is not None
        and -180 <= numbers[2] < numbers[0] <= 180
        and -90 <= numbers[1] <= numbers[3] <= 90
    )


def _numbers(given: str) -> Box | None:
    try:
        west, south, east, north = (float(part) for part in given.split(","))
    except ValueError:
        return None
    return west, south, east, north


def _span(values: Mapping[str, list[str]]) -> Span | None:
    given = read.single("datetime", values)
    if given is None:
        return None
    first, slash, last = given.partition("/")
    begin, end = _moment(first, end_of_day=False), _moment(last if slash else first, end_of_day=True)
    if (not slash and begin is None) or (begin and end and begin > end):
        raise ParameterError("datetime", _("Must be a time, or an interval from/to with .. for an open end."))
    return begin, end


def _moment(part: str, *, end_of_day: bool) -> datetime | None:
    part = part.strip()
    return (
        None if part in {"", ".."} else read.moment("datetime", {"datetime": [part]}, end_of_day=end_of_day)
    )


def _sort(values: Mapping[str, list[str]]) -> tuple[tuple[str, bool], ...]:
    found = []
    for part in _several("sortby", values):
        if (key := part.lstrip("+-").strip()) not in SORTABLES:
            raise ParameterError("sortby", _("Cannot be sorted by “%(key)s”. Known are: %(known)s.")
                                 % {"key": key, "known": ", ".join(SORTABLES)})  # fmt: skip
        found.append((key, part.startswith("-")))
    return tuple(found)


def found_records(records: Iterable[Record], query: RecordQuery) -> list[Record]:
    """Records that fit, in the order asked for; without a value last."""
    found = [record for record in records if _fits(record, query)]
    for key, descending in reversed(query.sort):
        value = SORTABLES[key]
        known = [record for record in found if value(record) is not None]
        known.sort(key=value, reverse=descending)
        found = known + [record for record in found if value(record) is None]
    return found


def _fits(record: Record, query: RecordQuery) -> bool:
    return (
        (not query.types or record.type in query.types)
        and (not query.ids or record.id in query.ids)
        and (not query.keywords or any(word in record.keywords for word in query.keywords))
        and (not query.external_ids or any(_has_external(record, wanted) for wanted in query.external_ids))
        and (not query.terms or any(_holds(record, term) for term in query.terms))
        and (query.bbox is None or _touches(record.extent, query.bbox))
        and (query.span is None or _overlaps(record.interval, query.span))
    )


def external_ids(record: Record) -> tuple[str, ...]:
    """Identifiers others have given to what a record is about: where its files came from."""
    return tuple(dict.fromkeys(origin.url for origin in record.origins if origin.url))


def _has_external(record: Record, wanted: str) -> bool:
    return wanted in external_ids(record)


def _holds(record: Record, term: str) -> bool:
    texts = (record.title, record.description, *record.keywords, *record.attributions)
    return any(term in normalise(text) for text in texts)


def _touches(extent: Box | None, box: Box) -> bool:
    """Whether an extent meets a box; one whose west lies east of its east spans the antimeridian."""
    if extent is None or extent[3] < box[1] or extent[1] > box[3]:
        return False
    if box[0] <= box[2]:
        return extent[2] >= box[0] and extent[0] <= box[2]
    return extent[2] >= box[0] or extent[0] <= box[2]


def _overlaps(interval: tuple[date | datetime, date | datetime] | None, span: Span) -> bool:
    """Whether an interval meets a span; what has no time meets every one (17-069r4, 7.15.4)."""
    if interval is None:
        return True
    begin, end = span
    first, last = _edge(interval[0], end_of_day=False), _edge(interval[1], end_of_day=True)
    return (begin is None or last >= begin) and (end is None or first <= end)


def _edge(value: date | datetime, *, end_of_day: bool) -> datetime:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return timezone.make_aware(datetime.combine(value, time.max if end_of_day else time.min))
