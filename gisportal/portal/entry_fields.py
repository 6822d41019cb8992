"""Form fields for what people write themselves: dates of any writing, plain text, web addresses."""

import re
import unicodedata
from datetime import date, time
from typing import Any, Final
from urllib.parse import urlsplit

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from layers.written_dates import read_date, read_time

#: Characters that are no text: they break files of other programs (Excel, XML) and mislead readers (bidi controls).
_NO_TEXT: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
LONGEST_ADDRESS: Final = 1_000


def plain_text(value: str) -> str:
    """Text with one kind of line end and without characters that are none."""
    unified = value.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATES.sub("", _NO_TEXT.sub("", unified)).strip()


class PlainTextField(forms.CharField):
    """One line or several of plain text. ``rows``: height; 1 is one line."""

    def __init__(self, *, rows: int = 1, **options: Any) -> None:
        widget = forms.TextInput() if rows == 1 else forms.Textarea(attrs={"rows": rows})
        super().__init__(widget=widget, **options)
        # The browser would cut silently what is longer; the message beside the field says so instead.
        self.widget.attrs.pop("maxlength", None)
        self.is_single = rows == 1

    def to_python(self, value: Any) -> str:
        """Raises nothing: what is no text is left out."""
        text = plain_text(str(value or ""))
        return super().to_python(" ".join(text.split("\n")) if self.is_single else text)


class WrittenDateField(forms.CharField):
    """A day in any writing; gives a ``date`` or None."""

    default_help = gettext_lazy("For example 2026/11/3, 令和8年11月3日 or R8.11.3")

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "off", "class": "input-date"})
        super().__init__(**{"help_text": self.default_help, "max_length": 40, "widget": widget, **options})
        self.widget.attrs.pop("maxlength", None)

    def prepare_value(self, value: Any) -> Any:
        """A stored day as it may be typed again."""
        return f"{value:%Y}/{value.month}/{value.day}" if isinstance(value, date) else value

    def clean(self, value: Any) -> date | None:  # type: ignore[override]
        """Raises ``ValidationError`` for what names no day."""
        text = super().clean(value)
        if not text:
            return None
        if (found := read_date(text)) is None:
            raise forms.ValidationError(
                _(
                    "“%(text)s” is no date. Write year, month and day, for example 2026/11/3 or 令和8年11月3日."
                )
                % {"text": text}
            )
        if not 1900 <= found.year <= timezone.localdate().year + 50:
            raise forms.ValidationError(_("This year cannot be right: %(year)d.") % {"year": found.year})
        return found


class WrittenTimeField(forms.CharField):
    """A time of day in any writing; gives a ``time`` or None."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "off", "class": "input-time"})
        super().__init__(
            **{"help_text": gettext_lazy("For example 13:30"), "max_length": 20, "widget": widget, **options}
        )
        self.widget.attrs.pop("maxlength", None)

    def prepare_value(self, value: Any) -> Any:
        """A stored time as it may be typed again."""
        return f"{value.hour}:{value.minute:02}" if isinstance(value, time) else value

    def clean(self, value: Any) -> time | None:  # type: ignore[override]
        """Raises ``ValidationError`` for what names no time."""
        text = super().clean(value)
        if not text:
            return None
        if (found := read_time(text)) is None:
            raise forms.ValidationError(
                _("“%(text)s” is no time of day. For example: 13:30.") % {"text": text}
            )
        return found


class AddressField(forms.CharField):
    """The address of a web page: http or https, with a host, without a user name in it."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"})
        super().__init__(**{"max_length": LONGEST_ADDRESS, "widget": widget, **options})
        self.widget.attrs.pop("maxlength", None)

    def clean(self, value: Any) -> str:
        """Raises ``ValidationError`` for anything a browser should not be led to."""
        text = unicodedata.normalize("NFKC", plain_text(str(value or "")))
        text = super().clean(text)
        if text and not is_web_address(text):
            raise forms.ValidationError(
                _("Write the whole address of a web page, beginning with https:// or http://.")
            )
        return text


def is_web_address(text: str) -> bool:
    """Whether a text is an http(s) address with a host name, no user name, no blanks."""
    if re.search(r"[\s\\<>\"'`]", text):
        return False
    try:
        parts = urlsplit(text)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return False
    host = parts.hostname or ""
    return (
        parts.scheme.lower() in {"http", "https"}
        and re.fullmatch(r"[^.\s@/]+(\.[^.\s@/]+)+", host) is not None
        and parts.username is None
        and parts.password is None
        and port_is_fine
    )


def host_of(address: str) -> str:
    """The host a link leads to, as shown beside it; letters of other scripts as the network writes them."""
    host = urlsplit(address).hostname or ""
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return host


def errors_of(*given: forms.BaseForm) -> list[dict[str, str]]:
    """What is wrong with several forms shown as one: ``anchor`` of the field, its ``label``, the ``message``."""
    found = []
    for form in given:
        found += [{"anchor": "", "label": "", "message": str(error)} for error in form.non_field_errors()]
        for field in form:
            found += [
                {"anchor": field.id_for_label, "label": str(field.label), "message": str(error)}
                for error in field.errors
            ]
    return found
