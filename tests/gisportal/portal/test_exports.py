"""Exports: all rows of the list, as the viewer may see them, safe in a spreadsheet."""

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from layers.access import Level
from layers.models import DataSource
from layers.spreadsheets import guarded
from tests.factories import LAT, LON, make_resource, publish_site
from tests.gisportal.portal.conftest import SignedIn

pytestmark = pytest.mark.django_db


def body(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]


def table(client: Client, query: str = "") -> list[dict[str, str]]:
    text = body(client, f"/resources/export.csv?{query}")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_both_hold_every_row_in_the_lists_order(signed_in: SignedIn, city: dict[str, Any]) -> None:
    for number in range(30):
        make_resource(f"家{number:02}", lon=LON + number * 1e-4)
    client = signed_in()
    listed = [f"家{number:02}" for number in range(30)]
    rows = table(client, "q=家&sort=name&per_page=5")
    features = json.loads(body(client, "/resources/export.geojson?q=家&sort=name&per_page=5"))["features"]
    assert [row["名称"] for row in rows if row["名称"] in listed] == listed
    assert [item["properties"]["name"] for item in features] == [row["名称"] for row in rows]
    assert [str(item["id"]) for item in features] == [row["ID"] for row in rows]


def test_geojson_is_what_design_says(signed_in: SignedIn, city: dict[str, Any]) -> None:
    source = DataSource.objects.create(slug="s", title="一覧", attribution="高松市(CC BY 4.0)")
    made = make_resource("出典の家", source=source)
    found = json.loads(body(signed_in(), "/resources/export.geojson?q=出典の家"))
    assert found["attribution"] == ["高松市(CC BY 4.0)"]
    feature = found["features"][0]
    assert feature["id"] == made.pk
    assert feature["geometry"] == {"type": "Point", "coordinates": [LON, LAT]}
    properties = feature["properties"]
    assert properties["category"] == "care" and properties["category_title"] == "介護"
    assert properties["districts"] == ["area:one"] and properties["attribution"] == "高松市(CC BY 4.0)"
    assert properties["formal"] is True and properties["beds"] is None


def test_csv_has_japanese_heads_and_words(signed_in: SignedIn, city: dict[str, Any]) -> None:
    row = next(item for item in table(signed_in()) if item["名称"] == "特養さくら")
    assert row["地区"] == "日常生活圏域: 中央圏域"
    assert row["小児用パッド"] == "はい" and row["病床数 (床)"] == "20"
    assert (row["緯度"], row["経度"]) == (f"{LAT:.7f}", f"{LON:.7f}")


def test_formulas_are_defused(signed_in: SignedIn, city: dict[str, Any]) -> None:
    make_resource('=HYPERLINK("http://x","家")', address="+1+1", phone="-1+2", opening_hours="@SUM(1)")
    row = next(item for item in table(signed_in()) if "HYPERLINK" in item["名称"])
    assert row["名称"].startswith("'=") and row["住所"].startswith("'+")
    assert row["電話番号"].startswith("'-")


@pytest.mark.parametrize("text", ["=1", "+1", "-a", "@a", "\ta", "\ra", "＝1", "＋1", "－a", "＠a"])
def test_every_beginning_of_a_formula(text: str) -> None:
    assert guarded(text) == "'" + text


@pytest.mark.parametrize("text", ["", "a=1", "-12.5", "087-1", "○"])
def test_harmless_cells_stay(text: str) -> None:
    assert guarded(text) == text


def test_content_disposition_and_refusals(signed_in: SignedIn, city: dict[str, Any]) -> None:
    client = signed_in()
    response = client.get("/resources/export.csv")
    assert response["Content-Disposition"].startswith('attachment; filename="resources-')
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert client.get("/resources/export.doc").status_code == 404
    assert client.get("/resources/export.csv?colour=red").status_code == 400
    assert signed_in(Level.D).get("/resources/export.csv").status_code == 403
    machine = Client().get("/resources/export.geojson", headers={"Accept": "application/json"})
    assert machine.status_code == 401 and machine["WWW-Authenticate"].startswith("Bearer")


def test_public_site_withholds_what_it_must(city: dict[str, Any]) -> None:
    make_resource("自宅サロン", publication="public", phone="087-999-0000", withheld=["phone"])
    publish_site()
    text = body(Client(), "/resources/export.csv")
    assert "自宅サロン" in text and "087-999-0000" not in text and "特養さくら" not in text


def workbook(client: Client, query: str = "") -> list[list[object]]:
    response = client.get(f"/resources/export.xlsx?{query}")
    assert response.status_code == 200 and response["Content-Disposition"].endswith('.xlsx"')
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response.streaming_content)))  # type: ignore[attr-defined]
    return book.get_sheet_by_index(0).to_python()


def test_excel_holds_the_rows_of_the_csv_and_no_formula(signed_in: SignedIn, city: dict[str, Any]) -> None:
    made = make_resource('=HYPERLINK("http://x")', phone="087-839-2011")
    client = signed_in()
    heads, *rows = workbook(client, "sort=name")
    plain = table(client, "sort=name")
    assert heads == list(plain[0])
    assert [row[1] for row in rows] == [row["名称"].removeprefix("'") for row in plain]
    found = next(dict(zip(heads, row, strict=True)) for row in rows if row[0] == made.pk)
    assert found["名称"] == '=HYPERLINK("http://x")' and found["電話番号"] == "087-839-2011"
    assert (found["緯度"], found["経度"]) == (LAT, LON)


def test_excel_refuses_more_than_it_holds(
    signed_in: SignedIn, city: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gisportal.portal.export_excel.MOST_ROWS", 1)
    answer = signed_in().get("/resources/export.xlsx")
    assert answer.status_code == 400 and "CSV" in answer.content.decode()
