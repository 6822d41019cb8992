"""Dates as people read them: 西暦 by default, 和暦 where the city chose it."""

from bisect import bisect_right
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import get_language

from gisportal.portal.models import SiteSetting
from layers.written_dates import ERAS, FIRST_YEARS


def wareki(day: date) -> str:
    """``令和8年4月1日``; 西暦 before 1873, when Japan took the Gregorian calendar."""
    place = bisect_right([start for start, _name in ERAS], day)
    if not place:
        return f"{day.year}年{day.month}月{day.day}日"
    era = ERAS[place - 1][1]
    year = day.year - FIRST_YEARS[era] + 1
    return f"{era}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def shown_date(value: date | datetime | None) -> str:
    """A date in the language in force and the style the site is set to; a time is taken in the city's zone."""
    if value is None:
        return ""
    day = timezone.localtime(value).date() if isinstance(value, datetime) else value
    if (get_language() or "ja").startswith("ja"):
        return wareki(day) if SiteSetting.current().uses_wareki else f"{day.year}年{day.month}月{day.day}日"
    return f"{day:%Y-%m-%d}"
