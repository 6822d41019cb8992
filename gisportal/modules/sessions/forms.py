"""The form of a meeting: what was typed, kept as typed."""

from typing import Any, Final

from django.http import QueryDict

from layers.models import Session

LISTS: Final = ("weekdays", "weeks")
TEXTS: Final = (
    "title", "venue", "address", "lat", "lon", "recurrence", "month_days", "dates", "start_time", "end_time",
    "holiday_rule", "cancelled", "moved", "extra", "first_on", "last_on", "fee", "capacity", "note",
)  # fmt: skip
#: Kept as typed.
PLAIN: Final = ("title", "venue", "address", "recurrence", "holiday_rule", "fee", "note")


def sent(data: QueryDict) -> dict[str, Any]:
    """Values of a posted form."""
    return {key: data.get(key, "") for key in TEXTS} | {key: data.getlist(key) for key in LISTS}


def typed(session: Session | None) -> dict[str, Any]:
    """A stored meeting as one would type it."""
    if session is None:
        return {"recurrence": "weekly", "holiday_rule": "off", "weekdays": [], "weeks": []}
    point: Any = session.geom
    return {
        **{key: getattr(session, key) for key in PLAIN},
        "lat": f"{point.y:.6f}" if point else "",
        "lon": f"{point.x:.6f}" if point else "",
        "weekdays": [str(day) for day in session.weekdays],
        "weeks": [str(week) for week in session.weeks],
        "month_days": "、".join("末日" if day == -1 else str(day) for day in session.month_days),
        "start_time": f"{session.start_time:%H:%M}",
        "end_time": f"{session.end_time:%H:%M}" if session.end_time else "",
        "capacity": "" if session.capacity is None else session.capacity,
        "first_on": session.first_on or "",
        "last_on": session.last_on or "",
        "moved": "\n".join(f"{would_be} → {instead}" for would_be, instead in sorted(session.moved.items())),
        **{key: "\n".join(map(str, getattr(session, key))) for key in ("dates", "cancelled", "extra")},
    }  # fmt: skip
