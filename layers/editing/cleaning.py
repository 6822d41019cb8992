"""From what people type to values that can be kept; every refusal says what would be right."""

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.contrib.gis.gdal.error import GDALException
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.contrib.gis.geos.error import GEOSException
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from layers.access import Viewer, visible_q
from layers.editing import items as item_forms
from layers.editing.errors import InvalidValues
from layers.editing.items import EditItem
from layers.field_aliases import todays_values
from layers.fields import Kind
from layers.imports import values as written
from layers.models import District, Organisation, Resource, Site
from layers.vocabulary import vocabulary
from layers.written_dates import read_date

#: Vertices of a drawn area.
MAX_VERTICES: Final = 5_000
_BAD_SIGNS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufdd0-\ufdef\ufffe\uffff]")
_PHONE_SIGNS: Final = re.compile(r"[0-9+\-#*,、/ ・;()a-zA-Z\u3040-\u30ff\u3400-\u9fff:]*")


_BRACKETS: Final = str.maketrans("（）【】［］", "()()()")


class _Wrong(ValueError):
    """A message for the person."""


def clean(
    items: Mapping[str, EditItem], raw: Mapping[str, Any], viewer: Viewer | None = None
) -> dict[str, Any]:
    """Values of the items given in ``raw``; keys without an item are refused.

    Raises :class:`InvalidValues` naming every item that is wrong, all at once.
    """
    found: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for key, value in todays_values(raw, vocabulary()).items():
        if key not in items:
            errors[key] = [_("This item is unknown, or not yours to change.")]
            continue
        try:
            found[key] = clean_one(items[key], value, viewer)
        except _Wrong as wrong:
            errors[key] = [str(wrong)]
    _together(found, errors)
    if errors:
        raise InvalidValues(errors)
    return found


def clean_one(item: EditItem, value: Any, viewer: Viewer | None = None) -> Any:
    """One value. Raises ``ValueError`` with a message for the person."""
    by_form = _BY_FORM.get(item.form)
    cleaned = by_form(item, value, viewer) if by_form else _BY_KIND[item.kind](item, value)
    if item.is_required and cleaned in ("", None, []):
        raise _Wrong(_("This is needed."))
    return cleaned


def _together(found: dict[str, Any], errors: dict[str, list[str]]) -> None:
    """What two items say together."""
    if ("lat" in found) != ("lon" in found) and not {"lat", "lon"} & set(errors):
        errors["lat" if "lon" in found else "lon"] = [_("Latitude and longitude belong together.")]
    elif "lat" in found and (found["lat"] is None) != (found["lon"] is None):
        errors["lat" if found["lat"] is None else "lon"] = [_("Latitude and longitude belong together.")]


def _string(value: Any) -> str:
    if isinstance(value, list | tuple):
        value = value[-1] if value else ""
    if value is None:
        return ""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise _Wrong(_("Text is expected here."))
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    return _BAD_SIGNS.sub("", text)


def _limited(item: EditItem, text: str) -> str:
    if item.max_length and len(text) > item.max_length:
        raise _Wrong(
            _("At most %(most)d characters; these are %(count)d.")
            % {"most": item.max_length, "count": len(text)}
        )
    return text


def _line(item: EditItem, value: Any) -> str:
    return _limited(item, " ".join(_string(value).split()))


def _lines(item: EditItem, value: Any) -> str:
    lines = [line.rstrip() for line in _string(value).split("\n")]
    return _limited(item, "\n".join(lines).strip())


def _choice(item: EditItem, value: Any) -> str:
    code = _string(value).strip()
    if code and code not in {str(known) for known, _title in item.choices}:
        raise _Wrong(_("“%(value)s” is none of the choices.") % {"value": code[:60]})
    return code


def _strings(value: Any) -> list[str]:
    if value is None or value == "":
        return []
    given = value if isinstance(value, list | tuple) else [value]
    return [text for text in (_string(part).strip() for part in given) if text]


def _choices(item: EditItem, value: Any) -> list[str]:
    given = _strings(value)
    if item.key == "service_districts":
        return _districts(given)
    known = [str(code) for code, _title in item.choices]
    for code in given:
        if code not in known:
            raise _Wrong(_("“%(value)s” is none of the choices.") % {"value": code[:60]})
    return [code for code in known if code in given]


