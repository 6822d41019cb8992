"""What the portal's templates need beside Django's own tags."""

import re
import unicodedata
from datetime import date, datetime
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from gisportal.portal.dates import shown_date

register = template.Library()

_DIALLED = re.compile(r"\d[\d\-()]{7,}\d")


def _address(path: str) -> str:
    """Address of a built file, or nothing where it has not been built: pages work without."""
    try:
        return static(path)
    except ValueError:
        return ""


@register.simple_tag
def stylesheet(path: str) -> SafeString | str:
    """A style sheet that comes from the build; nothing where it has not been built."""
    address = _address(path)
    return format_html('<link rel="stylesheet" href="{}">', address) if address else ""


@register.simple_tag
def script_module(name: str) -> SafeString | str:
    """A bundled script ``js/<name>.js``; nothing where it has not been built."""
    address = _address(f"js/{name}.js")
    return format_html('<script type="module" src="{}"></script>', address) if address else ""


@register.filter
def metres(value: float | None) -> str:
    """A distance for reading: ``350 m``, ``1.2 km``."""
    if value is None:
        return ""
    return f"{round(value, -1):,.0f} m" if value < 995 else f"{value / 1000:.1f} km"


@register.filter
def dial(value: str | None) -> str:
    """The first telephone number in a text as a ``tel:`` address needs it, or nothing."""
    found = _DIALLED.search(unicodedata.normalize("NFKC", value or "").replace("−", "-").replace("ー", "-"))
    return re.sub(r"\D", "", found.group()) if found else ""


@register.filter
def day(value: date | datetime | None) -> str:
    """A date in the style the site is set to (西暦 or 和暦)."""
    return shown_date(value)


@register.filter
def moment(value: datetime | None) -> str:
    """A date and time of the city."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{shown_date(local)} {local:%H:%M}"


@register.filter
def web_link(value: Any) -> str:
    """An address that may become a link: http and https only."""
    text = str(value or "").strip()
    return text if re.match(r"https?://[^\s]+$", text, re.IGNORECASE) else ""


@register.filter
def yes_no(value: object) -> str:
    """A truth value as a word."""
    return _("yes") if value else _("no")


@register.filter
def separated(value: int | None) -> str:
    """A number with its thousands apart; nothing for None."""
    return "" if value is None else f"{value:,}"
