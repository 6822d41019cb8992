"""A rule in words: 第2・第4火曜 10:00–11:30(祝日は休み)."""

from datetime import date, time
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from layers.models import HolidayRule, Recurrence, Session
from layers.sessions.occurrences import LAST
from layers.vacancy import WEEKDAYS

#: Dates named one by one that are written out; more are counted.
MOST_DATES: Final = 6


def _join(parts: list[str]) -> str:
    return pgettext("between items of a rule", ", ").join(parts)


def _weekdays(numbers: list[int]) -> str:
    names = _join([str(WEEKDAYS[number][1]) for number in sorted(numbers)])
    return pgettext("days of the week", "%(days)s") % {"days": names}


def _weeks(numbers: list[int]) -> str:
    ordered = [*sorted(number for number in numbers if number != LAST), *([LAST] if LAST in numbers else [])]
    return _join([_("last") if number == LAST else _("no. %(nth)d") % {"nth": number} for number in ordered])


def _month_days(numbers: list[int]) -> str:
    ordered = [*sorted(number for number in numbers if number != LAST), *([LAST] if LAST in numbers else [])]
    return _join(
        [_("last day") if number == LAST else _("day %(day)d") % {"day": number} for number in ordered]
    )


def short_date(day: date) -> str:
    """``11月3日(火)``."""
    names = {"month": day.month, "day": day.day, "weekday": WEEKDAYS[day.weekday()][1]}
    return _("%(month)d/%(day)d (%(weekday)s)") % names


def long_date(day: date) -> str:
    """``2026年11月3日``."""
    return _("%(year)d-%(month)d-%(day)d") % {"year": day.year, "month": day.month, "day": day.day}


def times(start: time, end: time | None) -> str:
    """``10:00–11:30``, or ``10:00から``."""
    if end is None:
        return _("from %(start)s") % {"start": f"{start:%H:%M}"}
    return f"{start:%H:%M}–{end:%H:%M}"


def recurrence_text(session: Session) -> str:
    """How often, without time: ``毎週月・木曜``."""
    match session.recurrence:
        case Recurrence.WEEKLY:
            return _("every week on %(days)s") % {"days": _weekdays(session.weekdays)}
        case Recurrence.FORTNIGHTLY:
            return _("every other week on %(days)s") % {"days": _weekdays(session.weekdays)}
        case Recurrence.MONTHLY_WEEKDAY:
            return _("%(weeks)s %(days)s of the month") % {
                "weeks": _weeks(session.weeks),
                "days": _weekdays(session.weekdays),
            }
        case Recurrence.MONTHLY_DAY:
            return _("every month on %(days)s") % {"days": _month_days(session.month_days)}
        case _:
            return _dates_text(sorted(session.dates))


def _dates_text(dates: list[date]) -> str:
    shown = _join([short_date(day) for day in dates[:MOST_DATES]])
    if len(dates) <= MOST_DATES:
        return shown
    return _("%(dates)s and %(more)d more") % {"dates": shown, "more": len(dates) - MOST_DATES}


def rule_text(session: Session) -> str:
    """The whole rule in the language in force."""
    remarks = []
    if session.holiday_rule != HolidayRule.HELD and session.recurrence != Recurrence.DATES:
        remarks.append(str(HolidayRule(session.holiday_rule).label))
    if session.first_on and session.last_on:
        remarks.append(
            _("%(first)s to %(last)s")
            % {"first": long_date(session.first_on), "last": long_date(session.last_on)}
        )
    elif session.first_on:
        remarks.append(_("since %(first)s") % {"first": long_date(session.first_on)})
    elif session.last_on:
        remarks.append(_("until %(last)s") % {"last": long_date(session.last_on)})
    text = f"{recurrence_text(session)} {times(session.start_time, session.end_time)}"
    return text + (_(" (%(remarks)s)") % {"remarks": _join(remarks)} if remarks else "")
