"""The processes offered, in order."""

from gisportal.ogc.processes.kinds.coverage import COVERAGE
from gisportal.ogc.processes.kinds.crosstab import CROSSTAB
from gisportal.ogc.processes.kinds.geocode import GEOCODE
from gisportal.ogc.processes.kinds.nearest import NEAREST

ALL = (GEOCODE, NEAREST, CROSSTAB, COVERAGE)
BY_KEY = {process.key: process for process in ALL}

__all__ = ["ALL", "BY_KEY"]
