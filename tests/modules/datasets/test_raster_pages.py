"""GeoTIFFs on the pages of layers: uploaded, read another way, coloured, counted by district (G4, D4)."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook

from layers.models import StoredLayer, StoredRaster, StoredUpload
from layers.rasters import catalogue as rasters
from layers.stored import catalogue as stored
from layers.stored.loading import load
from tests.access.rule import Who
from tests.access.world import World
from tests.layers.rasters import conftest as grids
from tests.layers.rasters.conftest import MakeTiff
from tests.layers.rasters.making import make_layer

pytestmark = pytest.mark.django_db
tiff = grids.tiff
DATA = np.arange(400, dtype="float32").reshape(20, 20)
ADMIN = Who("root", "administrator")


@pytest.fixture(autouse=True)
def _memory() -> Iterator[None]:
    for place in (rasters, stored):
        place.forget()
    yield
    for place in (rasters, stored):
        place.forget()


@pytest.fixture
def client(world: World) -> Client:
    found = Client()
    found.force_login(world.accounts["root"])
    return found


def upload(client: Client, path: Path, url: str = "/layers/new/") -> StoredUpload:
    file = SimpleUploadedFile("高さ.tif", path.read_bytes(), content_type="image/tiff")
    answer = client.post(url, {"file": file})
    assert answer.status_code == 302, answer.content.decode()
    return StoredUpload.unscoped.latest("pk")


def test_from_upload_to_layer(client: Client, tiff: MakeTiff) -> None:
    row = upload(client, tiff(DATA, crs=None))
    url = f"/layers/uploads/{row.pk}/"
    page = client.get(url).content.decode()
    assert "20 × 20" in page
    answer = client.post(url, {"band": "1", "srid": "6672", "nodata": "0"})
    assert answer.status_code == 302
    answer = client.post(
        f"{url}decide",
        {"answer": "yes", "title": "標高", "slug": "height", "audience": "members", "is_on_map": "on"},
    )
    assert answer.status_code == 302, answer.content.decode()
    assert load(row.pk)
    raster = StoredRaster.unscoped.get()
    assert (raster.srid, raster.summary["low"]) == (6672, 1)
    page = client.get("/layers/height/").content.decode()
    assert "/layers/height/colours/" in page and "/layers/height/statistics/" in page


def test_a_file_that_is_none_is_told_of(client: Client) -> None:
    file = SimpleUploadedFile("x.tif", b"II*\x00" + b"x" * 500, content_type="image/tiff")
    answer = client.post("/layers/new/", {"file": file})
    assert answer.status_code == 422 and "GeoTIFF" in answer.content.decode()
    assert not StoredUpload.unscoped.exists()


def test_a_new_edition_by_the_page(client: Client, tiff: MakeTiff) -> None:
    make_layer(tiff(DATA))
    row = upload(client, tiff(DATA * 3, "next.tif"), "/layers/height/new-edition/")
    answer = client.post(f"/layers/uploads/{row.pk}/decide", {"answer": "yes", "note": "第二版"})
    assert answer.status_code == 302 and load(row.pk)
    assert rasters.get_raster("layer-height", _keeper()).summary.high == 399 * 3
    assert client.post("/layers/height/edition", {"number": "1"}).status_code == 302
    assert rasters.get_raster("layer-height", _keeper()).summary.high == 399


def _keeper():  # type: ignore[no-untyped-def]
    from tests.layers.rasters.making import KEEPER

    return KEEPER


def test_colours_are_tried_and_kept(client: Client, tiff: MakeTiff) -> None:
    make_layer(tiff(DATA))
    wish = {"way": "ramp", "ramp": "water", "bounds": "0, 100, 200", "unit": "m", "opacity": "40"}
    tried = client.post("/layers/height/colours/preview", wish).content.decode()
    assert "#0a3b6c" in tried and "200 m" in tried
    assert StoredLayer.unscoped.get().style["ramp"] == "dusk"
    assert client.post("/layers/height/colours/", wish).status_code == 302
    style = StoredLayer.unscoped.get().style
    assert (style["ramp"], style["unit"], style["opacity"], style["classes"]) == ("water", "m", 0.4, True)
    assert [value for value, _colour in style["stops"]] == [0, 100, 200]
    assert 'value="0, 100, 200"' in client.get("/layers/height/colours/").content.decode()


@pytest.mark.parametrize(
    "wish", [{"bounds": "3, 1"}, {"bounds": "x"}, {"ramp": "rainbow"}, {"opacity": "400"}, {"classes": "99"}]
)
def test_a_wish_that_makes_no_style_is_told_of(client: Client, tiff: MakeTiff, wish: dict[str, str]) -> None:
    make_layer(tiff(DATA))
    before = StoredLayer.unscoped.get().style
    answer = client.post("/layers/height/colours/", {"ramp": "dusk", **wish})
    assert answer.status_code == 422
    assert StoredLayer.unscoped.get().style == before


def test_few_values_get_colours_and_words_of_their_own(client: Client, tiff: MakeTiff) -> None:
    make_layer(tiff(np.repeat(np.array([[1, 2, 3]], "uint8"), 20, axis=0).repeat(5, axis=1)))
    wish = {"way": "values", "colour-1": "#ff0000", "title-1": "田 <b>", "title-2": "畑", "opacity": "80"}
    assert client.post("/layers/height/colours/", wish).status_code == 302
    style = StoredLayer.unscoped.get().style
    assert style["stops"][0] == [1, "#ff0000"] and style["titles"][:2] == ["田 <b>", "畑"]
    page = client.get("/layers/height/colours/").content.decode()
    assert "田 &lt;b&gt;" in page and "田 <b>" not in page


def test_figures_by_district_as_table_and_files(client: Client, tiff: MakeTiff) -> None:
    make_layer(tiff(DATA))
    page = client.get("/layers/height/statistics/").content.decode()
    assert "第一圏域" in page and "日常生活圏域" in page and 'scope="row"' in page
    answer = client.get("/layers/height/statistics.csv?scheme=area")
    text = answer.content.decode("utf-8-sig")
    head, row = list(csv.reader(io.StringIO(text)))
    assert row[0] == "第一圏域" and len(head) == len(row)
    assert float(row[1]) == pytest.approx(199.5, rel=1e-3)
    assert float(row[4]) == pytest.approx(DATA.sum(), rel=1e-6) and float(row[5]) == pytest.approx(400)
    book = client.get("/layers/height/statistics.xlsx?scheme=area")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(book.streaming_content))).get_sheet_by_index(0)  # type: ignore[attr-defined]
    assert rows.to_python()[1][:2] == ["第一圏域", pytest.approx(float(row[1]))]


def test_the_table_is_sorted_and_says_so(client: Client, tiff: MakeTiff) -> None:
    make_layer(tiff(DATA))
    page = client.get("/layers/height/statistics/?sort=-mean").content.decode()
    assert 'aria-sort="descending"' in page and "sort=mean" in page


@pytest.mark.parametrize("query", ["scheme=none", "sort=none", "x=1"])
def test_what_is_none_is_refused(client: Client, tiff: MakeTiff, query: str) -> None:
    make_layer(tiff(DATA))
    assert client.get(f"/layers/height/statistics/?{query}").status_code == 400


def test_too_large_a_raster_is_not_counted(
    client: Client, tiff: MakeTiff, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_layer(tiff(DATA))
    monkeypatch.setattr("layers.rasters.districts.MOST_CELLS", 399)
    assert client.get("/layers/height/statistics/").status_code == 400


def test_a_picture_has_no_figures(client: Client, tiff: MakeTiff) -> None:
    make_layer(tiff(np.zeros((3, 9, 9), "uint8"), photometric="RGB"), "photo")
    assert client.get("/layers/photo/statistics/").status_code == 404
    assert client.get("/layers/photo/colours/").status_code == 200
    assert "statistics" not in client.get("/layers/photo/").content.decode()
