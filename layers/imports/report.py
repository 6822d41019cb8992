"""What an import found: typed, in words a person of the city understands, kept beside the data."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _


class IssueKind(StrEnum):
    """Why a row, or a part of it, is reported."""

    POSITION_MISSING = "position_missing"
    POSITION_WRONG = "position_wrong"
    POSITION_DOUBTFUL = "position_doubtful"
    OUTSIDE_CITY = "outside_city"
    ADDRESS_UNKNOWN = "address_unknown"
    DUPLICATE = "duplicate"
    VALUE_UNUSABLE = "value_unusable"
    ROW_UNUSABLE = "row_unusable"
    NOT_JOINED = "not_joined"
    JOINED_BY_RULE = "joined_by_rule"
    POLYGON_REPAIRED = "polygon_repaired"


@dataclass(frozen=True, slots=True)
class Issue:
    """One remark. ``row`` is the line as a person counts it in the file (the header is line 1)."""

    kind: IssueKind
    row: int | None
    name: str
    column: str
    message: str


@dataclass(slots=True)
class FileReport:
    """One file: rows read, left blank, created, already there, placed by their address, left out."""

    file: str
    read: int = 0
    blank: int = 0
    created: int = 0
    existing: int = 0
    geocoded: int = 0
    unplaced: int = 0
    left_out: int = 0
    issues: list[Issue] = field(default_factory=list)

    def add(self, kind: IssueKind, row: int | None, name: str, column: str, message: str) -> None:
        """Note one remark."""
        self.issues.append(Issue(kind, row, name, column, message))


@dataclass(slots=True)
class ImportReport:
    """The whole import of a city."""

    city: str
    files: list[FileReport] = field(default_factory=list)
    created: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def created_count(self) -> int:
        """Resources created, from all files."""
        return sum(file.created for file in self.files)

    def file(self, name: str) -> FileReport:
        """The report of one file, begun where there is none."""
        for report in self.files:
            if report.file == name:
                return report
        self.files.append(FileReport(name))
        return self.files[-1]

    def as_json(self) -> dict[str, Any]:
        """Plain values for a file or an answer."""
        return asdict(self)

    def write(self, path: Path) -> None:
        """Keep the report; the file appears whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(self.as_json(), ensure_ascii=False, indent=1), encoding="utf-8")
        part.replace(path)

    def lines(self, issues_per_file: int | None = None) -> list[str]:
        """The report as lines of text; ``issues_per_file`` shortens, and says how many more there are."""
        out = [
            _("Import of %(city)s (%(seconds)s s)") % {"city": self.city, "seconds": f"{self.seconds:.1f}"}
        ]
        out += [f"  {what}: {count}" for what, count in self.created.items()]
        for file in self.files:
            out.append(_summary(file))
            shown = file.issues if issues_per_file is None else file.issues[:issues_per_file]
            out += [f"    {_remark(issue)}" for issue in shown]
            if len(shown) < len(file.issues):
                out.append("    " + _("… and %(count)s more") % {"count": len(file.issues) - len(shown)})
        return out


def _summary(file: FileReport) -> str:
    counts = (
        (_("%(count)s rows read"), file.read, True),
        (_("%(count)s created"), file.created, True),
        (_("%(count)s already there"), file.existing, False),
        (_("%(count)s placed by their address"), file.geocoded, False),
        (_("%(count)s without a position"), file.unplaced, False),
        (_("%(count)s left out"), file.left_out, False),
        (_("%(count)s blank"), file.blank, False),
    )
    return f"  {file.file}: " + ", ".join(words % {"count": n} for words, n, always in counts if n or always)


def _remark(issue: Issue) -> str:
    where = _("line %(number)s") % {"number": issue.row} if issue.row else ""
    column = f"[{issue.column}]" if issue.column else ""
    return " ".join(part for part in (where, column, f"{issue.name}:", issue.message) if part)
