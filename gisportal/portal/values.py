"""A field's value as a person reads it."""

from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from gisportal.portal.dates import shown_date
from layers.fields import Field, Kind


def shown_value(field: Field, value: Any) -> str:
    """Text of a value: titles of choices, words for truth values, dates in the site's style, numbers with units."""
    if value is None or value == "" or value == []:
        return ""
    match field.kind:
        case Kind.CHOICES:
            return "、".join(field.choice_title(code) for code in value)
        case Kind.CHOICE:
            return field.choice_title(value)
        case Kind.BOOLEAN:
            return _("yes") if value else _("no")
        case Kind.NUMBER:
            return f"{value:,g}{field.unit}" if abs(value) < 1e6 else f"{value:,.0f}{field.unit}"
        case Kind.DATE | Kind.DATETIME:
            return shown_date(value if isinstance(value, date | datetime) else parse_date(str(value))) or str(
                value
            )
        case _:
            return str(value)
