"""Dates as people read them: 西暦 by default, 和暦 where the city chose it."""

from bisect import bisect_right
from datetime import date, datetime
from typing import Final

from django.utils import timezone
from django.utils.translation import get_language

from gisportal.portal.models import SiteSetting

#: First day and name of each era since the Gregorian calendar.
ERAS: Final[tuple[tuple[date, str], ...]] = (
    (date(1873, 1, 1), "明治"),
    (date(1912, 7, 30), "大正"),
    (date(1926, 12, 25), "昭和"),
    (date(1989, 1, 8), "平成"),
    (date(2019, 5, 1), "令和"),
)
#: Year 1 of each era, which may begin before its first day here (明治).
_FIRST_YEARS: Final = {"明治": 1868, "大正": 1912, "昭和": 1926, "平成": 1989, "令和": 2019}


def wareki(day: date) -> str:
    """``令和8年4月1日``; 西暦 before 1873, when Japan took the Gregorian calendar."""
    place = bisect_right([start for start, _name in ERAS], day)
    if not place:
        return f"{day.year}年{day.month}月{day.day}日"
    era = ERAS[place - 1][1]
    year = day.year - _FIRST_YEARS[era] + 1
    return f"{era}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def shown_date(value: date | datetime | None) -> str:
    """A date in the language in force and the style the site is set to; a time is taken in the city's zone."""
    if value is None:
        return ""
    day = timezone.localtime(value).date() if isinstance(value, datetime) else value
    if (get_language() or "ja").startswith("ja"):
        return wareki(day) if SiteSetting.current().uses_wareki else f"{day.year}年{day.month}月{day.day}日"
    return f"{day:%Y-%m-%d}"
