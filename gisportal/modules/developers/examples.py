"""Worked examples: programs kept as files, shown with the address of this portal, run by a test as they stand."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

FOLDER: Final = Path(__file__).parent / "examples"
#: Stands in the files for the address of the portal.
BASE: Final = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class Example:
    """One program. ``needs``: what must be installed to run it; ``file``: its name in the folder of examples."""

    slug: str
    title: Any
    text: Any
    file: str
    language: str
    needs: str


EXAMPLES: Final = (
    Example(
        "curl",
        "curl",
        _(
            "Collections, a filter, one page after another, and a request that costs nothing when nothing has changed."
        ),
        "read.sh",
        "sh",
        "curl",
    ),
    Example(
        "gdal",
        "GDAL",
        _("Lists collections, and copies one with a condition into a GeoPackage."),
        "copy.sh",
        "sh",
        "GDAL 3.6",
    ),
    Example(
        "geopandas",
        "Python: GeoPandas",
        _("Reads collections into data frames through GDAL, and counts by category."),
        "frames.py",
        "python",
        "geopandas, pyogrio",
    ),
    Example(
        "owslib",
        "Python: OWSLib",
        _("Asks what there is and pages through the features, without GDAL."),
        "pages.py",
        "python",
        "OWSLib",
    ),
    Example(
        "javascript",
        _("JavaScript: fetch"),
        _("Reads features in a browser or in Node; any page of the web may, with a token or what is public."),
        "read.mjs",
        "javascript",
        "Node 18",
    ),
    Example(
        "maplibre",
        "JavaScript: MapLibre",
        _("A map with our vector tiles and our style."),
        "map.mjs",
        "javascript",
        "maplibre-gl",
    ),
    Example(
        "r",
        "R: sf",
        _("Reads a collection into R. Our tests do not run it: R is not installed there."),
        "read.R",
        "r",
        "sf",
    ),
)


def by_slug(slug: str) -> Example | None:
    """An example by its name in addresses."""
    return next((example for example in EXAMPLES if example.slug == slug), None)


def program(example: Example, base: str) -> str:
    """The program with the address of the portal: ``base`` without a slash at its end."""
    return (FOLDER / example.file).read_text(encoding="utf-8").replace(BASE, base)
