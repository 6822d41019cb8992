"""Population by town and age, joined to polygons of another year by name.

Exact names first (widths folded), then names the city's description gives for a polygon (``aliases``: a town that
was split, merged or respelt since 2015). A figure several polygons share is split by their population of 2015, the
last persons by largest remainder, so that every sum stays what the city published.
"""

from __future__ import annotations

import datetime
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from layers.imports import values
from layers.imports.readers import ImportFailure, Row, Table, read_table
from layers.imports.report import FileReport, IssueKind

AGES = (*(f"{age}-{age + 4}" for age in range(0, 85, 5)), "85+")
NAME, TOTAL, HOUSEHOLDS, DAY = "regionName", "totalPopulation", "numberOfHouseholds", "surveyDate"


@dataclass(slots=True)
class Count:
    """People of one area."""

    population: int = 0
    by_age: dict[str, int] = field(default_factory=lambda: dict.fromkeys(AGES, 0))
    households: int = 0

    def add(self, other: Count) -> None:
        """Sum up."""
        self.population += other.population
        self.households += other.households
        for age in AGES:
            self.by_age[age] += other.by_age[age]


@dataclass(frozen=True, slots=True)
class Area:
    """A polygon to be given people: its name and its population of the census."""

    name: str
    weight: int


def folded(name: str) -> str:
    """A town's name for joining: full-width digits as half-width."""
    return unicodedata.normalize("NFKC", name).strip()


def read_population(path: Path) -> tuple[dict[str, tuple[int, Count]], datetime.date]:
    """Row number and people by folded name, and the day of the survey."""
    table = read_table(path)
    table.require(
        [NAME, TOTAL, HOUSEHOLDS, DAY, *(f"{sex}{n}" for sex in ("man", "woman") for n in range(1, 19))]
    )
    counts: dict[str, tuple[int, Count]] = {}
    days = set()
    for row in table.rows:
        if not row[NAME]:
            continue
        counts[folded(row[NAME])] = (row.number, _count(table, row))
        days.add(values.date(row[DAY]))
    day = days.pop() if len(days) == 1 else None
    if day is None:
        raise ImportFailure(_("The day of the survey is not one and the same."), path.name, column=DAY)
    return counts, day


def _count(table: Table, row: Row) -> Count:
    def whole(column: str) -> int:
        found = values.number(row[column])
        if found is None or found < 0 or found != int(found):
            message = _("%(written)s is no number of persons.") % {"written": row[column]}
            raise ImportFailure(message, table.file, table.sheet, row.number, column)
        return int(found)

    by_age = {age: whole(f"man{n}") + whole(f"woman{n}") for n, age in enumerate(AGES, start=1)}
    return Count(whole(TOTAL), by_age, whole(HOUSEHOLDS))


def join(
    areas: Sequence[Area],
    counts: Mapping[str, tuple[int, Count]],
    aliases: Mapping[str, Sequence[str]],
    report: FileReport,
) -> list[Count | None]:
    """People of each area, ``None`` where no figure joins; what did not join by its plain name is reported."""
    claims: dict[str, list[int]] = defaultdict(list)
    for index, area in enumerate(areas):
        for name in dict.fromkeys([folded(area.name), *aliases.get(folded(area.name), ())]):
            if name in counts:
                claims[name].append(index)
    joined: list[Count | None] = [None] * len(areas)
    for name, indexes in claims.items():
        shares = split(counts[name][1], [areas[index].weight for index in indexes])
        for index, share in zip(indexes, shares, strict=True):
            joined[index] = joined[index] or Count()
            joined[index].add(share)  # type: ignore[union-attr]
    _report(areas, counts, claims, joined, report)
    return joined


def _report(
    areas: Sequence[Area],
    counts: Mapping[str, tuple[int, Count]],
    claims: Mapping[str, list[int]],
    joined: Sequence[Count | None],
    report: FileReport,
) -> None:
    for area, count in zip(areas, joined, strict=True):
        if count is None:
            report.add(IssueKind.NOT_JOINED, None, area.name, NAME, _("there is no population of this town"))
    for name, indexes in claims.items():
        others = sorted({areas[index].name for index in indexes if folded(areas[index].name) != name})
        if others:
            text = _("the names differ; joined by rule to %(towns)s") % {"towns": "、".join(others)}
            report.add(IssueKind.JOINED_BY_RULE, counts[name][0], name, NAME, text)
        elif len(indexes) > 1:
            text = _("split between %(count)s areas of this name by their population of the census") % {
                "count": len(indexes)
            }
            report.add(IssueKind.JOINED_BY_RULE, counts[name][0], name, NAME, text)
    for name, counted in counts.items():
        if name not in claims:
            report.add(IssueKind.NOT_JOINED, counted[0], name, NAME, _("there is no area of this town"))


def split(count: Count, weights: Sequence[int]) -> list[Count]:
    """A count in parts by weight; the parts of every age group sum to the whole."""
    parts = [Count() for _ in weights]
    for age in AGES:
        for part, share in zip(parts, shares(count.by_age[age], weights), strict=True):
            part.by_age[age] = share
            part.population += share
    for part, share in zip(parts, shares(count.households, weights), strict=True):
        part.households = share
    return parts


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """Whole numbers in proportion to the weights that sum to ``total``; equal where all weights are 0."""
    used = list(weights) if sum(weights) else [1] * len(weights)
    exact = [total * weight / sum(used) for weight in used]
    found = [int(share) for share in exact]
    by_rest = sorted(range(len(used)), key=lambda index: (found[index] - exact[index], index))
    for index in by_rest[: total - sum(found)]:
        found[index] += 1
    return found
