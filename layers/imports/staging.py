"""Rows between the file and the database."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class StagedPlace:
    """Address and position (degrees, EPSG:4326); ``town`` and ``lg_code`` as the gazetteer has them."""

    address: str = ""
    building: str = ""
    lg_code: str = ""
    town: str = ""
    lon: float | None = None
    lat: float | None = None
    origin: str = ""
    precision: str = ""

    @property
    def is_placed(self) -> bool:
        """Whether a position is known."""
        return self.lon is not None


@dataclass(slots=True)
class StagedSite:
    """Several resources share it."""

    name: str
    place: StagedPlace
    phone: str = ""
    organisation: str = ""


@dataclass(slots=True)
class StagedResource:
    """One row of a file, checked and placed. ``row`` is its line in the file."""

    file: str
    row: int
    source: str
    source_key: str
    name: str
    category: str
    place: StagedPlace
    reading: str = ""
    former_names: list[str] = field(default_factory=list)
    support: tuple[str, ...] = ()
    phone: str = ""
    fax: str = ""
    url: str = ""
    opening_hours: str = ""
    description: str = ""
    capacity: int | None = None
    office_number: str = ""
    organisation: str = ""
    corporate_number: str = ""
    operation: str = "open"
    opened_on: datetime.date | None = None
    delivery: str = "on_site"
    service_area: str = ""
    properties: dict[str, Any] = field(default_factory=dict)
    site: StagedSite | None = None
    hidden_place: StagedPlace | None = None
    disclosure: str = "open"
    withheld: list[str] = field(default_factory=list)
    publication: str = "members"
    vacancy: str = ""
    vacancy_origin: str = ""
    vacancy_age_days: int | None = None
    updated_on: datetime.date | None = None
