"""A file of boundaries beside the districts there are: what would change, what is refused, gaps and overlaps (R24)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import shapely
from django.utils.translation import gettext as _
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from layers.imports import boundary_checks as checks
from layers.imports.boundary_checks import Piece
from layers.imports.boundary_crs import system_of, title_of, to_storage
from layers.imports.boundary_files import BoundaryFile, RawFeature
from layers.imports.polygons import clean_cover, repair

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-]*")
MAX_CODE, MAX_TITLE, MAX_READING = 40, 80, 120


@dataclass(frozen=True, slots=True)
class Reading:
    """How a person wants a file read. Fields are columns of the file; no code field: numbered in the file's order."""

    layer: str = ""
    encoding: str = ""
    srid: int | None = None
    code_field: str = ""
    title_field: str = ""
    reading_field: str = ""
    cleans: bool = False
    joins: bool = False
    covers: bool = False
    skips: bool = False
    removes: bool = False

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Reading:
        """From what is kept with the import."""
        return cls(**{key: value for key, value in options.items() if key in cls.__dataclass_fields__})


@dataclass(frozen=True, slots=True)
class Problem:
    """A feature that is not taken as it is. ``is_refused``: it is left out, or stops the import."""

    number: int
    name: str
    message: str
    is_refused: bool
    lon: float | None = None
    lat: float | None = None


@dataclass(slots=True)
class Boundary:
    """One district as it would be written; degrees (EPSG:4326)."""

    code: str
    title: str
    reading: str
    geom: MultiPolygon


@dataclass(slots=True)
class Staged:
    """The file read as asked. ``needs_system``: nobody has said in which reference system the numbers are."""

    file: BoundaryFile
    reading: Reading
    needs_system: bool = False
    system: str = ""
    boundaries: list[Boundary] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    overlaps: list[Piece] = field(default_factory=list)
    gaps: list[Piece] = field(default_factory=list)

    @property
    def refused(self) -> list[Problem]:
        """Features that cannot be taken over."""
        return [problem for problem in self.problems if problem.is_refused]

    @property
    def is_ready(self) -> bool:
        """Whether a person may say yes to it."""
        return bool(self.boundaries) and not self.needs_system and (self.reading.skips or not self.refused)


def stage(file: BoundaryFile, reading: Reading) -> Staged:
    """Read the features of a file as asked. Raises ``UnreadableFile`` where they lie outside Japan."""
    staged = Staged(file, reading)
    crs = system_of(file, reading.srid)
    if crs is None:
        staged.needs_system = True
        return staged
    staged.system = title_of(crs)
    shapes = to_storage([feature.geom for feature in file.features], crs)
    found = [
        boundary
        for feature, shape in zip(file.features, shapes, strict=True)
        if (boundary := _boundary(feature, shape, reading, staged.problems))
    ]
    staged.boundaries = _by_code(found, reading, staged.problems)
    _check_cover(staged)
    return staged


def _boundary(
    feature: RawFeature, shape: BaseGeometry | None, reading: Reading, problems: list[Problem]
) -> Boundary | None:
    code = feature.values.get(reading.code_field, "") if reading.code_field else str(feature.number)
    title = feature.values.get(reading.title_field, "") if reading.title_field else code
    name = title or code or f"#{feature.number}"

    def refuse(message: str, lon: float | None = None, lat: float | None = None) -> None:
        problems.append(Problem(feature.number, name, message, True, lon, lat))

    if not _CODE.fullmatch(code) or len(code) > MAX_CODE:
        refuse(
            _("The code “%(code)s” is not made of letters, digits, - and _ (at most 40).")
            % {"code": code[:40]}
        )
    elif not title or len(title) > MAX_TITLE:
        refuse(_("It has no title, or one of more than %(most)d characters.") % {"most": MAX_TITLE})
    elif shape is None or shape.is_empty:
        refuse(_("It has no shape."))
    elif shape.geom_type not in {"Polygon", "MultiPolygon", "GeometryCollection"} or not checks.polygons_of(
        shape
    ):
        refuse(_("Its shape is no area but a %(kind)s.") % {"kind": shape.geom_type})
    elif geom := _valid(feature.number, name, shape, reading, problems):
        kana = feature.values.get(reading.reading_field, "")[:MAX_READING] if reading.reading_field else ""
        return Boundary(code, title, kana, geom)
    return None


def _valid(
    number: int, name: str, shape: BaseGeometry, reading: Reading, problems: list[Problem]
) -> MultiPolygon | None:
    wrong = checks.invalid(shape)
    if wrong is None:
        return checks.polygons_of(shape)
    repaired = checks.polygons_of(repair(shape)) if reading.cleans else MultiPolygon()
    where = checks.place_words(wrong.lon, wrong.lat)
    words = _("Not valid: %(reason)s %(where)s.") % {"reason": wrong.reason, "where": where}
    if repaired.is_empty:
        problems.append(Problem(number, name, words, True, wrong.lon, wrong.lat))
        return None
    words += " " + _("It was cleaned; its area is now %(area)s m².") % {
        "area": f"{checks.square_metres(repaired):,.0f}"
    }
    problems.append(Problem(number, name, words, False, wrong.lon, wrong.lat))
    return repaired


def _by_code(found: Sequence[Boundary], reading: Reading, problems: list[Problem]) -> list[Boundary]:
    """One district for each code. Parts of one code are joined where asked, else the second is refused."""
    kept: dict[str, Boundary] = {}
    for number, boundary in enumerate(found, 1):
        first = kept.setdefault(boundary.code, boundary)
        if first is boundary:
            continue
        if reading.joins:
            first.geom = checks.polygons_of(shapely.union(first.geom, boundary.geom))
            message, refused = _("A part of the district with the same code was joined to it."), False
        else:
            message, refused = _("The code “%(code)s” stands twice.") % {"code": boundary.code}, True
        problems.append(Problem(number, boundary.title, message, refused))
    return list(kept.values())


def _check_cover(staged: Staged) -> None:
    geoms: list[BaseGeometry] = [boundary.geom for boundary in staged.boundaries]
    if not geoms:
        return
    if staged.reading.covers:
        for boundary, geom in zip(staged.boundaries, clean_cover(geoms), strict=True):
            boundary.geom = geom
        geoms = [boundary.geom for boundary in staged.boundaries]
    names = [boundary.title for boundary in staged.boundaries]
    staged.overlaps, staged.gaps = checks.overlaps(names, geoms), checks.gaps(geoms)


def guess_fields(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Which columns look like code, title and reading; empty where none does."""
    unique = [name for name in columns if _is_key(name, rows)]
    codes = [name for name in unique if re.search(r"code|コード|番号|id|no|key", name, re.I)] or unique
    kana = [name for name in columns if re.search(r"かな|カナ|kana|読み|ふりがな|yomi|reading", name, re.I)]
    named = [name for name in columns if re.search(r"名|name|title|label", name, re.I) and name not in kana]
    texts = [name for name in columns if name not in kana and _is_text(name, rows)]
    title = next(iter([name for name in named if name in texts] or named or texts), "")
    return {"code_field": next(iter(codes), ""), "title_field": title, "reading_field": next(iter(kana), "")}


def _is_key(name: str, rows: Sequence[Mapping[str, str]]) -> bool:
    values = [row.get(name, "") for row in rows]
    return len(set(values)) == len(values) and all(
        _CODE.fullmatch(value) and len(value) <= MAX_CODE for value in values
    )


def _is_text(name: str, rows: Sequence[Mapping[str, str]]) -> bool:
    return any(not row.get(name, "").isascii() for row in rows)
