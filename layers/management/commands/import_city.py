"""``manage.py import_city FOLDER``: a city's files into the database, with a report."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from layers.imports.city import apply_import, stage_city
from layers.imports.readers import ImportFailure


class Command(BaseCommand):
    """Imports a folder with a ``city.json``. Rows that are there already (by source and key) are left alone."""

    help = "Import a city's files (a folder with city.json) in one transaction and report."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The folder; whether to write; whether to add what only the demo needs."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("--check", action="store_true", help="read and report only; write nothing")
        parser.add_argument("--with-demo", action="store_true", help="add what only the demo needs")

    def handle(self, *args: Any, folder: Path, check: bool, with_demo: bool, **options: Any) -> None:
        """Stage, write unless only checked, print the report and keep it."""
        began = time.monotonic()
        try:
            staged = stage_city(folder, with_demo=with_demo)
            report = staged.report if check else apply_import(staged)
        except ImportFailure as failure:
            raise CommandError(str(failure)) from failure
        report.seconds = round(time.monotonic() - began, 1)
        path = Path(settings.VAR_DIR) / f"import-report-{staged.city.slug}.json"
        report.write(path)
        self.stdout.write("\n".join(report.lines()))
        self.stdout.write(_("The whole report: %(path)s") % {"path": path})
