"""The OGC APIs spoken here, in the order they are told of."""

from functools import cache
from importlib import import_module
from typing import Final

from gisportal.ogc.part import Part

#: Folders of this room that hold a ``part.py`` with a ``PART``.
NAMES: Final = ("features", "filters", "editing", "tiles", "styles", "maps", "records", "processes")


@cache
def parts() -> tuple[Part, ...]:
    """Every part. Loaded late: their views need what this is asked for."""
    return tuple(import_module(f"gisportal.ogc.{name}.part").PART for name in NAMES)
