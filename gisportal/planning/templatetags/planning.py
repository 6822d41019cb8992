"""Figures of a crosstab."""

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from gisportal.planning.table import Cell

register = template.Library()


@register.simple_tag
def figure(cell: Cell, measure: str) -> SafeString:
    """A figure as a link to what is behind it; a dash where there is none to give."""
    if cell.value is None:
        text = "–"
    elif measure == "count":
        text = number_format(cell.number, force_grouping=True)
    else:
        text = number_format(cell.value, decimal_pos=2)
    kind = "zero" if not cell.number else "some"
    return format_html('<a class="{}" href="{}">{}</a>', kind, cell.url, text)
