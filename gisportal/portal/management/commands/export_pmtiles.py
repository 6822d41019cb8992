"""``manage.py export_pmtiles FOLDER``: the public map as files for any web host (D15)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from gisportal.accounts.models import AccessSetting
from gisportal.portal.context import city_name
from gisportal.portal.models import SiteSetting
from gisportal.portal.published_map import NotBuilt, publish
from layers.access import Viewer
from layers.errors import SourceNotFound
from layers.source import get_source, sources
from tiles.archive import NothingToWrite


class Command(BaseCommand):
    help = "Writes what the public sees as PMTiles, with a MapLibre style and a viewer in one page."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="where the files go; it is made where it is not there")
        parser.add_argument("--title", default="", help="title of the page")
        parser.add_argument(
            "--name", default="city", help="name of the files before .pmtiles and .style.json"
        )
        parser.add_argument("--source", action="append", default=[], help="only this source; may be repeated")

    def handle(
        self, *args: Any, folder: Path, title: str, name: str, source: list[str], **options: Any
    ) -> None:
        if not AccessSetting.public_site_is_on():
            raise CommandError(
                _("The public site is off, so nothing is public. Switch it on: manage.py public_site on")
            )
        viewer = Viewer(public_site=True)
        try:
            chosen = [get_source(slug, viewer) for slug in source] if source else sources(viewer)
            found = publish(folder, chosen, title=title or _title(), stem=name, tell=self._tell)
        except SourceNotFound as error:
            raise CommandError(_("The public sees no source “%(slug)s”.") % {"slug": error}) from error
        except NothingToWrite as error:
            raise CommandError(_("Nothing is published that lies on the map.")) from error
        except NotBuilt as error:
            raise CommandError(_("The viewer has not been bundled. Run: make setup")) from error
        except OSError as error:
            raise CommandError(f"{folder}: {error.strerror}") from error
        self.stdout.write(
            _("%(tiles)d tiles, %(size)d KB: %(files)s")
            % {
                "tiles": found.told.tiles,
                "size": found.told.size // 1024,
                "files": ", ".join(str(path) for path in (found.archive, found.style, found.page)),
            }
        )

    def _tell(self, zoom: int, written: int) -> None:
        self.stderr.write(_("zoom %(zoom)d, %(tiles)d tiles") % {"zoom": zoom, "tiles": written})


def _title() -> str:
    setting = SiteSetting.current()
    return f"{setting.city_name or city_name()} {setting.site_name or _('Community resource map')}".strip()
