"""``manage.py load_demo --city takamatsu``: the demo city, once, into an empty database."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from layers.imports.city import city_folder, demo_cities, import_city
from layers.imports.readers import ImportFailure
from layers.models import GazetteerCity, Resource


class Command(BaseCommand):
    """Loads gazetteer, base map and the demo city; does nothing where resources exist."""

    help = "Load a demo city (takamatsu or iwaki) from fixtures, unless the database holds resources."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The city's folder name in fixtures/cities."""
        parser.add_argument("--city", default="takamatsu")

    def handle(self, *args: Any, city: str, **options: Any) -> None:
        """Load what is missing, print the report and keep it in full."""
        if city not in demo_cities():
            raise CommandError(
                _("--city %(city)s: the demo cities are %(known)s.")
                % {"city": city, "known": ", ".join(demo_cities())}
            )
        self._load_others()
        if Resource.unscoped.exists():
            self.stdout.write(_("The database holds resources already; no demo data is loaded."))
            return
        try:
            report = import_city(city_folder(city))
        except ImportFailure as failure:
            raise CommandError(str(failure)) from failure
        path = Path(settings.VAR_DIR) / f"import-report-{city}.json"
        report.write(path)
        self.stdout.write("\n".join(report.lines(issues_per_file=3)))
        self.stdout.write(_("The whole report: %(path)s") % {"path": path})

    def _load_others(self) -> None:
        """Gazetteer (the import needs it for towns) and base map, where they are not there yet."""
        if not GazetteerCity.objects.exists():
            call_command("load_gazetteer", stdout=self.stdout, stderr=self.stderr)
        if "load_basemap" in get_commands():
            call_command("load_basemap", stdout=self.stdout, stderr=self.stderr)
