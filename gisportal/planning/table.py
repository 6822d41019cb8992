"""A crosstab as a page shows it: figures, links, the row drawn as a map."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from layers.analysis.dimensions import DimensionValue
from layers.analysis.tables import MEASURES, CrosstabFigures, one_of
from layers.errors import ParameterError
from layers.parameters import multi, single
from styles.classification import ClassBreak, classify

METHODS: Final[dict[str, str | Promise]] = {
    "quantile": gettext_lazy("quantiles"),
    "jenks": gettext_lazy("natural breaks (Jenks)"),
}
OWN: Final = ("rows", "columns", "measure", "show", "method", "classes", "f")
TOTAL: Final = "total"


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure. ``number`` is the count behind it; ``url`` the list and map of exactly these resources."""

    value: float | None
    number: int
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table with its total."""

    code: str
    title: str
    cells: tuple[Cell, ...]
    total: Cell
    show_url: str
    is_shown: bool
    drill_url: str = ""


@dataclass
class Table(CrosstabFigures):
    """A crosstab asked for by a query string; raises :class:`ParameterError` where it cannot be made."""

    own: ClassVar[tuple[str, ...]] = OWN

    def __post_init__(self) -> None:
        super().__post_init__()
        values = multi(self.params)
        self.method = one_of("method", single("method", values) or "quantile", METHODS)
        self.class_count = int(
            one_of("classes", single("classes", values) or "5", {str(n): "" for n in range(3, 8)})
        )
        self.show = single("show", values) or TOTAL
        if self.show != TOTAL and self.show not in {value.code for value in self.drawn_rows}:
            raise ParameterError("show", _("There is no row “%(row)s”.") % {"row": self.show})

    @property
    def has_map(self) -> bool:
        """Whether one of the dimensions can be drawn."""
        return self.rows.is_district or self.columns.is_district

    @property
    def drawn_rows(self) -> tuple[DimensionValue, ...]:
        """Values of the dimension that is not drawn: one of them, or the total, is the map's subject."""
        return (
            self.columns.values
            if self.rows.is_district and not self.columns.is_district
            else self.rows.values
        )

    # --- figures ---

    def lines(self) -> Iterable[Line]:
        """Rows of the table, in order."""
        for row in self.rows.values:
            number = self.counts.row_totals.get(row.code, 0)
            yield Line(
                code=row.code,
                title=row.title,
                cells=tuple(self._cell(row, column) for column in self.columns.values),
                total=Cell(self.figure(number, row), number, self.link(row)),
                show_url=self.url(show=row.code) if not self.rows.is_district else "",
                is_shown=row.code == self.show,
                drill_url=self._drill(row),
            )

    def _cell(self, row: DimensionValue, column: DimensionValue) -> Cell:
        number = self.number(row, column)
        return Cell(self.figure(number, row, column), number, self.link(row, column))

    def totals(self) -> list[Cell]:
        """The line of totals."""
        return [
            Cell(self.figure(number, value), number, self.link(value))
            for value in self.columns.values
            for number in [self.counts.column_totals.get(value.code, 0)]
        ]

    def grand_total(self) -> Cell:
        """All resources found; per inhabitant, of all districts together."""
        return Cell(self.whole(), self.counts.total, self.link())

    # --- addresses ---

    def link(self, *values: DimensionValue) -> str:
        """List and map of the resources behind a figure. Holds the token of a place, never the place."""
        pairs = dict.fromkeys([*self.pairs(*values), ("view", "both")])
        return f"{reverse('portal:search')}?{urlencode(list(pairs))}"

    def url(self, name: str = "crosstab", **changes: str) -> str:
        """This crosstab with some parameters changed."""
        own = {
            "rows": self.rows.key,
            "columns": self.columns.key,
            "measure": self.measure,
            "method": self.method,
            "classes": str(self.class_count),
            "show": self.show,
            **changes,
        }
        pairs = [pair for pair in self.query.pairs if pair[0] not in {"page", "per_page"}]
        return f"{reverse(f'planning:{name}')}?{urlencode([*pairs, *own.items()])}"

    def swapped(self) -> str:
        """Rows and columns exchanged."""
        return self.url(rows=self.columns.key, columns=self.rows.key, show=TOTAL)

    def _drill(self, row: DimensionValue) -> str:
        tree = self.source.vocabulary.categories
        if self.rows.key.startswith("category") and any(info.parent == row.code for info in tree.values()):
            return self.url(rows=f"category.{row.code}", show=TOTAL)
        return ""

    # --- map ---

    def drawn(self) -> list[tuple[DimensionValue, float | None, Cell]]:
        """Districts with the figure drawn for each."""
        districts = self.districts
        subject = next((value for value in self.drawn_rows if value.code == self.show), None)
        return [
            (home, cell.value, cell)
            for home in districts.values
            for cell in [self._drawn_cell(home, subject)]
        ]

    def _drawn_cell(self, home: DimensionValue, subject: DimensionValue | None) -> Cell:
        if subject is None:
            totals = self.counts.column_totals if self.columns.is_district else self.counts.row_totals
            number = totals.get(home.code, 0)
            return Cell(self.figure(number, home), number, self.link(home))
        return self._cell(subject, home) if self.columns.is_district else self._cell(home, subject)

    def classes(self) -> list[ClassBreak]:
        """Classes of the map, by the method asked for."""
        figures = [value for _home, value, _cell in self.drawn() if value is not None]
        return classify(figures, self.method, self.class_count)

    def subject(self) -> str:
        """What the map shows, in words."""
        chosen = next((value.title for value in self.drawn_rows if value.code == self.show), _("Total"))
        return f"{chosen} – {MEASURES[self.measure][0]}"

    def as_data(self) -> dict[str, Any]:
        """The table as JSON."""
        links = [[cell.url for cell in line.cells] for line in self.lines()]
        return {**super().as_data(), "links": links}
