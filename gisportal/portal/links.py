"""Addresses the search page makes. The person's point stands in none but as its token."""

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from layers.errors import ParameterError
from layers.parameters import latitude_longitude, number
from layers.query import FeatureQuery

#: Parameters the page adds to those of a search.
EXTRA: Final = ("view", "at", "layers", "lang")
LONGEST_LAYERS: Final = 500
_LAYERS: Final = re.compile(r"[a-z][a-z0-9_]*(,[a-z][a-z0-9_]*)*")
VIEWS: Final = ("list", "map", "both")
#: What tells where a person lives, and what means nothing without it.
PERSON: Final = ("place", "near", "address", "radius", "serves", "at")


def checked_view(params: QueryDict) -> str:
    """``view`` of a page. Raises :class:`ParameterError` for a value that is none."""
    value = params.get("view") or ""
    if value and value not in VIEWS:
        from django.utils.translation import gettext as _

        raise ParameterError("view", _("One of: %(known)s.") % {"known": ", ".join(VIEWS)})
    return value


def checked_at(params: QueryDict) -> str:
    """``at=latitude,longitude,zoom`` of a page. Raises :class:`ParameterError`."""
    value = params.get("at") or ""
    if value:
        place, _comma, zoom = value.rpartition(",")
        latitude_longitude("at", place)
        number("at", {"at": [zoom]}, 0, 22)
    return value


def checked_layers(params: QueryDict) -> str:
    """``layers=<name>,<name>``: uploaded layers over the map, the topmost first. Raises :class:`ParameterError`."""
    value = params.get("layers") or ""
    if value and (len(value) > LONGEST_LAYERS or not _LAYERS.fullmatch(value)):
        from django.utils.translation import gettext as _

        raise ParameterError("layers", _("Must be names of layers with commas between."))
    return value


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses around one search; ``view``, ``layers`` and ``lang`` of the page are carried along."""

    query: FeatureQuery
    params: QueryDict

    def _carried(self, **more: str) -> list[tuple[str, str]]:
        kept = {key: self.params.get(key, "") for key in ("view", "layers", "lang")} | more
        return [(key, value) for key, value in kept.items() if value]

    def search(self, *, query: FeatureQuery | None = None, view: str | None = None, **changes: str) -> str:
        """The search page for a query (this one unless given) with changes."""
        text = (query or self.query).to_query_string(**changes)
        carried = urlencode(self._carried(**({} if view is None else {"view": view})))
        return _joined(reverse("portal:search"), text, carried)

    def without_person(self) -> str:
        """The search page without the person's point."""
        sort = self.params.get("sort", "")
        dropped: dict[str, Any] = dict.fromkeys(PERSON)
        if "distance" in sort:
            dropped["sort"] = None
        return _joined(
            reverse("portal:search"), self.query.to_query_string(**dropped), urlencode(self._carried())
        )

    def resource(self, resource_id: int) -> str:
        """Detail page; the token comes along so that it can say the distance."""
        pairs = [(key, value) for key, value in self.query.pairs if key == "place"]
        lang = self.params.get("lang", "")
        return _joined(
            reverse("portal:resource", args=[resource_id]),
            urlencode([*pairs, *([("lang", lang)] if lang else [])]),
        )


def _joined(path: str, *texts: str) -> str:
    query = "&".join(text for text in texts if text)
    return f"{path}?{query}" if query else path