def _districts(keys: list[str]) -> list[str]:
    known = set(District.unscoped.filter(key__in=keys).values_list("key", flat=True))
    for key in keys:
        if key not in known:
            raise _Wrong(_("There is no district “%(value)s”.") % {"value": key[:60]})
    return sorted(known)


def _number(item: EditItem, value: Any) -> float | int | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        found: float | int | None = value
    else:
        text = _string(value).strip()
        if not text:
            return None
        found = written.number(text)
    if found is None or not math.isfinite(found) or abs(found) > 1e15:
        raise _Wrong(_("A number is expected here, like 12 or 3.5."))
    return int(found) if float(found).is_integer() else found


def _date(item: EditItem, value: Any) -> str:
    text = _string(value).strip()
    if not text:
        return ""
    found = read_date(text)
    if found is None:
        raise _Wrong(
            _("“%(value)s” is no date. Write it like 2026-04-01 or 令和8年4月1日.") % {"value": text[:40]}
        )
    return found.isoformat()


def _boolean(item: EditItem, value: Any) -> bool | None:
    if isinstance(value, bool) or value is None:
        return value
    text = _string(value).strip()
    if not text:
        return None
    found = False if text.lower() == "false" else written.boolean(text)
    if found is None:
        raise _Wrong(_("Yes or no is expected here."))
    return found


def _url(item: EditItem, value: Any) -> str:
    text = _limited(item, _string(value).strip())
    if not text:
        return ""
    if re.fullmatch(r"[\w.-]+\.[a-z]{2,}(?:[/?#].*)?", text, re.IGNORECASE):
        text = f"https://{text}"
    if not re.fullmatch(r"https?://[^\s/?#<>\"']+(?:[/?#][^\s<>\"]*)?", text, re.IGNORECASE):
        raise _Wrong(_("A web address begins with https:// or http://."))
    return text


def _phone(item: EditItem, value: Any, viewer: Viewer | None) -> str:
    """Any writing, ended as half-width digits with hyphens: （０８７）８３９ー２０１１ becomes 087-839-2011."""
    text = " ".join(_string(value).split()).translate(_BRACKETS)
    text = written.plain(re.sub(r"(?<=[\d０-９)])\s*[ー―−‐－]\s*(?=[\d０-９])", "-", text))
    text = re.sub(r"\((\d{2,5})\)\s*(?=\d)", r"\1-", text).replace("TEL", "").replace("Tel", "")
    text = re.sub(r"^[-:：\s]+", "", re.sub(r"(?<=\d)\s*-\s*(?=\d)", "-", text))
    if text and (len(re.findall(r"\d", text)) < 3 or not _PHONE_SIGNS.fullmatch(text)):
        raise _Wrong(_("A telephone number is expected here, like 087-839-2011."))
    return _limited(item, text)


def _mail(item: EditItem, value: Any, viewer: Viewer | None) -> str:
    text = written.plain(_string(value)).replace("＠", "@")
    if text:
        try:
            validate_email(text)
        except ValidationError:
            raise _Wrong(_("A mail address is expected here, like name@example.jp.")) from None
    return _limited(item, text)


def _degrees(value: Any) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    text = _string(value).strip()
    if not text:
        return None
    found = written.coordinate(text) if len(text) < 40 else None
    if found is None and re.fullmatch(r"[+-]?\d{1,3}\.\d+", text):
        found = float(text)
    if found is None:
        raise _Wrong(_("Degrees are expected here, like 34.3428."))
    return found


def _latitude(item: EditItem, value: Any, viewer: Viewer | None) -> float | None:
    found = _degrees(value)
    if found is not None and not (math.isfinite(found) and -90 <= found <= 90):
        if 120 <= abs(found) <= 155:
            raise _Wrong(_("Latitude and longitude seem to be swapped."))
        raise _Wrong(_("A latitude lies between -90 and 90 degrees."))
    return found


