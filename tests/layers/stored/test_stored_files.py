"""Files of layers as strangers send them (issue "uploaded layers"; G1, D4)."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from layers.imports import boundary_files
from layers.imports.boundary_files import UnreadableFile
from layers.stored import files, options
from layers.stored.options import ReadOptions
from layers.stored.preview import Preview, look
from tests.layers.stored.samples import by_gdal, geojson, point, shapefile, shops, square


def looked(tmp_path: Path, data: bytes, **said: Any) -> Preview:
    path = tmp_path / "upload.bin"
    path.write_bytes(data)
    return look(path, ReadOptions(**said))


def kinds(found: Preview) -> dict[str, str]:
    return {column["name"]: column["kind"] for column in found.columns}


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("GeoJSON", shops()),
        ("Shapefile", shapefile()),
        ("Shapefile", shapefile(srid=6672)),
        ("GeoPackage", by_gdal("GPKG", ".gpkg", srid=4326)),
        ("FlatGeobuf", by_gdal("FlatGeobuf", ".fgb")),
        (
            "CSV",
            "名称,人口,緯度,経度\n高松駅前,120,34.3428,134.0466\n瓦町,80,34.34,134.05\n栗林,45,34.33,134.06\n".encode(
                "cp932"
            ),
        ),
    ],
)
def test_the_same_points_by_every_format(tmp_path: Path, kind: str, data: bytes) -> None:
    found = looked(tmp_path, data)
    assert (found.format, found.count, found.geometry_type) == (kind, 3, "Point")
    assert found.extent == pytest.approx([134.0466, 34.33, 134.06, 34.3428], abs=1e-6)
    assert kinds(found)["人口"] == "number"
    assert {row[0] for row in found.rows} == {
        "高松駅前",
        "瓦町",
        "栗林",
    }  # FlatGeobuf has an order of its own
    assert {column["key"] for column in found.columns} >= {"name", "population"}


def test_kml_is_read_and_its_empty_columns_are_left_out(tmp_path: Path) -> None:
    placemark = (
        "<Placemark><name>公園</name><Point><coordinates>134.05,34.34,0</coordinates></Point></Placemark>"
    )
    kml = f'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{placemark}</Document></kml>'
    found = looked(tmp_path, kml.encode())
    assert (found.format, found.count) == ("KML", 1)
    assert [name for name, kind in kinds(found).items() if not kind]
    assert "公園" in found.rows[0]


def test_text_of_a_shapefile_is_cp932_where_nothing_says_so(tmp_path: Path) -> None:
    found = looked(tmp_path, shapefile())
    assert found.encoding == "CP932"
    assert [column["name"] for column in found.columns] == ["名称", "人口"]


def test_a_shapefile_without_prj_in_metres_asks_for_the_system(tmp_path: Path) -> None:
    data = shapefile(prj=False, srid=6672)
    assert looked(tmp_path, data).needs_system
    told = looked(tmp_path, data, srid=6672)
    assert told.extent == pytest.approx([134.0466, 34.33, 134.06, 34.3428], abs=1e-5)
    with pytest.raises(UnreadableFile, match=r"日本の外|座標系"):
        looked(tmp_path, data, srid=3857)


def test_one_of_several_layers_is_chosen(tmp_path: Path) -> None:
    data = by_gdal("GPKG", ".gpkg", ("停留所", "施設"))
    assert looked(tmp_path, data).layers == ["停留所", "施設"]
    first, second = (looked(tmp_path, data, layer=name) for name in ("停留所", "施設"))
    assert (first.layer, second.layer) == ("停留所", "施設")
    assert float(second.rows[0][1]) == float(first.rows[0][1]) + 1


def test_mesh_codes_become_squares(tmp_path: Path) -> None:
    """A 500 m mesh of 札幌 has the south-west corner its publisher states."""
    found = looked(tmp_path, b"mesh_code,population,sw_lon,sw_lat\n644057982,306,140.98125,43.158333\n")
    assert found.geometry_type == "MultiPolygon"
    assert found.extent == pytest.approx([140.98125, 43.158333, 140.9875, 43.1625], abs=1e-5)
    assert kinds(found)["mesh_code"] == "text"


@pytest.mark.parametrize("code", ["533945", "53394526", "533945261", "5339452614"])
def test_meshes_of_each_size_hold_the_next(code: str) -> None:
    from layers.stored.tables import mesh_box

    assert mesh_box(code).buffer(1e-9).contains(mesh_box(code + "1" if len(code) > 7 else code + "00"))


@pytest.mark.parametrize("code", ["5339", "533988", "53394a", "5339459", "533945260", "12"])
def test_what_is_no_mesh_is_refused_or_read(code: str) -> None:
    from layers.stored.tables import mesh_box

    if code == "5339":
        assert mesh_box(code).area > 0
        return
    with pytest.raises(ValueError):
        mesh_box(code)


def test_tables_in_a_plane_zone_point_north_with_x(tmp_path: Path) -> None:
    text = "名称,X座標,Y座標\nあ,145000.5,20000.1\n".encode("cp932")
    assert looked(tmp_path, text).needs_system
    found = looked(tmp_path, text, srid=6672)
    assert found.places == {"x": "Y座標", "y": "X座標"}
    assert found.extent is not None and 133 < found.extent[0] < 135 and 34 < found.extent[1] < 35


def test_degrees_minutes_and_seconds_and_wide_digits_are_read(tmp_path: Path) -> None:
    text = "名称,緯度,経度\nあ,34°20′30″,134度3分0秒\nい,３４．３４,１３４．０５\n".encode()
    found = looked(tmp_path, text)
    assert found.extent == pytest.approx([134.05, 34.34, 134.05, 34.341667], abs=1e-5)


def test_wrong_places_are_told_by_row(tmp_path: Path) -> None:
    text = "名称,緯度,経度\nあ,34.3,134.0\nい,不明,134.1\nう,0,0\nえ,,\n".encode()
    report = looked(tmp_path, text).report
    assert report["counts"] == {"bad_place": 1, "outside": 1, "no_shape": 1}
    assert report["places"]["bad_place"] == [[3, "", "緯度: 不明"]]
    assert report["places"]["outside"][0][0] == 4


def test_swapped_axes_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"入れ替わ|逆"):
        looked(tmp_path, geojson([({}, point(34.34, 134.05))]))


def test_the_old_datum_is_shifted_and_warned_of(tmp_path: Path) -> None:
    found = looked(tmp_path, shops(), srid=4301)
    assert found.warnings
    assert found.extent is not None
    assert 0.001 < abs(found.extent[0] - 134.0466) < 0.01


def test_broken_shapes_are_counted_never_fatal(tmp_path: Path) -> None:
    bow = {
        "type": "Polygon",
        "coordinates": [[[134, 34.3], [134.01, 34.31], [134.01, 34.3], [134, 34.31], [134, 34.3]]],
    }
    flat = {"type": "LineString", "coordinates": [[134, 34.3], [134, 34.3]]}
    high = {"type": "Point", "coordinates": [134.0, 34.3, 25.0]}
    rows: list[Any] = [
        ({"n": 1}, bow), ({"n": 2}, flat), ({"n": 3}, high), ({"n": 4}, None),
        ({"n": 5}, {"type": "Point", "coordinates": []}), ({"n": 6}, {"type": "Ring", "coordinates": [1]}),
        ({"n": 7}, square()),
    ]  # fmt: skip
    found = looked(tmp_path, geojson(rows))
    assert found.report["counts"] == {"repaired": 1, "bad_shape": 2, "height": 1, "no_shape": 2}
    assert found.geometry_type == "Geometry"


def test_infinite_coordinates_are_no_place(tmp_path: Path) -> None:
    text = shops().replace(b"134.05,", b"NaN,")
    assert b"NaN" in text
    assert looked(tmp_path, text).report["counts"] == {"bad_shape": 1}


def test_names_of_columns_may_be_empty_or_doubled(tmp_path: Path) -> None:
    text = "緯度,経度,人口,人口,\n34.3,134.0,1,2,3\n".encode()
    names = [column["name"] for column in looked(tmp_path, text).columns]
    assert len(set(names)) == 5 and names[:4] == ["緯度", "経度", "人口", "人口 (2)"]


def test_reserved_and_doubled_keys_are_changed(tmp_path: Path) -> None:
    told = {"id": "a", "Type": 1, "BBox": 2, "limit": 3, "q": 4, "名称": "x", "施設名": "y"}
    keys = [column["key"] for column in looked(tmp_path, geojson([(told, point(134, 34.3))])).columns]
    assert keys == ["own_id", "own_type", "own_bbox", "own_limit", "own_q", "name", "name_2"]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"   \n", b"\x89PNG\r\n\x1a\n\x00\x00", b"{", b"[1, 2]", b'{"type": "FeatureCollection"}',
        b'{"type": "FeatureCollection", "features": [1]}', b'{"type": "FeatureCollection", "features": []}',
        b"only one column\n1\n", "名称,人口\nあ,1\n".encode(), b"SQLite format 3\x00rubbish", b"fgb\x03rubbish",
        b"PK\x03\x04rubbish", b'<kml><!DOCTYPE x [<!ENTITY a "b">]></kml>',
        b"<kml><!-- <OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource> --></kml>",
        b"<OGRVRTDataSource><OGRVRTLayer/></OGRVRTDataSource>", b"{" * 100_000, b'{"type":' * 50_000,
        "名称,緯度,経度\n\"あ,34,134\n".encode() + b"x" * 200_000, b"\xff\xfe\x00\x01" * 10,
    ],
)  # fmt: skip
def test_what_is_no_layer_is_refused_in_words(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UnreadableFile) as refused:
        looked(tmp_path, data)
    assert len(str(refused.value)) > 5
    assert str(tmp_path) not in str(refused.value)


def _archive(entries: dict[str, bytes]) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return kept.getvalue()


@pytest.mark.parametrize("name", ["../../evil.shp", "/etc/evil.shp", "C:\\evil.shp"])
def test_a_zip_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableFile):
        looked(tmp_path, _archive({name: b"x", name.replace(".shp", ".dbf"): b"x"}))


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boundary_files, "MAX_UNPACKED", 1_000_000)
    bomb = _archive({"a.shp": b"\x00" * 2_000_000, "a.dbf": b""})
    assert len(bomb) < 10_000
    with pytest.raises(UnreadableFile, match="MB"):
        looked(tmp_path, bomb)


def test_too_many_rows_columns_or_corners_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = geojson([({f"c{n}": n for n in range(options.MAX_COLUMNS + 1)}, point(134, 34.3))])
    with pytest.raises(UnreadableFile, match="200"):
        looked(tmp_path, wide)
    monkeypatch.setattr("layers.stored.shapes.MAX_VERTICES_EACH", 4)
    assert looked(tmp_path, geojson([({}, square()), ({}, point(134, 34.3))])).report["counts"] == {
        "too_many_corners": 1
    }
    monkeypatch.setattr(files, "MAX_FEATURES", 2)
    with pytest.raises(UnreadableFile, match="2"):
        looked(tmp_path, shops())


def test_kinds_are_guessed_from_all_values(tmp_path: Path) -> None:
    rows: list[Any] = [
        (
            {
                "数": str(n), "桁": f"{n:03d}", "団体コード": 372013 + n, "秘匿": "X" if n else "1,234",
                "日": f"令和6年4月{n + 1}日",
                "可否": "はい" if n % 2 else "いいえ", "種別": "市立" if n % 2 else "私立", "頁": f"https://a.example/{n}",
                "混": "12" if n else "十二", "長": "あ" * 300,
            },
            point(134, 34.3),
        )
        for n in range(9)
    ]  # fmt: skip
    assert kinds(looked(tmp_path, geojson(rows))) == {
        "数": "number", "桁": "text", "団体コード": "text", "秘匿": "number", "日": "date", "可否": "boolean",
        "種別": "choice", "頁": "url", "混": "choice", "長": "long_text",
    }  # fmt: skip


def test_a_preview_can_be_kept_as_json(tmp_path: Path) -> None:
    found = looked(tmp_path, geojson([({"a": 1, "b": None, "c": {"d": [1]}}, square())]))
    assert json.loads(json.dumps(found.as_json()))["drawn"]["features"]
