"""What people write about photos and attachments, checked (R30)."""

import datetime
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from layers.access import Viewer, audiences
from layers.editing.errors import InvalidValues
from layers.models import MediaAudience
from layers.written_dates import read_date

#: Key → most characters.
LENGTHS: Final = {"caption": 200, "alt": 300, "consent_note": 300, "title": 200}
PHOTO_KEYS: Final = frozenset({"caption", "alt", "audience", "has_consent", "consent_on", "consent_note"})
ATTACHMENT_KEYS: Final = frozenset({"title", "audience"})
_CAMERA_NAME: Final = re.compile(
    r"(img|dsc|image|photo|p)?[\s_-]*\d+(\.\w+)?|.+\.(jpe?g|png|webp|heic|gif)", re.I
)


def clean_photo(actor: Viewer, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a photo as they are kept; only keys given. Raises :class:`InvalidValues` by key."""
    return _clean(actor, raw, PHOTO_KEYS)


def clean_attachment(actor: Viewer, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Values of an attachment as they are kept; only keys given. Raises :class:`InvalidValues` by key."""
    return _clean(actor, raw, ATTACHMENT_KEYS)


def audience_choices(actor: Viewer) -> list[tuple[str, str]]:
    """Audiences the actor belongs to on a row of his: nobody hides a photo from himself."""
    own = audiences(actor)
    return [(value, str(title)) for value, title in MediaAudience.choices if value in own]


def _clean(actor: Viewer, raw: Mapping[str, Any], keys: frozenset[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for key in keys & raw.keys():
        try:
            values[key] = _value(actor, key, raw[key])
        except ValueError as error:
            errors[key] = [str(error)]
    if values.get("has_consent") and "consent_on" not in errors and not values.get("consent_on"):
        values["consent_on"] = timezone.localdate()
    if values.get("has_consent") is False:
        values["consent_on"] = None
        errors.pop("consent_on", None)
    if errors:
        raise InvalidValues(errors)
    return values


def _value(actor: Viewer, key: str, raw: Any) -> Any:
    """Raises ``ValueError`` with the message."""
    match key:
        case "has_consent":
            return bool(raw)
        case "consent_on":
            return _date(raw)
        case "audience":
            if raw not in dict(audience_choices(actor)):
                raise ValueError(_("Choose who may see it."))
            return raw
    text = _text(str(raw or ""), LENGTHS[key])
    if key == "alt":
        _check_description(text)
    if key == "title" and not text:
        raise ValueError(_("Give the file a title."))
    return text


def _date(raw: Any) -> datetime.date | None:
    if not raw or isinstance(raw, datetime.date):
        return raw or None
    found = read_date(str(raw))
    if found is None:
        raise ValueError(_("This is no date. Write it like 2026-04-01 or 令和8年4月1日."))
    if found > timezone.localdate():
        raise ValueError(_("The date of the consent lies in the future."))
    return found


def _text(raw: str, longest: int) -> str:
    kept = "".join(" " if sign in "\r\n\t" else sign for sign in raw if sign in "\r\n\t" or _is_shown(sign))
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFC", kept)).strip()
    if len(text) > longest:
        raise ValueError(
            _("Too long: %(count)d characters. At most %(limit)d.") % {"count": len(text), "limit": longest}
        )
    return text


def _is_shown(sign: str) -> bool:
    return (
        unicodedata.category(sign) not in {"Cc", "Cs"}
        and sign not in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"
    )


def _check_description(text: str) -> None:
    if not text:
        raise ValueError(_("Describe what the picture shows, for people who cannot see it."))
    if _CAMERA_NAME.fullmatch(text):
        raise ValueError(
            _("This is a file name. Describe what the picture shows, for people who cannot see it.")
        )
