"""Files as tables: real ones, and what is wrong with bad ones."""

import datetime
from pathlib import Path

import pytest

from layers.imports.city import city_folder
from layers.imports.readers import ImportFailure, cell_text, read_table

TAKAMATSU = city_folder("takamatsu")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (float("nan"), ""), (float("inf"), ""), (None, ""), (17.0, "17"), (34.5, "34.5"), ("a\u3000 b\n", "a b"),
        (datetime.time(9, 0), "09:00"), (datetime.date(2026, 2, 1), "2026-02-01"), (True, "1"),
        (datetime.datetime(2026, 2, 1), "2026-02-01"), (datetime.timedelta(hours=26), "26:00"),
    ],
)  # fmt: skip
def test_cells_read_as_a_person_reads_them(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_a_workbook_with_times_blank_numbered_rows_and_a_second_sheet() -> None:
    table = read_table(TAKAMATSU / "exchange_center.xlsx")
    assert table.sheet == "Sheet0"
    assert len(table.rows) == 10
    assert table.rows[0].number == 2
    assert table.rows[0]["開始時間"] == "09:00"
    assert table.rows[0]["緯度"] == "34.284376"
    assert "都道府県コード又は市区町村コード" in table.columns, (
        "a line break in a heading is no part of its name"
    )


def test_geojson_points_have_columns_for_their_position() -> None:
    table = read_table(city_folder("iwaki") / "emergency.geojson")
    assert len(table.rows) == 295
    assert table.rows[0]["@lon"] == "140.941241"
    assert table.rows[0]["@lat"] == "36.958585"


def test_missing_file_sheet_and_column_are_named(tmp_path: Path) -> None:
    with pytest.raises(ImportFailure, match=r"nothing\.xlsx.*no such file"):
        read_table(tmp_path / "nothing.xlsx")
    with pytest.raises(ImportFailure, match=r"library\.xlsx, sheet 去年: .*Sheet1"):
        read_table(TAKAMATSU / "library.xlsx", "去年")
    with pytest.raises(ImportFailure, match=r"library\.xlsx, sheet Sheet1, line 1, column 定員"):
        read_table(TAKAMATSU / "library.xlsx").require(["name", "定員"])


def test_files_that_are_not_what_their_name_says(tmp_path: Path) -> None:
    for name, raw in (
        ("a.xlsx", b"PK no workbook"),
        ("a.geojson", b"{}"),
        ("a.csv", b"\x81"),
        ("a.pdf", b""),
    ):
        (tmp_path / name).write_bytes(raw)
        with pytest.raises(ImportFailure, match=name):
            read_table(tmp_path / name)


def test_csv_of_either_encoding_with_short_lines_and_quoted_breaks(tmp_path: Path) -> None:
    for encoding in ("utf-8-sig", "cp932"):
        (tmp_path / "a.csv").write_bytes('名称,住所,備考\r\n"一\r\n二",高松市\r\n'.encode(encoding))
        row = read_table(tmp_path / "a.csv").rows[0]
        assert dict(row.values) == {"名称": "一 二", "住所": "高松市", "備考": ""}


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name,name\n1,2\n", encoding="utf-8")
    with pytest.raises(ImportFailure, match="Two columns"):
        read_table(tmp_path / "a.csv")
