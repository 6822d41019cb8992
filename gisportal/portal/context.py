"""What every page knows."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from gisportal import __version__
from gisportal.hooks import menu_items
from gisportal.portal.models import SiteSetting
from layers.access import Level, Viewer, may_create
from layers.geocoding.service import home_city
from layers.models import GazetteerCity


@dataclass(frozen=True, slots=True)
class MenuLink:
    """One line of the main menu."""

    title: str
    url: str
    is_current: bool


@dataclass
class Site:
    """Name, menu and foot of the page; read from the database only where a template asks."""

    request: HttpRequest
    version: str = field(default=__version__)

    @cached_property
    def _setting(self) -> SiteSetting:
        return SiteSetting.current()

    @property
    def name(self) -> str:
        """Name of the site."""
        return self._setting.site_name or _("Community resource map")

    @property
    def city(self) -> str:
        """Name of the city, as set or as the gazetteer knows it."""
        return self._setting.city_name or city_name()

    @property
    def map_config(self) -> dict[str, Any]:
        """What the script of any map needs, for pages of other rooms."""
        from gisportal.portal.map_config import base_config

        return base_config(self.request)

    @property
    def contact(self) -> str:
        """Whom to ask."""
        return self._setting.contact

    @property
    def viewer(self) -> Viewer:
        """Who is looking; nobody where an error came before that was known."""
        return getattr(self.request, "viewer", Viewer())

    @property
    def here(self) -> str:
        """This page for a return after the language was changed; not after a form was posted."""
        if self.request.method != "GET":
            return reverse("portal:top")
        params = self.request.GET.copy()
        params.pop("lang", None)
        return f"{self.request.path}?{params.urlencode()}" if params else self.request.path

    @cached_property
    def menu(self) -> list[MenuLink]:
        """Pages this viewer may use; a page that does not exist is left out."""
        links = [(title, url) for title, name in self._menu() if (url := _address(name))]
        here = [url for _title, url in links if self.request.path.startswith(url)]
        return [MenuLink(title, url, url == max(here, key=len, default="")) for title, url in links]

    def _menu(self) -> Iterator[tuple[str, str]]:
        if self.viewer.is_served:
            yield _("Search"), "portal:search"
            yield _("Analysis"), "planning:crosstab"
        if may_create(replace(self.viewer, proposes=False)):
            yield _("Register"), "portal:new"
        for item in menu_items(self.viewer):
            yield str(item.title), item.url_name
        if self.viewer.level is Level.ADMINISTRATOR:
            yield _("Settings"), "portal:settings:index"


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@lru_cache(maxsize=1)
def _known_city_name(code: str) -> str:
    city = GazetteerCity.objects.filter(lg_code=code).first()
    return f"{city.city}{city.ward}" if city else ""


_name: list[str] = []


def city_name() -> str:
    """Name of the city this portal serves; empty until there is data. Asked until known, then kept."""
    if not _name and (code := home_city()) and (known := _known_city_name(code)):
        _name.append(known)
    return _name[0] if _name else ""


def site(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``site``."""
    return {"site": Site(request)}
