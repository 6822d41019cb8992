"""People by town and age: sums never change, whatever is split."""

import pytest

from layers.imports.city import city_folder
from layers.imports.population import AGES, Area, Count, join, read_population, shares
from layers.imports.readers import ImportFailure, read_table
from layers.imports.report import FileReport


@pytest.mark.parametrize(
    ("total", "weights", "found"),
    [(10, [1, 1, 1], [4, 3, 3]), (0, [5, 5], [0, 0]), (7, [0, 0], [4, 3]), (100, [99, 1, 0], [99, 1, 0])],
)
def test_shares_sum_to_the_whole(total: int, weights: list[int], found: list[int]) -> None:
    assert shares(total, weights) == found


def test_ages_of_every_town_sum_to_its_total() -> None:
    counts, day = read_population(city_folder("takamatsu") / "population_202602.xlsx")
    assert len(counts) == 235
    assert str(day) == "2026-02-01"
    assert all(sum(count.by_age.values()) == count.population for _, count in counts.values())
    table = read_table(city_folder("takamatsu") / "population_202602.xlsx")
    assert sum(int(row["totalPopulation"]) for row in table.rows) == sum(
        c.population for _, c in counts.values()
    )


def test_a_town_in_two_polygons_is_split_and_reported() -> None:
    whole = Count(100, {**dict.fromkeys(AGES, 0), "0-4": 61, "85+": 39}, 50)
    report = FileReport("x")
    areas = [Area("木太町１区", 300), Area("木太町２区", 100), Area("丸亀町", 5)]
    joined = join(areas, {"木太町": (9, whole)}, {"木太町1区": ["木太町"], "木太町2区": ["木太町"]}, report)
    assert [count.population if count else None for count in joined] == [75, 25, None]
    assert sum(count.households for count in joined if count) == 50
    assert [(issue.kind, issue.name) for issue in report.issues] == [
        ("not_joined", "丸亀町"), ("joined_by_rule", "木太町"),
    ]  # fmt: skip


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ImportFailure, match=r"library\.xlsx, sheet Sheet1, line 1, column regionName"):
        read_population(city_folder("takamatsu") / "library.xlsx")
