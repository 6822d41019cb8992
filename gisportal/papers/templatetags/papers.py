"""Text as a paper can carry it."""

import re
from typing import Any, Final

from django import template
from django.utils.translation import gettext as _

register = template.Library()

#: Laying out grows with the square of an unbroken run; nobody reads more of one item on a sheet.
LONGEST: Final = 5_000
#: Control characters, and marks that turn the direction of the text after them.
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@register.filter
def for_paper(value: Any) -> str:
    """A text without what no printer knows, cut with a word about it where it is longer than a paper carries."""
    text = _UNPRINTABLE.sub("", "" if value is None else str(value).replace("\r\n", "\n"))
    if len(text) <= LONGEST:
        return text
    return text[:LONGEST] + _("… (too long for this paper: the whole text is on the page of the entry)")
