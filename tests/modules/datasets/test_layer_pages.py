"""The pages of uploaded layers, walked as a planner does (issue "uploaded layers"; D4, G1)."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gisportal.accounts.models import Account
from layers.models import Organisation, StoredLayer, StoredUpload
from layers.stored import catalogue, loading, uploads
from tests.layers.stored.samples import by_gdal, geojson, point, shapefile, shops

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_once(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker: what is deferred is remembered and loaded by the test."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(uploads, "defer", lambda upload_id: None)
    catalogue.forget()


@pytest.fixture
def planner() -> Client:
    """Level A of the city's staff, signed in."""
    account = Account.objects.create_user("planner", password="x", level="a")
    account.organisation = Organisation.unscoped.create(name="市役所", is_city=True)
    account.save()
    client = Client()
    client.force_login(account, backend="gisportal.accounts.backends.AccountBackend")
    return client


def sent(client: Client, data: bytes, name: str = "shops.zip", where: str = "/layers/new/") -> Any:
    return client.post(where, {"file": SimpleUploadedFile(name, data)})


def confirmed(client: Client, upload: str, **words: str) -> Any:
    said = {
        "answer": "yes",
        "title": "停留所",
        "slug": "stops",
        "audience": "members",
        "is_on_map": "on",
        **words,
    }
    return client.post(f"{upload}decide", said)


def put(client: Client, data: bytes, **words: str) -> StoredLayer:
    upload = sent(client, data)["Location"]
    answer = confirmed(client, upload, **words)
    assert answer.status_code == 302, re.findall(r"<li>.*?</li>", answer.content.decode(), re.DOTALL)[:5]
    row = StoredUpload.unscoped.get(pk=upload.rstrip("/").rsplit("/", 1)[1])
    assert loading.load(row.pk)
    row.refresh_from_db()
    assert row.layer
    return row.layer


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def test_from_file_to_page(planner: Client) -> None:
    upload = sent(planner, shapefile(srid=6672))["Location"]
    page = text(planner, upload)
    assert "CP932" in page and "EPSG:6672" in page and "高松駅前" in page
    said = {"kind-0": "text", "title-0": "名前", "key-0": "name", "unit-0": ""}
    said |= {"kind-1": "number", "title-1": "利用者", "key-1": "users", "unit-1": "人"}
    answer = confirmed(planner, upload, **said)
    assert answer["Location"] == upload
    assert "progress" in text(planner, upload)
    progress = planner.get(f"{upload}progress", headers={"HX-Request": "true"})
    assert "HX-Redirect" not in progress
    row = StoredUpload.unscoped.get()
    assert loading.load(row.pk)
    progress = planner.get(f"{upload}progress", headers={"HX-Request": "true"})
    assert progress["HX-Redirect"] == "/layers/stops/"
    page = text(planner, "/layers/stops/")
    assert "利用者" in page and "<code>users</code>" in page and "関係者" in page
    assert "停留所" in text(planner, "/layers/")


def test_a_refused_file_says_why(planner: Client) -> None:
    answer = sent(planner, b"\x89PNG\r\n\x1a\n\x00\x00")
    assert answer.status_code == 422
    assert "GeoPackage" in answer.content.decode()
    assert planner.post("/layers/new/").status_code == 422
    assert StoredUpload.unscoped.count() == 0


def test_the_system_is_asked_for_and_given(planner: Client) -> None:
    upload = sent(planner, shapefile(prj=False, srid=6672))["Location"]
    assert confirmed(planner, upload).status_code == 422
    assert planner.post(upload, {"srid": "99", "layer": "", "encoding": ""}).status_code == 422
    wrong = planner.post(upload, {"srid": "3857", "layer": "店舗/shops", "encoding": ""})
    assert wrong.status_code == 422
    assert planner.post(upload, {"srid": "6672", "layer": "店舗/shops", "encoding": ""}).status_code == 302
    assert confirmed(planner, upload).status_code == 302


def test_another_layer_of_the_file(planner: Client) -> None:
    upload = sent(planner, by_gdal("GPKG", ".gpkg", ("甲", "乙")), "two.gpkg")["Location"]
    assert planner.post(upload, {"layer": "乙", "srid": "", "encoding": ""}).status_code == 302
    assert StoredUpload.unscoped.get().options["preview"]["layer"] == "乙"


@pytest.mark.parametrize(
    "words", [{"slug": "new"}, {"slug": "Not Plain"}, {"title": ""}, {"audience": "friends"}, {"key-0": "bbox"},
              {"kind-0": "magic"}, {"as_of": "yesterday"}, {"source_url": "javascript:alert(1)"}]
)  # fmt: skip
def test_words_that_cannot_be_kept_come_back(planner: Client, words: dict[str, str]) -> None:
    upload = sent(planner, shops(), "shops.geojson")["Location"]
    fields = (
        {"kind-0": "text", "title-0": "名称", "key-0": "name", "unit-0": ""}
        if "-0" in next(iter(words))
        else {}
    )
    answer = confirmed(planner, upload, **{**fields, **words})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert StoredLayer.unscoped.count() == 0


def test_saying_no_forgets_the_file(planner: Client) -> None:
    upload = sent(planner, shops(), "shops.geojson")["Location"]
    assert planner.post(f"{upload}decide", {"answer": "no"})["Location"] == "/layers/"
    assert StoredUpload.unscoped.get().state == "dismissed"
    assert text(planner, upload)


