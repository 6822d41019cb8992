"""Writing, searching and taking out comments: wrong values, conditions, Excel and CSV."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.gis.geos import Point, Polygon
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from gisportal.accounts.viewers import viewer_of
from gisportal.modules.comments.models import ClassificationTerm, Comment, CommentPhoto
from gisportal.modules.comments.places import PlaceError, read_drawn, read_pair
from layers.access import Level
from layers.editing.merging import merge_resources
from layers.media.store import path_of
from tests.factories import LAT, LON, make_account, make_district, make_resource

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(client: Client) -> Client:
    """Level B, signed in."""
    client.force_login(make_account(Level.B, "bunko"))
    return client


def typed(**more: Any) -> dict[str, Any]:
    """A whole form of a comment at a place."""
    return {
        "acted_on": "令和8年4月1日",
        "text": "見守りをした",
        "target": "place",
        "position": "34.34, 134.05",
        **more,
    }


def make(text: str, **more: Any) -> Comment:
    """A comment in the database."""
    values = {"acted_on": date(2026, 4, 1), "author_name": "文子", "posted_at": timezone.now(), **more}
    if not {"resource", "geom", "district_key"} & set(values):
        values["geom"] = Point(LON, LAT, srid=4326)
    return Comment.unscoped.create(text=text, updated_at=values["posted_at"], **values)


def found(client: Client, query: str) -> set[str]:
    """Texts found by a search, the same on the page, the map and in CSV."""
    page = client.get(f"/comments/?{query}")
    assert page.status_code == 200, page.text
    listed = {row.values["text"] for row in page.context["rows"]}
    mapped = {
        item["properties"]["text"] for item in client.get(f"/comments/map.geojson?{query}").json()["features"]
    }
    assert listed == mapped
    return listed


def test_a_comment_at_a_point_on_an_area_and_on_a_district(
    writer: Client, picture: Callable[[], Any]
) -> None:
    make_district(title="中央圏域")
    term = ClassificationTerm.objects.create(code="c1", title="見守り")
    answer = writer.post(
        "/comments/new", typed(classes=[term.code], **{"new-1-file": picture(), "new-1-alt": "公園"})
    )
    assert answer.status_code == 302, answer.text
    page = writer.get(answer["Location"]).text
    for words in ("2026年4月1日", "見守りをした", "見守り", "公園", "bunko"):
        assert words in page
    assert b"SECRET-CAMERA" not in path_of(CommentPhoto.unscoped.get().file).read_bytes()
    ring = [[LON, LAT], [LON + 0.01, LAT], [LON + 0.01, LAT + 0.01], [LON, LAT]]
    drawn = json.dumps({"type": "Polygon", "coordinates": [ring]})
    assert writer.post("/comments/new", typed(drawn=drawn, position="", text="範囲")).status_code == 302
    values = typed(target="district", district="area:one", position="", text="地区")
    assert writer.post("/comments/new", values).status_code == 302
    kinds = {
        row.text: (row.geom and row.geom.geom_type, row.district_title) for row in Comment.unscoped.all()
    }
    assert kinds == {
        "見守りをした": ("Point", ""),
        "範囲": ("Polygon", ""),
        "地区": (None, "日常生活圏域: 中央圏域"),
    }


def test_a_comment_on_a_resource_stands_on_its_page(writer: Client) -> None:
    resource = make_resource("つどいの家")
    path = f"/comments/new?resource={resource.pk}"
    assert "つどいの家" in writer.get(path).text
    answer = writer.post(path, {"acted_on": "R8.4.1", "text": "茶話会", "is_open_to_responsible": "on"})
    assert answer.status_code == 302
    assert "茶話会" in writer.get(f"/resources/{resource.pk}/").text
    comment = Comment.unscoped.get()
    assert (comment.resource_id, comment.is_open_to_responsible, comment.geom) == (resource.pk, True, None)


@pytest.mark.parametrize(
    ("field", "values", "words"),
    [
        ("acted_on", {"acted_on": "先週"}, "日付として読めません"),
        ("acted_on", {"acted_on": "2099/1/1"}, "年"),
        ("text", {"text": ""}, "必須"),
        ("text", {"text": "長" * 10_001}, "10000 文字"),
        ("position", {"position": ""}, "地図に場所を描くか"),
        ("position", {"position": "134.05, 34.34"}, "緯度と経度が逆"),
        ("position", {"position": "市役所"}, "34.3428, 134.0466"),
        ("position", {"position": "", "drawn": "<script>"}, "描き直して"),
        ("district", {"target": "district"}, "地区を選んで"),
        ("target", {"target": "moon"}, "選択"),
    ],
)
def test_wrong_values_are_said_beside_the_field(
    writer: Client, field: str, values: dict[str, str], words: str
) -> None:
    answer = writer.post("/comments/new", typed(**values))
    assert answer.status_code == 422
    assert not Comment.unscoped.exists()
    assert any(words in message for message in answer.context["form"].errors[field]), answer.context[
        "form"
    ].errors
    assert "見守りをした" in answer.text or field == "text"


def test_places_that_are_none() -> None:
    bowtie = {
        "type": "Polygon",
        "coordinates": [[[134, 34], [134.1, 34.1], [134.1, 34], [134, 34.1], [134, 34]]],
    }
    many = [[134 + n / 10_000, 34 + (n % 2) / 100] for n in range(600)]
    for given in (
        "{", "[]", "null", '{"type":"Point"}', '{"type":"Point","coordinates":["a","b"]}', "[" * 50_000,
        '{"type":"LineString","coordinates":[[134,34],[135,35]]}', '{"type":"Point","coordinates":[0,0]}',
        json.dumps(bowtie), json.dumps({"type": "Polygon", "coordinates": [[*many, many[0]]]}),
        '{"type":"Point","coordinates":[1e400,34]}', '{"type":"Point","coordinates":[134.05,34.34,5]}',
    ):  # fmt: skip
        with pytest.raises(PlaceError):
            read_drawn(given)
    assert read_drawn("") is None and read_pair(" ") is None
    point = read_pair("３４．３４２８、１３４．０４６６")
    assert point is not None and point.coords == (134.0466, 34.3428)


def test_conditions_of_the_search(writer: Client) -> None:
    make_district(box=(LON - 0.01, LAT - 0.01, LON + 0.01, LAT + 0.01))
    ClassificationTerm.objects.create(code="c1", title="見守り")
    near = make_resource("近くのサロン")
    far = make_resource("遠くのサロン", lon=LON + 0.5)
    make("近い", resource=near, acted_on=date(2026, 4, 30), classes=["c1"])
    make("遠い", resource=far, acted_on=date(2026, 5, 1), author_name="太郎")
    make("地区の", district_key="area:one", district_title="一圏域", acted_on=date(2025, 4, 1))
    make(
        "範囲の", geom=Polygon.from_bbox((LON + 0.009, LAT, LON + 0.1, LAT + 0.1)), acted_on=date(2024, 4, 1)
    )
    make("点の", posted_at=datetime(2026, 3, 31, 23, 59, tzinfo=ZoneInfo("Asia/Tokyo")))
    assert found(writer, "") == {"近い", "遠い", "地区の", "範囲の", "点の"}
    assert found(writer, "activity_after=令和8年4月1日&activity_before=2026/4/30") == {"近い", "点の"}
    assert found(writer, "posted_before=2026-03-31") == {"点の"}
    assert found(writer, "posted_after=2026-04-01") == {"近い", "遠い", "地区の", "範囲の"}
    assert found(writer, "class=c1") == {"近い"}
    assert found(writer, "author=太") == {"遠い"}
    assert found(writer, "q=サロン 近") == {"近い"}
    assert found(writer, "district=area:one") == {"近い", "地区の", "範囲の", "点の"}
    assert found(writer, f"resource={far.pk}") == {"遠い"}
    assert found(writer, f"bbox={LON + 0.4},{LAT - 0.1},{LON + 0.6},{LAT + 0.1}") == {"遠い"}
    page = writer.get("/comments/?sort=acted_on&per_page=2&page=2")
    assert [row.values["text"] for row in page.context["rows"]] == ["点の", "近い"]


@pytest.mark.parametrize(
    "query",
    ["activity_after=いつか", "class=c9", "district=area:none", "bbox=1,2", "resource=x", "sort=secret", "colour=red",
     "posted_before=2026-02-30", "page=0", "q=" + "長" * 501],
)  # fmt: skip
def test_searches_that_cannot_be_carried_out(writer: Client, query: str) -> None:
    page = writer.get(f"/comments/?{query}")
    assert page.status_code == 400
    assert len(page.context["wrong"]) == 1
    for path in ("export.xlsx", "export.csv", "map.geojson"):
        assert writer.get(f"/comments/{path}?{query}").status_code == 400


FORMULAS = [
    '=HYPERLINK("http://x","y")',
    "+81-87-1",
    "-1+1",
    "@SUM(A1)",
    "=1+1",
    "https://example.jp/",
    "0012",
    "𠮷野",
]


def test_excel_keeps_every_row_and_text_as_text(writer: Client) -> None:
    resource = make_resource("=cmd|'/c calc'!A1")
    for number, text in enumerate([*FORMULAS, *(f"行{n}" for n in range(300))]):
        make(text, resource=resource, acted_on=date(2026, 4, 1 + number % 30), author_name="=著者")
    make("期間の外", acted_on=date(2026, 5, 1))
    make("長" * 10_000, acted_on=date(2026, 4, 15))
    query = "activity_after=R8.4.1&activity_before=R8.4.30"
    answer = writer.get(f"/comments/export.xlsx?{query}")
    assert answer["Content-Disposition"].endswith('.xlsx"')
    body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    rows = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()
    assert len(rows) == 1 + len(FORMULAS) + 300 + 1
    texts = {row[7] for row in rows[1:]}
    assert {*FORMULAS, "長" * 10_000} <= texts and "期間の外" not in texts
    assert {row[3] for row in rows[1:]} == {"=著者", "文子"}
    assert all(isinstance(row[1], date) for row in rows[1:])
    import zipfile

    sheet = zipfile.ZipFile(io.BytesIO(body)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "<hyperlink" not in sheet
    table = list(
        csv.reader(
            io.StringIO(
                b"".join(writer.get(f"/comments/export.csv?{query}").streaming_content).decode("utf-8-sig")
            )
        )
    )  # type: ignore[attr-defined]
    assert len(table) == len(rows)
    assert not any(cell.startswith(("=", "+", "@", "-1+")) for row in table for cell in row)


def test_markup_is_shown_as_text(writer: Client) -> None:
    text = "<script>alert(1)</script> </script><img src=x onerror=alert(2)> {{ 7|add:7 }}"
    comment = make(text, geom=Point(LON, LAT, srid=4326))
    for path in ("/comments/", f"/comments/{comment.pk}/", f"/comments/?q={'<b>'}"):
        page = writer.get(path).text
        assert "<script>alert" not in page and "<img src=x" not in page


def test_delete_undo_and_two_people_saving(client: Client) -> None:
    client.force_login(make_account(Level.A))
    comment = make("初め")
    assert client.post(f"/comments/{comment.pk}/edit", typed(text="先の人", version=1)).status_code == 302
    late = client.post(f"/comments/{comment.pk}/edit", typed(text="後の人", version=1))
    assert late.status_code == 422 and "先の人" in late.text and "後の人" in late.text
    comment.refresh_from_db()
    assert (comment.text, comment.author_name) == ("先の人", "文子")
    gone = client.post(f"/comments/{comment.pk}/delete", follow=True)
    assert "元に戻す" in gone.text and client.get(f"/comments/{comment.pk}/").status_code == 404
    assert client.post(f"/comments/{comment.pk}/restore", follow=True).status_code == 200
    assert found(client, "") == {"先の人"}


def test_the_classification_is_the_administrators(client: Client) -> None:
    path = "/settings/comment-classes/"
    client.force_login(make_account(Level.A))
    assert client.get(path).status_code == 404
    client.force_login(make_account(Level.ADMINISTRATOR))
    assert client.post(path, {"act": "add", "new-title": "見守り"}).status_code == 302
    term = ClassificationTerm.objects.get()
    assert client.post(path, {"act": "add", "new-title": "見守り"}).status_code == 422
    assert client.post(path, {"act": "add", "new-title": ""}).status_code == 422
    prefix = f"term-{term.pk}"
    renamed = {"act": f"save-{term.pk}", f"{prefix}-title": "声かけ", f"{prefix}-order": "3"}
    make("分類つき", classes=[term.code])
    assert client.post(path, renamed).status_code == 302
    assert "声かけ" in client.get("/comments/").text
    assert client.post(path, {"act": f"retire-{term.pk}"}).status_code == 302
    assert "声かけ" not in client.get("/comments/new").text
    comment = Comment.unscoped.get()
    assert "声かけ" in client.get(f"/comments/{comment.pk}/edit").text
    assert client.post(path, {"act": f"offer-{term.pk}"}).status_code == 302
    assert "声かけ" in client.get("/comments/new").text


def test_style_and_schema_know_both_points_and_areas(writer: Client) -> None:
    make("点")
    style = writer.get("/styles/comments.json").json()
    assert {layer["type"] for layer in style["layers"]} == {"fill", "line", "circle", "symbol"}
    assert writer.get("/tiles/comments.json").status_code == 200
    assert writer.get("/styles/comments/legend.svg").status_code == 200
    for path in ("", "/schema", "/queryables"):
        assert writer.get(f"/ogc/collections/comments{path}?f=json").status_code == 200
    assert writer.get("/ogc/collections/comments/items?f=json&author_name=文子").json()["numberMatched"] == 1


def test_comments_move_with_their_resource_into_another(writer: Client) -> None:
    kept, merged = make_resource("残る"), make_resource("統合される")
    comment = make("茶話会", resource=merged)
    merge_resources(viewer_of(make_account(Level.A)), kept.pk, merged.pk)
    comment.refresh_from_db()
    assert comment.resource_id == kept.pk
    assert found(writer, f"resource={kept.pk}") == {"茶話会"}
