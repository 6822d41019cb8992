"""``manage.py load_gazetteer``: fill the gazetteer from files (R31)."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from layers.imports.gazetteer import TOWNS, load_gazetteer


class Command(BaseCommand):
    """Replaces municipalities, towns and house numbers in one transaction and reports."""

    help = "Load the gazetteer (towns of all Japan) into the database, replacing what is there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The folder, and the areas to keep it small."""
        default = settings.BASE_DIR / "fixtures" / "gazetteer"
        parser.add_argument("folder", nargs="?", type=Path, default=default)
        parser.add_argument(
            "--area", action="append", default=[], metavar="CODE",
            help="prefecture (2 digits) or municipality (5 digits); repeat for several (default: all Japan)",
        )  # fmt: skip

    def handle(self, *args: Any, folder: Path, area: list[str], **options: Any) -> None:
        """Load and print one line."""
        if not (folder / TOWNS).exists():
            raise CommandError(f"{folder} holds no {TOWNS}.")
        if bad := [code for code in area if not (code.isdigit() and len(code) in {2, 5, 6})]:
            raise CommandError(f"--area {bad[0]}: two, five or six digits are wanted.")
        began = time.monotonic()
        report = load_gazetteer(folder, areas=tuple(area))
        self.stdout.write(
            f"Gazetteer: {report.cities} municipalities, {report.towns} towns ({report.derived} derived), "
            f"{report.numbers} house numbers in {time.monotonic() - began:.1f} s; "
            f"{report.unplaced} towns without position."
        )
        for name in report.unknown_cities:
            self.stderr.write(f"Not in the register of municipalities: {name}")