def test_describing(planner: Client) -> None:
    put(planner, shops())
    said = {"title": "バス停", "audience": "public", "keywords": "交通、バス", "attribution": "高松市",
            "licence": "CC BY 4.0",
            "licence_url": "https://creativecommons.org/licenses/by/4.0/",
            "title-population": "乗降客", "unit-population": "人"}  # fmt: skip
    assert planner.post("/layers/stops/edit/", said).status_code == 302
    page = text(planner, "/layers/stops/")
    for word in ("バス停", "交通、バス", "高松市", "CC BY 4.0", "乗降客"):
        assert word in page
    assert planner.post("/layers/stops/edit/", {**said, "title": ""}).status_code == 422
    assert StoredLayer.unscoped.get().is_on_map is False


def test_drawing_by_values_and_by_classes(planner: Client) -> None:
    rows = [
        ({"種別": "市立" if n % 3 else "私立", "人口": n * n}, point(134 + n / 100, 34.3))
        for n in range(1, 30)
    ]
    put(planner, geojson(rows))
    part = planner.post("/layers/stops/style/rules", {"kind": "categories", "field": "kind"}).content.decode()
    assert re.findall(r'name="rule-value"\s+value="(.*?)"', part) == ["市立", "私立"]
    for method, first in (("quantile", "1"), ("jenks", "1"), ("equal", "1")):
        said = {"kind": "classes", "field": "population", "method": method, "classes": "4", "ramp": "green"}
        part = planner.post("/layers/stops/style/rules", said).content.decode()
        lows = re.findall(r'name="rule-min"\s+value="(.*?)"', part)
        assert len(lows) == 4 and lows[0] == first
    kept = {
        "kind": "classes", "field": "population", "rule-colour": ["#ffffff", "#004400"], "rule-title": ["少", "多"],
        "rule-min": ["1", "101"], "rule-max": ["100", "900"], "opacity": "45", "width": "2", "radius": "5",
        "stroke": "#112233",
    }  # fmt: skip
    assert planner.post("/layers/stops/style/", kept).status_code == 302
    style = StoredLayer.unscoped.get().style
    assert (style["kind"], style["opacity"], len(style["rules"])) == ("classes", 0.45, 2)
    assert "多" in text(planner, "/layers/stops/")
    assert planner.post("/layers/stops/style/", {**kept, "rule-max": ["x", "900"]}).status_code == 422
    assert planner.post("/layers/stops/style/", {**kept, "propose": "yes"}).status_code == 200
    assert planner.post("/layers/stops/style/", {"kind": "classes", "field": "gone"}).status_code == 422


def test_a_new_edition_and_back(planner: Client) -> None:
    layer = put(planner, shops())
    upload = sent(
        planner,
        geojson([({"名称": "新駅", "人口": 1}, point(134, 34.3))]),
        "n.geojson",
        "/layers/stops/new-edition/",
    )
    assert (
        planner.post(
            f"{upload['Location']}decide", {"answer": "yes", "as_of": "R8.4.1", "note": "年度更新"}
        ).status_code
        == 302
    )
    assert loading.load(StoredUpload.unscoped.latest("pk").pk)
    page = text(planner, "/layers/stops/")
    assert "年度更新" in page and "2026/4/1" in page
    assert "新駅" in text_of(planner, "/layers/stops/download.csv")
    assert planner.post("/layers/stops/edition", {"number": "1"}).status_code == 302
    assert "新駅" not in text_of(planner, "/layers/stops/download.csv")
    assert planner.post("/layers/stops/edition", {"number": "77"}).status_code == 302
    layer.refresh_from_db()
    assert layer.edition == 1


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]


def test_removal_and_return(planner: Client) -> None:
    layer = put(planner, shops())
    assert planner.post("/layers/stops/remove")["Location"] == "/layers/"
    text(planner, "/layers/stops/", 404)
    assert "停留所" in text(planner, "/layers/")
    assert planner.post(f"/layers/trash/{layer.pk}/restore")["Location"] == "/layers/stops/"
    text(planner, "/layers/stops/")
    assert planner.post("/layers/trash/999/restore").status_code == 404


def test_downloads_hold_everything_and_run_nothing(planner: Client, tmp_path: Path) -> None:
    import json

    import pyogrio

    put(
        planner,
        geojson([({"名称": "=1+1", "人口": 3, "可": "はい"}, point(134, 34.3)), ({"名称": "駅"}, None)]),
    )
    told = json.loads(text_of(planner, "/layers/stops/download.geojson"))
    assert [each["properties"]["name"] for each in told["features"]] == ["=1+1", "駅"]
    lines = text_of(planner, "/layers/stops/download.csv").lstrip("\ufeff").splitlines()
    assert lines[0].split(",")[:2] == ["名称", "人口"] and "'=1+1" in lines[1]
    path = tmp_path / "had.gpkg"
    path.write_bytes(b"".join(planner.get("/layers/stops/download.gpkg").streaming_content))  # type: ignore[attr-defined]
    assert pyogrio.read_info(path)["features"] == 2
    assert planner.get("/layers/stops/download.exe").status_code == 404


def test_nothing_is_looked_for_by_an_odd_name(planner: Client) -> None:
    for slug in ("nothing", "a'b", "%00", "../x"):
        assert planner.get(f"/layers/{slug}/").status_code in (404, 400)
    for number in ("0", "999999"):
        assert planner.get(f"/layers/uploads/{number}/").status_code == 404
