"""``manage.py load_basemap``: the base map of our own, out of ``fixtures/basemap``."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from tiles import basemap


class Command(BaseCommand):
    """Loads what has changed since the last time; nothing where nothing has."""

    help = "Load the base map of our own from fixtures/basemap (or another folder of the same layout)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The folder to load."""
        parser.add_argument("--folder", default=str(basemap.FOLDER))

    def handle(self, *args: Any, folder: str, **options: Any) -> None:
        """Load and say how much."""
        if not any(Path(folder).glob("*/sources.json")):
            raise CommandError(
                _("--folder %(folder)s: there is no sources.json below it.") % {"folder": folder}
            )
        found = basemap.load(Path(folder))
        self.stdout.write(
            _("Base map: %(count)d shapes of %(files)d files loaded.")
            % {"count": sum(found.values()), "files": len(found)}
        )
