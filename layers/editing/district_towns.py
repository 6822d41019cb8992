"""The table of towns of a scheme as CSV: looked at, then taken over whole (R24).

Columns ``lg_code,town,district``; ``district`` is a code or a title. An address in a town of the table lies in its
district whatever the polygon says.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from layers.access import Viewer
from layers.editing.categories import require_administrator
from layers.editing.districts import tell
from layers.editing.errors import InvalidValues
from layers.editing.transactions import acting
from layers.geocoding.normalise import fold
from layers.memberships import following
from layers.models import District, DistrictScheme, DistrictTown, GazetteerTown

COLUMNS: Final = ("lg_code", "town", "district")
MAX_ROWS: Final = 20_000
Key = tuple[str, str]


@dataclass(slots=True)
class TownTable:
    """A table read: ``rows`` (municipality, town) → code of the district; ``errors`` by line; ``notes`` beside."""

    rows: dict[Key, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TownChange:
    """A line that would come, go or change; ``before``/``after``: titles of districts."""

    lg_code: str
    town: str
    before: str
    after: str


def table_text(scheme: DistrictScheme) -> str:
    """The table as it stands, as CSV with a header."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    rows = DistrictTown.objects.filter(scheme=scheme).order_by("lg_code", "town")
    writer.writerows(rows.values_list("lg_code", "town", "district__code"))
    return out.getvalue()


def decode(data: bytes) -> str:
    """A CSV file as text: UTF-8 or CP932. Raises :class:`InvalidValues`."""
    for name in ("utf-8-sig", "cp932"):
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            continue
    raise InvalidValues({"table": [_("The text is neither UTF-8 nor CP932 (Shift_JIS).")]})


def read_table(scheme: DistrictScheme, text: str) -> TownTable:
    """Every line checked: columns, district, doubles; towns the gazetteer does not know are said, not refused."""
    found = TownTable()
    try:
        lines = list(csv.reader(io.StringIO(text.replace("\x00", ""))))
    except csv.Error as error:
        found.errors.append(_("This is no CSV: %(reason)s") % {"reason": str(error)})
        return found
    if not lines or [cell.strip() for cell in lines[0]] != list(COLUMNS):
        found.errors.append(
            _("The first line names the columns: %(columns)s") % {"columns": ",".join(COLUMNS)}
        )
        return found
    if len(lines) > MAX_ROWS + 1:
        found.errors.append(_("At most %(most)d lines.") % {"most": MAX_ROWS})
        return found
    codes = _codes(scheme)
    for number, line in enumerate(lines[1:], 2):
        if any(cell.strip() for cell in line):
            _read_line(found, codes, number, [cell.strip() for cell in line])
    _note_strangers(found)
    return found


def _codes(scheme: DistrictScheme) -> dict[str, str]:
    """Code and title of each district → its code; a code wins over a title."""
    rows = list(District.unscoped.filter(scheme=scheme).values_list("code", "title"))
    return {**{title: code for code, title in rows}, **{code: code for code, _title in rows}}


def _read_line(found: TownTable, codes: dict[str, str], number: int, cells: list[str]) -> None:
    def refuse(words: str) -> None:
        found.errors.append(_("line %(number)d: %(words)s") % {"number": number, "words": words})

    if len(cells) != len(COLUMNS):
        return refuse(_("three columns are expected"))
    lg_code, town, district = cells
    if not (lg_code.isascii() and lg_code.isdigit() and len(lg_code) == 6):
        return refuse(_("a municipality code has six digits"))
    if not town or len(town) > 120:
        return refuse(_("a town is needed, of at most 120 characters"))
    if district not in codes:
        return refuse(_("there is no district “%(name)s”") % {"name": district[:40]})
    if (lg_code, town) in found.rows:
        return refuse(_("“%(town)s” stands twice") % {"town": town})
    found.rows[lg_code, town] = codes[district]
    return None


def _note_strangers(found: TownTable) -> None:
    """Towns no address will ever have: a slip of the pen, or another spelling."""
    known: dict[str, set[str]] = {}
    for lg_code in {lg for lg, _town in found.rows}:
        towns = set(GazetteerTown.objects.filter(lg_code=lg_code).values_list("town", flat=True))
        if towns:
            known[lg_code] = towns
    for lg_code, town in found.rows:
        if lg_code in known and town not in known[lg_code]:
            spelt = next((name for name in known[lg_code] if fold(name).key == fold(town).key), "")
            words = (
                _("the gazetteer writes it %(name)s") % {"name": spelt}
                if spelt
                else _("the gazetteer has no such town")
            )
            found.notes.append(f"{town}: {words}")


def changes(scheme: DistrictScheme, table: TownTable) -> list[TownChange]:
    """What taking the table over would change."""
    titles = dict(District.unscoped.filter(scheme=scheme).values_list("code", "title"))
    there = _there(scheme)
    keys = sorted({*there, *table.rows})
    return [
        TownChange(*key, titles.get(there.get(key, ""), ""), titles.get(table.rows.get(key, ""), ""))
        for key in keys
        if there.get(key) != table.rows.get(key)
    ]


def _there(scheme: DistrictScheme) -> dict[Key, str]:
    rows = DistrictTown.objects.filter(scheme=scheme).values_list("lg_code", "town", "district__code")
    return {(lg_code, town): code for lg_code, town, code in rows}


def apply_table(actor: Viewer, scheme: DistrictScheme, text: str) -> int:
    """The table as given becomes the scheme's, in one transaction; answers how many lines changed."""
    require_administrator(actor)
    table = read_table(scheme, text)
    if table.errors:
        raise InvalidValues({"table": table.errors})
    with acting(actor, _("table of towns")):
        DistrictScheme.objects.select_for_update().get(pk=scheme.pk)
        changed = changes(scheme, table)
        towns = [change.town for change in changed]
        touched = Q(town__in=towns) | Q(site__town__in=towns) | Q(disclosure="area")
        with following(touched, _("table of towns of %(scheme)s") % {"scheme": scheme.title}):
            _write(scheme, table, changed)
        tell(actor, "districts.towns_changed", scheme, lines=len(changed))
    return len(changed)


def _write(scheme: DistrictScheme, table: TownTable, changed: list[TownChange]) -> None:
    ids = dict(District.unscoped.filter(scheme=scheme).values_list("code", "pk"))
    for change in changed:
        DistrictTown.objects.filter(scheme=scheme, lg_code=change.lg_code, town=change.town).delete()
    DistrictTown.objects.bulk_create(
        DistrictTown(scheme=scheme, lg_code=change.lg_code, town=change.town, district_id=ids[code])
        for change in changed
        if (code := table.rows.get((change.lg_code, change.town)))
    )
