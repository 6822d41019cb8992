"""One row of a file as a resource: names, hours, city-defined fields, category, place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from layers.imports import values
from layers.imports.places import Locator, OutsideCity, Where
from layers.imports.plan import CityPlan, FilePlan, SourcePlan
from layers.imports.readers import Row, Table
from layers.imports.report import FileReport, IssueKind
from layers.imports.staging import StagedPlace, StagedResource

Fields = Mapping[str, Mapping[str, Any]]
SUSPENDED = re.compile(r"休[止校園業]中")


class FileMapper:
    """Stages the rows of one file; what cannot be used is reported with its row and column."""

    def __init__(
        self,
        city: CityPlan,
        plan: FilePlan,
        source: SourcePlan,
        fields: Fields,
        locator: Locator,
        report: FileReport,
    ) -> None:
        self.city, self.plan, self.source, self.fields = city, plan, source, fields
        self.locator, self.report = locator, report
        self._keys: set[str] = set()

    def stage(self, table: Table) -> list[StagedResource]:
        """All usable rows. Raises :class:`ImportFailure` when a column is missing."""
        table.require(self.plan.needed())
        staged = []
        for row in table.rows:
            if self._is_blank(row):
                self.report.blank += 1
                continue
            self.report.read += 1
            if resource := self._row(row):
                staged.append(resource)
        return staged

    def _is_blank(self, row: Row) -> bool:
        """A line with its number only, as files have them at their end."""
        return not any(row[column] for column in self.plan.columns.values())

    def _cell(self, row: Row, role: str) -> str:
        column = self.plan.columns.get(role)
        return row[column] if column else ""

    def _row(self, row: Row) -> StagedResource | None:
        name = self._cell(row, "name")
        if not name:
            self.report.left_out += 1
            column = self.plan.columns["name"]
            self.report.add(IssueKind.ROW_UNUSABLE, row.number, "", column, _("no name; left out"))
            return None
        where = Where(*(self._cell(row, role) for role in ("address", "building", "lon", "lat")))
        try:
            place = self.locator.locate(where, row.number, name, self.report)
        except OutsideCity as outside:
            self.report.left_out += 1
            self.report.add(
                IssueKind.OUTSIDE_CITY,
                row.number,
                name,
                "",
                _("outside the city (%(address)s); left out") % {"address": outside},
            )
            return None
        return self._resource(row, name, place)

    def _resource(self, row: Row, name: str, place: StagedPlace) -> StagedResource:
        numbers = values.phones(self._cell(row, "phone"))
        category = self._category(row, name)
        resource = StagedResource(
            file=self.plan.path, row=row.number, source=self.plan.source, source_key=self._key(row, name),
            name=name, category=category, place=place, support=self.plan.support,
            reading=values.plain(self._cell(row, "reading")), phone=numbers[0] if numbers else "",
            fax=next(iter(values.phones(self._cell(row, "fax"))), ""), url=values.first_url(self._cell(row, "url")),
            description=self._description(row, numbers), opening_hours=self._hours(row),
            capacity=self._capacity(row, name), office_number=self._cell(row, "office_number"),
            organisation=self._cell(row, "organisation") or self.plan.organisation,
            corporate_number=self._cell(row, "corporate_number"),
            operation="suspended" if SUSPENDED.search(name) else "open", opened_on=self._date(row, "opened_on", name),
            delivery=self.city.delivery.get(category, "on_site"), properties=self._properties(row, name),
            updated_on=self.source.dated_on,
        )  # fmt: skip
        if former := self._cell(row, "former"):
            resource.former_names = [former]
        return resource

    def _key(self, row: Row, name: str) -> str:
        key = ":".join(row[column] for column in self.plan.key) or f"row{row.number}"
        if key in self._keys:
            text = _("number %(key)s stands twice; taken with its row number") % {"key": key}
            self.report.add(IssueKind.DUPLICATE, row.number, name, self.plan.key[0], text)
            key = f"{key}#{row.number}"
        self._keys.add(key)
        return key

    def _category(self, row: Row, name: str) -> str:
        rule = self.plan.category
        if not rule.column:
            return rule.default
        written = values.same_name(row[rule.column])
        for word, code in rule.map.items():
            if values.same_name(word) == written:
                return code
        text = _("unknown kind %(written)s; the default category was taken") % {"written": row[rule.column]}
        self.report.add(IssueKind.VALUE_UNUSABLE, row.number, name, rule.column, text)
        return rule.default

    def _description(self, row: Row, numbers: list[str]) -> str:
        parts = [f"{title}: {row[column]}" if title else row[column] for column, title in self._notes(row)]
        phone = self._cell(row, "phone")
        if len(numbers) > 1:
            parts.append(f"電話: {phone}")
        if "号認定" in (capacity := self._cell(row, "capacity")):
            parts.append(f"定員: {capacity}")
        return "\n".join(parts)

    def _notes(self, row: Row) -> list[tuple[str, str]]:
        columns = {self.plan.columns["note"]: ""} if "note" in self.plan.columns else {}
        columns |= {column: title for title, column in self.plan.notes.items()}
        return [(column, title) for column, title in columns.items() if row[column] not in {"", "、", "-"}]

    def _hours(self, row: Row) -> str:
        """Opening hours as one reads them aloud: 月～金 09:00～17:00（祝日は休み）."""
        written = self._cell(row, "weekdays")
        days = values.weekdays(written)
        text = values.weekdays_text(days) if days else values.plain(written)
        begin, end = (self._time(row, role) for role in ("start", "end"))
        span = f"{begin}～{end}" if begin or end else ""
        note = self._cell(row, "hours_note")
        note = f"（{note}）" if note and (text or span) else note
        return " ".join(part for part in (text, span) if part) + note

    def _time(self, row: Row, role: str) -> str:
        written = self._cell(row, role)
        return values.time(written) or values.plain(written)

    def _capacity(self, row: Row, name: str) -> int | None:
        written = self._cell(row, "capacity")
        found = values.capacity(written)
        if found is None and written not in {"", "-"}:
            self._unusable(row, name, self.plan.columns["capacity"], written, _("a number of persons"))
        return found or None

    def _date(self, row: Row, role: str, name: str) -> Any:
        written = self._cell(row, role)
        found = values.date(written)
        if written and not found:
            self._unusable(row, name, self.plan.columns[role], written, _("a date"))
        return found

    def _unusable(self, row: Row, name: str, column: str, written: str, wanted: str) -> None:
        text = _("%(written)s cannot be read as %(wanted)s; left empty") % {
            "written": written,
            "wanted": wanted,
        }
        self.report.add(IssueKind.VALUE_UNUSABLE, row.number, name, column, text)

    def _properties(self, row: Row, name: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, column in self.plan.properties.items():
            written = row[column]
            if written in {"", "-", "−", "ー"}:
                continue
            value = self._value(key, written)
            if value is None or value == []:
                self._unusable(
                    row,
                    name,
                    column,
                    written,
                    _("a value of the field %(title)s") % {"title": self.fields[key]["title"]},
                )
            else:
                found[key] = value
        if self.plan.properties.get("medical_subjects"):
            self._other_subjects(row, found)
        return found

    def _value(self, key: str, written: str) -> Any:
        definition = self.fields[key]
        kind = definition["kind"]
        if key.endswith("weekdays"):
            return values.weekdays(written)
        if key.endswith("_time"):
            return values.time(written)
        if kind == "number":
            return values.number(written)
        if kind == "boolean":
            return values.boolean(written)
        if kind == "date":
            found = values.date(written)
            return found.isoformat() if found else None
        if kind == "choice":
            return choice_code(definition, written)
        if kind == "choices":
            codes = {choice_code(definition, part) or _other(definition) for part in values.split(written)}
            return _in_order(definition, {code for code in codes if code})
        return written

    def _other_subjects(self, row: Row, found: dict[str, Any]) -> None:
        """Subjects without a choice of their own are kept as written; the choice "other" stands for them."""
        definition = self.fields["medical_subjects"]
        written = values.split(row[self.plan.properties["medical_subjects"]])
        if other := [part for part in written if not choice_code(definition, part)]:
            found["other_subjects"] = "、".join(other)


def choice_code(definition: Mapping[str, Any], written: str) -> str | None:
    """Code of the choice whose title or alias is written; ``None`` where there is none."""
    word = values.same_name(written)
    for choice in definition["choices"]:
        if word in {values.same_name(title) for title in (choice["title"], *choice.get("aliases", ()))}:
            return str(choice["code"])
    return None


def _other(definition: Mapping[str, Any]) -> str | None:
    """The choice that takes what has none of its own, where the field has one."""
    return next((str(choice["code"]) for choice in definition["choices"] if choice["code"] == "other"), None)


def _in_order(definition: Mapping[str, Any], codes: set[str]) -> list[str]:
    return [choice["code"] for choice in definition["choices"] if choice["code"] in codes]
