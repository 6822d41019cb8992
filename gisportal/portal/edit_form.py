"""The form of an entry: what was typed, what it means, what is wrong with it (R28, R31)."""

import re
from collections.abc import Mapping
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from gisportal.portal.edit_fields import (
    EDITING,
    GROUPS,
    HIDDEN,
    PLACE_CONTROLS,
    REGISTERING,
    FormField,
    field_errors,
    form_field,
    inputs_of,
)
from layers.access import Viewer
from layers.editing.cleaning import clean
from layers.editing.coordinates import CoordinateError, parse_pair, parse_text, zone_of
from layers.editing.errors import InvalidValues
from layers.editing.opening import entry_items, seen_values, touched
from layers.editing.people import find_organisations
from layers.editing.place import best_candidate
from layers.field_aliases import todays_post
from layers.geocoding.service import home_city
from layers.models import Resource
from layers.vocabulary import vocabulary

NEW: Final = {"disclosure": "open", "delivery": "on_site", "publication": "draft", "operation": "open"}
MAX_TYPED: Final = 500_000


class EntryForm:
    """One form, empty or typed into. ``row``: the entry that is changed, ``None`` to register one."""

    def __init__(self, viewer: Viewer, row: Resource | None, posted: QueryDict | None = None) -> None:
        self.viewer, self.row = viewer, row
        self.words = vocabulary()
        # A form opened before a field was renamed, or choices merged, loses nothing.
        self.posted = None if posted is None else todays_post(posted, self.words)
        self.version = self._version()
        self.seen: dict[str, Any] = seen_values(viewer, row, self.version) if row else {}
        self.category = self._category()
        self.items = {
            key: item
            for key, item in entry_items(viewer, row, self.category).items()
            if self.category or not key.startswith("field.")
        }
        self.errors: dict[str, list[str]] = {}
        self.notices: list[str] = []
        self.typed = self._typed()

    def _version(self) -> int:
        given = self.posted.get("version", "") if self.posted is not None else ""
        if given.isascii() and given.isdigit() and len(given) < 9:
            return int(given)
        return self.row.version if self.row else 0

    def _category(self) -> str | None:
        given = self.posted.get("category", "") if self.posted is not None else ""
        if given in self.words.categories:
            return given
        return self.row.category.code if self.row else None

    @property
    def is_formal(self) -> bool:
        """Whether the entry counts as a formal service, for the words of its states."""
        stated = {"true": True, "false": False}.get("".join(self.typed.get("formal_override", [])))
        known = self.words.categories.get(self.category or "")
        return stated if stated is not None else (known.is_formal if known else True)

    # --- what was typed ------------------------------------------------------------------------------------------

    def _typed(self) -> dict[str, list[str]]:
        """Inputs as they stand: what was posted, else the values of now, else those of a new entry."""
        kept = {key: inputs_of(item, self.seen.get(key)) for key, item in self.items.items()}
        if self.row is None:
            kept.update({key: [value] for key, value in NEW.items() if key in self.items})
        if self.posted is None:
            return kept
        return {**kept, **{key: self.posted.getlist(key) for key in self.items if self._is_posted(key)}}

    def _is_posted(self, key: str) -> bool:
        """Check boxes leave no trace when none is chosen: the form says which it showed."""
        assert self.posted is not None
        return key in self.posted or key in self.posted.getlist("shown")

    def extra(self, key: str) -> str:
        """A control that is no item: ``zone``, ``replace_pin``, ``pin_origin``, ``note``."""
        return self.posted.get(key, "").strip()[:300] if self.posted is not None else ""

    # --- what it means -------------------------------------------------------------------------------------------

    def changes(self) -> dict[str, Any]:
        """What this person changed, as clean values. Raises :class:`InvalidValues`; the messages stay in ``errors``."""
        assert self.posted is not None
        raw: dict[str, Any] = {key: self.typed[key] for key in self.items if self._is_posted(key)}
        for drop in ("geom_origin", "lat", "lon"):
            raw.pop(drop, None)
        place = self._place(raw)
        self._links(raw)
        raw = {key: value for key, value in raw.items() if key not in self.errors}
        try:
            cleaned = clean(self.items, raw, self.viewer)
        except InvalidValues as refused:
            self._refuse(refused.errors)
        if self.errors:
            raise InvalidValues(self.errors)
        cleaned.update(place)
        self._site(cleaned)
        found = touched(self.seen, cleaned) if self.row else cleaned
        if self.extra("replace_pin"):
            found.update(self._pin_of_address(cleaned))
        if self.errors:
            raise InvalidValues(self.errors)
        return found

    def _refuse(self, errors: Mapping[str, list[str]]) -> None:
        for key, texts in errors.items():
            self.errors.setdefault(key, []).extend(texts)

    def refused(self, errors: Mapping[str, list[str]]) -> None:
        """Takes messages of a service in."""
        self.errors = {}
        self._refuse(errors)

    def _place(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Latitude and longitude as typed, in degrees; nothing where the form did not ask for them."""
        assert self.posted is not None
        if "lat" not in self.items or "lat" not in self.posted:
            return {}
        first, second = self.posted.get("lat", "").strip(), self.posted.get("lon", "").strip()
        if not first and not second:
            return {"lat": None, "lon": None}
        if self._is_as_shown(first, second):
            return {"lat": self.seen["lat"], "lon": self.seen["lon"]}
        try:
            zone = self._zone()
            found = parse_pair(first, second, zone) if first and second else parse_text(first or second, zone)
        except CoordinateError as wrong:
            self._refuse({"lat": [str(wrong)]})
            return {}
        if found.swapped:
            self.notices.append(
                _("Latitude and longitude were the other way round; they have been put right.")
            )
        if found.abroad:
            self.notices.append(_("The position lies outside Japan."))
        origin = "geocoded" if self.extra("pin_origin") == "geocoded" else "hand"
        return {"lat": found.lat, "lon": found.lon, "geom_origin": origin}

    def _is_as_shown(self, first: str, second: str) -> bool:
        """Whether the inputs hold what the form put there: a pin nobody touched keeps its origin."""
        shown = [inputs_of(self.items[key], self.seen.get(key)) for key in ("lat", "lon")]
        return shown == [[first], [second]] and not self.extra("zone")

    def _zone(self) -> int | None:
        given = self.extra("zone")
        if not given:
            return None
        return int(given) if given.isascii() and given.isdigit() and len(given) < 3 else 0

    def _links(self, raw: dict[str, Any]) -> None:
        """Organisation by its name, successor by its number or the address of its page."""
        if "organisation" in raw:
            raw["organisation"] = self._organisation("".join(raw["organisation"][-1:]).strip())
        if "successor" in raw:
            given = "".join(raw["successor"][-1:]).strip()
            found = re.search(r"/resources/(\d{1,18})\b", given)
            raw["successor"] = found[1] if found else given

    def _organisation(self, name: str) -> int | None:
        kept = self.seen.get("organisation")
        if not name:
            return None
        if kept is not None and inputs_of(self.items["organisation"], kept) == [name]:
            return int(kept)
        found = find_organisations(name, 6)
        if found and (found[0].name == name or len(found) == 1):
            return found[0].pk
        words = "、".join(item.name for item in found)
        self._refuse(
            {"organisation": [_("Which one is meant: %(names)s?") % {"names": words} if found
                              else _("No organisation of this name is registered.")]}
        )  # fmt: skip
        return None

    def _site(self, cleaned: dict[str, Any]) -> None:
        """An entry that joins a site drops its own place; one that stays there has none of its own to change."""
        site = cleaned.get("site")
        if site is None or "site" not in self.items:
            return
        if site != self.seen.get("site"):
            cleaned.update(postcode="", address="", building="", lat=None, lon=None)
            cleaned.pop("geom_origin", None)
        elif {"address", "lat"} & set(touched(self.seen, cleaned)):
            text = _("The place is that of the site. Choose a place of its own, or correct the site.")
            self._refuse({"site": [text]})

    def _pin_of_address(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        is_public = (cleaned.get("disclosure") or self.seen.get("disclosure")) == "open"
        address = str(cleaned.get("address") or self.seen.get("address") or "")
        found = best_candidate(address, is_public=is_public) if address else None
        if found is None:
            self._refuse({"address": [_("No place is known for this address; put the pin on the map.")]})
            return {}
        return {"lat": found.lat, "lon": found.lon, "geom_origin": "geocoded"}

    # --- how it looks --------------------------------------------------------------------------------------------

    def fields(self) -> dict[str, FormField]:
        """Every control by key."""
        withheld = self.typed.get("withheld", [])
        return {
            key: form_field(
                item, self.typed.get(key, []), self.errors.get(key, ()), withheld=withheld,
                is_formal=self.is_formal,
            )
            for key, item in self.items.items()
            if key not in HIDDEN
        }  # fmt: skip

    def groups(self) -> list[dict[str, Any]]:
        """The groups of the form in order, each with its fields."""
        fields = self.fields()
        order = EDITING if self.row else REGISTERING
        found = [
            {
                "key": group,
                "title": GROUPS[group],
                "fields": [fields[key] for key, item in self.items.items()
                           if item.group == group and key in fields and key not in PLACE_CONTROLS],
            }
            for group in order
        ]  # fmt: skip
        return [group for group in found if group["fields"]]

    def summary(self) -> list[dict[str, str]]:
        """All that is wrong."""
        return field_errors(self.fields().values(), self.errors)

    def zones(self) -> list[tuple[str, str, bool]]:
        """Ways a position may be typed: degrees, then the zones, the city's own first."""
        own = zone_of(home_city() or "")
        order = [own, *(zone for zone in range(1, 20) if zone != own)] if own else list(range(1, 20))
        given = self.extra("zone") if self.errors else ""
        zones = [(str(zone), _("JGD2011 plane rectangular, zone %(zone)d (X, Y in metres)") % {"zone": zone})
                 for zone in order]  # fmt: skip
        degrees = ("", _("Latitude and longitude (degrees, or degrees minutes seconds)"))
        return [(code, title, code == given) for code, title in (degrees, *zones)]
