"""``manage.py geocode_quality FOLDER``: how well the geocoder does on real files (R31)."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from layers.geocoding import MatchLevel, get_geocoder
from layers.geocoding.quality import FileQuality, measure_folder

LEVELS = ["NONE", *(level.name for level in MatchLevel)]
HEAD = ["rows", "town+", *LEVELS, "placed", "median m", "p95 m", "outside", "doubtful"]


class Command(BaseCommand):
    """Geocodes every address of the csv, xlsx and geojson files of a folder and prints a table."""

    help = "Share of addresses resolved to town level or finer, and distance to the positions the files give."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The folder and the form of the answer."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument("--failures", action="store_true", help="list what is not resolved or doubtful")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        """Measure and print."""
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        began = time.monotonic()
        results = measure_folder(get_geocoder(), folder)
        seconds = time.monotonic() - began
        total = sum_up(results)
        if options["json"]:
            answer = {"files": [result.as_dict() for result in results], "total": total.as_dict()}
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
            return
        self.stdout.write(_line("file", HEAD))
        for result in [*results, total]:
            self.stdout.write(table_line(result))
        self.stdout.write(f"{total.rows / max(seconds, 0.001):.0f} addresses per second.")
        if options["failures"]:
            self._failures(results)

    def _failures(self, results: list[FileQuality]) -> None:
        for result in results:
            for address in result.failures:
                self.stdout.write(f"{result.name}: {address}")
            for address in result.strays:
                self.stdout.write(f"{result.name}: outside: {address}")
            for address in result.doubtful:
                self.stdout.write(f"{result.name}: doubtful: {address}")


def sum_up(results: list[FileQuality]) -> FileQuality:
    """All files as one."""
    total = FileQuality("total")
    for result in results:
        total.rows += result.rows
        total.levels.update(result.levels)
        total.distances += result.distances
        total.outside += result.outside
        total.doubtful += result.doubtful
    return total


def table_line(result: FileQuality) -> str:
    """One file as a line of the table."""
    shares = [f"{100 * result.levels[name] / result.rows:.1f}" if result.rows else "-" for name in LEVELS]
    metres = [f"{m:.0f}" if (m := result.percentile(p)) is not None else "-" for p in (50, 95)]
    counts = [str(result.rows), f"{100 * result.share:.2f} %", *shares, str(len(result.distances)), *metres]
    return _line(result.name, [*counts, str(result.outside), str(len(result.doubtful))])


def _line(name: str, cells: list[str]) -> str:
    return f"{name[-58:]:<58} " + " ".join(f"{cell:>10}" for cell in cells)
