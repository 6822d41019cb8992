"""Meetings as a calendar file (iCalendar, RFC 5545): each date an event of its own, exceptions included."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from gisportal.modules.sessions.source import Meeting, days_ahead

#: Octets of a line before it is folded.
LINE: Final = 73
#: How long a meeting without an end is shown.
USUAL: Final = timedelta(hours=1)


def calendar(name: str, meetings: list[Meeting], host: str, now: datetime) -> str:
    """The file. ``host`` makes the identifiers unique."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//gisportal//meetings//JA",
        f"X-WR-CALNAME:{_text(name)}",
    ]
    for meeting in meetings:
        for day in days_ahead(meeting.session):
            lines += _event(name, meeting, day, host, now)
    lines.append("END:VCALENDAR")
    return "".join(part + "\r\n" for line in lines for part in _folded(line))


def _event(name: str, meeting: Meeting, day: date, host: str, now: datetime) -> Iterator[str]:
    session = meeting.session
    begin, end = _utc(day, session.start_time), None
    end = _utc(day, session.end_time) if session.end_time else begin + USUAL
    yield "BEGIN:VEVENT"
    yield f"UID:session-{session.pk}-{day:%Y%m%d}@{host}"
    yield f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART:{begin:%Y%m%dT%H%M%SZ}"
    yield f"DTEND:{end:%Y%m%dT%H%M%SZ}"
    yield f"SUMMARY:{_text(session.title or name)}"
    if meeting.place:
        yield f"LOCATION:{_text(meeting.place)}"
    remarks = "\n".join(filter(None, (meeting.text, session.fee, session.note)))
    yield f"DESCRIPTION:{_text(remarks)}"
    yield "END:VEVENT"


def _utc(day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZoneInfo(settings.TIME_ZONE)).astimezone(UTC)


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Lines of at most 75 octets, never cut within a character."""
    part = ""
    for sign in line:
        if len((part + sign).encode()) > LINE:
            yield part
            part = " "
        part += sign
    yield part