def _longitude(item: EditItem, value: Any, viewer: Viewer | None) -> float | None:
    found = _degrees(value)
    if found is not None and not (math.isfinite(found) and -180 <= found <= 180):
        raise _Wrong(_("A longitude lies between -180 and 180 degrees."))
    if found is not None and 20 <= found <= 46:
        raise _Wrong(_("Latitude and longitude seem to be swapped."))
    return found


def _count(item: EditItem, value: Any, viewer: Viewer | None) -> int | None:
    found = _number(item, value)
    if found is not None and (found != int(found) or not 0 <= found <= 2_000_000):
        raise _Wrong(_("A whole number from 0 is expected here."))
    return None if found is None else int(found)


def _names(item: EditItem, value: Any, viewer: Viewer | None) -> list[str]:
    """Several names, one a line."""
    given = value if isinstance(value, list | tuple) else [value]
    lines = [line.strip() for part in given for line in _string(part).split("\n")]
    return [_limited(item, line) for line in dict.fromkeys(lines) if line]


def _polygon(item: EditItem, value: Any, viewer: Viewer | None) -> dict[str, Any] | None:
    """A drawn area as GeoJSON (longitude first, WGS 84)."""
    text = json.dumps(value) if isinstance(value, dict) else _string(value).strip()
    if not text:
        return None
    if len(text) > 400_000:
        raise _Wrong(_("This area has too many corners; at most %(most)d.") % {"most": MAX_VERTICES})
    try:
        geom = GEOSGeometry(text)
    except (ValueError, GEOSException, GDALException):
        raise _Wrong(_("This area is not readable as GeoJSON.")) from None
    if geom.geom_type == "Polygon":
        geom = MultiPolygon(geom, srid=geom.srid)
    if geom.geom_type != "MultiPolygon" or geom.empty or geom.srid != 4326:
        raise _Wrong(_("The area is a polygon in degrees (GeoJSON)."))
    if geom.num_coords > MAX_VERTICES:
        raise _Wrong(_("This area has too many corners; at most %(most)d.") % {"most": MAX_VERTICES})
    if not geom.valid:
        raise _Wrong(_("The outline crosses itself: %(reason)s.") % {"reason": geom.valid_reason})
    if not (
        geom.extent[0] >= -180 and geom.extent[2] <= 180 and geom.extent[1] >= -90 and geom.extent[3] <= 90
    ):
        raise _Wrong(_("The area is a polygon in degrees (GeoJSON)."))
    read: dict[str, Any] = json.loads(geom.geojson)
    return read


def _id(value: Any) -> int | None:
    text = _string(value).strip()
    if not text:
        return None
    if not re.fullmatch(r"\d{1,18}", text):
        raise _Wrong(_("A number is expected here."))
    return int(text)


def _resource(item: EditItem, value: Any, viewer: Viewer | None) -> int | None:
    found = _id(value)
    if found is not None and not Resource.unscoped.filter(visible_q(viewer), pk=found).exists():
        raise _Wrong(_("There is no entry with this number."))
    return found


def _site(item: EditItem, value: Any, viewer: Viewer | None) -> int | None:
    found = _id(value)
    if found is not None and not Site.unscoped.filter(pk=found).exists():
        raise _Wrong(_("There is no site with this number."))
    return found


def _organisation(item: EditItem, value: Any, viewer: Viewer | None) -> int | None:
    found = _id(value)
    if found is not None and not Organisation.unscoped.filter(pk=found).exists():
        raise _Wrong(_("There is no organisation with this number."))
    return found


_BY_KIND: Final[dict[Kind, Callable[[EditItem, Any], Any]]] = {
    Kind.TEXT: _line,
    Kind.LONG_TEXT: _lines,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.BOOLEAN: _boolean,
    Kind.URL: _url,
}
_BY_FORM: Final[dict[str, Callable[[EditItem, Any, Viewer | None], Any]]] = {
    item_forms.PHONE: _phone,
    item_forms.MAIL: _mail,
    item_forms.LATITUDE: _latitude,
    item_forms.LONGITUDE: _longitude,
    item_forms.COUNT: _count,
    item_forms.NAMES: _names,
    item_forms.POLYGON: _polygon,
    item_forms.RESOURCE: _resource,
    item_forms.SITE: _site,
    item_forms.ORGANISATION: _organisation,
}
