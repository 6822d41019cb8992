"""Areas as tiles: districts under the viewer's rights, the base map of our own for everybody."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from mapbox_vector_tile import decode

from layers.access import Level, Viewer
from layers.models import District, DistrictScheme
from tiles import basemap
from tiles.models import BasemapFeature, BasemapSource

from .conftest import PUBLIC, READER, Ask

SQUARE = "SRID=4326;MULTIPOLYGON((({0} 34.2, {1} 34.2, {1} 34.4, {0} 34.4, {0} 34.2)))"


@pytest.fixture
def districts(db: None) -> list[District]:
    """Two neighbours with a common edge at 134.05, one without a boundary."""
    scheme = DistrictScheme.objects.create(code="area", title="地区")
    return [
        District.unscoped.create(
            scheme=scheme, code="w", title="西", geom=SQUARE.format(133.9, 134.05), population=10
        ),
        District.unscoped.create(scheme=scheme, code="e", title="東", geom=SQUARE.format(134.05, 134.2)),
        District.unscoped.create(scheme=scheme, code="n", title="図形なし"),
    ]


def features(content: bytes, layer: str) -> dict[str, dict[str, Any]]:
    """Features of a layer by name."""
    found = decode(content, default_options={"y_coord_down": True})[layer]["features"]
    return {item["properties"]["name"]: item for item in found}


@pytest.mark.parametrize("tile", ["5/27/12", "10/893/408", "14/14292/6528"])
def test_districts(ask: Ask, districts: list[District], tile: str) -> None:
    found = features(ask(f"/tiles/districts-area/{tile}.mvt").content, "districts-area")
    west = districts[0]
    assert found["西"]["properties"] == {"id": west.pk, "name": "西", "key": "area:w"}
    assert found["西"]["id"] == west.pk
    assert found["西"]["geometry"]["type"] in {"Polygon", "MultiPolygon"}
    assert "図形なし" not in found


def test_fields_of_districts(ask: Ask, districts: list[District]) -> None:
    content = ask("/tiles/districts-area/10/893/408.mvt?fields=population,code").content
    assert features(content, "districts-area")["西"]["properties"]["population"] == 10
    assert ask("/tiles/districts-area/10/893/408.mvt?fields=nothing").status_code == 400
    assert ask("/tiles/districts-area/10/893/408.mvt?q=西&category=care").status_code == 200
    assert ask("/tiles/districts-area/10/893/408.mvt?colour=red").status_code == 400


def test_neighbours_keep_their_common_edge(ask: Ask, districts: list[District]) -> None:
    found = features(ask("/tiles/districts-area/10/893/408.mvt").content, "districts-area")
    edges = {
        name: {tuple(point) for point in item["geometry"]["coordinates"][0]} for name, item in found.items()
    }
    east_of_west = max(x for x, _y in edges["西"])
    west_of_east = min(x for x, _y in edges["東"])
    assert abs(east_of_west - west_of_east) <= 1


def test_who_sees_districts(ask: Ask, districts: list[District]) -> None:
    tile = "/tiles/districts-area/10/893/408.mvt"
    for viewer in (PUBLIC, READER, Viewer(level=Level.C, account_id=3)):
        assert ask(tile, viewer).status_code == 200
    for nobody in (Viewer(), Viewer(level=Level.D, account_id=3)):
        assert ask(tile, nobody).status_code == 404


def test_a_changed_district_outdates_its_tiles(ask: Ask, districts: list[District]) -> None:
    tile = "/tiles/districts-area/10/893/408.mvt"
    before = ask(tile)
    assert ask(tile, **{"If-None-Match": before["ETag"]}).status_code == 304
    District.unscoped.filter(pk=districts[0].pk).update(title="新しい名")
    after = ask(tile, **{"If-None-Match": before["ETag"]})
    assert "新しい名" in features(after.content, "districts-area")


@pytest.fixture
def own(tmp_path: Path, db: None) -> Path:
    """A base map of one square of land and one railway."""
    folder = tmp_path / "city"
    folder.mkdir()
    land = {
        "type": "Polygon",
        "coordinates": [[[134, 34.2], [134.2, 34.2], [134.2, 34.4], [134, 34.4], [134, 34.2]]],
    }
    line = {"type": "LineString", "coordinates": [[134.0, 34.3], [134.2, 34.3]]}
    entries = []
    for layer, name, geom, min_zoom in (("land", "陸", land, 0), ("railway", "琴電", line, 8)):
        collection = {"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {"name": name, "kind": "k"}, "geometry": geom}]}  # fmt: skip
        (folder / f"{layer}.geojson.gz").write_bytes(gzip.compress(json.dumps(collection).encode()))
        entries.append({
            "slug": f"city-{layer}", "file": f"{layer}.geojson.gz", "layer": layer, "min_zoom": min_zoom,
            "attribution": f"出典 {layer}", "licence": "CC BY-SA 4.0", "licence_url": "https://example.org/",
            "is_share_alike": layer == "railway",
        })  # fmt: skip
    (folder / "sources.json").write_text(json.dumps(entries), encoding="utf-8")
    return tmp_path


def test_base_map(ask: Ask, own: Path) -> None:
    assert basemap.load(own) == {"city-land": 1, "city-railway": 1}
    for viewer in (Viewer(), PUBLIC, READER):
        response = ask("/tiles/basemap/10/893/408.mvt", viewer)
        assert response["Cache-Control"] == "public, max-age=3600"
        assert set(features(response.content, "land")) == {"陸"}
        assert set(features(response.content, "railway")) == {"琴電"}
    low = decode(ask("/tiles/basemap/5/27/12.mvt").content)
    assert set(low) == {"land"}
    assert ask("/tiles/basemap/10/0/0.mvt").status_code == 204
    assert ask("/tiles/basemap/23/0/0.mvt").status_code == 404
    assert ask("/tiles/basemap/10/893/408.mvt?q=a").status_code == 400


def test_base_map_is_loaded_again_only_where_a_file_changed(ask: Ask, own: Path) -> None:
    basemap.load(own)
    tile = "/tiles/basemap/10/893/408.mvt"
    before = ask(tile)
    assert basemap.load(own) == {}
    assert ask(tile, **{"If-None-Match": before["ETag"]}).status_code == 304
    listing = own / "city" / "sources.json"
    entries = json.loads(listing.read_text(encoding="utf-8"))
    entries[0]["attribution"] = "新しい出典"
    listing.write_text(json.dumps(entries[:1]), encoding="utf-8")
    assert basemap.load(own) == {"city-land": 1}
    assert list(BasemapSource.objects.values_list("slug", flat=True)) == ["city-land"]
    assert BasemapFeature.objects.count() == 1
    assert ask(tile, **{"If-None-Match": before["ETag"]}).status_code == 200
    assert json.loads(ask("/tiles/basemap.json").content)["attribution"] == (
        '新しい出典 (<a href="https://example.org/">CC BY-SA 4.0</a>)'
    )


def test_the_shipped_base_map(ask: Ask, db: None, capsys: pytest.CaptureFixture[str]) -> None:
    """Both cities: coast, boundaries, railways apart under their licence, stations, names."""
    call_command("load_basemap")
    assert capsys.readouterr().out
    for tile, city, station in (("10/893/407", "高松市", "高松"), ("10/912/398", "いわき市", "いわき")):
        found = {}
        z, x, y = (int(part) for part in tile.split("/"))
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                response = ask(f"/tiles/basemap/{z}/{x + dx}/{y + dy}.mvt")
                for layer, content in decode(response.content).items() if response.content else []:
                    found.setdefault(layer, set()).update(
                        item["properties"].get("name") for item in content["features"]
                    )
                    assert len(response.content) < 100_000
        assert set(found) == set(basemap.LAYERS)
        assert station in found["station"]
        assert any(name and name.endswith(city) for name in found["land"])
    document = json.loads(ask("/tiles/basemap.json").content)
    assert (
        '<a href="https://creativecommons.org/licenses/by-sa/4.0/deed.ja">CC BY-SA 4.0</a>'
        in document["attribution"]
    )
    assert [layer["id"] for layer in document["vector_layers"]] == list(basemap.LAYERS)
    shared = BasemapSource.objects.filter(is_share_alike=True).values_list("slug", flat=True)
    assert {slug.rpartition("-")[2] for slug in shared} == {"railway"}
    assert BasemapFeature.objects.filter(source__in=shared).exclude(layer="railway").count() == 0


def test_a_folder_without_a_base_map(tmp_path: Path, db: None) -> None:
    with pytest.raises(CommandError):
        call_command("load_basemap", folder=str(tmp_path))
